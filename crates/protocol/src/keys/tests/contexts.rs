//! Points and keys depend on everything they are said to depend on.

use super::*;

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
    assert!(minicbor::decode::<Purpose>(&[5]).is_err());
    let zero_degree = minicbor::to_vec(Degrees {
        holder: 0,
        party: 1,
    })
    .unwrap();
    assert!(minicbor::decode::<Degrees>(&zero_degree).is_err());
}
