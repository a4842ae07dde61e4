//! Verifying a statement.

use super::cose::{self, Parts};
use super::{Audience, Envelope, SignedMessage, StatementError, VALIDITY_SECONDS_MAX, max_len};
use crate::trust::certificate::{CLOCK_SKEW_SECONDS, CertifiedParty, TrustAnchors};
use crate::wire::cbor::decode;
use crate::wire::identifier::{Domain, Role};
use crate::wire::time::Timestamp;
use alloc::vec::Vec;

/// A statement whose signature, certificate, sender and period were verified.
#[derive(Clone, Debug)]
pub struct Verified<M> {
    /// What was said.
    pub message: M,
    /// Who said it.
    pub signer: CertifiedParty,
    /// The statement as received, to be kept as evidence.
    pub bytes: Vec<u8>,
}

/// Verifies a statement of kind `M` by a party in `role`.
///
/// Whom it is for is for the caller to check: [`Verified::require_recipient`] and its neighbours.
///
/// # Errors
/// [`StatementError`] says what does not hold.
pub fn open<M: SignedMessage>(
    bytes: &[u8],
    anchors: &TrustAnchors,
    now: Timestamp,
    role: Role,
) -> Result<Verified<M>, StatementError> {
    let (payload, signer) = verified(bytes, max_len::<M>(), M::CONTEXT, anchors, now, role)?;
    let message: M = decode(&payload)?;
    require_sender(message.envelope(), &signer)?;
    require_period(message.envelope(), now)?;
    Ok(Verified {
        message,
        signer,
        bytes: bytes.to_vec(),
    })
}

/// What does not depend on the kind of statement, so that its code exists once.
fn verified(
    bytes: &[u8],
    limit: usize,
    context: &str,
    anchors: &TrustAnchors,
    now: Timestamp,
    role: Role,
) -> Result<(Vec<u8>, CertifiedParty), StatementError> {
    let parts = parts_within(bytes, limit)?;
    let signer = anchors.certified(&parts.leaf, now, role)?;
    let to_be_signed = parts.to_be_signed(context);
    cose::verify(&signer.public_key, &to_be_signed, &parts.signature)?;
    Ok((parts.payload, signer))
}

/// The parts of a statement that is not over `limit` bytes.
pub(super) fn parts_within(bytes: &[u8], limit: usize) -> Result<Parts, StatementError> {
    if bytes.len() > limit {
        return Err(StatementError::TooLong {
            actual: bytes.len(),
            limit,
        });
    }
    Parts::read(bytes)
}

fn require_sender(envelope: &Envelope, signer: &CertifiedParty) -> Result<(), StatementError> {
    if signer.domain.as_ref() == Some(&envelope.from) {
        Ok(())
    } else {
        Err(StatementError::WrongSender {
            claimed: envelope.from.clone(),
        })
    }
}

fn require_period(envelope: &Envelope, now: Timestamp) -> Result<(), StatementError> {
    let Envelope {
        sent_at,
        expires_at,
        ..
    } = envelope;
    if expires_at <= sent_at || expires_at.seconds_since(*sent_at) > VALIDITY_SECONDS_MAX {
        Err(StatementError::BadPeriod)
    } else if *sent_at > now.plus_seconds(CLOCK_SKEW_SECONDS) {
        Err(StatementError::NotYetSent)
    } else if *expires_at < now.minus_seconds(CLOCK_SKEW_SECONDS) {
        Err(StatementError::Expired)
    } else {
        Ok(())
    }
}

impl<M: SignedMessage> Verified<M> {
    /// Requires that it is addressed to exactly `recipient`.
    ///
    /// # Errors
    /// [`StatementError::WrongRecipient`].
    pub fn require_recipient(&self, recipient: &Audience) -> Result<(), StatementError> {
        let actual = &self.message.envelope().to;
        if actual == recipient {
            Ok(())
        } else {
            Err(StatementError::WrongRecipient {
                actual: actual.clone(),
            })
        }
    }

    /// Requires that it comes from `sender`.
    ///
    /// # Errors
    /// [`StatementError::UnexpectedSender`].
    pub fn require_sender(&self, sender: &Domain) -> Result<(), StatementError> {
        let actual = &self.message.envelope().from;
        if actual == sender {
            Ok(())
        } else {
            Err(StatementError::UnexpectedSender {
                expected: sender.clone(),
                actual: actual.clone(),
            })
        }
    }

    /// Requires that it belongs to the order, root or nonce `transaction`.
    ///
    /// # Errors
    /// [`StatementError::WrongTransaction`].
    pub fn require_transaction(&self, transaction: &[u8; 32]) -> Result<(), StatementError> {
        if self.message.envelope().transaction == *transaction {
            Ok(())
        } else {
            Err(StatementError::WrongTransaction)
        }
    }
}

/// The type of the message in a statement, not verified: to tell which kind to [`open`] where there is a choice.
///
/// # Errors
/// [`StatementError`] if `bytes` is over `limit` or is no statement.
pub fn message_type(bytes: &[u8], limit: usize) -> Result<u16, StatementError> {
    let payload = parts_within(bytes, limit)?.payload;
    let mut decoder = minicbor::Decoder::new(&payload);
    decoder
        .array()
        .and_then(|_| decoder.u8())
        .and_then(|_| decoder.u16())
        .map_err(|_| StatementError::Malformed)
}

/// The message of a statement, not verified: to know where it belongs. Nothing may be decided by it.
///
/// # Errors
/// [`StatementError`] if `bytes` is too long or no such statement.
pub fn unverified<M: SignedMessage>(bytes: &[u8]) -> Result<M, StatementError> {
    Ok(decode(&parts_within(bytes, max_len::<M>())?.payload)?)
}

/// The envelope of a statement, not verified: to know what it is about before anything is computed, or
/// whether one's own is to be said anew.
///
/// # Errors
/// [`StatementError`] if `bytes` is over `limit` or is no statement.
pub fn unverified_envelope(bytes: &[u8], limit: usize) -> Result<Envelope, StatementError> {
    let payload = parts_within(bytes, limit)?.payload;
    let mut decoder = minicbor::Decoder::new(&payload);
    // [version, type, { 0: envelope, … }]
    decoder
        .array()
        .and_then(|_| decoder.u8())
        .and_then(|_| decoder.u16())
        .and_then(|_| decoder.map())
        .and_then(|_| decoder.u8())
        .and_then(|_| decoder.decode::<Envelope>())
        .map_err(|_| StatementError::Malformed)
}
