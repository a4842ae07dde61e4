//! Names of the two ends of a home proxy: hashes of their public keys, so that a name cannot be taken by other keys.

use super::bytes32::{identifier_of_32_bytes, shown_as_hex};

/// A home: the card that stays there (source document 000, *home card*). 32 bytes; see
/// [`PublicKeys::home`](crate::home::PublicKeys::home).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HomeId(pub [u8; 32]);

identifier_of_32_bytes!(HomeId);
shown_as_hex!(HomeId);

/// A terminal: the access card of somebody away from home (source document 000, *user terminal*). 32 bytes; see
/// [`PublicKeys::terminal`](crate::home::PublicKeys::terminal).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TerminalId(pub [u8; 32]);

identifier_of_32_bytes!(TerminalId);
shown_as_hex!(TerminalId);
