//! What DERIVE is asked.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::keys::PairContext;

/// Between whom the key is, and the nonce that makes it this one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct DeriveRequest {
    /// Suite, space, epoch, centres, holder and party.
    #[n(0)]
    pub pair: PairContext,
    /// 32 random bytes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
}
