//! An issuer whose memory is brought back to an earlier moment: what it authorised, charged and gave back in the time that
//! it forgot is booked again, once, and said again; nobody gets what another had been given in that time.

use http::Response;
use serde_json::Value as Json;
use tallystick_parties::Party as _;
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::checkout::answers::{MoneyState, ShopState};
use tallystick_protocol::checkout::cancellation::CancellationKey;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use super::commands::command;
use super::holder::{Holder, Order};
use super::moving::{account, ask_for_code, code, enrol, enrolment, moved, renew, with_code};
use super::talk::{buy, form, issuer_answer, send_order, state};
use super::without_courier::{form_of, licence};
use super::world::{COURIER, ISSUER, SHOP, World, problem, text};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const PAYABLE: &str = "payable to kiso-tea.localhost";
/// A bag of tea and its delivery, in yen.
const PRICE: i64 = 2_000;
const TEA: &[(&str, u32)] = &[("sencha-100", 1)];

fn holder(world: &World) -> Holder {
    Holder::enrol(world, 1, "Hanako Yamada", "090-1234-5678")
}

fn bought(world: &World, holder: &mut Holder) -> Order {
    let order = holder.usual_order(world, TEA);
    assert_eq!(buy(world, &order).state, ShopState::Accepted);
    order
}

/// Everything that the issuer stored, and when that is.
fn memory(world: &World) -> (Timestamp, Vec<u8>) {
    world.run_for(1_000);
    let bytes = world.machine(ISSUER).database.bytes().unwrap();
    let moment = world.now();
    world.run_for(MINUTE_MS);
    (moment, bytes)
}

/// What keeps the issuer from being ready, by their codes.
fn reasons(world: &World) -> Vec<String> {
    let answer = world.get(ISSUER, "/v1/ready");
    let ready: Json = serde_json::from_slice(answer.body()).unwrap();
    let reasons = ready["reasons"].as_array().unwrap();
    let codes = reasons
        .iter()
        .map(|one| one["code"].as_str().unwrap().to_owned());
    codes.collect()
}

/// Its operator commands that the issuer is brought back to a moment.
fn commanded(world: &mut World, moment: Timestamp) {
    world.enter_generation(ISSUER, 2);
    world.run_for(10_000);
    assert_eq!(reasons(world), [""; 0]);
    let told = [("moment", moment.0.to_string())];
    let answer = command(world, ISSUER, "restore", &told, "back");
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(world.running(ISSUER).goes_back_to(), Some(moment));
}

/// So it is, as the platform does it: what was stored then is here again.
fn brought_back(world: &mut World, (moment, bytes): &(Timestamp, Vec<u8>)) {
    commanded(world, *moment);
    world.bring_back(ISSUER, bytes);
}

/// As [`brought_back`], and its shops have told.
fn forgets(world: &mut World, since: &(Timestamp, Vec<u8>)) {
    brought_back(world, since);
    assert_eq!(reasons(world), ["recollecting"]);
    world.run_for(MINUTE_MS);
}

fn answer_of(world: &World, order: &Order) -> Response<Vec<u8>> {
    world.get(ISSUER, &format!("/v1/answers/{}", order.root))
}

/// The shop's operator gives so much back.
fn refund(world: &World, order: &Order, minor: i64, id: &str) {
    let arguments = [
        ("order", order.id.to_string()),
        ("amount", minor.to_string()),
    ];
    let answer = command(world, SHOP, "refund", &arguments, id);
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    world.run_for(10_000);
}

fn set_limit(world: &World, limit: u64, id: &str) {
    let told = [("account", "1".to_owned()), ("amount", limit.to_string())];
    let answer = command(world, ISSUER, "change-limit", &told, id);
    assert_eq!(answer.status(), 200, "{}", text(&answer));
}

/// All that is booked: each account with what is and what is set aside.
fn books(world: &World) -> Vec<(String, i64, i64, i64)> {
    let sql = "SELECT name, credits_posted - debits_posted, debits_pending, credits_pending FROM accounts ORDER BY name";
    let rows = world.machine(ISSUER).database.run(sql, &[]).unwrap();
    let read = |row: &tallystick_parties::ports::Row| {
        let number = |at| row.integer(at).unwrap();
        (
            row.text(0).unwrap().to_owned(),
            number(1),
            number(2),
            number(3),
        )
    };
    rows.iter().map(read).collect()
}

#[test]
fn what_an_issuer_decided_in_the_hour_that_it_forgot_is_booked_once_and_said_byte_for_byte() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let before = bought(&world, &mut holder);
    let since = memory(&world);
    refund(&world, &before, 500, "of-before");
    let charged = bought(&world, &mut holder);
    let given_back = bought(&world, &mut holder);
    refund(&world, &given_back, 300, "once");
    refund(&world, &given_back, 200, "twice");
    let island = {
        let form = form(&world, TEA);
        let mut wish = holder.wish();
        wish.destination.address = "Okinotorishima 1, Ogasawara, Tokyo".to_owned();
        holder.order(&world, &form, &wish)
    };
    assert_eq!(buy(&world, &island).state, ShopState::Refused);
    let too_much = holder.usual_order(&world, &[("kyusu-pot", 8)]);
    assert_eq!(buy(&world, &too_much).state, ShopState::Refused);
    world.run_for(20 * MINUTE_MS);
    let orders = [&before, &charged, &given_back, &island];
    let said = orders.map(|order| answer_of(&world, order).into_body());
    let refused = issuer_answer(&world, &too_much).refusal;
    let advices = world.get(SHOP, &format!("{}/refunds", given_back.path()));
    world.run_for(20 * MINUTE_MS);
    let booked = books(&world);

    forgets(&mut world, &since);
    assert_eq!(reasons(&world), [""; 0]);
    assert_eq!(books(&world), booked);
    assert_eq!(
        orders.map(|order| answer_of(&world, order).into_body()),
        said
    );
    assert_eq!(issuer_answer(&world, &too_much).refusal, refused);
    let now = world.get(SHOP, &format!("{}/refunds", given_back.path()));
    assert_eq!(now.body(), advices.body());
    world.run_for(2 * HOUR_MS);
    assert_eq!(books(&world), booked, "it comes to the same later, too");
    refund(&world, &given_back, PRICE - 500, "all");
    let after = bought(&world, &mut holder);
    assert_eq!(
        issuer_answer(&world, &after).money,
        Some(MoneyState::Captured)
    );
    assert_eq!(world.balance(PAYABLE), 3 * PRICE - 500);
}

#[test]
fn what_was_only_set_aside_is_set_aside_again_and_charged_once_the_courier_accepts() {
    let mut world = World::new();
    let mut holder = holder(&world);
    bought(&world, &mut holder);
    let since = memory(&world);
    world.hub.cut(COURIER, true);
    let order = holder.usual_order(&world, TEA);
    assert_eq!(buy(&world, &order).state, ShopState::Delivering);
    let booked = books(&world);
    forgets(&mut world, &since);
    assert_eq!(reasons(&world), [""; 0]);
    assert_eq!(books(&world), booked);
    assert_eq!(world.balance("holder 1 reserved"), PRICE);
    // Long after the order's time, the courier not having said anything, it is not released.
    world.run_for(2 * HOUR_MS);
    assert_eq!(world.balance("holder 1 reserved"), PRICE);
    world.hub.cut(COURIER, false);
    world.run_for(2 * HOUR_MS);
    let money = issuer_answer(&world, &order).money;
    let ended = match state(&world, &order) {
        ShopState::Accepted => MoneyState::Captured,
        _ => MoneyState::Released,
    };
    assert_eq!(money, Some(ended));
    assert_eq!(world.balance("holder 1 reserved"), 0);
}

#[test]
fn what_a_shop_handed_over_itself_stays_charged() {
    let (mut world, _) = super::merchant::world();
    let mut holder = holder(&world);
    bought(&world, &mut holder);
    let since = memory(&world);
    let form = form_of(&world, &licence("at-once", None));
    let mut wish = holder.wish();
    wish.cancellation = Some(CancellationKey::random(&mut holder.rng));
    let order = holder.order(&world, &form, &wish);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    let (said, booked) = (answer_of(&world, &order).into_body(), books(&world));
    forgets(&mut world, &since);
    // Longer than its word would bind.
    world.run_for(26 * HOUR_MS);
    assert_eq!(answer_of(&world, &order).into_body(), said);
    assert_eq!(books(&world), booked);
}

#[test]
fn until_its_shops_have_told_an_issuer_decides_nothing() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let known = bought(&world, &mut holder);
    let since = memory(&world);
    let forgotten = bought(&world, &mut holder);
    let charged = books(&world);
    commanded(&mut world, since.0);
    world.hub.cut(SHOP, true);
    world.bring_back(ISSUER, &since.1);
    world.run_for(HOUR_MS);
    assert_eq!(reasons(&world), ["recollecting"]);
    for order in [&known, &forgotten] {
        assert_eq!(problem(&answer_of(&world, order)), "starting");
    }
    let told = [("account", "1".to_owned()), ("amount", "1".to_owned())];
    let answer = command(&world, ISSUER, "change-limit", &told, "limit");
    assert_eq!(problem(&answer), "starting");

    // Its operator waits no longer. For that shop nothing is decided until it has told.
    let party = [("party", SHOP.to_owned())];
    let answer = command(&world, ISSUER, "leave-out", &party, "out");
    assert_eq!(answer.status(), 200, "{}", text(&answer));
    assert_eq!(reasons(&world), ["recollection-left-out"]);
    for order in [&known, &forgotten] {
        assert_eq!(problem(&answer_of(&world, order)), "starting");
    }
    world.hub.cut(SHOP, false);
    world.run_for(20 * MINUTE_MS);
    assert_eq!(reasons(&world), [""; 0]);
    assert_eq!(books(&world), charged);
}

#[test]
fn a_shop_that_was_forgotten_altogether_is_asked_before_anything_is_decided_for_it() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let since = memory(&world);
    let forgotten = bought(&world, &mut holder);
    let said = answer_of(&world, &forgotten).into_body();
    brought_back(&mut world, &since);
    world.run_for(10_000);
    assert_eq!(reasons(&world), [""; 0]);
    // Nobody is told that it is not known, for it was charged.
    assert_eq!(problem(&answer_of(&world, &forgotten)), "starting");
    let after = holder.usual_order(&world, TEA);
    assert!(send_order(&world, &after).status().is_success());
    world.run_for(MINUTE_MS);
    assert_eq!(state(&world, &after), ShopState::Accepted);
    assert_eq!(answer_of(&world, &forgotten).into_body(), said);
    assert_eq!(world.balance(PAYABLE), 2 * PRICE);
}

#[test]
fn a_shop_that_holds_a_charge_of_an_order_which_was_since_said_to_be_unknown_is_told_nothing_of_it()
{
    let mut world = World::new();
    let mut holder = holder(&world);
    let since = memory(&world);
    let forgotten = bought(&world, &mut holder);
    brought_back(&mut world, &since);
    world.run_for(25 * HOUR_MS + 30 * MINUTE_MS);
    let unknown = issuer_answer(&world, &forgotten);
    assert!(unknown.frees(&forgotten.root, forgotten.split.header.expires_at));
    let after = holder.usual_order(&world, TEA);
    assert!(send_order(&world, &after).status().is_success());
    world.run_for(MINUTE_MS);
    assert_eq!(state(&world, &after), ShopState::Accepted);
    assert_eq!(reasons(&world), ["recollection-doubts"]);
    assert_eq!(problem(&answer_of(&world, &forgotten)), "starting");
    assert_eq!(world.balance(PAYABLE), PRICE);
}

#[test]
fn an_order_shows_which_wallet_had_its_account_and_the_one_before_pays_no_more() {
    let mut world = World::new();
    let (mut old, code) = with_code(&world, 1);
    bought(&world, &mut old);
    let since = memory(&world);
    let mut new = moved(&world, 2, &code);
    bought(&world, &mut new);
    let booked = books(&world);
    forgets(&mut world, &since);
    assert_eq!(reasons(&world), [""; 0]);
    assert_eq!(books(&world), booked);
    let problem = old.confirmation_problem(&world, Role::Issuer, ISSUER);
    assert_eq!(problem, "revoked");
    assert!(new.confirms(&world, Role::Issuer, ISSUER));
    bought(&world, &mut new);
}

#[test]
fn a_wallet_that_was_forgotten_is_told_so_and_its_account_code_enrols_it_again() {
    let mut world = World::new();
    let (mut old, code) = with_code(&world, 1);
    bought(&world, &mut old);
    let since = memory(&world);
    let mut new = moved(&world, 2, &code);
    forgets(&mut world, &since);
    let problem = new.confirmation_problem(&world, Role::Issuer, ISSUER);
    assert_eq!(problem, "card-forgotten");
    let mut again = moved(&world, 3, &code);
    assert_eq!(
        old.confirmation_problem(&world, Role::Issuer, ISSUER),
        "revoked"
    );
    bought(&world, &mut again);
}

#[test]
fn what_an_account_paid_that_was_forgotten_stays_in_doubt_and_its_number_is_given_to_nobody_else() {
    let mut world = World::new();
    let mut first = holder(&world);
    let known = bought(&world, &mut first);
    let since = memory(&world);
    let mut second = Holder::enrol(&world, 2, "Jiro Suzuki", "080-1111-2222");
    let order = bought(&world, &mut second);
    let found = bought(&world, &mut first);
    forgets(&mut world, &since);
    assert_eq!(reasons(&world), ["recollection-doubts"]);
    assert_eq!(problem(&answer_of(&world, &order)), "starting");
    for order in [&known, &found] {
        let money = issuer_answer(&world, order).money;
        assert_eq!(money, Some(MoneyState::Captured));
    }
    assert_eq!(world.balance(PAYABLE), 2 * PRICE);
    let tables = world.get_json(ISSUER, "/v1/console")["tables"].clone();
    let tables = tables.as_array().unwrap();
    let doubts = tables.iter().find(|table| table["name"] == "doubts");
    let doubts = doubts.unwrap().to_string();
    assert!(doubts.contains(&order.root.to_string()) && doubts.contains("account"));
    let problem = second.confirmation_problem(&world, Role::Issuer, ISSUER);
    assert_eq!(problem, "card-forgotten");
    account(&world);
    let newest = "SELECT max(account) FROM issuer_accounts";
    assert_eq!(world.number(ISSUER, newest), 1_000_000_001);
}

#[test]
fn an_offer_that_may_have_been_used_enrols_nobody_and_gets_no_code() {
    let mut world = World::new();
    let (offer, message) = account(&world);
    let since = memory(&world);
    let used = enrolment(message.grant, 11);
    assert!(enrol(&world, &used).status().is_success());
    forgets(&mut world, &since);
    for secret in [11, 12] {
        let answer = enrol(&world, &enrolment(message.grant, secret));
        assert_eq!(problem(&answer), "expired");
    }
    assert_eq!(problem(&ask_for_code(&world, &offer)), "expired");
    let (offer, message) = account(&world);
    let code = code(&world, &offer);
    Holder::enrol_with(&world, 1, message);
    assert!(renew(&world, &code).status().is_success());
}

#[test]
fn what_a_forgotten_limit_covered_is_in_doubt_until_the_limit_is_entered_and_the_shops_are_asked_anew()
 {
    let mut world = World::new();
    let mut holder = holder(&world);
    bought(&world, &mut holder);
    let since = memory(&world);
    set_limit(&world, 100_000, "limit");
    let order = holder.usual_order(&world, &[("kyusu-pot", 8)]);
    assert_eq!(buy(&world, &order).state, ShopState::Accepted);
    let booked = books(&world);
    forgets(&mut world, &since);
    assert_eq!(reasons(&world), ["recollection-doubts"]);
    assert_eq!(problem(&answer_of(&world, &order)), "starting");
    set_limit(&world, 100_000, "again");
    world.enter_generation(ISSUER, 3);
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world), [""; 0]);
    assert_eq!(books(&world), booked);
    assert_eq!(
        issuer_answer(&world, &order).money,
        Some(MoneyState::Captured)
    );
}

#[test]
fn more_refunds_than_are_told_at_once_and_those_of_an_old_order_are_booked_again() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let old = bought(&world, &mut holder);
    world.run_for(32 * 24 * HOUR_MS);
    bought(&world, &mut holder);
    let since = memory(&world);
    for number in 0..11 {
        refund(&world, &old, 10, &format!("refund-{number}"));
    }
    let booked = books(&world);
    forgets(&mut world, &since);
    assert_eq!(reasons(&world), [""; 0]);
    assert_eq!(books(&world), booked);
    assert_eq!(world.balance(PAYABLE), 2 * PRICE - 110);
}

#[test]
fn an_issuer_that_forgot_nothing_books_nothing_when_its_shops_tell() {
    let mut world = World::new();
    let mut holder = holder(&world);
    let order = bought(&world, &mut holder);
    refund(&world, &order, 300, "some");
    let booked = books(&world);
    let said = answer_of(&world, &order).into_body();
    world.enter_generation(ISSUER, 2);
    world.run_for(MINUTE_MS);
    assert_eq!(reasons(&world), [""; 0]);
    assert_eq!(books(&world), booked);
    assert_eq!(answer_of(&world, &order).into_body(), said);
}
