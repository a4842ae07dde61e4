//! The address book: several addresses, and one of them the holder's own.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::Address;

use super::holder::{Holder, address};
use super::world::World;

fn labels(holder: &Holder<'_>) -> Vec<String> {
    let addresses = holder.view().addresses.into_iter();
    addresses.map(|address| address.label).collect()
}

fn called(label: &str) -> Address {
    Address {
        label: label.to_owned(),
        ..address()
    }
}

#[test]
fn the_default_address_is_the_first_and_can_be_another() {
    let world = World::new();
    let holder = Holder::ready(&world);
    block_on(holder.wallet.save_address(&called("Office"))).unwrap();
    let id = block_on(holder.wallet.save_address(&called("Mother"))).unwrap();
    assert_eq!(labels(&holder), ["Home", "Office", "Mother"]);
    block_on(holder.wallet.set_default_address(&id)).unwrap();
    assert_eq!(labels(&holder), ["Mother", "Home", "Office"]);
    block_on(holder.wallet.set_default_address(&id)).unwrap();
    assert_eq!(labels(&holder), ["Mother", "Home", "Office"]);
    block_on(holder.wallet.remove_address(&id)).unwrap();
    let refused = block_on(holder.wallet.set_default_address(&id)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::NoSuchAddress);
    assert_eq!(labels(&holder), ["Home", "Office"]);
}

#[test]
fn a_changed_address_stays_where_it_is() {
    let world = World::new();
    let holder = Holder::ready(&world);
    block_on(holder.wallet.save_address(&called("Office"))).unwrap();
    let mut home = holder.view().addresses[0].clone();
    home.lines = "Kanda 4-5-6\nChiyoda, Tokyo".to_owned();
    block_on(holder.wallet.save_address(&home)).unwrap();
    assert_eq!(labels(&holder), ["Home", "Office"]);
    assert_eq!(holder.view().addresses[0].lines, home.lines);
}

#[test]
fn an_address_that_a_page_adds_twice_is_there_once() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let office = Address {
        id: Some("0123456789abcdef".repeat(2)),
        ..called("Office")
    };
    for _ in 0..2 {
        let id = block_on(holder.wallet.insert_address(&office, None)).unwrap();
        assert_eq!(Some(id), office.id);
    }
    assert_eq!(labels(&holder), ["Home", "Office"]);
    for id in [None, Some("office".to_owned()), Some("X".repeat(32))] {
        let named = Address {
            id,
            ..called("Mother")
        };
        let refused = block_on(holder.wallet.insert_address(&named, None)).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::CallInvalid);
    }
}

#[test]
fn what_was_removed_comes_back_as_the_same_address_in_its_old_place() {
    let world = World::new();
    let holder = Holder::ready(&world);
    for label in ["Alpha", "Bravo", "Charlie"] {
        block_on(holder.wallet.save_address(&called(label))).unwrap();
    }
    let before = holder.view().addresses;
    // Removed one after the other, and brought back the other way round.
    let mut removed = Vec::new();
    for place in [1, 0] {
        let address = holder.view().addresses[place].clone();
        block_on(holder.wallet.remove_address(address.id.as_ref().unwrap())).unwrap();
        removed.push((address, place));
    }
    assert_eq!(labels(&holder), ["Bravo", "Charlie"]);
    for (address, place) in removed.iter().rev() {
        block_on(holder.wallet.insert_address(address, Some(*place))).unwrap();
    }
    assert_eq!(holder.view().addresses, before);
}
