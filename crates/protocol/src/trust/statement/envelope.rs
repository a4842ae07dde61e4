//! What every statement says beside its content.

use crate::wire::cbor::array_of;
use crate::wire::identifier::Domain;
use crate::wire::time::Timestamp;
use minicbor::decode::Error;
use minicbor::{Decode, Decoder, Encode};
use tallystick_codec::DecodeMap;

/// The longest time between sending and expiry, in seconds: two years, as for certificates.
pub const VALIDITY_SECONDS_MAX: u64 = 731 * 86_400;

/// Whom a statement is for.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub enum Audience {
    /// One service party.
    #[n(0)]
    Party(#[n(0)] Domain),
    /// The holder whom its content names.
    #[n(1)]
    Holder,
    /// Whoever verifies it.
    #[n(2)]
    Anyone,
}

// By hand: minicbor's derive brings along a reader for everything that it might have to skip.
impl<'bytes, Ctx> Decode<'bytes, Ctx> for Audience {
    fn decode(decoder: &mut Decoder<'bytes>, context: &mut Ctx) -> Result<Self, Error> {
        array_of(decoder, 2)?;
        let variant = decoder.u32()?;
        array_of(decoder, u64::from(variant == 0))?;
        match variant {
            0 => Domain::decode(decoder, context).map(Self::Party),
            1 => Ok(Self::Holder),
            2 => Ok(Self::Anyone),
            other => Err(Error::unknown_variant(other.into())),
        }
    }
}

/// From whom to whom, about what, from when to when.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Envelope {
    /// Who says it: the domain in the signer's certificate.
    #[n(0)]
    pub from: Domain,
    /// To whom.
    #[n(1)]
    pub to: Audience,
    /// What it belongs to: an order's id, an order's root, or the nonce of the request that it answers.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub transaction: [u8; 32],
    /// When it was said.
    #[n(3)]
    pub sent_at: Timestamp,
    /// From when on it is void.
    #[n(4)]
    pub expires_at: Timestamp,
}

impl Envelope {
    /// An envelope for something said at `sent_at` and void after `seconds`.
    #[must_use]
    pub const fn new(
        from: Domain,
        to: Audience,
        transaction: [u8; 32],
        sent_at: Timestamp,
        seconds: u64,
    ) -> Self {
        Self {
            from,
            to,
            transaction,
            sent_at,
            expires_at: sent_at.plus_seconds(seconds),
        }
    }
}
