//! An instrument that is no card: one file on each side, and everything that is bought with a card is bought
//! with it.

use http::Response;
use tallystick_parties::issuer::toys;
use tallystick_parties::native::block_on;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{Choice, OrderState, OrderView};

use super::holder::{Holder, PIN, TEA};
use super::refunds::{give_back, looked_at};
use super::world::{Between, COURIER, ISSUER, SHOP, World};

const BOTH: &[Instrument] = &[Instrument::CardAccount, Instrument::Toy];
/// A bag of tea and its delivery, in yen.
const PRICE: i64 = 2_000;

/// A box of tokens at the issuer that opens by "sesame"; its account.
fn red_box(world: &World, minor: u64) -> String {
    let tables = &world.machine(ISSUER).database;
    toys::fill(tables, "red", "sesame", Money::new(minor, Currency::Jpy)).unwrap()
}

fn choose(holder: &Holder<'_>, means: &str) -> Choice {
    Choice {
        card_id: means.to_owned(),
        ..holder.choice()
    }
}

fn buy(holder: &Holder<'_>, means: &str) -> OrderView {
    let request = holder.asked(TEA);
    block_on(holder.wallet.approve(&request, &choose(holder, means), PIN)).unwrap();
    holder.finish();
    holder.order(&request)
}

#[test]
fn a_toy_buys_and_its_box_is_charged_instead_of_the_card() {
    let world = World::that_takes(BOTH);
    let account = red_box(&world, 10_000);
    let holder = Holder::ready(&world);
    let order = buy(&holder, "toy red sesame");
    assert_eq!(order.state, OrderState::Delivering);
    assert_eq!(order.strands.issuer.word, "charged");
    assert_eq!(order.card_last4.as_deref(), Some("red"));
    assert_eq!(world.balance(&account), 10_000 - PRICE);
    assert_eq!(world.balance("holder 1"), 50_000);
    assert_eq!(world.balance(&format!("payable to {SHOP}")), PRICE);
}

#[test]
fn a_toy_is_refused_for_a_wrong_word_another_box_or_too_few_tokens() {
    let world = World::that_takes(BOTH);
    let account = red_box(&world, 100);
    let holder = Holder::ready(&world);
    for means in ["toy red mumble", "toy blue sesame", "toy red sesame"] {
        let order = buy(&holder, means);
        assert_eq!(order.state, OrderState::Refused, "{means}");
        assert_eq!(order.failure.unwrap().kind, "issuer-refused", "{means}");
    }
    assert_eq!(world.balance(&account), 100);
}

#[test]
fn t_u5_what_a_toy_paid_is_given_back_to_its_box_once() {
    let world = World::that_takes(BOTH);
    let account = red_box(&world, 10_000);
    let holder = Holder::ready(&world);
    let order = buy(&holder, "toy red sesame");
    give_back(&world, &order, 500, "one");
    assert_eq!(world.balance(&account), 10_000 - PRICE + 500);
    give_back(&world, &order, 1_500, "two");
    assert_eq!(looked_at(&holder, &order).refunded_minor, Some(2_000));
    assert_eq!(world.balance(&account), 10_000);
    assert_eq!(world.balance(&format!("payable to {SHOP}")), 0);
}

#[test]
fn t_u5_a_cancelled_order_leaves_a_toy_as_it_was() {
    let world = World::that_takes(BOTH);
    let account = red_box(&world, 10_000);
    let holder = Holder::ready(&world);
    world.put_between(COURIER, |path| match path {
        "/v1/introductions" => Between::Instead(Response::default()),
        _ => Between::Nothing,
    });
    let request = holder.asked(TEA);
    block_on(
        holder
            .wallet
            .approve(&request, &choose(&holder, "toy red sesame"), PIN),
    )
    .unwrap();
    for _ in 0..20 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(1_000);
    }
    assert_eq!(world.balance(&format!("{account} reserved")), PRICE);
    block_on(holder.wallet.cancel(&request)).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).failure.unwrap().kind, "cancelled");
    assert_eq!(world.balance(&format!("{account} reserved")), 0);
    assert_eq!(world.balance(&account), 10_000);
}

#[test]
fn a_shop_that_takes_no_toys_is_paid_with_none() {
    let world = World::new();
    red_box(&world, 10_000);
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    let choice = choose(&holder, "toy red sesame");
    let refused = block_on(holder.wallet.approve(&request, &choice, PIN)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CardNotAccepted);
}
