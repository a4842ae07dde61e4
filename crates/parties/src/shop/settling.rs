//! Tells the issuer how an order ended, and hears from it where the money is. Only its signed answer
//! makes an order charged, or gives goods back that a courier may have accepted.

use tallystick_protocol::checkout::answers::{IssuerAnswer, RefusalReason};
use tallystick_protocol::trust::statement::unverified;
use tallystick_protocol::wire::identifier::{Role, Root};

use super::book::{self, Order};
use super::state::OrderState;
use super::{EVIDENCE_SECONDS, Shop, delivering, letters};
use crate::money_answer::Settled;
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::place::path_at;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{self, Content, NewLetter};
use crate::standing::statements;

/// Where an issuer is shown an acceptance.
pub(super) const CAPTURES: &str = "/v1/captures";
/// Where an issuer is told that nothing will be delivered.
pub(super) const RELEASES: &str = "/v1/releases";

/// Tells the issuer what the courier signed, or that the shop does not deliver.
pub(super) struct Settling<'a, P: Ports>(pub(super) &'a Shop<P>);

impl<P: Ports> Exchange<P> for Settling<'_, P> {
    type Subject = Order;
    /// Where the money came to rest, and the issuer's answer as it was signed.
    type Word = (Settled, Vec<u8>);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Order>, Fault> {
        Ok(Some(book::by_reference(tables, reference)?))
    }

    fn verify(&self, order: &Order, said: Said<'_>) -> Result<Self::Word, Fault> {
        let signed = said.bytes().to_vec();
        let settled =
            self.0
                .office
                .settled_by(&order.issuer, &order.order_id, &order.root, said)?;
        Ok((settled, signed))
    }

    fn apply(
        &self,
        tables: &dyn Tables,
        order: &Order,
        (settled, signed): Self::Word,
    ) -> Result<(), Fault> {
        let office = &self.0.office;
        keep_answer(tables, order, &signed)?;
        match (order.state, settled) {
            (OrderState::Accepted, Settled::Captured) => {
                note_charged(tables, &order.root, office.now_ms())?;
                self.0.take_coupons(tables, order)?;
            }
            // The acceptance came after the release: no payment, and the shop does not deliver.
            (OrderState::Accepted, Settled::Free) => {
                self.0.end(tables, order, RefusalReason::Expired)?;
            }
            // Nobody can accept any more what the issuer has released.
            (OrderState::Delivering, Settled::Free) => {
                self.0.end(tables, order, RefusalReason::Expired)?;
                for letter in [letters::DELIVER, letters::CANCEL] {
                    outbox::settle(tables, letter, &order.reference())?;
                }
            }
            // It is charged, so the courier accepted: it is asked until it says so.
            (OrderState::Delivering, Settled::Captured) => {
                note_charged(tables, &order.root, office.now_ms())?;
                let give_up_at = office.now().plus_seconds(EVIDENCE_SECONDS);
                delivering::ask_courier(tables, order, give_up_at, office.now_ms())?;
            }
            (_, Settled::Captured) => {
                let about = order.reference();
                office.log("charged-after-end", about.get(..16), "conflict");
            }
            (_, Settled::Free) => {}
        }
        Ok(())
    }

    fn over(&self, _: &dyn Tables, order: &Order) -> Result<(), Fault> {
        let about = order.reference();
        self.0
            .office
            .log("issuer-never-answered", about.get(..16), "given-up");
        Ok(())
    }
}

impl<P: Ports> Shop<P> {
    /// Ends an order that cannot go on and that no courier can have accepted. Whatever the issuer
    /// may have reserved is given back.
    pub(super) fn stop(
        &self,
        tables: &dyn Tables,
        order: &Order,
        reason: RefusalReason,
    ) -> Result<(), Fault> {
        self.ask_for_release(tables, order, reason)?;
        self.end(tables, order, reason)
    }

    /// Ends an order by the shop's own word.
    pub(super) fn end(
        &self,
        tables: &dyn Tables,
        order: &Order,
        reason: RefusalReason,
    ) -> Result<(), Fault> {
        let by = Role::Shop;
        self.move_to(tables, order, OrderState::Refused { by, reason })?;
        self.refuse_once(tables, order, reason)
    }

    /// Posts the shop's refusal to the issuer, so that nothing stays reserved until it expires.
    pub(super) fn ask_for_release(
        &self,
        tables: &dyn Tables,
        order: &Order,
        reason: RefusalReason,
    ) -> Result<(), Fault> {
        self.refuse_once(tables, order, reason)?;
        let content = Content::Statement(letters::REFUSAL.to_owned());
        self.tell_issuer(tables, order, letters::RELEASE, RELEASES, content)
    }

    /// Shows the issuer what the courier signed. The courier does so too; the issuer acts once.
    pub(super) fn relay(
        &self,
        tables: &dyn Tables,
        order: &Order,
        path: &str,
        signed: Vec<u8>,
    ) -> Result<(), Fault> {
        self.tell_issuer(
            tables,
            order,
            letters::RELAY,
            path,
            Content::Relayed(signed),
        )
    }

    pub(super) fn tell_issuer(
        &self,
        tables: &dyn Tables,
        order: &Order,
        kind: &str,
        path: &str,
        content: Content,
    ) -> Result<(), Fault> {
        let letter = NewLetter {
            kind,
            reference: &order.reference(),
            to: &order.issuer,
            path: &at_payer(tables, order, path),
            content,
            give_up_at_ms: self
                .office
                .now()
                .plus_seconds(EVIDENCE_SECONDS)
                .milliseconds(),
        };
        Ok(outbox::post(tables, &letter, self.office.now_ms())?)
    }

    fn refuse_once(
        &self,
        tables: &dyn Tables,
        order: &Order,
        reason: RefusalReason,
    ) -> Result<(), Fault> {
        match statements::find(tables, letters::REFUSAL, &order.reference())? {
            Some(_) => Ok(()),
            None => self.refuse(tables, order, reason),
        }
    }
}

/// `path` at whoever pays, with the byte by which that finds the holder's shard. Of an order whose parts were kept
/// long enough the shop does not know it any more.
pub(super) fn at_payer(tables: &dyn Tables, order: &Order, path: &str) -> String {
    let split = book::split(tables, &order.order_id).ok();
    let part = split.as_ref().and_then(|split| split.part(Role::Issuer));
    part.map_or(path.to_owned(), |part| path_at(path, part.pair.holder.0[0]))
}

/// Whether the issuer has signed that the order is charged.
///
/// # Errors
/// Only the database's own.
pub(super) fn is_charged(
    tables: &(impl Tables + ?Sized),
    root: &Root,
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM shop_charged WHERE root = ?";
    Ok(first(tables, sql, &[root.0.into()])?.is_some())
}

/// Keeps what the issuer signed of where the money came to rest: an issuer that has forgotten it is told. That it set
/// nothing aside is not kept.
fn keep_answer(tables: &dyn Tables, order: &Order, signed: &[u8]) -> Result<(), Fault> {
    let answer = unverified::<IssuerAnswer>(signed)?;
    if answer.money.is_some() {
        book::keep_paper(tables, &order.order_id, letters::SETTLED, signed)?;
    }
    Ok(())
}

fn note_charged(tables: &dyn Tables, root: &Root, now_ms: u64) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO shop_charged (root, at_ms) VALUES (?, ?) ON CONFLICT (root) DO NOTHING",
        &[root.0.into(), now_ms.into()],
    )?;
    Ok(())
}
