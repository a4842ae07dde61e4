//! What the parties keep of an order, for how long, and that what they sign stays good.

use tallystick_parties::ports::{Database as _, Tables as _};
use tallystick_protocol::checkout::answers::{
    Acceptance, Evidence, IssuerAnswer, MoneyState, ShopReceipt, ShopState,
};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::identifier::Role;

use super::holder::Holder;
use super::talk::{buy, courier_answer};
use super::world::{Between, COURIER, ISSUER, SHOP, World, problem};

const DAY: u64 = 24 * 60 * 60_000;

#[test]
fn what_shop_issuer_and_courier_say_of_an_order_is_said_anew_once_it_is_void() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    let look = |path: &str, party: &str| world.get(party, path).into_body();
    let of_issuer = format!("/v1/answers/{}", order.root);
    let first = look(&of_issuer, ISSUER);
    world.run_for(DAY);
    assert_eq!(
        look(&of_issuer, ISSUER),
        first,
        "the same bytes while they are good"
    );
    world.run_for(31 * DAY);
    let (anchors, now) = (&world.anchors, world.now());
    let said = open::<IssuerAnswer>(&look(&of_issuer, ISSUER), anchors, now, Role::Issuer);
    assert_eq!(said.unwrap().message.money, Some(MoneyState::Captured));
    let said = open::<ShopReceipt>(&look(&order.path(), SHOP), anchors, now, Role::Shop);
    assert_eq!(said.unwrap().message.state, ShopState::Accepted);
    let said = courier_answer(&world, &order);
    assert!(said.accepted);
    let said = open::<Acceptance>(&said.statement, anchors, now, Role::Courier);
    assert_eq!(said.unwrap().message.root, order.root);
}

/// What the database takes, empty pages left out, in bytes.
fn bytes(world: &World, party: &str) -> i64 {
    let sql = "SELECT (page_count - freelist_count) * page_size
        FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()";
    world.number(party, sql)
}

/// Bytes an order at a party between two measurements.
fn each(before: i64, after: i64, orders: i64) -> i64 {
    (after - before) / orders
}

#[test]
fn an_order_takes_at_most_29_kb_at_the_shop_while_it_is_open_and_6_kb_afterwards() {
    const ORDERS: i64 = 40;
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let run = |party: &str, sql: &str| world.machine(party).database.run(sql, &[]).unwrap();
    run(
        SHOP,
        "INSERT INTO shop_stock VALUES ('sencha-100', 1000) ON CONFLICT DO UPDATE SET pieces = 1000",
    );
    run(
        ISSUER,
        "UPDATE accounts SET credits_posted = 1000000 WHERE name = 'holder 1'",
    );
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    let before = bytes(&world, SHOP);
    // Open at its widest: the courier is being asked.
    world.hub.cut(COURIER, true);
    for _ in 0..ORDERS {
        let order = holder.usual_order(&world, &[("sencha-100", 1)]);
        super::talk::send_order(&world, &order);
        world.run_for(2_000);
    }
    let waiting = "SELECT count(*) FROM shop_orders WHERE state IN ('authorised', 'delivering')";
    assert_eq!(world.number(SHOP, waiting), ORDERS);
    world.hub.cut(COURIER, false);
    world.put_between(COURIER, |path| match path {
        "/v1/deliveries" => Between::Instead(
            http::Response::builder()
                .status(500) // it is there: a silent one is asked about one order at a time
                .body(Vec::new())
                .unwrap(),
        ),
        _ => Between::Nothing,
    });
    world.run_for(4 * 60_000);
    let waiting = "SELECT count(*) FROM shop_orders WHERE state = 'delivering'";
    assert_eq!(world.number(SHOP, waiting), ORDERS);
    let open = each(before, bytes(&world, SHOP), ORDERS);
    println!("open: {open}");
    assert!(open <= 29_000, "{open} bytes an open order");
    world.connect_again(COURIER);
    world.run_for(5 * 60_000);
    let sold = "SELECT count(*) FROM shop_orders WHERE state = 'accepted'";
    assert_eq!(world.number(SHOP, sold), ORDERS + 1);
    println!("ended: {}", each(before, bytes(&world, SHOP), ORDERS));
    world.run_for(33 * DAY);
    let kept = each(before, bytes(&world, SHOP), ORDERS);
    println!("kept: {kept}");
    assert!(kept <= 6_000, "{kept} bytes an order that ended");
    let look = world.get(SHOP, &order.path());
    assert!(
        look.status().is_success(),
        "and what was signed can still be shown"
    );
}

#[test]
fn parts_are_gone_thirty_days_after_the_end_everywhere_and_the_books_stay() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    let parts = [
        (
            SHOP,
            "SELECT count(*) FROM shop_papers WHERE kind = 'received'",
        ),
        (
            ISSUER,
            "SELECT count(*) FROM issuer_reservations WHERE part <> x''",
        ),
        (
            COURIER,
            "SELECT count(*) FROM courier_deliveries WHERE part <> x''",
        ),
    ];
    let count = || parts.map(|(party, sql)| world.number(party, sql));
    world.run_for(28 * DAY);
    assert_eq!(count(), [1, 1, 1]);
    world.run_for(5 * DAY);
    assert_eq!(count(), [0, 0, 0]);
    for party in [SHOP, ISSUER, COURIER] {
        let console = world.console(party);
        assert_eq!(console["orders"].as_array().unwrap().len(), 1, "{party}");
        assert!(world.machine(party).database.size().unwrap().bytes > 0);
    }
    let again = world.post(SHOP, "/v1/orders", super::holder::CBOR, order.bytes.clone());
    assert!(
        again.status().is_success(),
        "the same order is still the same order"
    );
    assert_eq!(world.balance("payable to kiso-tea.localhost"), 2_000);
}

#[test]
fn an_operator_fetches_the_evidence_of_a_month_signed_and_every_statement_in_it_verifies() {
    let world = World::new();
    let mut holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
    let order = holder.usual_order(&world, &[("sencha-100", 1)]);
    buy(&world, &order);
    let month = world.machine(SHOP).database.run(
        "SELECT strftime('%Y-%m', received_at, 'unixepoch') FROM shop_orders",
        &[],
    );
    let month = month.unwrap()[0].text(0).unwrap().to_owned();
    for (party, role, least) in [
        (SHOP, Role::Shop, 3),
        (ISSUER, Role::Issuer, 3),
        (COURIER, Role::Courier, 1),
    ] {
        let answer = world.get(party, &format!("/v1/console/evidence?month={month}"));
        assert!(answer.status().is_success(), "{party}");
        let page = open::<Evidence>(answer.body(), &world.anchors, world.now(), role).unwrap();
        assert!(page.message.statements.len() >= least, "{party}");
        assert!(!page.message.has_more);
        let acceptance = page.message.statements.iter().any(|signed| {
            open::<Acceptance>(signed, &world.anchors, world.now(), Role::Courier).is_ok()
        });
        assert_eq!(acceptance, party != ISSUER, "{party}");
        let empty = world.get(party, "/v1/console/evidence?month=1999-01");
        let empty = open::<Evidence>(empty.body(), &world.anchors, world.now(), role).unwrap();
        assert!(empty.message.statements.is_empty());
        for wrong in ["", "?month=2026-13", "?month=2026-1'", "?month=now&page=0"] {
            let answer = world.get(party, &format!("/v1/console/evidence{wrong}"));
            assert_eq!(problem(&answer), "malformed", "{wrong}");
        }
    }
}
