//! Which order is meant, and what exactly was ordered.

use alloc::format;
use alloc::string::String;

use data_encoding::HEXLOWER;
use rand_core::CryptoRng;

use super::bytes32::{identifier_of_32_bytes, shown_as_hex};

/// The random number of one order, 32 bytes. It tells nothing about the order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderId(pub [u8; 32]);

identifier_of_32_bytes!(OrderId);
shown_as_hex!(OrderId);

impl OrderId {
    /// A fresh order number.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The number as people read it out and look for it: its first eight hexadecimal digits in two groups
    /// of four. Not unique for ever, and no secret: what decides goes by all 32 bytes.
    #[must_use]
    pub fn short(&self) -> String {
        let digits = HEXLOWER.encode(&self.0[..4]);
        format!("{}-{}", &digits[..4], &digits[4..])
    }
}

/// The hash over all salted leaves of an order, 32 bytes: what the holder's card signs, what every
/// party answers to, and the idempotency key of everything done with money.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Root(pub [u8; 32]);

identifier_of_32_bytes!(Root);
shown_as_hex!(Root);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn an_order_number_is_read_back_from_its_hexadecimal_form() {
        let order = OrderId([0xa5; 32]);
        assert_eq!(order.to_string().parse(), Ok(order));
        assert!("a5".parse::<OrderId>().is_err());
        assert!("A5".repeat(32).parse::<OrderId>().is_err());
        assert!("g5".repeat(32).parse::<Root>().is_err());
    }

    #[test]
    fn an_order_number_is_read_out_in_two_groups_of_four() {
        let mut bytes = [0; 32];
        bytes[..5].copy_from_slice(&[0xf9, 0x17, 0xaa, 0xb0, 0xff]);
        assert_eq!(OrderId(bytes).short(), "f917-aab0");
    }
}
