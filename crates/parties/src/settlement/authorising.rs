//! Takes a shop's request for authorisation: verifies what it signed that the card shall pay (ST106, SIG1), has the security
//! server settle it, and says *not yet* until the card has paid. Then it is decided as by every payer.

use tallystick_protocol::instrument::Payment;
use tallystick_protocol::settlement::{ReadingId, SettlementRequest, signed_digest};
use tallystick_protocol::trust::statement::{StatementError, Verified, open};
use tallystick_protocol::wire::identifier::Role;

use super::settlements::{self, Settlement, Stage};
use super::{SettlementServer, ending, funds, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming};
use crate::payer::{Judged, reservations};
use crate::ports::{Ports, Tables};
use crate::post::outbox::{self, Content, NewLetter};
use crate::store::typed;

impl<P: Ports> SettlementServer<P> {
    /// `POST /v1/authorisations`.
    pub(super) async fn take_authorisation(&self, request: &Incoming) -> Result<Answer, Fault> {
        let payer = self.issuer.payer()?;
        let ready = async |judged: &Judged| self.require_ready(judged);
        payer.authorise_once(request, ready).await
    }

    /// Requires that it can be decided: the card has paid or never will, or something speaks against it whatever the card does.
    ///
    /// # Errors
    /// [`Kind::AwaitingCard`] until then; why the shop's request is not what it should be.
    fn require_ready(&self, judged: &Judged) -> Result<(), Fault> {
        let Some(Payment::Contactless(named)) = judged.payment() else {
            return Ok(());
        };
        if judged.is_objected_to() || !self.is_of_our_holder(judged)? {
            return Ok(());
        }
        let asked = self.verify_request(judged)?;
        let office = self.office();
        let row =
            office.transaction(|tables| self.settle(tables, judged, &asked, named.reading))?;
        if row.is_open() {
            let waits = "The card that pays was not held to its reader yet.";
            return Err(Fault::new(Kind::AwaitingCard, waits));
        }
        Ok(())
    }

    /// Whether an account here ordered and may.
    fn is_of_our_holder(&self, judged: &Judged) -> Result<bool, Fault> {
        let payer = self.issuer.payer()?;
        let Some((_, claim)) = payer.claim(judged) else {
            return Ok(false);
        };
        let holder = funds::holder_of(self.office().tables(), &claim)?;
        Ok(holder.is_some_and(|holder| holder.is_genuine))
    }

    /// Verifies the shop's signed request (SIG1): by the shop that asks, to this mall, about this order, its root, its amount
    /// and its time.
    ///
    /// # Errors
    /// What does not hold. Nothing is stored then.
    fn verify_request(&self, judged: &Judged) -> Result<Verified<SettlementRequest>, Fault> {
        let (office, asks) = (self.office(), &judged.request.message);
        let lacks = || Fault::untrusted("The shop did not sign what the card is to pay.");
        let signed = asks.settlement.as_deref().ok_or_else(lacks)?;
        let anchors = &office.identity()?.anchors;
        let said = open::<SettlementRequest>(signed, anchors, office.now(), Role::Shop)?;
        let header = &judged.part.header;
        said.require_recipient(&office.as_audience())?;
        said.require_sender(&header.shop)?;
        said.require_transaction(&header.order_id.0)?;
        let request = &said.message;
        if request.mall != office.settings.domain {
            let other = "The shop wants to be paid at another settlement server.";
            return Err(Fault::new(Kind::WrongRecipient, other));
        }
        if request.root != asks.part.root {
            return Err(StatementError::WrongTransaction.into());
        }
        if request.amount != asks.amount {
            let other = "The shop signed another amount for the card.";
            return Err(Fault::new(Kind::AmountMismatch, other));
        }
        if request.envelope.expires_at != header.expires_at {
            let other = "The shop's request does not end with the order.";
            return Err(Fault::new(Kind::WrongClock, other));
        }
        Ok(said)
    }

    /// The settlement of the order, begun if it was not.
    ///
    /// # Errors
    /// [`Kind::Replayed`] if other words came for this order, or another order under its number.
    fn settle(
        &self,
        tables: &dyn Tables,
        judged: &Judged,
        asked: &Verified<SettlementRequest>,
        reading: ReadingId,
    ) -> Result<Settlement, Fault> {
        let part = &judged.request.message.part;
        let (digest, order_id) = (signed_digest(&asked.bytes), judged.part.header.order_id);
        if let Some(row) = settlements::of_order(tables, &part.root, &order_id)? {
            if row.root == part.root && row.digest == digest && row.reading == reading {
                return Ok(row);
            }
            let other = "The card was to pay this order by other words.";
            return Err(Fault::new(Kind::Replayed, other));
        }
        reservations::require_new(tables, part)?;
        let office = self.office();
        let row = Settlement {
            root: part.root,
            order_id,
            shop: judged.part.header.shop.clone(),
            money: asked.message.amount,
            reading,
            request: asked.bytes.clone(),
            digest,
            server: self.config.security_server.clone(),
            asked_at: office.now(),
            expires_at: judged.part.header.expires_at,
            stage: Stage::Asked,
            refusal: None,
            decision: None,
            alias: None,
            proposal: None,
            bill: None,
        };
        typed::insert(tables, &row)?;
        ending::watch(tables, &row, office.now_ms())?;
        ask_server(tables, &row, office.now_ms())?;
        office.log("settlement-asked", row.reference().get(..16), "ok");
        Ok(row)
    }
}

/// Posts the question to the security server. It becomes useless when the order expires.
fn ask_server(tables: &dyn Tables, row: &Settlement, now_ms: u64) -> Result<(), Fault> {
    let letter = NewLetter {
        kind: words::ORDER,
        reference: &row.reference(),
        to: &row.server,
        path: "/v1/settlements",
        content: Content::Statement(words::ORDER.to_owned()),
        give_up_at_ms: row.expires_at.milliseconds(),
    };
    Ok(outbox::post(tables, &letter, now_ms)?)
}
