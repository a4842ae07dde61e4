//! Points in time. There is no clock here: the caller says what time it is.

use core::fmt;

use minicbor::{CborLen, Decode, Encode};

use super::number::decode_whole;

/// Seconds since 1970-01-01 00:00 UTC, without leap seconds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, CborLen,
)]
#[cbor(transparent)]
pub struct Timestamp(
    /// At most [`WHOLE_MAX`](super::number::WHOLE_MAX) in anything decoded.
    #[cbor(decode_with = "decode_whole")]
    pub u64,
);

impl Timestamp {
    /// The same in milliseconds.
    #[must_use]
    pub const fn milliseconds(self) -> u64 {
        self.0.saturating_mul(1000)
    }

    /// The number of seconds.
    #[must_use]
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// That many seconds later; the end of time rather than an overflow.
    #[must_use]
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// That many seconds earlier; 1970 rather than an overflow.
    #[must_use]
    pub const fn minus_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }

    /// How many seconds lie between `earlier` and this time; zero if it is not earlier.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_neither_overflows_nor_goes_below_1970() {
        assert_eq!(Timestamp(u64::MAX).plus_seconds(5), Timestamp(u64::MAX));
        assert_eq!(Timestamp(3).minus_seconds(5), Timestamp(0));
        assert_eq!(Timestamp(9).seconds_since(Timestamp(4)), 5);
        assert_eq!(Timestamp(4).seconds_since(Timestamp(9)), 0);
    }

    #[test]
    fn a_timestamp_travels_as_one_integer() {
        let bytes = minicbor::to_vec(Timestamp(1_800_000_000)).unwrap();
        assert_eq!(bytes, [0x1a, 0x6b, 0x49, 0xd2, 0x00]);
        assert_eq!(
            minicbor::decode::<Timestamp>(&bytes).unwrap(),
            Timestamp(1_800_000_000)
        );
    }
}
