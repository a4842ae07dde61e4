//! A third party checks the proof that a purse was spent twice, by a program that knows the root alone.
#![allow(clippy::unwrap_used, reason = "a test may")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tallystick_auditor::contradiction::judge;
use tallystick_protocol::purse::local::{
    Contradiction, Credentials, LocalAnswer, LocalPayment, SaidKind, Taken,
};
use tallystick_protocol::purse::{
    PurseCertificate, PurseKind, PurseNumber, PurseReport, PurseState, key_digest,
};
use tallystick_protocol::test_keys::TestAuthority;
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey, sign_es256};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

const NOW: Timestamp = Timestamp(1_800_000_000);
const BANK: &str = "midori-bank.example";
const BANK_SECRET: [u8; 32] = [1; 32];
const OTHER_SECRET: [u8; 32] = [2; 32];
const CHEAT: ([u8; 32], PurseNumber) = ([0x11; 32], PurseNumber([0xaa; 16]));
const HONEST: ([u8; 32], PurseNumber) = ([0x22; 32], PurseNumber([0xbb; 16]));

type Signed = (SaidKind, Vec<u8>);

fn sign<M: KeyedMessage>(message: &M, secret: &[u8; 32]) -> Vec<u8> {
    let bytes = to_be_signed(message, Algorithm::Es256);
    let signature = sign_es256(secret, &bytes).unwrap();
    assemble(&encode(message), Algorithm::Es256, &signature)
}

fn credentials((secret, number): &([u8; 32], PurseNumber), bank: &[u8; 32]) -> Credentials {
    let key = VerifyingKey::of_es256(secret).unwrap();
    let certificate = PurseCertificate {
        bank: BANK.parse().unwrap(),
        kind: PurseKind::Account,
        number: *number,
        currency: Currency::Jpy,
        key: Some(key_digest(&key.to_spki().unwrap())),
        issued_at: NOW,
        expires_at: NOW.plus_seconds(1_000),
    };
    Credentials::new(sign(&certificate, bank), &key).unwrap()
}

/// The cheat pays the seventh entry of its history; to whom and how, the nonce says.
fn payment(nonce: u8) -> LocalPayment {
    LocalPayment {
        bank: BANK.parse().unwrap(),
        payer: CHEAT.1,
        payee: HONEST.1,
        nonce: [nonce; 32],
        amount: Money::new(1_200, Currency::Jpy),
        sequence: 7,
        previous: [0x77; 32],
        balance: 98_800,
        at: NOW,
    }
}

fn paid(payment: &LocalPayment) -> Signed {
    (SaidKind::Payment, sign(payment, &CHEAT.0))
}

fn taken(payment: &LocalPayment) -> Signed {
    let answer = LocalAnswer {
        bank: payment.bank.clone(),
        payer: payment.payer,
        payee: payment.payee,
        transaction: payment.transaction(),
        amount: payment.amount,
        taken: Some(Taken {
            sequence: 7,
            previous: [0x66; 32],
            balance: 1_200,
        }),
        at: NOW,
    };
    (SaidKind::Receipt, sign(&answer, &HONEST.0))
}

/// The payer's report, in which that payment is the newest entry.
fn reported(payment: &LocalPayment) -> Signed {
    let entry = payment.entry();
    let report = PurseReport {
        bank: payment.bank.clone(),
        purse: payment.payer,
        state: PurseState {
            amount: payment.balance,
            pending_out: 0,
            pending_in: 0,
            checkpoint: 1,
            sequence: entry.sequence,
            head: entry.hash(),
        },
        pending: Vec::new(),
        after: 6,
        entries: vec![entry],
        at: NOW,
        prepaid: None,
    };
    (SaidKind::Report, sign(&report, &CHEAT.0))
}

fn proof(first: Signed, second: Signed) -> Vec<u8> {
    let whose = credentials(&CHEAT, &BANK_SECRET);
    encode(&Contradiction::new(whose, 7, first, second))
}

fn spent_twice() -> Vec<u8> {
    proof(paid(&payment(1)), paid(&payment(2)))
}

/// The root, and certificates for purses of the bank and of whoever has the other key.
fn roots() -> (TrustAnchors, [Vec<u8>; 2]) {
    let mut authority = TestAuthority::new(NOW);
    let certificates = [BANK_SECRET, OTHER_SECRET].map(|secret| {
        let spki = VerifyingKey::of_es256(&secret).unwrap().to_spki().unwrap();
        let party = (Role::Bank, BANK, "Midori Bank");
        authority.party_of(party, &spki).as_der().to_vec()
    });
    (authority.anchors(), certificates)
}

fn is_proved(proof: &[u8]) -> bool {
    let (anchors, [bank, _]) = roots();
    judge(proof, &bank, &anchors).is_ok()
}

/// Runs the program on these files.
fn run(name: &str, root: &[u8], bank: &[u8], proof: &[u8]) -> Output {
    let folder = std::env::temp_dir().join(format!("proof-{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let files = [("root", root), ("bank", bank), ("proof", proof)];
    let paths: Vec<PathBuf> = files
        .map(|(file, bytes)| {
            let path = folder.join(file);
            fs::write(&path, bytes).unwrap();
            path
        })
        .into();
    let program = env!("CARGO_BIN_EXE_tallystick-contradiction");
    let output = Command::new(program).args(paths).output().unwrap();
    fs::remove_dir_all(folder).unwrap();
    output
}

fn text(output: &Output) -> String {
    let streams = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8(streams).unwrap()
}

#[test]
fn a_proof_ends_with_zero_and_a_sentence_that_says_who_signed_twice_what() {
    let (anchors, [bank, _]) = roots();
    let output = run("true", anchors.roots()[0].as_der(), &bank, &spent_twice());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    let payee = HONEST.1;
    let sentence = format!(
        "Purse {} of {BANK} signed two things of entry 7 of its history: that it pays 1200 JPY to purse {payee}; \
         and that it pays 1200 JPY to purse {payee}. Both cannot be true: it was spent twice.\n",
        CHEAT.1
    );
    assert_eq!(text(&output), sentence);
}

#[test]
fn what_proves_nothing_ends_with_one_and_what_is_no_file_with_two() {
    let (anchors, [bank, other]) = roots();
    let root = anchors.roots()[0].as_der();
    let same = proof(paid(&payment(1)), paid(&payment(1)));
    let output = run("same", root, &bank, &same);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("These two can both be true."));
    let output = run("other-bank", root, &other, &spent_twice());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let output = run("no-root", &bank, &bank, &spent_twice());
    assert_ne!(output.status.code(), Some(0), "{}", text(&output));
    let output = run("no-proof", root, &bank, b"no proof");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let program = env!("CARGO_BIN_EXE_tallystick-contradiction");
    let output = Command::new(program).arg("root").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).contains("tallystick-contradiction ROOT BANK PROOF"));
}

#[test]
fn no_byte_of_a_proof_can_be_altered() {
    let (anchors, [bank, _]) = roots();
    let whole = spent_twice();
    assert!(judge(&whole, &bank, &anchors).is_ok());
    for at in 0..whole.len() {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        assert!(judge(&altered, &bank, &anchors).is_err(), "{at}");
    }
    assert!(judge(&whole[..whole.len() - 1], &bank, &anchors).is_err());
}

#[test]
fn a_report_that_hides_a_payment_is_proof_too_and_one_that_tells_it_is_none() {
    let (anchors, [bank, _]) = roots();
    let hidden = proof(paid(&payment(1)), reported(&payment(2)));
    let proven = judge(&hidden, &bank, &anchors).unwrap().to_string();
    assert!(proven.contains("to its bank, that 1200 minor units went from purse"));
    assert!(!is_proved(&proof(paid(&payment(1)), reported(&payment(1)))));
    let mut later = payment(2);
    later.sequence = 8;
    assert!(!is_proved(&proof(paid(&payment(1)), paid(&later))));
}

#[test]
fn nobody_is_proved_guilty_by_what_others_signed_or_by_a_bank_that_is_none() {
    let [one, two] = [1, 2].map(payment);
    // What the payee signed is no word of the payer, nor the other way round.
    assert!(!is_proved(&proof(paid(&one), taken(&two))));
    let payee = credentials(&HONEST, &BANK_SECRET);
    for (first, second) in [
        (paid(&one), paid(&two)),
        (taken(&one), paid(&two)),
        // The same payment twice is one payment.
        (taken(&one), taken(&one)),
    ] {
        let proof = encode(&Contradiction::new(payee.clone(), 7, first, second));
        assert!(!is_proved(&proof));
    }
    // A purse of whoever says to be the bank.
    let forged = credentials(&CHEAT, &OTHER_SECRET);
    let forged = encode(&Contradiction::new(forged, 7, paid(&one), paid(&two)));
    assert!(!is_proved(&forged));
    // What was said to another bank.
    let mut elsewhere = payment(2);
    elsewhere.bank = "other-bank.example".parse().unwrap();
    assert!(!is_proved(&proof(paid(&one), paid(&elsewhere))));
}
