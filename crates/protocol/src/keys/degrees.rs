//! How many corrupt identifiers a space withstands.

use minicbor::{CborLen, Decoder, Encode, decode};
use tallystick_codec::DecodeMap;

use super::{Element, KeyError};

/// The degrees of f(x, y) in one space, and with them its collusion bound.
///
/// **Keys of a space stay secret while at most `holder` holder identifiers and at most `party` party
/// identifiers are in corrupt hands.** One more on either side, and whoever holds those shares can
/// compute everybody's keys of that space and epoch, past ones included, without a trace. The bound
/// counts identifiers, not people. A space therefore issues no more identifiers than its degrees
/// (see [`Self::admit_holder`] and [`Self::admit_party`]), so that those it issued never break it.
///
/// Sizes: a holder's share has `party + 1` elements of 32 bytes, a party's share `holder + 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, DecodeMap, CborLen)]
#[cbor(map)]
pub struct Degrees {
    /// `a`, the degree in the holder's point: 1 to [`Self::MAX`].
    #[cbor(n(0), decode_with = "decode_degree")]
    pub holder: u16,
    /// `b`, the degree in the party's point: 1 to [`Self::MAX`].
    #[cbor(n(1), decode_with = "decode_degree")]
    pub party: u16,
}

fn decode_degree<C>(d: &mut Decoder<'_>, _: &mut C) -> Result<u16, decode::Error> {
    let degree = d.u16()?;
    if is_degree(degree) {
        return Ok(degree);
    }
    Err(decode::Error::message(KeyError::DegreesOutOfBounds))
}

const fn is_degree(degree: u16) -> bool {
    degree >= 1 && degree <= Degrees::MAX
}

impl Degrees {
    /// The largest degree: a share or a row of the master then takes 1 MiB.
    pub const MAX: u16 = 32_767;

    /// Shops of the demonstration: up to 4,096 holders and 64 shops a space.
    pub const DEMO_SHOP: Self = Self {
        holder: 4096,
        party: 64,
    };
    /// Issuers of the demonstration: up to 4,096 holders and 16 issuers a space.
    pub const DEMO_ISSUER: Self = Self {
        holder: 4096,
        party: 16,
    };
    /// Couriers of the demonstration: up to 4,096 holders and 16 couriers a space.
    pub const DEMO_COURIER: Self = Self {
        holder: 4096,
        party: 16,
    };

    /// Degrees within the bounds.
    ///
    /// # Errors
    /// [`KeyError::DegreesOutOfBounds`] for zero or more than [`Self::MAX`].
    pub const fn new(holder: u16, party: u16) -> Result<Self, KeyError> {
        let degrees = Self { holder, party };
        match degrees.check() {
            Ok(()) => Ok(degrees),
            Err(error) => Err(error),
        }
    }

    /// Whether both degrees are within the bounds.
    ///
    /// # Errors
    /// [`KeyError::DegreesOutOfBounds`] if not.
    pub const fn check(&self) -> Result<(), KeyError> {
        if is_degree(self.holder) && is_degree(self.party) {
            Ok(())
        } else {
            Err(KeyError::DegreesOutOfBounds)
        }
    }

    /// Whether the space may issue to one more holder identifier.
    ///
    /// # Errors
    /// [`KeyError::SpaceFull`] once it has issued to `holder` of them.
    pub const fn admit_holder(&self, already_issued: u64) -> Result<(), KeyError> {
        if already_issued < self.holder as u64 {
            Ok(())
        } else {
            Err(KeyError::SpaceFull)
        }
    }

    /// Whether the space may issue to one more party identifier.
    ///
    /// # Errors
    /// [`KeyError::SpaceFull`] once it has issued to `party` of them.
    pub const fn admit_party(&self, already_issued: u64) -> Result<(), KeyError> {
        if already_issued < self.party as u64 {
            Ok(())
        } else {
            Err(KeyError::SpaceFull)
        }
    }

    /// Rows of the master: one for each power of the party's point.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.party as usize + 1
    }

    /// Elements in a row of the master, and in a party's share.
    #[must_use]
    pub const fn row_elements(&self) -> usize {
        self.holder as usize + 1
    }

    /// The size of a holder's share in bytes.
    #[must_use]
    pub const fn holder_share_bytes(&self) -> usize {
        self.rows() * Element::BYTES
    }

    /// The size of a party's share, and of a row of the master, in bytes.
    #[must_use]
    pub const fn party_share_bytes(&self) -> usize {
        self.row_elements() * Element::BYTES
    }
}
