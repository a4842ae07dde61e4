//! The holder sees what was given back: as the issuer signs it, and not before.

use http::Response;
use tallystick_parties::native::block_on;
use tallystick_wallet::view::{OrderState, OrderView};

use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};

use super::holder::{Holder, PASSPHRASE, TEA};
use super::world::{Between, ISSUER, SHOP, World, text};

const MINUTE: u64 = 60_000;

pub fn bought(holder: &Holder<'_>) -> OrderView {
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering);
    order
}

/// The shop's operator gives so much back.
pub fn give_back(world: &World, order: &OrderView, minor: u64, id: &str) {
    let page = |path, kind, body| {
        let answer = world.send("page", SHOP, "POST", path, kind, body);
        assert_eq!(answer.status(), 200, "{}", text(&answer));
    };
    page(OPERATORS, "application/json", registration());
    let number = order.order_id.clone().unwrap();
    let command = Command {
        role: "shop",
        domain: SHOP,
        command: "refund",
        arguments: &[("order", number), ("amount", minor.to_string())],
        id,
        at: world.now(),
    };
    page(COMMANDS, MEDIA_TYPE, command.signed());
    world.run_for(MINUTE);
}

/// Looks at the order once more.
pub fn looked_at(holder: &Holder<'_>, order: &OrderView) -> OrderView {
    block_on(holder.wallet.follow_money(&order.request_id)).unwrap();
    holder.finish();
    holder.order(&order.request_id)
}

fn times(order: &OrderView, event: &str) -> usize {
    order
        .history
        .iter()
        .filter(|step| step.event == event)
        .count()
}

#[test]
fn t_u5_what_is_given_back_is_on_the_order_in_its_history_and_on_the_card_again() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let order = bought(&holder);
    assert_eq!(holder.view().cards[0].left_minor, Some(48_000));
    give_back(&world, &order, 500, "one");
    let seen = looked_at(&holder, &order);
    assert_eq!(seen.refunded_minor, Some(500));
    assert_eq!(seen.sentence_key, "partly-refunded");
    assert_eq!(seen.strands.issuer.word, "charged");
    assert_eq!(holder.view().cards[0].left_minor, Some(48_500));
    give_back(&world, &order, 1_500, "two");
    let seen = looked_at(&holder, &order);
    assert_eq!(seen.refunded_minor, Some(2_000));
    assert_eq!(seen.sentence_key, "refunded");
    assert_eq!(seen.strands.issuer.word, "refunded");
    assert_eq!(holder.view().cards[0].left_minor, Some(50_000));
    assert_eq!(times(&seen, "refunded"), 2);
    let evidence = block_on(holder.wallet.evidence(&order.request_id)).unwrap();
    assert!(evidence.iter().any(|one| one.what == "refund"));
    let again = looked_at(&holder, &order);
    assert_eq!(times(&again, "refunded"), 2, "seen again, it is one");
}

#[test]
fn a_refund_that_the_issuer_has_not_signed_is_none() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let order = bought(&holder);
    world.put_between(ISSUER, |path| match path {
        "/v1/refunds" => Between::Instead(Response::default()),
        _ => Between::Nothing,
    });
    give_back(&world, &order, 2_000, "one");
    let seen = looked_at(&holder, &order);
    assert_eq!(seen.refunded_minor, None);
    assert_eq!(seen.sentence_key, "delivering");
    world.connect_again(ISSUER);
    world.run_for(20 * MINUTE);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert_eq!(looked_at(&holder, &order).refunded_minor, Some(2_000));
}

#[test]
fn an_issuer_that_does_not_answer_changes_nothing_and_keeps_nobody_waiting() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let order = bought(&holder);
    world.hub.cut(ISSUER, true);
    let seen = looked_at(&holder, &order);
    assert_eq!(seen.refunded_minor, None);
    assert_eq!(seen.strands.issuer.word, "charged");
}
