//! The purchase: the shop's form, who may see what, the order that is split, and what is answered.

/// Gives a signed message its number, its limit in bytes and its context string.
macro_rules! signed_message {
    ($name:ident, $type:expr, $max:expr, $context:expr) => {
        impl Message for $name {
            const TYPE: u16 = $type;
            const LEN_MAX: usize = $max;
        }
        impl SignedMessage for $name {
            const CONTEXT: &'static str = $context;
            fn envelope(&self) -> &Envelope {
                &self.envelope
            }
        }
    };
}

pub mod answers;
pub mod cancellation;
mod field;
pub mod form;
pub mod order;
pub mod policy;
pub mod refunds;
