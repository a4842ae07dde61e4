//! Nobody reads more than it needs without the holder's consent, and nobody else than was shown.

use tallystick_parties::native::block_on;
use tallystick_protocol::checkout::policy::{Field, PolicyName};
use tallystick_wallet::view::{Address, Choice, OrderState};

use super::holder::{Holder, PIN, TEA, address};
use super::lies::doctored;
use super::world::{COURIER, ISSUER, ORIGIN, OTHER_COURIER, SHOP, World, domain};

const NAME: &str = "Hana Mori";
const TELEPHONE: &str = "+81 90 0000 0000";
const HOME: &str = "Jimbocho 1-2-3";

/// A form under the table of figure 2, as the shop makes it when its page asks for that.
fn asked_under_figure_2(holder: &Holder<'_>) -> String {
    let world = holder.world;
    let body = format!(r#"{{"items":{TEA},"courier":"{COURIER}","policy":"ep0791901-fig2"}}"#);
    let form = world.send(
        "page",
        SHOP,
        "POST",
        "/v1/forms",
        "application/json",
        body.into(),
    );
    block_on(holder.wallet.receive_form(ORIGIN, form.body())).unwrap()
}

fn console(world: &World, party: &str) -> String {
    world.console(party).to_string()
}

#[test]
fn a_policy_beyond_the_least_is_no_consent_whatever_it_is_called() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = asked_under_figure_2(&holder);
    let asked = holder.order(&request);
    let roles: Vec<_> = asked
        .extra
        .iter()
        .map(|extra| extra.role.as_str())
        .collect();
    assert_eq!(
        roles,
        ["shop", "issuer", "courier"],
        "the window has a tick"
    );
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Delivering, "{order:?}");
    assert_eq!(order.policy, "strict", "what was sealed is what is shown");
    assert!(order.extra.is_empty());
    for secret in [NAME, TELEPHONE, HOME] {
        assert!(!console(&world, SHOP).contains(secret), "{secret}");
    }
    assert!(!console(&world, ISSUER).contains(HOME));
}

#[test]
fn with_consent_the_address_that_is_disclosed_is_the_one_that_was_named() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let office = Address {
        label: "Office".to_owned(),
        lines: "Marunouchi 1-9".to_owned(),
        ..address()
    };
    let office = block_on(holder.wallet.save_address(&office)).unwrap();
    let request = asked_under_figure_2(&holder);
    let named = holder.order(&request).own_address.unwrap();
    assert_eq!(named, format!("Home: {HOME}"));
    let choice = Choice {
        address_id: office,
        accept_extra: true,
        ..holder.choice()
    };
    block_on(holder.wallet.approve(&request, &choice, PIN)).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.policy, "ep0791901-fig2");
    assert_eq!(order.extra.len(), 3);
    let shop = console(&world, SHOP);
    assert!(shop.contains(HOME) && !shop.contains("Marunouchi"));
}

#[test]
fn what_a_shop_asks_for_in_addition_is_read_only_with_consent() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let form = doctored(&world, |form| {
        form.policy = PolicyName::Strict;
        form.extra = vec![Field::HolderTelephone];
    });
    let request = block_on(holder.wallet.receive_form(ORIGIN, &form)).unwrap();
    let asked = holder.order(&request);
    assert_eq!(asked.extra[0].rows, ["telephone"]);
    let telephone = asked.matrix.iter().find(|row| row.row == "telephone");
    assert_eq!(telephone.unwrap().asks, ["shop"]);
    holder.approve(&request).unwrap();
    holder.finish();
    assert!(!console(&world, SHOP).contains(TELEPHONE));
}

#[test]
fn a_courier_that_is_certified_under_another_name_than_was_shown_ends_the_order_unsent() {
    let world = World::with_a_choice();
    let holder = Holder::ready(&world);
    let form = doctored(&world, |form| {
        let delivery = form.delivery.as_mut().unwrap();
        delivery.courier = domain(OTHER_COURIER);
        delivery.name = "Hayate Courier".to_owned();
    });
    let request = block_on(holder.wallet.receive_form(ORIGIN, &form)).unwrap();
    let courier = &holder.order(&request).parties[2];
    assert_eq!(courier.domain, OTHER_COURIER, "it is shown before approval");
    holder.approve(&request).unwrap();
    holder.finish();
    let order = holder.order(&request);
    assert_eq!(order.state, OrderState::Failed, "{order:?}");
    assert_eq!(order.failure.unwrap().kind, "courier-not-as-shown");
    assert_eq!(world.requests(SHOP, "/v1/orders"), 0);
}
