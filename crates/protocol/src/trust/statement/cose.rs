//! The one form of `COSE_Sign1` (RFC 9052 §4.2) that is written and accepted.
//!
//! Written with the same encoder as the messages, because a general COSE library would put about 60 KB into
//! the wallet for headers that are refused anyway; tests hold it against one.

use super::StatementError;
use crate::trust::signature::{SIGNATURE_LEN_MAX, VerifyingKey, verify_pss};
use alloc::vec::Vec;
use minicbor::data::Tag;
use minicbor::{Decoder, Encoder};

/// The tag of `COSE_Sign1`.
const TAG: Tag = Tag::new(18);
/// The header parameter *alg* (RFC 9052 §3.1) and the algorithm PS256 (RFC 8230 §2).
const ALG: (u8, i8) = (1, -37);
/// The header parameter *x5chain* (RFC 9360 §2): a single certificate.
const X5CHAIN: u8 = 33;
/// What a `Sig_structure` (RFC 9052 §4.4) begins with.
const SIGNATURE1: &str = "Signature1";

/// The three things inside a statement.
pub(crate) struct Parts {
    pub(crate) leaf: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl Parts {
    /// Reads a statement; only the exact bytes that [`Parts::write`] writes are accepted.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, StatementError> {
        Self::decode(bytes)
            .ok()
            .filter(|parts| parts.encode() == bytes)
            .ok_or(StatementError::Malformed)
    }

    fn decode(bytes: &[u8]) -> Result<Self, minicbor::decode::Error> {
        let mut decoder = Decoder::new(bytes);
        decoder.tag()?;
        decoder.array()?;
        let leaf = leaf_of(decoder.bytes()?)?;
        decoder.map()?;
        Ok(Self {
            leaf,
            payload: decoder.bytes()?.to_vec(),
            signature: decoder.bytes()?.to_vec(),
        })
    }

    /// The statement's bytes, unless the signature is longer than any.
    pub(crate) fn write(&self) -> Result<Vec<u8>, StatementError> {
        if self.signature.len() > SIGNATURE_LEN_MAX {
            return Err(StatementError::TooLong {
                actual: self.signature.len(),
                limit: SIGNATURE_LEN_MAX,
            });
        }
        Ok(self.encode())
    }

    fn encode(&self) -> Vec<u8> {
        let header = self.header();
        encoded(|encoder| {
            encoder
                .tag(TAG)?
                .array(4)?
                .bytes(&header)?
                .map(0)?
                .bytes(&self.payload)?
                .bytes(&self.signature)?
                .ok()
        })
    }

    /// The `Sig_structure`, with `context` as external data.
    pub(crate) fn to_be_signed(&self, context: &str) -> Vec<u8> {
        let header = self.header();
        encoded(|encoder| {
            encoder
                .array(4)?
                .str(SIGNATURE1)?
                .bytes(&header)?
                .bytes(context.as_bytes())?
                .bytes(&self.payload)?
                .ok()
        })
    }

    /// Takes a `Sig_structure` apart again; with its context.
    pub(crate) fn read_to_be_signed(bytes: &[u8]) -> Result<(Self, &str), StatementError> {
        let decode = || -> Result<(Self, &str), minicbor::decode::Error> {
            let mut decoder = Decoder::new(bytes);
            decoder.array()?;
            decoder.str()?;
            let leaf = leaf_of(decoder.bytes()?)?;
            let context =
                core::str::from_utf8(decoder.bytes()?).map_err(minicbor::decode::Error::message)?;
            let parts = Self {
                leaf,
                payload: decoder.bytes()?.to_vec(),
                signature: Vec::new(),
            };
            Ok((parts, context))
        };
        decode()
            .ok()
            .filter(|(parts, context)| parts.to_be_signed(context) == bytes)
            .ok_or(StatementError::Malformed)
    }

    /// The protected header: algorithm and certificate.
    fn header(&self) -> Vec<u8> {
        encoded(|encoder| {
            encoder
                .map(2)?
                .u8(ALG.0)?
                .i8(ALG.1)?
                .u8(X5CHAIN)?
                .bytes(&self.leaf)?
                .ok()
        })
    }
}

/// Verifies what a statement says it was signed with: PS256, so the key of a purse signs none.
pub(crate) fn verify(
    key: &VerifyingKey,
    to_be_signed: &[u8],
    signature: &[u8],
) -> Result<(), StatementError> {
    let key = key.as_rsa().ok_or(StatementError::BadSignature)?;
    verify_pss(key, to_be_signed, signature).map_err(|_| StatementError::BadSignature)
}

/// The certificate in a protected header. What else there is shows when it is written again.
fn leaf_of(header: &[u8]) -> Result<Vec<u8>, minicbor::decode::Error> {
    let mut decoder = Decoder::new(header);
    decoder.map()?;
    decoder.u8()?;
    decoder.i8()?;
    decoder.u8()?;
    Ok(decoder.bytes()?.to_vec())
}

type Written = Result<(), minicbor::encode::Error<core::convert::Infallible>>;

fn encoded(write: impl FnOnce(&mut Encoder<Vec<u8>>) -> Written) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    // Writing into a Vec cannot fail.
    let _infallible = write(&mut encoder);
    encoder.into_writer()
}
