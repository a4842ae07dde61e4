//! What the shop says to an order that was sent to it. What is sent is what was stored at approval:
//! sent again after an interruption, it is the same order once more, which the shop knows by its
//! number.

use tallystick_protocol::wire::problem::ProblemKind;

use super::receipt::disown;
use crate::checkout::order::state::OrderState;
use crate::core::ask::{CallError, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};

impl Desk<'_> {
    pub(super) fn take_sent(&mut self, id: &str, said: &Said) -> Result<(), WalletError> {
        let Err(CallError::Refused(kind)) = said else {
            return self.take_receipt(id, said);
        };
        let mut order = self.order(id)?;
        if order.state != OrderState::Sent {
            return Ok(());
        }
        if matches!(kind, ProblemKind::Replayed | ProblemKind::Conflict) {
            // The shop has the order from an earlier attempt: its receipt is what counts.
            if let Some(approval) = &mut order.approval {
                approval.split_order = None;
            }
            return self.keep_order(order);
        }
        // Nobody signed that. It is not sent again, and what the shop makes of it all the same is
        // asked of the others.
        let kind = match kind {
            ProblemKind::WrongClock => ErrorKind::ClockWrong,
            _ => ErrorKind::ShopRefused,
        };
        let now = self.now();
        disown(&mut order, kind, now)?;
        self.keep_order(order)
    }
}
