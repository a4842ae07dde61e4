//! Gives money back when the shop that was paid asks for it. What was decided about a refund is said however
//! often it is asked.

use tallystick_protocol::bank::ProofKind;
use tallystick_protocol::checkout::refunds::{
    REFUNDS_MAX, RefundAdvice, RefundOutcome, RefundRequest,
};
use tallystick_protocol::trust::statement::{Audience, Verified, open};
use tallystick_protocol::wire::identifier::{OrderId, Role};

use super::evidence::Signed;
use super::refunds::{self, Refund};
use super::reservations::Reservation;
use super::settling::require_about;
use super::{EVIDENCE_SECONDS, Payer, books, words};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::recollection::heard::{self, Heard};

impl<P: Ports> Payer<'_, P> {
    /// `POST /v1/refunds`: the signed request of the shop that was paid. The answer is what came of it, signed.
    pub(crate) async fn refund(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let identity = self.office.identity()?;
        let asked = open::<RefundRequest>(body, &identity.anchors, self.office.now(), Role::Shop)?;
        asked.require_recipient(&self.office.as_audience())?;
        let wanted = &asked.message;
        if !(1..=REFUNDS_MAX).contains(&wanted.number) || wanted.amount.minor == 0 {
            return Err(Fault::malformed("This is no refund."));
        }
        self.office.admit_sender("refunds", &wanted.envelope.from)?;
        self.office.require_told_by(&wanted.envelope.from)?;
        let stored = self.reservation_of(&wanted.root)?;
        require_about(&asked, &stored, &stored.shop)?;
        let refund = self
            .office
            .transaction(|tables| self.decide_refund(tables, &stored, &asked))?;
        let message = async || Ok(self.advice(&refund, stored.order_id));
        let advice = self
            .office
            .say_once(words::REFUND_ADVICE, &refund.reference(), message)
            .await?;
        Ok(web::cose(advice))
    }

    /// What was decided before, or what is decided now.
    fn decide_refund(
        &self,
        tables: &dyn Tables,
        stored: &Reservation,
        asked: &Verified<RefundRequest>,
    ) -> Result<Refund, Fault> {
        let wanted = &asked.message;
        // Asked for another amount under this number, the payer says all the same what it decided.
        if let Some(before) = refunds::find(tables, &wanted.root, wanted.number)? {
            return Ok(before);
        }
        // Read again: it may have been captured while the request was being verified.
        let stored =
            super::reservations::find(tables, &stored.root)?.ok_or_else(Fault::internal)?;
        let now_ms = self.office.now_ms();
        let refund = refunds::decide(tables, &stored, wanted.number, wanted.amount, now_ms)?;
        let heard = Heard {
            peer: &stored.shop,
            root: &stored.root.0,
            name: &format!("refund {}", wanted.number),
            signed: &asked.bytes,
        };
        heard::keep(tables, &heard, self.office.now())?;
        if refund.outcome == RefundOutcome::Refunded {
            let about = books::refund_of(&refund.root, refund.number);
            let request = Signed::new(ProofKind::RefundRequest, &asked.bytes);
            self.keep(tables, &about, request)?;
            for funds in self.funds {
                funds.refunded(tables, &refund)?;
            }
            self.freed(tables, &refund.root)?;
        }
        self.log_order("refund", &refund.root, refund.outcome.as_str());
        Ok(refund)
    }

    fn advice(&self, refund: &Refund, order_id: OrderId) -> RefundAdvice {
        RefundAdvice {
            envelope: self
                .office
                .envelope(Audience::Anyone, order_id.0, EVIDENCE_SECONDS),
            root: refund.root,
            number: refund.number,
            amount: refund.money,
            outcome: refund.outcome,
        }
    }
}
