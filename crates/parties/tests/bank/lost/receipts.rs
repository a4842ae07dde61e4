//! Receipts that come before and after a lost purse was paid back.

use super::*;

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
