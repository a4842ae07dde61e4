//! What a coupon pays of an order.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::coupon::CouponId;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Money;

/// A coupon that was handed to the shop for an order.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CouponPart {
    /// The coupon, as the wallet names it.
    #[n(0)]
    pub id: String,
    /// Its number at its office.
    #[n(1)]
    pub coupon: CouponId,
    /// Its office.
    #[n(2)]
    pub office: Domain,
    /// What the office is called.
    #[n(3)]
    pub office_name: String,
    /// How much the order takes of what it is worth.
    #[n(4)]
    pub amount: Money,
    /// How much of that was given back, as a coupon.
    #[n(5)]
    pub given_back: Option<Money>,
}

impl CouponPart {
    /// So much of it was given back in all. Whether that is more than before, and no more than it paid.
    pub fn take_given_back(&mut self, sum: Money) -> bool {
        let before = self.given_back.map_or(0, |money| money.minor);
        let is_more = sum.currency == self.amount.currency
            && sum.minor > before
            && sum.minor <= self.amount.minor;
        if is_more {
            self.given_back = Some(sum);
        }
        is_more
    }

    /// Whether some of it was given back.
    #[must_use]
    pub fn is_given_back(&self) -> bool {
        self.given_back.is_some_and(|money| money.minor > 0)
    }

    /// Whether all of it was given back.
    #[must_use]
    pub fn is_all_given_back(&self) -> bool {
        self.given_back == Some(self.amount)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_protocol::wire::money::Currency;

    fn yen(minor: u64) -> Money {
        Money::new(minor, Currency::Jpy)
    }

    #[test]
    fn what_was_given_back_grows_and_never_beyond_what_was_paid() {
        let mut part = CouponPart {
            id: "one".to_owned(),
            coupon: CouponId([1; 16]),
            office: Domain::parse("warifu.localhost").unwrap(),
            office_name: "Warifu".to_owned(),
            amount: yen(500),
            given_back: None,
        };
        assert!(!part.take_given_back(yen(0)) && !part.is_given_back());
        assert!(part.take_given_back(yen(200)) && part.is_given_back());
        for refused in [yen(200), yen(100), yen(501), Money::new(300, Currency::Eur)] {
            assert!(!part.take_given_back(refused));
        }
        assert!(!part.is_all_given_back());
        assert!(part.take_given_back(yen(500)) && part.is_all_given_back());
    }
}
