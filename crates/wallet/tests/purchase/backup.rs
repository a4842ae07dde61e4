//! Backup, restoring on another device, and what then becomes of the old one.

use minicbor::bytes::ByteVec;
use tallystick_parties::native::block_on;
use tallystick_protocol::account::AccountOffer;
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::statement::open as open_statement;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::Role;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::sealing::backup::{open as open_backup, seal as seal_backup};
use tallystick_wallet::sealing::stretch::Stretch;
use tallystick_wallet::view::{Address, OrderState};

use super::holder::{Holder, address, offer};
use super::world::{ISSUER, World, text};

const OWN: &str = "backup of the autumn";
const GOODS: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;

fn bought(holder: &Holder<'_>) -> String {
    let request = holder.asked(GOODS);
    holder.approve(&request).unwrap();
    holder.finish();
    request
}

fn ask(world: &World, path: &str, content_type: &str, body: Vec<u8>) -> Vec<u8> {
    let answer = world.send("page", ISSUER, "POST", path, content_type, body);
    assert!(answer.status().is_success(), "{}", text(&answer));
    answer.into_body()
}

/// A wallet on another computer, with the same card.
fn moved<'w>(world: &'w World, code: &str) -> Holder<'w> {
    let body = serde_json::json!({ "code": code }).to_string();
    let offer = ask(world, "/v1/renewals", "application/json", body.into());
    Holder::with_card(world, &offer)
}

#[test]
fn a_new_device_has_addresses_orders_and_receipts_and_the_old_one_pays_no_more() {
    let world = World::new();
    let old = Holder::with_card(&world, &offer(&world));
    let code = old.account_code.clone().unwrap();
    block_on(old.wallet.save_address(&address())).unwrap();
    let request = bought(&old);
    let declined = old.asked(GOODS);
    block_on(old.wallet.decline(&declined)).unwrap();
    let file = block_on(old.wallet.backup(OWN)).unwrap();

    let new = moved(&world, &code);
    assert!(new.view().addresses.is_empty() && new.view().orders.is_empty());
    let restored = block_on(new.wallet.restore(&file, OWN)).unwrap();
    assert_eq!((restored.addresses, restored.orders), (1, 2));
    assert_eq!(new.view().addresses, old.view().addresses);
    assert_eq!(new.view().orders, old.view().orders);
    let receipt = new.order(&request);
    assert_eq!(
        receipt.destination.as_deref(),
        Some("Hana Mori\nJimbocho 1-2-3\nChiyoda, Tokyo\n101-0051\nJP")
    );
    let evidence = block_on(new.wallet.evidence(&request)).unwrap();
    assert_eq!(evidence, block_on(old.wallet.evidence(&request)).unwrap());
    let what: Vec<_> = evidence.iter().map(|one| one.what).collect();
    assert!(
        what.contains(&"form") && what.contains(&"acceptance"),
        "{what:?}"
    );
    assert!(evidence.iter().all(|one| one.digest.len() == 64));

    let refused = old.asked(GOODS);
    old.approve(&refused).unwrap();
    old.finish();
    let refused = old.order(&refused);
    assert_eq!(refused.state, OrderState::Failed, "nothing was sent");
    assert_eq!(refused.failure.unwrap().kind, ErrorKind::CardMoved.name());
    let request = bought(&new);
    assert_eq!(new.order(&request).state, OrderState::Delivering);
}

#[test]
fn an_order_under_way_goes_on_from_the_backup_and_an_unsent_one_stays_behind() {
    let world = World::new();
    let old = Holder::ready(&world);
    let sent = old.asked(GOODS);
    old.approve(&sent).unwrap();
    while !old.order(&sent).state.was_sent() {
        let pause_ms = block_on(old.wallet.advance()).unwrap();
        world.run_for(pause_ms.unwrap());
    }
    let unsent = old.asked(r#"[{"sku":"hojicha-100","quantity":1}]"#);
    old.approve(&unsent).unwrap();
    let file = block_on(old.wallet.backup(OWN)).unwrap();
    let new = Holder::ready(&world);
    let restored = block_on(new.wallet.restore(&file, OWN)).unwrap();
    assert_eq!(restored.orders, 1);
    new.finish();
    assert_eq!(new.order(&sent).state, OrderState::Delivering);
}

#[test]
fn a_backup_holds_neither_card_number_nor_keys() {
    let world = World::new();
    let offer = offer(&world);
    let card = open_statement::<AccountOffer>(&offer, &world.anchors, world.now(), Role::Issuer);
    let card = card.unwrap().message.card;
    let holder = Holder::with_card(&world, &offer);
    block_on(holder.wallet.save_address(&address())).unwrap();
    bought(&holder);
    let file = block_on(holder.wallet.backup(OWN)).unwrap();
    let contents = open_backup(&file, OWN.as_bytes()).unwrap();
    let found = |bytes: &[u8]| contents.windows(bytes.len()).any(|window| window == bytes);
    assert!(found(b"Jimbocho") && found(card.number.last4().as_bytes()));
    assert!(!found(card.number.as_str().as_bytes()));
    assert!(!found(card.expiry.to_string().as_bytes()));
    for record in ["card", "header", "profile"] {
        let record = holder.device.record(record).unwrap();
        assert!(!found(&record[..record.len().min(64)]));
    }
    assert!(!file.windows(8).any(|window| window == b"Jimbocho"));
}

#[test]
fn restoring_adds_and_replaces_nothing() {
    let world = World::new();
    let old = Holder::ready(&world);
    bought(&old);
    let file = block_on(old.wallet.backup(OWN)).unwrap();
    let again = block_on(old.wallet.restore(&file, OWN)).unwrap();
    assert_eq!((again.addresses, again.orders), (0, 0));
    let new = Holder::ready(&world);
    let own = new.view().addresses[0].id.clone();
    let restored = block_on(new.wallet.restore(&file, OWN)).unwrap();
    // The same address is there under another identifier.
    assert_eq!((restored.addresses, restored.orders), (0, 1));
    assert_eq!(new.view().addresses[0].id, own, "the default stays");
}

#[test]
fn addresses_over_the_limit_stay_behind() {
    let world = World::new();
    let old = Holder::ready(&world);
    let file = block_on(old.wallet.backup(OWN)).unwrap();
    let new = Holder::ready(&world);
    for number in 1..20 {
        let label = format!("Friend {number}");
        let friend = Address { label, ..address() };
        block_on(new.wallet.save_address(&friend)).unwrap();
    }
    let restored = block_on(new.wallet.restore(&file, OWN)).unwrap();
    assert_eq!(restored.addresses, 0);
    assert_eq!(new.view().addresses.len(), 20);
}

#[test]
fn what_does_not_open_is_said_by_name_and_changes_nothing() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let file = block_on(holder.wallet.backup(OWN)).unwrap();
    let mut newer = file.clone();
    newer[17] = 2;
    let refusals: [(&[u8], &str, ErrorKind); 4] = [
        (&file, "another passphrase", ErrorKind::BackupClosed),
        (&file[..file.len() - 1], OWN, ErrorKind::BackupClosed),
        (b"date,shop\r\n", OWN, ErrorKind::BackupInvalid),
        (&newer, OWN, ErrorKind::BackupNewer),
    ];
    for (file, passphrase, kind) in refusals {
        let refused = block_on(holder.wallet.restore(file, passphrase)).unwrap_err();
        assert_eq!(refused.kind, kind);
    }
    let weak = block_on(holder.wallet.backup("short")).unwrap_err();
    assert_eq!(weak.kind, ErrorKind::WeakPassphrase);
    block_on(holder.wallet.lock()).unwrap();
    let locked = block_on(holder.wallet.backup(OWN)).unwrap_err();
    assert_eq!(locked.kind, ErrorKind::Locked);
    let locked = block_on(holder.wallet.restore(&file, OWN)).unwrap_err();
    assert_eq!(locked.kind, ErrorKind::Locked);
}

/// The file, with one of the things in it changed.
fn altered(file: &[u8], change: impl FnOnce(&mut Vec<ByteVec>)) -> Vec<u8> {
    let contents = open_backup(file, OWN.as_bytes()).unwrap();
    let mut contents: Vec<ByteVec> = decode_value(&contents, 1 << 24).unwrap();
    change(&mut contents);
    let cheap = Stretch {
        memory_kib: 64,
        passes: 1,
    };
    let mut rng = TestRng::new(5);
    seal_backup(cheap, OWN.as_bytes(), &encode_value(&contents), &mut rng).unwrap()
}

#[test]
fn what_no_wallet_would_have_stored_is_left_out_of_a_restored_backup_and_told() {
    let world = World::new();
    let old = Holder::ready(&world);
    bought(&old);
    let file = block_on(old.wallet.backup(OWN)).unwrap();
    let file = altered(&file, |contents| {
        let order = contents[1].to_vec();
        let is_time = |w: &[u8]| w[0] == 8 && w[1] == 0x1a && w[6] == 9 && w[7] == 0x1a;
        let at = order.windows(8).position(is_time).unwrap();
        // Created in a year that no page can show.
        let year = [&[0x1b, 0x7f][..], &[0xff; 7]].concat();
        let late = [&order[..=at], &year, &order[at + 6..]].concat();
        contents.insert(1, late.into());
        contents.insert(1, vec![0xff].into());
    });
    let world = World::new();
    let new = Holder::ready(&world);
    let restored = block_on(new.wallet.restore(&file, OWN)).unwrap();
    assert_eq!((restored.orders, restored.skipped), (1, 2));
    assert!(new.view().orders[0].created_at < 1 << 53);
}

#[test]
fn the_same_address_is_restored_only_once_and_another_of_its_name_gets_a_number() {
    let world = World::new();
    let old = Holder::ready(&world);
    let cabin = Address {
        lines: "Kamikochi 7".to_owned(),
        ..address()
    };
    block_on(old.wallet.save_address(&cabin)).unwrap();
    let labels = |holder: &Holder<'_>| -> Vec<_> {
        let addresses = holder.view().addresses;
        addresses.into_iter().map(|one| one.label).collect()
    };
    assert_eq!(labels(&old), ["Home", "Home 2"]);
    let file = block_on(old.wallet.backup(OWN)).unwrap();
    let other = World::new();
    // Typed in by hand on the new computer.
    let new = Holder::ready(&other);
    let restored = block_on(new.wallet.restore(&file, OWN)).unwrap();
    assert_eq!(restored.addresses, 1);
    assert_eq!(labels(&new), ["Home", "Home 2"]);
}
