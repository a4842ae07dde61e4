//! What a contactless card is personalised with, and what it says in its channel.

use minicbor::Encode;
use tallystick_protocol::keys::sealed::public_key;
use tallystick_protocol::settlement::card::{
    Alias, CardAnswer, CardIdentifier, CardLabel, CardOrder, CardPersonalisation, CardRefusal,
    CardReport, Transaction, TransactionKind, TransactionRecord,
};
use tallystick_protocol::settlement::channel::{CardKeys, KEY_SET_BYTES};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::encode_value;
use tallystick_protocol::wire::money::Currency;

use crate::{envelope, holds, validate, yen};

const IDENTIFIER: CardIdentifier = CardIdentifier([2; 8]);

fn keys() -> CardKeys {
    CardKeys::from_bytes(&[3; KEY_SET_BYTES])
}

/// What is said in the channel is no message, and the page says how it is all the same.
fn value_holds<T: Encode<()>>(rule: &str, value: &T) {
    let bytes = encode_value(value);
    if let Err(error) = validate(rule, &bytes) {
        panic!("{rule} is not as the page says: {error:?}");
    }
    assert!(validate(rule, &[0x80]).is_err(), "{rule} takes anything");
}

#[test]
fn a_personalisation_is_as_the_page_says() {
    for key_version in [1, 127] {
        let label = CardLabel {
            alias: Alias([1; 10]),
            identifier: IDENTIFIER,
            currency: Currency::Jpy,
            key_version,
        };
        let recipient = public_key(&[5; 32]).unwrap();
        let rng = &mut TestRng::new(1);
        let envelope = envelope(Audience::Anyone);
        let said = CardPersonalisation::new(rng, envelope, recipient, label, &keys()).unwrap();
        holds("card-personalisation", &said);
    }
}

#[test]
fn what_is_said_in_a_cards_channel_is_as_the_page_says() {
    let order = CardOrder {
        digest: [1; 32],
        amount: 5,
        after: 3,
    };
    value_holds("card-order", &order);
    for kind in [TransactionKind::Debit, TransactionKind::TopUp] {
        let transaction = Transaction {
            counter: 4,
            kind,
            digest: [1; 32],
            amount: 5,
            balance: 6,
        };
        let record = TransactionRecord::certify(transaction, &keys(), IDENTIFIER, Currency::Jpy);
        value_holds("transaction-record", &record);
        value_holds("card-answer", &CardAnswer::Done(record));
        for (last, acknowledged) in [(None, None), (Some(record), None), (None, Some([1; 32]))] {
            let report = CardReport {
                identifier: IDENTIFIER,
                balance: yen(6),
                counter: 4,
                last,
                acknowledged,
            };
            value_holds("card-report", &report);
        }
    }
    for reason in [
        CardRefusal::Counter,
        CardRefusal::Insufficient,
        CardRefusal::Limit,
        CardRefusal::Amount,
        CardRefusal::Repeated,
    ] {
        let refused = CardAnswer::Refused {
            reason,
            counter: 4,
            balance: 6,
        };
        value_holds("card-answer", &refused);
    }
}
