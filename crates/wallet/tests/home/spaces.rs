//! A party may be in another key space than those for which the card at home had keys when it was lent.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::{KeyPlace, OrderState};

use super::ends::{Away, FIRST, Home, SECOND};
use super::holder::{Holder, PASSPHRASE, PIN, TEA};
use super::world::{CENTRE, COURIER, ISSUER, SHOP, World};

/// Buys at home, once for the keys and once with them.
fn buy_at_home(holder: &Holder<'_>, request: &str) {
    holder.approve(request).unwrap();
    for _ in 0..20 {
        block_on(holder.wallet.advance()).unwrap();
        holder.world.run_for(200);
    }
    assert_eq!(holder.order(request).state, OrderState::Asked);
    holder.approve(request).unwrap();
    holder.finish();
    assert_eq!(holder.order(request).state, OrderState::Delivering);
}

/// A card that is lent for a week.
fn lending(holder: Holder<'_>) -> (Home<'_>, Away<'_>) {
    let (world, home) = (holder.world, Home::of(holder));
    let away = Away::new(world);
    let set_up = home
        .wallet
        .home_set_up(PIN, FIRST, SECOND, KeyPlace::Software);
    block_on(set_up).unwrap();
    home.let_in(&away);
    home.lend(|terms| terms.ends_at += 6 * 86_400).unwrap();
    away.fetch().unwrap();
    (home, away)
}

#[test]
fn where_the_card_at_home_has_no_keys_nothing_is_sent_and_it_is_said_so() {
    let world = World::with_home_proxy_and_spaces_of(1);
    let (home, away) = lending(Holder::ready(&world));
    let _line = home.connect();
    let order = away.buy();
    assert_eq!(order.state, OrderState::Failed);
    let failure = order.failure.unwrap();
    assert_eq!(failure.kind, "lent-keys-missing");
    assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
}

#[test]
fn where_the_holder_has_bought_before_a_card_that_is_lent_buys_at_once() {
    let world = World::with_home_proxy_and_spaces_of(1);
    let holder = Holder::ready(&world);
    buy_at_home(&holder, &holder.asked(TEA));
    let (home, away) = lending(holder);
    let _line = home.connect();
    assert_eq!(away.buy().state, OrderState::Delivering);
}

#[test]
fn t_u4_a_card_lent_before_the_epoch_changed_pays_until_its_keys_are_gone_and_then_says_so() {
    let world = World::with_home_proxy();
    let (home, away) = lending(Holder::ready(&world));
    let line = home.connect();
    world.enter_epoch(2, &[CENTRE, SHOP, COURIER, ISSUER]);
    assert_eq!(away.buy().state, OrderState::Delivering);
    drop(line);
    world.run_for(2 * 86_400_000);
    for wallet in [&*home.wallet, &away.holder.wallet] {
        block_on(wallet.unlock(PASSPHRASE)).unwrap();
    }
    let _line = home.connect();
    let orders = world.requests(SHOP, "/v1/orders");
    let order = away.buy();
    assert_eq!(order.state, OrderState::Failed);
    assert_eq!(order.failure.unwrap().kind, "lent-keys-missing");
    assert_eq!(world.requests(SHOP, "/v1/orders"), orders);
}
