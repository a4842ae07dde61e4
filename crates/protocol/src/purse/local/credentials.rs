//! What a purse shows of itself: what the bank signed of it, and the key that this names.

use alloc::vec::Vec;

use minicbor::{Decoder, Encode};
use tallystick_codec::DecodeMap;

use super::LocalError;
use crate::purse::{PurseCertificate, PurseNumber, key_digest};
use crate::trust::certificate::CLOCK_SKEW_SECONDS;
use crate::trust::keyed;
use crate::trust::signature::{PUBLIC_KEY_LEN_MAX, SignatureError, VerifyingKey};
use crate::wire::identifier::Domain;
use crate::wire::time::Timestamp;

/// A purse as it shows itself to another one (Sb2, Sb5: ebId, purseType, acctNo and SGN1). The document's SGN1 names no
/// key, so that nobody could check Sb7 without a network; ours names its digest, and the key stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Credentials {
    /// The signed [`PurseCertificate`] (SGN1).
    #[cbor(
        n(0),
        encode_with = "minicbor::bytes::encode",
        decode_with = "decode_certificate"
    )]
    certificate: Vec<u8>,
    /// The purse's key as [`VerifyingKey::to_short`] writes it.
    #[cbor(
        n(1),
        encode_with = "minicbor::bytes::encode",
        decode_with = "decode_key"
    )]
    key: Vec<u8>,
}

/// A purse that its bank has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What the bank says of it.
    pub certificate: PurseCertificate,
    /// Its key.
    pub key: VerifyingKey,
}

impl Credentials {
    /// Of a purse with this certificate (signed, SGN1) and key.
    ///
    /// # Errors
    /// [`SignatureError::UnsupportedKey`] if the key cannot be written.
    pub fn new(certificate: Vec<u8>, key: &VerifyingKey) -> Result<Self, SignatureError> {
        let key = key.to_short()?;
        Ok(Self { certificate, key })
    }

    /// Requires that they count at that time, of credentials that were verified before.
    ///
    /// # Errors
    /// [`LocalError::Expired`], [`LocalError::Malformed`].
    pub fn require_counts(&self, at: Timestamp) -> Result<(), LocalError> {
        require_counts(&keyed::unverified(&self.certificate)?, at)
    }

    /// The key that they name, of credentials that were verified before.
    ///
    /// # Errors
    /// [`LocalError::Malformed`].
    pub fn key(&self) -> Result<VerifyingKey, LocalError> {
        Ok(VerifyingKey::from_short(&self.key)?)
    }

    /// The purse's number, as they say it. Nothing may be decided by it.
    ///
    /// # Errors
    /// [`LocalError::Malformed`].
    pub fn number(&self) -> Result<PurseNumber, LocalError> {
        Ok(keyed::unverified::<PurseCertificate>(&self.certificate)?.number)
    }

    /// When the bank signed the purse, as they say; not verified.
    pub(super) fn certified_at(&self) -> Result<Timestamp, LocalError> {
        Ok(keyed::unverified::<PurseCertificate>(&self.certificate)?.issued_at)
    }

    /// Verifies that this bank signed the purse, and that it is valid now (Sb3, Sb6).
    ///
    /// # Errors
    /// [`LocalError::BadSignature`], [`LocalError::OtherBank`], [`LocalError::Expired`], [`LocalError::Malformed`].
    pub fn verify(
        &self,
        (bank, key): (&Domain, &VerifyingKey),
        now: Timestamp,
    ) -> Result<Shown, LocalError> {
        // Before the signature: another bank's does not match either, and says less.
        let said: PurseCertificate = keyed::unverified(&self.certificate)?;
        if said.bank != *bank {
            return Err(LocalError::OtherBank);
        }
        let certificate: PurseCertificate = keyed::open(&self.certificate, key)?;
        require_counts(&certificate, now)?;
        let key = self.key()?;
        if certificate.key != Some(key_digest(&key.to_spki()?)) {
            return Err(LocalError::BadSignature);
        }
        Ok(Shown { certificate, key })
    }
}

/// Requires that what the bank says of a purse counts at that time.
pub(super) fn require_counts(
    certificate: &PurseCertificate,
    at: Timestamp,
) -> Result<(), LocalError> {
    let begins = certificate.issued_at.0.saturating_sub(CLOCK_SKEW_SECONDS);
    if at.0 < begins || at >= certificate.expires_at {
        return Err(LocalError::Expired);
    }
    Ok(())
}

fn decode_certificate<C>(
    decoder: &mut Decoder<'_>,
    _: &mut C,
) -> Result<Vec<u8>, minicbor::decode::Error> {
    at_most(decoder, keyed::max_len::<PurseCertificate>())
}

fn decode_key<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<u8>, minicbor::decode::Error> {
    at_most(decoder, PUBLIC_KEY_LEN_MAX)
}

fn at_most(decoder: &mut Decoder<'_>, most: usize) -> Result<Vec<u8>, minicbor::decode::Error> {
    let bytes = decoder.bytes()?;
    if bytes.len() > most {
        return Err(minicbor::decode::Error::message("it is too long"));
    }
    Ok(bytes.to_vec())
}
