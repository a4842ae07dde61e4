//! Hands over what no courier delivers: the shop's own signed word ends such an order and has whoever pays do so, and what it
//! hands over, if that is a text, is sealed for the holder. At once when whoever pays has authorised, or when the shop's own
//! server says so.

use minicbor::{Decode, Encode};
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::checkout::handing::{HandedGoods, HandedLine, HandingOver, handed_digest};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::{decode, decode_value, encode_value};
use tallystick_protocol::wire::identifier::OrderId;

use super::book::{self, Order};
use super::state::OrderState;
use super::{EVIDENCE_SECONDS, Shop, letters, settling};
use crate::office::fault::{Fault, Kind};
use crate::office::log::correlation;
use crate::ports::{Ports, Tables};
use crate::post::outbox::Content;
use crate::store::sealed::Sealed;

/// Longest [`Handing`] as it is encoded, in bytes.
const HANDING_MAX_BYTES: usize = 16 * 1024;
/// The name under which one is sealed.
const SEALED_AS: &str = "goods-to-hand-over";

/// What is to be handed over for a form, and for an order.
pub(super) const SEALED_IN_FORMS: Sealed = Sealed {
    name: |_| Ok(SEALED_AS.to_owned()),
    ..Sealed::whole("shop_forms", "handing")
};
pub(super) const SEALED_IN_PAPERS: Sealed = Sealed {
    only: Some("kind = 'to-hand-over'"),
    name: |_| Ok(SEALED_AS.to_owned()),
    ..Sealed::whole("shop_papers", "bytes")
};

tallystick_protocol::named_enum! {
    /// When goods are handed over that no courier delivers.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
    #[cbor(index_only)]
    pub enum When {
        /// As soon as whoever pays has authorised the amount.
        #[n(1)]
        AtOnce => "at-once",
        /// When the shop's own server says so.
        #[n(2)]
        WhenTold => "when-told",
    }
}

/// What is handed over for a form, and when.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Handing {
    /// When.
    #[n(0)]
    pub when: When,
    /// What, as far as it is a text.
    #[n(1)]
    pub goods: Option<HandedGoods>,
}

impl<P: Ports> Shop<P> {
    /// As it rests in the shop's tables.
    ///
    /// # Errors
    /// Those of the vault.
    pub(super) fn sealed_handing(&self, handing: &Handing) -> Result<Vec<u8>, Fault> {
        Ok(self.office.seal(SEALED_AS, &encode_value(handing))?)
    }

    /// What is to be handed over for an order, if no courier delivers it and that was not done yet.
    fn handing_of(&self, tables: &dyn Tables, order: &Order) -> Result<Option<Handing>, Fault> {
        let sealed = book::paper(tables, letters::TO_HAND_OVER, &order.order_id)?;
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        let plain = self.office.unseal(SEALED_AS, &sealed)?;
        let handing = decode_value(&plain, HANDING_MAX_BYTES).map_err(|_| Fault::internal())?;
        Ok(Some(handing))
    }

    /// Whoever pays has authorised an order without a courier: hands over, if that is to be done at once. In the transaction
    /// that notes so.
    pub(super) fn hand_over_if_ready(
        &self,
        tables: &dyn Tables,
        order: &Order,
    ) -> Result<(), Fault> {
        match self.handing_of(tables, order)? {
            Some(handing) if handing.when == When::AtOnce => {
                self.hand_over(tables, order, handing.goods.as_ref())
            }
            _ => Ok(()),
        }
    }

    /// The shop's own server says that an order is handed over, with what if it is a text; of one that is not authorised yet,
    /// that it is as soon as that is so. What was said with the form counts if nothing is said here. In a transaction.
    ///
    /// # Errors
    /// [`Kind::Conflict`] of an order that a courier delivers, or that has ended; [`Kind::Malformed`] of goods that are not
    /// the order's; [`Kind::NotFound`].
    pub(super) fn hand_over_by_wish(
        &self,
        tables: &dyn Tables,
        number: &OrderId,
        goods: Option<HandedGoods>,
    ) -> Result<(), Fault> {
        let order = book::find(tables, number)?.ok_or_else(Fault::not_found)?;
        self.require_whole(&order)?;
        if order.courier.domain().is_some() {
            let said = "A courier delivers this order: the shop cannot hand it over.";
            return Err(Fault::new(Kind::Conflict, said));
        }
        let form: OrderForm = decode(&order.form).map_err(|_| Fault::internal())?;
        if let Some(goods) = &goods {
            let checked = goods.check(&form);
            checked.map_err(|error| Fault::malformed(error).at("/lines"))?;
        }
        let before = self.handing_of(tables, &order)?;
        let goods = goods.or_else(|| before.and_then(|handing| handing.goods));
        match order.state {
            OrderState::Authorised => self.hand_over(tables, &order, goods.as_ref()),
            OrderState::Received | OrderState::Asking => {
                let when = When::AtOnce;
                let sealed = self.sealed_handing(&Handing { when, goods })?;
                let id = &order.order_id;
                Ok(book::keep_paper(
                    tables,
                    id,
                    letters::TO_HAND_OVER,
                    &sealed,
                )?)
            }
            _ => {
                let said = "The order was handed over, or has ended.";
                Err(Fault::new(Kind::Conflict, said))
            }
        }
    }

    /// As [`Shop::hand_over_by_wish`], with a text that an operator wrote: [`goods_written`].
    ///
    /// # Errors
    /// Those of [`Shop::hand_over_by_wish`].
    pub(super) fn hand_over_as_written(
        &self,
        tables: &dyn Tables,
        number: &OrderId,
        text: Option<&str>,
    ) -> Result<(), Fault> {
        let order = book::find(tables, number)?.ok_or_else(Fault::not_found)?;
        let form: OrderForm = decode(&order.form).map_err(|_| Fault::internal())?;
        let goods = text.map(|text| goods_written(text, &form)).transpose()?;
        self.hand_over_by_wish(tables, number, goods)
    }

    /// Decides that an authorised order without a courier is handed over, seals what is, and has whoever pays shown so.
    fn hand_over(
        &self,
        tables: &dyn Tables,
        order: &Order,
        goods: Option<&HandedGoods>,
    ) -> Result<(), Fault> {
        if order.courier.domain().is_some() {
            return Err(Fault::internal());
        }
        if order.expires_at <= self.office.now() {
            return Err(Fault::new(Kind::Expired, "The order has expired."));
        }
        let id = &order.order_id;
        let order = book::find(tables, id)?.ok_or_else(Fault::internal)?;
        let lock = book::lock(tables, id)?.ok_or_else(Fault::internal)?;
        let seal = |goods: &HandedGoods| goods.seal(&mut self.office.rng(), &lock, &order.root);
        let sealed = goods.map(seal).transpose().map_err(Fault::malformed)?;
        if let Some(sealed) = &sealed {
            book::keep_paper(tables, id, letters::HANDED, sealed)?;
        }
        self.move_to(tables, &order, OrderState::Accepted)?;
        book::drop_paper(tables, id, letters::TO_HAND_OVER)?;
        let word = HandingOver {
            envelope: self
                .office
                .envelope(Audience::Anyone, id.0, EVIDENCE_SECONDS),
            root: order.root,
            issuer: order.issuer.clone(),
            handed: sealed.as_deref().map(handed_digest),
            handle: order.handle(),
        };
        self.office
            .decide(tables, letters::HAND_OVER, &order.reference(), &word)?;
        let about = correlation(&order.root.0);
        self.office.log("handed-over", Some(&about), "ok");
        let content = Content::Statement(letters::HAND_OVER.to_owned());
        self.tell_issuer(tables, &order, letters::RELAY, settling::CAPTURES, content)
    }
}

/// What is handed over by one text: of a form with one kind of goods the whole, of one with several what stands below a line
/// that is nothing but a number of goods in square brackets, for each that has a text.
fn goods_written(text: &str, form: &OrderForm) -> Result<HandedGoods, Fault> {
    if let [only] = &form.items[..] {
        let (sku, text) = (only.sku.clone(), text.to_owned());
        return Ok(HandedGoods {
            lines: vec![HandedLine { sku, text }],
        });
    }
    let heading = |line: &str| {
        let sku = line.trim().strip_prefix('[')?.strip_suffix(']')?;
        let mut items = form.items.iter();
        items.find(|item| item.sku == sku).map(|_| sku.to_owned())
    };
    let mut lines: Vec<HandedLine> = Vec::new();
    for line in text.split('\n') {
        match (heading(line), lines.last_mut()) {
            (Some(sku), _) => lines.push(HandedLine {
                sku,
                text: String::new(),
            }),
            (None, Some(below)) => {
                below.text.push_str(line);
                below.text.push('\n');
            }
            (None, None) if line.trim().is_empty() => {}
            (None, None) => {
                let said = "The order has several goods: each text stands below a line with the goods' number in brackets.";
                return Err(Fault::malformed(said));
            }
        }
    }
    for line in &mut lines {
        line.text = line.text.trim_matches('\n').to_owned();
    }
    Ok(HandedGoods { lines })
}
