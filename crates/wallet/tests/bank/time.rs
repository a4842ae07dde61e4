//! What time does to a purse: a clock that was wrong, and a bank's certificate that ends before the purse.

use tallystick_parties::native::block_on;
use tallystick_parties::ports::{Clock as _, Tables as _};
use tallystick_protocol::test_keys::{TestRng, test_signature};
use tallystick_protocol::trust::certificate::{Lifetime, Serial, UnsignedCertificate};
use tallystick_protocol::wire::identifier::Role;
use tallystick_wallet::ErrorKind;
use tallystick_wallet::view::MovementState;

use super::customer::{available, load, movement, purse, unload, with_purse};
use super::holder::{Holder, PASSPHRASE, PIN};
use super::world::{BANK, World, domain};

const DAY_MS: i64 = 86_400_000;

fn skew(holder: &mut Holder<'_>, off_ms: i64) {
    holder.device.skew(off_ms);
    holder.restart();
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
}

#[test]
fn t004_37_a_clock_that_was_ahead_freezes_nothing_once_it_is_right() {
    let world = World::with_authority();
    let mut holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    world.run_for(1_000);
    skew(&mut holder, DAY_MS);
    let ahead = unload(&holder, 1_000).unwrap_err();
    assert_eq!(ahead.kind, ErrorKind::ClockWrong);
    skew(&mut holder, 0);
    let loaded = load(&holder, 2_000).unwrap();
    assert_eq!(movement(&holder, &loaded).state, MovementState::Completed);
    block_on(holder.wallet.report_purse(&purse(&holder).id, PIN)).unwrap();
    let after = purse(&holder);
    assert_eq!((after.amount_minor, after.out_minor), (7_000, 0));
    assert_eq!(available(&world, "holder 1"), 3_000);
}

/// Has the bank's key for purses certified for so many days alone.
fn certify_bank(world: &mut World, days: u64) {
    let database = &world.machine(BANK).database;
    let sql = "SELECT value FROM facts WHERE name = 'purse-key'";
    let rows = database.run(sql, &[]).unwrap();
    let public_key = rows[0].blob(0).unwrap().to_vec();
    let root = &world.anchors.roots()[0];
    // Older than the one that its authority has made, and will give again while that is good.
    let lifetime = Lifetime::days(world.now().minus_seconds(86_400), days);
    let party = (Role::Bank, &domain(BANK), "Midori Bank");
    let serial = Serial::random(&mut TestRng::new(days));
    let unsigned = UnsignedCertificate::party(root, party, &public_key, serial, lifetime).unwrap();
    let signature = test_signature(0, unsigned.to_be_signed());
    let certificate = unsigned.finish(&signature).unwrap().as_der().to_vec();
    let sql = "UPDATE facts SET value = ? WHERE name = 'purse-key-certificate'";
    database.run(sql, &[certificate.into()]).unwrap();
    world.restart(BANK);
}

#[test]
fn a_bank_s_new_certificate_reaches_wallet_and_card_and_the_purse_goes_on() {
    let mut world = World::with_authority();
    drop(with_purse(&world, 0));
    certify_bank(&mut world, 40);
    let holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    // Two months later the certificate that purse and wallet have has ended.
    world
        .clock
        .set(world.clock.now_ms() + 60 * DAY_MS.unsigned_abs());
    world.run_for(60_000);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    let loaded = load(&holder, 2_000).unwrap();
    assert_eq!(movement(&holder, &loaded).state, MovementState::Completed);
    let unloaded = unload(&holder, 500).unwrap();
    assert_eq!(movement(&holder, &unloaded).state, MovementState::Completed);
    assert_eq!(purse(&holder).amount_minor, 6_500);
    assert!(!purse(&holder).wants_report);
}
