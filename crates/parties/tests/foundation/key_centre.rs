//! Who gets which share, and how often.

use tallystick_parties::native::block_on;
use tallystick_protocol::keys::{
    PairContext, Purpose, ShareRecipient, Suite, open_share, party_point,
};
use tallystick_protocol::wire::identifier::Role;

use crate::holders::{ISSUER, SHOP, answer_in, holder, index, ready, request, share_in};
use crate::support::{KEYS, World, problem};

#[test]
fn t002_6_holder_and_party_derive_the_same_key_from_their_own_shares() {
    let mut world = World::new();
    let (issuer, shop) = (
        ready(&mut world, Role::Issuer, ISSUER),
        ready(&mut world, Role::Shop, SHOP),
    );
    let holder = holder(1);
    let answer = answer_in(&shop, &request(&world, &issuer, &holder, Some(0)));
    let share = share_in(&holder, &answer);

    let pair = PairContext {
        suite: Suite::NamesOnly,
        key: answer.share.context().clone(),
        holder: holder.id,
        role: Role::Shop,
        party: shop.office.settings.domain.clone(),
    };
    let said = world.hub.received().len();
    let point = party_point(&pair.party, &pair.key).unwrap();
    let of_holder = share
        .pairwise(&point)
        .derive(&pair, Purpose::OrderPart, &[9; 32])
        .unwrap();
    let of_party = shop
        .office
        .pairwise(&pair, Purpose::OrderPart, &[9; 32])
        .unwrap();
    assert_eq!(of_holder, of_party);
    assert_eq!(
        world.hub.received().len(),
        said,
        "no message passed between them"
    );
}

#[test]
fn a_share_opens_only_with_the_enrolment_key_of_the_ticket() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let (mine, other) = (holder(1), holder(2));
    let answer = answer_in(&issuer, &request(&world, &issuer, &mine, None));
    let recipient = ShareRecipient::Holder(mine.id);
    assert!(open_share(&other.secret, &recipient, &answer.share).is_err());
    assert!(
        open_share(
            &mine.secret,
            &ShareRecipient::Holder(other.id),
            &answer.share
        )
        .is_err()
    );
    assert!(open_share(&mine.secret, &recipient, &answer.share).is_ok());
}

#[test]
fn a_full_space_refuses_and_a_new_one_opens() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    for number in 1..=3 {
        let answer = request(&world, &issuer, &holder(number), None);
        assert_eq!(index(&answer_in(&issuer, &answer)), 0);
    }
    assert_eq!(
        problem(&request(&world, &issuer, &holder(4), Some(0))),
        "over-cap"
    );
    assert_eq!(
        problem(&request(&world, &issuer, &holder(4), Some(2))),
        "unknown-space"
    );
    let fourth = request(&world, &issuer, &holder(4), None);
    assert_eq!(index(&answer_in(&issuer, &fourth)), 1);

    // Those who are in are served as before, with or without a number.
    for space in [None, Some(0)] {
        let again = request(&world, &issuer, &holder(1), space);
        assert_eq!(index(&answer_in(&issuer, &again)), 0);
    }
}

#[test]
fn asking_again_gives_the_same_share_and_counts_once() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let holder = holder(1);
    let first = share_in(
        &holder,
        &answer_in(&issuer, &request(&world, &issuer, &holder, None)),
    );
    for _ in 0..5 {
        let again = request(&world, &issuer, &holder, None);
        assert_eq!(share_in(&holder, &answer_in(&issuer, &again)), first);
    }
    let console = world.get_json(KEYS, "/v1/console");
    assert_eq!(console["counters"]["shop_holders"], 1);
}

#[test]
fn parties_beyond_the_cap_get_a_new_space_and_old_ones_fetch_it_on_demand() {
    let mut world = World::new();
    let issuer = ready(&mut world, Role::Issuer, ISSUER);
    let first = ready(&mut world, Role::Shop, "shop-1.localhost");
    ready(&mut world, Role::Shop, "shop-2.localhost");
    let third = ready(&mut world, Role::Shop, "shop-3.localhost");
    assert_eq!(third.office.spaces().unwrap(), [1]);

    // A holder whose share is of the new space makes the first shop fetch its own of it.
    let holder = holder(1);
    let answer = answer_in(&issuer, &request(&world, &issuer, &holder, Some(1)));
    block_on(first.office.ensure_share(answer.share.context())).unwrap();
    assert_eq!(first.office.spaces().unwrap(), [0, 1]);
    // And the third cannot enter the old one, which is full.
    let mut full = answer.share.context().clone();
    full.space.index = 0;
    let refused = block_on(third.office.ensure_share(&full)).unwrap_err();
    assert_eq!(refused.kind.as_str(), "over-cap");
}
