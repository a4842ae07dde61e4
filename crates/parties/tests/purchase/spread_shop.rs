//! A shop whose orders are spread over several objects, with its stock at one more.

use http::{Method, Request, Response, StatusCode};
use tallystick_parties::Party as _;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::cancellation::{CancellationKey, CancellationRequest};
use tallystick_protocol::checkout::form::{FormReference, OrderForm};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use super::commands::command;
use super::courier_alone::holder;
use super::holder::{CBOR, Form, Holder, JSON, Order};
use super::talk::{buy, form, receipt, send_order, state};
use super::world::{ISSUER, SHOP, SHOP_SHARDS, SHOP_STOCK, World, problem, text};

const COUNT: &str = "SELECT count(*) FROM shop_orders";

/// How many orders the office has, and how many all shards together.
fn orders(world: &World) -> (i64, i64) {
    let shards = SHOP_SHARDS.iter();
    let shards = shards.filter(|name| world.machines.iter().any(|(own, _)| own == *name));
    let shards = shards.map(|name| world.number(name, COUNT)).sum();
    (world.number(SHOP, COUNT), shards)
}

/// The shard of the form that an order was made from.
fn shard_of(order: &Order) -> &'static str {
    SHOP_SHARDS[usize::from(order.split.form_start.unwrap() % 4)]
}

/// An order for so many cups.
fn cups(world: &World, holder: &mut Holder, cups: u32) -> Order {
    holder.usual_order(world, &[("yunomi-cup", cups)])
}

/// The pieces that are left, as the shop says once it has asked its stock anew.
fn left(world: &World, sku: &str) -> i64 {
    world.run_for(3_000);
    world.stock(sku)
}

/// The pieces of a product that the stock object holds back.
fn held(world: &World) -> i64 {
    world.number(
        SHOP_STOCK,
        "SELECT coalesce(sum(pieces), 0) FROM shop_reserved",
    )
}

/// A request straight to one of the shop's objects, as an edge sends it that knows of no shards yet.
fn at(world: &World, object: &str, path: &str, kind: &str, body: Vec<u8>) -> Response<Vec<u8>> {
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("https://{SHOP}{path}"))
        .header("content-type", kind);
    block_on(world.running(object).serve(request.body(body).unwrap()))
}

#[test]
fn each_order_is_at_the_shard_that_signed_its_form_and_its_goods_are_at_the_stock() {
    let mut world = World::new();
    world.spread_shop(4);
    let mut holder = holder(&world);
    let mut shards = std::collections::BTreeSet::new();
    for number in 1..=6 {
        let order = cups(&world, &mut holder, number % 3 + 1);
        assert_eq!(buy(&world, &order).state, ShopState::Accepted);
        let sql = format!("{COUNT} WHERE hex(order_id) = upper('{}')", order.id);
        assert_eq!(world.number(shard_of(&order), &sql), 1, "{}", order.id);
        shards.insert(shard_of(&order));
    }
    assert!(shards.len() > 1, "forms are at one shard alone");
    assert_eq!(orders(&world), (0, 6));
    assert_eq!(held(&world), 12);
    assert_eq!(left(&world, "yunomi-cup"), 30 - 12);
    for name in [SHOP, SHOP_SHARDS[0], SHOP_SHARDS[1]] {
        assert_eq!(world.number(name, "SELECT count(*) FROM shop_reserved"), 0);
    }
}

#[test]
fn a_forms_answer_says_what_the_order_will_be_asked_for_by() {
    let mut world = World::new();
    world.spread_shop(2);
    let basket = br#"{"items":[{"sku":"yunomi-cup","quantity":1}]}"#.to_vec();
    let answer = world.post(SHOP, "/v1/forms", JSON, basket);
    let form = open::<OrderForm>(answer.body(), &world.anchors, world.now(), Role::Shop);
    let reference = FormReference::of(&form.unwrap().message, answer.body());
    assert_eq!(answer.headers()["order-reference"], reference.to_string());
}

#[test]
fn forms_for_the_same_basket_are_spread_over_all_shards() {
    let mut world = World::new();
    world.spread_shop(4);
    for number in 0..40 {
        let request = Request::post(format!("https://{SHOP}/v1/forms"))
            .header("content-type", JSON)
            .header("x-correlation-id", format!("{number:016x}"));
        let basket = br#"{"items":[{"sku":"yunomi-cup","quantity":1}]}"#.to_vec();
        let network = world.hub.network("page");
        let sent =
            tallystick_parties::ports::Network::send(&network, request.body(basket).unwrap());
        assert_eq!(block_on(sent).unwrap().status(), StatusCode::OK);
    }
    for name in SHOP_SHARDS {
        let forms = world.number(name, "SELECT count(*) FROM shop_forms");
        assert!((3..=20).contains(&forms), "{name} has {forms}");
    }
}

#[test]
fn what_sold_out_meanwhile_is_refused_and_nothing_is_held_back_of_it() {
    let mut world = World::new();
    world.spread_shop(4);
    let mut holder = holder(&world);
    let baskets = [("kyusu-pot", 7), ("sencha-100", 1)];
    let first = holder.usual_order(&world, &baskets);
    let second = holder.usual_order(&world, &[("kyusu-pot", 6), ("sencha-100", 2)]);
    for order in [&first, &second] {
        assert_eq!(send_order(&world, order).status(), StatusCode::OK);
    }
    world.run_for(10_000);
    let states = [state(&world, &first), state(&world, &second)];
    assert!(states.contains(&ShopState::Refused), "{states:?}");
    let refused = if states[0] == ShopState::Refused {
        &first
    } else {
        &second
    };
    let summary = world.get_json(SHOP, &format!("{}/summary", refused.path()));
    assert_eq!(summary["refused_by"], "shop");
    assert_eq!(summary["refused_reason"], "out-of-stock");
    let refusals = format!("{COUNT} WHERE state = 'refused'");
    let refused: i64 = SHOP_SHARDS
        .iter()
        .map(|name| world.number(name, &refusals))
        .sum();
    assert_eq!(
        12 - left(&world, "kyusu-pot") + 60 - world.stock("sencha-100"),
        held(&world)
    );
    assert!(refused >= 1);
}

#[test]
fn goods_of_an_order_that_ends_come_back_once_and_what_is_late_holds_nothing_back() {
    let mut world = World::new();
    world.spread_shop(2);
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let key = CancellationKey::random(&mut holder.rng);
    let mut wish = holder.wish();
    wish.cancellation = Some(key.clone());
    world.hub.cut(ISSUER, true);
    let form = form(&world, &[("yunomi-cup", 4)]);
    let order = holder.order(&world, &form, &wish);
    send_order(&world, &order);
    world.run_for(2_000);
    assert_eq!((left(&world, "yunomi-cup"), held(&world)), (26, 4));
    let request = CancellationRequest {
        order_id: order.id,
        root: order.root,
        key,
        form_start: order.split.form_start.unwrap(),
    };
    for _ in 0..2 {
        let answer = world.post(SHOP, "/v1/cancellations", CBOR, encode(&request));
        assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
        assert_eq!((left(&world, "yunomi-cup"), held(&world)), (30, 0));
    }
    // The letters arrive once more.
    for (kind, at_ms) in [("put-back", 1), ("reserve", 2), ("put-back", 3)] {
        let again = format!(
            "INSERT INTO due (kind, reference, peer, at_ms, since_ms)
             VALUES ('sibling-letter', '{kind}/{}', 'stock', {at_ms}, 1)",
            order.root
        );
        let shard = &world.machine(SHOP_SHARDS[usize::from(request.form_start % 2)]);
        let revive = "UPDATE shop_orders SET state = 'received' WHERE ? = 'reserve'";
        shard.database.run(revive, &[kind.into()]).unwrap();
        shard.database.run(&again, &[]).unwrap();
        shard.database.set_alarm(1).unwrap();
        world.run_for(3_000);
        assert_eq!(
            (left(&world, "yunomi-cup"), held(&world)),
            (30, 0),
            "{kind}"
        );
    }
}

#[test]
fn an_order_goes_on_when_the_stock_comes_back() {
    let mut world = World::new();
    world.spread_shop(4);
    let mut holder = holder(&world);
    let before = cups(&world, &mut holder, 1);
    let gone = world.machine(SHOP_STOCK);
    gone.database.fail_after(0);
    send_order(&world, &before);
    world.run_for(20_000);
    assert_eq!(state(&world, &before), ShopState::Received);
    assert!(text(&world.get(SHOP, "/v1/ready")).contains("stock"));
    world.machine(SHOP_STOCK).database.mend();
    world.restart(SHOP_STOCK);
    world.run_for(70_000);
    assert_eq!(state(&world, &before), ShopState::Accepted);
    assert_eq!(left(&world, "yunomi-cup"), 29);
}

#[test]
fn an_order_of_before_ends_where_it_is_and_its_goods_come_back_to_the_stock() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let sold = cups(&world, &mut holder, 2);
    buy(&world, &sold);
    world.hub.cut(ISSUER, true);
    let open = cups(&world, &mut holder, 3);
    send_order(&world, &open);
    world.run_for(1_000);
    world.spread_shop(4);
    assert_eq!(left(&world, "yunomi-cup"), 25);
    assert_eq!(receipt(&world, &sold).state, ShopState::Accepted);
    let again = send_order(&world, &open);
    assert_eq!(again.status(), StatusCode::OK, "{}", text(&again));
    assert_eq!(orders(&world), (2, 0));
    world.run_for(3_600_000);
    assert_eq!(state(&world, &open), ShopState::Expired);
    assert_eq!(left(&world, "yunomi-cup"), 28);
    assert_eq!(
        world.number(SHOP, "SELECT sum(pieces) FROM shop_reserved"),
        2
    );
}

#[test]
fn a_form_of_before_becomes_an_order_at_the_office_once() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let forms: Vec<Form> = (1..=4)
        .map(|cups| form(&world, &[("yunomi-cup", cups)]))
        .collect();
    world.spread_shop(4);
    for form in &forms {
        let wish = holder.wish();
        let order = holder.order(&world, form, &wish);
        for _ in 0..2 {
            let answer = send_order(&world, &order);
            assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
        }
        world.run_for(10_000);
        assert_eq!(state(&world, &order), ShopState::Accepted);
        let other = holder.order(&world, form, &wish);
        assert_eq!(problem(&send_order(&world, &other)), "expired");
    }
    assert_eq!(orders(&world), (4, 0));
    assert_eq!((left(&world, "yunomi-cup"), held(&world)), (20, 10));
}

#[test]
fn an_order_of_release_0_1_0_is_found_by_its_digest_alone() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let mut order = cups(&world, &mut holder, 1);
    order.split.form_start = None;
    order.bytes = encode(&order.split);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    world.spread_shop(4);
    assert_eq!(state(&world, &order), ShopState::Accepted);
    assert_eq!(send_order(&world, &order).status(), StatusCode::OK);
}

#[test]
fn a_wallet_that_does_not_say_where_its_form_is_is_told_so() {
    let mut world = World::new();
    world.spread_shop(4);
    let mut holder = holder(&world);
    let mut order = cups(&world, &mut holder, 1);
    order.split.form_start = None;
    order.bytes = encode(&order.split);
    assert_eq!(problem(&send_order(&world, &order)), "unsupported-version");
    assert_eq!(orders(&world), (0, 0));
}

#[test]
fn an_office_hands_on_what_an_edge_sends_it_that_knows_of_no_shards_yet() {
    let mut world = World::new();
    world.spread_shop(4);
    let mut holder = holder(&world);
    let first = cups(&world, &mut holder, 1);
    buy(&world, &first);
    let basket = br#"{"items":[{"sku":"yunomi-cup","quantity":2}]}"#.to_vec();
    let answer = at(&world, SHOP, "/v1/forms", JSON, basket);
    assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM shop_forms"), 0);
    let second = cups(&world, &mut holder, 2);
    let answer = at(&world, SHOP, "/v1/orders", CBOR, second.bytes.clone());
    assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
    assert_eq!(orders(&world), (0, 2));
}

#[test]
fn an_operator_cancels_an_order_wherever_it_is_and_finds_that_in_the_journal() {
    let mut world = World::new();
    world.spread_shop(4);
    let mut holder = holder(&world);
    world.hub.cut(ISSUER, true);
    let order = cups(&world, &mut holder, 5);
    send_order(&world, &order);
    world.run_for(2_000);
    let id = order.id.to_string();
    let told = [("order", id.clone())];
    let answer = command(&world, SHOP, "cancel", &told, "first-command-0001");
    assert_eq!(answer.status(), StatusCode::OK, "{}", text(&answer));
    assert_eq!(state(&world, &order), ShopState::Refused);
    assert_eq!(left(&world, "yunomi-cup"), 30);
    let nobody = "ab".repeat(32);
    let told = [("order", nobody)];
    let answer = command(&world, SHOP, "cancel", &told, "first-command-0002");
    assert_eq!(problem(&answer), "not-found");
    let console = world.get_json(SHOP, "/v1/console");
    assert_eq!(console["counters"]["orders"], 1);
    let tables = console["tables"].as_array().unwrap();
    let journal = tables
        .iter()
        .find(|table| table["name"] == "journal")
        .unwrap();
    assert_eq!(journal["rows"].as_array().unwrap().len(), 1);
    let page = world.get_json(SHOP, &format!("/v1/console/orders/{id}"));
    assert_eq!(page["order"]["root"], order.root.to_string());
    let stock = world.get_json(SHOP, "/v1/console?shard=stock");
    assert_eq!(stock["counters"]["orders"], 0);
}

#[test]
fn two_orders_of_one_number_do_not_hold_back_each_others_goods() {
    use tallystick_parties::shop::stock::{self, Goods, Pieces};
    use tallystick_protocol::wire::identifier::{OrderId, Root};
    let mut world = World::new();
    world.spread_shop(2);
    left(&world, "yunomi-cup");
    let tables = &world.machine(SHOP_STOCK).database;
    let goods = |root, pieces| {
        let sku = "yunomi-cup".to_owned();
        Goods::new(
            &OrderId([1; 32]),
            &Root([root; 32]),
            vec![Pieces { sku, pieces }],
        )
    };
    assert!(stock::reserve(tables, &goods(1, 2)).unwrap());
    assert!(
        stock::reserve(tables, &goods(1, 2)).unwrap(),
        "the same once more"
    );
    assert!(!stock::reserve(tables, &goods(2, 1)).unwrap());
    stock::put_back(
        tables,
        &Goods::new(&OrderId([1; 32]), &Root([2; 32]), Vec::new()),
        Timestamp(1),
    )
    .unwrap();
    assert_eq!((left(&world, "yunomi-cup"), held(&world)), (28, 2));
}
