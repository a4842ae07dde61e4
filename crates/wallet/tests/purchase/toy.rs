//! An instrument that is no card: one file on each side, and everything that is bought with a card is bought
//! with it.

use tallystick_parties::issuer::toys;
use tallystick_parties::native::block_on;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{Choice, OrderState, OrderView};

use super::holder::{Holder, PIN, TEA};
use super::world::{ISSUER, SHOP, World};

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
fn a_shop_that_takes_no_toys_is_paid_with_none() {
    let world = World::new();
    red_box(&world, 10_000);
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    let choice = choose(&holder, "toy red sesame");
    let refused = block_on(holder.wallet.approve(&request, &choice, PIN)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::CardNotAccepted);
}
