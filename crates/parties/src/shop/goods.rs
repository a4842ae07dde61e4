//! Where the goods are: at the office, while that is the shop's one object; with shards at an object of their own,
//! which the shards ask by letters. An order is stored before its goods are held back, and its end before they are
//! put back, so that whoever loses its power in between has the letter still to send.

use std::rc::Rc;

use minicbor::{Decode, Encode};

use super::Shop;
use super::book::{self, Order};
use super::state::OrderState;
use super::stock::{self, Goods, Pieces, Shelf};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{Job, Next};
use crate::post::sibling_letters::{self, SiblingLetter};
use crate::store::facts;
use tallystick_protocol::checkout::answers::RefusalReason;
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::wire::cbor::decode;

/// Where the stock is asked to hold back what an order needs.
const RESERVE: &str = "/siblings/stock/reserve";
/// Where it is told to put that back.
const PUT_BACK: &str = "/siblings/stock/put-back";
/// Where it says what is left.
const LEFT: &str = "/siblings/stock/left";
/// Where the office says what was left before there were shards.
const SHELF: &str = "/siblings/shelf";
/// The fact that the stock has the office's shelf.
const TAKEN_OVER: &str = "stock-taken-over";
/// For how long a shard says again what was left, in milliseconds. It promises nothing by it.
const LEFT_MS: u64 = 2_000;

/// What a shard heard of the stock last, and until when it says so again without asking (milliseconds since 1970).
#[derive(Clone, Default)]
pub(super) struct Heard {
    until_ms: u64,
    shelf: Option<Rc<Shelf>>,
}

/// What came of holding back goods.
pub(super) enum Held {
    /// They are held back.
    Yes,
    /// There is too little.
    No,
    /// The stock is asked; its answer goes on with the order.
    Asked,
}

impl<P: Ports> Shop<P> {
    fn has_the_goods(&self) -> Result<bool, Fault> {
        Ok(self.office.spread()?.shards.is_none())
    }

    /// Holds back what a new order needs, or asks the stock to. In the transaction that stores the order.
    pub(super) fn hold_back(&self, tables: &dyn Tables, order: &Order) -> Result<Held, Fault> {
        if !self.has_the_goods()? {
            self.write_to_the_stock::<Reserving<'_, P>>(tables, order)?;
            return Ok(Held::Asked);
        }
        Ok(match stock::reserve(tables, &needed(order)?)? {
            true => Held::Yes,
            false => Held::No,
        })
    }

    /// Moves an order to `next`, has the shop's own server told and, if it ends without a sale, has its goods put back on the shelf and its coupons given
    /// free. In the transaction that decides.
    ///
    /// # Errors
    /// As of [`book::move_to`].
    pub(super) fn move_to(
        &self,
        tables: &dyn Tables,
        order: &Order,
        next: OrderState,
    ) -> Result<(), Fault> {
        book::move_to(tables, &order.order_id, next)?;
        self.tell_of_move(tables, order, &next)?;
        if !next.frees_stock() {
            return Ok(());
        }
        self.free_coupons(tables, order)?;
        if self.has_the_goods()? {
            let goods = Goods::new(&order.order_id, &order.root, Vec::new());
            return Ok(stock::put_back(tables, &goods, self.office.now())?);
        }
        sibling_letters::settle(tables, Reserving::<P>::KIND, &order.reference())?;
        self.write_to_the_stock::<PuttingBack<'_, P>>(tables, order)
    }

    fn write_to_the_stock<L: SiblingLetter<P>>(
        &self,
        tables: &dyn Tables,
        order: &Order,
    ) -> Result<(), Fault> {
        let (about, now_ms) = (order.reference(), self.office.now_ms());
        Ok(sibling_letters::post(
            tables,
            L::KIND,
            &about,
            Place::Stock,
            now_ms,
        )?)
    }

    /// Asks the stock what the letter of this job asks.
    pub(super) async fn ask_the_stock(&self, job: &Job) -> Result<Next, Fault> {
        match sibling_letters::kind_of(job) {
            Reserving::<P>::KIND => Reserving(self).ask(job).await,
            PuttingBack::<P>::KIND => PuttingBack(self).ask(job).await,
            _ => Err(Fault::internal()),
        }
    }

    /// What is on the shelf, as far as it is known here. What is promised is decided when it is held back.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if the stock does not answer, and never did.
    pub(super) async fn shelf(&self) -> Result<Rc<Shelf>, Fault> {
        if self.has_the_goods()? {
            return Ok(Rc::new(Shelf::of(stock::shelf(self.office.tables())?)));
        }
        let before = self.heard.borrow().clone();
        if let Some(shelf) = before
            .shelf
            .as_ref()
            .filter(|_| self.office.now_ms() < before.until_ms)
        {
            return Ok(shelf.clone());
        }
        let answer = self.office.ask_sibling(Place::Stock, LEFT, Vec::new());
        match (answer.await, before.shelf) {
            (Ok(said), _) => {
                let shelf = Rc::new(Shelf::of(read(&said)?));
                self.heard.replace(Heard {
                    until_ms: self.office.now_ms().saturating_add(LEFT_MS),
                    shelf: Some(shelf.clone()),
                });
                Ok(shelf)
            }
            (Err(_), Some(shelf)) => Ok(shelf),
            (Err(fault), None) => Err(fault),
        }
    }

    /// Answers what the shop's objects ask each other about goods.
    pub(super) async fn answer_about_goods(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::CBOR)?;
        match (self.office.place(), request.uri().path()) {
            (Place::Office, SHELF) => self.show_shelf(),
            (Place::Stock, RESERVE) => {
                let goods: Goods = read(body)?;
                self.take_over().await?;
                let held = self
                    .office
                    .transaction(|tables| stock::reserve(tables, &goods))?;
                Ok(web::cbor(written(&held)?))
            }
            (Place::Stock, PUT_BACK) => {
                let goods: Goods = read(body)?;
                self.take_over().await?;
                let now = self.office.now();
                self.office
                    .transaction(|tables| stock::put_back(tables, &goods, now))?;
                Ok(web::cbor(Vec::new()))
            }
            (Place::Stock, LEFT) => {
                self.take_over().await?;
                Ok(web::cbor(written(&stock::shelf(self.office.tables())?)?))
            }
            _ => Err(Fault::not_found()),
        }
    }

    /// At the office, whose shelf changes no more once there are shards: so it says the same each time.
    fn show_shelf(&self) -> Result<Answer, Fault> {
        if self.has_the_goods()? {
            return Err(Fault::new(Kind::Starting, "There are no shards yet."));
        }
        Ok(web::cbor(written(&stock::shelf(self.office.tables())?)?))
    }

    /// At the stock: takes over what the office had on its shelf, once.
    async fn take_over(&self) -> Result<(), Fault> {
        if facts::get(self.office.tables(), TAKEN_OVER)?.is_some() {
            return Ok(());
        }
        let said = self.office.ask_sibling(Place::Office, SHELF, Vec::new());
        let shelf: Vec<Pieces> = read(&said.await?)?;
        self.office.transaction(|tables| {
            if facts::get(tables, TAKEN_OVER)?.is_some() {
                return Ok(());
            }
            for Pieces { sku, pieces } in &shelf {
                stock::set(tables, sku, *pieces)?;
            }
            facts::put(tables, TAKEN_OVER, &[])
        })?;
        Ok(())
    }
}

/// The question whether the stock holds back what an order needs.
struct Reserving<'a, P: Ports>(&'a Shop<P>);

impl<P: Ports> SiblingLetter<P> for Reserving<'_, P> {
    const KIND: &'static str = "reserve";
    const PATH: &'static str = RESERVE;

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn says(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Vec<u8>>, Fault> {
        let order = book::by_reference(tables, reference)?;
        if order.state != OrderState::Received {
            return Ok(None);
        }
        Ok(Some(written(&needed(&order)?)?))
    }

    fn heard(&self, tables: &dyn Tables, reference: &str, answer: &[u8]) -> Result<(), Fault> {
        let order = book::by_reference(tables, reference)?;
        if order.state != OrderState::Received {
            return Ok(()); // it ended meanwhile, and another letter has it put back
        }
        if read(answer)? {
            return self.0.ask_next(tables, &order);
        }
        self.0.end(tables, &order, RefusalReason::OutOfStock)
    }
}

/// Tells the stock that an order needs no goods any more.
struct PuttingBack<'a, P: Ports>(&'a Shop<P>);

impl<P: Ports> PuttingBack<'_, P> {
    /// The goods that the order held back at this object itself, before there were shards.
    fn goods(tables: &dyn Tables, order: &Order) -> Result<Goods, Fault> {
        let held = stock::held(tables, &order.order_id)?;
        Ok(Goods::new(&order.order_id, &order.root, held))
    }
}

impl<P: Ports> SiblingLetter<P> for PuttingBack<'_, P> {
    const KIND: &'static str = "put-back";
    const PATH: &'static str = PUT_BACK;

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn says(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Vec<u8>>, Fault> {
        let order = book::by_reference(tables, reference)?;
        Ok(Some(written(&Self::goods(tables, &order)?)?))
    }

    fn heard(&self, tables: &dyn Tables, reference: &str, _: &[u8]) -> Result<(), Fault> {
        let order = book::by_reference(tables, reference)?;
        stock::taken(tables, &Self::goods(tables, &order)?)?;
        Ok(())
    }
}

/// What an order needs, by its form.
fn needed(order: &Order) -> Result<Goods, Fault> {
    let form: OrderForm = decode(&order.form).map_err(|_| Fault::internal())?;
    let lines = form.items.into_iter().map(|item| Pieces {
        sku: item.sku,
        pieces: item.quantity,
    });
    Ok(Goods::new(&order.order_id, &order.root, lines.collect()))
}

fn written<T: Encode<()>>(value: &T) -> Result<Vec<u8>, DatabaseError> {
    minicbor::to_vec(value).map_err(|_| DatabaseError::Shape(0))
}

/// What a sibling said. It is of the same release, or of the one before or after.
fn read<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, Fault> {
    minicbor::decode(bytes).map_err(|_| Fault::malformed("A sibling says something else."))
}
