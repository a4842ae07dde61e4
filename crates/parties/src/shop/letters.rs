//! The fixed words of the shop's letters and statements. What they are about is the order's root
//! in hexadecimal, unless it is said.

/// Letter and statement: the issuer is asked to authorise.
pub const AUTHORISE: &str = "authorise";
/// Statement: what a contactless card is to pay (SIG1). It goes with the question to whoever pays.
pub const SETTLEMENT: &str = "settlement-request";
/// Statement: which card is to pay it (SIG2).
pub const BILL: &str = "bill";
/// Letter and statement: the courier is asked to deliver.
pub const DELIVER: &str = "deliver";
/// Letter and statement: the courier is asked not to deliver.
pub const CANCEL: &str = "cancel";
/// Paper: the lock whose key cancels the order.
pub const LOCK: &str = "cancellation-lock";
/// Letter: the issuer is shown what the courier signed.
pub const RELAY: &str = "relay";
/// Statement: the shop's own word that it handed over what no courier delivers.
pub const HAND_OVER: &str = "hand-over";
/// Paper: what it handed over, sealed for the holder.
pub const HANDED: &str = "handed";
/// Paper: what it is to hand over, and when, sealed for the shop.
pub const TO_HAND_OVER: &str = "to-hand-over";
/// Paper: where the issuer signed that the money came to rest.
pub const SETTLED: &str = "settled";
/// Letter: the issuer is told that nothing will be delivered.
pub const RELEASE: &str = "release";
/// Statement: the shop's own refusal.
pub const REFUSAL: &str = "refusal";
/// Letter and statement: whoever paid is asked to give money back. About the order's root and the refund's number.
pub const REFUND: &str = "refund";
/// Paper: what whoever paid signed about a refund, followed by its number.
pub const REFUND_ADVICE: &str = "refund-advice";
/// Letter and statement: an office is asked to hold a coupon for the order. About the order's root and the coupon's place,
/// as all that is said of a coupon.
pub const HOLD_COUPON: &str = "hold-coupon";
/// Letter and statement: an office is told that nothing comes of the order.
pub const FREE_COUPON: &str = "free-coupon";
/// Letter and statement: an office is told that the order is charged.
pub const TAKE_COUPON: &str = "take-coupon";
/// Letter, statement and paper: an office is told to give back what a coupon paid. Followed by the refund's number, too.
pub const GIVE_BACK_COUPON: &str = "give-back-coupon";
/// Letter and statement: the courier is asked where the parcel is.
pub const TRACK: &str = "track";
/// Paper: what the courier signed last of how far the parcel is.
pub const TRACKING: &str = "tracking";
