//! A shop that knows no such order any more, because it was brought back to an earlier moment, is shown the order again: what was
//! stored at approval, and the form it was made from. What the shop had signed about it others have told it, so that it says the
//! same and nothing is paid a second time. A shop that was told nothing refuses, and the holder reads so.

use tallystick_protocol::checkout::order::OrderAgain;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::problem::ProblemKind;

use crate::checkout::order::record::{Failure, OrderRecord};
use crate::checkout::order::state::OrderState;
use crate::checkout::question::Question;
use crate::core::ask::{self, Ask, COSE, CallError, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};

impl Desk<'_> {
    /// Notes whether the shop, asked where a parcel is, has nothing of it any more, or not after `often` questions. It has
    /// nothing either of an order whose courier it has not heard yet, so it is asked next how the order stands.
    pub(super) fn note_lost_parcel(
        &mut self,
        id: &str,
        said: &Said,
        often: usize,
    ) -> Result<(), WalletError> {
        let is_unknown = matches!(said, Err(CallError::Refused(ProblemKind::NotFound)));
        let had_heard = self.order(id)?.parcel.is_some();
        if let Some(attention) = self.attention(id) {
            attention.parcel_is_lost = is_unknown && (had_heard || attention.parcel_asked > often);
            if attention.parcel_is_lost {
                attention.parcel_due_ms = 0;
            }
        }
        Ok(())
    }

    /// Notes whether the shop, asked how an order stands, knows no such order; then it is asked again at once, with the order.
    pub(super) fn note_shops_memory(&mut self, id: &str, said: &Said) -> Result<(), WalletError> {
        let is_unknown = matches!(said, Err(CallError::Refused(ProblemKind::NotFound)));
        let order = self.order(id)?;
        let has_order = order.approval.is_some_and(|one| one.split_order.is_some());
        if let Some(attention) = self.attention(id) {
            attention.shop_forgot = is_unknown && has_order && !attention.shop_took_no_more;
            if attention.shop_forgot {
                attention.parcel_due_ms = 0;
            }
        }
        Ok(())
    }

    /// The question how an order stands, of a shop that has nothing of its parcel.
    pub(super) fn memory_ask(&mut self, order: &OrderRecord) -> Option<Ask<Question>> {
        let attention = self.attention(&order.request_id)?;
        if !attention.parcel_is_lost {
            return None;
        }
        attention.parcel_is_lost = false;
        Some(self.receipt_ask(order))
    }

    /// The order for a shop that has forgotten it.
    pub(super) fn again_ask(&mut self, order: &OrderRecord) -> Option<Ask<Question>> {
        let id = &order.request_id;
        self.attention(id).filter(|one| one.shop_forgot)?;
        let again = OrderAgain {
            order: order.approval.as_ref()?.split_order.clone()?,
            form: order.signed_form.clone(),
        };
        let shop = &order.form.envelope.from;
        let url = self.context.urls.url(shop, "/v1/orders/again");
        Some(ask::post(
            Question::Again(id.clone()),
            url,
            encode(&again),
            COSE,
        ))
    }

    pub(super) fn take_again(&mut self, id: &str, said: &Said) -> Result<(), WalletError> {
        if matches!(said, Err(CallError::Later(_))) {
            return Ok(());
        }
        if let Some(attention) = self.attention(id) {
            attention.shop_forgot = false;
            attention.shop_took_no_more = said.is_err();
        }
        let mut order = self.order(id)?;
        let had_forgotten = order
            .failure
            .as_ref()
            .is_some_and(|failure| failure.kind == ErrorKind::ShopForgot);
        if said.is_ok() {
            if had_forgotten {
                order.failure = None;
                self.keep_order(order)?;
            }
            return self.take_receipt(id, said);
        }
        if order.state != OrderState::Delivering || order.failure.is_some() {
            return Ok(());
        }
        order.failure = Some(Failure {
            kind: ErrorKind::ShopForgot,
            about: order.shop_name.clone(),
        });
        self.keep_order(order)
    }
}
