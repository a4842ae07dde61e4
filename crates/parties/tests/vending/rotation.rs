//! The dealer changes the sealing key of the machine, whose purse's wallet has its key wrapped under it; and the registration
//! authority's operator that of the authority, which keeps what the machine's dealer told.

use super::machine::Vendor;
use super::world::{AUTHORITY, SEALING_KEY, World, keys_named_in};

const NEW: [u8; 32] = [6; 32];

#[test]
fn a_machine_sells_after_the_sealing_key_changed() {
    let world = World::with_authority();
    let mut vendor = Vendor::ready(&world);
    vendor.set_sealing_keys(NEW, Some(SEALING_KEY));
    vendor.run_for(60_000);
    vendor.set_sealing_keys(NEW, None);
    vendor.run_for(1_000);
    let named = keys_named_in(&vendor.machine);
    assert!(named.iter().all(|(_, id)| *id == named[0].1), "one key");
    let header = named
        .iter()
        .any(|(place, _)| place == "vending_records.bytes");
    assert!(header, "{named:?}");
    assert_eq!(vendor.get("/v1/machine")["state"], "selling");
    // The wallet opens, or there would be no request.
    vendor.chooses("sencha");
}

#[test]
fn what_was_told_to_the_registration_authority_opens_under_a_new_key() {
    let mut world = World::with_authority();
    Vendor::ready(&world);
    let places = world.change_sealing_key();
    for column in ["told", "request", "answer"] {
        let place = format!("{AUTHORITY} ra_registrations.{column}");
        assert!(places.contains(&place), "{places:?}");
    }
}
