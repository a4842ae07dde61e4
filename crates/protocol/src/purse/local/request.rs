//! What the payee's card asks for (Sb1, Sb2).

use minicbor::Encode;
use tallystick_codec::DecodeMap;

use super::{Credentials, LocalError, Shown};
use crate::purse::PurseNumber;
use crate::trust::keyed::{self, keyed_message};
use crate::trust::signature::VerifyingKey;
use crate::wire::identifier::{Domain, TransactionId};
use crate::wire::number::decode_whole;
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// A purse asks to be paid. Signed by its key. Shown to whoever looks: it says which purse asks, and for how much.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LocalRequest {
    /// Who asks.
    #[n(0)]
    pub payee: Credentials,
    /// Fresh, 32 bytes: one request is paid once.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// The X25519 key, made for this request alone, to which the payment is sealed.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub sealing: [u8; 32],
    /// How much, in minor units of the purse's currency; the payer says so if it is missing.
    #[cbor(n(3), decode_with = "decode_whole")]
    pub amount: Option<u64>,
    /// When, by the payee's clock.
    #[n(4)]
    pub at: Timestamp,
}
keyed_message!(
    LocalRequest,
    message::LOCAL_REQUEST,
    2048,
    context::LOCAL_REQUEST
);

impl LocalRequest {
    /// The number of the movement by which this purse pays it to that one.
    #[must_use]
    pub fn transaction(&self, payer: &PurseNumber, payee: &PurseNumber) -> TransactionId {
        super::payment::transaction(payer, payee, &self.nonce)
    }

    /// Verifies the purse by its bank's key, and the request by the purse's (Sb3; T004-12).
    ///
    /// # Errors
    /// As [`Credentials::verify`].
    pub fn open(
        signed: &[u8],
        bank: (&Domain, &VerifyingKey),
        now: Timestamp,
    ) -> Result<(Self, Shown), LocalError> {
        let said: Self = keyed::unverified(signed)?;
        let shown = said.payee.verify(bank, now)?;
        let request = keyed::open(signed, &shown.key)?;
        Ok((request, shown))
    }
}
