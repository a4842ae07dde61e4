//! An issuer whose accounts are spread over several objects.

use http::{Method, Request, Response, StatusCode};
use tallystick_parties::Party as _;
use tallystick_parties::ledger::across::{TrialOfAll, trial_of_all};
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::account::AccountOffer;
use tallystick_protocol::checkout::answers::{
    Acceptance, IssuerAnswer, MoneyState, Refusal, RefusalReason, ShopState,
};
use tallystick_protocol::checkout::refunds::RefundOutcome;
use tallystick_protocol::test_keys::{TestRng, test_key};
use tallystick_protocol::trust::statement::{Audience, Envelope, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};

use super::commands::{command, command_at, command_of};
use super::forgery::{SHOP_KEY, signed_as};
use super::holder::{CBOR, COSE, Holder, JSON, Order, enrolment_request};
use super::talk::{buy, issuer_answer};
use super::world::{COURIER, ISSUER, ISSUER_SHARDS, SHOP, World, domain, problem, text};

const LIMIT: i64 = 50_000;
/// A bag of tea and its delivery, in yen.
const PRICE: i64 = 2_000;
const GOODS: &[(&str, u32)] = &[("sencha-100", 1)];
const PAYABLE: &str = "payable to kiso-tea.localhost";

fn world() -> World {
    let mut world = World::new();
    world.spread_issuer(4);
    world
}

fn enrolled(world: &World, seed: u64) -> Holder {
    Holder::enrol(world, seed, "Hanako Yamada", "090-1234-5678")
}

fn home(holder: &Holder) -> &'static str {
    ISSUER_SHARDS[usize::from(holder.id.0[0] % 4)]
}

/// What can be spent from an account at one object.
fn free_at(world: &World, object: &str, account: i64) -> i64 {
    let sql = format!(
        "SELECT coalesce((SELECT credits_posted - debits_posted - debits_pending FROM accounts
            WHERE name = 'holder {account}'), 0)"
    );
    world.number(object, &sql)
}

fn owed_at(world: &World, object: &str) -> i64 {
    let sql = format!(
        "SELECT coalesce((SELECT credits_posted - debits_posted FROM accounts WHERE name = '{PAYABLE}'), 0)"
    );
    world.number(object, &sql)
}

/// The books of all objects agree, and so much of an account can be spent anywhere.
fn require_books(world: &World, account: i64, free: i64) {
    let objects = [ISSUER].into_iter().chain(ISSUER_SHARDS);
    let objects: Vec<_> = objects.collect();
    let books: Vec<_> = objects
        .iter()
        .map(|name| &world.machine(name).database)
        .collect();
    let TrialOfAll { wrong, under_way } = trial_of_all(&books).unwrap();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(
        under_way.iter().all(|(_, minor)| *minor == 0),
        "{under_way:?}"
    );
    let all = objects.iter().map(|name| free_at(world, name, account));
    assert_eq!(all.sum::<i64>(), free);
}

fn said(world: &World, order: &Order, at: Option<u8>) -> Response<Vec<u8>> {
    let at = at.map_or(String::new(), |first| format!("?at={first:02x}"));
    world.get(ISSUER, &format!("/v1/answers/{}{at}", order.root))
}

fn money(world: &World, holder: &Holder, order: &Order) -> Option<MoneyState> {
    let answer = said(world, order, Some(holder.id.0[0]));
    assert!(answer.status().is_success(), "{}", text(&answer));
    let said = open::<IssuerAnswer>(answer.body(), &world.anchors, world.now(), Role::Issuer);
    said.unwrap().message.money
}

fn commanded(world: &World, what: &str, told: &[(&str, &str)], id: &str) -> Response<Vec<u8>> {
    let told = told.iter().map(|(name, text)| (*name, (*text).to_owned()));
    command(world, ISSUER, what, &told.collect::<Vec<_>>(), id)
}

#[test]
fn an_account_is_with_its_balance_at_the_shard_of_its_holder_and_pays_there() {
    let world = world();
    for seed in 1..3 {
        let mut holder = enrolled(&world, seed);
        let account = i64::try_from(seed).unwrap();
        assert_eq!(free_at(&world, ISSUER, account), 0);
        assert_eq!(free_at(&world, home(&holder), account), LIMIT);
        assert!(holder.confirms(&world, Role::Issuer, ISSUER));
        let order = holder.usual_order(&world, GOODS);
        assert_eq!(buy(&world, &order).state, ShopState::Accepted);
        assert_eq!(money(&world, &holder, &order), Some(MoneyState::Captured));
        let reserved = "SELECT count(*) FROM issuer_reservations WHERE state = 'captured'";
        assert!(world.number(home(&holder), reserved) > 0);
        assert_eq!(world.number(ISSUER, reserved), 0);
        require_books(&world, account, LIMIT - PRICE);
    }
}

#[test]
fn what_courier_and_shop_say_finds_the_holders_shard_by_a_handle_that_tells_them_nothing() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    let handles: Vec<_> = (0..2)
        .map(|_| {
            let order = holder.usual_order(&world, GOODS);
            let acceptance = buy(&world, &order).acceptance.unwrap();
            let said = open::<Acceptance>(&acceptance, &world.anchors, world.now(), Role::Courier);
            said.unwrap().message.handle.unwrap()
        })
        .collect();
    assert_ne!(handles[0], handles[1]);
    let heard = world.hub.received().into_iter();
    let heard = heard.filter(|heard| heard.by == ISSUER && heard.what == "POST /v1/captures");
    for heard in heard.filter(|heard| heard.from == COURIER) {
        let head = String::from_utf8_lossy(&heard.bytes[..100]).into_owned();
        assert!(!head.contains("at="), "{head}");
    }
}

#[test]
fn an_office_with_shards_never_says_that_nothing_is_known() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    let order = holder.usual_order(&world, GOODS);
    assert_eq!(money(&world, &holder, &order), None, "its shard may say so");
    assert_eq!(problem(&said(&world, &order, None)), "not-found");
    buy(&world, &order);
    assert_eq!(problem(&said(&world, &order, None)), "not-found");
    assert_eq!(money(&world, &holder, &order), Some(MoneyState::Captured));
}

#[test]
fn a_statement_that_names_no_shard_finds_the_order_as_release_0_1_0_says_it() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    let order = holder.usual_order(&world, GOODS);
    buy(&world, &order);
    let refusal = |order: &Order| Refusal {
        envelope: Envelope::new(domain(SHOP), Audience::Anyone, order.id.0, world.now(), 600),
        root: order.root,
        by: Role::Shop,
        reason: RefusalReason::Expired,
        handle: None,
    };
    let money = |order: &Order| {
        let body = signed_as(&world, SHOP, SHOP_KEY, &refusal(order));
        let answer = world.post(ISSUER, "/v1/releases", COSE, body);
        let said = open::<IssuerAnswer>(answer.body(), &world.anchors, world.now(), Role::Issuer);
        said.unwrap().message.money
    };
    assert_eq!(money(&order), Some(MoneyState::Captured));
    let unknown = holder.usual_order(&world, GOODS);
    assert_eq!(money(&unknown), None, "every shard was asked");
    let mut forged = signed_as(&world, SHOP, SHOP_KEY, &refusal(&order));
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let answer = world.post(ISSUER, "/v1/releases", COSE, forged);
    assert_eq!(
        problem(&answer),
        "bad-signature",
        "no shard is woken for it"
    );
}

#[test]
fn what_is_given_back_is_the_holders_again_at_the_same_shard() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    let order = holder.usual_order(&world, GOODS);
    buy(&world, &order);
    let told = [
        ("order", order.id.to_string()),
        ("amount", "700".to_owned()),
    ];
    assert_eq!(command(&world, SHOP, "refund", &told, "1").status(), 200);
    world.run_for(10_000);
    let outcome = format!(
        "SELECT count(*) FROM payer_refunds WHERE outcome = '{}'",
        RefundOutcome::Refunded.as_str()
    );
    assert_eq!(world.number(home(&holder), &outcome), 1);
    assert_eq!(free_at(&world, home(&holder), 1), LIMIT - PRICE + 700);
    require_books(&world, 1, LIMIT - PRICE + 700);
}

/// An account whose holder kept its code.
fn with_code(world: &World, seed: u64) -> (Holder, String) {
    let body = br#"{"name":"Hanako Yamada","telephone":"090 1234 5678"}"#.to_vec();
    let offer = world.post(ISSUER, "/v1/accounts", JSON, body).into_body();
    let code = world.post(ISSUER, "/v1/account-codes", COSE, offer.clone());
    let code: serde_json::Value = serde_json::from_slice(code.body()).unwrap();
    let offer = open::<AccountOffer>(&offer, &world.anchors, world.now(), Role::Issuer);
    let holder = Holder::enrol_with(world, seed, offer.unwrap().message);
    (holder, code["code"].as_str().unwrap().to_owned())
}

fn renewed(world: &World, code: &str) -> Response<Vec<u8>> {
    let body = serde_json::json!({ "code": code }).to_string().into_bytes();
    world.post(ISSUER, "/v1/renewals", JSON, body)
}

fn offered(world: &World, answer: &Response<Vec<u8>>) -> AccountOffer {
    assert!(answer.status().is_success(), "{}", text(answer));
    let offer = open::<AccountOffer>(answer.body(), &world.anchors, world.now(), Role::Issuer);
    offer.unwrap().message
}

/// The account of `old` on another device, at another shard.
fn moved_elsewhere(world: &World, old: &Holder, code: &str) -> Holder {
    (2..20)
        .map(|seed| {
            let offer = offered(world, &renewed(world, code));
            Holder::enrol_with(world, seed, offer)
        })
        .find(|new| home(new) != home(old))
        .unwrap()
}

#[test]
fn a_moved_account_takes_its_money_along_and_the_old_wallet_pays_no_more() {
    let world = world();
    let (mut old, code) = with_code(&world, 1);
    let paid = old.usual_order(&world, GOODS);
    buy(&world, &paid);
    let mut new = moved_elsewhere(&world, &old, &code);
    assert_eq!(free_at(&world, home(&old), 1), 0);
    assert_eq!(free_at(&world, home(&new), 1), LIMIT - PRICE);
    assert_eq!(
        old.confirmation_problem(&world, Role::Issuer, ISSUER),
        "revoked"
    );
    let refused = old.usual_order(&world, GOODS);
    assert_eq!(buy(&world, &refused).state, ShopState::Refused);
    let order = new.usual_order(&world, GOODS);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    require_books(&world, 1, LIMIT - 2 * PRICE);
}

#[test]
fn what_becomes_free_where_an_account_was_follows_it() {
    let world = world();
    let (mut old, code) = with_code(&world, 1);
    let paid = old.usual_order(&world, GOODS);
    buy(&world, &paid);
    // One more is reserved there, and nobody delivers it.
    world.hub.cut(COURIER, true);
    let open = old.usual_order(&world, GOODS);
    buy(&world, &open);
    let new = moved_elsewhere(&world, &old, &code);
    assert_eq!(free_at(&world, home(&new), 1), LIMIT - 2 * PRICE);
    assert_eq!(money(&world, &old, &open), Some(MoneyState::Reserved));
    world.hub.cut(COURIER, false);
    let cancel = [("order", open.id.to_string())];
    assert_eq!(command(&world, SHOP, "cancel", &cancel, "1").status(), 200);
    let refund = [("order", paid.id.to_string()), ("amount", "700".to_owned())];
    assert_eq!(command(&world, SHOP, "refund", &refund, "2").status(), 200);
    world.run_for(120_000);
    assert_eq!(free_at(&world, home(&old), 1), 0);
    let charged = match money(&world, &old, &open) {
        Some(MoneyState::Captured) => 2 * PRICE,
        _ => PRICE,
    };
    assert_eq!(free_at(&world, home(&new), 1), LIMIT - charged + 700);
    require_books(&world, 1, LIMIT - charged + 700);
}

#[test]
fn an_enrolment_is_answered_only_when_its_shard_has_the_account_and_then_the_same() {
    let world = world();
    let body = br#"{"name":"Hanako Yamada","telephone":"090 1234 5678"}"#.to_vec();
    let answer = world.post(ISSUER, "/v1/accounts", JSON, body);
    let offer = offered(&world, &answer);
    let mut rng = TestRng::new(9);
    let request = enrolment_request(&mut rng, &test_key(6), offer.grant, &[3; 32]);
    let enrol = || world.post(ISSUER, "/v1/enrolments", CBOR, encode(&request));
    for name in ISSUER_SHARDS {
        world.machine(name).database.fail_after(0);
    }
    let refused = enrol();
    assert_eq!(problem(&refused), "starting", "{}", text(&refused));
    assert_eq!(free_at(&world, ISSUER, 1) + sent(&world), LIMIT);
    for name in ISSUER_SHARDS {
        world.machine(name).database.mend();
    }
    world.run_for(60_000);
    let first = enrol();
    assert_eq!(first.status(), StatusCode::OK, "{}", text(&first));
    assert_eq!(first.body(), enrol().body());
    require_books(&world, 1, LIMIT);
    assert_eq!(free_at(&world, ISSUER, 1), 0);
}

/// What is set aside at the office for its shards.
fn sent(world: &World) -> i64 {
    let sql = "SELECT coalesce(sum(debits_pending), 0) FROM accounts WHERE kind = 'holder'";
    world.number(ISSUER, sql)
}

#[test]
fn an_operator_locks_an_account_changes_its_limit_and_books_repayments_wherever_it_is() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    let done = |what: &str, told: &[(&str, &str)], id: &str| {
        let answer = commanded(&world, what, told, id);
        assert_eq!(answer.status(), 200, "{what}: {}", text(&answer));
        world.run_for(5_000);
    };
    done("lock-account", &[("account", "1")], "1");
    let order = holder.usual_order(&world, GOODS);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    done("unlock-account", &[("account", "1")], "2");
    let order = holder.usual_order(&world, GOODS);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    for (limit, id) in [(60_000, "3"), (20_000, "4")] {
        let told = [("account", "1"), ("amount", &*limit.to_string())];
        let at = world.now();
        for _ in 0..2 {
            let told = told.map(|(name, text)| (name, text.to_owned()));
            let answer = command_of(&world, ISSUER, "change-limit", &told, id, at);
            assert_eq!(answer.status(), 200, "{}", text(&answer));
            world.run_for(5_000);
            assert_eq!(free_at(&world, home(&holder), 1), limit - PRICE);
            require_books(&world, 1, limit - PRICE);
        }
    }
    let told = [("account", "1"), ("amount", "1000")];
    let spent = commanded(&world, "change-limit", &told, "5");
    assert_eq!(problem(&spent), "conflict", "what is spent is not taken");
    done(
        "book-repayment",
        &[("account", "1"), ("amount", "2000")],
        "6",
    );
    assert_eq!(free_at(&world, home(&holder), 1), 20_000);
    world.run_for(120_000);
    require_books(&world, 1, 20_000);
}

#[test]
fn a_command_that_names_a_shard_is_done_by_the_whole_party() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    let told = [("account", "1".to_owned())];
    let path = format!("{COMMANDS}?shard=00");
    let answer = command_at(
        &world,
        (ISSUER, &path),
        "lock-account",
        &told,
        "1",
        world.now(),
    );
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    world.run_for(5_000);
    let order = holder.usual_order(&world, GOODS);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
}

#[test]
fn money_that_a_command_fetched_and_did_not_take_goes_back() {
    let world = world();
    let holder = enrolled(&world, 1);
    let told = [("account", "1".to_owned()), ("amount", "20000".to_owned())];
    world.post(ISSUER, OPERATORS, JSON, registration());
    let office = &world.machine(ISSUER).database;
    let mut writes = 0;
    loop {
        let limit = Command {
            role: "issuer",
            domain: ISSUER,
            command: "change-limit",
            arguments: &told,
            id: &writes.to_string(),
            at: world.now(),
        };
        office.fail_after(writes);
        let answer = world.post(ISSUER, COMMANDS, MEDIA_TYPE, limit.signed());
        office.mend();
        world.run_for(200_000);
        if answer.status() == 200 {
            break;
        }
        if world.number(ISSUER, "SELECT limit_minor FROM issuer_accounts") == 20_000 {
            break; // it was written down, and then the power failed
        }
        require_books(&world, 1, LIMIT);
        assert_eq!(free_at(&world, home(&holder), 1), LIMIT, "{writes} writes");
        writes += 1;
        assert!(writes < 100);
    }
    assert!(writes > 3);
    require_books(&world, 1, 20_000);
}

#[test]
fn a_shop_is_paid_what_all_shards_owe_it_and_no_more() {
    let world = world();
    let mut bought = 0;
    for seed in 1..3 {
        let mut holder = enrolled(&world, seed);
        for _ in 0..2 {
            let order = holder.usual_order(&world, GOODS);
            buy(&world, &order);
            bought += PRICE;
        }
    }
    let pay = |minor: i64, id: &str| {
        let told = [("party", SHOP), ("amount", &*minor.to_string())];
        commanded(&world, "pay-out", &told, id)
    };
    assert_eq!(problem(&pay(bought + 1, "1")), "conflict");
    for _ in 0..2 {
        let paid = pay(bought - 500, "2");
        assert_eq!(paid.status(), 200, "{}", text(&paid));
    }
    world.run_for(5_000);
    let objects = [ISSUER].into_iter().chain(ISSUER_SHARDS);
    let owed: i64 = objects.map(|name| owed_at(&world, name)).sum();
    assert_eq!(owed, 500);
    require_books(&world, 1, LIMIT - 2 * PRICE);
}

#[test]
fn a_blocked_shop_is_blocked_at_every_shard() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    let block = |what, id| commanded(&world, what, &[("party", SHOP)], id).status();
    assert_eq!(block("block-party", "1"), 200);
    let order = holder.usual_order(&world, GOODS);
    assert_eq!(buy(&world, &order).state, ShopState::Refused);
    assert_eq!(block("unblock-party", "2"), 200);
    let order = holder.usual_order(&world, GOODS);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
}

#[test]
fn a_trial_balance_is_made_over_the_books_of_all_objects() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    let order = holder.usual_order(&world, GOODS);
    buy(&world, &order);
    let trial = || {
        let answer = world.post(ISSUER, "/v1/console/trial-balance", "", Vec::new());
        serde_json::from_slice::<serde_json::Value>(answer.body()).unwrap()
    };
    let report = trial();
    assert_eq!(report["frozen"].as_array().unwrap().len(), 0);
    let crossed = &report["crossed"]["JPY"];
    assert_eq!(crossed["sent"], LIMIT);
    assert_eq!(crossed["came"], LIMIT);
    assert_eq!(crossed["under_way"], 0);
    let bent = "UPDATE accounts SET credits_posted = credits_posted + 1 WHERE kind = 'holder'";
    let shard = world.machine(home(&holder));
    shard.database.run(bent, &[]).unwrap();
    let frozen = trial()["frozen"][0].as_str().unwrap().to_owned();
    assert!(frozen.ends_with(": holder 1"), "{frozen}");
}

#[test]
fn a_console_shows_each_account_and_each_order_once() {
    let world = world();
    let mut orders = Vec::new();
    for seed in 1..3 {
        let mut holder = enrolled(&world, seed);
        let order = holder.usual_order(&world, GOODS);
        buy(&world, &order);
        orders.push(order);
    }
    let console = world.get_json(ISSUER, "/v1/console");
    assert_eq!(console["lines"].as_array().unwrap().len(), 2);
    assert_eq!(console["counters"]["accounts"], 2);
    assert_eq!(console["counters"]["wallets"], 2);
    let tables = console["tables"].as_array().unwrap();
    let accounts = tables.iter().find(|table| table["name"] == "accounts");
    assert_eq!(accounts.unwrap()["rows"].as_array().unwrap().len(), 2);
    for order in &orders {
        let page = world.get_json(ISSUER, &format!("/v1/console/orders/{}", order.id));
        assert_eq!(page["order"]["root"], order.root.to_string());
    }
}

#[test]
fn what_was_enrolled_before_there_were_shards_stays_at_the_office_and_pays_there() {
    let mut world = World::new();
    let mut before = enrolled(&world, 1);
    let paid = before.usual_order(&world, GOODS);
    buy(&world, &paid);
    world.spread_issuer(4);
    let mut after = enrolled(&world, 2);
    assert!(before.confirms(&world, Role::Issuer, ISSUER));
    for (holder, account, spent) in [(&mut before, 1, 2 * PRICE), (&mut after, 2, PRICE)] {
        let order = holder.usual_order(&world, GOODS);
        assert_eq!(buy(&world, &order).state, ShopState::Accepted);
        assert_eq!(money(&world, holder, &order), Some(MoneyState::Captured));
        require_books(&world, account, LIMIT - spent);
    }
    assert_eq!(free_at(&world, ISSUER, 1), LIMIT - 2 * PRICE);
    assert_eq!(free_at(&world, home(&after), 2), LIMIT - PRICE);
    assert_eq!(
        issuer_answer(&world, &paid).money,
        Some(MoneyState::Captured)
    );
    let told = [("order", paid.id.to_string()), ("amount", "700".to_owned())];
    assert_eq!(command(&world, SHOP, "refund", &told, "1").status(), 200);
    world.run_for(10_000);
    assert_eq!(free_at(&world, ISSUER, 1), LIMIT - 2 * PRICE + 700);
}

#[test]
fn an_account_from_before_there_were_shards_moves_to_one_with_its_next_wallet() {
    let mut world = World::new();
    let (mut old, code) = with_code(&world, 1);
    world.spread_issuer(4);
    let new = Holder::enrol_with(&world, 2, offered(&world, &renewed(&world, &code)));
    assert_eq!(free_at(&world, ISSUER, 1), 0);
    assert_eq!(free_at(&world, home(&new), 1), LIMIT);
    assert_eq!(
        old.confirmation_problem(&world, Role::Issuer, ISSUER),
        "revoked"
    );
    require_books(&world, 1, LIMIT);
}

#[test]
fn nobody_outside_tells_an_issuer_of_money_or_accounts() {
    let world = world();
    for path in ["/siblings/across", "/siblings/accounts", "/siblings/ask"] {
        let answer = world.post(ISSUER, path, CBOR, vec![2]);
        assert_eq!(problem(&answer), "not-found", "{path}");
        for object in [ISSUER, ISSUER_SHARDS[0]] {
            let request = Request::builder()
                .method(Method::POST)
                .uri(format!("https://{ISSUER}{path}"))
                .header("content-type", CBOR)
                .header("x-sibling", "0".repeat(64));
            let request = request.body(vec![2]).unwrap();
            let answer = block_on(world.running(object).serve(request));
            assert_eq!(problem(&answer), "not-found", "{path}");
        }
    }
}
