//! What this project's certificates have in common: identifiers and fixed encodings.

use crate::wire::identifier::Role;
use crate::wire::text::is_plain;
use der::asn1::ObjectIdentifier;

/// The arc of the role identifiers, one below for each role's number.
///
/// Experimental: the enterprise number is the project's placeholder, to be replaced by a registered one
/// before certificates are issued to anybody outside it.
pub const ROLE_ARC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.58888.1");

/// organizationName (RFC 4519 §2.19): the display name of a service party.
pub(super) const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
/// commonName (RFC 4519 §2.3): a root's name, or a holder's account label.
pub(super) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// The longest display name or account label, in characters (RFC 5280 appendix A.1, ub-organization-name).
pub const NAME_CHARS_MAX: usize = 64;

/// The longest permitted lifetime of a leaf certificate, in days (two years).
pub const LIFETIME_DAYS_MAX: u64 = 731;

/// How far clocks may differ, in seconds, before a certificate or statement is refused.
pub const CLOCK_SKEW_SECONDS: u64 = 300;

/// RSASSA-PSS with SHA-256, MGF1-SHA-256 and 32 bytes of salt as AlgorithmIdentifier (RFC 4055 §3.1, DER).
pub(super) const PSS_ALGORITHM: [u8; 67] = [
    0x30, 0x41, // SEQUENCE
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a, // id-RSASSA-PSS
    0x30, 0x34, // RSASSA-PSS-params
    0xa0, 0x0f, 0x30, 0x0d, // hashAlgorithm: SHA-256 with NULL
    0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, //
    0xa1, 0x1c, 0x30, 0x1a, // maskGenAlgorithm: MGF1 with SHA-256
    0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, //
    0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05,
    0x00, //
    0xa2, 0x03, 0x02, 0x01, 0x20, // saltLength: 32
];

/// The extended key usage that certifies `role`.
#[cfg(feature = "certify")]
pub(super) fn role_to_oid(role: Role) -> Option<ObjectIdentifier> {
    ROLE_ARC.push_arc(role.number().into()).ok()
}

/// The role that an extended key usage certifies.
pub(super) fn role_from_oid(oid: &[u8]) -> Option<Role> {
    let [number] = oid.strip_prefix(ROLE_ARC.as_bytes())? else {
        return None;
    };
    Role::ALL.into_iter().find(|role| role.number() == *number)
}

/// Whether `name` can be shown to people: 1 to 64 characters, all of them visible ([`is_plain`]),
/// no outer spaces.
pub(super) fn is_presentable(name: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && is_plain(name) && name.trim() == name
}
