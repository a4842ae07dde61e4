//! A drink is bought (V1 to V9).

use tallystick_parties::native::block_on;
use tallystick_wallet::view::{LocalState, MoveChoice};

use super::customer::{account, purse};
use super::holder::PIN;
use super::machine::{Came, SENCHA, VENDING, Vendor, inside, pays, pays_from, person, settles};
use super::world::{BANK, World};

/// So many entries a card's history has room for (docs/card.md).
const CARD_HOLDS: i64 = 32;

#[test]
fn t004_16_v1_to_v9_a_drink_is_bought_while_no_bank_can_be_reached() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let payer = person(&world, 1_000);
    world.hub.cut(BANK, true);
    let before = world.hub.received().len();
    // V1: the machine's purse and the price. V2, V3: the payer's purse pays it.
    let request = vendor.chooses("sencha");
    let payment = pays(&payer, &request, SENCHA);
    assert_eq!(inside(&payer), (850, SENCHA));
    // V4 to V6: verified, enough, logged. V7: the receipt. V8: the drink.
    let came = vendor.takes(&payment);
    assert_eq!(came.outcome, "dropped");
    assert_eq!(vendor.drinks(), 1);
    // V9.
    assert_eq!(settles(&payer, &came), LocalState::Settled);
    assert_eq!(inside(&payer), (850, 0));
    let heard = world.hub.received();
    let asked = heard[before..].iter().filter(|one| one.by != "page");
    let asked: Vec<_> = asked
        .map(|one| (one.by.as_str(), one.what.as_str()))
        .collect();
    let own = ["POST /v1/choices", "POST /v1/payments"].map(|what| (VENDING, what));
    assert_eq!(asked, own, "nobody else was asked for anything");
    let sale = &vendor.table("sales")[0];
    assert_eq!(sale[1]["text"], "sencha");
    assert_eq!(sale[2]["money"]["minor"], 150);
    assert_eq!(sale[4], "none", "the bank has not heard of it");
}

#[test]
fn t004_16_a_drink_is_bought_with_a_prepaid_card_while_no_bank_can_be_reached() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let payer = person(&world, 100);
    let account = account(&payer);
    block_on(payer.wallet.get_prepaid(&account.id, PIN)).unwrap();
    let card = || payer.view().prepaid[0].clone();
    let topped_up = MoveChoice {
        purse_id: purse(&payer).id,
        from: account.end,
        to: card().end,
    };
    block_on(payer.wallet.move_value(&topped_up, 1_000, PIN)).unwrap();
    world.hub.cut(BANK, true);
    let request = vendor.chooses("sencha");
    let payment = pays_from(&payer, &card().id, &request, SENCHA);
    let came = vendor.takes(&payment);
    assert_eq!((came.outcome.as_str(), vendor.drinks()), ("dropped", 1));
    assert_eq!(settles(&payer, &came), LocalState::Settled);
    assert_eq!((inside(&payer), card().amount_minor), ((100, 0), 850));
}

#[test]
fn the_same_payment_again_has_the_same_receipt_and_no_second_drink() {
    let world = World::with_authority();
    let mut vendor = Vendor::ready(&world);
    let payer = person(&world, 1_000);
    let payment = pays(&payer, &vendor.chooses("sencha"), SENCHA);
    let first = vendor.takes(&payment);
    for _ in 0..2 {
        let again = vendor.takes(&format!(" {payment}\n"));
        assert_eq!(again.outcome, "dropped-before");
        assert_eq!(again.text, first.text);
        vendor.restart();
    }
    assert_eq!(vendor.drinks(), 1);
}

#[test]
fn whoever_pays_a_request_that_another_has_paid_has_the_money_back() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let people = [person(&world, 1_000), person(&world, 1_000)];
    let request = vendor.chooses("sencha");
    assert_eq!(vendor.chooses("sencha"), request, "nobody has paid it yet");
    let [first, second] = people.each_ref().map(|one| pays(one, &request, SENCHA));
    assert_eq!(vendor.takes(&first).outcome, "dropped");
    let came = vendor.takes(&second);
    assert_eq!(came.reason.as_deref(), Some("paid-before"));
    assert_eq!(settles(&people[1], &came), LocalState::Returned);
    assert_eq!(inside(&people[1]), (1_000, 0));
    assert_eq!(vendor.drinks(), 1);
    assert_eq!(
        vendor.table("improper").len(),
        0,
        "nobody did anything wrong"
    );
    assert_ne!(vendor.chooses("sencha"), request, "the next is another");
}

#[test]
fn what_a_payer_gives_too_much_buys_the_drink_and_no_change() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let payer = person(&world, 1_000);
    let payment = pays(&payer, &vendor.chooses_openly("coffee"), 200);
    let came = vendor.takes(&payment);
    assert_eq!(came.outcome, "dropped");
    assert_eq!(settles(&payer, &came), LocalState::Settled);
    assert_eq!(inside(&payer), (800, 0));
}

#[test]
fn a_machine_whose_card_is_full_returns_the_money_until_its_log_is_uploaded() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let payer = person(&world, 9_900);
    // The payer's purse has limits of its own, and its bank nearby; the machine has not.
    let report = || block_on(payer.wallet.report_purse(&purse(&payer).id, PIN)).unwrap();
    let buy = || -> Result<Came, String> {
        let chosen = vendor.post("/v1/choices", &serde_json::json!({ "product": "coffee" }))?;
        let payment = pays(&payer, chosen["text"].as_str().unwrap(), 130);
        let came = vendor.takes(&payment);
        settles(&payer, &came);
        world.run_for(3_000);
        report();
        Ok(came)
    };
    let refused = (0..=CARD_HOLDS).find_map(|_| buy().err());
    assert_eq!(refused.as_deref(), Some("over-cap"));
    assert_eq!(vendor.drinks(), CARD_HOLDS);
    vendor.command("upload-now", &[]);
    vendor.run_for(10_000);
    assert_eq!(vendor.get("/v1/machine")["to_upload"], 0);
    assert_eq!(buy().unwrap().outcome, "dropped");
}
