//! The machine gets its purse.

use serde_json::json;

use super::machine::Vendor;
use super::world::{BANK, World};

#[test]
fn a_machine_without_a_purse_says_so_and_sells_nothing() {
    let world = World::with_authority();
    let vendor = Vendor::new(&world);
    let front = vendor.get("/v1/machine");
    assert_eq!(front["state"], "unopened");
    assert_eq!(front["products"][0]["price_minor"], 150);
    let refused = vendor.post("/v1/choices", &json!({ "product": "sencha" }));
    assert_eq!(refused, Err("starting".to_owned()));
    let unknown = vendor.post("/v1/choices", &json!({ "product": "sake" }));
    assert_eq!(unknown, Err("not-found".to_owned()));
}

#[test]
fn a_purse_is_opened_by_the_dealers_command_and_by_itself_when_the_bank_is_there_again() {
    let world = World::with_authority();
    let vendor = Vendor::new(&world);
    world.hub.cut(BANK, true);
    let account = tallystick_simulation::banking::GOOD_ACCOUNT.to_owned();
    vendor.command("set-up-purse", &[("iban", account)]);
    vendor.run_for(60_000);
    assert_eq!(vendor.get("/v1/machine")["state"], "unopened");
    assert_eq!(
        vendor.table("machine-purse")[0][0]["word"],
        "registration-unreachable"
    );
    world.hub.cut(BANK, false);
    vendor.run_for(3_600_000);
    assert_eq!(vendor.get("/v1/machine")["state"], "selling");
}

#[test]
fn an_account_outside_that_nobody_has_opens_no_purse_and_the_dealer_tries_another() {
    let world = World::with_authority();
    let vendor = Vendor::new(&world);
    let mistyped = "GB82 WEST 1234 5698 7654 33".to_owned();
    vendor.command("set-up-purse", &[("iban", mistyped)]);
    vendor.run_for(60_000);
    assert_eq!(
        vendor.table("machine-purse")[0][0]["word"],
        "registration-invalid"
    );
    let account = tallystick_simulation::banking::GOOD_ACCOUNT.to_owned();
    vendor.command("set-up-purse", &[("iban", account)]);
    vendor.run_for(120_000);
    assert_eq!(vendor.get("/v1/machine")["state"], "selling");
}
