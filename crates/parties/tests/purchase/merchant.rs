//! The merchant's own server at the shop's API: it reads orders, packs, cancels and gives back, each once, and sees of the
//! holder what the policy lets the shop read.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use http::{Method, Request, Response};
use serde_json::{Value as Json, json};
use tallystick_parties::Party;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Network as _;
use tallystick_simulation::cast::{API_KEY, Cast, NAMES, SERVER};

use super::holder::{Holder, JSON, Order};
use super::talk::{buy, form_under, send_order};
use super::world::{Between, COURIER, ISSUER, SHOP, World, problem, text};

pub const MINUTE: u64 = 60_000;

/// The merchant's own server: it keeps what it is told, and answers as it is set to.
pub struct Server {
    told: RefCell<Vec<Request<Vec<u8>>>>,
    pub status: Cell<u16>,
}

impl Party for Server {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.told.borrow_mut().push(request);
        let answer = Response::builder().status(self.status.get());
        answer.body(Vec::new()).unwrap()
    }

    async fn wake(&self) {}
}

impl Server {
    /// What it was told so far, oldest first.
    pub fn told(&self) -> Vec<Request<Vec<u8>>> {
        self.told.borrow().clone()
    }

    /// Of each, what happened.
    pub fn types(&self) -> Vec<String> {
        let told = self.told();
        let said = told.iter().map(|one| {
            let body: Json = serde_json::from_slice(one.body()).unwrap();
            body["type"].as_str().unwrap().to_owned()
        });
        said.collect()
    }
}

/// Everybody, with a shop whose own server is told what happens.
pub fn world() -> (World, Rc<Server>) {
    let cast = Cast {
        tells_server: true,
        ..Cast::default()
    };
    let world = World::of(&NAMES, cast);
    let server = Rc::new(Server {
        told: RefCell::default(),
        status: Cell::new(204),
    });
    world.hub.connect(SERVER, server.clone());
    (world, server)
}

/// Asks the API with these headers.
pub fn ask_with(
    world: &World,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: Option<&Json>,
) -> Response<Vec<u8>> {
    let mut request = Request::builder()
        .method(Method::from_bytes(method.as_bytes()).unwrap())
        .uri(format!("https://{SHOP}/v1/merchant{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if body.is_some() {
        request = request.header("content-type", JSON);
    }
    let body = body.map(|body| body.to_string().into_bytes());
    let request = request.body(body.unwrap_or_default()).unwrap();
    block_on(world.hub.network(SERVER).send(request)).unwrap()
}

/// Asks the API with the shop's key.
pub fn get(world: &World, path: &str) -> Response<Vec<u8>> {
    let key = format!("Bearer {API_KEY}");
    ask_with(world, ("GET", path), &[("authorization", &key)], None)
}

/// As [`get`], of something that is there.
pub fn get_json(world: &World, path: &str) -> Json {
    let answer = get(world, path);
    assert_eq!(answer.status(), 200, "{path}: {}", text(&answer));
    serde_json::from_slice(answer.body()).unwrap()
}

/// Has something done under an idempotency key.
pub fn post(world: &World, path: &str, key: &str, body: Option<&Json>) -> Response<Vec<u8>> {
    let bearer = format!("Bearer {API_KEY}");
    let headers = [("authorization", &*bearer), ("idempotency-key", key)];
    ask_with(world, ("POST", path), &headers, body)
}

/// What stands behind the number of an order.
pub fn path_of(order: &Order, what: &str) -> String {
    format!("/orders/{}{what}", order.id)
}

fn order(world: &World) -> Order {
    let mut holder = Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678");
    holder.usual_order(world, &[("sencha-100", 1)])
}

fn bought(world: &World) -> Order {
    let order = order(world);
    buy(world, &order);
    order
}

fn json(answer: &Response<Vec<u8>>) -> Json {
    serde_json::from_slice(answer.body()).unwrap()
}

/// Nobody answers at `about`.
fn silent(world: &World, who: &str, about: &'static str) {
    world.put_between(who, move |path| {
        if path == about {
            Between::Instead(Response::builder().status(502).body(Vec::new()).unwrap())
        } else {
            Between::Nothing
        }
    });
}

#[test]
fn what_was_answered_to_the_server_is_answered_again_after_the_sealing_key_changed() {
    let (mut world, _) = world();
    let order = bought(&world);
    let refund = |world: &World| {
        let body = json!({ "amount_minor": 500 });
        post(world, &path_of(&order, "/refunds"), "one", Some(&body))
    };
    let first = refund(&world);
    assert!(first.status().is_success(), "{}", text(&first));
    let places = world.change_sealing_key();
    let place = format!("{SHOP} commands.answer");
    assert!(places.contains(&place), "{places:?}");
    assert_eq!(refund(&world).body(), first.body());
}

#[test]
fn an_order_is_read_with_its_lines_and_nothing_of_whoever_buys() {
    let (world, _) = world();
    let order = bought(&world);
    let read = get_json(&world, &path_of(&order, ""));
    assert_eq!(read["number"], order.id.to_string());
    assert_eq!(read["short_number"], order.id.short());
    assert_eq!(
        read["order_reference"],
        order.path().rsplit('/').next().unwrap()
    );
    assert_eq!(read["state"], "accepted");
    assert_eq!(read["is_charged"], true);
    assert_eq!(
        (&read["total_minor"], &read["currency"]),
        (&2_000.into(), &"JPY".into())
    );
    assert_eq!(
        (&read["issuer"], &read["courier"]),
        (&ISSUER.into(), &COURIER.into())
    );
    assert_eq!(read["lines"][0]["sku"], "sencha-100");
    assert_eq!(read["lines"][0]["unit_price_minor"], 1_480);
    for language in ["en", "ja"] {
        assert!(read["lines"][0]["name"][language].is_string(), "{read}");
    }
    assert_eq!(read["delivery"]["price_minor"], 520);
    assert!(read["tracking"].as_str().unwrap().len() > 6);
    assert_eq!(read["refunds"], json!([]));
    let said = read.to_string();
    for secret in ["Hanako", "090-1234", "holder", "destination"] {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
}

#[test]
fn of_the_holder_the_api_says_what_the_policy_lets_the_shop_read() {
    let (world, _) = world();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let form = form_under(&world, "ep0791901-fig2", &[("sencha-100", 1)]);
    let wish = holder.wish();
    let order = holder.order(&world, &form, &wish);
    buy(&world, &order);
    let read = get_json(&world, &path_of(&order, ""));
    assert_eq!(read["holder"]["name"], "Hanako Yamada");
    assert_eq!(read["holder"]["telephone"], "09012345678");
    assert!(
        read.get("destination").is_none(),
        "it is the courier's alone: {read}"
    );
    // What was kept of it in clear would be found.
    let stored = world.machine(SHOP).database.bytes().unwrap();
    let packed = post(&world, &path_of(&order, "/packed"), "one", None);
    assert_eq!(json(&packed)["holder"]["name"], "Hanako Yamada");
    for bytes in [stored, world.machine(SHOP).database.bytes().unwrap()] {
        assert!(!bytes.windows(6).any(|part| part == b"Hanako"));
    }
}

#[test]
fn orders_are_listed_newest_first_page_by_page_and_found() {
    let (world, _) = world();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let mut orders = Vec::new();
    for number in 1..=3 {
        let order = holder.usual_order(&world, &[("hojicha-100", number)]);
        buy(&world, &order);
        orders.push(order.id.to_string());
    }
    orders.reverse();
    let numbers = |page: &Json| {
        let lines = page["orders"].as_array().unwrap().iter();
        let numbers = lines.map(|line| line["number"].as_str().unwrap().to_owned());
        numbers.collect::<Vec<_>>()
    };
    let whole = get_json(&world, "/orders");
    assert_eq!(numbers(&whole), orders);
    assert!(whole.get("next").is_none());
    let first = get_json(&world, "/orders?limit=2");
    assert_eq!(numbers(&first), orders[..2]);
    let next = first["next"].as_str().unwrap();
    let second = get_json(&world, &format!("/orders?limit=2&before={next}"));
    assert_eq!(numbers(&second), orders[2..]);
    assert_eq!(numbers(&get_json(&world, "/orders?state=accepted")), orders);
    assert_eq!(numbers(&get_json(&world, "/orders?state=refused")), [""; 0]);
    let search = format!("/orders?search={}", &orders[1][..8]);
    assert_eq!(numbers(&get_json(&world, &search)), orders[1..2]);
    let received_at = whole["orders"][1]["received_at"].as_str().unwrap();
    let since = get_json(&world, &format!("/orders?from={received_at}"));
    assert_eq!(numbers(&since), orders[..2]);
    let until = get_json(&world, &format!("/orders?until={received_at}"));
    assert_eq!(numbers(&until), orders[2..]);
    for query in [
        "limit=0",
        "state=gone",
        "from=today",
        "more=1",
        "limit=1&limit=2",
        "search=%26",
    ] {
        let answer = get(&world, &format!("/orders?{query}"));
        assert_eq!(problem(&answer), "malformed", "{query}");
    }
}

#[test]
fn who_shows_no_key_of_the_shop_reads_nothing_and_keys_are_in_no_log() {
    let (world, _) = world();
    let order = bought(&world);
    let refused = |headers: &[(&str, &str)]| {
        let answer = ask_with(&world, ("GET", &path_of(&order, "")), headers, None);
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
        (
            answer.status().as_u16(),
            answer.headers().get("www-authenticate").cloned(),
        )
    };
    let bearer = Some(http::HeaderValue::from_static("Bearer"));
    assert_eq!(refused(&[]), (401, bearer.clone()));
    let wrong = format!("Bearer {API_KEY}x");
    assert_eq!(refused(&[("authorization", &wrong)]), (401, bearer));
    get_json(&world, &path_of(&order, ""));
    post(
        &world,
        &path_of(&order, "/packed"),
        "a-key-that-is-drawn",
        None,
    );
    let log = world.machine(SHOP).log.lines().join("\n");
    for secret in [API_KEY, "a-key-that-is-drawn", &order.id.to_string()] {
        assert!(!log.contains(secret), "{secret}");
    }
    let other = ask_with(&world, ("DELETE", &path_of(&order, "")), &[], None);
    assert_eq!(other.status(), 405);
    for path in [
        "/orders/abc",
        &format!("/orders/{}", "0".repeat(64)),
        "/nothing",
    ] {
        assert_eq!(get(&world, path).status(), 404, "{path}");
    }
}

#[test]
fn an_order_is_packed_once_it_is_accepted_and_only_noted() {
    let (world, server) = world();
    let order = order(&world);
    silent(&world, COURIER, "/v1/deliveries");
    send_order(&world, &order);
    world.run_for(MINUTE);
    let packed = |key: &str| post(&world, &path_of(&order, "/packed"), key, None);
    assert_eq!(problem(&packed("early")), "conflict");
    world.connect_again(COURIER);
    world.run_for(MINUTE);
    let first = packed("one");
    assert_eq!(first.status(), 200, "{}", text(&first));
    let at = json(&first)["packed_at"].clone();
    assert!(at.is_string());
    world.run_for(MINUTE);
    let again = packed("one");
    assert_eq!(again.body(), first.body(), "the same key, the same answer");
    let anew = packed("two");
    assert_eq!(
        (anew.status().as_u16(), &json(&anew)["packed_at"]),
        (200, &at)
    );
    assert_eq!(json(&anew)["state"], "accepted");
    world.run_for(MINUTE);
    let told = server.types();
    assert_eq!(told.iter().filter(|one| *one == "order.packed").count(), 1);
}

#[test]
fn an_order_is_cancelled_as_the_operator_would_and_not_once_it_is_accepted() {
    let (world, server) = world();
    let order = order(&world);
    silent(&world, ISSUER, "/v1/authorisations");
    send_order(&world, &order);
    world.run_for(MINUTE);
    let cancelled = post(&world, &path_of(&order, "/cancellation"), "one", None);
    assert_eq!(cancelled.status(), 202, "{}", text(&cancelled));
    let refused = json!({ "by": "shop", "reason": "cancelled" });
    assert_eq!(json(&cancelled)["refused"], refused);
    world.connect_again(ISSUER);
    world.run_for(10 * MINUTE);
    assert_eq!(server.types(), ["order.received", "order.cancelled"]);
    assert_eq!(world.balance("holder 1 available"), 50_000);
    assert_eq!(world.stock("sencha-100"), 60);
    let mut holder = Holder::enrol(&world, 2, "Jiro Sato", "090-0000-0000");
    let accepted = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &accepted);
    let late = post(&world, &path_of(&accepted, "/cancellation"), "one", None);
    assert_eq!(problem(&late), "conflict");
}

#[test]
fn money_is_given_back_once_for_each_key_and_no_more_than_was_charged() {
    let (world, server) = world();
    let order = bought(&world);
    let refund = |minor: u64, key: &str| {
        let body = json!({ "amount_minor": minor });
        post(&world, &path_of(&order, "/refunds"), key, Some(&body))
    };
    let first = refund(500, "one");
    assert_eq!(first.status(), 202, "{}", text(&first));
    assert_eq!(json(&first)["refunds"][0]["outcome"], "waiting");
    assert_eq!(refund(500, "one").body(), first.body());
    assert_eq!(problem(&refund(600, "one")), "idempotency-key-reused");
    assert_eq!(refund(600, "one").status(), 422);
    assert_eq!(problem(&refund(1_501, "two")), "conflict");
    world.run_for(MINUTE);
    let read = get_json(&world, &path_of(&order, ""));
    let refunds = read["refunds"].as_array().unwrap();
    assert_eq!(refunds.len(), 1);
    assert_eq!(refunds[0]["outcome"], "refunded");
    assert_eq!(
        (&refunds[0]["to"], &refunds[0]["amount_minor"]),
        (&"issuer".into(), &500.into())
    );
    assert_eq!(world.balance("holder 1 available"), 48_500);
    assert_eq!(server.types().last().unwrap(), "refund.decided");
    // In the night after a day the key is forgotten, and counts for something new.
    world.run_for(48 * 60 * MINUTE);
    assert_eq!(
        json(&refund(500, "one"))["refunds"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn what_is_sent_to_the_api_is_read_strictly() {
    let (world, _) = world();
    let order = bought(&world);
    let bearer = format!("Bearer {API_KEY}");
    let path = path_of(&order, "/refunds");
    for (body, field) in [
        (json!({ "amount_minor": 0 }), Some("/amount_minor")),
        (json!({ "amount_minor": "5" }), None),
        (json!({ "amount_minor": 5, "more": 1 }), None),
        (json!([5]), None),
        (json!({}), None),
    ] {
        let answer = post(&world, &path, "strict", Some(&body));
        assert_eq!(problem(&answer), "malformed", "{body}");
        assert_eq!(json(&answer)["field"].as_str(), field, "{body}");
    }
    let body = json!({ "amount_minor": 5 });
    let long = "k".repeat(65);
    for headers in [
        vec![("authorization", &*bearer)],
        vec![("authorization", &*bearer), ("idempotency-key", &*long)],
        vec![
            ("authorization", &*bearer),
            ("idempotency-key", "two words"),
        ],
    ] {
        let answer = ask_with(&world, ("POST", &path), &headers, Some(&body));
        assert_eq!(problem(&answer), "malformed");
    }
    assert_eq!(get_json(&world, &path_of(&order, ""))["refunds"], json!([]));
}

#[test]
fn with_shards_orders_are_found_and_listed_wherever_they_are() {
    let (mut world, server) = world();
    world.spread_shop(4);
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let mut numbers = Vec::new();
    for pieces in 1..=4 {
        let order = holder.usual_order(&world, &[("hojicha-100", pieces)]);
        buy(&world, &order);
        let read = get_json(&world, &path_of(&order, ""));
        assert_eq!(read["number"], order.id.to_string());
        let packed = post(&world, &path_of(&order, "/packed"), "one", None);
        assert_eq!(packed.status(), 200, "{}", text(&packed));
        let again = post(&world, &path_of(&order, "/packed"), "one", None);
        assert_eq!(again.body(), packed.body());
        numbers.push(order.id.to_string());
    }
    numbers.reverse();
    let mut listed = Vec::new();
    let mut path = "/orders?limit=3".to_owned();
    loop {
        let page = get_json(&world, &path);
        let lines = page["orders"].as_array().unwrap();
        listed.extend(
            lines
                .iter()
                .map(|line| line["number"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/orders?limit=3&before={next}");
    }
    assert_eq!(listed, numbers);
    world.run_for(MINUTE);
    assert_eq!(server.types().len(), 12);
    let log = get_json(&world, "/events?limit=100");
    let events = log["events"].as_array().unwrap();
    assert_eq!(events.len(), 12);
    let ids: Vec<_> = events
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    assert!(ids.windows(2).all(|pair| pair[0] > pair[1]), "{ids:?}");
    let again = post(&world, &format!("/events/{}/again", ids[5]), "one", None);
    assert_eq!(again.status(), 202, "{}", text(&again));
    world.run_for(MINUTE);
    assert_eq!(server.types().len(), 13);
    let unknown = get(&world, &format!("/orders/{}", "0".repeat(64)));
    assert_eq!(problem(&unknown), "not-found");
}
