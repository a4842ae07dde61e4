//! The state machine of an order: one enum, one function that moves between its states.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use crate::core::error::{ErrorKind, WalletError};

tallystick_protocol::named_enum! {
    /// The state of an order.
    #[derive(
        Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, minicbor::Encode, minicbor::Decode,
    )]
    #[cfg_attr(feature = "typescript", derive(Tsify))]
    #[serde(rename_all = "kebab-case")]
    #[cbor(index_only)]
    pub enum OrderState {
        /// The shop asks; the holder has not decided.
        #[n(0)]
        Asked => "asked",
        /// Approved, split and sealed; nothing has left the wallet.
        #[n(1)]
        Approved => "approved",
        /// All parties have shown who they are.
        #[n(2)]
        Confirmed => "confirmed",
        /// On its way to the shop.
        #[n(3)]
        Sent => "sent",
        /// The shop has it.
        #[n(4)]
        Received => "received",
        /// The issuer has reserved the amount.
        #[n(5)]
        Authorised => "authorised",
        /// The courier has accepted the parcel, or the shop has handed over what no courier delivers.
        #[n(6)]
        Delivering => "delivering",
        /// The holder declined.
        #[n(7)]
        Declined => "declined",
        /// The issuer, the courier or the shop refused.
        #[n(8)]
        Refused => "refused",
        /// It could not be sent.
        #[n(9)]
        Failed => "failed",
        /// Its time ran out.
        #[n(10)]
        Expired => "expired",
        /// The shop says that it came to nothing. Its word alone ends nothing: until the order's time is
        /// over it could still have it paid, and issuer and courier are asked.
        #[n(11)]
        Disowned => "disowned",
    }
}

/// A move that the state machine does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order that is {} cannot become {}", .from.as_str(), .to.as_str())]
pub struct IllegalMove {
    /// The state the order is in.
    pub from: OrderState,
    /// The state it was to take.
    pub to: OrderState,
}

impl From<IllegalMove> for WalletError {
    fn from(error: IllegalMove) -> Self {
        Self::caused(ErrorKind::OrderState, &error).about(error.from.as_str())
    }
}

impl OrderState {
    /// Moves on to `to`.
    ///
    /// # Errors
    /// [`IllegalMove`] names both states.
    pub const fn moved(self, to: Self) -> Result<Self, IllegalMove> {
        use OrderState::{
            Approved, Asked, Authorised, Confirmed, Declined, Delivering, Disowned, Expired,
            Failed, Received, Refused, Sent,
        };
        let legal = match self {
            Asked => matches!(to, Approved | Declined | Expired),
            // Back to `Asked`: new keys were fetched, and only the holder's PIN can use them.
            Approved => matches!(to, Confirmed | Asked | Declined | Failed | Expired),
            Confirmed => matches!(to, Sent | Declined | Failed | Expired),
            Sent => matches!(
                to,
                Received | Authorised | Delivering | Refused | Expired | Disowned
            ),
            Received => matches!(to, Authorised | Delivering | Refused | Expired | Disowned),
            Authorised => matches!(to, Delivering | Refused | Expired | Disowned),
            // What a shop disowns may go on all the same: what issuer and courier sign counts.
            Disowned => matches!(to, Received | Authorised | Delivering | Refused | Expired),
            Delivering | Declined | Refused | Failed | Expired => false,
        };
        if legal {
            Ok(to)
        } else {
            Err(IllegalMove { from: self, to })
        }
    }

    /// Whether anything may have left the wallet that commits the holder.
    #[must_use]
    pub const fn was_sent(self) -> bool {
        matches!(
            self,
            Self::Sent | Self::Received | Self::Authorised | Self::Delivering | Self::Disowned
        )
    }

    /// Whether the state can change no more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Delivering | Self::Declined | Self::Refused | Self::Failed | Self::Expired
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_final_state_is_never_left() {
        for from in OrderState::ALL.into_iter().filter(|state| state.is_final()) {
            for to in OrderState::ALL {
                assert_eq!(from.moved(to), Err(IllegalMove { from, to }));
            }
        }
    }

    #[test]
    fn t002_7_an_order_is_sent_only_from_confirmed() {
        for from in OrderState::ALL {
            let legal = from.moved(OrderState::Sent).is_ok();
            assert_eq!(legal, from == OrderState::Confirmed, "{}", from.as_str());
        }
    }

    #[test]
    fn what_was_sent_can_be_neither_declined_nor_approved_again() {
        for from in OrderState::ALL.into_iter().filter(|state| state.was_sent()) {
            assert!(from.moved(OrderState::Declined).is_err());
            assert!(from.moved(OrderState::Approved).is_err());
            assert!(from.moved(OrderState::Asked).is_err());
        }
    }

    #[test]
    fn an_illegal_move_names_both_states() {
        let illegal = OrderState::Declined.moved(OrderState::Sent).unwrap_err();
        assert_eq!(
            illegal.to_string(),
            "an order that is declined cannot become sent"
        );
    }
}
