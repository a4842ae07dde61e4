//! What is given out: the newest list of revoked certificates, and the certificates of a key.

use data_encoding::HEXLOWER_PERMISSIVE;
use http::StatusCode;
use http::header::{ETAG, IF_NONE_MATCH};
use tallystick_protocol::account::{KEY_CERTIFICATES_MAX, KeyCertificates};
use tallystick_protocol::wire::cbor::encode;

use super::Directory;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;
use crate::standing::revocations::tag_of;
use crate::store::typed;

/// How many certificates of a key are looked at, newest first.
const LOOKED_AT: u64 = 64;

impl<P: Ports> Directory<P> {
    /// `GET /v1/crl`: the newest list (DER). Whoever has it already is told so (RFC 9110 §13.1.2).
    pub(super) fn newest_list(&self, request: &Incoming) -> Result<Answer, Fault> {
        let none = || Fault::new(Kind::Starting, "The CA has not sent a list yet.");
        let list = self.newest()?.ok_or_else(none)?;
        let tag = tag_of(&list);
        let has_it = request
            .headers()
            .get(IF_NONE_MATCH)
            .is_some_and(|known| known.as_bytes() == tag.as_bytes());
        let mut answer = if has_it {
            let mut unchanged = Answer::new(Vec::new());
            *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
            unchanged
        } else {
            let list = list.as_der().to_vec();
            web::answer(StatusCode::OK, web::REVOCATION_LIST, list)
        };
        web::set_text(&mut answer, ETAG.as_str(), &tag)?;
        web::let_caches_keep(&mut answer);
        Ok(answer)
    }

    /// `GET /v1/certificates/{}`: the certificates of a key, by SHA-256 of its SubjectPublicKeyInfo in
    /// hexadecimal, that have neither ended nor been revoked (EP 1 221 669, SZ6).
    pub(super) fn certificates_of(&self, key: &str) -> Result<Answer, Fault> {
        let key = HEXLOWER_PERMISSIVE.decode(key.as_bytes());
        let key = key.ok().and_then(|key| <[u8; 32]>::try_from(key).ok());
        let key = key.ok_or_else(Fault::not_found)?;
        let found: Vec<(Vec<u8>, Vec<u8>)> = typed::all(
            self.office.tables(),
            "SELECT serial, certificate FROM directory_certificates
             WHERE key_hash = ? AND not_after > ? ORDER BY not_before DESC LIMIT ?",
            &[key.into(), self.office.now().into(), LOOKED_AT.into()],
        )?;
        let list = self.newest()?;
        let is_revoked = |serial: &[u8]| {
            let list = list.as_ref();
            list.is_some_and(|list| list.find(serial).is_some())
        };
        let certificates: Vec<_> = found
            .into_iter()
            .filter(|(serial, _)| !is_revoked(serial))
            .map(|(_, certificate)| certificate.into())
            .take(KEY_CERTIFICATES_MAX)
            .collect();
        if certificates.is_empty() {
            return Err(Fault::not_found());
        }
        Ok(web::cbor(encode(&KeyCertificates { certificates })))
    }
}
