//! The statements of EP 0 791 901 about what is altered, misaddressed or rejected.

use tallystick_parties::ports::Tables;
use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_protocol::checkout::order::{HolderApproval, SplitOrder};
use tallystick_protocol::test_keys::test_key;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;

use super::holder::{Holder, Wish};
use super::search::{party_share, try_everything};
use super::talk::{buy, form, issuer_answer, receipt, send_order, state};
use super::world::{COURIER, ISSUER, SHOP, World, problem};

fn hanako(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

#[test]
fn t002_11_no_other_party_can_open_the_issuers_part_of_the_order_in_transit() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("kyusu-pot", 1)]);
    let transit: SplitOrder = decode(&order.bytes).unwrap();
    for (party, role) in [
        (SHOP, Role::Shop),
        (ISSUER, Role::Issuer),
        (COURIER, Role::Courier),
    ] {
        let share = party_share(&world, party, role);
        let opened = try_everything(&share, &transit.parts);
        assert_eq!(opened, [role], "{party}");
    }
}

#[test]
fn t002_12_the_receipt_says_at_each_step_how_far_the_relayed_order_has_come() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("kyusu-pot", 1)]);
    world.hub.cut(ISSUER, true);
    let answer = send_order(&world, &order);
    assert!(answer.status().is_success());
    assert_eq!(state(&world, &order), ShopState::Received);
    world.hub.cut(ISSUER, false);
    world.hub.cut(COURIER, true);
    world.run_for(10_000);
    assert_eq!(state(&world, &order), ShopState::Authorised);
    assert!(receipt(&world, &order).authorisation.is_some());
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Reserved)
    );
    world.hub.cut(COURIER, false);
    world.run_for(120_000);
    assert_eq!(state(&world, &order), ShopState::Accepted);
}

#[test]
fn t002_13_a_part_with_one_altered_byte_opens_nowhere() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("kyusu-pot", 1)]);
    for (at, role) in [Role::Shop, Role::Issuer, Role::Courier]
        .into_iter()
        .enumerate()
    {
        let mut altered = order.split.clone();
        altered.parts[at].ciphertext[100] ^= 1;
        let share = party_share(&world, world_party(role), role);
        assert_eq!(try_everything(&share, &altered.parts), [], "{role}");
    }
}

fn world_party(role: Role) -> &'static str {
    match role {
        Role::Shop => SHOP,
        Role::Issuer => ISSUER,
        _ => COURIER,
    }
}

#[test]
fn t002_13_an_order_whose_own_part_was_altered_is_refused_and_leaves_nothing() {
    let world = World::new();
    let mut holder = hanako(&world);
    let mut order = holder.usual_order(&world, &[("kyusu-pot", 1)]);
    order.split.parts[0].ciphertext[100] ^= 1;
    order.bytes = encode(&order.split);
    let answer = send_order(&world, &order);
    assert_eq!(problem(&answer), "bad-signature");
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_orders"), 0);
    assert_eq!(world.stock("kyusu-pot"), 12);
}

#[test]
fn t002_13_an_issuers_part_that_was_altered_on_the_way_moves_no_money() {
    let world = World::new();
    let mut holder = hanako(&world);
    for altered in [Role::Issuer, Role::Courier] {
        let mut order = holder.usual_order(&world, &[("kyusu-pot", 1)]);
        let at = if altered == Role::Issuer { 1 } else { 2 };
        order.split.parts[at].ciphertext[200] ^= 1;
        order.bytes = encode(&order.split);
        buy(&world, &order);
        world.run_for(25 * 60_000);
        let ended = state(&world, &order);
        assert!(
            matches!(ended, ShopState::Refused | ShopState::Expired),
            "{ended:?}"
        );
        assert_eq!(world.balance("holder 1 available"), 50_000);
        assert_eq!(world.balance("holder 1 reserved"), 0);
        assert_eq!(world.stock("kyusu-pot"), 12);
        assert_eq!(
            world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
            0
        );
    }
}

#[test]
fn t002_14_a_rejected_holder_is_neither_charged_nor_sent_anything() {
    let world = World::new();
    let mut holder = hanako(&world);
    let wrong: [fn(&mut Wish); 5] = [
        |wish| wish.details.name = "Hanako Yamato".to_owned(),
        |wish| wish.details.telephone = "090-1234-0000".to_owned(),
        |wish| wish.card.number = "9999011234567890".to_owned(),
        |wish| wish.card.expiry = "01/27".to_owned(),
        |wish| wish.approving_key = test_key(3),
    ];
    for change in wrong {
        let form = form(&world, &[("matcha-30", 1)]);
        let mut wish = holder.wish();
        change(&mut wish);
        let order = holder.order(&world, &form, &wish);
        let receipt = buy(&world, &order);
        assert_eq!(receipt.state, ShopState::Refused);
        assert!(receipt.refusal.is_some() && receipt.authorisation.is_none());
        assert_eq!(issuer_answer(&world, &order).money, None);
    }
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.requests(COURIER, "/v1/introductions"), 0);
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_deliveries"),
        0
    );
    assert_eq!(world.stock("matcha-30"), 36);
}

#[test]
fn t002_14_only_the_holders_own_card_can_approve_and_only_this_order() {
    let world = World::new();
    let mut holder = hanako(&world);
    let stranger = Holder::enrol(&world, 2, "Jiro Suzuki", "080-1111-2222");
    let another = holder.usual_order(&world, &[("matcha-30", 1)]);
    let wrong: [&dyn Fn(&mut Wish); 2] = [
        // A certified card, but another holder's.
        &|wish| {
            wish.approving_key = stranger.key.clone();
            wish.approving_certificate = stranger.certificate.clone();
        },
        // The holder's own card, but for another order.
        &|wish| {
            wish.approved = Some(HolderApproval {
                order_id: another.id,
                root: another.root,
            });
        },
    ];
    for change in wrong {
        let form = form(&world, &[("matcha-30", 1)]);
        let mut wish = holder.wish();
        change(&mut wish);
        let order = holder.order(&world, &form, &wish);
        assert_eq!(buy(&world, &order).state, ShopState::Refused);
    }
    assert_eq!(world.balance("holder 1 available"), 50_000);
}

#[test]
fn t002_14_a_card_whose_month_is_over_buys_nothing() {
    let world = World::new();
    let mut holder = hanako(&world);
    let sql = "UPDATE issuer_accounts SET card_expiry = '10/26'";
    world.machine(ISSUER).database.run(sql, &[]).unwrap();
    let form = form(&world, &[("matcha-30", 1)]);
    let mut wish = holder.wish();
    wish.card.expiry = "10/26".to_owned();
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    assert_eq!(world.balance("holder 1 available"), 50_000);
}
