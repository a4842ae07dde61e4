//! Shares: sizes, limits, making, sealing.

use super::*;

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
