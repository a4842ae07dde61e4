//! H6: the holder shows itself to a shop. The same holder identifier stands in clear in the order that follows.

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::trust::holder::HolderMessage;
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, HolderId};
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// That a holder agrees on a key with this shop. Signed by the certified key of the holder's account, in the home card,
/// once it has verified the shop's own proof over the same agreement.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Entrance {
    /// Who enters.
    #[n(0)]
    pub holder: HolderId,
    /// The shop.
    #[n(1)]
    pub shop: Domain,
    /// [`Received::transcript`](super::agreement::Received::transcript): everything said so far.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub transcript: [u8; 32],
    /// From when on it is void.
    #[n(3)]
    pub expires_at: Timestamp,
}

impl Message for Entrance {
    const TYPE: u16 = message::ENTRANCE;
    const LEN_MAX: usize = 512;
}

impl HolderMessage for Entrance {
    const CONTEXT: &'static str = context::ENTRANCE;
}
