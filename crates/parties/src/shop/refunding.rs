//! Gives money back: an operator says so, whoever paid is asked, and its signed word says what came of it.

use tallystick_protocol::checkout::refunds::{
    RefundAdvice, RefundAdvices, RefundOutcome, RefundRequest,
};
use tallystick_protocol::trust::statement::{Audience, StatementError};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{OrderId, Role};
use tallystick_protocol::wire::money::Money;

use super::book::{self, Order};
use super::merchant::events::Happened;
use super::refunds::{self, Refund};
use super::{EVIDENCE_SECONDS, Shop, coupons, letters, settling};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::office::log::correlation;
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{self, Content, NewLetter};

impl<P: Ports> Shop<P> {
    /// `GET /v1/orders/{form}/refunds`: what whoever paid signed about the order's refunds, for its holder.
    pub(super) fn show_refunds(&self, form: &str) -> Result<Answer, Fault> {
        let order = self.order_of_form(form)?;
        let advices = refunds::advices(self.office.tables(), &order.order_id)?;
        let advices = advices.into_iter().map(Into::into).collect();
        let coupons = coupons::given_back_of(self.office.tables(), &order.order_id)?;
        let coupons = Some(coupons).filter(|given| !given.is_empty());
        Ok(web::cbor(encode(&RefundAdvices { advices, coupons })))
    }

    /// Decides to give back `minor` of what an order cost, and posts the requests to whoever paid and to the offices of its
    /// coupons. Call it in a transaction, once a command.
    pub(super) fn refund(
        &self,
        tables: &dyn Tables,
        order_id: &OrderId,
        minor: u64,
    ) -> Result<(), Fault> {
        let order = book::find(tables, order_id)?.ok_or_else(Fault::not_found)?;
        self.require_whole(&order)?;
        let decided = refunds::decide(tables, &order, minor, self.office.now())?;
        for refund in &decided.coupons {
            self.give_back_coupon(tables, &order, refund)?;
        }
        if let Some(refund) = &decided.rest {
            self.ask_for_refund(tables, &order, refund)?;
        }
        self.office
            .log("refund-asked", Some(&correlation(&order.root.0)), "ok");
        Ok(())
    }

    fn ask_for_refund(
        &self,
        tables: &dyn Tables,
        order: &Order,
        refund: &Refund,
    ) -> Result<(), Fault> {
        let reference = refund.reference(&order.root);
        let request = RefundRequest {
            envelope: self.office.envelope(
                Audience::Party(order.issuer.clone()),
                order.order_id.0,
                EVIDENCE_SECONDS,
            ),
            root: order.root,
            number: refund.number,
            amount: refund.money,
            handle: order.handle(),
        };
        self.office
            .decide(tables, letters::REFUND, &reference, &request)?;
        self.post_refund(tables, order, refund)
    }

    /// Posts what was decided to be asked of whoever paid.
    pub(super) fn post_refund(
        &self,
        tables: &dyn Tables,
        order: &Order,
        refund: &Refund,
    ) -> Result<(), Fault> {
        let reference = refund.reference(&order.root);
        let letter = NewLetter {
            kind: letters::REFUND,
            reference: &reference,
            to: &order.issuer,
            path: &settling::at_payer(tables, order, "/v1/refunds"),
            content: Content::Statement(letters::REFUND.to_owned()),
            give_up_at_ms: self
                .office
                .now()
                .plus_seconds(EVIDENCE_SECONDS)
                .milliseconds(),
        };
        Ok(outbox::post(tables, &letter, self.office.now_ms())?)
    }
}

/// The request to give money back.
pub(super) struct Refunding<'a, P: Ports>(pub(super) &'a Shop<P>);

impl<P: Ports> Exchange<P> for Refunding<'_, P> {
    type Subject = (Order, Refund);
    /// What came of it and of how much, and the advice as it was signed.
    type Word = (RefundOutcome, Money, Vec<u8>);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Self::Subject>, Fault> {
        let found = refunds::by_reference(tables, reference)?;
        Ok(Some(found).filter(|(_, refund)| refund.outcome.is_none()))
    }

    fn verify(&self, (order, refund): &Self::Subject, said: Said<'_>) -> Result<Self::Word, Fault> {
        let said = self.0.office.statement_in::<RefundAdvice>(
            said.bytes(),
            Role::Issuer,
            &order.issuer,
            &order.order_id.0,
        )?;
        let advice = &said.message;
        let is_about = advice.root == order.root && advice.number == refund.number;
        if !is_about || advice.amount.minor == 0 {
            return Err(StatementError::WrongTransaction.into());
        }
        // Whatever was asked for under this number before: what the payer says of it is what was done.
        Ok((advice.outcome, advice.amount, said.bytes))
    }

    fn apply(
        &self,
        tables: &dyn Tables,
        (order, refund): &Self::Subject,
        (outcome, money, signed): Self::Word,
    ) -> Result<(), Fault> {
        refunds::settle(tables, refund, outcome, money, &signed)?;
        self.0
            .tell(tables, order, Happened::RefundDecided, &order.state)?;
        let about = correlation(&order.root.0);
        self.0
            .office
            .log("refunded", Some(&about), outcome.as_str());
        Ok(())
    }

    /// It may have been done all the same, so it is not asked for anew: an operator has to find out.
    fn over(&self, _: &dyn Tables, (order, _): &Self::Subject) -> Result<(), Fault> {
        let about = correlation(&order.root.0);
        self.0
            .office
            .log("refund-never-answered", Some(&about), "given-up");
        Ok(())
    }
}
