//! Holder, party and centre together.

use alloc::{format, vec, vec::Vec};

use super::{blom::*, *};
use crate::{
    identifier::{Domain, HolderId, Role},
    test_keys::TestRng,
};

const SMALL: Degrees = Degrees {
    holder: 6,
    party: 3,
};

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

fn key_context(role: Role) -> KeyContext {
    KeyContext {
        space: Space { role, index: 0 },
        epoch: Epoch(1),
        centres: Centres::one(domain("keys.localhost")),
    }
}

fn pair(holder: HolderId, party: &Domain) -> PairContext {
    let (suite, role) = (Suite::NamesOnly, Role::Shop);
    PairContext {
        suite,
        key: key_context(role),
        holder,
        role,
        party: party.clone(),
    }
}

struct Centre {
    degrees: Degrees,
    rows: Vec<MasterRow>,
}

impl Centre {
    fn new(seed: u64, degrees: Degrees) -> Self {
        let mut rng = TestRng::new(seed);
        let row = |_| MasterRow::generate(&mut rng, degrees).unwrap();
        Self {
            degrees,
            rows: (0..degrees.rows()).map(row).collect(),
        }
    }

    fn holder_share(&self, holder: &HolderId) -> HolderShare {
        let point = holder_point(holder, &key_context(Role::Shop)).unwrap();
        let mut builder = HolderShareBuilder::new(self.degrees, point).unwrap();
        for (j, row) in self.rows.iter().enumerate() {
            builder.add_row(j, row).unwrap();
        }
        builder.finish().unwrap()
    }

    fn party_share(&self, party: &Domain) -> PartyShare {
        let point = party_point(party, &key_context(Role::Shop)).unwrap();
        let mut builder = PartyShareBuilder::new(self.degrees, &point).unwrap();
        for (j, row) in self.rows.iter().enumerate().rev() {
            builder.add_row(j, row).unwrap();
        }
        builder.finish().unwrap()
    }
}

fn holder_side(share: &HolderShare, holder: HolderId, party: &Domain) -> DerivedKey {
    let point = party_point(party, &key_context(Role::Shop)).unwrap();
    let raw = share.pairwise(&point);
    raw.derive(&pair(holder, party), Purpose::OrderPart, &[9; 32])
        .unwrap()
}

fn party_side(share: &PartyShare, holder: HolderId, party: &Domain) -> DerivedKey {
    let point = holder_point(&holder, &key_context(Role::Shop)).unwrap();
    let raw = share.pairwise(&point);
    raw.derive(&pair(holder, party), Purpose::OrderPart, &[9; 32])
        .unwrap()
}

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

#[test]
fn space_epoch_centres_side_and_role_each_give_another_point() {
    let key = key_context(Role::Shop);
    let other_space = KeyContext {
        space: Space {
            index: 1,
            ..key.space
        },
        ..key.clone()
    };
    let other_epoch = KeyContext {
        epoch: Epoch(2),
        ..key.clone()
    };
    let two = [domain("keys.localhost"), domain("keys.example")];
    let other_centres = KeyContext {
        centres: Centres::new(two).unwrap(),
        ..key.clone()
    };
    let contexts = [
        key,
        key_context(Role::Issuer),
        other_space,
        other_epoch,
        other_centres,
    ];
    // The same bytes as a holder's identifier and as a party's name.
    let party = domain(&format!("{}.com", "a".repeat(28)));
    let holder = HolderId::try_from(party.as_str().as_bytes()).unwrap();
    let mut points = Vec::new();
    for context in &contexts {
        points.push(holder_point(&holder, context).unwrap());
        points.push(party_point(&party, context).unwrap());
    }
    for (index, point) in points.iter().enumerate() {
        assert!(!points[..index].contains(point), "{index}");
    }
}

#[test]
fn suite_purpose_nonce_and_context_each_give_another_key() {
    let raw = || RawKey::new(Element::from_u64(5));
    let context = pair(HolderId([1; 32]), &domain("shop.example"));
    let key = raw()
        .derive(&context, Purpose::OrderPart, &[0; 32])
        .unwrap();
    let mut others = vec![
        raw()
            .derive(&context, Purpose::Confirmation, &[0; 32])
            .unwrap(),
        raw()
            .derive(&context, Purpose::OrderPart, &[1; 32])
            .unwrap(),
    ];
    let mut other = context.clone();
    other.key.epoch = Epoch(2);
    others.push(raw().derive(&other, Purpose::OrderPart, &[0; 32]).unwrap());
    assert!(others.iter().all(|other| *other != key));

    let hybrid = PairContext {
        suite: Suite::Hybrid,
        ..context.clone()
    };
    let refused = raw().derive(&hybrid, Purpose::OrderPart, &[0; 32]);
    assert_eq!(refused, Err(KeyError::Suite));
    let wrong_role = PairContext {
        role: Role::Issuer,
        ..context
    };
    let refused = raw().derive(&wrong_role, Purpose::OrderPart, &[0; 32]);
    assert_eq!(refused, Err(KeyError::Role));
}

#[test]
fn hashing_to_the_field_gives_the_numbers_of_rfc_9380() {
    // Appendix J.4.2, curve25519_XMD:SHA-512_ELL2_NU_, the values of u.
    let dst: &[u8] = b"QUUX-V01-CS02-with-curve25519_XMD:SHA-512_ELL2_NU_";
    let (q, a) = (
        format!("q128_{}", "q".repeat(128)),
        format!("a512_{}", "a".repeat(512)),
    );
    let vectors = [
        (
            "",
            "608d892b641f0328523802a6603427c26e55e6f27e71a91a478148d45b5093cd",
        ),
        (
            "abc",
            "46f5b22494bfeaa7f232cc8d054be68561af50230234d7d1d63d1d9abeca8da5",
        ),
        (
            "abcdef0123456789",
            "235fe40c443766ce7e18111c33862d66c3b33267efa50d50f9e8e5d252a40aaa",
        ),
        (
            &q,
            "001e92a544463bda9bd04ddbe3d6eed248f82de32f522669efc5ddce95f46f5b",
        ),
        (
            &a,
            "1a68a1af9f663592291af987203393f707305c7bac9c8d63d6a729bdc553dc19",
        ),
    ];
    for (message, expected) in vectors {
        let mut bytes = *point::hash_to_field(message.as_bytes(), &[dst])
            .unwrap()
            .to_bytes();
        bytes.reverse();
        assert_eq!(
            data_encoding::HEXLOWER.encode(&bytes),
            expected,
            "{message}"
        );
    }
}

#[test]
fn shares_have_the_documented_sizes() {
    let centre = Centre::new(7, SMALL);
    let share = centre.holder_share(&HolderId([1; 32]));
    assert_eq!(share.to_bytes().len(), SMALL.holder_share_bytes());
    assert_eq!(HolderShare::from_bytes(&share.to_bytes()), Ok(share));
    let share = centre.party_share(&domain("shop.example"));
    assert_eq!(share.to_bytes().len(), SMALL.party_share_bytes());
    assert_eq!(PartyShare::from_bytes(&share.to_bytes()), Ok(share));
    let row = &centre.rows[0];
    assert_eq!(row.to_bytes().len(), SMALL.party_share_bytes());
    assert_eq!(MasterRow::from_bytes(&row.to_bytes()).as_ref(), Ok(row));
    assert_eq!(Degrees::DEMO_SHOP.holder_share_bytes(), 2080);
    assert_eq!(Degrees::DEMO_SHOP.party_share_bytes(), 131_104);
    assert_eq!(
        Degrees {
            holder: Degrees::MAX,
            party: 1
        }
        .party_share_bytes(),
        1 << 20
    );
}

#[test]
fn malformed_shares_are_refused() {
    let bytes = Centre::new(8, SMALL)
        .holder_share(&HolderId([1; 32]))
        .to_bytes();
    for length in [0, 1, 31, 32, 33, bytes.len() - 1] {
        let refused = HolderShare::from_bytes(&bytes[..length]);
        assert_eq!(refused, Err(KeyError::WrongLength), "{length}");
    }
    let too_long = vec![0; (usize::from(Degrees::MAX) + 2) * 32];
    assert_eq!(
        PartyShare::from_bytes(&too_long),
        Err(KeyError::WrongLength)
    );
    let mut not_canonical = bytes.to_vec();
    not_canonical[32..64].fill(0xff);
    assert_eq!(
        HolderShare::from_bytes(&not_canonical),
        Err(KeyError::NotCanonical)
    );
    assert_eq!(
        MasterRow::from_bytes(&not_canonical),
        Err(KeyError::NotCanonical)
    );
}

#[test]
fn every_row_is_used_exactly_once() {
    let centre = Centre::new(9, SMALL);
    let point = party_point(&domain("shop.example"), &key_context(Role::Shop)).unwrap();
    let mut party = PartyShareBuilder::new(SMALL, &point).unwrap();
    party.add_row(0, &centre.rows[0]).unwrap();
    assert_eq!(
        party.add_row(0, &centre.rows[0]),
        Err(KeyError::UnexpectedRow)
    );
    assert_eq!(
        party.add_row(4, &centre.rows[0]),
        Err(KeyError::UnexpectedRow)
    );
    assert_eq!(party.finish(), Err(KeyError::RowsMissing));
    let mut holder = HolderShareBuilder::new(SMALL, point).unwrap();
    holder.add_row(3, &centre.rows[3]).unwrap();
    assert_eq!(
        holder.add_row(3, &centre.rows[3]),
        Err(KeyError::UnexpectedRow)
    );
    let narrow = Centre::new(
        9,
        Degrees {
            holder: 5,
            party: 3,
        },
    );
    assert_eq!(
        holder.add_row(0, &narrow.rows[0]),
        Err(KeyError::WrongLength)
    );
    assert_eq!(holder.finish(), Err(KeyError::RowsMissing));
}

#[test]
fn a_space_issues_no_more_identifiers_than_its_degrees_bear() {
    assert_eq!(SMALL.admit_holder(5), Ok(()));
    assert_eq!(SMALL.admit_holder(6), Err(KeyError::SpaceFull));
    assert_eq!(SMALL.admit_party(2), Ok(()));
    assert_eq!(SMALL.admit_party(3), Err(KeyError::SpaceFull));
    assert_eq!(Degrees::new(0, 3), Err(KeyError::DegreesOutOfBounds));
    assert_eq!(Degrees::new(3, 0), Err(KeyError::DegreesOutOfBounds));
    assert_eq!(
        Degrees::new(Degrees::MAX + 1, 3),
        Err(KeyError::DegreesOutOfBounds)
    );
    assert_eq!(Degrees::new(4096, 64), Ok(Degrees::DEMO_SHOP));
}

#[test]
fn the_zero_point_is_refused() {
    assert_eq!(Point::new(Element::zero()), Err(KeyError::ZeroPoint));
    assert!(Point::new(Element::from_u64(1)).is_ok());
}

#[test]
fn contexts_are_checked_when_decoded() {
    let key = key_context(Role::Courier);
    let bytes = minicbor::to_vec(&key).unwrap();
    assert_eq!(minicbor::len(&key), bytes.len());
    assert_eq!(minicbor::decode::<KeyContext>(&bytes).unwrap(), key);
    let of_a_ca = minicbor::to_vec(Space {
        role: Role::Ca,
        index: 0,
    })
    .unwrap();
    assert!(minicbor::decode::<Space>(&of_a_ca).is_err());
    let centres = |names: &[&str]| minicbor::to_vec(names).unwrap();
    let decoded = |names: &[&str]| minicbor::decode::<Centres>(&centres(names)).is_ok();
    assert!(decoded(&["a.example", "b.example"]));
    assert!(!decoded(&[]));
    assert!(!decoded(&["a.example", "a.example"]));
    assert!(!decoded(&["b.example", "a.example"]));
    assert!(!decoded(&["a.b", "b.b", "c.b", "d.b", "e.b"]));
    assert_eq!(Centres::new([]), Err(KeyError::Centres));
    let same = [domain("a.example"), domain("a.example")];
    assert_eq!(Centres::new(same), Err(KeyError::Centres));
    assert!(minicbor::decode::<Suite>(&[2]).is_err());
    assert!(minicbor::decode::<Purpose>(&[3]).is_err());
    let zero_degree = minicbor::to_vec(Degrees {
        holder: 0,
        party: 1,
    })
    .unwrap();
    assert!(minicbor::decode::<Degrees>(&zero_degree).is_err());
}

#[test]
fn a_sealed_share_opens_only_with_its_key_and_under_its_label() {
    let mut rng = TestRng::new(10);
    let secret = [0x42; 32];
    let public = sealed_share::enrolment_public_key(&secret).unwrap();
    let holder = HolderId::of_enrolment_key(&public);
    let recipient = ShareRecipient::Holder(holder);
    let label = ShareLabel {
        context: key_context(Role::Shop),
        centre: domain("keys.localhost"),
        recipient: recipient.clone(),
    };
    let share = Centre::new(11, SMALL).holder_share(&holder).to_bytes();
    let sealed = seal_share(&mut rng, &public, label.clone(), &share).unwrap();
    assert_eq!(open_share(&secret, &recipient, &sealed), Ok(share.clone()));

    let bytes = minicbor::to_vec(&sealed).unwrap();
    assert_eq!(minicbor::len(&sealed), bytes.len());
    assert_eq!(minicbor::decode::<SealedShare>(&bytes).unwrap(), sealed);

    let refused = Err(KeyError::CannotOpen);
    assert_eq!(open_share(&[0x43; 32], &recipient, &sealed), refused);
    let other = ShareRecipient::Holder(HolderId([0; 32]));
    assert_eq!(open_share(&secret, &other, &sealed), refused);
    let mut altered = sealed.clone();
    altered.label.context.epoch = Epoch(2);
    assert_eq!(open_share(&secret, &recipient, &altered), refused);
    let mut altered = sealed.clone();
    altered.ciphertext[0] ^= 1;
    assert_eq!(open_share(&secret, &recipient, &altered), refused);
    let mut altered = sealed;
    altered.encapsulated[0] ^= 1;
    assert_eq!(open_share(&secret, &recipient, &altered), refused);

    let low_order = seal_share(&mut rng, &[0; 32], label.clone(), &share);
    assert_eq!(low_order, Err(KeyError::CannotSeal));
    let foreign = ShareLabel {
        centre: domain("else.example"),
        ..label
    };
    assert_eq!(
        seal_share(&mut rng, &public, foreign, &share),
        Err(KeyError::Centres)
    );
}

#[test]
fn debug_of_keys_and_shares_shows_no_secret() {
    let key = DerivedKey::from([0xab; 32]);
    assert_eq!(format!("{key:?}"), "DerivedKey(…)");
    let share = Centre::new(12, SMALL).holder_share(&HolderId([1; 32]));
    assert_eq!(
        format!("{share:?}"),
        "HolderShare(Polynomial(4 secret coefficients))"
    );
    assert_eq!(
        format!("{:?}", RawKey::new(Element::from_u64(7))),
        "RawKey(…)"
    );
}
