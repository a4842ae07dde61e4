use super::*;
use crate::test_keys::{TestAuthority, TestRng, test_signature, test_spki};
use crate::trust::signature::VerifyingKey;
use crate::wire::identifier::{Domain, Role};
use crate::wire::time::Timestamp;
use alloc::vec;
use alloc::vec::Vec;

const NOW: Timestamp = Timestamp(1_800_000_000);
const SHOP: &str = "kiso-tea.localhost";
const SHOP_NAME: &str = "Kiso Tea & Books";

fn shop() -> (TestAuthority, Certificate) {
    let mut authority = TestAuthority::new(NOW);
    let certificate = authority.party(Role::Shop, SHOP, SHOP_NAME, 1);
    (authority, certificate)
}

fn unsigned_shop(
    root: &Certificate,
    lifetime: Lifetime,
) -> Result<UnsignedCertificate, CertificateError> {
    UnsignedCertificate::party(
        root,
        (Role::Shop, &Domain::parse(SHOP).unwrap(), SHOP_NAME),
        &test_spki(1),
        Serial::random(&mut TestRng::new(9)),
        lifetime,
    )
}

#[test]
fn a_party_is_certified_with_role_domain_name_and_key() {
    let (authority, certificate) = shop();
    let party = authority
        .anchors()
        .verify(&certificate, NOW, Role::Shop)
        .unwrap();
    assert_eq!(party.role, Role::Shop);
    assert_eq!(party.domain.unwrap().as_str(), SHOP);
    assert_eq!(party.name, SHOP_NAME);
    assert_eq!(party.serial.len(), 16);
    let spki = party.public_key.to_spki().unwrap();
    assert_eq!(spki, test_spki(1));
}

#[test]
fn a_holder_is_certified_by_an_account_label_and_no_domain() {
    let mut authority = TestAuthority::new(NOW);
    let certificate = authority.holder("account 4f2a", 3);
    let holder = authority
        .anchors()
        .verify(&certificate, NOW, Role::Holder)
        .unwrap();
    assert_eq!(holder.domain, None);
    assert_eq!(holder.name, "account 4f2a");
}

#[test]
fn a_purse_and_its_bank_are_certified_with_keys_of_p256() {
    let mut authority = TestAuthority::new(NOW);
    let key = VerifyingKey::of_p256(&[9; 32]).unwrap();
    let spki = key.to_spki().unwrap();
    let purse = authority.holder_of("Purse 4f2a", &spki);
    let bank = (Role::Bank, "midori-bank.localhost", "Midori Bank");
    let bank = authority.party_of(bank, &spki);
    for (certificate, role) in [(purse, Role::Holder), (bank, Role::Bank)] {
        let read = Certificate::from_der(certificate.as_der()).unwrap();
        let owner = authority.anchors().verify(&read, NOW, role).unwrap();
        assert_eq!(owner.public_key, key);
    }
}

#[test]
fn a_certificate_for_another_role_is_refused() {
    let (authority, certificate) = shop();
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Shop) {
        assert_eq!(
            authority.anchors().verify(&certificate, NOW, role),
            Err(CertificateError::WrongRole {
                expected: role,
                actual: Role::Shop
            })
        );
    }
}

#[test]
fn a_root_cannot_sign_as_a_party() {
    let authority = TestAuthority::new(NOW);
    for role in Role::ALL {
        let refused = authority.anchors().verify(&authority.root, NOW, role);
        assert!(matches!(refused, Err(CertificateError::Profile(_))));
    }
}

#[test]
fn a_party_certificate_is_no_root() {
    let (_, certificate) = shop();
    let refused = TrustAnchors::from_der(&[certificate.as_der()]);
    assert_eq!(
        refused.err(),
        Some(CertificateError::Profile("it is not a root"))
    );
    let refused = unsigned_shop(&certificate, Lifetime::days(NOW, 1));
    assert!(matches!(refused, Err(CertificateError::CannotBuild(_))));
}

#[test]
fn a_certificate_is_valid_between_its_ends_and_a_little_around_them() {
    let (authority, certificate) = shop();
    let anchors = authority.anchors();
    let at = |now| anchors.verify(&certificate, now, Role::Shop).map(|_| ());
    let (start, end) = (certificate.not_before(), certificate.not_after());
    assert_eq!(
        at(start.minus_seconds(CLOCK_SKEW_SECONDS + 1)),
        Err(CertificateError::NotYetValid)
    );
    assert_eq!(at(start.minus_seconds(CLOCK_SKEW_SECONDS)), Ok(()));
    assert_eq!(at(end.plus_seconds(CLOCK_SKEW_SECONDS)), Ok(()));
    assert_eq!(
        at(end.plus_seconds(CLOCK_SKEW_SECONDS + 1)),
        Err(CertificateError::Expired)
    );
}

#[test]
fn an_unknown_root_is_refused_even_under_the_same_name() {
    let (_, certificate) = shop();
    let impostor = UnsignedCertificate::root(
        "Tallystick test root",
        &test_spki(7),
        Serial::random(&mut TestRng::new(3)),
        Lifetime::days(NOW, 365),
    )
    .unwrap();
    let signature = test_signature(7, impostor.to_be_signed());
    let impostor = impostor.finish(&signature).unwrap();
    let anchors = TrustAnchors::from_der(&[impostor.as_der()]).unwrap();
    let refused = anchors.verify(&certificate, NOW, Role::Shop);
    assert_eq!(refused.err(), Some(CertificateError::UnknownAuthority));
}

#[test]
fn a_certificate_that_the_root_did_not_sign_is_refused() {
    let authority = TestAuthority::new(NOW);
    let unsigned = unsigned_shop(&authority.root, Lifetime::days(NOW, 30)).unwrap();
    let signature = test_signature(1, unsigned.to_be_signed());
    let forged = unsigned.finish(&signature).unwrap();
    let refused = authority.anchors().verify(&forged, NOW, Role::Shop);
    assert_eq!(refused.err(), Some(CertificateError::BadSignature));
}

#[test]
fn of_several_roots_the_right_one_is_found() {
    let (authority, certificate) = shop();
    let other = UnsignedCertificate::root(
        "Another root",
        &test_spki(7),
        Serial::random(&mut TestRng::new(3)),
        Lifetime::days(NOW, 365),
    )
    .unwrap();
    let signature = test_signature(7, other.to_be_signed());
    let other = other.finish(&signature).unwrap();
    let anchors = TrustAnchors::from_der(&[other.as_der(), authority.root.as_der()]).unwrap();
    let party = anchors.verify(&certificate, NOW, Role::Shop).unwrap();
    assert_eq!(party.authority, "Tallystick test root");
}

#[test]
fn an_expired_root_certifies_nobody() {
    let (authority, _) = shop();
    let late = authority
        .root
        .not_after()
        .plus_seconds(CLOCK_SKEW_SECONDS + 1);
    // A leaf that outlives its root cannot be made here, so take one apart: the root's own end comes first.
    let refused = unsigned_shop(
        &authority.root,
        Lifetime::days(authority.root.not_after(), 1),
    );
    assert_eq!(refused.err(), Some(CertificateError::LivesTooLong));
    let certificate = unsigned_shop(
        &authority.root,
        Lifetime {
            not_before: NOW,
            not_after: NOW.plus_seconds(60),
        },
    )
    .unwrap();
    let certificate = authority.sign(certificate);
    assert_eq!(
        authority
            .anchors()
            .verify(&certificate, late, Role::Shop)
            .err(),
        Some(CertificateError::Expired)
    );
}

#[test]
fn a_lifetime_of_more_than_two_years_is_not_certified() {
    let authority = TestAuthority::new(NOW);
    assert!(unsigned_shop(&authority.root, Lifetime::days(NOW, LIFETIME_DAYS_MAX)).is_ok());
    let refused = unsigned_shop(&authority.root, Lifetime::days(NOW, LIFETIME_DAYS_MAX + 1));
    assert_eq!(refused.err(), Some(CertificateError::LivesTooLong));
    let refused = unsigned_shop(&authority.root, Lifetime::days(NOW, 0));
    assert!(matches!(refused, Err(CertificateError::CannotBuild(_))));
}

#[test]
fn every_flipped_bit_is_refused() {
    let (authority, certificate) = shop();
    let anchors = authority.anchors();
    let mut der = certificate.as_der().to_vec();
    for bit in 0..der.len() * 8 {
        der[bit / 8] ^= 1 << (bit % 8);
        let verdict =
            Certificate::from_der(&der).and_then(|read| anchors.verify(&read, NOW, Role::Shop));
        assert!(
            verdict.is_err(),
            "bit {bit} of the certificate can be flipped"
        );
        der[bit / 8] ^= 1 << (bit % 8);
    }
}

#[test]
fn truncated_extended_and_oversized_certificates_are_refused() {
    let (_, certificate) = shop();
    let der = certificate.as_der();
    for end in 0..der.len() {
        assert!(Certificate::from_der(&der[..end]).is_err());
    }
    assert_eq!(
        Certificate::from_der(&[der, &[0]].concat()).err(),
        Some(CertificateError::Malformed)
    );
    assert_eq!(
        Certificate::from_der(&vec![0x30; Certificate::LEN_MAX + 1]).err(),
        Some(CertificateError::TooLong(Certificate::LEN_MAX + 1))
    );
}

#[test]
fn a_list_of_trusted_authorities_is_neither_empty_nor_endless() {
    let authority = TestAuthority::new(NOW);
    let none: [&[u8]; 0] = [];
    assert_eq!(
        TrustAnchors::from_der(&none).err(),
        Some(CertificateError::AnchorCount)
    );
    let many = vec![authority.root.as_der(); ANCHORS_MAX + 1];
    assert_eq!(
        TrustAnchors::from_der(&many).err(),
        Some(CertificateError::AnchorCount)
    );
}

#[test]
fn unpresentable_names_are_not_certified() {
    let authority = TestAuthority::new(NOW);
    let long = "x".repeat(NAME_CHARS_MAX + 1);
    for name in [
        "",
        " Kiso",
        "Kiso\n",
        "Kiso\u{0}",
        "Kiso\u{202e}aeT",
        long.as_str(),
    ] {
        let refused = UnsignedCertificate::holder(
            &authority.root,
            name,
            &test_spki(3),
            Serial::random(&mut TestRng::new(1)),
            Lifetime::days(NOW, 1),
        );
        assert!(
            matches!(refused, Err(CertificateError::CannotBuild(_))),
            "{name:?}"
        );
    }
}

#[test]
fn a_key_that_is_too_small_is_not_certified() {
    let authority = TestAuthority::new(NOW);
    let small = rsa::RsaPrivateKey::new(&mut TestRng::new(5), 1024).unwrap();
    let spki = crate::trust::signature::public_key_to_spki(&small.to_public_key()).unwrap();
    let refused = UnsignedCertificate::holder(
        &authority.root,
        "account",
        &spki,
        Serial::random(&mut TestRng::new(1)),
        Lifetime::days(NOW, 1),
    );
    assert_eq!(refused.err(), Some(CertificateError::UnsupportedKey));
}

#[test]
fn making_a_certificate_can_be_interrupted_before_the_signature() {
    let authority = TestAuthority::new(NOW);
    let unsigned = unsigned_shop(&authority.root, Lifetime::days(NOW, 30)).unwrap();
    let stored = unsigned.to_be_signed().to_vec();
    let again = UnsignedCertificate::from_to_be_signed(stored);
    assert_eq!(again, unsigned);
    let certificate = authority.sign(again);
    assert!(
        authority
            .anchors()
            .verify(&certificate, NOW, Role::Shop)
            .is_ok()
    );
}

fn request(key: usize, signer: usize) -> Vec<u8> {
    let domain = Domain::parse(SHOP).unwrap();
    let unsigned = UnsignedRequest::new(Role::Shop, &domain, SHOP_NAME, &test_spki(key)).unwrap();
    let signature = test_signature(signer, unsigned.to_be_signed());
    unsigned.finish(&signature).unwrap()
}

#[test]
fn a_request_tells_role_domain_name_and_key() {
    let read = CertificateRequest::verify(&request(1, 1)).unwrap();
    assert_eq!(read.role, Role::Shop);
    assert_eq!(read.domain.as_str(), SHOP);
    assert_eq!(read.name, SHOP_NAME);
    assert_eq!(read.public_key, test_spki(1));
}

#[test]
fn a_request_must_be_signed_by_the_key_it_is_for() {
    let refused = CertificateRequest::verify(&request(1, 2));
    assert_eq!(refused, Err(CertificateError::BadSignature));
}

#[test]
fn every_flipped_bit_of_a_request_is_refused() {
    let mut der = request(1, 1);
    for bit in 0..der.len() * 8 {
        der[bit / 8] ^= 1 << (bit % 8);
        assert!(CertificateRequest::verify(&der).is_err(), "bit {bit}");
        der[bit / 8] ^= 1 << (bit % 8);
    }
    der.push(0);
    assert!(CertificateRequest::verify(&der).is_err());
    assert!(CertificateRequest::verify(&vec![0; Certificate::LEN_MAX + 1]).is_err());
}

#[test]
fn a_holder_cannot_ask_like_a_party() {
    let domain = Domain::parse(SHOP).unwrap();
    let unsigned = UnsignedRequest::new(Role::Holder, &domain, SHOP_NAME, &test_spki(1)).unwrap();
    let signature = test_signature(1, unsigned.to_be_signed());
    let refused = CertificateRequest::verify(&unsigned.finish(&signature).unwrap());
    assert!(matches!(refused, Err(CertificateError::Profile(_))));
}

/// A certificate whose content was altered before the root signed it.
fn signed_with(pattern: &[u8], replacement: &[u8]) -> Result<Certificate, CertificateError> {
    let authority = TestAuthority::new(NOW);
    let unsigned = unsigned_shop(&authority.root, Lifetime::days(NOW, 30)).unwrap();
    let mut content = unsigned.to_be_signed().to_vec();
    let at = content
        .windows(pattern.len())
        .rposition(|bytes| bytes == pattern)
        .unwrap();
    content[at..at + pattern.len()].copy_from_slice(replacement);
    let signature = test_signature(0, &content);
    UnsignedCertificate::from_to_be_signed(content).finish(&signature)
}

#[test]
fn what_the_root_signed_outside_the_profile_is_refused() {
    let role = b"\x06\x01\x04\x01\x83\xcc\x08\x01\x01";
    // The largest number of one byte, which no role has before there are 128 of them.
    let no_role = b"\x06\x01\x04\x01\x83\xcc\x08\x01\x7f";
    for (what, pattern, replacement) in [
        (
            "version 2",
            &b"\xa0\x03\x02\x01\x02"[..],
            &b"\xa0\x03\x02\x01\x01"[..],
        ),
        ("a length that does not fit", b"\x02\x10", b"\x02\x0f"),
        ("an unknown role", role, no_role),
        (
            "a key for more than signing",
            b"\x03\x02\x07\x80",
            b"\x03\x02\x06\xc0",
        ),
        (
            "a leaf that is an authority",
            b"\x04\x02\x30\x00",
            b"\x04\x02\x01\x00",
        ),
        (
            "a mail address for a domain",
            b"\x82\x12kiso",
            b"\x81\x12kiso",
        ),
        ("a domain in upper case", b"\x82\x12kiso", b"\x82\x12Kiso"),
        ("a control character in the name", b"Kiso Tea", b"Kiso\nTea"),
        (
            "a common name for an organisation",
            b"\x55\x04\x0a",
            b"\x55\x04\x03",
        ),
        ("an unknown extension", b"\x55\x1d\x23", b"\x55\x1d\x24"),
        ("an extension twice", b"\x55\x1d\x23", b"\x55\x1d\x0e"),
        (
            "a required extension less",
            b"\x55\x1d\x13",
            b"\x55\x1d\x23",
        ),
        ("TRUE as 1", b"\x01\x01\xff", b"\x01\x01\x01"),
        (
            "a key exponent of 65539",
            b"\x02\x03\x01\x00\x01",
            b"\x02\x03\x01\x00\x03",
        ),
        (
            "a day that does not exist",
            b"\x17\x0d270115",
            b"\x17\x0d270230",
        ),
    ] {
        assert!(
            signed_with(pattern, replacement).is_err(),
            "{what} is accepted"
        );
    }
    assert!(signed_with(b"Kiso Tea", b"Kiso Sea").is_ok());
}

#[test]
fn dates_from_2050_on_are_read_as_written() {
    let start = Timestamp(2_524_608_000); // 2050-01-01
    let authority = TestAuthority::new(start);
    let unsigned =
        unsigned_shop(&authority.root, Lifetime::days(start.minus_seconds(1), 30)).unwrap();
    let certificate = authority.sign(unsigned);
    assert_eq!(certificate.not_before(), start.minus_seconds(1));
    assert_eq!(certificate.not_after(), start.plus_seconds(30 * 86_400 - 1));
}

#[test]
fn a_general_x509_library_reads_the_same() {
    use der::{Decode, Encode};
    let (_, certificate) = shop();
    let read = x509_cert::Certificate::from_der(certificate.as_der()).unwrap();
    let content = read.tbs_certificate();
    assert_eq!(content.to_der().unwrap(), certificate.to_be_signed);
    assert_eq!(content.subject().to_der().unwrap(), certificate.subject);
    assert_eq!(content.serial_number().as_bytes(), certificate.serial);
    let spki = content.subject_public_key_info().to_der().unwrap();
    assert_eq!(spki, test_spki(1));
    assert_eq!(
        content.validity().not_after.to_unix_duration().as_secs(),
        certificate.not_after.seconds()
    );
}

#[cfg(feature = "remember")]
mod remembered {
    use super::super::remembered::{MOST, Remembered};
    use super::*;

    fn seen() -> (TrustAnchors, Certificate) {
        let (authority, certificate) = shop();
        let anchors = authority.anchors();
        let first = anchors.certified(certificate.as_der(), NOW, Role::Shop);
        let again = anchors.certified(certificate.as_der(), NOW, Role::Shop);
        assert_eq!(again.unwrap(), first.unwrap());
        (anchors, certificate)
    }

    #[test]
    fn one_that_was_verified_is_still_refused_in_another_role() {
        let (anchors, certificate) = seen();
        let outcome = anchors.certified(certificate.as_der(), NOW, Role::Issuer);
        assert!(matches!(outcome, Err(CertificateError::WrongRole { .. })));
    }

    #[test]
    fn one_that_was_verified_is_still_refused_after_its_end() {
        let (anchors, certificate) = seen();
        let after = certificate.not_after().plus_seconds(86_400);
        assert_eq!(
            anchors.certified(certificate.as_der(), after, Role::Shop),
            Err(CertificateError::Expired)
        );
    }

    #[test]
    fn what_only_resembles_one_that_was_verified_is_refused() {
        let (anchors, certificate) = seen();
        let mut der = certificate.as_der().to_vec();
        *der.last_mut().unwrap() ^= 1;
        assert_eq!(
            anchors.certified(&der, NOW, Role::Shop),
            Err(CertificateError::BadSignature)
        );
        // Refused ones are not remembered either.
        assert_eq!(
            anchors.certified(&der, NOW, Role::Shop),
            Err(CertificateError::BadSignature)
        );
    }

    #[test]
    fn memory_is_bounded_and_keeps_what_is_used() {
        let (mut authority, used) = shop();
        let remembered = Remembered::default();
        remembered.keep(used.clone(), 0);
        for number in 0..3 * MOST {
            let other = authority.holder(&alloc::format!("account {number}"), 1);
            remembered.keep(other, 0);
            assert!(remembered.find(used.as_der()).is_some());
            assert!(remembered.len() <= MOST);
        }
    }
}

/// Shapes that libraries took for certificates of a trusted root (x509-limbo).
#[test]
fn an_extension_is_critical_where_the_profile_says_so_and_nowhere_else() {
    use super::encode::{extension, leaf_extensions, subject_key};
    use super::extensions;
    use der::Encode;
    use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages};
    let root = |constraints, usage, key| {
        let (ca, path_len_constraint) = (true, Some(0));
        let usages = KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign);
        let all = vec![
            extension(
                constraints,
                &BasicConstraints {
                    ca,
                    path_len_constraint,
                },
            )
            .unwrap(),
            extension(usage, &usages).unwrap(),
            extension(key, &subject_key(&test_spki(1)).unwrap()).unwrap(),
        ];
        extensions::read(&all.to_der().unwrap()).is_ok()
    };
    assert!(root(true, true, false));
    assert!(!root(false, true, false), "basic constraints of a root");
    assert!(!root(true, false, false), "key usage");
    assert!(!root(true, true, true), "a critical subject key identifier");
    let (authority, _) = shop();
    let leaf = |turned: usize| {
        let mut all = leaf_extensions(&authority.root, Role::Holder, &test_spki(3)).unwrap();
        if let Some(extension) = all.get_mut(turned) {
            extension.critical = !extension.critical;
        }
        extensions::read(&all.to_der().unwrap()).is_ok()
    };
    assert!(leaf(usize::MAX));
    assert!(!leaf(0), "basic constraints");
    assert!(!leaf(1), "key usage");
    assert!(leaf(2), "the role may be either");
    assert!(!leaf(3), "a critical subject key identifier");
    assert!(!leaf(4), "a critical authority key identifier");
}

#[test]
fn a_certificate_that_ends_before_it_begins_is_refused_within_the_skew_of_clocks_too() {
    let begins = b"270115080000Z";
    assert!(signed_with(begins, b"270214080000Z").is_ok());
    let refused = signed_with(begins, b"270214080001Z");
    assert!(matches!(refused, Err(CertificateError::Profile(_))));
}
