//! Making a statement.

use super::cose::Parts;
use super::open::parts_within;
use super::{SignedMessage, StatementError};
use crate::trust::certificate::Certificate;
use crate::wire::cbor::{decode, encode};
use alloc::vec::Vec;
use core::marker::PhantomData;

/// A statement that lacks nothing but its signature.
pub struct Unsigned<M> {
    parts: Parts,
    to_be_signed: Vec<u8>,
    message: PhantomData<M>,
}

impl<M: SignedMessage> Unsigned<M> {
    /// Prepares `message`, to be signed by the key of the certificate `leaf` (DER).
    ///
    /// # Errors
    /// [`StatementError`] if message or certificate are over their limits.
    pub fn new(message: &M, leaf: &[u8]) -> Result<Self, StatementError> {
        let payload = encode(message);
        if payload.len() > M::LEN_MAX || leaf.len() > Certificate::LEN_MAX {
            return Err(StatementError::TooLong {
                actual: payload.len().max(leaf.len()),
                limit: M::LEN_MAX.min(Certificate::LEN_MAX),
            });
        }
        Ok(Self::from_parts(Parts {
            leaf: leaf.to_vec(),
            payload,
            signature: Vec::new(),
        }))
    }

    /// Takes up a statement again whose bytes to be signed were stored.
    ///
    /// # Errors
    /// [`StatementError`] if these bytes are not from [`Unsigned::to_be_signed`] for the same kind of message.
    pub fn from_to_be_signed(bytes: &[u8]) -> Result<Self, StatementError> {
        let (parts, context) = Parts::read_to_be_signed(bytes)?;
        if context != M::CONTEXT {
            return Err(StatementError::Malformed);
        }
        decode::<M>(&parts.payload)?;
        Ok(Self::from_parts(parts))
    }

    fn from_parts(parts: Parts) -> Self {
        Self {
            to_be_signed: parts.to_be_signed(M::CONTEXT),
            parts,
            message: PhantomData,
        }
    }

    /// The bytes to sign with RSASSA-PSS and SHA-256 (`Sig_structure`, RFC 9052 §4.4).
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.to_be_signed
    }

    /// Puts the signature to it; the result is what is sent.
    ///
    /// # Errors
    /// [`StatementError::TooLong`] if it is longer than any signature.
    pub fn finish(mut self, signature: &[u8]) -> Result<Vec<u8>, StatementError> {
        self.parts.signature = signature.to_vec();
        self.parts.write()
    }
}

/// Puts a signature to stored bytes of [`Unsigned::to_be_signed`], whatever message they are of.
///
/// # Errors
/// [`StatementError`] if they are of none, or the signature is longer than any.
pub fn finish(to_be_signed: &[u8], signature: &[u8]) -> Result<Vec<u8>, StatementError> {
    let (mut parts, _context) = Parts::read_to_be_signed(to_be_signed)?;
    parts.signature = signature.to_vec();
    parts.write()
}

/// The bytes to sign for a message whose payload was stored: with the certificate that is valid when it
/// is signed, so that a draft that outlives a certificate is not said under it.
///
/// # Errors
/// [`StatementError::TooLong`] if the certificate is longer than any.
pub fn to_be_signed(payload: &[u8], leaf: &[u8], context: &str) -> Result<Vec<u8>, StatementError> {
    Ok(stored(payload, leaf, &[])?.to_be_signed(context))
}

/// The statement of a stored payload, certificate and signature, as [`Unsigned::finish`] made it.
///
/// # Errors
/// [`StatementError::TooLong`] if certificate or signature are longer than any.
pub fn assemble(payload: &[u8], leaf: &[u8], signature: &[u8]) -> Result<Vec<u8>, StatementError> {
    stored(payload, leaf, signature)?.write()
}

/// Payload, certificate and signature of a statement, as [`assemble`] takes them. Nothing is verified.
///
/// # Errors
/// [`StatementError`] if `bytes` is over `limit` or is no statement.
pub fn disassemble(bytes: &[u8], limit: usize) -> Result<[Vec<u8>; 3], StatementError> {
    let parts = parts_within(bytes, limit)?;
    Ok([parts.payload, parts.leaf, parts.signature])
}

fn stored(payload: &[u8], leaf: &[u8], signature: &[u8]) -> Result<Parts, StatementError> {
    if leaf.len() > Certificate::LEN_MAX {
        return Err(StatementError::TooLong {
            actual: leaf.len(),
            limit: Certificate::LEN_MAX,
        });
    }
    Ok(Parts {
        leaf: leaf.to_vec(),
        payload: payload.to_vec(),
        signature: signature.to_vec(),
    })
}
