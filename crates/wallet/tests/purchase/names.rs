//! What was seen in the store is what is approved, in the buyer's language.

use tallystick_parties::native::block_on;
use tallystick_wallet::view::{LocalTextView, OrderState};

use super::holder::{Holder, PASSPHRASE, TEA};
use super::world::{SHOP, World};

fn in_japanese(names: &[LocalTextView]) -> &str {
    let name = names.iter().find(|name| name.language == "ja");
    &name.unwrap().text
}

#[test]
fn what_a_japanese_buyer_saw_in_the_store_is_what_is_approved_and_kept() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    let store = world.get_json(SHOP, "/v1/catalogue");
    let seen = store["products"][0]["name"]["ja"].as_str().unwrap();
    assert_eq!(seen, "煎茶 一番茶");
    let request = holder.asked(TEA);
    let asked = holder.order(&request);
    assert_eq!(in_japanese(&asked.items[0].names), seen);
    assert_eq!(asked.items[0].name, "Sencha, first flush");
    let delivery = store["couriers"][0]["name"]["ja"].as_str().unwrap();
    assert_eq!(
        in_japanese(&asked.delivery.as_ref().unwrap().names),
        delivery
    );
    holder.approve(&request).unwrap();
    holder.finish();
    holder.restart();
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    let bought = holder.order(&request);
    assert_eq!(bought.state, OrderState::Delivering);
    assert_eq!(bought.items, asked.items);
    assert_eq!(bought.delivery, asked.delivery);
}

#[test]
fn an_order_says_the_tax_in_its_total_and_who_sells() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let order = holder.order(&holder.asked(TEA));
    let tax: Vec<_> = order
        .tax
        .iter()
        .map(|line| (line.basis_points, line.taxable_minor, line.tax_minor))
        .collect();
    assert_eq!(tax, [(800, 1_480, 109), (1000, 520, 47)]);
    let seller = order.seller.unwrap();
    assert_eq!(seller.name, "木曽茶舗");
    assert_eq!(seller.registration.as_deref(), Some("T1234567890123"));
}
