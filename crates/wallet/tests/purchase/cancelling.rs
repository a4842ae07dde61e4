//! The holder cancels: before the courier has accepted nothing is charged, afterwards it is too late.

use http::Response;
use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{OrderState, OrderView};

use super::holder::{Holder, TEA};
use super::refunds::{bought, give_back, looked_at};
use super::world::{Between, COURIER, ISSUER, SHOP, World};

fn silent(world: &World, who: &str, about: &'static str) {
    world.put_between(who, move |path| {
        if path == about {
            Between::Instead(Response::builder().status(502).body(Vec::new()).unwrap())
        } else {
            Between::Nothing
        }
    });
}

/// Lets wallet and parties work for so many seconds.
fn live(holder: &Holder<'_>, seconds: u64) {
    for _ in 0..seconds {
        block_on(holder.wallet.advance()).unwrap();
        holder.world.run_for(1_000);
    }
}

fn cancel(holder: &Holder<'_>, order: &OrderView) {
    block_on(holder.wallet.cancel(&order.request_id)).unwrap();
}

/// An order that was sent and is stuck with somebody.
fn on_its_way(holder: &Holder<'_>) -> OrderView {
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    live(holder, 20);
    let order = holder.order(&request);
    assert!(order.can_cancel, "{:?}", order.state);
    order
}

fn events(order: &OrderView) -> Vec<&str> {
    order.history.iter().map(|step| step.event).collect()
}

#[test]
fn t_u5_what_the_holder_cancels_before_the_courier_is_asked_is_released_and_the_wallet_says_so() {
    let world = World::new();
    let holder = Holder::ready(&world);
    silent(&world, COURIER, "/v1/introductions");
    let order = on_its_way(&holder);
    assert_eq!(order.state, OrderState::Authorised);
    cancel(&holder, &order);
    let asked = holder.order(&order.request_id);
    assert_eq!(asked.sentence_key, "cancelling");
    assert!(!asked.can_cancel);
    cancel(&holder, &order);
    holder.finish();
    let ended = holder.order(&order.request_id);
    assert_eq!(ended.state, OrderState::Refused);
    assert_eq!(ended.failure.as_ref().unwrap().kind, "cancelled");
    assert_eq!(ended.failure.as_ref().unwrap().money_key, Some("released"));
    assert_eq!(ended.strands.issuer.word, "released");
    assert_eq!(ended.strands.shop.word, "stopped");
    let told = events(&ended);
    for event in ["cancel-asked", "released", "cancelled"] {
        assert_eq!(
            told.iter().filter(|one| **one == event).count(),
            1,
            "{told:?}"
        );
    }
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.stock("sencha-100"), 60);
}

#[test]
fn what_the_courier_never_heard_of_is_cancelled_by_its_signed_word() {
    let world = World::new();
    let holder = Holder::ready(&world);
    silent(&world, COURIER, "/v1/deliveries");
    let order = on_its_way(&holder);
    cancel(&holder, &order);
    holder.finish();
    let ended = holder.order(&order.request_id);
    assert_eq!(ended.failure.unwrap().kind, "cancelled");
    assert_eq!(ended.strands.issuer.word, "released");
    assert_eq!(world.balance("holder 1 available"), 50_000);
}

#[test]
fn while_the_issuer_is_silent_the_wallet_does_not_say_that_nothing_is_charged() {
    let world = World::new();
    let holder = Holder::ready(&world);
    silent(&world, ISSUER, "/v1/authorisations");
    let order = on_its_way(&holder);
    cancel(&holder, &order);
    live(&holder, 20);
    let told = holder.order(&order.request_id);
    assert_eq!(
        told.state,
        OrderState::Disowned,
        "the shop's word ends nothing"
    );
    assert_eq!(told.failure.unwrap().money_key, Some("may-be-asked"));
    holder.finish();
    let ended = holder.order(&order.request_id);
    assert_eq!(ended.failure.as_ref().unwrap().kind, "cancelled");
    assert_eq!(ended.failure.unwrap().money_key, Some("never-asked"));
}

#[test]
fn what_the_courier_has_accepted_comes_and_can_be_given_back() {
    let world = World::new();
    let holder = Holder::ready(&world);
    world.put_between(COURIER, |path| match path {
        "/v1/deliveries" => {
            Between::Afterwards(Response::builder().status(502).body(Vec::new()).unwrap())
        }
        path if path.starts_with("/v1/answers") => Between::Instead(Response::default()),
        _ => Between::Nothing,
    });
    let order = on_its_way(&holder);
    cancel(&holder, &order);
    world.connect_again(COURIER);
    holder.finish();
    let ended = holder.order(&order.request_id);
    assert_eq!(ended.state, OrderState::Delivering);
    assert_eq!(ended.sentence_key, "delivering");
    let late = block_on(holder.wallet.cancel(&bought(&holder).request_id)).unwrap_err();
    assert_eq!(late.kind, ErrorKind::OrderState);
    give_back(&world, &ended, 2_000, "back");
    assert_eq!(looked_at(&holder, &ended).refunded_minor, Some(2_000));
}

#[test]
fn what_was_not_sent_is_declined() {
    let world = World::new();
    let holder = Holder::ready(&world);
    world.hub.cut(COURIER, true);
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    live(&holder, 3);
    let order = holder.order(&request);
    assert_eq!(
        (order.state, order.can_cancel),
        (OrderState::Approved, true)
    );
    cancel(&holder, &order);
    assert_eq!(holder.order(&request).state, OrderState::Declined);
    assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
}

#[test]
fn a_wallet_that_dies_still_cancels() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    silent(&world, COURIER, "/v1/introductions");
    let order = on_its_way(&holder);
    world.hub.cut(SHOP, true);
    cancel(&holder, &order);
    live(&holder, 3);
    holder.restart();
    block_on(holder.wallet.unlock(super::holder::PASSPHRASE)).unwrap();
    world.hub.cut(SHOP, false);
    holder.finish();
    let ended = holder.order(&order.request_id);
    assert_eq!(ended.failure.unwrap().kind, "cancelled");
}
