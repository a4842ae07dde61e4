//! A purse is lost: its holder blocks it at the bank's page, what no receipt claims is paid back when the window is
//! over, and what comes later is booked by the rule of `docs/electronic-value.md`.

use http::{Request, Response};
use serde_json::{Value as Json, json};
use tallystick_parties::Party as _;
use tallystick_parties::native::block_on;
use tallystick_protocol::bank::{
    AccountInstruction, InstructionAnswer, InstructionKind, InstructionOutcome,
};
use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::keyed::{self, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, sign_pss};
use tallystick_protocol::wire::cbor::encode;

use super::authority::{deposit, enrolled, registration, world};
use super::commanding::{command, done};
use super::holder::{Holder, JSON, Order};
use super::ordering::{order, refund};
use super::purse::{Key, Purse, account, available, say, set_aside, yen};
use super::talk::{receipt, send_order};
use super::world::{BANK, Between, COURIER, World, problem, text};

/// The bank's reconciliation window, in milliseconds.
const WINDOW_MS: u64 = 7 * 86_400_000;
/// The verifier of the password that the test's holders register with.
const VERIFIER: [u8; 32] = [1; 32];

fn asked(
    world: &World,
    (method, path): (&str, &str),
    token: &str,
    body: &Json,
) -> Response<Vec<u8>> {
    let request = Request::builder()
        .method(method)
        .uri(format!("https://{BANK}{path}"))
        .header("content-type", JSON)
        .header("authorization", format!("Bearer {token}"))
        .body(body.to_string().into_bytes())
        .unwrap();
    block_on(world.running(BANK).serve(request))
}

fn read(answer: &Response<Vec<u8>>) -> Json {
    assert!(answer.status().is_success(), "{}", text(answer));
    serde_json::from_slice(answer.body()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// The answer to a password at the bank's page.
fn try_password(world: &World, number: &str, verifier: &[u8; 32]) -> Response<Vec<u8>> {
    let body = json!({ "account": number, "verifier": hex(verifier) });
    asked(world, ("POST", "/v1/holder-sessions"), "", &body)
}

/// The token of a session of this holder.
fn session(world: &World, holder: &Holder) -> String {
    let opened = read(&try_password(world, holder.card.number.as_str(), &VERIFIER));
    opened["token"].as_str().unwrap().to_owned()
}

/// What the page shows.
fn look(world: &World, token: &str) -> Json {
    read(&asked(
        world,
        ("GET", "/v1/holder-sessions/own"),
        token,
        &Json::Null,
    ))
}

/// The holder blocks the purse at the page.
fn block(world: &World, token: &str, purse: &Purse) -> Json {
    let body = json!({ "purse": purse.number.to_string() });
    read(&asked(
        world,
        ("POST", "/v1/holder-sessions/own/blocks"),
        token,
        &body,
    ))
}

/// A holder with 5 000 on the account and 5 000 in a purse.
fn start() -> (World, Holder, Purse) {
    start_in(world())
}

fn start_in(world: World) -> (World, Holder, Purse) {
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, Key::P256([7; 32]));
    purse.load(&world, &mut holder, 5_000);
    world.run_for(1_000);
    (world, holder, purse)
}

fn inside(world: &World, purse: &Purse) -> i64 {
    available(world, &format!("purse {}", purse.number))
}

/// Everything on all accounts of all objects adds up to nothing: each booking stands on two.
fn adds_up(world: &World) {
    let sql = "SELECT coalesce(sum(credits_posted - debits_posted), 0) FROM accounts";
    let objects = world.machines.iter();
    let of_the_bank = objects.filter(|(name, _)| name.starts_with(BANK));
    for (name, _) in of_the_bank {
        assert_eq!(world.number(name, sql), 0, "{name}");
    }
}

#[test]
fn a_holder_with_the_password_blocks_the_purse_and_what_it_held_is_paid_back_once() {
    blocks_and_is_paid_back(start());
}

#[test]
fn a_purse_at_a_shard_is_blocked_and_paid_back_too() {
    let mut world = world();
    world.spread_bank(4);
    blocks_and_is_paid_back(start_in(world));
}

fn blocks_and_is_paid_back((world, mut holder, mut purse): (World, Holder, Purse)) {
    let token = session(&world, &holder);
    let seen = look(&world, &token);
    assert_eq!(seen["available"], 5_000);
    assert_eq!(seen["purses"][0]["state"], "open");
    assert_eq!(seen["purses"][0]["expected"], 5_000);
    let words: Vec<_> = seen["entries"].as_array().unwrap().iter().collect();
    assert_eq!(words[0]["what"], "load");
    assert_eq!(words.last().unwrap()["what"], "deposit");
    assert!(
        !seen.to_string().contains(holder.card.number.as_str()),
        "the page has the last four digits alone"
    );

    let seen = block(&world, &token, &purse);
    let lost = &seen["purses"][0];
    assert_eq!(lost["state"], "lost");
    assert_eq!(lost["pays_back"], 5_000);
    assert_eq!(lost["until"], world.now().0 + WINDOW_MS / 1000);
    // Nothing new begins.
    world.run_for(1_000);
    let request = purse.request(&world, purse.end(), account(&holder), 100);
    let refused = purse.ask(&world, &mut holder, &request).err();
    assert_eq!(refused.as_deref(), Some("purse-blocked"));
    // Blocked again, the window stays what it is.
    assert_eq!(
        block(&world, &token, &purse)["purses"][0]["until"],
        lost["until"]
    );

    world.run_for(WINDOW_MS - 3_600_000);
    assert_eq!(
        (inside(&world, &purse), available(&world, "holder 1")),
        (5_000, 5_000)
    );
    world.run_for(3_600_000);
    assert_eq!(
        (inside(&world, &purse), available(&world, "holder 1")),
        (0, 10_000)
    );
    world.run_for(WINDOW_MS);
    assert_eq!(
        (inside(&world, &purse), available(&world, "holder 1")),
        (0, 10_000),
        "once"
    );
    adds_up(&world);
    let seen = look(&world, &session(&world, &holder));
    assert_eq!(seen["purses"][0]["state"], "paid-back");
    assert_eq!(seen["purses"][0]["pays_back"], 5_000);
    assert_eq!(seen["entries"][0]["what"], "payback");
}

#[test]
fn an_order_that_was_paid_before_the_block_is_still_charged_and_only_the_rest_is_paid_back() {
    let (world, mut holder, mut purse) = start();
    let (order, _) = order(&world, &mut holder, &mut purse);
    world.hub.cut(COURIER, true);
    send_order(&world, &order);
    world.run_for(2_000);
    assert_eq!(inside(&world, &purse), 3_000, "set aside for the order");
    let token = session(&world, &holder);
    let lost = block(&world, &token, &purse)["purses"][0].clone();
    assert_eq!(
        (&lost["pays_back"], &lost["pending"]),
        (&json!(3_000), &json!(2_000))
    );
    world.hub.cut(COURIER, false);
    world.run_for(60_000);
    assert_eq!(receipt(&world, &order).state, ShopState::Accepted);
    assert_eq!(available(&world, "payable to kiso-tea.localhost"), 2_000);
    world.run_for(WINDOW_MS);
    assert_eq!(available(&world, "holder 1"), 8_000);
    adds_up(&world);
}

#[test]
fn what_waited_for_the_purse_or_comes_for_it_later_is_the_account_s() {
    let (world, mut holder, mut purse) = start();
    let (paid, _) = order(&world, &mut holder, &mut purse);
    send_order(&world, &paid);
    world.run_for(10_000);
    refund(&world, &paid, 1, 500);
    block(&world, &session(&world, &holder), &purse);
    world.run_for(WINDOW_MS + 60_000);
    assert_eq!(available(&world, "holder 1"), 5_000 + 3_000 + 500);
    // A refund after the window: the purse takes nothing any more.
    refund(&world, &paid, 2, 700);
    world.run_for(60_000);
    assert_eq!(available(&world, "holder 1"), 9_200);
    assert_eq!(available(&world, &format!("waiting {}", purse.number)), 0);
    adds_up(&world);
}

#[test]
fn an_offer_that_was_under_way_ends_undone_and_its_value_is_paid_back_with_the_rest() {
    let (world, mut holder, mut purse) = start();
    let request = purse.request(&world, purse.end(), account(&holder), 1_000);
    let offer = purse.ask(&world, &mut holder, &request).unwrap().offer();
    block(&world, &session(&world, &holder), &purse);
    purse.accept(&offer);
    let verdict = purse.send_reply(&world, &mut holder, offer.transaction, true);
    assert_eq!(
        verdict.outcome,
        tallystick_protocol::purse::MovementOutcome::NotCompleted
    );
    assert_eq!(set_aside(&world, &format!("purse {}", purse.number)), 0);
    world.run_for(WINDOW_MS);
    assert_eq!(available(&world, "holder 1"), 10_000);
}

/// An order that the shop has before the block, and that reaches the bank after it.
fn receipt_under_way(world: &World, holder: &mut Holder, purse: &mut Purse) -> Order {
    let (order, _) = order(world, holder, purse);
    hold_back(world);
    send_order(world, &order);
    world.run_for(2_000);
    order
}

/// What shops ask the bank does not get through.
fn hold_back(world: &World) {
    world.put_between(BANK, |path| match path {
        "/v1/authorisations" => {
            let mut silence = Response::new(Vec::new());
            *silence.status_mut() = http::StatusCode::BAD_GATEWAY;
            Between::Instead(silence)
        }
        _ => Between::Nothing,
    });
}

/// The bank's window is over, for a purse whose holder blocked it this moment.
fn end_window(world: &World) {
    let sql = format!("UPDATE bank_lost SET until = {}", world.now().0);
    let due = format!(
        "UPDATE due SET at_ms = {} WHERE kind = 'purse-payback'",
        world.now().milliseconds()
    );
    use tallystick_parties::ports::Tables as _;
    let database = &world.machine(BANK).database;
    database.run(&sql, &[]).unwrap();
    database.run(&due, &[]).unwrap();
    block_on(world.running(BANK).wake());
}

#[test]
fn a_receipt_that_arrives_within_the_window_is_paid_from_what_the_purse_held() {
    let (world, mut holder, mut purse) = start();
    let order = receipt_under_way(&world, &mut holder, &mut purse);
    block(&world, &session(&world, &holder), &purse);
    world.connect_again(BANK);
    world.run_for(120_000);
    assert_eq!(receipt(&world, &order).state, ShopState::Accepted);
    world.run_for(WINDOW_MS);
    assert_eq!(available(&world, "holder 1"), 8_000);
    assert_eq!(available(&world, "losses"), 0);
    adds_up(&world);
}

#[test]
fn a_receipt_after_the_payback_is_taken_from_the_account() {
    let (world, mut holder, mut purse) = start();
    let order = receipt_under_way(&world, &mut holder, &mut purse);
    block(&world, &session(&world, &holder), &purse);
    end_window(&world);
    assert_eq!(available(&world, "holder 1"), 10_000);
    world.connect_again(BANK);
    world.run_for(120_000);
    assert_eq!(receipt(&world, &order).state, ShopState::Accepted);
    assert_eq!(available(&world, "payable to kiso-tea.localhost"), 2_000);
    assert_eq!(available(&world, "holder 1"), 8_000);
    assert_eq!(
        (inside(&world, &purse), available(&world, "losses")),
        (0, 0)
    );
    adds_up(&world);
    let seen = look(&world, &session(&world, &holder));
    let words = seen["entries"].as_array().unwrap();
    assert!(words.iter().any(|entry| entry["what"] == "reclaim"));
}

#[test]
fn what_is_not_on_the_account_any_more_the_bank_bears_with_an_alert_and_nobody_goes_below_zero() {
    let (world, mut holder, mut purse) = start();
    let order = receipt_under_way(&world, &mut holder, &mut purse);
    block(&world, &session(&world, &holder), &purse);
    end_window(&world);
    spend_all_but(&world, &mut holder, 1_500);
    world.connect_again(BANK);
    world.run_for(120_000);
    assert_eq!(receipt(&world, &order).state, ShopState::Accepted);
    assert_eq!(available(&world, "holder 1"), 0);
    assert_eq!(available(&world, "losses"), -500);
    assert_eq!(available(&world, "payable to kiso-tea.localhost"), 2_000);
    adds_up(&world);
    let console = world.get_json(BANK, "/v1/console");
    let tables = console["tables"].as_array().unwrap();
    let alerts = tables
        .iter()
        .find(|table| table["name"] == "alerts")
        .unwrap();
    assert_eq!(alerts["rows"][0][1], json!({ "word": "loss" }));
    let lost = tables.iter().find(|table| table["name"] == "lost").unwrap();
    assert_eq!(
        lost["rows"][0][6],
        json!({ "money": { "minor": 500, "currency": "JPY" } })
    );
}

/// The holder has everything but so much moved to another one's account.
fn spend_all_but(world: &World, holder: &mut Holder, left: u64) {
    use tallystick_protocol::purse::MovementOutcome;
    let other = enrolled(world, 2);
    let mut second = Purse::open(world, holder, Key::P256([9; 32]));
    let on_it = u64::try_from(available(world, "holder 1")).unwrap();
    let ends = (account(holder), account(&other));
    let moved = second.moves(world, holder, ends, on_it - left).unwrap();
    assert_eq!(moved.outcome, MovementOutcome::Completed);
}

#[test]
fn what_the_shop_heard_of_only_after_the_block_is_refused_whatever_the_purse_s_clock_says() {
    let (world, mut holder, mut purse) = start();
    // The thief's order says that it is from before.
    let (order, _) = order(&world, &mut holder, &mut purse);
    world.run_for(5_000);
    block(&world, &session(&world, &holder), &purse);
    world.run_for(5_000);
    send_order(&world, &order);
    world.run_for(10_000);
    assert_eq!(receipt(&world, &order).state, ShopState::Refused);
    world.run_for(WINDOW_MS);
    assert_eq!(available(&world, "holder 1"), 10_000);
}

#[test]
fn a_receipt_for_an_order_that_is_not_delivered_gives_back_what_it_took() {
    let (world, mut holder, mut purse) = start();
    let order = receipt_under_way(&world, &mut holder, &mut purse);
    block(&world, &session(&world, &holder), &purse);
    end_window(&world);
    spend_all_but(&world, &mut holder, 1_500);
    world.hub.cut(COURIER, true);
    world.connect_again(BANK);
    world.run_for(60_000);
    assert_eq!(set_aside(&world, &format!("purse {}", purse.number)), 2_000);
    assert_eq!(available(&world, "losses"), -500);
    // The courier never hears of it: the order's time ends, and the bank asks.
    world.run_for(4 * 86_400_000);
    world.hub.cut(COURIER, false);
    world.run_for(4 * 86_400_000);
    let state = receipt(&world, &order).state;
    let back = available(&world, "holder 1");
    match state {
        ShopState::Accepted => assert_eq!((back, available(&world, "losses")), (0, -500)),
        _ => assert_eq!((back, available(&world, "losses")), (1_500, 0)),
    }
    adds_up(&world);
}

#[test]
fn an_operator_ends_the_window_of_a_purse_that_was_found_but_not_once_it_was_paid_back() {
    let (world, holder, mut purse) = start();
    let mut holder = holder;
    let token = session(&world, &holder);
    block(&world, &token, &purse);
    let number = purse.number.to_string();
    let argument = [("purse", number.as_str())];
    done(&command(&world, "unblock-purse", &argument));
    world.run_for(WINDOW_MS);
    assert_eq!(inside(&world, &purse), 5_000, "nothing was paid back");
    let ends = (purse.end(), account(&holder));
    purse.moves(&world, &mut holder, ends, 1_000).unwrap();
    block(&world, &session(&world, &holder), &purse);
    world.run_for(WINDOW_MS + 1_000);
    assert_eq!(inside(&world, &purse), 0);
    let refused = command(&world, "unblock-purse", &argument);
    assert_eq!(problem(&refused), "conflict");
}

#[test]
fn what_the_operator_or_the_bank_itself_blocked_begins_no_window_until_the_holder_does() {
    let (world, holder, purse) = start();
    let number = purse.number.to_string();
    done(&command(
        &world,
        "block-purse",
        &[("purse", number.as_str())],
    ));
    let token = session(&world, &holder);
    assert_eq!(look(&world, &token)["purses"][0]["state"], "blocked");
    world.run_for(2 * WINDOW_MS);
    assert_eq!(inside(&world, &purse), 5_000);
    block(&world, &session(&world, &holder), &purse);
    world.run_for(WINDOW_MS);
    assert_eq!(inside(&world, &purse), 0);
}

#[test]
fn a_wrong_password_opens_nothing_and_after_five_the_right_one_has_to_wait() {
    let (world, holder, _) = start();
    let number = holder.card.number.as_str();
    for _ in 0..5 {
        let answer = try_password(&world, number, &[9; 32]);
        assert_eq!(problem(&answer), "unauthorised");
    }
    let held_back = try_password(&world, number, &VERIFIER);
    assert_eq!(problem(&held_back), "rate-limited");
    world.run_for(60_000);
    assert_eq!(
        problem(&try_password(&world, number, &[9; 32])),
        "unauthorised"
    );
    world.run_for(60_000);
    assert_eq!(
        problem(&try_password(&world, number, &VERIFIER)),
        "rate-limited",
        "twice as long"
    );
    world.run_for(60_000);
    read(&try_password(&world, number, &VERIFIER));
    assert_eq!(
        problem(&try_password(&world, number, &[9; 32])),
        "unauthorised",
        "counted anew"
    );
    read(&try_password(&world, number, &VERIFIER));
}

#[test]
fn an_account_that_does_not_exist_is_told_apart_from_none_that_does() {
    let (world, holder, _) = start();
    let salt = |number: &str| {
        let body = json!({ "account": number });
        read(&asked(&world, ("POST", "/v1/password-salts"), "", &body))
    };
    let nobody = "8999900000000000";
    let own = salt(holder.card.number.as_str());
    let expected = tallystick_protocol::bank::password_salt(
        &super::world::domain(BANK),
        &registration(1).number,
    );
    assert_eq!(own["salt"], hex(&expected));
    assert_eq!(
        (&own["memory_kib"], &own["passes"]),
        (&json!(65_536), &json!(5))
    );
    let made_up = salt(nobody);
    assert_eq!(made_up, salt(nobody), "the same each time");
    assert_eq!(made_up["salt"].as_str().unwrap().len(), 32);
    assert_ne!(made_up["salt"], salt("8999900000000001")["salt"]);
    for _ in 0..5 {
        let answer = try_password(&world, nobody, &[9; 32]);
        assert_eq!(problem(&answer), "unauthorised");
    }
    assert_eq!(
        problem(&try_password(&world, nobody, &[9; 32])),
        "rate-limited"
    );
}

/// What the bank says to the holder's instruction to block a purse.
fn instruct(world: &World, holder: &mut Holder, number: PurseNumber) -> InstructionAnswer {
    let instruction = AccountInstruction {
        bank: super::world::domain(BANK),
        account: holder.card.number.as_str().parse().unwrap(),
        holder: holder.id,
        what: InstructionKind::BlockPurse,
        purse: Some(number),
        at: world.now(),
    };
    let signature = sign_pss(
        &mut TestRng::new(5),
        &holder.key,
        &to_be_signed(&instruction, Algorithm::Ps256),
    );
    let said = assemble(&encode(&instruction), Algorithm::Ps256, &signature.unwrap());
    let answer = say(world, holder, "/v1/instructions", &said).unwrap();
    keyed::unverified(&answer).unwrap()
}

#[test]
fn the_account_s_key_blocks_a_purse_and_hears_what_is_paid_back_and_when() {
    blocks_by_instruction(start());
}

#[test]
fn the_account_s_key_blocks_a_purse_at_a_shard_too() {
    let mut world = world();
    world.spread_bank(4);
    blocks_by_instruction(start_in(world));
}

fn blocks_by_instruction((world, mut holder, purse): (World, Holder, Purse)) {
    let answer = instruct(&world, &mut holder, purse.number);
    assert_eq!(answer.outcome, InstructionOutcome::Done);
    assert_eq!(answer.amount, Some(yen(5_000)));
    let until = world.now().plus_seconds(WINDOW_MS / 1000);
    assert_eq!(answer.until, Some(until));
    world.run_for(2_000);
    let again = instruct(&world, &mut holder, purse.number);
    assert_eq!(
        (again.outcome, again.until),
        (InstructionOutcome::Done, Some(until))
    );
    world.run_for(2_000);
    let mut other = purse.number;
    other.0[15] ^= 1;
    let unknown = instruct(&world, &mut holder, other);
    assert_eq!(unknown.outcome, InstructionOutcome::UnknownPurse);
    world.run_for(WINDOW_MS);
    assert_eq!(available(&world, "holder 1"), 10_000);
    world.run_for(2_000);
    let paid_back = instruct(&world, &mut holder, purse.number);
    assert_eq!(paid_back.outcome, InstructionOutcome::Done);
    assert_eq!(paid_back.amount, Some(yen(5_000)));
}

#[test]
fn a_session_is_over_after_half_an_hour_or_when_its_holder_says_so() {
    let (world, holder, _) = start();
    let see = |token: &str| {
        asked(
            &world,
            ("GET", "/v1/holder-sessions/own"),
            token,
            &Json::Null,
        )
    };
    let token = session(&world, &holder);
    look(&world, &token);
    world.run_for(30 * 60_000);
    assert_eq!(problem(&see(&token)), "unauthorised");
    let token = session(&world, &holder);
    read(&asked(
        &world,
        ("POST", "/v1/holder-sessions/own/end"),
        &token,
        &Json::Null,
    ));
    assert_eq!(problem(&see(&token)), "unauthorised");
    assert_eq!(problem(&see(&hex(&[0; 32]))), "unauthorised");
    assert_eq!(problem(&see("")), "unauthorised");
}

#[test]
fn a_session_blocks_its_own_purses_alone() {
    let (world, _, purse) = start();
    let other = enrolled(&world, 2);
    let token = session(&world, &other);
    let body = json!({ "purse": purse.number.to_string() });
    let answer = asked(
        &world,
        ("POST", "/v1/holder-sessions/own/blocks"),
        &token,
        &body,
    );
    assert_eq!(problem(&answer), "not-found");
    assert_eq!(look(&world, &token)["purses"], json!([]));
}

#[test]
fn the_bank_keeps_a_hash_of_the_verifier_and_of_the_token_and_neither_itself() {
    let (world, holder, _) = start();
    let token = session(&world, &holder);
    let kept = format!(
        "SELECT count(*) FROM bank_sessions WHERE token_digest = x'{token}' OR length(token_digest) <> 32"
    );
    assert_eq!(world.number(BANK, &kept), 0);
    let verifier = hex(&VERIFIER);
    let shown =
        format!("SELECT count(*) FROM bank_accounts WHERE instr(details, x'{verifier}') > 0");
    assert_eq!(world.number(BANK, &shown), 0);
}

#[test]
fn a_wallet_that_is_revoked_or_ended_does_not_keep_its_purse_from_being_blocked_and_paid_back() {
    let (world, holder, purse) = start();
    // As after moving the account to another device, which never came to its end.
    let sql = "DELETE FROM issuer_holders";
    use tallystick_parties::ports::Tables as _;
    world.machine(BANK).database.run(sql, &[]).unwrap();
    block(&world, &session(&world, &holder), &purse);
    world.run_for(WINDOW_MS);
    assert_eq!(available(&world, "holder 1"), 10_000);
}
