//! A purse's key is renewed in time: the fee said beforehand, the new key in the old one's place, the old one revoked.

use tallystick_parties::native::block_on;
use tallystick_simulation::reader::HeldCard;
use tallystick_wallet::view::{FeeName, FeeView, RenewalStep};
use tallystick_wallet::{ErrorKind, WalletError};

use super::customer::{account, available, buy_with, load, purse, unload, with_purse};
use super::holder::{Holder, PASSPHRASE, PIN};
use super::reader::{CARD_PIN, ready};
use super::world::{AUTHORITY, BANK, Between, World};

/// What the bank of these worlds takes for a new key, in yen.
const FEE: u64 = 300;

fn look_up(holder: &Holder<'_>) -> Vec<FeeView> {
    block_on(holder.wallet.look_up_fees(&purse(holder).id)).unwrap();
    purse(holder).fees
}

fn renew_for(holder: &Holder<'_>, fee: FeeName, minor: u64) -> Result<(), WalletError> {
    let id = purse(holder).id;
    block_on(holder.wallet.renew_purse(&id, fee, minor, PIN))
}

fn renew(holder: &Holder<'_>) -> Result<(), WalletError> {
    renew_for(holder, FeeName::Account, FEE)
}

fn kind(result: Result<(), WalletError>) -> ErrorKind {
    result.unwrap_err().kind
}

fn step(holder: &Holder<'_>) -> Option<RenewalStep> {
    purse(holder).renewal.map(|renewal| renewal.step)
}

fn revoked_keys(world: &World) -> i64 {
    world.number(
        AUTHORITY,
        "SELECT count(*) FROM ra_purse_keys WHERE state = 'replaced'",
    )
}

#[test]
fn t004_10_t004_18_a_renewed_purse_goes_on_with_its_value_under_the_new_key() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    load(&holder, 5_000).unwrap();
    let before = purse(&holder);
    assert_eq!(before.fees, []);
    assert_eq!(
        look_up(&holder),
        [FeeView {
            option: FeeName::Account,
            amount_minor: FEE
        }]
    );
    world.run_for(86_400_000);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    look_up(&holder);
    renew(&holder).unwrap();
    let after = purse(&holder);
    assert_eq!(step(&holder), Some(RenewalStep::Done));
    assert!(after.key_ends_at > before.key_ends_at);
    assert_eq!((after.number, after.amount_minor), (before.number, 5_000));
    assert_eq!(available(&world, "holder 1"), 5_000 - FEE as i64);
    assert_eq!(available(&world, "fees"), FEE as i64);
    assert_eq!(revoked_keys(&world), 1);
    unload(&holder, 1_000).unwrap();
    let order = buy_with(&holder, &after.id);
    assert_eq!(order.strands.issuer.word, "charged");
    block_on(holder.wallet.report_purse(&after.id, PIN)).unwrap();
}

#[test]
fn a_renewed_purse_s_account_is_good_for_longer_and_its_key_can_be_renewed_again() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    let before = account(&holder).expires_at;
    for _ in 0..2 {
        world.clock.advance(40 * 86_400_000);
        world.run_for(60_000);
        block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
        look_up(&holder);
        renew(&holder).unwrap();
    }
    let after = account(&holder).expires_at;
    assert!(after > before, "{after:?}, before {before:?}");
    assert_eq!(revoked_keys(&world), 2);
    assert_eq!(available(&world, "fees"), 2 * FEE as i64);
}

#[test]
fn an_amount_that_the_bank_does_not_ask_is_never_signed() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    let changed = ErrorKind::FeeChanged;
    assert_eq!(kind(renew(&holder)), changed, "nobody has asked the bank");
    look_up(&holder);
    let refused = kind(renew_for(&holder, FeeName::Account, FEE - 1));
    assert_eq!(refused, changed);
    let refused = kind(renew_for(&holder, FeeName::NewCard, FEE));
    assert_eq!(refused, ErrorKind::FeeNotOffered);
    assert_eq!(step(&holder), None);
    let heard = world.hub.received();
    let asked = heard.iter().any(|got| got.what.contains("key-renewals"));
    assert!(!asked);
}

#[test]
fn t004_43_an_account_that_cannot_pay_the_fee_keeps_its_key_and_renews_it_later() {
    let world = World::with_authority();
    let holder = with_purse(&world, FEE - 1);
    look_up(&holder);
    assert_eq!(kind(renew(&holder)), ErrorKind::FeeNotCovered);
    assert_eq!(step(&holder), Some(RenewalStep::Refused));
    let failure = purse(&holder).renewal.unwrap().failure;
    assert_eq!(failure, Some("fee-not-covered"));
    load(&holder, 10).unwrap();
    unload(&holder, 10).unwrap();
    super::customer::put_in(&world, &account(&holder), 1_000);
    renew(&holder).unwrap();
    assert_eq!(step(&holder), Some(RenewalStep::Done));
    assert_eq!(available(&world, "fees"), FEE as i64);
}

#[test]
fn t004_23_a_key_that_has_ended_signs_for_no_other() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    let seconds = purse(&holder).key_ends_at.unwrap() - world.now().seconds();
    look_up(&holder);
    world.clock.advance((seconds + 1) * 1_000);
    block_on(holder.wallet.unlock(PASSPHRASE)).unwrap();
    assert_eq!(kind(renew(&holder)), ErrorKind::PurseKeyEnded);
    assert_eq!(step(&holder), None);
}

#[test]
fn a_wrong_pin_renews_nothing() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    look_up(&holder);
    let id = purse(&holder).id;
    let wrong = holder
        .wallet
        .renew_purse(&id, FeeName::Account, FEE, "000000");
    assert_eq!(kind(block_on(wrong)), ErrorKind::WrongPin);
    assert_eq!(step(&holder), None);
    renew(&holder).unwrap();
}

#[test]
fn whoever_is_away_is_asked_again_and_the_fee_is_taken_once() {
    let world = World::with_authority();
    let mut holder = with_purse(&world, 10_000);
    look_up(&holder);
    world.hub.cut(AUTHORITY, true);
    assert_eq!(kind(renew(&holder)), ErrorKind::BankUnreachable);
    assert_eq!(step(&holder), Some(RenewalStep::Asking));
    unload_and_load(&holder);
    holder.restart();
    world.hub.cut(AUTHORITY, false);
    holder.finish();
    assert_eq!(step(&holder), Some(RenewalStep::Installing));
    // Meanwhile the bank has signed newer checkpoints than the one beside the new certificate.
    unload_and_load(&holder);
    world.put_between(AUTHORITY, |path| match path {
        "/v1/keys-renewed" => Between::Instead(away()),
        _ => Between::Nothing,
    });
    renew(&holder).unwrap();
    holder.restart();
    assert_eq!(step(&holder), Some(RenewalStep::Telling));
    unload_and_load(&holder);
    assert_eq!(revoked_keys(&world), 0);
    world.put_between(AUTHORITY, |_| Between::Nothing);
    world.run_for(61_000);
    holder.finish();
    assert_eq!(step(&holder), Some(RenewalStep::Done));
    assert_eq!(revoked_keys(&world), 1);
    assert_eq!(available(&world, "fees"), FEE as i64);
}

fn away() -> http::Response<Vec<u8>> {
    let answer = http::Response::builder().status(503);
    answer.body(Vec::new()).unwrap()
}

fn unload_and_load(holder: &Holder<'_>) {
    load(holder, 10).unwrap();
    unload(holder, 10).unwrap();
}

#[test]
fn what_another_than_the_bank_says_renews_nothing() {
    let world = World::with_authority();
    let holder = with_purse(&world, 10_000);
    world.put_between(BANK, |path| match path {
        "/v1/fees" => Between::Afterwards(forged("application/cose")),
        _ => Between::Nothing,
    });
    let id = purse(&holder).id;
    let fees = block_on(holder.wallet.look_up_fees(&id));
    assert_eq!(kind(fees), ErrorKind::BankUnreachable);
    assert_eq!(purse(&holder).fees, []);
    world.put_between(BANK, |_| Between::Nothing);
    look_up(&holder);
    world.put_between(AUTHORITY, |path| match path {
        "/v1/key-renewals" => Between::Afterwards(forged("application/cbor")),
        _ => Between::Nothing,
    });
    assert_eq!(kind(renew(&holder)), ErrorKind::BankUnreachable);
    assert_eq!(step(&holder), Some(RenewalStep::Asking));
    world.put_between(AUTHORITY, |_| Between::Nothing);
    renew(&holder).unwrap();
    assert_eq!(step(&holder), Some(RenewalStep::Done));
}

fn forged(media_type: &str) -> http::Response<Vec<u8>> {
    let answer = http::Response::builder().header("content-type", media_type);
    answer.body(vec![0xa0]).unwrap()
}

#[test]
fn t004_8_a_key_in_the_reader_s_card_is_renewed_with_that_card_alone() {
    let world = World::with_authority();
    let here = ready(&world);
    here.tend().unwrap();
    let holder = &here.holder;
    look_up(holder);
    let renew = || {
        let id = purse(holder).id;
        let renewed = holder
            .wallet
            .renew_purse(&id, FeeName::Account, FEE, CARD_PIN);
        block_on(renewed).map_err(|error| error.kind)
    };
    holder
        .device
        .reader()
        .insert(&HeldCard::new("another card"));
    assert_eq!(renew(), Err(ErrorKind::OtherCard));
    holder.device.reader().insert(&here.card);
    world.hub.cut(AUTHORITY, true);
    assert_eq!(renew(), Err(ErrorKind::BankUnreachable));
    world.hub.cut(AUTHORITY, false);
    holder.device.reader().eject();
    world.run_for(1_000);
    assert_eq!(renew(), Err(ErrorKind::NoCard));
    assert_eq!(step(holder), Some(RenewalStep::Installing));
    holder.device.reader().insert(&here.card);
    renew().unwrap();
    assert_eq!(step(holder), Some(RenewalStep::Done));
    here.load(1_000).unwrap();
}
