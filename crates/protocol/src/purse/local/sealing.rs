//! Payment and answer on their way: sealed, so that whoever photographs a code learns nothing.

use alloc::vec::Vec;

use minicbor::{Decoder, Encode};
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use zeroize::Zeroizing;

use super::{LocalAnswer, LocalError, LocalEvidence, LocalPayment, LocalRequest, Shown};
use crate::keys::DerivedKey;
use crate::keys::encrypt0::{self, Encrypt0, IV_BYTES, OVERHEAD_MAX_BYTES};
use crate::keys::sealed::{Exported, Sealed, open_and_export, seal_and_export};
use crate::purse::EVIDENCE_BYTES_MAX;
use crate::trust::keyed;
use crate::trust::signature::VerifyingKey;
use crate::wire::cbor::Message;
use crate::wire::identifier::{Domain, TransactionId};
use crate::wire::registry::{context, message};
use crate::wire::time::Timestamp;

/// By how many bytes of its nonce a payment says which request it answers, and an answer which payment.
const NAME_BYTES: usize = 8;

/// A payment, sealed to the key of the request that it answers (HPKE, RFC 9180). At most 644 bytes with keys of P-256 and
/// a bank's name of up to 32 characters: a QR code of version 17.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SealedPayment {
    /// The first bytes of the request's nonce.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub request: [u8; NAME_BYTES],
    /// A [`LocalEvidence`].
    #[n(1)]
    sealed: Sealed,
}

impl Message for SealedPayment {
    const TYPE: u16 = message::SEALED_LOCAL_PAYMENT;
    const LEN_MAX: usize = EVIDENCE_BYTES_MAX + 128;
}

/// A payment that was opened.
#[derive(Debug)]
pub struct Delivered {
    /// Who pays.
    pub payer: Shown,
    /// What is paid.
    pub payment: LocalPayment,
    /// The payment as it was signed, and who signed it: what the payee keeps.
    pub evidence: LocalEvidence,
    /// Under this the answer is sealed.
    pub answer_key: Exported,
}

impl SealedPayment {
    /// Seals a signed payment to the request that it answers. With it comes what opens the answer.
    ///
    /// # Errors
    /// [`LocalError::CannotOpen`] if the request's key is none.
    pub fn seal(
        rng: &mut impl CryptoRng,
        request: &LocalRequest,
        payment: &LocalEvidence,
    ) -> Result<(Self, Exported), LocalError> {
        let content = Zeroizing::new(payment.to_bytes());
        let info = info(&request.nonce);
        let (sealed, answer_key) = seal_and_export(rng, &request.sealing, &info, &content)?;
        let request = name(&request.nonce);
        Ok((Self { request, sealed }, answer_key))
    }

    /// Opens it with the private half of the request's key, and verifies payer and payment (Sb6, Sb7; T004-11). That it
    /// pays this request is for the caller to see.
    ///
    /// # Errors
    /// [`LocalError::CannotOpen`]; as [`LocalEvidence::payment`].
    pub fn open(
        &self,
        (nonce, secret): (&[u8; 32], &[u8; 32]),
        bank: (&Domain, &VerifyingKey),
        now: Timestamp,
    ) -> Result<Delivered, LocalError> {
        let Sealed {
            encapsulated,
            ciphertext,
        } = &self.sealed;
        let (content, answer_key) =
            open_and_export(secret, &info(nonce), encapsulated, ciphertext)?;
        let evidence = LocalEvidence::read(&content)?;
        let (payer, payment) = evidence.payment(bank, now)?;
        Ok(Delivered {
            payer,
            payment,
            evidence,
            answer_key,
        })
    }
}

/// A signed [`LocalAnswer`], sealed under what payer and payee have from the payment (AES-256-GCM).
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SealedAnswer {
    /// The first bytes of the movement's number.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub payment: [u8; NAME_BYTES],
    /// A `COSE_Encrypt0`.
    #[cbor(
        n(1),
        encode_with = "minicbor::bytes::encode",
        decode_with = "decode_sealed"
    )]
    sealed: Vec<u8>,
}

/// The longest sealed answer, in bytes.
const SEALED_ANSWER_BYTES_MAX: usize = keyed::max_len::<LocalAnswer>() + OVERHEAD_MAX_BYTES;

impl Message for SealedAnswer {
    const TYPE: u16 = message::SEALED_LOCAL_ANSWER;
    const LEN_MAX: usize = SEALED_ANSWER_BYTES_MAX + 32;
}

impl SealedAnswer {
    /// Seals a signed answer about a movement.
    ///
    /// # Errors
    /// [`LocalError::CannotOpen`], which does not happen.
    pub fn seal(
        rng: &mut impl CryptoRng,
        answer_key: &[u8; 32],
        transaction: &TransactionId,
        signed: &[u8],
    ) -> Result<Self, LocalError> {
        let mut iv = [0; IV_BYTES];
        rng.fill_bytes(&mut iv);
        let key = DerivedKey::from(*answer_key);
        let external = external(transaction);
        let sealed = encrypt0::seal(&key, iv, signed, &external).ok_or(LocalError::CannotOpen)?;
        let payment = name(&transaction.0);
        Ok(Self { payment, sealed })
    }

    /// Opens it, and verifies that the payee's key signed it about this movement (Sb11).
    ///
    /// # Errors
    /// [`LocalError::CannotOpen`], [`LocalError::BadSignature`], [`LocalError::Malformed`].
    pub fn open(
        &self,
        answer_key: &[u8; 32],
        transaction: &TransactionId,
        payee: &VerifyingKey,
    ) -> Result<(LocalAnswer, Vec<u8>), LocalError> {
        let key = DerivedKey::from(*answer_key);
        let sealed = Encrypt0::read(&self.sealed).ok_or(LocalError::Malformed)?;
        let signed = sealed.open(&key, &external(transaction));
        let signed = signed.ok_or(LocalError::CannotOpen)?;
        let answer: LocalAnswer = keyed::open(&signed, payee)?;
        if answer.transaction != *transaction {
            return Err(LocalError::CannotOpen);
        }
        Ok((answer, signed))
    }
}

fn name(bytes: &[u8; 32]) -> [u8; NAME_BYTES] {
    let mut name = [0; NAME_BYTES];
    for (to, from) in name.iter_mut().zip(bytes) {
        *to = *from;
    }
    name
}

fn info(nonce: &[u8; 32]) -> Vec<u8> {
    [context::SEALED_LOCAL_PAYMENT.as_bytes(), nonce].concat()
}

fn external(transaction: &TransactionId) -> Vec<u8> {
    [context::SEALED_LOCAL_ANSWER.as_bytes(), &transaction.0].concat()
}

fn decode_sealed<C>(
    decoder: &mut Decoder<'_>,
    _: &mut C,
) -> Result<Vec<u8>, minicbor::decode::Error> {
    let bytes = decoder.bytes()?;
    if bytes.len() > SEALED_ANSWER_BYTES_MAX {
        return Err(minicbor::decode::Error::message("the answer is too long"));
    }
    Ok(bytes.to_vec())
}
