//! What can go wrong with payments from purse to purse.

use tallystick_protocol::purse::local::LocalError;

use crate::core::error::{ErrorKind, error_kinds};

error_kinds! {
    /// The text is none of a payment between purses, or not the one that belongs here.
    PaymentTextInvalid = 240, "payment-text-invalid";
    /// The purse that asks is another bank's, or in another currency.
    PaymentElsewhere = 241, "payment-elsewhere";
    /// Another purse's bank did not sign it, or it was altered.
    PaymentForged = 242, "payment-forged";
    /// What the bank says of the other purse is not valid now.
    PaymentExpired = 243, "payment-expired";
    /// No purse here has asked for this payment.
    PaymentNotAsked = 244, "payment-not-asked";
    /// The request was paid, or the payment answered, before.
    PaymentDone = 245, "payment-done";
    /// The purse may give away no more until its bank has heard of it.
    PaymentLimit = 246, "payment-limit";
}

/// What a message between purses is refused for.
#[must_use]
pub const fn kind_of(error: &LocalError) -> Option<ErrorKind> {
    Some(match error {
        LocalError::BadSignature | LocalError::CannotOpen => ErrorKind::PaymentForged,
        LocalError::Expired => ErrorKind::PaymentExpired,
        LocalError::Malformed => ErrorKind::PaymentTextInvalid,
        _ => return None,
    })
}
