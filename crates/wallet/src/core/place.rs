//! Where the keys of an account are.

use serde::Serialize;
#[cfg(feature = "typescript")]
use tsify::Tsify;

/// Where the keys of an account live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, minicbor::Encode, minicbor::Decode)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
#[serde(rename_all = "kebab-case")]
#[cbor(index_only)]
pub enum KeyPlace {
    /// In the software card.
    #[n(0)]
    Software,
    /// In a card that the holder puts into a reader.
    #[n(1)]
    Reader,
    /// In the card that the home proxy hosts.
    #[n(2)]
    Hosted,
}

impl KeyPlace {
    /// Whether the card keeps its state itself, and may be another one than the wallet remembers.
    #[must_use]
    pub const fn is_outside(self) -> bool {
        !matches!(self, Self::Software)
    }
}
