//! Tells an issuer what became of an order whose time is over. The answer is always signed and always
//! final: of an order that the courier never heard of it says that it will not deliver, and keeps to
//! that, so that the issuer can give the holder the money back at once.

use tallystick_protocol::checkout::answers::{Inquiry, Refusal, RefusalReason};
use tallystick_protocol::checkout::order::ORDER_LIFETIME_SECONDS;
use tallystick_protocol::trust::certificate::CLOCK_SKEW_SECONDS;
use tallystick_protocol::trust::statement::{Audience, open};
use tallystick_protocol::wire::identifier::{Domain, OrderId, Role, Root};
use tallystick_protocol::wire::time::Timestamp;

use super::{Courier, EVIDENCE_SECONDS, deliveries, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::log::correlation;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::standing::statements;

impl<P: Ports> Courier<P> {
    /// `POST /v1/inquiries`.
    pub(super) async fn inquire(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let identity = self.office.identity()?;
        let now = self.office.now();
        let asked = open::<Inquiry>(body, &identity.anchors, now, Role::Issuer)?;
        asked.require_recipient(&self.office.as_audience())?;
        self.office
            .admit_sender("inquiries", &asked.message.envelope.from)?;
        if asked.message.expired_at > now {
            let wait = "By this courier's clock the order still has time.";
            return Err(Fault::new(Kind::WrongClock, wait));
        }
        if let Some(stored) = deliveries::find(self.office.tables(), &asked.message.root)? {
            asked.require_transaction(&stored.order_id.0)?;
            if stored.issuer != asked.message.envelope.from {
                return Err(Fault::not_found());
            }
            return Ok(web::cose(self.own_word(&stored).await?));
        }
        self.require_not_forgotten(asked.message.expired_at)?;
        let order = OrderId(asked.message.envelope.transaction);
        let closing = Closing {
            root: asked.message.root,
            order,
            asker: &asked.message.envelope.from,
            reason: RefusalReason::Expired,
        };
        self.closed(&closing).await
    }

    /// Of an order that ended then it is known whether it came. A shop that was forgotten altogether may have brought it,
    /// and the question does not say which shop that is: so nothing is said of what was open before this generation.
    fn require_not_forgotten(&self, expired_at: Timestamp) -> Result<(), Fault> {
        let longest = ORDER_LIFETIME_SECONDS + CLOCK_SKEW_SECONDS;
        if self
            .office
            .may_have_forgotten(expired_at.minus_seconds(longest))?
        {
            let why = "It may have accepted the order and forgotten it.";
            return Err(Fault::new(Kind::Starting, why));
        }
        Ok(())
    }

    /// Says, and keeps to it, that an order which never came will not be delivered any more.
    pub(super) async fn closed(&self, closing: &Closing<'_>) -> Result<Answer, Fault> {
        let reference = closed(&closing.root, closing.asker);
        self.office
            .transaction(|tables| self.close(tables, closing, &reference))?;
        let refusal = self.office.signed(words::CLOSED, &reference).await?;
        Ok(web::cose(refusal))
    }

    fn close(
        &self,
        tables: &dyn Tables,
        closing: &Closing<'_>,
        reference: &str,
    ) -> Result<(), Fault> {
        let root = closing.root;
        self.office.require_own(self, &root.0)?;
        if deliveries::find(tables, &root)?.is_some() {
            // It came while the question was being read; asked again, the asker hears of it.
            return Err(Fault::new(Kind::Starting, "Ask again in a moment."));
        }
        if statements::find(tables, words::CLOSED, reference)?.is_some() {
            return Ok(());
        }
        let refusal = Refusal {
            envelope: self
                .office
                .envelope(Audience::Anyone, closing.order.0, EVIDENCE_SECONDS),
            root,
            by: Role::Courier,
            reason: closing.reason,
            // Whoever asked knows where the money is; the courier never heard.
            handle: None,
        };
        self.office
            .log("order-closed", Some(&correlation(&root.0)), "never-came");
        self.office
            .decide(tables, words::CLOSED, reference, &refusal)
    }
}

/// An order that never came, and who wants to know that it will not be delivered.
pub(super) struct Closing<'a> {
    /// The order's root.
    pub root: Root,
    /// Its number, as whoever asks names it.
    pub order: OrderId,
    /// The issuer or the shop that asks.
    pub asker: &'a Domain,
    /// Why it will not be delivered.
    pub reason: RefusalReason,
}

/// Whether this courier told that issuer, or that shop, that it will never deliver this order.
pub(super) fn is_closed(
    tables: &(impl Tables + ?Sized),
    root: &Root,
    asker: &Domain,
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM statements WHERE kind = ? AND reference = ?";
    let key = [words::CLOSED.into(), closed(root, asker).into()];
    Ok(first(tables, sql, &key)?.is_some())
}

/// Whether anybody was told that this order will never be delivered.
pub(super) fn is_closed_for_anybody(
    tables: &(impl Tables + ?Sized),
    root: &Root,
) -> Result<bool, DatabaseError> {
    // A reference begins with the root; after the blank comes who asked, and '!' follows the blank.
    let sql = "SELECT 1 FROM statements WHERE kind = ? AND reference > ? AND reference < ?";
    let from = format!("{root} ");
    let to = format!("{root}!");
    Ok(first(tables, sql, &[words::CLOSED.into(), from.into(), to.into()])?.is_some())
}

/// Whether anybody was told so of any order.
pub(super) fn is_any_closed(tables: &(impl Tables + ?Sized)) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM statements WHERE kind = ? LIMIT 1";
    Ok(first(tables, sql, &[words::CLOSED.into()])?.is_some())
}

/// The reference of the refusal: of one order, towards one issuer or shop, so that another's question ends
/// nothing.
pub(super) fn closed(root: &Root, asker: &Domain) -> String {
    format!("{root} {asker}")
}
