//! Purchases that go through.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{HistoryView, OrderState};

use super::holder::{Holder, form};
use super::world::{COURIER, ISSUER, ORIGIN, SHOP, World};

const TEA: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;

#[test]
fn t002_8_the_wallet_buys_from_reference_parties() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    assert_eq!(holder.order(&request).state, OrderState::Asked);
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert!(order.tracking.is_some());
    assert!(
        order
            .parties
            .iter()
            .all(|party| party.certified && party.confirmed)
    );
    assert_eq!(order.strands.issuer.word, "charged");
    assert_eq!(order.strands.courier.as_ref().unwrap().word, "label");
    assert!(order.failure.is_none());
}

#[test]
fn t002_7_nothing_leaves_the_wallet_before_the_gesture_and_no_order_before_confirmation() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let before = world.hub.received().len();
    let request = holder.asked(TEA);
    let shown = world.hub.received().len();
    block_on(holder.wallet.advance()).unwrap();
    holder.approve(&request).unwrap();
    // Two messages are the page's own: it fetched the form.
    assert_eq!((shown - before, world.hub.received().len()), (2, shown));
    world.hub.cut(COURIER, true);
    for _ in 0..10 {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(500);
    }
    assert_eq!(holder.order(&request).state, OrderState::Approved);
    assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
    world.hub.cut(COURIER, false);
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
    assert_eq!(world.requests(SHOP, "/v1/orders"), 1);
}

#[test]
fn the_wallet_follows_its_order_at_the_shop_that_took_it() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    let directly = |entry: &HistoryView| entry.event == "asked-directly";
    assert!(!order.history.iter().any(directly), "{order:?}");
}

#[test]
fn approving_twice_and_receiving_twice_are_one_order() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let form = form(&world, TEA);
    let request = block_on(holder.wallet.receive_form(ORIGIN, &form)).unwrap();
    assert_eq!(
        block_on(holder.wallet.receive_form(ORIGIN, &form)).unwrap(),
        request
    );
    holder.approve(&request).unwrap();
    let sealed = holder.device.record(&format!("order/{request}"));
    holder.approve(&request).unwrap();
    assert_eq!(holder.device.record(&format!("order/{request}")), sealed);
    holder.finish();
    holder.approve(&request).unwrap();
    assert_eq!(world.requests(SHOP, "/v1/orders"), 1);
    assert_eq!(holder.view().orders.len(), 1);
}

#[test]
fn a_purchase_survives_locking_and_goes_on_after_unlocking() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    block_on(holder.wallet.lock()).unwrap();
    assert_eq!(block_on(holder.wallet.advance()), Ok(None));
    holder.restart();
    assert!(holder.view().orders.is_empty());
    block_on(holder.wallet.unlock(super::holder::PASSPHRASE)).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
}

#[test]
fn a_shop_that_falls_silent_after_receiving_gains_nothing() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    while holder.order(&request).state != OrderState::Received {
        block_on(holder.wallet.advance()).unwrap();
    }
    world.run_for(2_000);
    world.hub.cut(SHOP, true);
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert!(
        order
            .history
            .iter()
            .any(|entry| entry.event == "asked-directly")
    );
}

#[test]
fn what_was_sent_cannot_be_declined_and_what_was_declined_cannot_be_approved() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let (sent, declined) = (holder.asked(TEA), holder.asked(TEA));
    block_on(holder.wallet.decline(&declined)).unwrap();
    let refused = holder.approve(&declined).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::OrderState);
    holder.approve(&sent).unwrap();
    holder.finish();
    let refused = block_on(holder.wallet.decline(&sent)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::OrderState);
    assert_eq!(world.requests(SHOP, "/v1/orders"), 1);
    assert_eq!(world.requests(ISSUER, "/v1/authorisations"), 1);
}

#[test]
fn whatever_a_shops_page_asks_receipts_stay() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let bought = holder.asked(TEA);
    holder.approve(&bought).unwrap();
    holder.finish();
    for number in 0..40_u32 {
        world.run_for(1_000);
        let form = super::lies::doctored(&world, |form| {
            form.envelope.transaction[..4].copy_from_slice(&number.to_be_bytes());
        });
        let request = block_on(holder.wallet.receive_form(ORIGIN, &form)).unwrap();
        // As when the same page asks for another order.
        block_on(holder.wallet.decline(&request)).unwrap();
    }
    let orders = holder.view().orders;
    assert!(orders.iter().any(|order| order.request_id == bought));
    assert_eq!(
        orders.len(),
        1 + 4,
        "of what one shop only asked, four stay"
    );
}

#[test]
fn one_shop_alone_does_not_fill_what_waits_for_a_decision() {
    let world = World::new();
    let holder = Holder::ready(&world);
    for _ in 0..4 {
        holder.asked(TEA);
    }
    let form = form(&world, TEA);
    let refused = block_on(holder.wallet.receive_form(ORIGIN, &form)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::OrderLimit);
}
