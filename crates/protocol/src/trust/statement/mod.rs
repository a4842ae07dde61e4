//! Statements: messages somebody signs, so that it can be proven later who said what to whom and when.
//!
//! A statement is a `COSE_Sign1` (RFC 9052 §4.2, tag 18): PS256, the signer's certificate as `x5chain`
//! (RFC 9360) in the protected header, the message as payload, and the message's context string as
//! external data, so that no statement can stand in for one of another kind.
//!
//! Signing has two halves, because signers are often asynchronous or sit in a card: store
//! [`Unsigned::to_be_signed`] with the decision, sign it, then [`Unsigned::finish`].

pub(crate) mod cose;
mod envelope;
mod error;
mod open;
mod unsigned;

pub use envelope::{Audience, Envelope, VALIDITY_SECONDS_MAX};
pub use error::StatementError;
pub use open::{Verified, message_type, open, unverified, unverified_envelope};
pub use unsigned::{Unsigned, assemble, disassemble, finish, to_be_signed};

use crate::trust::certificate::Certificate;
use crate::trust::signature::SIGNATURE_LEN_MAX;
use crate::wire::cbor::Message;

/// A message that is always signed.
pub trait SignedMessage: Message {
    /// What is said, as text of its own: `tallystick/v1/…`. Part of what is signed.
    const CONTEXT: &'static str;

    /// From whom to whom, about what, from when to when.
    fn envelope(&self) -> &Envelope;
}

/// The longest accepted statement of kind `M`, in bytes.
#[must_use]
pub const fn max_len<M: SignedMessage>() -> usize {
    M::LEN_MAX + Certificate::LEN_MAX + SIGNATURE_LEN_MAX + 64
}

/// Gives a signed message its number, its limit in bytes and its context string.
macro_rules! signed_message {
    ($name:ident, $type:expr, $max:expr, $context:expr) => {
        impl $crate::wire::cbor::Message for $name {
            const TYPE: u16 = $type;
            const LEN_MAX: usize = $max;
        }
        impl $crate::trust::statement::SignedMessage for $name {
            const CONTEXT: &'static str = $context;
            fn envelope(&self) -> &$crate::trust::statement::Envelope {
                &self.envelope
            }
        }
    };
}
pub(crate) use signed_message;

#[cfg(test)]
mod tests;
