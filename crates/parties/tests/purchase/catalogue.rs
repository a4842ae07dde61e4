//! The merchant's catalogue, and forms that are made of it or of one that is kept elsewhere.

use std::rc::Rc;

use http::{Request, Response, StatusCode};
use serde_json::{Value as Json, json};
use tallystick_parties::native::block_on;
use tallystick_parties::office::fault::Kind;
use tallystick_parties::ports::Network as _;
use tallystick_parties::shop::wanted::{FreeLine, WantedDelivery, WantedForm, WantedLine};
use tallystick_parties::shop::{Shop, ShopConfig};
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::names::{LocalText, in_language};
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::cast::{API_KEY, CATALOGUE, Running};

use super::holder::{Holder, JSON};
use super::talk::{buy, form};
use super::world::{
    COURIER, ISSUER, ORIGIN, SHOP, SHOP_STOCK, World, domain, problem, settings, text,
};

const PATH: &str = "/v1/merchant/catalogue";

fn asked(world: &World, method: &str, key: Option<&str>, body: Vec<u8>) -> Response<Vec<u8>> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("https://{SHOP}{PATH}"))
        .header("content-type", JSON);
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let network = world.hub.network("merchant");
    block_on(network.send(request.body(body).unwrap())).unwrap()
}

pub fn put(world: &World, catalogue: &Json) -> Response<Vec<u8>> {
    asked(
        world,
        "PUT",
        Some(API_KEY),
        catalogue.to_string().into_bytes(),
    )
}

fn catalogue(world: &World) -> Json {
    let answer = asked(world, "GET", Some(API_KEY), Vec::new());
    assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
    serde_json::from_slice(answer.body()).unwrap()
}

fn demo() -> Json {
    serde_json::from_str(CATALOGUE).unwrap()
}

fn tea(stock: &Json) -> Json {
    let mut tea =
        json!({ "sku": "tea", "name": { "en": "Tea", "ja": "お茶" }, "price_minor": 100 });
    if *stock != json!("as it is") {
        tea["stock"] = stock.clone();
    }
    json!({ "products": [tea] })
}

fn shop(world: &World) -> Rc<Shop<tallystick_parties::native::Machine>> {
    match world.running(SHOP) {
        Running::Shop(shop) => shop,
        _ => panic!("{SHOP} is no shop"),
    }
}

fn named(english: &str, japanese: &str) -> Vec<LocalText> {
    let texts = [("en", english), ("ja", japanese)].map(|(language, text)| LocalText {
        language: language.to_owned(),
        text: text.to_owned(),
    });
    texts.into()
}

fn honey(quantity: u32) -> WantedLine {
    WantedLine::Free(FreeLine {
        sku: "honey".to_owned(),
        names: named("Acacia honey", "アカシア蜂蜜"),
        quantity,
        unit_price_minor: 1_200,
        tax_basis_points: Some(800),
        handed_text: None,
    })
}

fn refused(world: &World, wanted: &WantedForm) -> (Kind, String) {
    let fault = block_on(shop(world).sign_form(wanted)).map(|form| form.bytes);
    let fault = fault.unwrap_err();
    (fault.kind, fault.field)
}

#[test]
fn what_was_put_is_what_is_shown() {
    let world = World::new();
    let shown = catalogue(&world);
    assert_eq!(shown["products"], demo()["products"]);
    assert_eq!(shown["tagline"], demo()["tagline"]);
    let answer = put(&world, &tea(&json!(3)));
    assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
    let said: Json = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(said["products"], 1);
    let after = catalogue(&world);
    assert_eq!(after["version"], said["version"]);
    assert!(after["version"].as_u64() > shown["version"].as_u64());
    assert_eq!(after["products"], tea(&json!(3))["products"]);
    let page = world.get_json(SHOP, "/v1/catalogue");
    assert_eq!(page["products"][0]["name"]["ja"], "お茶");
    assert_eq!(page["store"]["tagline"], Json::Null);
}

#[test]
fn nobody_without_a_key_of_the_shop_reads_or_replaces_its_catalogue() {
    let world = World::new();
    for key in [None, Some(""), Some("a-key-of-somebody-elses-shop")] {
        for method in ["GET", "PUT"] {
            let answer = asked(&world, method, key, tea(&json!(3)).to_string().into_bytes());
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(answer.headers()["www-authenticate"], "Bearer");
        }
    }
    assert_eq!(catalogue(&world)["products"], demo()["products"]);
    let answer = asked(&world, "POST", Some(API_KEY), Vec::new());
    assert_eq!(answer.headers()["allow"], "GET, HEAD, PUT, OPTIONS");
}

#[test]
fn a_shop_without_keys_has_no_api() {
    let world = World::new();
    let own = settings(Role::Shop, SHOP);
    let config = ShopConfig::new(
        own,
        ORIGIN,
        domain(COURIER),
        "Hayate Courier",
        domain(ISSUER),
    );
    let shop = Rc::new(Shop::new(world.machine(SHOP).clone(), config));
    world.hub.connect(SHOP, shop);
    let answer = asked(&world, "GET", Some(API_KEY), Vec::new());
    assert_eq!(problem(&answer), "not-found", "{}", text(&answer));
}

#[test]
fn a_catalogue_outside_its_limits_changes_nothing_and_is_told_where() {
    let world = World::new();
    let field = |answer: &Response<Vec<u8>>| {
        let problem: Json = serde_json::from_slice(answer.body()).unwrap();
        problem["field"].as_str().unwrap_or_default().to_owned()
    };
    let mut wrong = tea(&json!(3));
    wrong["products"][0]["name"]["ja"] = json!("お\u{202e}茶");
    let answer = put(&world, &wrong);
    assert_eq!(
        (problem(&answer), field(&answer)),
        ("malformed".into(), "/products/0/name".into())
    );
    let product = |number: usize| json!({ "sku": number.to_string(), "name": { "en": "Tea" }, "price_minor": 1 });
    let many = json!({ "products": (0..1_001).map(product).collect::<Vec<_>>() });
    let answer = put(&world, &many);
    assert_eq!(
        (problem(&answer), field(&answer)),
        ("malformed".into(), "/products".into())
    );
    let answer = asked(&world, "PUT", Some(API_KEY), vec![b' '; 1024 * 1024 + 1]);
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let answer = world.post(SHOP, "/v1/forms", JSON, vec![b' '; 256 * 1024 + 1]);
    assert_eq!(
        answer.status(),
        StatusCode::PAYLOAD_TOO_LARGE,
        "elsewhere less is taken"
    );
    assert_eq!(catalogue(&world)["products"], demo()["products"]);
    let most = json!({ "products": (0..1_000).map(product).collect::<Vec<_>>() });
    let answer = put(&world, &most);
    assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
}

#[test]
fn stock_stays_unless_it_is_given_and_what_nobody_counts_is_never_out() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let left = |world: &World| catalogue(world)["products"][0]["stock"].clone();
    put(&world, &tea(&json!(5)));
    let order = holder.usual_order(&world, &[("tea", 2)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(left(&world), 3);
    put(&world, &tea(&json!("as it is")));
    assert_eq!(left(&world), 3);
    put(&world, &tea(&json!(7)));
    assert_eq!(left(&world), 7);
    put(&world, &tea(&Json::Null));
    assert_eq!(left(&world), Json::Null);
    let order = holder.usual_order(&world, &[("tea", 40)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    assert_eq!(left(&world), Json::Null);
}

#[test]
fn what_is_sold_no_more_is_refused_also_by_a_form_of_before() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    put(&world, &tea(&json!(5)));
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    let basket = br#"{"items":[{"sku":"sencha-100","quantity":1}]}"#.to_vec();
    let answer = world.post(SHOP, "/v1/forms", JSON, basket);
    assert_eq!(problem(&answer), "not-found");
}

#[test]
fn a_form_says_names_in_all_languages_the_tax_in_the_total_and_who_sells() {
    let world = World::new();
    let form = form(&world, &[("sencha-100", 2), ("book-of-tea", 1)]).form;
    let names = form.items[0].names.as_deref().unwrap();
    assert_eq!(in_language(names, "ja"), Some("煎茶 一番茶"));
    assert_eq!(form.items[0].name, "Sencha, first flush");
    let tax = form.tax.as_deref().unwrap();
    let tax: Vec<_> = tax
        .iter()
        .map(|line| (line.basis_points, line.taxable.minor, line.tax.minor))
        .collect();
    assert_eq!(tax, [(800, 2_960, 219), (1000, 1_980 + 520, 227)]);
    assert_eq!(
        form.seller.unwrap().registration.as_deref(),
        Some("T1234567890123")
    );
}

#[test]
fn what_is_wrong_with_a_wanted_form_is_told_by_its_place() {
    let world = World::new();
    let of = |line: WantedLine| WantedForm {
        lines: vec![honey(1), line],
        ..WantedForm::default()
    };
    let free = |change: fn(&mut FreeLine)| {
        let WantedLine::Free(mut line) = honey(1) else {
            panic!("it is free");
        };
        line.sku = "other".to_owned();
        change(&mut line);
        of(WantedLine::Free(line))
    };
    let product = |sku: &str, quantity| {
        let sku = sku.to_owned();
        of(WantedLine::OfCatalogue { sku, quantity })
    };
    for (wanted, kind, field) in [
        (WantedForm::default(), Kind::Malformed, "/lines"),
        (of(honey(1)), Kind::Malformed, "/lines/1/sku"),
        (
            free(|line| line.sku = String::new()),
            Kind::Malformed,
            "/lines/1/sku",
        ),
        (
            free(|line| line.quantity = 0),
            Kind::Malformed,
            "/lines/1/quantity",
        ),
        (
            free(|line| line.quantity = 1_000),
            Kind::Malformed,
            "/lines/1/quantity",
        ),
        (
            free(|line| line.names.clear()),
            Kind::Malformed,
            "/lines/1/name",
        ),
        (
            free(|line| line.names.reverse()),
            Kind::Malformed,
            "/lines/1/name",
        ),
        (
            free(|line| line.unit_price_minor = 1 << 53),
            Kind::Malformed,
            "/lines/1/unit_price_minor",
        ),
        (
            free(|line| line.tax_basis_points = Some(10_001)),
            Kind::Malformed,
            "/lines/1/tax_basis_points",
        ),
        (product("none", 1), Kind::NotFound, "/lines/1/sku"),
        (
            product("kyusu-pot", 13),
            Kind::OutOfStock,
            "/lines/1/quantity",
        ),
    ] {
        assert_eq!(refused(&world, &wanted), (kind, field.to_owned()));
    }
    let with = |change: fn(&mut WantedForm)| {
        let mut wanted = WantedForm {
            lines: vec![honey(1)],
            ..WantedForm::default()
        };
        change(&mut wanted);
        refused(&world, &wanted)
    };
    let delivery = |courier: &str, price_minor| {
        let courier = courier.to_owned();
        Some(WantedDelivery {
            courier,
            names: None,
            price_minor,
        })
    };
    let by_nobody = WantedForm {
        lines: vec![honey(1)],
        delivery: delivery("slow-boat.localhost", None),
        ..WantedForm::default()
    };
    assert_eq!(
        refused(&world, &by_nobody),
        (Kind::NotFound, "/delivery/courier".into())
    );
    let dear = WantedForm {
        delivery: delivery(COURIER, Some(1 << 53)),
        ..by_nobody
    };
    assert_eq!(
        refused(&world, &dear),
        (Kind::Malformed, "/delivery/price_minor".into())
    );
    let said = with(|wanted| wanted.origin = Some("https://elsewhere.localhost".into()));
    assert_eq!(said, (Kind::Malformed, "/origin".into()));
    let said = with(|wanted| wanted.instruments = Some(vec![Instrument::Purse]));
    assert_eq!(said, (Kind::Malformed, "/instruments/0".into()));
    let said = with(|wanted| wanted.instruments = Some(vec![]));
    assert_eq!(said, (Kind::Malformed, "/instruments".into()));
    let said = with(|wanted| wanted.coupons = Some(true));
    assert_eq!(said, (Kind::Malformed, "/coupons".into()));
    let said = with(|wanted| wanted.merchant_reference = Some("a".repeat(65)));
    assert_eq!(said, (Kind::Malformed, "/reference".into()));
}

#[test]
fn a_form_that_no_page_could_hand_on_is_not_signed() {
    let world = World::new();
    let line = |number: usize| {
        let languages = ["de", "en", "es", "fr", "it", "ja", "ko", "zh"];
        let names = languages.map(|language| LocalText {
            language: language.to_owned(),
            text: "a".repeat(120),
        });
        WantedLine::Free(FreeLine {
            sku: format!("sku-{number}"),
            names: names.into(),
            quantity: 1,
            unit_price_minor: 1,
            tax_basis_points: None,
            handed_text: None,
        })
    };
    let wanted = WantedForm {
        lines: (0..50).map(line).collect(),
        ..WantedForm::default()
    };
    assert_eq!(refused(&world, &wanted), (Kind::TooLarge, "/lines".into()));
}

#[test]
fn a_shop_with_shards_has_its_catalogue_where_its_goods_are_and_all_of_them_know_it() {
    let mut world = World::new();
    put(&world, &tea(&json!(9)));
    world.spread_shop(4);
    assert_eq!(catalogue(&world)["products"], tea(&json!(9))["products"]);
    let mut replaced = tea(&json!("as it is"));
    replaced["products"][0]["price_minor"] = json!(150);
    assert_eq!(put(&world, &replaced).status(), StatusCode::OK);
    assert_eq!(
        world.number(SHOP_STOCK, "SELECT count(*) FROM shop_products"),
        1
    );
    world.run_for(3_000);
    assert_eq!(catalogue(&world)["products"][0]["stock"], 9);
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    for _ in 0..4 {
        let form = form(&world, &[("tea", 2)]);
        assert_eq!(form.form.items[0].unit_price.minor, 150);
        let wish = holder.wish();
        let order = holder.order(&world, &form, &wish);
        assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    }
    world.run_for(3_000);
    assert_eq!(world.stock("tea"), 1);
}
