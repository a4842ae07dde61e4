//! A purchase from away, whole.

use tallystick_protocol::checkout::order::HolderApproval;
use tallystick_protocol::home::agreement::Profile;
use tallystick_protocol::home::calls::{HomeCallKind, InnerRequest, InnerResponse};
use tallystick_protocol::home::{AccessPurpose, HomeRefusal};
use tallystick_protocol::keys::{PairContext, Purpose, Suite};
use tallystick_protocol::test_keys::TestAuthority;
use tallystick_protocol::trust::holder::{UnsignedByHolder, verify_holder};
use tallystick_protocol::wire::identifier::Role;

use super::world::{NOW, SHOP, World};
use crate::Applet;
use crate::host;
use crate::host::home::access::{self, EnterTerms};
use crate::tests::bench::{PIN, domain};

fn request(body: usize) -> InnerRequest {
    InnerRequest {
        posts: true,
        path: "/v1/orders".into(),
        content_type: "application/cbor".into(),
        body: [7].repeat(body),
    }
}

fn response() -> InnerResponse {
    InnerResponse {
        status: 201,
        content_type: "application/cbor".into(),
        body: [8; 900].to_vec(),
    }
}

#[test]
fn t000_7_the_access_card_builds_the_session_receives_the_key_and_talks_to_the_shop() {
    let mut world = World::lent();
    world.released();
    let session = world.enter().unwrap();
    assert_ne!(session, [0; 16]);
    let (holder, _) = world.shop.session.as_ref().unwrap();
    assert_eq!(*holder, world.holder);
    // As long as an order's three parts may be.
    for body in [0, 500, 50_000] {
        assert!(world.talk(&request(body), &response()) == response());
    }
    world.end().unwrap();
    assert!(world.talk(&request(10), &response()) == response());
    let last = world.away.bytes(access::to_shop(&request(1), true));
    let (_, keys) = world.shop.session.as_mut().unwrap();
    keys.open(&last).unwrap();
    assert!(keys.is_complete());
    let more = world.away.send(access::to_shop(&request(1), false));
    assert!(host::done(&more).is_err(), "nothing comes after the last");
}

#[test]
fn t000_1_without_a_share_of_the_terminal_the_proxy_knows_the_key_and_hands_it_over() {
    let mut world = World::lent();
    world.released();
    let terms = EnterTerms {
        is_joint: false,
        ..world.entering()
    };
    world.enter_with(&terms, |_, _| {}).unwrap();
    assert!(world.talk(&request(10), &response()) == response());
    assert_eq!(terms.profile, Profile::KeyAgreement);
}

#[test]
fn what_the_card_at_home_signs_and_derives_is_what_it_signs_and_derives_at_home() {
    let mut world = World::lent();
    world.released();
    world.enter().unwrap();
    let order = world.order(300);
    let signed = world.sign(&order).unwrap();
    let approval = HolderApproval {
        order_id: order.proof.header.order_id,
        root: order.proof.root(),
    };
    let whole = UnsignedByHolder::new(&approval, &world.certificate);
    let whole = whole.finish(&signed.signature).unwrap();
    let anchors = TestAuthority::new(NOW).anchors();
    let verified = verify_holder::<HolderApproval>(&whole, &anchors, NOW).unwrap();
    assert_eq!(verified.message, approval);

    let bench = &mut world.home.bench;
    bench.select(Applet::Identity);
    bench.ok(host::verify_pin(PIN));
    bench.select(Applet::Keys);
    let header = &order.proof.header;
    for (place, role) in [Role::Shop, Role::Issuer, Role::Courier]
        .into_iter()
        .enumerate()
    {
        let pair = PairContext {
            suite: Suite::NamesOnly,
            key: order.contexts[place].clone(),
            holder: world.holder,
            role,
            party: header.party(role).unwrap().clone(),
        };
        for (second, purpose) in [Purpose::OrderPart, Purpose::Confirmation]
            .into_iter()
            .enumerate()
        {
            let number = 2 * place + second;
            let key = bench.ok(host::derive(0, &pair, purpose, &order.nonces[number]));
            assert_eq!(signed.keys[number].as_slice(), key);
        }
    }
}

#[test]
fn t000_4_the_same_order_again_is_answered_with_the_same_and_counted_once() {
    let mut world = World::lent();
    world.released();
    let order = world.order(300);
    let first = world.sign(&order).unwrap();
    assert!(world.sign(&order).unwrap() == first);
    // In another release, too.
    world.released();
    assert!(world.sign(&order).unwrap() == first);
    let loan = &world.view().loans[0];
    assert_eq!((loan.total_left, loan.count_left), (500, 1));
    assert_eq!(world.log().len(), 1);
    // The same order with other nonces is not the same.
    let mut other = order;
    other.nonces[0] = [9; 32].into();
    assert!(world.sign(&other).err() == Some(HomeRefusal::Unreadable));
}

#[test]
fn t000_4_a_loan_is_counted_down_to_its_last_order_and_its_last_yen() {
    let mut world = World::lent();
    world.released();
    let order = |world: &World, number: u8, minor| {
        let mut header = world.header();
        header.order_id.0 = [number; 32];
        let amount = tallystick_protocol::wire::money::Money::new(
            minor,
            tallystick_protocol::wire::money::Currency::Jpy,
        );
        world.signing(super::world::proof(header, amount))
    };
    let first = order(&world, 1, 500);
    assert_eq!(world.sign(&first).unwrap().total_left, 300);
    let above = order(&world, 2, 301);
    assert!(world.sign(&above).err() == Some(HomeRefusal::AboveTotal));
    let second = order(&world, 3, 299);
    let signed = world.sign(&second).unwrap();
    assert_eq!((signed.total_left, signed.count_left), (1, 0));
    let third = order(&world, 4, 1);
    assert!(world.sign(&third).err() == Some(HomeRefusal::NoneLeft));
    let log = world.log();
    let said: alloc::vec::Vec<_> = log
        .iter()
        .map(|one| (one.number, one.amount.minor))
        .collect();
    assert_eq!(said, [(1, 500), (2, 299)]);
    assert!(
        log.iter()
            .all(|one| one.shop == domain(SHOP) && one.terminal == world.terminal)
    );
}

#[test]
fn whoever_is_away_stops_everything_and_an_old_stop_stops_nothing_later() {
    let mut world = World::lent();
    world.released();
    let stop = world.request(AccessPurpose::Stop);
    World::said(world.call(HomeCallKind::Stop, stop.clone())).unwrap();
    assert!(world.view().loans[0].is_stopped);
    let order = world.order(300);
    assert!(world.sign(&order).err() == Some(HomeRefusal::NoSession));
    world.lend(world.terms());
    World::said(world.call(HomeCallKind::Stop, stop)).unwrap();
    let loans = world.view().loans;
    assert_eq!([true, false], [loans[0].is_stopped, loans[1].is_stopped]);
}
