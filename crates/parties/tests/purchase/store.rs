//! What the store's pages and the consoles show.

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;

use super::holder::{Holder, JSON};
use super::talk::buy;
use super::world::{
    COURIER, ISSUER, ORIGIN, OTHER_COURIER, OTHER_ISSUER, SHOP, World, domain, problem, text,
};

#[test]
fn the_catalogue_lists_thirteen_products_of_three_shelves() {
    let world = World::new();
    let catalogue = world.get_json(SHOP, "/v1/catalogue");
    let products = catalogue["products"].as_array().unwrap();
    assert_eq!(products.len(), 13);
    for product in products {
        assert!(product["price_minor"].as_u64().unwrap() > 0);
        assert!(product["stock"].as_u64().unwrap() > 0);
        for language in ["en", "ja"] {
            assert!(product["name"][language].is_string());
            assert!(product["description"][language].as_str().unwrap().len() > 40);
        }
        assert!(["tea", "books", "ware"].contains(&product["category"].as_str().unwrap()));
    }
    assert_eq!(catalogue["store"]["domain"], SHOP);
    assert_eq!(catalogue["couriers"][0]["price_minor"], 520);
    assert_eq!(catalogue["issuers"][0], ISSUER);
}

#[test]
fn the_courier_is_chosen_by_the_buyer_and_its_price_is_in_the_total() {
    let world = World::with_a_choice();
    let catalogue = world.get_json(SHOP, "/v1/catalogue");
    let second = &catalogue["couriers"][1];
    assert_eq!(second["name"]["en"], "Tsubame Express");
    assert_eq!(
        (&second["days_min"], &second["days_max"]),
        (&0.into(), &1.into())
    );
    let ask = |courier: &str| {
        let body =
            format!(r#"{{"items":[{{"sku":"sencha-100","quantity":1}}],"courier":"{courier}"}}"#);
        world.send("page", SHOP, "POST", "/v1/forms", JSON, body.into())
    };
    let signed = ask(OTHER_COURIER).into_body();
    let form = open::<OrderForm>(&signed, &world.anchors, world.now(), Role::Shop);
    let form = form.unwrap().message;
    assert_eq!(form.courier(), Some(&domain(OTHER_COURIER)));
    assert_eq!(form.total.minor, 1480 + 860);
    assert_eq!(form.issuers, [domain(ISSUER), domain(OTHER_ISSUER)]);
    let unknown = ask("slow-boat.localhost");
    assert_eq!(problem(&unknown), "not-found", "{}", text(&unknown));
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
    assert_eq!(issuer["tables"][0]["name"], "ledger");
    let memos = issuer["tables"][0]["rows"].as_array().unwrap().len();
    assert_eq!(memos, 3, "credit line, reservation, charge");
    let of_the_order = &issuer["orders"][0]["tables"][0]["rows"];
    assert_eq!(of_the_order.as_array().unwrap().len(), 2, "and its own");
    assert_eq!(issuer["orders"][0]["state"], "captured");
    let courier = world.console(COURIER);
    assert_eq!(courier["orders"][0]["state"], "confirmed");
    assert_eq!(courier["counters"]["confirmed"], 1);
}
