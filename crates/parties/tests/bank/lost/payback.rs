//! What becomes of what a lost purse held.

use super::*;

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
