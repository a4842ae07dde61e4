//! Locking, sealing, PIN and PUK.

use tallystick_parties::native::block_on;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::core::ports::{Ports, Session, Vault};
use tallystick_wallet::sealing::{StateKey, record};
use tallystick_wallet::view::{KeyPlace, Phase};

use super::holder::{Holder, PASSPHRASE, PIN, TEA, open};
use super::world::World;

#[test]
fn nothing_personal_rests_on_the_disk_in_clear() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let disk = holder.device.disk();
    let found = |secret: &[u8]| disk.windows(secret.len()).any(|window| window == secret);
    let view = holder.view();
    for secret in [
        PASSPHRASE,
        PIN,
        &holder.puk.replace('-', ""),
        &holder.recovery_code.replace('-', ""),
        "Hana Mori",
        "Jimbocho",
        &view.cards[0].last4,
    ] {
        assert!(!found(secret.as_bytes()), "{secret}");
    }
}

#[test]
fn only_the_passphrase_unlocks() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    holder.device.forget_session();
    holder.restart();
    assert_eq!(holder.view().phase, Phase::Locked);
    assert!(holder.view().cards.is_empty());
    let refused = block_on(holder.wallet.unlock("five split tally stick")).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::WrongPassphrase);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert_eq!(holder.view().phase, Phase::Ready);
}

#[test]
fn the_session_outlives_the_service_worker_and_ends_after_its_time() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    holder.restart();
    assert_eq!(holder.view().phase, Phase::Ready);
    world.run_for(15 * 60 * 1000);
    assert_eq!(holder.view().phase, Phase::Locked);
    holder.restart();
    assert_eq!(holder.view().phase, Phase::Locked);
}

#[test]
fn the_recovery_code_replaces_a_lost_passphrase_and_the_puk_does_not() {
    let world = World::new();
    let holder = Holder::ready(&world);
    block_on(holder.wallet.lock()).unwrap();
    for wrong in [&*holder.puk, "ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ", "nothing"] {
        let refused = block_on(holder.wallet.recover(wrong, "another passphrase")).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::WrongRecoveryCode);
    }
    let typed = holder.recovery_code.to_lowercase().replace('-', " ");
    block_on(holder.wallet.recover(&typed, "another passphrase")).unwrap();
    block_on(holder.wallet.lock()).unwrap();
    assert!(block_on(holder.wallet.unlock(PASSPHRASE)).is_err());
    block_on(holder.wallet.unlock("another passphrase")).unwrap();
}

#[test]
fn codes_that_were_lost_are_made_anew_with_passphrase_and_pin_and_the_old_ones_end() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let kind = |passphrase, pin| {
        let refused = block_on(holder.wallet.new_codes(passphrase, pin)).err();
        refused.unwrap().kind
    };
    assert_eq!(kind("another passphrase", PIN), ErrorKind::WrongPassphrase);
    assert_eq!(kind(PASSPHRASE, "000000"), ErrorKind::WrongPin);
    let codes = block_on(holder.wallet.new_codes(PASSPHRASE, PIN)).unwrap();
    let unblock = |puk: &str| block_on(holder.wallet.unblock_pin(puk, PIN, KeyPlace::Software));
    assert_eq!(unblock(&holder.puk).unwrap_err().kind, ErrorKind::WrongPuk);
    unblock(&codes.puk.unwrap()).unwrap();
    block_on(holder.wallet.lock()).unwrap();
    let recover = |code: &str| block_on(holder.wallet.recover(code, "another passphrase"));
    let refused = recover(&holder.recovery_code).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::WrongRecoveryCode);
    recover(&codes.recovery_code.unwrap()).unwrap();
}

const ANOTHER: &str = "another passphrase";

#[test]
fn a_passphrase_is_changed_with_the_old_one_and_codes_and_pin_stay_good() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    let kind = |old, new| {
        let refused = block_on(holder.wallet.change_passphrase(old, new)).err();
        refused.unwrap().kind
    };
    assert_eq!(kind(ANOTHER, ANOTHER), ErrorKind::WrongPassphrase);
    assert_eq!(kind(PASSPHRASE, "short"), ErrorKind::WeakPassphrase);
    block_on(holder.wallet.change_passphrase(PASSPHRASE, ANOTHER)).unwrap();
    assert_eq!(holder.view().phase, Phase::Ready);
    block_on(holder.wallet.lock()).unwrap();
    let locked = block_on(holder.wallet.change_passphrase(ANOTHER, PASSPHRASE)).unwrap_err();
    assert_eq!(locked.kind, ErrorKind::Locked);
    holder.device.forget_session();
    holder.restart();
    let refused = block_on(holder.wallet.unlock(PASSPHRASE)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::WrongPassphrase);
    block_on(holder.wallet.unlock(ANOTHER)).unwrap();
    block_on(
        holder
            .wallet
            .unblock_pin(&holder.puk, PIN, KeyPlace::Software),
    )
    .unwrap();
    block_on(holder.wallet.lock()).unwrap();
    block_on(holder.wallet.recover(&holder.recovery_code, PASSPHRASE)).unwrap();
}

#[test]
fn a_wallet_that_dies_while_its_passphrase_is_changed_has_the_old_one_or_the_new_one() {
    for lose_answers in [false, true] {
        let world = World::new();
        let mut holder = Holder::ready(&world);
        let before = holder.device.journal().len();
        holder.device.fail_after(0, lose_answers);
        let died = block_on(holder.wallet.change_passphrase(PASSPHRASE, ANOTHER));
        assert_eq!(died.unwrap_err().kind, ErrorKind::StorageFailed);
        holder.device.mend();
        holder.device.forget_session();
        holder.restart();
        let (holds, gone) = match lose_answers {
            // The write was done and nobody heard of it.
            true => (ANOTHER, PASSPHRASE),
            false => (PASSPHRASE, ANOTHER),
        };
        let refused = block_on(holder.wallet.unlock(gone)).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::WrongPassphrase);
        block_on(holder.wallet.unlock(holds)).unwrap();
        assert_eq!(holder.view().cards.len(), 1);
        // It is one write of one record, so there is nothing between the two.
        block_on(holder.wallet.change_passphrase(holds, "a third passphrase")).unwrap();
        let stores: Vec<_> = holder.device.journal().split_off(before);
        let headers = stores.iter().filter(|step| step.contains("header"));
        assert!(
            headers.clone().all(|step| step == "store header"),
            "{stores:?}"
        );
    }
}

#[test]
fn whoever_has_the_state_key_alone_has_no_key_of_the_card() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let session = block_on(holder.device.session().get()).unwrap().unwrap();
    let key = StateKey::from_bytes(&session[8..]).unwrap();
    let records = block_on(holder.device.vault().load()).unwrap();
    let card = records.iter().find(|record| record.name == "card").unwrap();
    let state = record::open(&key, "card", &card.bytes).unwrap();
    let found = |secret: &[u8]| state.windows(secret.len()).any(|window| window == secret);
    assert!(!found(PIN.as_bytes()) && !found(holder.puk.replace('-', "").as_bytes()));
    // Version 2: keys and shares are in the safe, whose tests are the card's own.
    assert_eq!(state[1..3], [0, 2]);
}

#[test]
fn an_altered_record_is_noticed() {
    let world = World::new();
    let holder = Holder::ready(&world);
    holder.device.tamper("profile", |bytes| bytes[40] ^= 1);
    let refused = open(&world, &holder.device).err().unwrap();
    assert_eq!(refused.kind, ErrorKind::StorageDamaged);
}

#[test]
fn a_pin_is_changed_with_the_old_one() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let refused = block_on(
        holder
            .wallet
            .change_pin("000000", "314159", KeyPlace::Software),
    )
    .unwrap_err();
    assert_eq!(refused.kind, ErrorKind::WrongPin);
    let refused = block_on(holder.wallet.change_pin(PIN, "12", KeyPlace::Software)).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::MalformedPin);
    block_on(holder.wallet.change_pin(PIN, "314159", KeyPlace::Software)).unwrap();
    assert_eq!(holder.view().pin_tries_left, 3);
}

#[test]
fn an_erased_wallet_is_a_new_one() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    block_on(holder.wallet.erase()).unwrap();
    assert!(holder.device.disk().is_empty());
    holder.restart();
    assert_eq!(holder.view().phase, Phase::New);
}

#[test]
fn a_wallet_that_follows_an_order_is_erased_only_once_it_is_done_or_locked() {
    let world = World::new();
    let holder = Holder::ready(&world);
    let request = holder.asked(r#"[{"sku":"sencha-100","quantity":1}]"#);
    holder.approve(&request).unwrap();
    while !holder.order(&request).state.was_sent() {
        block_on(holder.wallet.advance()).unwrap();
        world.run_for(200);
    }
    let refused = block_on(holder.wallet.erase()).unwrap_err();
    assert_eq!(refused.kind, ErrorKind::StillUnderWay);
    assert_eq!(holder.view().phase, Phase::Ready);
    block_on(holder.wallet.lock()).unwrap();
    block_on(holder.wallet.erase()).unwrap();
    assert!(holder.device.disk().is_empty());
}

#[test]
fn the_third_wrong_puk_blocks_it_even_if_the_wallet_dies_and_what_is_stored_stays_readable() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    for left in [2, 1, 0] {
        let refused = block_on(holder.wallet.unblock_pin(
            "ZZZZ-ZZZZ",
            "314159",
            KeyPlace::Software,
        ))
        .unwrap_err();
        let kind = if left == 0 {
            ErrorKind::PukBlocked
        } else {
            ErrorKind::WrongPuk
        };
        assert_eq!(refused.kind, kind);
        holder.restart();
        assert_eq!(holder.view().puk_tries_left, left);
    }
    let refused = block_on(
        holder
            .wallet
            .unblock_pin(&holder.puk, "314159", KeyPlace::Software),
    )
    .unwrap_err();
    assert_eq!(refused.kind, ErrorKind::PukBlocked);
    assert_eq!(holder.view().phase, Phase::Ready);
}

#[test]
fn one_order_that_cannot_be_read_keeps_nobody_from_the_rest_and_a_backup_brings_it_back() {
    let world = World::new();
    let mut holder = Holder::ready(&world);
    let request = holder.asked(TEA);
    holder.approve(&request).unwrap();
    holder.finish();
    let file = block_on(holder.wallet.backup(PASSPHRASE)).unwrap();
    let before = holder.order(&request);
    block_on(holder.wallet.lock()).unwrap();
    holder
        .device
        .tamper(&format!("order/{request}"), |bytes| bytes[60] ^= 1);
    holder.restart();
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    let view = holder.view();
    assert_eq!((view.unreadable_orders, view.orders.len()), (1, 0));
    assert_eq!((view.cards.len(), view.addresses.len()), (1, 1));
    let other = holder.asked(TEA);
    holder.approve(&other).unwrap();
    block_on(holder.wallet.restore(&file, PASSPHRASE)).unwrap();
    assert_eq!(holder.order(&request), before);
    assert_eq!(holder.view().unreadable_orders, 0);
}
