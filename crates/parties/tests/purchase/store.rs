//! What the store's pages and the consoles show.

use super::holder::Holder;
use super::talk::buy;
use super::world::{COURIER, ISSUER, ORIGIN, SHOP, World, domain};

#[test]
fn the_catalogue_lists_twelve_products_of_three_shelves() {
    let world = World::new();
    let catalogue = world.get_json(SHOP, "/v1/catalogue");
    let products = catalogue["products"].as_array().unwrap();
    assert_eq!(products.len(), 12);
    for product in products {
        assert!(product["price_minor"].as_u64().unwrap() > 0);
        assert!(product["stock"].as_u64().unwrap() > 0);
        assert!(product["description"].as_str().unwrap().len() > 40);
        assert!(["tea", "books", "ware"].contains(&product["category"].as_str().unwrap()));
    }
    assert_eq!(catalogue["store"]["domain"], SHOP);
    assert_eq!(catalogue["delivery"]["price_minor"], 520);
}

#[test]
fn a_form_is_bound_to_the_stores_origin_and_signed_by_its_certified_key() {
    let world = World::new();
    let form = super::talk::form(&world, &[("sencha-100", 2), ("book-of-tea", 1)]);
    assert!(form.form.check_origin(ORIGIN).is_ok());
    assert!(
        form.form
            .check_origin("http://other.localhost:8787")
            .is_err()
    );
    assert_eq!(form.form.envelope.from, domain(SHOP));
    assert_eq!(form.form.total.minor, 2 * 1480 + 1980 + 520);
    assert!(form.form.validate().is_ok());
}

#[test]
fn the_consoles_show_the_ledger_and_every_statement() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 2)]);
    buy(&world, &order);
    let shop = world.console(SHOP);
    let kinds: Vec<_> = shop["orders"][0]["statements"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["kind"].clone())
        .collect();
    assert_eq!(kinds, ["authorisation", "clearance", "acceptance"]);
    assert_eq!(shop["orders"][0]["order_id"], order.id.to_string());
    assert_eq!(shop["orders"][0]["pieces"].as_array().unwrap().len(), 3);
    let issuer = world.console(ISSUER);
    let memos = issuer["ledger"].as_array().unwrap().len();
    assert_eq!(memos, 3, "credit line, reservation, charge");
    assert_eq!(issuer["orders"][0]["state"], "captured");
    let courier = world.console(COURIER);
    assert_eq!(courier["orders"][0]["state"], "confirmed");
    assert_eq!(courier["counters"]["accepted"], 1);
}
