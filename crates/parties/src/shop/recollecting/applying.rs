//! What follows from a word that the shop had forgotten, for an order that it knows.

use tallystick_protocol::checkout::answers::{
    AuthorisationRequest, DeliveryRequest, Refusal, RefusalReason,
};
use tallystick_protocol::checkout::cancellation::DeliveryCancellation;
use tallystick_protocol::checkout::handing::HandingOver;
use tallystick_protocol::checkout::refunds::RefundRequest;
use tallystick_protocol::trust::statement::{Audience, SignedMessage, StatementError, Verified};
use tallystick_protocol::wire::identifier::{Domain, Role};

use super::{Doubt, Word, contradiction};
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};
use crate::post::outbox::{self, Content};
use crate::shop::book::{self, Order};
use crate::shop::refunds::{self, Refund};
use crate::shop::state::OrderState;
use crate::shop::{EVIDENCE_SECONDS, Shop, asking, delivering, letters, settling};
use crate::standing::statements;
use crate::store::typed;

/// What was handed over as a text is with the holder alone.
const HANDED_IS_GONE: &str =
    "It was handed over, and what was handed over is not here any more: the holder may have it.";

impl<P: Ports> Shop<P> {
    /// Takes over a word about an order that is known. In a transaction; again it does nothing more.
    pub(super) fn apply(
        &self,
        tables: &dyn Tables,
        peer: &Domain,
        order: &Order,
        word: &Word,
    ) -> Result<Doubt, Fault> {
        let order = &book::find(tables, &order.order_id)?.ok_or_else(Fault::internal)?;
        match word {
            Word::Authorise(said) => {
                require_about(order, said)?;
                require_to(peer, &order.issuer, said)?;
                self.asked_issuer(tables, order, said)?;
            }
            Word::Deliver(said) => {
                require_about(order, said)?;
                require_to(peer, courier_of(order)?, said)?;
                self.asked_courier(tables, order, said)?;
            }
            Word::Cancel(said) => {
                require_about(order, said)?;
                require_to(peer, courier_of(order)?, said)?;
                self.asked_to_stop(tables, order, said)?;
            }
            Word::HandOver(said) => {
                require_about(order, said)?;
                return self.had_handed_over(tables, order, said);
            }
            Word::Refuse(said) => {
                require_about(order, said)?;
                self.had_refused(tables, order, said)?;
            }
            Word::Refund(said) => {
                require_about(order, said)?;
                require_to(peer, &order.issuer, said)?;
                self.asked_for_refund_before(tables, order, said)?;
            }
            Word::Present(said) => self.had_presented(tables, peer, order, said)?,
            Word::SettleCoupon(said) => self.had_settled(tables, peer, order, said)?,
        }
        Ok(None)
    }

    fn asked_issuer(
        &self,
        tables: &dyn Tables,
        order: &Order,
        said: &Verified<AuthorisationRequest>,
    ) -> Result<(), Fault> {
        if said.message.amount != order.rest() {
            return Err(contradiction());
        }
        match order.state {
            OrderState::Received => {
                self.move_to(tables, order, OrderState::Asking)?;
                self.keep_said(tables, (letters::AUTHORISE, &order.reference()), said)?;
                asking::ask_issuer(tables, order, self.office.now_ms())
            }
            OrderState::Asking => {
                self.keep_said(tables, (letters::AUTHORISE, &order.reference()), said)
            }
            // It was answered: nobody asks so again.
            _ => Ok(()),
        }
    }

    fn asked_courier(
        &self,
        tables: &dyn Tables,
        order: &Order,
        said: &Verified<DeliveryRequest>,
    ) -> Result<(), Fault> {
        let reference = order.reference();
        match order.state {
            OrderState::Received | OrderState::Asking | OrderState::Authorised => {
                self.move_on_to(tables, order, OrderState::Delivering)?;
                self.keep_said(tables, (letters::DELIVER, &reference), said)?;
                outbox::settle(tables, letters::DELIVER, &reference)?;
                let (now, now_ms) = (self.office.now(), self.office.now_ms());
                let give_up_at = now.plus_seconds(EVIDENCE_SECONDS);
                delivering::ask_courier(tables, order, give_up_at, now_ms)
            }
            OrderState::Delivering => self.keep_said(tables, (letters::DELIVER, &reference), said),
            OrderState::Accepted => Ok(()),
            OrderState::Refused { by, reason } => {
                let was_asked =
                    by == Role::Courier || (by == Role::Shop && reason == RefusalReason::Expired);
                if was_asked {
                    Ok(())
                } else {
                    Err(contradiction())
                }
            }
            OrderState::Expired => Err(contradiction()),
        }
    }

    fn asked_to_stop(
        &self,
        tables: &dyn Tables,
        order: &Order,
        said: &Verified<DeliveryCancellation>,
    ) -> Result<(), Fault> {
        let reference = order.reference();
        match order.state {
            OrderState::Received | OrderState::Asking | OrderState::Authorised => {
                self.move_on_to(tables, order, OrderState::Delivering)?;
            }
            OrderState::Delivering => {}
            // The courier has said what became of it.
            _ => return Ok(()),
        }
        self.keep_said(tables, (letters::CANCEL, &reference), said)?;
        outbox::settle(tables, letters::DELIVER, &reference)?;
        let (now, now_ms) = (self.office.now(), self.office.now_ms());
        let give_up_at = now.plus_seconds(EVIDENCE_SECONDS);
        let path = delivering::CANCELLATIONS;
        delivering::tell_courier(tables, order, letters::CANCEL, path, give_up_at, now_ms)
    }

    fn had_handed_over(
        &self,
        tables: &dyn Tables,
        order: &Order,
        said: &Verified<HandingOver>,
    ) -> Result<Doubt, Fault> {
        let reference = order.reference();
        if order.courier.domain().is_some() || said.message.issuer != order.issuer {
            return Err(contradiction());
        }
        match order.state {
            OrderState::Received | OrderState::Asking | OrderState::Authorised => {
                self.move_on_to(tables, order, OrderState::Accepted)?;
                book::drop_paper(tables, &order.order_id, letters::TO_HAND_OVER)?;
                self.keep_said(tables, (letters::HAND_OVER, &reference), said)?;
                let content = Content::Statement(letters::HAND_OVER.to_owned());
                self.tell_issuer(tables, order, letters::RELAY, settling::CAPTURES, content)?;
            }
            OrderState::Accepted => {
                self.keep_said(tables, (letters::HAND_OVER, &reference), said)?;
            }
            _ => return Err(contradiction()),
        }
        let handed = book::paper(tables, letters::HANDED, &order.order_id)?;
        let is_gone = said.message.handed.is_some() && handed.is_none();
        Ok(is_gone.then_some(HANDED_IS_GONE))
    }

    fn had_refused(
        &self,
        tables: &dyn Tables,
        order: &Order,
        said: &Verified<Refusal>,
    ) -> Result<(), Fault> {
        let reference = order.reference();
        let reason = said.message.reason;
        match order.state {
            OrderState::Received | OrderState::Asking | OrderState::Authorised => {
                self.keep_said(tables, (letters::REFUSAL, &reference), said)?;
                self.settle_questions(tables, &reference)?;
                let by = Role::Shop;
                let next = match reason {
                    RefusalReason::Expired => OrderState::Expired,
                    reason => OrderState::Refused { by, reason },
                };
                self.move_to(tables, order, next)?;
                self.ask_for_release(tables, order, reason)
            }
            OrderState::Delivering if reason == RefusalReason::Expired => {
                self.keep_said(tables, (letters::REFUSAL, &reference), said)?;
                self.ask_for_release(tables, order, reason)
            }
            OrderState::Delivering => Err(contradiction()),
            OrderState::Accepted
                if statements::find(tables, letters::REFUSAL, &reference)?.is_none() =>
            {
                Err(contradiction())
            }
            _ => self.keep_said(tables, (letters::REFUSAL, &reference), said),
        }
    }

    fn asked_for_refund_before(
        &self,
        tables: &dyn Tables,
        order: &Order,
        said: &Verified<RefundRequest>,
    ) -> Result<(), Fault> {
        let asked = &said.message;
        if matches!(
            order.state,
            OrderState::Refused { .. } | OrderState::Expired
        ) {
            return Err(contradiction());
        }
        let refund = Refund {
            order_id: order.order_id,
            number: asked.number,
            money: asked.amount,
            asked_at: asked.envelope.sent_at,
            outcome: None,
        };
        self.keep_said(
            tables,
            (letters::REFUND, &refund.reference(&order.root)),
            said,
        )?;
        let known = refunds::of(tables, &order.order_id)?;
        let known = known.iter().find(|one| one.number == asked.number);
        match known {
            Some(known) if known.outcome.is_some() => return Ok(()),
            Some(_) => {}
            None => typed::insert(tables, &refund)?,
        }
        self.post_refund(tables, order, &refund)
    }

    /// Moves an order on to where it was, state by state. What was to be asked on the way was asked.
    fn move_on_to(
        &self,
        tables: &dyn Tables,
        order: &Order,
        last: OrderState,
    ) -> Result<(), Fault> {
        let way = [
            OrderState::Received,
            OrderState::Asking,
            OrderState::Authorised,
            last,
        ];
        let at = way.iter().position(|state| *state == order.state);
        let at = at.ok_or_else(contradiction)?;
        self.settle_questions(tables, &order.reference())?;
        for next in way.into_iter().skip(at + 1) {
            self.move_to(tables, order, next)?;
        }
        Ok(())
    }

    fn settle_questions(&self, tables: &dyn Tables, reference: &str) -> Result<(), Fault> {
        for letter in [letters::AUTHORISE, letters::DELIVER] {
            outbox::settle(tables, letter, reference)?;
        }
        Ok(())
    }
}

fn courier_of(order: &Order) -> Result<&Domain, Fault> {
    order.courier.domain().ok_or_else(contradiction)
}

fn require_about<M: SignedMessage>(order: &Order, said: &Verified<M>) -> Result<(), Fault> {
    Ok(said.require_transaction(&order.order_id.0)?)
}

/// A word to a party is told by that party, which the order names.
fn require_to<M: SignedMessage>(
    peer: &Domain,
    named: &Domain,
    said: &Verified<M>,
) -> Result<(), Fault> {
    if peer == named && said.message.envelope().to == Audience::Party(peer.clone()) {
        Ok(())
    } else {
        Err(StatementError::WrongTransaction.into())
    }
}
