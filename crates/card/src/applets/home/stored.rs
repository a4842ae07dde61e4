//! The applet's part of the card's state.

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::access::Access;
use super::lending::Lending;

/// More than both halves take beside loans, in bytes.
const ROOM: usize = 48 * 1024;

/// Both halves.
#[derive(Clone, Debug, Default, PartialEq, Encode, DecodeMap)]
#[cbor(map)]
pub(crate) struct Home {
    /// What stays at home; none on a card that was never set up for it.
    #[n(0)]
    pub(super) lending: Option<Lending>,
    /// What is away; none on a card whose access keys nobody asked for.
    #[n(1)]
    pub(super) access: Option<Access>,
}

impl Home {
    /// More than it takes when it is written down, in bytes.
    pub(crate) fn room(&self) -> usize {
        ROOM + self.lending.as_ref().map_or(0, Lending::room)
    }

    /// Whether it is as a card writes it.
    pub(crate) fn is_valid(&self, has_safe: bool) -> bool {
        (self.lending.as_ref()).is_none_or(|lending| has_safe && lending.is_valid())
            && self.access.as_ref().is_none_or(Access::is_valid)
    }

    /// The secrets that no PIN guards.
    #[cfg(test)]
    pub(crate) fn secrets(&self) -> alloc::vec::Vec<&[u8]> {
        let lending = self.lending.iter().flat_map(Lending::secrets);
        lending
            .chain(self.access.iter().flat_map(Access::secrets))
            .collect()
    }
}
