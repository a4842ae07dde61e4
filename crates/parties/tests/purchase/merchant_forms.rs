//! The merchant's own server asks for a form: of its own goods and prices, or of the catalogue that it loaded.

use data_encoding::BASE64;
use http::Response;
use serde_json::{Value as Json, json};
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;

use super::holder::{Form, Holder};
use super::merchant::{MINUTE, get_json, path_of, post, world};
use super::talk::buy;
use super::world::{COURIER, ORIGIN, SHOP, SHOP_SHARDS, World, problem, text};

fn honey() -> Json {
    json!({
        "lines": [
            { "sku": "acacia", "name": { "en": "Acacia honey", "ja": "アカシア蜂蜜" }, "quantity": 2,
              "unit_price_minor": 1_080, "tax_basis_points": 800 },
            { "sku": "sencha-100", "quantity": 1 },
        ],
        "delivery": { "courier": COURIER, "price_minor": 700 },
        "policy": "strict",
        "instruments": ["card-account"],
        "coupons": false,
        "reference": "cart 17",
        "origin": ORIGIN,
    })
}

fn ask(world: &World, key: &str, body: &Json) -> Response<Vec<u8>> {
    post(world, "/forms", key, Some(body))
}

fn form_in(world: &World, answer: &Response<Vec<u8>>) -> (Json, Form) {
    assert_eq!(answer.status(), 201, "{}", text(answer));
    let said: Json = serde_json::from_slice(answer.body()).unwrap();
    let signed = BASE64
        .decode(said["form"].as_str().unwrap().as_bytes())
        .unwrap();
    let form = open::<OrderForm>(&signed, &world.anchors, world.now(), Role::Shop);
    let form = form.unwrap().message;
    (said, Form { signed, form })
}

#[test]
fn a_form_of_ones_own_goods_and_prices_is_signed_bought_and_told_by_ones_own_reference() {
    let (world, server) = world();
    let (said, form) = form_in(&world, &ask(&world, "one", &honey()));
    assert_eq!(said["total_minor"], 2 * 1_080 + 1_480 + 700);
    assert_eq!(said["lines"][0]["price_minor"], 2_160);
    assert_eq!(said["lines"][0]["name"]["ja"], "アカシア蜂蜜");
    assert_eq!(said["delivery"]["price_minor"], 700);
    let tax = said["tax"].as_array().unwrap();
    assert_eq!(tax[0]["basis_points"], 800);
    assert!(tax[0]["tax_minor"].as_u64().unwrap() >= 160, "{tax:?}");
    assert!(said["expires_at"].as_str().unwrap().ends_with('Z'));
    assert_eq!(
        (form.form.items.len(), form.form.coupons.is_none()),
        (2, true)
    );
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let wish = holder.wish();
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    world.run_for(MINUTE);
    let read = get_json(&world, &path_of(&order, ""));
    assert_eq!(read["reference"], "cart 17");
    assert_eq!(read["order_reference"], said["order_reference"]);
    assert_eq!(read["lines"][0]["name"]["en"], "Acacia honey");
    assert_eq!(
        world.stock("sencha-100"),
        59,
        "the catalogue's line holds goods back"
    );
    let body: Json = serde_json::from_slice(server.told()[0].body()).unwrap();
    assert_eq!(body["reference"], "cart 17");
    assert_eq!(body["order_reference"], said["order_reference"]);
}

#[test]
fn lines_of_the_merchants_own_catalogue_hold_nothing_back_even_under_a_number_of_the_shops() {
    let (world, _) = world();
    let wanted = json!({
        "lines": [
            { "sku": "sencha-100", "name": { "en": "Acacia honey" }, "quantity": 3, "unit_price_minor": 1_200 },
            { "sku": "hojicha-100", "quantity": 2 },
        ],
        "delivery": { "courier": COURIER, "name": { "en": "Tomorrow", "ja": "翌日" }, "price_minor": 300 },
    });
    let (_, form) = form_in(&world, &ask(&world, "one", &wanted));
    assert_eq!(form.form.total.minor, 3 * 1_200 + 2 * 980 + 300);
    assert_eq!(form.form.delivery.as_ref().unwrap().name, "Hayate Courier");
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let wish = holder.wish();
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(world.stock("sencha-100"), 60);
    assert_eq!(world.stock("hojicha-100"), 78);
}

#[test]
fn the_same_form_asked_for_twice_is_one_form() {
    let (world, _) = world();
    let first = ask(&world, "one", &honey());
    world.run_for(MINUTE);
    assert_eq!(ask(&world, "one", &honey()).body(), first.body());
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_forms"), 1);
    let mut other = honey();
    other["reference"] = "cart 18".into();
    let reused = ask(&world, "one", &other);
    assert_eq!(
        (reused.status().as_u16(), problem(&reused)),
        (422, "idempotency-key-reused".to_owned())
    );
    assert_eq!(ask(&world, "two", &other).status(), 201);
    // Wherever the power fails, there is the answer with its form or neither.
    let tables = &world.machine(SHOP).database;
    for writes in 0..8 {
        tables.fail_after(writes);
        ask(&world, "three", &honey());
        tables.mend();
    }
    assert_eq!(ask(&world, "three", &honey()).status(), 201);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_forms"), 3);
    let answers = tables.run("SELECT count(*) FROM commands WHERE what = 'merchant'", &[]);
    assert_eq!(answers.unwrap()[0].integer(0).unwrap(), 3);
}

#[test]
fn what_is_wrong_with_a_wish_is_told_by_its_place() {
    let (world, _) = world();
    for (pointer, value, kind, field) in [
        (
            "/lines/0/quantity",
            json!(0),
            "malformed",
            "/lines/0/quantity",
        ),
        (
            "/lines/0/quantity",
            json!(1_000),
            "malformed",
            "/lines/0/quantity",
        ),
        ("/lines/0/name", json!({}), "malformed", "/lines/0/name"),
        (
            "/lines/0/name",
            json!({ "english": "Honey" }),
            "malformed",
            "/lines/0/name",
        ),
        (
            "/lines/0/unit_price_minor",
            json!(-1),
            "malformed",
            "/lines/0",
        ),
        (
            "/lines/0/unit_price_minor",
            json!(9_007_199_254_740_992_u64),
            "malformed",
            "/lines/0/unit_price_minor",
        ),
        (
            "/lines/0/tax_basis_points",
            json!(10_001),
            "malformed",
            "/lines/0/tax_basis_points",
        ),
        (
            "/lines/1/sku",
            json!("no-such-tea"),
            "not-found",
            "/lines/1/sku",
        ),
        ("/lines/1/sku", json!("acacia"), "malformed", "/lines/1/sku"),
        (
            "/lines/1/quantity",
            json!(61),
            "out-of-stock",
            "/lines/1/quantity",
        ),
        ("/lines/1", json!([1]), "malformed", "/lines/1"),
        ("/lines", json!([]), "malformed", "/lines"),
        (
            "/delivery/courier",
            json!("elsewhere.localhost"),
            "not-found",
            "/delivery/courier",
        ),
        ("/policy", json!("open"), "malformed", "/policy"),
        (
            "/instruments/0",
            json!("cash"),
            "malformed",
            "/instruments/0",
        ),
        (
            "/instruments",
            json!(["purse"]),
            "malformed",
            "/instruments/0",
        ),
        ("/coupons", json!(true), "malformed", "/coupons"),
        ("/reference", json!("a\nb"), "malformed", "/reference"),
        (
            "/origin",
            json!("https://elsewhere.example"),
            "malformed",
            "/origin",
        ),
    ] {
        let mut body = honey();
        *body.pointer_mut(pointer).unwrap() = value;
        let answer = ask(&world, "wrong", &body);
        assert_eq!(problem(&answer), kind, "{pointer}: {}", text(&answer));
        let said: Json = serde_json::from_slice(answer.body()).unwrap();
        assert_eq!(said["field"], field, "{}", text(&answer));
    }
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_forms"), 0);
    // What is left out is as the settings say.
    let least = json!({ "lines": [{ "sku": "sencha-100", "quantity": 1 }] });
    let (said, form) = form_in(&world, &ask(&world, "least", &least));
    assert_eq!(said["total_minor"], 2_000);
    assert_eq!(form.form.origin, ORIGIN);
}

#[test]
fn with_shards_a_form_is_signed_at_one_and_the_same_wish_at_the_same() {
    let (mut world, _) = world();
    world.spread_shop(4);
    let first = ask(&world, "one", &honey());
    assert_eq!(ask(&world, "one", &honey()).body(), first.body());
    for number in 0..12 {
        assert_eq!(
            ask(&world, &format!("key-{number}"), &honey()).status(),
            201
        );
    }
    let forms = |name: &str| world.number(name, "SELECT count(*) FROM shop_forms");
    let at_shards: Vec<_> = SHOP_SHARDS.iter().map(|name| forms(name)).collect();
    assert_eq!(
        (forms(SHOP), at_shards.iter().sum::<i64>()),
        (0, 13),
        "{at_shards:?}"
    );
    assert!(
        at_shards.iter().filter(|count| **count > 0).count() > 1,
        "{at_shards:?}"
    );
    let (_, form) = form_in(&world, &first);
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let wish = holder.wish();
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(
        get_json(&world, &path_of(&order, ""))["reference"],
        "cart 17"
    );
}
