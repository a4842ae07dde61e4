//! Takes over what this shop has signed and forgotten, as couriers, whoever pays and coupon offices hold it: from then on it
//! says these very bytes, and the order goes on from where they show it to be. An order that was forgotten with them waits for
//! its wallet, which alone has the shop's part; until then nothing else is signed about it.

mod applying;
mod brought;
mod coupons;
mod forgotten;

pub(super) use forgotten::TABLE;

use tallystick_protocol::checkout::answers::{AuthorisationRequest, DeliveryRequest, Refusal};
use tallystick_protocol::checkout::cancellation::DeliveryCancellation;
use tallystick_protocol::checkout::handing::HandingOver;
use tallystick_protocol::checkout::recollection::Recollected;
use tallystick_protocol::checkout::refunds::RefundRequest;
use tallystick_protocol::coupon::{ShopPresentation, ShopSettlement};
use tallystick_protocol::trust::statement::{
    SignedMessage, StatementError, Verified, message_type, open,
};
use tallystick_protocol::wire::cbor::Message as _;
use tallystick_protocol::wire::identifier::{Domain, Role, Root};

use super::Shop;
use super::book::Order;
use crate::office::fault::{Fault, Kind};
use crate::office::http::BODY_LIMIT;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::outbox::Letter;
use crate::recollection::asking::Recollect;
use crate::standing::statements;
use crate::store::typed;

/// What the shop signed about an order.
enum Word {
    Authorise(Box<Verified<AuthorisationRequest>>),
    Deliver(Box<Verified<DeliveryRequest>>),
    Cancel(Box<Verified<DeliveryCancellation>>),
    HandOver(Box<Verified<HandingOver>>),
    Refuse(Box<Verified<Refusal>>),
    Refund(Box<Verified<RefundRequest>>),
    Present(Box<Verified<ShopPresentation>>),
    SettleCoupon(Box<Verified<ShopSettlement>>),
}

/// What is left to an operator although a word was taken over, in a sentence.
type Doubt = Option<&'static str>;

impl<P: Ports> Recollect for Shop<P> {
    fn peers(&self, tables: &dyn Tables) -> Result<Vec<(Role, Domain)>, DatabaseError> {
        let mut peers = Vec::new();
        for (role, sql) in [
            (
                Role::Courier,
                "SELECT DISTINCT courier FROM shop_orders WHERE courier <> '' ORDER BY courier",
            ),
            (
                Role::Issuer,
                "SELECT issuer FROM shop_orders UNION SELECT office FROM shop_coupons ORDER BY 1",
            ),
        ] {
            let domains: Vec<Domain> = typed::all(tables, sql, &[])?;
            peers.extend(domains.into_iter().map(|domain| (role, domain)));
        }
        Ok(peers)
    }

    async fn take_over(&self, peer: &Domain, order: &Recollected) -> Result<(), Fault> {
        let mut left = None;
        for bytes in &order.words {
            let word = self.word_in(bytes, &order.root)?;
            let doubt = self.office.transaction(|tables| {
                let Some(known) = self.known(tables, peer, &order.root, &word)? else {
                    let now = self.office.now();
                    forgotten::keep(tables, &order.root, peer, bytes, now)?;
                    return Ok::<_, Fault>(Some(FORGOTTEN));
                };
                self.apply(tables, peer, &known, &word)
            })?;
            left = left.or(doubt);
        }
        match left {
            Some(why) => Err(Fault::new(Kind::NotFound, why)),
            None => Ok(()),
        }
    }
}

/// Why an order waits that is known by what was signed about it alone.
const FORGOTTEN: &str = "The order itself was forgotten. The holder's wallet has it: once that shows it again, it goes on.";

impl<P: Ports> Shop<P> {
    /// One statement, by this shop's own signature and about this root.
    fn word_in(&self, bytes: &[u8], root: &Root) -> Result<Word, Fault> {
        Ok(match message_type(bytes, BODY_LIMIT)? {
            AuthorisationRequest::TYPE => {
                let of = |one: &AuthorisationRequest| Some(one.part.root);
                Word::Authorise(self.own(bytes, root, of)?)
            }
            DeliveryRequest::TYPE => {
                let of = |one: &DeliveryRequest| Some(one.part.root);
                Word::Deliver(self.own(bytes, root, of)?)
            }
            DeliveryCancellation::TYPE => {
                let of = |one: &DeliveryCancellation| Some(one.root);
                Word::Cancel(self.own(bytes, root, of)?)
            }
            HandingOver::TYPE => {
                let of = |one: &HandingOver| Some(one.root);
                Word::HandOver(self.own(bytes, root, of)?)
            }
            Refusal::TYPE => {
                let of = |one: &Refusal| Some(one.root).filter(|_| one.by == Role::Shop);
                Word::Refuse(self.own(bytes, root, of)?)
            }
            RefundRequest::TYPE => {
                let of = |one: &RefundRequest| Some(one.root);
                Word::Refund(self.own(bytes, root, of)?)
            }
            ShopPresentation::TYPE => {
                let of = |one: &ShopPresentation| one.held_for.map(Root);
                Word::Present(self.own(bytes, root, of)?)
            }
            ShopSettlement::TYPE => {
                let of = |one: &ShopSettlement| Some(Root(one.order));
                Word::SettleCoupon(self.own(bytes, root, of)?)
            }
            _ => return Err(Fault::malformed("It is no word of a shop that binds it.")),
        })
    }

    /// A statement that this shop signed, verified.
    fn own<M: SignedMessage>(
        &self,
        word: &[u8],
        root: &Root,
        about: impl FnOnce(&M) -> Option<Root>,
    ) -> Result<Box<Verified<M>>, Fault> {
        let identity = self.office.identity()?;
        let said = open::<M>(word, &identity.anchors, self.office.now(), Role::Shop)?;
        said.require_sender(&self.office.settings.domain)?;
        if about(&said.message) != Some(*root) {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(Box::new(said))
    }

    /// The order that a word is about, if it is known.
    fn known(
        &self,
        tables: &dyn Tables,
        peer: &Domain,
        root: &Root,
        word: &Word,
    ) -> Result<Option<Order>, Fault> {
        match word {
            Word::Present(said) => self.order_of_presentation(tables, peer, root, &said.message),
            Word::SettleCoupon(said) => {
                self.order_of_coupon(tables, peer, root, &said.message.coupon)
            }
            _ => Ok(typed::find(tables, "root = ?", &[(*root).into()])?),
        }
    }

    /// Keeps what the shop said under the name by which it says it again.
    fn keep_said<M: SignedMessage>(
        &self,
        tables: &dyn Tables,
        key: (&str, &str),
        said: &Verified<M>,
    ) -> Result<(), Fault> {
        let now_ms = self.office.now_ms();
        Ok(statements::take_over(tables, key, said, now_ms)?)
    }

    /// Requires that nothing about an order is unknown or in doubt: what was signed of it has been told by everybody who would
    /// know. Before anything is decided about it.
    ///
    /// # Errors
    /// [`Kind::Starting`] otherwise.
    pub(super) fn require_whole(&self, order: &Order) -> Result<(), Fault> {
        self.office.require_undoubted(&order.reference())?;
        self.office.require_has_told(&order.issuer)?;
        match order.courier.domain() {
            Some(courier) => self.office.require_has_told(courier),
            None => Ok(()),
        }
    }

    /// As [`Shop::require_whole`], of a letter's order, before it is sent.
    pub(super) fn require_letter_whole(&self, letter: &Letter) -> Result<(), Fault> {
        let root = letter.reference.split(' ').next().unwrap_or_default();
        self.office.require_undoubted(root)?;
        self.office.require_has_told(&letter.to)
    }
}

fn contradiction() -> Fault {
    Fault::new(
        Kind::Conflict,
        "It says something else than what is decided here.",
    )
}
