//! Whoever is turned away (V4, V5).

use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use tallystick_parties::native::block_on;
use tallystick_protocol::purse::local::{
    Credentials, LocalEvidence, LocalPayment, LocalRequest, SealedPayment,
};
use tallystick_protocol::purse::{PurseCertificate, PurseNumber, key_digest};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::keyed::{self, KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{VerifyingKey, sign_es256};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_wallet::view::LocalState;

use super::customer::purse;
use super::holder::{Holder, PIN};
use super::machine::{SENCHA, Vendor, inside, pays, person, settles};
use super::world::{BANK, World, domain};

/// A key that no bank knows.
const SECRET: [u8; 32] = [9; 32];

fn forged<M: KeyedMessage>(message: &M) -> Vec<u8> {
    let key = VerifyingKey::of_es256(&SECRET).unwrap();
    let bytes = to_be_signed(message, key.algorithm());
    let signature = sign_es256(&SECRET, &bytes).unwrap();
    assemble(&encode(message), key.algorithm(), &signature)
}

/// What a request says.
fn read(request: &str) -> LocalRequest {
    let signed = request.strip_prefix("TALLY-ASK-1.").unwrap();
    let signed = BASE64URL_NOPAD.decode(signed.as_bytes()).unwrap();
    keyed::unverified(&signed).unwrap()
}

/// What a purse shows of itself whenever it asks for something.
fn credentials(holder: &Holder<'_>) -> Credentials {
    let id = purse(holder).id;
    let asked = block_on(holder.wallet.ask_for_payment(&id, None, PIN)).unwrap();
    let payments = holder.view().payments;
    let asked = payments.into_iter().find(|one| one.id == asked).unwrap();
    read(&asked.text.unwrap()).payee
}

/// A payment in somebody's name that the purse never signed.
fn payment_in_the_name_of(
    world: &World,
    payer: (Credentials, PurseNumber),
    vendor: &Vendor<'_>,
) -> String {
    let request = read(&vendor.chooses("sencha"));
    let payee: PurseCertificate = keyed::unverified(&certificate_in(&request.payee)).unwrap();
    let payment = LocalPayment {
        bank: domain(BANK),
        payer: payer.1,
        payee: payee.number,
        nonce: request.nonce,
        amount: Money::new(SENCHA, Currency::Jpy),
        sequence: 9,
        previous: [1; 32],
        balance: 0,
        at: world.now(),
    };
    let evidence = LocalEvidence {
        purse: payer.0,
        signed: forged(&payment),
    };
    let sealed = SealedPayment::seal(&mut TestRng::new(5), &request, &evidence).unwrap();
    format!("TALLY-PAY-1.{}", BASE64URL_NOPAD.encode(&encode(&sealed.0)))
}

/// What the bank signed, out of what a purse shows: the first of the two byte strings.
fn certificate_in(credentials: &Credentials) -> Vec<u8> {
    let bytes = minicbor::to_vec(credentials).unwrap();
    let mut decoder = minicbor::Decoder::new(&bytes);
    decoder.map().unwrap();
    decoder.u8().unwrap();
    decoder.bytes().unwrap().to_vec()
}

fn number_of(credentials: &Credentials) -> PurseNumber {
    let certificate: PurseCertificate = keyed::unverified(&certificate_in(credentials)).unwrap();
    certificate.number
}

#[test]
fn t004_40_a_payment_that_the_purse_did_not_sign_drops_nothing_and_is_logged() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let victim = person(&world, 1_000);
    world.hub.cut(BANK, true);
    let shown = credentials(&victim);
    let number = number_of(&shown);
    let payment = payment_in_the_name_of(&world, (shown, number), &vendor);
    for _ in 0..2 {
        let came = vendor.takes(&payment);
        assert_eq!(came.outcome, "refused");
        assert_eq!(came.reason.as_deref(), Some("forged"));
        assert_eq!(came.text, None);
    }
    assert_eq!(vendor.drinks(), 0);
    let logged = vendor.table("improper");
    assert_eq!(logged.len(), 1);
    assert_eq!(logged[0][1]["word"], "forged");
    assert_eq!(logged[0][3]["count"], 2);
    // The request still waits for somebody honest.
    let paid = pays(&victim, &vendor.chooses("sencha"), SENCHA);
    assert_eq!(vendor.takes(&paid).outcome, "dropped");
}

#[test]
fn t004_40_a_purse_that_the_bank_never_signed_drops_nothing_and_is_logged() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let real = credentials(&person(&world, 1_000));
    // SGN1 with another key in it, signed by whoever made it up.
    let key = VerifyingKey::of_es256(&SECRET).unwrap();
    let mut certificate: PurseCertificate = keyed::unverified(&certificate_in(&real)).unwrap();
    certificate.key = Some(key_digest(&key.to_spki().unwrap()));
    let made_up = Credentials::new(forged(&certificate), &key).unwrap();
    let payer = (made_up, certificate.number);
    let payment = payment_in_the_name_of(&world, payer, &vendor);
    let came = vendor.takes(&payment);
    assert_eq!(came.reason.as_deref(), Some("forged"));
    assert_eq!(vendor.drinks(), 0);
    assert_eq!(vendor.table("improper").len(), 1);
}

#[test]
fn t004_40_a_payment_for_another_purse_drops_nothing_and_is_logged() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let people = [person(&world, 1_000), person(&world, 1)];
    let id = purse(&people[1]).id;
    let asked = block_on(people[1].wallet.ask_for_payment(&id, Some(SENCHA), PIN)).unwrap();
    let payments = people[1].view().payments;
    let asked = payments.into_iter().find(|one| one.id == asked).unwrap();
    let payment = pays(&people[0], &asked.text.unwrap(), SENCHA);
    let came = vendor.takes(&payment);
    assert_eq!(came.reason.as_deref(), Some("not-asked"));
    assert_eq!(vendor.drinks(), 0);
    assert_eq!(vendor.table("improper")[0][1]["word"], "not-asked");
}

#[test]
fn t004_41_short_money_drops_nothing_and_is_returned() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let payer = person(&world, 1_000);
    world.hub.cut(BANK, true);
    let payment = pays(&payer, &vendor.chooses_openly("sencha"), SENCHA - 1);
    assert_eq!(inside(&payer), (851, 149));
    let came = vendor.takes(&payment);
    assert_eq!(came.outcome, "refused");
    assert_eq!(came.reason.as_deref(), Some("short-money"));
    assert_eq!(settles(&payer, &came), LocalState::Returned);
    assert_eq!(inside(&payer), (1_000, 0));
    assert_eq!(vendor.drinks(), 0);
    let logged = vendor.table("improper");
    assert_eq!(logged[0][1]["word"], "short-money");
    // Put into the slot once more, it is still refused, and the answer is the same.
    let again = vendor.takes(&payment);
    assert_eq!(again.reason.as_deref(), Some("refused-before"));
    assert_eq!(again.text, came.text);
    assert_eq!(vendor.drinks(), 0);
}

#[test]
fn what_is_no_payment_is_said_and_not_logged() {
    let world = World::with_authority();
    let vendor = Vendor::ready(&world);
    let request = vendor.chooses("sencha");
    for text in ["", "hello", "TALLY-PAY-1.AAAA", &request] {
        let refused = vendor.post("/v1/payments", &json!({ "text": text }));
        assert_eq!(refused, Err("malformed".to_owned()), "{text}");
    }
    assert_eq!(vendor.table("improper").len(), 0);
}
