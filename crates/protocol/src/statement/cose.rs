//! The one form of `COSE_Sign1` that is written and accepted.

use super::StatementError;
use alloc::vec;
use alloc::vec::Vec;
use coset::cbor::value::Value;
use coset::iana::{Algorithm, HeaderParameter};
use coset::{
    CoseSign1, Header, HeaderBuilder, Label, ProtectedHeader, RegisteredLabelWithPrivate,
    TaggedCborSerializable,
};

const X5CHAIN: i64 = HeaderParameter::X5Chain as i64;

/// The three things inside a statement.
pub(crate) struct Parts {
    pub(crate) leaf: Vec<u8>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl Parts {
    /// Reads a statement; only the exact bytes that [`Parts::into_bytes`] writes are accepted.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, StatementError> {
        let read = CoseSign1::from_tagged_slice(bytes).map_err(|_| StatementError::Malformed)?;
        let parts = Self {
            leaf: only_certificate(read.protected.header)?,
            payload: read.payload.ok_or(StatementError::Malformed)?,
            signature: read.signature,
        };
        if parts.write()? == bytes {
            Ok(parts)
        } else {
            Err(StatementError::Malformed)
        }
    }

    /// The statement's bytes, with tag 18.
    pub(crate) fn write(&self) -> Result<Vec<u8>, StatementError> {
        self.to_cose()
            .to_tagged_vec()
            .map_err(|_| StatementError::Malformed)
    }

    /// The `Sig_structure` (RFC 9052 §4.4).
    pub(crate) fn to_be_signed(&self, context: &str) -> Vec<u8> {
        self.to_cose().tbs_data(context.as_bytes())
    }

    fn to_cose(&self) -> CoseSign1 {
        CoseSign1 {
            protected: ProtectedHeader {
                original_data: None,
                header: header(self.leaf.clone()),
            },
            unprotected: Header::default(),
            payload: Some(self.payload.clone()),
            signature: self.signature.clone(),
        }
    }
}

fn header(leaf: Vec<u8>) -> Header {
    HeaderBuilder::new()
        .algorithm(Algorithm::PS256)
        .value(X5CHAIN, Value::Bytes(leaf))
        .build()
}

fn only_certificate(header: Header) -> Result<Vec<u8>, StatementError> {
    if header.alg != Some(RegisteredLabelWithPrivate::Assigned(Algorithm::PS256)) {
        return Err(StatementError::Malformed);
    }
    match header.rest.into_iter().next() {
        Some((Label::Int(X5CHAIN), Value::Bytes(leaf))) => Ok(leaf),
        _ => Err(StatementError::Malformed),
    }
}

/// Takes a `Sig_structure` apart again: certificate and payload, and whether its context is `context`.
pub(crate) fn read_to_be_signed(bytes: &[u8], context: &str) -> Result<Parts, StatementError> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let mut read = || -> Result<(Vec<u8>, Vec<u8>), minicbor::decode::Error> {
        decoder.array()?;
        decoder.str()?;
        let protected = decoder.bytes()?.to_vec();
        decoder.bytes()?;
        Ok((protected, decoder.bytes()?.to_vec()))
    };
    let (protected, payload) = read().map_err(|_| StatementError::Malformed)?;
    let header = ProtectedHeader::from_cbor_bstr(Value::Bytes(protected))
        .map_err(|_| StatementError::Malformed)?
        .header;
    let parts = Parts {
        leaf: only_certificate(header)?,
        payload,
        signature: vec![],
    };
    if parts.to_be_signed(context) == bytes {
        Ok(parts)
    } else {
        Err(StatementError::Malformed)
    }
}
