//! A purse is opened for a key that is certified, in the directory, and approved by its account (EP 1 221 669, SZ4 to
//! SZ9).

use tallystick_protocol::wire::identifier::Role;
use tallystick_simulation::cast::Cast;

use super::authority::{certified_purse, deposit, enrolled, with, world};
use super::holder::COSE;
use super::purse::{Key, Purse, account, application, available};
use super::world::{BANK, DIRECTORY, World, problem, text};

const KEY: Key = Key::P256([7; 32]);

fn purses(world: &World) -> i64 {
    world.number(BANK, "SELECT count(*) FROM bank_purses")
}

fn spki() -> Vec<u8> {
    KEY.public().to_spki().unwrap()
}

fn publish(world: &World, certificate: &[u8]) {
    let kind = "application/pkix-cert";
    let answer = world.post(DIRECTORY, "/v1/entries", kind, certificate.to_vec());
    assert!(answer.status().is_success(), "{}", text(&answer));
}

#[test]
fn t004_43_a_key_whose_certificate_is_missing_in_the_directory_opens_no_purse() {
    let world = with(Cast {
        has_directory: true,
        ..Cast::default()
    });
    let holder = enrolled(&world, 1);
    let certificate = certified_purse(&world, &spki(), 365);
    let body = application(&world, &holder, &KEY, &certificate);
    // Nobody answers, then the directory has nothing, then it has it.
    world.hub.cut(DIRECTORY, true);
    let answer = world.post(BANK, "/v1/purse-keys", COSE, body.clone());
    assert_eq!(problem(&answer), "unreachable");
    world.hub.cut(DIRECTORY, false);
    let answer = world.post(BANK, "/v1/purse-keys", COSE, body.clone());
    assert_eq!(problem(&answer), "not-in-directory");
    assert_eq!(purses(&world), 0);
    // Another certificate of the same key is not this one.
    let older = certified_purse(&world, &spki(), 30);
    publish(&world, &older);
    let answer = world.post(BANK, "/v1/purse-keys", COSE, body.clone());
    assert_eq!(problem(&answer), "not-in-directory");
    publish(&world, &certificate);
    let first = world.post(BANK, "/v1/purse-keys", COSE, body.clone());
    assert!(first.status().is_success());
    let again = world.post(BANK, "/v1/purse-keys", COSE, body);
    assert_eq!(first.body(), again.body(), "the same purse");
    assert_eq!(purses(&world), 1);
}

#[test]
fn nobody_opens_a_purse_on_another_s_account_or_with_another_key() {
    let world = world();
    let (holder, mut thief) = (enrolled(&world, 1), enrolled(&world, 2));
    let certificate = certified_purse(&world, &spki(), 365);
    // The thief names the other's account, then the other's identifier too.
    thief.card = holder.card.clone();
    let body = application(&world, &thief, &KEY, &certificate);
    let answer = world.post(BANK, "/v1/purse-keys", COSE, body);
    assert_eq!(problem(&answer), "unauthorised");
    thief.id = holder.id;
    let body = application(&world, &thief, &KEY, &certificate);
    let answer = world.post(BANK, "/v1/purse-keys", COSE, body);
    assert_eq!(problem(&answer), "bad-signature");
    // The certificate is of another key, or of a party, or ended.
    let other = Key::P256([8; 32]).public().to_spki().unwrap();
    let of_another = certified_purse(&world, &other, 365);
    let body = application(&world, &holder, &KEY, &of_another);
    let answer = world.post(BANK, "/v1/purse-keys", COSE, body);
    assert_eq!(problem(&answer), "bad-signature");
    let party = super::authority::certified_party(&world, Role::Shop, "x.localhost", 3);
    let body = application(&world, &holder, &KEY, party.as_der());
    let answer = world.post(BANK, "/v1/purse-keys", COSE, body);
    assert_eq!(problem(&answer), "untrusted-certificate");
    assert_eq!(purses(&world), 0);
}

#[test]
fn t004_18_t004_28_a_purse_whose_key_has_ended_moves_nothing() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open_for(&world, &holder, KEY, 1);
    purse.load(&world, &mut holder, 100);
    world.run_for(2 * 86_400_000);
    let request = purse.request(&world, purse.end(), account(&holder), 100);
    let refused = purse.ask(&world, &mut holder, &request).err();
    assert_eq!(refused.as_deref(), Some("account-ended"));
    let refused = purse.send(&world, &mut holder, &purse.report(&world)).err();
    assert_eq!(refused.as_deref(), Some("account-ended"));
    let inside = format!("purse {}", purse.number);
    assert_eq!(available(&world, &inside), 100);
}

#[test]
fn t004_43_an_account_that_has_ended_moves_nothing() {
    let world = world();
    let mut holder = enrolled(&world, 1);
    deposit(&world, &holder, 10_000, "one");
    let mut purse = Purse::open(&world, &holder, KEY);
    purse.load(&world, &mut holder, 1_000);
    world.run_for(330 * 86_400_000);
    purse.load(&world, &mut holder, 1_000);
    let machine = world.machine(BANK);
    let sql = "UPDATE issuer_accounts SET card_expiry = '01/27'";
    tallystick_parties::ports::Tables::run(&machine.database, sql, &[]).unwrap();
    world.run_for(1_000);
    let request = purse.request(&world, account(&holder), purse.end(), 100);
    let refused = purse.ask(&world, &mut holder, &request).err();
    assert_eq!(refused.as_deref(), Some("account-ended"));
}
