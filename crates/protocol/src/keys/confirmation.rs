//! Confirming a party beforehand (EP 0 791 901, step O0; T002-7): both sides show that they can derive
//! the pairwise key, and the party signs with its certified key. Nothing of an order is sent before.
//!
//! Both messages carry a MAC under a key derived for this purpose alone and for one nonce, so a
//! confirmation can neither be replayed nor used to open an order. The request carries one too:
//! a party answers only to a holder who has a key share.

use crate::wire::registry::{context, message};
use hmac::{Hmac, KeyInit, Mac};
use minicbor::Encode;
use rand_core::CryptoRng;
use sha2::Sha256;
use tallystick_codec::DecodeMap;

use crate::keys::{DerivedKey, PairContext};
use crate::trust::statement::{Envelope, SignedMessage};
use crate::wire::cbor::{Message, encode_value};
use crate::wire::identifier::Role;
use crate::wire::time::Timestamp;

/// How old a request may be when it arrives, and how far ahead its clock may be, in seconds.
pub const FRESH_SECONDS: u64 = 300;

const REQUEST_CONTEXT: &str = context::CONFIRMATION_REQUEST;
const ANSWER_CONTEXT: &str = context::CONFIRMATION_ANSWER;

/// The wallet asks a party to confirm itself.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ConfirmationRequest {
    /// Which pairwise key is meant.
    #[n(0)]
    pub pair: PairContext,
    /// The nonce with which the confirmation key is derived, and which the answer repeats; 32 random bytes.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub nonce: [u8; 32],
    /// When the wallet asked.
    #[n(2)]
    pub sent_at: Timestamp,
    /// HMAC-SHA-256 over all of the above under the confirmation key.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    mac: [u8; 32],
}

impl Message for ConfirmationRequest {
    const TYPE: u16 = message::CONFIRMATION_REQUEST;
    const LEN_MAX: usize = 4096;
}

/// The party's answer; signed, and its envelope's transaction is the wallet's nonce.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ConfirmationAnswer {
    /// From the party to the holder.
    #[n(0)]
    pub envelope: Envelope,
    /// The party's role.
    #[n(1)]
    pub role: Role,
    /// The party's own nonce, 32 random bytes.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub party_nonce: [u8; 32],
    /// HMAC-SHA-256 over the request and the party's nonce under the confirmation key.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    mac: [u8; 32],
}

impl Message for ConfirmationAnswer {
    const TYPE: u16 = message::CONFIRMATION_ANSWER;
    const LEN_MAX: usize = 4096;
}

impl SignedMessage for ConfirmationAnswer {
    const CONTEXT: &'static str = context::CONFIRMATION_ANSWER;
    fn envelope(&self) -> &Envelope {
        &self.envelope
    }
}

/// Why a confirmation is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfirmationError {
    /// The other side does not have the pairwise key.
    #[error("The other side could not show that it shares a key with this one.")]
    WrongKey,
    /// Too old, or from the future.
    #[error("The confirmation is not from now.")]
    NotFresh,
    /// An answer by another party, or to another question.
    #[error("The confirmation answers another question.")]
    WrongAnswer,
}

impl ConfirmationRequest {
    /// Asks under `key`, which was derived with [`Purpose::Confirmation`](crate::keys::Purpose) and `nonce`.
    #[must_use]
    pub fn new(pair: PairContext, nonce: [u8; 32], key: &DerivedKey, sent_at: Timestamp) -> Self {
        let mac = request_mac(key, &pair, &nonce, sent_at);
        Self {
            pair,
            nonce,
            sent_at,
            mac: finish(mac),
        }
    }

    /// What the party checks, after its rate limit and before it signs anything.
    ///
    /// # Errors
    /// [`ConfirmationError::NotFresh`] or [`ConfirmationError::WrongKey`].
    pub fn verify(&self, key: &DerivedKey, now: Timestamp) -> Result<(), ConfirmationError> {
        self.check_fresh(now)?;
        request_mac(key, &self.pair, &self.nonce, self.sent_at)
            .verify_slice(&self.mac)
            .map_err(|_| ConfirmationError::WrongKey)
    }

    /// Whether the request is from about now; costs nothing, so a party asks this first.
    ///
    /// # Errors
    /// [`ConfirmationError::NotFresh`].
    pub fn check_fresh(&self, now: Timestamp) -> Result<(), ConfirmationError> {
        let old = now.seconds_since(self.sent_at) > FRESH_SECONDS;
        let ahead = self.sent_at.seconds_since(now) > FRESH_SECONDS;
        if old || ahead {
            Err(ConfirmationError::NotFresh)
        } else {
            Ok(())
        }
    }
}

impl ConfirmationAnswer {
    /// The party's answer to `request`. `envelope` goes from the party to the holder, with the
    /// request's nonce as transaction.
    #[must_use]
    pub fn new(
        rng: &mut impl CryptoRng,
        request: &ConfirmationRequest,
        key: &DerivedKey,
        envelope: Envelope,
    ) -> Self {
        let mut party_nonce = [0; 32];
        rng.fill_bytes(&mut party_nonce);
        let mac = finish(answer_mac(key, request, &party_nonce));
        Self {
            envelope,
            role: request.pair.role,
            party_nonce,
            mac,
        }
    }

    /// What the wallet checks, after the signature and the certificate.
    ///
    /// # Errors
    /// [`ConfirmationError::WrongAnswer`] or [`ConfirmationError::WrongKey`].
    pub fn verify(
        &self,
        request: &ConfirmationRequest,
        key: &DerivedKey,
    ) -> Result<(), ConfirmationError> {
        let answers = self.role == request.pair.role
            && self.envelope.from == request.pair.party
            && self.envelope.transaction == request.nonce;
        if !answers {
            return Err(ConfirmationError::WrongAnswer);
        }
        answer_mac(key, request, &self.party_nonce)
            .verify_slice(&self.mac)
            .map_err(|_| ConfirmationError::WrongKey)
    }
}

type Hmac256 = Hmac<Sha256>;

fn keyed(key: &DerivedKey, transcript: &[u8]) -> Hmac256 {
    // A key of 32 bytes is a valid HMAC key of the block length or less; padding it with zeros is RFC 2104's own rule.
    let mut block = zeroize::Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key.as_bytes());
    let mut mac = Hmac256::new((&*block).into());
    mac.update(transcript);
    mac
}

fn request_mac(
    key: &DerivedKey,
    pair: &PairContext,
    nonce: &[u8; 32],
    sent_at: Timestamp,
) -> Hmac256 {
    let nonce = minicbor::bytes::ByteArray::from(*nonce);
    keyed(key, &encode_value(&(REQUEST_CONTEXT, pair, nonce, sent_at)))
}

fn answer_mac(key: &DerivedKey, request: &ConfirmationRequest, party_nonce: &[u8; 32]) -> Hmac256 {
    let nonce = minicbor::bytes::ByteArray::from(request.nonce);
    let party_nonce = minicbor::bytes::ByteArray::from(*party_nonce);
    keyed(
        key,
        &encode_value(&(
            ANSWER_CONTEXT,
            &request.pair,
            nonce,
            request.sent_at,
            party_nonce,
        )),
    )
}

fn finish(mac: Hmac256) -> [u8; 32] {
    mac.finalize().into_bytes().into()
}
