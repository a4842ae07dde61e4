//! Both sides come to the same key, and nobody else does.

use super::*;
use crate::keys::blom::{BlomMaster, Group};

#[test]
fn t002_6_both_sides_derive_equal_keys_from_their_own_share_and_the_others_name() {
    let centre = Centre::new(1, SMALL);
    for number in 0..5 {
        let holder = HolderId::of_enrolment_key(&[number; 32]);
        let party = domain(&format!("shop-{number}.example"));
        let own = centre.holder_share(&holder);
        let theirs = centre.party_share(&party);
        assert_eq!(
            holder_side(&own, holder, &party),
            party_side(&theirs, holder, &party)
        );
    }
}

#[test]
fn t002_6_another_identifier_gives_another_key() {
    let centre = Centre::new(2, SMALL);
    let (holder, other_holder) = (HolderId([1; 32]), HolderId([2; 32]));
    let (party, other_party) = (domain("shop.example"), domain("other.example"));
    let share = centre.holder_share(&holder);
    let key = holder_side(&share, holder, &party);
    assert_ne!(key, holder_side(&share, holder, &other_party));
    assert_ne!(
        key,
        party_side(&centre.party_share(&party), other_holder, &party)
    );
    assert_ne!(
        key,
        party_side(&centre.party_share(&other_party), holder, &party)
    );
    assert_ne!(
        key,
        holder_side(&centre.holder_share(&other_holder), holder, &party)
    );
}

#[test]
fn t002_6_equals_agree_by_the_symmetric_form() {
    let mut rng = TestRng::new(3);
    let master = BlomMaster::generate(&mut rng, 4).unwrap();
    let group = Group {
        name: b"four friends",
        epoch: Epoch(1),
    };
    let names: [&[u8]; 4] = [b"ada", b"ben", b"cho", b"dee"];
    let share = |name| master.share(&group.point(name).unwrap()).unwrap();
    let key = |own, peer| share(own).key(&group, own, peer, &[0; 32]).unwrap();
    for own in names {
        for peer in names {
            assert_eq!(key(own, peer), key(peer, own));
        }
    }
    assert_ne!(key(names[0], names[1]), key(names[0], names[2]));
    let other = Group {
        name: b"four foes",
        ..group
    };
    let foes = share(names[0])
        .key(&other, names[0], names[1], &[0; 32])
        .unwrap();
    assert_ne!(foes, key(names[0], names[1]));
    assert_eq!(share(names[0]).to_bytes().len(), 5 * 32);
    assert!(BlomMaster::generate(&mut rng, 0).is_err());
    assert!(group.point(b"").is_err());
}

#[test]
fn shares_of_several_centres_add_up_and_one_centre_alone_knows_nothing() {
    let (one, other) = (Centre::new(4, SMALL), Centre::new(5, SMALL));
    let (holder, party) = (HolderId([1; 32]), domain("shop.example"));
    let own = one
        .holder_share(&holder)
        .add(&other.holder_share(&holder))
        .unwrap();
    let theirs = other
        .party_share(&party)
        .add(&one.party_share(&party))
        .unwrap();
    let key = holder_side(&own, holder, &party);
    assert_eq!(key, party_side(&theirs, holder, &party));
    assert_ne!(key, holder_side(&one.holder_share(&holder), holder, &party));
    assert_ne!(key, party_side(&other.party_share(&party), holder, &party));
    let smaller = Centre::new(
        6,
        Degrees {
            holder: 6,
            party: 2,
        },
    );
    assert_eq!(
        own.add(&smaller.holder_share(&holder)),
        Err(KeyError::WrongLength)
    );
}
