//! Issues certificates in three phases; the same request again gives the same certificate.

use sha2::{Digest, Sha256};
use tallystick_protocol::trust::certificate::{
    Certificate, CertificateError, Lifetime, Serial, UnsignedCertificate,
};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use super::{Ca, revoking};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::standing::registration::RENEWAL_SECONDS;
use crate::store::typed::{self, typed_row};

/// How long a leaf is valid, in days (thirteen months, below the limit of two years).
const LEAF_DAYS: u64 = 397;
/// A certificate is valid from a little before it is made, because clocks differ.
const BACKDATED_SECONDS: u64 = 300;

/// What is to be certified, for whom.
pub(super) struct Application<'a> {
    /// The role certified.
    pub(super) role: Role,
    /// Whose request it is: "role|domain" of a party, or an issuer's domain.
    pub(super) asker: &'a str,
    /// What the certificate names: display name or account label.
    pub(super) subject: &'a str,
    /// The key (SubjectPublicKeyInfo, DER).
    pub(super) public_key: &'a [u8],
}

typed_row! {
    struct Entry in "certificates" {
        id: i64 = "id",
        subject: String = "subject",
        to_be_signed: Vec<u8> = "to_be_signed",
        certificate: Option<Vec<u8>> = "certificate",
    }
}

impl<P: Ports> Ca<P> {
    /// The certificate for an application; `build` drafts a new one under the root.
    pub(super) async fn issue(
        &self,
        application: &Application<'_>,
        build: impl FnOnce(
            &Certificate,
            Serial,
            Lifetime,
        ) -> Result<UnsignedCertificate, CertificateError>,
    ) -> Result<Vec<u8>, Fault> {
        let office = &self.office;
        let root = Certificate::from_der(&office.identity()?.certificate)?;
        let serial = Serial::random(&mut office.rng());
        let now = office.now();
        let lifetime = Lifetime::days(now.minus_seconds(BACKDATED_SECONDS), LEAF_DAYS);
        let entry = office.transaction(|tables| {
            if revoking::is_key_revoked(tables, application)? {
                let another = "A certificate of this key was revoked. Another key is needed.";
                return Err(Fault::new(Kind::CertificateRevoked, another));
            }
            let fresh_enough = now.plus_seconds(RENEWAL_SECONDS);
            let found = find(tables, application, fresh_enough)?;
            // A party whose operator gave it another name, and a token for it, is certified anew.
            let renamed = |entry: &Entry| {
                application.role != Role::Holder && entry.subject != application.subject
            };
            if let Some(entry) = found.filter(|entry| !renamed(entry)) {
                return Ok(entry);
            }
            let draft = build(&root, serial, lifetime)?;
            let times = (now, lifetime.not_after);
            insert(tables, application, &draft, &serial, times).map_err(Fault::from)
        })?;
        if entry.subject != application.subject {
            return Err(Fault::new(
                Kind::Conflict,
                "This key is certified under another name.",
            ));
        }
        if let Some(certificate) = entry.certificate {
            return Ok(certificate);
        }
        let signature = office.sign_uncertified(&entry.to_be_signed).await?;
        let certificate =
            UnsignedCertificate::from_to_be_signed(entry.to_be_signed).finish(&signature)?;
        office.log("certified", None, application.role.as_str());
        office.transaction(|tables| {
            let (certificate, is_new) = keep(tables, entry.id, certificate.as_der())?;
            if is_new {
                self.register_certificate(tables, entry.id, &certificate)?;
            }
            Ok(certificate)
        })
    }
}

/// The keys that were certified for a party, by their hash, in the order in which each came first:
/// the last one is the current one.
pub(super) fn keys_of(
    tables: &(impl Tables + ?Sized),
    role: Role,
    asker: &str,
) -> Result<Vec<[u8; 32]>, DatabaseError> {
    typed::all(
        tables,
        "SELECT key_hash FROM certificates WHERE role = ? AND asker = ? GROUP BY key_hash ORDER BY min(id)",
        &[role.number().into(), asker.into()],
    )
}

pub(super) fn key_hash(public_key: &[u8]) -> [u8; 32] {
    Sha256::digest(public_key).into()
}

fn find(
    tables: &dyn Tables,
    application: &Application<'_>,
    fresh_enough: Timestamp,
) -> Result<Option<Entry>, DatabaseError> {
    typed::find(
        tables,
        "role = ? AND asker = ? AND key_hash = ? AND not_after > ? ORDER BY id DESC LIMIT 1",
        &[
            application.role.number().into(),
            application.asker.into(),
            key_hash(application.public_key).into(),
            fresh_enough.into(),
        ],
    )
}

fn insert(
    tables: &dyn Tables,
    application: &Application<'_>,
    draft: &UnsignedCertificate,
    serial: &Serial,
    (made_at, not_after): (Timestamp, Timestamp),
) -> Result<Entry, DatabaseError> {
    let id = typed::one(
        tables,
        "INSERT INTO certificates (role, asker, subject, key_hash, serial, made_at, not_after, to_be_signed)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        &[
            application.role.number().into(),
            application.asker.into(),
            application.subject.into(),
            key_hash(application.public_key).into(),
            serial.as_bytes().as_slice().into(),
            made_at.into(),
            not_after.into(),
            draft.to_be_signed().into(),
        ],
    )?;
    Ok(Entry {
        id: id.ok_or(DatabaseError::RolledBack)?,
        subject: application.subject.to_owned(),
        to_be_signed: draft.to_be_signed().to_vec(),
        certificate: None,
    })
}

/// Of two signatures made at once, the first is the certificate. Whether it is this one.
fn keep(
    tables: &dyn Tables,
    id: i64,
    certificate: &[u8],
) -> Result<(Vec<u8>, bool), DatabaseError> {
    let kept: Option<Vec<u8>> = typed::one(
        tables,
        "UPDATE certificates SET certificate = coalesce(certificate, ?) WHERE id = ? RETURNING certificate",
        &[certificate.into(), id.into()],
    )?;
    let kept = kept.ok_or(DatabaseError::RolledBack)?;
    let is_new = kept == certificate;
    Ok((kept, is_new))
}
