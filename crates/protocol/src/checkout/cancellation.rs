//! Cancelling an order before it is dispatched. What the holder's card signed covers a lock, which the shop
//! reads; whoever shows its key is the holder. So it needs neither PIN nor card, and says to the shop nothing that
//! it did not know. Whether the order was dispatched, the courier alone decides.

use alloc::vec::Vec;
use minicbor::{Decode, Encode};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::answers::STATEMENT_MAX_BYTES;
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::cbor::Message;
use crate::wire::identifier::{OrderId, Root};
use crate::wire::registry::{context, message};

/// What cancels one order: 32 random bytes that stay in the wallet until the holder cancels.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Encode, Decode)]
#[cbor(transparent)]
pub struct CancellationKey(
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    [u8; 32],
);

impl CancellationKey {
    /// Draws a key.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The lock that it opens, the content of the field *cancellation*: SHA-256(context ‖ key), 32 bytes.
    #[must_use]
    pub fn lock(&self) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(context::CANCELLATION_LOCK.as_bytes());
        hash.update(self.0);
        hash.finalize().to_vec()
    }

    /// Whether it opens this lock.
    #[must_use]
    pub fn opens(&self, lock: &[u8]) -> bool {
        self.lock().ct_eq(lock).into()
    }
}

impl core::fmt::Debug for CancellationKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("CancellationKey(not shown)")
    }
}

/// The holder cancels an order at the shop. It is answered with the shop's receipt.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct CancellationRequest {
    /// The order.
    #[n(0)]
    pub order_id: OrderId,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// The key to the order's lock.
    #[n(2)]
    pub key: CancellationKey,
    /// The first byte of the number of the order's form: see
    /// [`SplitOrder::form_start`](super::order::SplitOrder).
    #[n(3)]
    pub form_start: u8,
}
impl Message for CancellationRequest {
    const TYPE: u16 = message::CANCELLATION_REQUEST;
    const LEN_MAX: usize = 256;
}

/// The shop asks the courier not to deliver. It is answered with the courier's signed word: its acceptance, if it
/// had accepted, or its refusal, to which it keeps.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct DeliveryCancellation {
    /// From the shop to the courier; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
}
signed_message!(
    DeliveryCancellation,
    message::DELIVERY_CANCELLATION,
    STATEMENT_MAX_BYTES,
    context::DELIVERY_CANCELLATION
);
