//! A purchase with a contactless card, and what each party sees of it.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::settlement::{SettlementRefusal, SettlementState};
use tallystick_protocol::wire::identifier::Role;

use super::desk::{
    Buyer, PAYABLE, PRICE, Stack, asked, balance, card, debits_at_server, ends, logged, refused,
    require_rest, world,
};
use super::talk::{receipt, send_order};
use super::world::{COURIER, SECURITY, SETTLEMENT, SHOP};

#[test]
fn a_card_pays_an_order_and_the_shop_is_owed_the_price() {
    let world = world();
    let mut buyer = Buyer::with(&world, 12_345);
    let order = buyer.order(&world);
    asked(&world, &order);
    let outcome = buyer.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    assert_eq!(outcome.balance.unwrap().minor, 12_345 - PRICE);
    // No pause of a letter: the holder asks, and within two seconds the parcel is accepted.
    world.run_for(200);
    receipt(&world, &order);
    world.run_for(1_000);
    assert_eq!(receipt(&world, &order).state, ShopState::Accepted);
    world.run_for(5_000);
    assert_eq!(balance(&world, PAYABLE), PRICE as i64);
    assert_eq!(balance(&world, "holder 1"), 50_000 - 12_345);
    assert_eq!(buyer.on_card(&world), 12_345 - PRICE);
    assert_eq!((logged(&world, "debit"), debits_at_server(&world)), (1, 1));
    require_rest(&world, &buyer);
}

#[test]
fn t003_1_the_shop_learns_neither_card_nor_balance_and_nobody_else_the_goods() {
    let world = world();
    let mut buyer = Buyer::with(&world, 12_345);
    let order = buyer.asked(&world);
    let outcome = buyer.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    assert_eq!(ends(&world, &order).state, ShopState::Accepted);
    world.run_for(5_000);
    let holds = |who: &str, needle: &[u8]| {
        let all = world.received_by(who);
        all.windows(needle.len()).any(|window| window == needle)
    };
    let alias = buyer.alias;
    let hex = alias.to_string();
    assert!(holds(SECURITY, &alias.0), "the alias is in clear there");
    let sql = "SELECT hex(identifier) FROM security_cards";
    let rows = tallystick_parties::ports::Tables::run(&world.machine(SECURITY).database, sql, &[]);
    let identifier = rows.unwrap()[0].text(0).unwrap().to_owned();
    let identifier = data_encoding::HEXUPPER
        .decode(identifier.as_bytes())
        .unwrap();
    for who in [SHOP, COURIER] {
        for secret in [&alias.0[..], hex.as_bytes(), &identifier] {
            assert!(!holds(who, secret), "{who}");
        }
        // 12,345 and 10,345 yen as they stand in every message.
        for balance in [[0x19, 0x30, 0x39], [0x19, 0x28, 0x69]] {
            let with_currency = [&balance[..], b"\x63JPY"].concat();
            assert!(!holds(who, &with_currency), "{who}");
        }
    }
    assert!(!holds(SETTLEMENT, &identifier));
    for who in [SETTLEMENT, SECURITY] {
        for goods in [&b"sencha"[..], b"Sencha", b"Narai-juku"] {
            assert!(!holds(who, goods), "{who}");
        }
    }
    assert!(!holds(SECURITY, b"Yamada"));
}

#[test]
fn t003_8_an_order_over_the_balance_is_refused_at_once_and_the_shop_is_not_told_why() {
    let world = world();
    let mut buyer = Buyer::with(&world, PRICE - 1);
    let order = buyer.order(&world);
    send_order(&world, &order);
    world.run_for(1_000);
    let receipt = ends(&world, &order);
    assert_eq!(refused(&world, &receipt, Role::Issuer), "declined");
    let sql = "SELECT count(*) FROM settlements WHERE refusal = 'short' AND decision = 'refused'";
    assert_eq!(world.number(SETTLEMENT, sql), 1);
    assert_eq!(buyer.on_card(&world), PRICE - 1);
    assert_eq!(logged(&world, "debit"), 0);
    require_rest(&world, &buyer);
}

#[test]
fn t003_8_another_card_than_was_read_pays_nothing_and_the_right_one_still_does() {
    let world = world();
    let mut buyer = Buyer::with(&world, 5_000);
    let order = buyer.asked(&world);
    let right = std::mem::replace(&mut buyer.card, card(&world, Stack::Direct, 9));
    assert_eq!(buyer.settle(&world, &order).unwrap_err(), "conflict");
    assert_eq!(debits_at_server(&world), 0);
    buyer.card = right;
    let outcome = buyer.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    assert_eq!(ends(&world, &order).state, ShopState::Accepted);
}

#[test]
fn t003_8_a_card_with_another_balance_than_was_read_pays_nothing() {
    let world = world();
    let mut buyer = Buyer::with(&world, 9_000);
    let (first, second) = (buyer.order(&world), buyer.order(&world));
    for order in [&first, &second] {
        asked(&world, order);
    }
    let outcome = buyer.settle(&world, &first).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    let outcome = buyer.settle(&world, &second).unwrap();
    assert_eq!(outcome.refusal, Some(SettlementRefusal::OtherCard));
    assert_eq!(ends(&world, &first).state, ShopState::Accepted);
    let receipt = ends(&world, &second);
    assert_eq!(refused(&world, &receipt, Role::Issuer), "declined");
    assert_eq!(buyer.on_card(&world), 9_000 - PRICE);
    assert_eq!((logged(&world, "debit"), debits_at_server(&world)), (1, 1));
    world.run_for(5_000);
    require_rest(&world, &buyer);
}

#[test]
fn nothing_is_authorised_before_the_card_has_paid() {
    let world = world();
    let mut buyer = Buyer::with(&world, 5_000);
    let order = buyer.asked(&world);
    world.run_for(60_000);
    assert_eq!(receipt(&world, &order).state, ShopState::Asking);
    assert_eq!(balance(&world, PAYABLE), 0);
    let sql = "SELECT count(*) FROM issuer_reservations";
    assert_eq!(world.number(SETTLEMENT, sql), 0);
    let outcome = buyer.settle(&world, &order).unwrap();
    assert_eq!(outcome.state, SettlementState::Settled);
    assert_eq!(ends(&world, &order).state, ShopState::Accepted);
}

#[test]
fn an_account_that_does_not_order_by_its_own_key_leaves_every_card_alone() {
    let world = world();
    let mut buyer = Buyer::with(&world, 5_000);
    let order = buyer.order_as(&world, |wish| wish.details.name = "Taro Tanaka".to_owned());
    send_order(&world, &order);
    world.run_for(1_000);
    let receipt = ends(&world, &order);
    assert_eq!(refused(&world, &receipt, Role::Issuer), "declined");
    assert_eq!(world.requests(SECURITY, "/v1/settlements"), 0);
    require_rest(&world, &buyer);
}

#[test]
fn a_shop_with_shards_finds_the_order_that_it_is_to_bill() {
    let mut world = world();
    world.spread_shop(4);
    let mut buyer = Buyer::with(&world, 5_000);
    for left in [3_000, 1_000] {
        let order = buyer.asked(&world);
        let outcome = buyer.settle(&world, &order).unwrap();
        assert_eq!(outcome.balance.unwrap().minor, left);
        assert_eq!(ends(&world, &order).state, ShopState::Accepted);
    }
}
