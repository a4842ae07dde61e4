//! A coupon's progress (T001-9): one function says what may come after what.

use tallystick_protocol::coupon::CouponState;

tallystick_protocol::named_enum! {
    /// What happens to a coupon.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Step {
        /// The owner hands it to another holder (C8).
        HandOn => "handed-on",
        /// The owner hands it to a shop, or a shop brings what the owner signed.
        Spend => "spent",
        /// Somebody wants it, and the owner is asked (C12).
        Ask => "asked",
        /// The owner said no, or nothing in time.
        Refuse => "refused",
        /// The owner said yes to a holder (C13).
        Confirm => "agreed",
        /// The owner said yes to a shop.
        ConfirmShop => "agreed-to-shop",
        /// The owner said by a gateway who shall have it.
        Name => "named",
        /// Whoever was named has shown it.
        Present => "presented",
        /// The shop that was named has shown it.
        PresentAtShop => "presented-at-shop",
        /// The owner made a link for it.
        Offer => "offered",
        /// The link was taken back, or its time is over.
        Withdraw => "withdrawn",
        /// Somebody redeemed the link.
        Redeem => "redeemed",
        /// It is held for an order.
        Hold => "held",
        /// Nothing came of the order.
        Free => "freed",
        /// The order goes: it is the shop's.
        Take => "taken",
        /// Its owner's account is on another device, which has it now.
        Reclaim => "reclaimed",
        /// Its value was set against what was charged (C18).
        Convert => "converted",
        /// Its time is over.
        Expire => "expired",
        /// An operator stopped it.
        Block => "blocked",
        /// An operator let it go on.
        Unblock => "unblocked",
    }
}

/// A step that cannot be taken from a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a coupon that is {} cannot be {}", state.as_str(), step.as_str())]
pub struct IllegalStep {
    /// Where the coupon is.
    pub state: CouponState,
    /// What cannot happen to it there.
    pub step: Step,
}

/// The state that a step leads to.
///
/// # Errors
/// [`IllegalStep`], which names both.
pub fn after(state: CouponState, step: Step) -> Result<CouponState, IllegalStep> {
    use CouponState as In;
    Ok(match (state, step) {
        (In::Owned, Step::HandOn | Step::Reclaim)
        | (In::Asked, Step::Refuse | Step::Confirm)
        | (In::Named, Step::Refuse | Step::Present)
        | (In::Offered, Step::Withdraw | Step::Redeem)
        | (In::Held, Step::Free)
        | (In::Blocked, Step::Unblock) => In::Owned,
        (In::Owned, Step::Spend)
        | (In::Asked, Step::ConfirmShop)
        | (In::Held, Step::Take)
        | (In::Named, Step::PresentAtShop) => In::Spent,
        (In::Owned, Step::Ask) => In::Asked,
        (In::Owned, Step::Hold) => In::Held,
        (In::Owned | In::Named, Step::Name) => In::Named,
        (In::Owned, Step::Offer) => In::Offered,
        (In::Owned, Step::Convert) => In::Converted,
        (In::Owned | In::Asked | In::Named | In::Offered | In::Blocked, Step::Expire) => {
            In::Expired
        }
        (In::Owned | In::Asked | In::Named | In::Offered, Step::Block) => In::Blocked,
        _ => return Err(IllegalStep { state, step }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t001_9_nothing_comes_after_a_coupon_that_is_over() {
        for state in CouponState::ALL.into_iter().filter(|state| state.is_over()) {
            for step in Step::ALL {
                assert_eq!(after(state, step), Err(IllegalStep { state, step }));
            }
        }
    }

    #[test]
    fn t001_9_while_one_thing_is_under_way_no_other_begins() {
        for state in [CouponState::Asked, CouponState::Offered, CouponState::Held] {
            for step in [
                Step::HandOn,
                Step::Spend,
                Step::Ask,
                Step::Name,
                Step::Offer,
                Step::Convert,
                Step::Reclaim,
                Step::Hold,
            ] {
                assert!(after(state, step).is_err(), "{state:?} {step:?}");
            }
        }
    }

    #[test]
    fn an_illegal_step_names_both() {
        let refused = after(CouponState::Spent, Step::HandOn).unwrap_err();
        let said = "a coupon that is spent cannot be handed-on";
        assert_eq!(refused.to_string(), said);
    }
}
