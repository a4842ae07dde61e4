//! What a home tells its proxy: its keys, and which terminals are its own (H2: the table of known terminals).

use alloc::vec::Vec;

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::PublicKeys;
use crate::trust::keyed::keyed_message;
use crate::wire::cbor::decode_list;
use crate::wire::identifier::Domain;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// The most terminals of one home.
pub const TERMINALS_MAX: usize = 16;

/// A home and its terminals. Signed by the home card's key; the newest version counts.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HomeRegistration {
    /// The home card's keys, of which its name follows.
    #[n(0)]
    pub keys: PublicKeys,
    /// At which proxy.
    #[n(1)]
    pub proxy: Domain,
    /// SHA-256 of the token (32 bytes) with which the home browser connects.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub verifier: [u8; 32],
    /// The terminals, at most [`TERMINALS_MAX`]. One that is missing is not known any more.
    #[cbor(n(3), decode_with = "decode_terminals")]
    pub terminals: Vec<PublicKeys>,
    /// Counts the registrations that the card has signed.
    #[n(4)]
    pub version: u32,
    /// When, by the wallet's clock.
    #[n(5)]
    pub at: Timestamp,
}
keyed_message!(
    HomeRegistration,
    message::HOME_REGISTRATION,
    4096,
    context::HOME_REGISTRATION
);

fn decode_terminals<C>(
    decoder: &mut minicbor::Decoder<'_>,
    context: &mut C,
) -> Result<Vec<PublicKeys>, minicbor::decode::Error> {
    decode_list(decoder, context, TERMINALS_MAX)
}
