//! What does not go through, and that nothing is charged for it.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::{Address, KeyPlace, OrderState};

use super::holder::{Holder, PIN, address, form};
use super::world::{COURIER, ORIGIN, OTHER_SHOP, SHOP, World};

const TEA: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;

#[test]
fn a_form_is_taken_only_from_its_shops_own_page_and_only_whole() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let form = form(&world, TEA);
    for origin in [
        "https://kiso-tea.localhost",
        "http://evil.example",
        "null",
        "",
    ] {
        let refused = block_on(holder.wallet.receive_form(origin, &form)).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::FormFromElsewhere, "{origin}");
    }
    for at in (0..form.len()).step_by(97) {
        let mut altered = form.clone();
        altered[at] ^= 1;
        assert!(
            block_on(holder.wallet.receive_form(ORIGIN, &altered)).is_err(),
            "byte {at}"
        );
        assert!(
            block_on(holder.wallet.receive_form(ORIGIN, &form[..at])).is_err(),
            "cut at {at}"
        );
    }
    assert!(holder.view().orders.is_empty());
}

#[test]
fn an_expired_form_is_refused_and_an_approved_order_that_expires_unsent_ends() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let (late, unsent) = (form(&world, TEA), holder.asked(TEA));
    holder.approve(&unsent).unwrap();
    world.hub.cut(SHOP, true);
    world.run_for(14 * 60 * 1000);
    block_on(holder.wallet.save_address(&address())).unwrap();
    world.run_for(3 * 60 * 60 * 1000);
    block_on(holder.wallet.unlock(super::holder::PASSPHRASE)).unwrap();
    let refused = block_on(holder.wallet.receive_form(ORIGIN, &late)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::FormExpired);
    holder.finish();
    let order = holder.order(&unsent);
    assert_eq!(order.state, OrderState::Expired);
    assert_eq!(order.failure.unwrap().kind, "expired-unsent");
}

#[test]
fn t002_7_an_impostor_at_the_shops_address_ends_the_order_before_anything_is_sent() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    world.connect_instead(SHOP);
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Failed);
    assert_eq!(order.failure.unwrap().money_key, None, "nothing was sent");
    assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
    assert_eq!(world.requests(OTHER_SHOP, "/v1/orders"), 0);
}

#[test]
fn a_party_that_stays_silent_ends_the_order_before_anything_is_sent() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    world.hub.cut(COURIER, true);
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Failed);
    assert_eq!(order.failure.unwrap().kind, "party-unreachable");
    assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
}

#[test]
fn t002_14_what_the_issuer_refuses_is_neither_charged_nor_delivered() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(r#"[{"sku":"kyusu-pot","quantity":9}]"#);
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Refused, "{order:?}");
    assert_eq!(order.failure.unwrap().kind, "issuer-refused");
    assert_eq!(world.requests(COURIER, "/v1/deliveries"), 0);
}

#[test]
fn what_the_courier_refuses_is_released() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let id = holder.view().addresses[0].id.clone();
    let island = Address {
        id,
        lines: "Okinotorishima".to_owned(),
        ..address()
    };
    block_on(holder.wallet.save_address(&island)).unwrap();
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Refused, "{order:?}");
    assert_eq!(order.failure.unwrap().kind, "courier-refused");
    assert_eq!(order.strands.issuer.word, "released");
    assert_eq!(order.strands.courier.as_ref().unwrap().word, "refused");
}

#[test]
fn a_wrong_pin_costs_a_try_even_if_the_wallet_dies_and_the_third_blocks() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    let choice = holder.choice();
    for left in [2, 1, 0] {
        let refused = block_on(holder.wallet.approve(&request, &choice, "000000")).unwrap_err();
        let kind = if left == 0 {
            ErrorKind::PinBlocked
        } else {
            ErrorKind::WrongPin
        };
        assert_eq!(refused.kind, kind);
        holder.restart();
        assert_eq!(holder.view().pin_tries_left, left);
    }
    let refused = block_on(holder.wallet.approve(&request, &choice, PIN)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::PinBlocked);
    assert_eq!(holder.order(&request).state, OrderState::Asked);
    block_on(
        holder
            .wallet
            .unblock_pin(&holder.puk, "314159", KeyPlace::Software),
    )
    .unwrap();
    block_on(holder.wallet.approve(&request, &choice, "314159")).unwrap();
    holder.finish();
    assert_eq!(holder.order(&request).state, OrderState::Delivering);
}
