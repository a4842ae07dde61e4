//! Where the goods are: at the office, while that is the shop's one object; with shards at an object of their own,
//! which the shards ask by letters. An order is stored before its goods are held back, and its end before they are
//! put back, so that whoever loses its power in between has the letter still to send.

use std::rc::Rc;

use minicbor::{Decode, Encode};

use super::Shop;
use super::book::{self, Order};
use super::catalogue::{self, Catalogue, Replacement};
use super::state::OrderState;
use super::stock::{self, Goods, Pieces, Shelf};
use super::wanted::Marks;
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
/// Where it says what is sold and left.
const OFFERED: &str = "/siblings/stock/offered";
/// Where the catalogue is replaced.
const REPLACE: &str = "/siblings/stock/replace";
/// Where the office says what was left before there were shards.
const SHELF: &str = "/siblings/shelf";
/// Where it says besides what was sold.
const WHOLE: &str = "/siblings/goods";
/// The fact that the stock has the office's shelf.
const TAKEN_OVER: &str = "stock-taken-over";
/// For how long a shard says again what was left, in milliseconds. It promises nothing by it.
const LEFT_MS: u64 = 2_000;

/// What is sold, and what is left of it.
#[derive(Clone)]
pub(super) struct Offered {
    pub catalogue: Rc<Catalogue>,
    pub shelf: Rc<Shelf>,
}

/// What an object knows of the goods: at a shard what it heard of the stock last, and until when it says so again without
/// asking (milliseconds since 1970); where the goods are, the catalogue that it has read.
#[derive(Clone, Default)]
pub(super) struct Heard {
    until_ms: u64,
    offered: Option<Offered>,
}

/// What a shard asks the stock by.
#[derive(Encode, Decode)]
#[cbor(map)]
struct WhichIsKnown {
    /// The version of the catalogue that the shard has, 0 if none.
    #[n(0)]
    version: u64,
}

/// What the stock answers.
#[derive(Encode, Decode)]
#[cbor(map)]
struct WhatIsThere {
    /// What is left.
    #[n(0)]
    pieces: Vec<Pieces>,
    /// The catalogue, if it is another than the one that the shard has.
    #[n(1)]
    catalogue: Option<Catalogue>,
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

    /// What is sold and what of it is on the shelf, as far as it is known here. What is promised is decided when it is held
    /// back.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if the stock does not answer, and never did.
    pub(super) async fn offered(&self) -> Result<Offered, Fault> {
        if self.has_the_goods()? {
            return Ok(self.own_goods()?);
        }
        let before = self.heard.borrow().clone();
        if let Some(offered) = &before.offered
            && self.office.now_ms() < before.until_ms
        {
            return Ok(offered.clone());
        }
        match (
            self.ask_what_is_offered(before.offered.as_ref()).await,
            before.offered,
        ) {
            (Ok(offered), _) => {
                self.heard.replace(Heard {
                    until_ms: self.office.now_ms().saturating_add(LEFT_MS),
                    offered: Some(offered.clone()),
                });
                Ok(offered)
            }
            (Err(_), Some(offered)) => Ok(offered),
            (Err(fault), None) => Err(fault),
        }
    }

    async fn ask_what_is_offered(&self, before: Option<&Offered>) -> Result<Offered, Fault> {
        let version = before.map_or(0, |before| before.catalogue.version);
        let asked = written(&WhichIsKnown { version })?;
        let said = self.office.ask_sibling(Place::Stock, OFFERED, asked);
        let said: WhatIsThere = read(&said.await?)?;
        let known = before.map(|before| before.catalogue.clone());
        Ok(Offered {
            catalogue: match said.catalogue {
                Some(catalogue) => Rc::new(catalogue),
                None => known.unwrap_or_default(),
            },
            shelf: Rc::new(Shelf::of(said.pieces)),
        })
    }

    /// Where the goods are: what is in the tables, of which the catalogue is read once.
    fn own_goods(&self) -> Result<Offered, DatabaseError> {
        let tables = self.office.tables();
        let version = catalogue::version(tables)?;
        let known = self.heard.borrow().offered.clone();
        let known = known.map(|offered| offered.catalogue);
        let catalogue = match known.filter(|known| known.version == version) {
            Some(known) => known,
            None => Rc::new(catalogue::read(tables)?),
        };
        let shelf = Rc::new(Shelf::of(stock::shelf(tables)?));
        let offered = Offered { catalogue, shelf };
        self.heard.borrow_mut().offered = Some(offered.clone());
        Ok(offered)
    }

    /// Replaces what the shop sells, and answers the version of the catalogue.
    ///
    /// # Errors
    /// As of [`Replacement::check`]; [`Kind::Unreachable`] if the object that has the goods does not answer.
    pub async fn replace_catalogue(&self, replacement: &Replacement) -> Result<u64, Fault> {
        replacement.check()?;
        let version = if self.has_the_goods()? {
            let now_ms = self.office.now_ms();
            self.office
                .transaction(|tables| catalogue::replace(tables, replacement, now_ms))?
        } else {
            let asked = written(replacement)?;
            read(
                &self
                    .office
                    .ask_sibling(Place::Stock, REPLACE, asked)
                    .await?,
            )?
        };
        self.heard.borrow_mut().until_ms = 0;
        Ok(version)
    }

    /// What the shop sells.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if the object that has the goods does not answer, and never did.
    pub async fn catalogue(&self) -> Result<Rc<Catalogue>, Fault> {
        Ok(self.offered().await?.catalogue)
    }

    /// Gives a shop that has no catalogue its first, before anything is asked of it: for whoever runs one in a process of
    /// theirs. At the office alone; with shards the stock takes it over from there.
    ///
    /// # Errors
    /// As of [`Replacement::check`], and the database's own.
    pub fn open_with(&self, first: &Replacement) -> Result<(), Fault> {
        first.check()?;
        self.office.migrate()?;
        if self.office.place() != Place::Office || catalogue::version(self.office.tables())? > 0 {
            return Ok(());
        }
        let now_ms = self.office.now_ms();
        self.office
            .transaction(|tables| catalogue::replace(tables, first, now_ms))?;
        Ok(())
    }

    /// Answers what the shop's objects ask each other about goods.
    pub(super) async fn answer_about_goods(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::CBOR)?;
        match (self.office.place(), request.uri().path()) {
            (Place::Office, SHELF) => self.show_shelf(),
            (Place::Office, WHOLE) => self.show_goods(),
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
            (Place::Stock, OFFERED) => {
                let WhichIsKnown { version } = read(body)?;
                self.take_over().await?;
                Ok(web::cbor(written(&self.what_is_there(version)?)?))
            }
            (Place::Stock, REPLACE) => {
                let replacement: Replacement = read(body)?;
                self.take_over().await?;
                let now_ms = self.office.now_ms();
                let replaced = self
                    .office
                    .transaction(|tables| catalogue::replace(tables, &replacement, now_ms));
                Ok(web::cbor(written(&replaced?)?))
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

    /// As [`Shop::show_shelf`], with the catalogue.
    fn show_goods(&self) -> Result<Answer, Fault> {
        if self.has_the_goods()? {
            return Err(Fault::new(Kind::Starting, "There are no shards yet."));
        }
        let tables = self.office.tables();
        let whole = WhatIsThere {
            pieces: stock::shelf(tables)?,
            catalogue: Some(catalogue::read(tables)?),
        };
        Ok(web::cbor(written(&whole)?))
    }

    /// What is in the tables here, with the catalogue unless it is of the version that is known already.
    fn what_is_there(&self, known: u64) -> Result<WhatIsThere, DatabaseError> {
        let offered = self.own_goods()?;
        let is_known = known == offered.catalogue.version;
        Ok(WhatIsThere {
            pieces: stock::shelf(self.office.tables())?,
            catalogue: (!is_known).then(|| (*offered.catalogue).clone()),
        })
    }

    /// At the stock: takes over what the office sold and had on its shelf, once.
    async fn take_over(&self) -> Result<(), Fault> {
        if facts::get(self.office.tables(), TAKEN_OVER)?.is_some() {
            return Ok(());
        }
        let said = self.office.ask_sibling(Place::Office, WHOLE, Vec::new());
        let whole: WhatIsThere = read(&said.await?)?;
        self.office.transaction(|tables| {
            if facts::get(tables, TAKEN_OVER)?.is_some() {
                return Ok(());
            }
            for Pieces { sku, pieces } in &whole.pieces {
                stock::set(tables, sku, *pieces)?;
            }
            if let Some(catalogue) = &whole.catalogue {
                catalogue::keep(tables, catalogue)?;
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

/// What an order needs of the catalogue's goods, by its form.
fn needed(order: &Order) -> Result<Goods, Fault> {
    let form: OrderForm = decode(&order.form).map_err(|_| Fault::internal())?;
    let of_catalogue = Marks(order.of_catalogue);
    let items = form.items.into_iter().enumerate();
    let items = items.filter(|(place, _)| of_catalogue.has(*place));
    let lines = items.map(|(_, item)| Pieces {
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
