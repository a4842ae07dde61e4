//! A party may be in another key space than the card's shares: they are fetched at first contact.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::OrderState;

use super::holder::Holder;
use super::world::{Between, CENTRE, ISSUER, SHOP, World};

const TEA: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;

/// Each shop is in a space of its own, and the card has its share of the newest: not this shop's.
fn apart() -> World {
    let world = World::with_parties_in_a_space(1);
    assert_eq!(world.get_json(SHOP, "/v1/identity")["spaces"][0], 0);
    world
}

/// Lets the wallet work until it asks the holder again.
fn until_asked_again(holder: &Holder<'_>, request: &str) {
    for _ in 0..20 {
        block_on(holder.wallet.advance()).unwrap();
        holder.world.run_for(200);
        if holder.order(request).state == OrderState::Asked {
            return;
        }
    }
    panic!("{:?}", holder.order(request));
}

#[test]
fn the_share_of_a_further_space_is_fetched_at_first_contact_and_the_holder_asked_once_more() {
    let world = apart();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    let enrolled = world.requests(CENTRE, "/v1/holder-shares");
    holder.approve(&request).unwrap();
    until_asked_again(&holder, &request);
    let failure = holder.order(&request).failure.unwrap();
    assert_eq!(failure.kind, "keys-renewed");
    assert_eq!(failure.money_key, None, "nothing was sent");
    assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
    assert_eq!(world.requests(CENTRE, "/v1/holder-shares"), enrolled + 1);
    holder.approve(&request).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
    assert_eq!(world.requests(SHOP, "/v1/orders"), 1);
}

#[test]
fn a_fetched_share_is_kept_the_next_order_there_needs_no_further_one() {
    let world = apart();
    let mut holder = Holder::ready(&world);
    let first = holder.asked(TEA);
    holder.approve(&first).unwrap();
    until_asked_again(&holder, &first);
    block_on(holder.wallet.decline(&first)).unwrap();
    holder.restart();
    let fetched = world.requests(CENTRE, "/v1/holder-shares");
    let second = holder.asked(TEA);
    holder.approve(&second).unwrap();
    holder.finish();
    assert_eq!(holder.order(&second).state, OrderState::Delivering);
    assert_eq!(world.requests(CENTRE, "/v1/holder-shares"), fetched);
}

#[test]
fn while_the_key_centre_is_away_nothing_is_sent_and_the_order_ends_with_a_sentence() {
    let world = apart();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    world.put_between(CENTRE, |path| {
        let away = http::Response::builder().status(503).body(Vec::new());
        match path {
            "/v1/holder-shares" => Between::Instead(away.unwrap()),
            _ => Between::Nothing,
        }
    });
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Failed, "{order:?}");
    let failure = order.failure.unwrap();
    assert_eq!(failure.kind, "party-unreachable");
    assert_eq!(failure.about, CENTRE);
    assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
    assert_eq!(world.requests(ISSUER, "/v1/authorisations"), 0);
}
