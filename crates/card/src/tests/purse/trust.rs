use alloc::vec::Vec;

use tallystick_protocol::test_keys::TestAuthority;
use tallystick_protocol::trust::certificate::Lifetime;
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::wire::identifier::Role;

use super::bank::{Bank, BankKey, START};
use super::holder::Holder;
use crate::Applet;
use crate::host::purse;
use crate::host::{self, CardError};
use crate::tests::bench::Bench;

fn root() -> Vec<u8> {
    TestAuthority::new(START).root.as_der().to_vec()
}

#[test]
fn roots_are_set_once_with_the_pin() {
    let mut bench = Bench::personalised();
    let put = |bench: &mut Bench, roots: &[Vec<u8>]| {
        bench.select(Applet::Purse);
        let response = bench.send(purse::put_roots(roots));
        host::done(&response.bytes)
    };
    assert_eq!(put(&mut bench, &[root()]), Err(CardError::PinRequired));
    bench.verify();
    assert_eq!(put(&mut bench, &[]), Err(CardError::Refused(0x6a80)));
    let leaf = Bank::new().certificate();
    assert_eq!(put(&mut bench, &[leaf]), Err(CardError::Refused(0x6a80)));
    assert_eq!(put(&mut bench, &[root()]), Ok(()));
    assert_eq!(put(&mut bench, &[root()]), Ok(()));
    let another = TestAuthority::new(START.plus_seconds(5))
        .root
        .as_der()
        .to_vec();
    assert_ne!(another, root());
    let refused = put(&mut bench, &[another]);
    assert_eq!(refused, Err(CardError::Refused(0x6a89)));
}

#[test]
fn a_bank_is_believed_when_a_root_certified_it_as_a_bank_now() {
    let mut holder = Holder::with(Bank::new());
    let put = |holder: &mut Holder, certificate: &[u8]| {
        holder
            .tried(purse::put_bank(certificate, START))
            .map(|_| ())
    };
    let mut bank = Bank::named("new-bank.localhost", BankKey::P256([6; 32]));
    let year = Lifetime::days(START.minus_seconds(60), 365);
    let shop = bank.certified_as(Role::Shop, year);
    assert_eq!(put(&mut holder, &shop), Err(CardError::NotForThisPurse));
    let past = Lifetime::days(START.minus_seconds(3_000_000), 30);
    let past = bank.certified_as(Role::Bank, past);
    assert_eq!(put(&mut holder, &past), Err(CardError::Expired));
    let mut forged = bank.certificate();
    let end = forged.len() - 1;
    forged[end] ^= 1;
    assert_eq!(put(&mut holder, &forged), Err(CardError::BadSignature));
    let malformed = Err(CardError::Refused(0x6a80));
    assert_eq!(put(&mut holder, &[0x30, 0]), malformed);
    let right = bank.certificate();
    assert_eq!(put(&mut holder, &right), Ok(()));
}

#[test]
fn a_bank_has_no_word_before_there_are_roots() {
    let mut bench = Bench::personalised();
    bench.select(Applet::Purse);
    let certificate = Bank::new().certificate();
    let response = bench.send(purse::put_bank(&certificate, START));
    let refused = host::done(&response.bytes);
    assert_eq!(refused, Err(CardError::Refused(0x6985)));
}

#[test]
fn a_bank_that_changes_its_key_signs_with_the_new_one_alone() {
    let mut holder = Holder::holding(100);
    let before = holder.bank.certificate();
    let old = holder.bank.notice(false);
    holder.bank.key = BankKey::P256([6; 32]);
    let later = Lifetime::days(START, 365);
    let certificate = holder.bank.certified_as(Role::Bank, later);
    holder.ok(purse::put_bank(&certificate, START));
    holder.ok(purse::put_bank(&certificate, START));
    let refused = holder.tried(purse::put_bank(&before, START));
    assert_eq!(refused, Err(CardError::OlderCheckpoint), "not back again");
    let refused = holder.tried(purse::take_notice(0, &old, START));
    assert_eq!(refused, Err(CardError::BadSignature));
    holder.upload();
    holder.unload(100).unwrap();
}

#[test]
fn what_a_bank_signs_with_an_expired_key_is_refused() {
    let mut holder = Holder::with(Bank::new());
    let mut bank = Bank::named("short-bank.localhost", BankKey::P256([6; 32]));
    let day = Lifetime::days(START, 1);
    let certificate = bank.certified_as(Role::Bank, day);
    holder.ok(purse::put_bank(&certificate, START));
    holder.bank = bank;
    let opening = holder.opening(0, Algorithm::Es256);
    holder.ok(purse::open(0, &opening));
    let notice = holder.bank.notice(false);
    let late = START.plus_seconds(2 * 86_400);
    let refused = holder.tried(purse::take_notice(0, &notice, late));
    assert_eq!(refused, Err(CardError::Expired));
    holder.ok(purse::take_notice(0, &notice, START));
}
