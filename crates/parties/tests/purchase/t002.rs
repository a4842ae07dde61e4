//! The statements of EP 0 791 901, as far as the parties alone can show them.

use tallystick_protocol::checkout::answers::{Acceptance, Authorisation, MoneyState, ShopState};
use tallystick_protocol::keys::Purpose;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};

use super::holder::Holder;
use super::talk::{buy, courier_answer, issuer_answer, state};
use super::world::{COURIER, ISSUER, SHOP, World};

fn hanako(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

/// Names of the fields that a party's console shows as opened in its newest order.
fn opened_at(world: &World, party: &str) -> Vec<String> {
    let console = world.console(party);
    let opened = console["orders"][0]["opened"].as_array().unwrap().clone();
    opened
        .iter()
        .map(|field| field["field"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_purchase_runs_from_the_form_to_the_label() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 2)]);
    let receipt = buy(&world, &order);
    assert_eq!(receipt.state, ShopState::Accepted);
    let authorisation = receipt.authorisation.unwrap();
    let authorisation =
        open::<Authorisation>(&authorisation, &world.anchors, world.now(), Role::Issuer).unwrap();
    assert_eq!(
        authorisation.message.amount,
        Money::new(3480, Currency::Jpy)
    );
    let acceptance = receipt.acceptance.unwrap();
    let acceptance =
        open::<Acceptance>(&acceptance, &world.anchors, world.now(), Role::Courier).unwrap();
    assert!(tallystick_parties::courier::tracking::is_valid(
        &acceptance.message.tracking
    ));
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Captured)
    );
    assert!(courier_answer(&world, &order).accepted);
    assert_eq!(world.balance("holder 1 available"), 50_000 - 3480);
    assert_eq!(world.balance("holder 1 reserved"), 0);
    assert_eq!(world.balance("payable to kiso-tea.localhost"), 3480);
    assert_eq!(world.stock("sencha-100"), 58);
    let summary = world.get_json(SHOP, &format!("{}/summary", order.path()));
    assert_eq!(summary["state"], "accepted");
    assert_eq!(summary["tracking"], acceptance.message.tracking);
}

#[test]
fn t002_1_the_issuer_opens_its_part_alone_and_delivery_waits_for_its_word() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    world.hub.cut(ISSUER, true);
    buy(&world, &order);
    assert_eq!(world.requests(COURIER, "/v1/deliveries"), 0);
    assert_eq!(world.requests(COURIER, "/v1/introductions"), 0);
    world.hub.cut(ISSUER, false);
    world.run_for(120_000);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    let opened = opened_at(&world, ISSUER);
    assert_eq!(
        opened,
        [
            "amount",
            "payment-type",
            "card-number",
            "card-expiry",
            "holder-name",
            "holder-telephone"
        ]
    );
    assert_eq!(
        opened_at(&world, SHOP),
        ["form", "items", "item-numbers", "amount", "payment-type"]
    );
}

#[test]
fn t002_2_the_issuers_part_arrives_through_the_shop_byte_for_byte() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("hojicha-100", 1)]);
    buy(&world, &order);
    let part = &order.split.part(Role::Issuer).unwrap().ciphertext;
    let from_shop: Vec<u8> = world
        .hub
        .received()
        .iter()
        .filter(|message| message.by == ISSUER && message.from == SHOP)
        .flat_map(|message| message.bytes.clone())
        .collect();
    assert!(
        from_shop
            .windows(part.len())
            .any(|window| window == &part[..])
    );
    for other in [Role::Shop, Role::Courier] {
        let other = &order.split.part(other).unwrap().ciphertext;
        assert!(!from_shop.windows(64).any(|window| window == &other[32..96]));
    }
}

#[test]
fn t002_3_the_courier_gets_its_own_part_with_the_issuers_clearance_and_nothing_else() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("hojicha-100", 1)]);
    buy(&world, &order);
    let received = world.received_by(COURIER);
    for other in [Role::Shop, Role::Issuer] {
        let other = &order.split.part(other).unwrap().ciphertext;
        assert!(!received.windows(64).any(|window| window == &other[32..96]));
    }
    assert!(courier_answer(&world, &order).accepted);
    let console = world.console(COURIER);
    let kinds: Vec<_> = console["orders"][0]["statements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["kind"].clone())
        .collect();
    assert_eq!(kinds, ["clearance", "acceptance"]);
}

#[test]
fn t002_4_the_destination_opens_only_at_the_courier() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("hojicha-100", 1)]);
    buy(&world, &order);
    assert_eq!(
        opened_at(&world, COURIER),
        [
            "destination-name",
            "destination-address",
            "destination-telephone"
        ]
    );
    for party in [SHOP, ISSUER] {
        assert!(
            opened_at(&world, party)
                .iter()
                .all(|field| !field.starts_with("destination"))
        );
    }
}

#[test]
fn t002_5_card_number_and_expiry_open_only_at_the_issuer() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("hojicha-100", 1)]);
    buy(&world, &order);
    assert!(opened_at(&world, ISSUER).contains(&"card-number".to_owned()));
    for party in [SHOP, COURIER] {
        assert!(
            opened_at(&world, party)
                .iter()
                .all(|field| !field.starts_with("card"))
        );
    }
    let pieces = world.console(SHOP)["orders"][0]["pieces"].clone();
    let opened: Vec<_> = pieces
        .as_array()
        .unwrap()
        .iter()
        .map(|piece| piece["opened"].clone())
        .collect();
    assert_eq!(opened, [true, false, false]);
}

#[test]
fn the_policy_of_fig_2_opens_the_patents_own_table_and_still_no_card_number() {
    let world = World::new();
    let mut holder = hanako(&world);
    let form = super::talk::form_under(&world, "ep0791901-fig2", &[("hojicha-100", 1)]);
    let mut wish = holder.wish();
    wish.details.address = Some("2-8-1 Nishi-Shinjuku, Tokyo".to_owned());
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    let person = ["holder-name", "holder-telephone", "holder-address"];
    for party in [SHOP, ISSUER, COURIER] {
        let opened = opened_at(&world, party);
        assert!(
            person
                .iter()
                .all(|field| opened.iter().any(|open| open == field)),
            "{party}"
        );
        assert_eq!(
            opened.iter().any(|field| field.starts_with("card")),
            party == ISSUER
        );
        assert_eq!(
            opened.iter().any(|field| field.starts_with("destination")),
            party == COURIER
        );
        assert_eq!(opened.iter().any(|field| field == "items"), party == SHOP);
    }
}

#[test]
fn t002_6_both_sides_derive_the_same_key_without_a_message() {
    let world = World::new();
    let holder = hanako(&world);
    let before = world.hub.received().len();
    let pair = holder.pair(Role::Shop, SHOP);
    let key = holder.key_for(&pair, Purpose::OrderPart, &[7; 32]);
    let share = super::search::party_share(&world, SHOP, Role::Shop);
    let point = tallystick_protocol::keys::holder_point(&holder.id, &pair.key).unwrap();
    let at_shop = share
        .pairwise(&point)
        .derive(&pair, Purpose::OrderPart, &[7; 32])
        .unwrap();
    assert!(key == at_shop);
    assert_eq!(world.hub.received().len(), before);
}

#[test]
fn t002_7_every_party_confirms_itself_to_the_holder_beforehand() {
    let world = World::new();
    let mut holder = hanako(&world);
    for (role, party) in [
        (Role::Shop, SHOP),
        (Role::Issuer, ISSUER),
        (Role::Courier, COURIER),
    ] {
        assert!(holder.confirms(&world, role, party), "{party}");
    }
    let mut stranger = hanako_with_foreign_keys(&world);
    assert!(!stranger.confirms(&world, Role::Shop, SHOP));
}

/// A holder who claims another identifier than the one the shares belong to.
fn hanako_with_foreign_keys(world: &World) -> Holder {
    let mut holder = Holder::enrol(world, 2, "Jiro Suzuki", "080-1111-2222");
    holder.id.0[0] ^= 1;
    holder
}

#[test]
fn t002_7_nothing_goes_to_an_issuer_that_somebody_else_answers_for() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("hojicha-100", 1)]);
    world.connect_instead(ISSUER);
    buy(&world, &order);
    world.run_for(16 * 60_000);
    assert_eq!(state(&world, &order), ShopState::Expired);
    assert_eq!(world.requests(ISSUER, "/v1/authorisations"), 0);
    assert_eq!(world.stock("hojicha-100"), 80);
}

#[test]
fn t002_7_nothing_goes_to_a_courier_that_somebody_else_answers_for() {
    let world = World::new();
    let mut holder = hanako(&world);
    let order = holder.usual_order(&world, &[("hojicha-100", 1)]);
    world.connect_instead(COURIER);
    buy(&world, &order);
    world.run_for(16 * 60_000);
    assert_eq!(state(&world, &order), ShopState::Expired);
    assert_eq!(world.requests(COURIER, "/v1/deliveries"), 0);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Released)
    );
    assert_eq!(world.balance("holder 1 available"), 50_000);
}
