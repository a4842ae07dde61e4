//! Where a parcel is: the courier's operator says so, the courier signs it, and the shop and whoever has number and code
//! are told.

use http::Response;
use serde_json::{Value as Json, json};
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::tracking::{ParcelStep, TrackingReport, TrackingRequest};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;

use super::commands::{command, command_of};
use super::courier_alone::{
    ISSUER_KEY, SHOP_KEY, clearance, delivery, envelope, holder, signed_as,
};
use super::forgery::OTHER_SHOP_KEY;
use super::holder::{COSE, JSON, Order};
use super::information_flow::everything_at;
use super::search::holds;
use super::talk::buy;
use super::world::{
    Between, CA, CENTRE, COURIER, ISSUER, OTHER_SHOP, SHOP, World, domain, problem, text,
};

const STEPS: [&str; 3] = [
    "parcel-handed-over",
    "parcel-on-the-way",
    "parcel-delivered",
];
/// Longer than the shop's pause between two questions.
const A_WHILE: u64 = 11_000;

fn bought(world: &World) -> Order {
    let order = holder(world).usual_order(world, &[("sencha-100", 1)]);
    buy(world, &order);
    order
}

/// The courier's operator says of the parcel of an order what a step is called, or any other word.
fn said(world: &World, order: &Order, what: &str, id: &str) -> Response<Vec<u8>> {
    command(world, COURIER, what, &[("order", order.id.to_string())], id)
}

fn at_shop(world: &World, order: &Order) -> Response<Vec<u8>> {
    world.get(SHOP, &format!("{}/tracking", order.path()))
}

/// What the shop passes on of an order's parcel after it was looked at twice, verified as its holder does.
fn tracked(world: &World, order: &Order) -> TrackingReport {
    at_shop(world, order);
    world.run_for(A_WHILE);
    let answer = at_shop(world, order);
    assert!(answer.status().is_success(), "{}", text(&answer));
    let said = open::<TrackingReport>(answer.body(), &world.anchors, world.now(), Role::Courier);
    let said = said.unwrap();
    said.require_sender(&domain(COURIER)).unwrap();
    said.require_transaction(&order.id.0).unwrap();
    assert_eq!(said.message.root, order.root);
    said.message
}

fn steps(report: &TrackingReport) -> Vec<&'static str> {
    report.moves.iter().map(|one| one.step.as_str()).collect()
}

/// The courier's page asks.
fn by_code(world: &World, number: &str, code: &str) -> Response<Vec<u8>> {
    let body = json!({ "number": number, "code": code }).to_string();
    world.post(COURIER, "/v1/tracking", JSON, body.into_bytes())
}

fn shown(answer: &Response<Vec<u8>>) -> Json {
    assert!(answer.status().is_success(), "{}", text(answer));
    serde_json::from_slice(answer.body()).unwrap()
}

/// A shop asks with its own signature.
fn by_shop(world: &World, shop: &str, key: usize, order: &Order) -> Response<Vec<u8>> {
    let request = TrackingRequest {
        envelope: envelope(world, shop, order),
        root: order.root,
    };
    let body = signed_as(world, shop, key, &request);
    world.post(COURIER, "/v1/tracking", COSE, body)
}

#[test]
fn holder_and_shop_are_told_each_step_as_the_courier_signed_it() {
    let world = World::new();
    let order = bought(&world);
    assert_eq!(steps(&tracked(&world, &order)), ["label-made"]);
    let mut expected = vec!["label-made"];
    for (step, id) in STEPS.into_iter().zip(["one", "two", "three"]) {
        world.run_for(3_600_000);
        assert_eq!(said(&world, &order, step, id).status(), 200);
        expected.push(step.strip_prefix("parcel-").unwrap());
        let report = tracked(&world, &order);
        assert_eq!(steps(&report), expected);
        assert!(report.last().is_some());
        let line = &world.console(SHOP)["lines"][0];
        assert_eq!(line["reason"], json!(expected.last()));
    }
    let summary = world.get_json(SHOP, &format!("{}/summary", order.path()));
    assert_eq!(summary["parcel"]["moves"][3]["step"], "delivered");
    assert_eq!(summary["parcel"]["courier"], COURIER);
    assert_eq!(world.number(SHOP, "SELECT count(*) FROM outbox"), 0);
    // What was delivered is asked about no more.
    let asked = world.requests(COURIER, "/v1/tracking");
    tracked(&world, &order);
    assert_eq!(world.requests(COURIER, "/v1/tracking"), asked);
}

#[test]
fn number_and_code_together_show_a_parcel_however_they_are_typed() {
    let world = World::new();
    let order = bought(&world);
    let report = tracked(&world, &order);
    assert_eq!(said(&world, &order, STEPS[1], "one").status(), 200);
    let typed = report.tracking.to_lowercase().replace('-', " ");
    let code = report.code.shown().to_lowercase().replace('-', "");
    let way = shown(&by_code(&world, &typed, &code));
    assert_eq!(way["number"], report.tracking.as_str());
    assert_eq!(way["moves"][0]["step"], "label-made");
    assert_eq!(way["moves"][1]["step"], "on-the-way");
    assert_eq!(way["moves"][1]["at"], world.now().0);
    let signed = data_encoding::BASE64.decode(way["report"].as_str().unwrap().as_bytes());
    let signed = signed.unwrap();
    let signed = open::<TrackingReport>(&signed, &world.anchors, world.now(), Role::Courier);
    assert_eq!(
        steps(&signed.unwrap().message),
        ["label-made", "on-the-way"]
    );
}

#[test]
fn nobody_is_told_without_the_code_nor_whether_there_is_such_a_number() {
    let world = World::new();
    let order = bought(&world);
    let other = bought_by_another(&world);
    let (report, others) = (tracked(&world, &order), tracked(&world, &other));
    let wrong = [
        (report.tracking.as_str(), others.code.shown()),
        (others.tracking.as_str(), report.code.shown()),
        (report.tracking.as_str(), String::new()),
        ("HY-0000-0000-0000", report.code.shown()),
        ("nothing", "nothing".to_owned()),
    ];
    let answers = wrong.map(|(number, code)| by_code(&world, number, &code));
    for answer in &answers {
        assert_eq!(problem(answer), "not-found");
        assert_eq!(answer.body(), answers[0].body());
    }
    // Its root, which the issuer knows, opens nothing, nor does another shop's signature.
    let answer = by_shop(&world, ISSUER, ISSUER_KEY, &order);
    assert!(!answer.status().is_success());
    assert!(
        by_shop(&world, SHOP, SHOP_KEY, &order)
            .status()
            .is_success()
    );
}

fn bought_by_another(world: &World) -> Order {
    let mut other = super::holder::Holder::enrol(world, 2, "Jiro Sato", "090-8765-4321");
    let order = other.usual_order(world, &[("sencha-100", 1)]);
    buy(world, &order);
    order
}

#[test]
fn another_shop_is_told_nothing_of_a_parcel() {
    let names = [CA, CENTRE, SHOP, ISSUER, COURIER, OTHER_SHOP];
    let world = World::of(&names, Default::default());
    let order = bought(&world);
    let answer = by_shop(&world, OTHER_SHOP, OTHER_SHOP_KEY, &order);
    assert_eq!(problem(&answer), "not-found");
}

#[test]
fn codes_are_not_found_by_trying() {
    let world = World::new();
    let order = bought(&world);
    let report = tracked(&world, &order);
    for _ in 0..10 {
        let answer = by_code(&world, &report.tracking, "00000000");
        assert_eq!(problem(&answer), "not-found");
    }
    let right = || by_code(&world, &report.tracking, &report.code.shown());
    assert_eq!(problem(&right()), "rate-limited");
    // The shop goes on being told, and after a minute so is the holder.
    assert!(
        by_shop(&world, SHOP, SHOP_KEY, &order)
            .status()
            .is_success()
    );
    world.run_for(61_000);
    shown(&right());
}

#[test]
fn a_parcel_is_moved_by_its_operator_alone_once_and_never_back() {
    let world = World::new();
    let order = bought(&world);
    let at = world.now();
    let arguments = [("order", order.id.to_string())];
    let on_the_way = |id, at| command_of(&world, COURIER, STEPS[1], &arguments, id, at);
    assert_eq!(on_the_way("one", at).status(), 200);
    assert_eq!(
        on_the_way("one", at).status(),
        200,
        "the page sends it again"
    );
    assert_eq!(problem(&on_the_way("two", at)), "conflict");
    assert_eq!(
        problem(&said(&world, &order, STEPS[0], "three")),
        "conflict"
    );
    assert_eq!(
        problem(&said(&world, &order, "parcel-lost", "four")),
        "malformed"
    );
    assert_eq!(said(&world, &order, STEPS[2], "five").status(), 200);
    let moves = "SELECT count(*) FROM courier_moves";
    assert_eq!(world.number(COURIER, moves), 3);
    let line = &world.console(COURIER)["lines"][0];
    assert_eq!(line["reason"], "delivered");
}

#[test]
fn a_parcel_that_may_not_leave_is_not_moved() {
    let world = World::new();
    let order = holder(&world).usual_order(&world, &[("sencha-100", 1)]);
    // The issuer has never heard of it, and confirms no charge.
    let body = delivery(&world, &order, &clearance(&world, &order));
    let answer = world.post(COURIER, "/v1/deliveries", COSE, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    assert_eq!(problem(&said(&world, &order, STEPS[0], "one")), "conflict");
    assert_eq!(
        world.number(COURIER, "SELECT count(*) FROM courier_moves"),
        1
    );
}

#[test]
fn t_u2_no_issuer_key_centre_or_authority_receives_or_holds_a_tracking_code() {
    let world = World::new();
    let order = bought(&world);
    for (step, id) in STEPS.into_iter().zip(["one", "two", "three"]) {
        said(&world, &order, step, id);
        tracked(&world, &order);
    }
    let report = tracked(&world, &order);
    by_code(&world, &report.tracking, &report.code.shown());
    let written = report.code.shown();
    let forms = [written.clone(), written.replace('-', "")].map(String::into_bytes);
    for party in [ISSUER, CENTRE, CA] {
        let everything = everything_at(&world, party);
        assert!(everything.len() > 1_000, "nothing was recorded at {party}");
        for form in &forms {
            assert!(!holds(&everything, form), "{party} has the code");
        }
    }
    // It asks for what the courier decided, as it may: the code is not in that.
    let answer = world.get(COURIER, &format!("/v1/answers/{}", order.root));
    assert!(answer.status().is_success());
    assert!(forms.iter().all(|form| !holds(answer.body(), form)));
    // The search finds it where it belongs, and no line of a log has it.
    for party in [SHOP, COURIER] {
        let everything = everything_at(&world, party);
        assert!(forms.iter().any(|form| holds(&everything, form)), "{party}");
    }
    for (party, machine) in &world.machines {
        let log = machine.log.lines().join("\n").into_bytes();
        assert!(forms.iter().all(|form| !holds(&log, form)), "{party}");
    }
}

#[test]
fn what_the_courier_did_not_sign_about_this_parcel_is_not_passed_on() {
    let world = World::new();
    let (order, other) = (bought(&world), bought_by_another(&world));
    let others = by_shop(&world, SHOP, SHOP_KEY, &other).into_body();
    let mut bent = by_shop(&world, SHOP, SHOP_KEY, &order).into_body();
    let last = bent.len() - 1;
    bent[last] ^= 1;
    for body in [others, bent] {
        world.put_between(COURIER, move |path| match path {
            "/v1/tracking" => Between::Instead(Response::new(body.clone())),
            _ => Between::Nothing,
        });
        at_shop(&world, &order);
        world.run_for(A_WHILE);
        assert_eq!(problem(&at_shop(&world, &order)), "not-found");
    }
    world.connect_again(COURIER);
    world.run_for(120_000);
    assert_eq!(steps(&tracked(&world, &order)), ["label-made"]);
}

#[test]
fn a_courier_of_an_earlier_release_is_asked_when_somebody_looks_and_not_for_ever() {
    let world = World::new();
    let order = bought(&world);
    world.put_between(COURIER, |path| match path {
        "/v1/tracking" => {
            let said =
                json!({ "type": "https://tallystick.example/problems/not-found", "status": 404 });
            let none = Response::builder().status(404);
            let none = none.header("content-type", "application/problem+json");
            Between::Instead(none.body(said.to_string().into_bytes()).unwrap())
        }
        _ => Between::Nothing,
    });
    at_shop(&world, &order);
    world.run_for(A_WHILE);
    assert_eq!(problem(&at_shop(&world, &order)), "not-found");
    world.run_for(A_WHILE);
    let track = "SELECT count(*) FROM outbox WHERE kind = 'track'";
    assert_eq!(world.number(SHOP, track), 0);
}

#[test]
fn a_label_of_an_earlier_release_gets_its_code_when_its_shop_asks() {
    let world = World::new();
    let order = bought(&world);
    let forget = "UPDATE courier_deliveries SET code = NULL";
    world.machine(COURIER).database.run(forget, &[]).unwrap();
    let report = tracked(&world, &order);
    let way = shown(&by_code(&world, &report.tracking, &report.code.shown()));
    assert_eq!(way["moves"][0]["step"], ParcelStep::LabelMade.as_str());
}

#[test]
fn parcels_are_found_whichever_shards_of_courier_and_shop_have_them() {
    let mut world = World::new();
    let before = bought(&world);
    world.spread_courier(4);
    world.spread_shop(2);
    let orders = [before, bought_by_another(&world)];
    for (order, id) in orders.iter().zip(["one", "two"]) {
        assert_eq!(said(&world, order, STEPS[0], id).status(), 200);
        let report = tracked(&world, order);
        assert_eq!(steps(&report), ["label-made", "handed-over"]);
        let way = shown(&by_code(&world, &report.tracking, &report.code.shown()));
        assert_eq!(way["moves"][1]["step"], "handed-over");
    }
}
