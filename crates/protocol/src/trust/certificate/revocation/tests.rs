//! What a list says, and what is refused.

use super::*;
use crate::test_keys::{TestAuthority, test_signature, test_spki};
use crate::trust::certificate::{
    Certificate, CertificateError, Lifetime, Serial, TrustAnchors, UnsignedCertificate,
};
use crate::wire::identifier::Role;
use crate::wire::time::Timestamp;
use alloc::vec;
use alloc::vec::Vec;

const NOW: Timestamp = Timestamp(1_800_000_000);
const DAY: u64 = 86_400;

struct Scene {
    authority: TestAuthority,
    shop: Certificate,
    courier: Certificate,
}

fn scene() -> Scene {
    let mut authority = TestAuthority::new(NOW);
    let shop = authority.party(Role::Shop, "kiso-tea.localhost", "Kiso Tea", 1);
    let courier = authority.party(Role::Courier, "hayate.localhost", "Hayate", 2);
    Scene {
        authority,
        shop,
        courier,
    }
}

/// The anchors of somebody who has this list.
fn with(authority: &TestAuthority, list: &[u8]) -> TrustAnchors {
    let mut anchors = authority.anchors().checking_revocations();
    let list = anchors.verify_list(list, NOW).unwrap();
    assert_eq!(anchors.take_list(list), Ok(true));
    anchors
}

fn revocation(serial: &[u8], reason: Option<RevocationReason>) -> Revocation {
    Revocation {
        serial: serial.to_vec(),
        at: NOW,
        reason,
    }
}

#[test]
fn what_was_put_on_a_list_is_read_from_it() {
    let Scene { authority, .. } = scene();
    let mut revoked = vec![
        revocation(&[0x7f; 20], None),
        revocation(&[0x80; 3], Some(RevocationReason::Superseded)),
        revocation(&[1], Some(RevocationReason::KeyCompromise)),
    ];
    let lifetime = Lifetime::days(NOW, 1);
    let list = UnsignedRevocationList::new(&authority.root, 300, lifetime, revoked.clone());
    let der = authority.sign_list(list);
    let list = authority.anchors().verify_list(&der, NOW).unwrap();
    revoked.reverse();
    assert_eq!(list.revoked(), revoked);
    assert_eq!(list.find(&[0x80; 3]), Some(&revoked[1]));
    assert_eq!(list.find(&[0x80; 4]), None);
    assert_eq!((list.number(), list.this_update()), (300, NOW));
    assert_eq!(list.next_update(), NOW.plus_seconds(DAY));
    assert_eq!(list.as_der(), der);
}

#[test]
fn a_revoked_certificate_is_refused_and_its_neighbour_is_not() {
    let scene = scene();
    let anchors = with(&scene.authority, &scene.authority.list(1, &[&scene.shop]));
    let ask = |certificate: &Certificate, role| {
        let twice: Vec<_> = (0..2)
            .map(|_| anchors.certified(certificate.as_der(), NOW, role).err())
            .collect();
        assert_eq!(twice[0], twice[1]);
        assert_eq!(twice[0], anchors.verify(certificate, NOW, role).err());
        twice[0].clone()
    };
    assert_eq!(
        ask(&scene.shop, Role::Shop),
        Some(CertificateError::Revoked)
    );
    assert_eq!(ask(&scene.courier, Role::Courier), None);
}

#[test]
fn a_certificate_that_was_accepted_before_is_refused_by_the_next_list() {
    let scene = scene();
    let mut anchors = with(&scene.authority, &scene.authority.list(1, &[]));
    let shop = scene.shop.as_der();
    assert!(anchors.certified(shop, NOW, Role::Shop).is_ok());
    let next = scene.authority.list(2, &[&scene.shop]);
    let next = anchors.verify_list(&next, NOW).unwrap();
    assert_eq!(anchors.take_list(next), Ok(true));
    let refused = anchors.certified(shop, NOW, Role::Shop).err();
    assert_eq!(refused, Some(CertificateError::Revoked));
}

#[test]
fn without_a_list_and_with_a_void_one_nobody_is_accepted() {
    let scene = scene();
    let shop = scene.shop.as_der();
    let unchecked = scene.authority.anchors();
    assert!(unchecked.certified(shop, NOW, Role::Shop).is_ok());
    let none = scene.authority.anchors().checking_revocations();
    let refused = none.certified(shop, NOW, Role::Shop).err();
    assert_eq!(refused, Some(CertificateError::RevocationsMissing));
    assert_eq!(none.require_lists(NOW).err(), refused);

    let anchors = with(&scene.authority, &scene.authority.list(1, &[]));
    let end = NOW.plus_seconds(DAY + 300);
    assert!(anchors.certified(shop, end, Role::Shop).is_ok());
    assert!(anchors.require_lists(end).is_ok());
    let late = end.plus_seconds(1);
    let refused = anchors.certified(shop, late, Role::Shop).err();
    assert_eq!(refused, Some(CertificateError::RevocationsStale));
    assert_eq!(anchors.require_lists(late).err(), refused);
}

#[test]
fn an_older_list_does_not_take_the_place_of_a_newer_one() {
    let scene = scene();
    let mut anchors = with(&scene.authority, &scene.authority.list(7, &[&scene.shop]));
    let older = scene.authority.list(6, &[]);
    let older = anchors.verify_list(&older, NOW).unwrap();
    let refused = RevocationError::RolledBack { ours: 7, theirs: 6 };
    assert_eq!(anchors.take_list(older), Err(refused));
    let same = scene.authority.list(7, &[]);
    let same = anchors.verify_list(&same, NOW).unwrap();
    assert_eq!(anchors.take_list(same), Ok(false));
    let refused = anchors.certified(scene.shop.as_der(), NOW, Role::Shop);
    assert_eq!(refused.err(), Some(CertificateError::Revoked));
}

#[test]
fn a_list_of_somebody_else_or_of_another_time_is_refused() {
    let Scene { authority, .. } = scene();
    let anchors = authority.anchors();
    let verify = |der: &[u8], now| anchors.verify_list(der, now).err();
    let good = authority.list(1, &[]);

    let mut altered = good.clone();
    let last = altered.len() - 1;
    altered[last] ^= 1;
    assert_eq!(verify(&altered, NOW), Some(RevocationError::BadSignature));

    let lifetime = Lifetime::days(NOW, 10);
    let serial = Serial::random(&mut crate::test_keys::TestRng::new(5));
    let other = UnsignedCertificate::root("Another root", &test_spki(3), serial, lifetime).unwrap();
    let signature = test_signature(3, other.to_be_signed());
    let other = other.finish(&signature).unwrap();
    let list = UnsignedRevocationList::new(&other, 1, Lifetime::days(NOW, 1), vec![]).unwrap();
    let signature = test_signature(3, list.to_be_signed());
    let list = list.finish(&signature).unwrap();
    assert_eq!(verify(&list, NOW), Some(RevocationError::UnknownAuthority));

    let early = NOW.minus_seconds(301);
    assert_eq!(verify(&good, early), Some(RevocationError::NotYetValid));
    let late = NOW.plus_seconds(DAY + 301);
    assert_eq!(verify(&good, late), Some(RevocationError::Stale));
    assert!(anchors.verify_list_ever(&good).is_ok());
}

#[test]
fn a_list_that_is_too_long_in_any_sense_is_refused() {
    let Scene { authority, .. } = scene();
    let anchors = authority.anchors();
    let refused = anchors.verify_list(&vec![0x30; LIST_LEN_MAX + 1], NOW);
    assert_eq!(refused, Err(RevocationError::TooLong(LIST_LEN_MAX + 1)));

    let new = |days, entries: usize| {
        let entries = (0..entries).map(|number| {
            let number = u32::try_from(number).unwrap() | 0x4000_0000;
            let serial = [[0x40; 16].as_slice(), &number.to_be_bytes()].concat();
            revocation(&serial, Some(RevocationReason::KeyCompromise))
        });
        let lifetime = Lifetime::days(NOW, days);
        UnsignedRevocationList::new(&authority.root, 1, lifetime, entries.collect())
    };
    assert_eq!(new(32, 0), Err(RevocationError::LivesTooLong));
    assert_eq!(
        new(1, LIST_ENTRIES_MAX + 1),
        Err(RevocationError::TooManyEntries)
    );
    // The longest list there can be is one that everybody takes.
    let longest = authority.sign_list(new(31, LIST_ENTRIES_MAX));
    let list = anchors.verify_list(&longest, NOW).unwrap();
    assert_eq!(list.revoked().len(), LIST_ENTRIES_MAX);
}

#[test]
fn every_byte_of_a_list_matters() {
    let scene = scene();
    let anchors = scene.authority.anchors();
    let der = scene.authority.list(1, &[&scene.shop, &scene.courier]);
    for place in 0..der.len() {
        let mut altered = der.clone();
        altered[place] ^= 0x01;
        assert!(anchors.verify_list(&altered, NOW).is_err(), "{place}");
        assert!(anchors.verify_list(&der[..place], NOW).is_err(), "{place}");
    }
    let longer = [der.as_slice(), &[0]].concat();
    assert_eq!(
        anchors.verify_list(&longer, NOW),
        Err(RevocationError::Malformed)
    );
}

/// A list whose entries are as `change` leaves the bytes to be signed, signed by the root.
fn signed_anew(scene: &Scene, change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let entries = vec![revocation(&[0x41; 16], None), revocation(&[0x42; 16], None)];
    let lifetime = Lifetime::days(NOW, 1);
    let list = UnsignedRevocationList::new(&scene.authority.root, 1, lifetime, entries).unwrap();
    let mut bytes = list.to_be_signed().to_vec();
    change(&mut bytes);
    let list = Ok::<_, RevocationError>(UnsignedRevocationList::from_to_be_signed(bytes));
    scene.authority.sign_list(list)
}

#[test]
fn a_list_has_one_form_even_if_the_root_signs_another() {
    let scene = scene();
    let anchors = scene.authority.anchors();
    let verify = |der: &[u8]| anchors.verify_list(der, NOW).err();
    assert_eq!(verify(&signed_anew(&scene, |_| {})), None);
    let place_of = |bytes: &[u8], wanted: &[u8]| {
        let mut windows = bytes.windows(wanted.len());
        windows.position(|window| window == wanted).unwrap()
    };
    // Not in order, and one twice.
    for serial in [0x43, 0x42] {
        let list = signed_anew(&scene, |bytes| {
            let at = place_of(bytes, &[0x41; 16]);
            bytes[at..at + 16].fill(serial);
        });
        assert!(matches!(verify(&list), Some(RevocationError::Profile(_))));
    }
    // Version 1, and an extension that nobody knows.
    let list = signed_anew(&scene, |bytes| {
        let at = place_of(bytes, &[0x02, 0x01, 0x01]);
        bytes[at + 2] = 0;
    });
    assert!(matches!(verify(&list), Some(RevocationError::Profile(_))));
    let list = signed_anew(&scene, |bytes| {
        let at = place_of(bytes, &[0x55, 0x1d, 0x14]);
        bytes[at + 2] = 0x1b; // a delta list's, RFC 5280 §5.2.4
    });
    assert!(matches!(verify(&list), Some(RevocationError::Profile(_))));
}
