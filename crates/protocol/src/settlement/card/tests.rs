//! Records and their certificates, personalisation, and how all of it is written.

use alloc::vec::Vec;

use alloc::string::ToString;

use super::*;
use crate::keys::sealed::public_key;
use crate::settlement::channel::{CardKeys, MasterKey};
use crate::test_keys::TestRng;
use crate::trust::statement::{Audience, Envelope};
use crate::wire::cbor::{decode, decode_value, encode, encode_value};
use crate::wire::identifier::Domain;
use crate::wire::money::{Currency, Money};
use crate::wire::number::WHOLE_MAX;
use crate::wire::time::Timestamp;
use zeroize::Zeroizing;

const IDENTIFIER: CardIdentifier = CardIdentifier(*b"card-001");

fn keys() -> CardKeys {
    MasterKey::new(Zeroizing::new([5; 16])).card(&Alias([6; 10]))
}

const fn transaction() -> Transaction {
    Transaction {
        counter: 4,
        kind: TransactionKind::Debit,
        digest: [7; 32],
        amount: 1_200,
        balance: 300,
    }
}

fn record() -> TransactionRecord {
    TransactionRecord::certify(transaction(), &keys(), IDENTIFIER, Currency::Jpy)
}

#[test]
fn a_certificate_holds_for_this_transaction_of_this_card_alone() {
    let record = record();
    let is_genuine =
        |record: &TransactionRecord| record.is_genuine(&keys(), IDENTIFIER, Currency::Jpy);
    assert!(is_genuine(&record));
    let altered: [fn(&mut TransactionRecord); 6] = [
        |record| record.counter += 1,
        |record| record.kind = TransactionKind::TopUp,
        |record| record.digest[31] ^= 1,
        |record| record.amount -= 1,
        |record| record.balance += 1,
        |record| record.certificate[15] ^= 1,
    ];
    for alter in altered {
        let mut record = record;
        alter(&mut record);
        assert!(!is_genuine(&record), "{record:?}");
    }
    let other = CardIdentifier(*b"card-002");
    assert!(!record.is_genuine(&keys(), other, Currency::Jpy));
    assert!(!record.is_genuine(&keys(), IDENTIFIER, Currency::Usd));
    let other_keys = MasterKey::new(Zeroizing::new([5; 16])).card(&Alias([7; 10]));
    assert!(!record.is_genuine(&other_keys, IDENTIFIER, Currency::Jpy));
}

#[test]
fn the_longest_of_what_is_said_in_the_channel_fits_in_one_response() {
    let record = TransactionRecord {
        counter: u32::MAX,
        amount: WHOLE_MAX,
        balance: WHOLE_MAX,
        ..record()
    };
    let report = CardReport {
        identifier: IDENTIFIER,
        balance: Money::new(WHOLE_MAX, Currency::Jpy),
        counter: u32::MAX,
        last: Some(record),
        acknowledged: Some([1; 32]),
    };
    let refused = CardAnswer::Refused {
        reason: CardRefusal::Repeated,
        counter: u32::MAX,
        balance: WHOLE_MAX,
    };
    let reports = encode_value(&report);
    assert!(reports.len() <= VALUE_BYTES_MAX, "{}", reports.len());
    assert_eq!(decode_value(&reports, VALUE_BYTES_MAX), Ok(report));
    for answer in [CardAnswer::Done(record), refused] {
        let bytes = encode_value(&answer);
        assert!(bytes.len() <= VALUE_BYTES_MAX);
        assert_eq!(decode_value(&bytes, VALUE_BYTES_MAX), Ok(answer));
    }
    for bytes in ["\u{2}", "\u{0}\u{0}"] {
        assert!(decode_value::<CardAnswer>(bytes.as_bytes(), 10).is_err());
    }
}

#[test]
fn a_report_says_for_what_the_last_transaction_was_also_once_it_was_acknowledged() {
    let report = |last, acknowledged| CardReport {
        identifier: IDENTIFIER,
        balance: Money::new(1, Currency::Jpy),
        counter: 4,
        last,
        acknowledged,
    };
    assert_eq!(report(None, None).last_digest(), None);
    assert_eq!(report(Some(record()), None).last_digest(), Some([7; 32]));
    assert_eq!(report(None, Some([7; 32])).last_digest(), Some([7; 32]));
}

fn personalisation(key_version: u8) -> Result<CardPersonalisation, crate::keys::KeyError> {
    let from = Domain::parse("security.example").unwrap();
    let envelope = Envelope::new(from, Audience::Anyone, [1; 32], Timestamp(1_000), 60);
    let label = CardLabel {
        alias: Alias([6; 10]),
        identifier: IDENTIFIER,
        currency: Currency::Jpy,
        key_version,
    };
    let recipient = public_key(&[5; 32]).unwrap();
    CardPersonalisation::new(&mut TestRng::new(1), envelope, recipient, label, &keys())
}

#[test]
fn keys_open_for_the_card_that_they_were_sealed_to_and_as_no_other_cards() {
    let sealed = personalisation(1).unwrap();
    let opened = sealed.open(&[5; 32]).unwrap();
    assert_eq!(opened.to_bytes(), keys().to_bytes());
    assert!(sealed.open(&[6; 32]).is_err());
    let altered: [fn(&mut CardPersonalisation); 6] = [
        |one| one.alias.0[0] ^= 1,
        |one| one.identifier.0[0] ^= 1,
        |one| one.currency = Currency::Eur,
        |one| one.key_version = 2,
        |one| one.envelope.from = Domain::parse("other.example").unwrap(),
        |one| one.sealed.ciphertext[0] ^= 1,
    ];
    for alter in altered {
        let mut sealed = sealed.clone();
        alter(&mut sealed);
        assert!(sealed.open(&[5; 32]).is_err());
    }
    let shown = alloc::format!("{sealed:?}");
    assert!(!shown.contains("card-001") && shown.contains("CardIdentifier(…)"));
    assert_eq!(decode(&encode(&sealed)), Ok(sealed));
}

#[test]
fn a_version_of_keys_is_1_to_127() {
    assert!(personalisation(0).is_err());
    assert!(personalisation(KEY_VERSION_MAX).is_ok());
    assert!(personalisation(KEY_VERSION_MAX + 1).is_err());
    let mut sealed = personalisation(1).unwrap();
    sealed.key_version = 0;
    assert!(sealed.open(&[5; 32]).is_err());
}

#[test]
fn an_alias_is_read_as_it_is_written() {
    let alias = Alias(*b"alias-0001");
    assert_eq!(alias.to_string().parse(), Ok(alias));
    let wrong: Vec<&str> = alloc::vec!["", "61", "6G6c6961732d30303031", "616C6961732D30303031"];
    for text in wrong {
        assert!(text.parse::<Alias>().is_err(), "{text}");
    }
}
