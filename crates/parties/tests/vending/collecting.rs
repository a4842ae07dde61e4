//! The server uploads the machine's log (V10 to V13).

use tallystick_parties::native::block_on;

use super::customer::{available, purse};
use super::holder::{Holder, PASSPHRASE, PIN};
use super::machine::{SENCHA, Vendor, inside, pays, person};
use super::world::{BANK, World};

/// What the bank's books say is on the dealer's account: the last that was opened before anybody else's.
fn on_the_dealers_account(world: &World) -> i64 {
    available(world, "holder 1")
}

/// How the bank's books call a purse.
fn in_the_books(of: &Holder<'_>) -> String {
    purse(of).end.replace(':', " ")
}

#[test]
fn t004_16_v10_to_v13_the_log_goes_to_the_bank_once_it_is_reached_and_the_dealer_has_the_money() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let payer = person(&world, 1_000);
    let books = in_the_books(&payer);
    world.hub.cut(BANK, true);
    let lost = pays(&payer, &vendor.chooses("sencha"), SENCHA);
    // The payer never sees the receipt.
    assert_eq!(vendor.takes(&lost).outcome, "dropped");
    vendor.run_for(3_700_000);
    assert_eq!(vendor.get("/v1/machine")["to_upload"], 1);
    let waits = &vendor.table("uploads")[0];
    assert_eq!(waits[1]["word"], "bank-unreachable");
    world.hub.cut(BANK, false);
    // V10.
    vendor.run_for(3_700_000);
    assert_eq!(vendor.get("/v1/machine")["to_upload"], 0);
    // V11: the payer's purse holds less by the books, the dealer's account more.
    assert_eq!(on_the_dealers_account(&world), 150);
    assert_eq!(available(&world, &books), 1_000 - 150);
    // V12.
    let uploaded = &vendor.table("uploads")[0];
    assert_eq!(uploaded[1]["word"], "uploaded");
    assert_eq!(uploaded[2]["count"], 1);
    // V13: the payer's purse hears that it was paid. Its wallet has locked itself meanwhile.
    block_on(payer.wallet.unlock(PASSPHRASE)).unwrap();
    assert_eq!(inside(&payer), (850, 150));
    block_on(payer.wallet.report_purse(&purse(&payer).id, PIN)).unwrap();
    assert_eq!(inside(&payer), (850, 0));
}

#[test]
fn what_is_uploaded_again_counts_once() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let payer = person(&world, 1_000);
    let books = in_the_books(&payer);
    for product in ["sencha", "coffee"] {
        let price = if product == "sencha" { SENCHA } else { 130 };
        let payment = pays(&payer, &vendor.chooses(product), price);
        assert_eq!(vendor.takes(&payment).outcome, "dropped");
    }
    for _ in 0..3 {
        vendor.command("upload-now", &[]);
        vendor.run_for(30_000);
    }
    assert_eq!(on_the_dealers_account(&world), 280);
    assert_eq!(
        vendor.table("uploads").len(),
        1,
        "what is not new is not told"
    );
    // The payer's history comes as well, and changes nothing more.
    block_on(payer.wallet.report_purse(&purse(&payer).id, PIN)).unwrap();
    assert_eq!(on_the_dealers_account(&world), 280);
    assert_eq!(available(&world, &books), 720);
}

#[test]
fn the_payers_history_suffices_if_the_machine_is_lost() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let payer = person(&world, 1_000);
    let books = in_the_books(&payer);
    let payment = pays(&payer, &vendor.chooses("sencha"), SENCHA);
    let came = vendor.takes(&payment);
    super::machine::settles(&payer, &came);
    block_on(payer.wallet.report_purse(&purse(&payer).id, PIN)).unwrap();
    assert_eq!(available(&world, &books), 850);
    let given = world.number(
        BANK,
        "SELECT count(*) FROM transfers WHERE id LIKE 'local %'",
    );
    assert_eq!(given, 1);
}
