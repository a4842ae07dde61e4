//! A record opens in its turn, once, on the other side, or not at all.

use alloc::collections::BTreeSet;
use alloc::{format, vec};

use proptest::prelude::*;

use super::*;
use crate::home::records::{CONTENT_BYTES_MAX, Record, RecordError, RecordKeys, Side};
use crate::wire::cbor::{decode, decode_value, encode, encode_value};

fn both() -> (RecordKeys, RecordKeys) {
    let keys = |side| RecordKeys::new(&[1; 32], &[2; 32], side);
    (keys(Side::Initiator), keys(Side::Responder))
}

fn why(keys: &mut RecordKeys, record: &[u8]) -> RecordError {
    keys.open(record).unwrap_err()
}

#[test]
fn a_replayed_a_reordered_and_a_left_out_record_is_out_of_turn() {
    let (mut sends, mut receives) = both();
    let records: Vec<_> = (0..3).map(|n| sends.seal(&[n], false).unwrap()).collect();
    assert_eq!(why(&mut receives, &records[1]), RecordError::OutOfTurn);
    assert!(receives.open(&records[0]).is_ok());
    assert_eq!(why(&mut receives, &records[0]), RecordError::OutOfTurn);
    assert_eq!(why(&mut receives, &records[2]), RecordError::OutOfTurn);
    assert!(receives.open(&records[1]).is_ok());
    assert!(receives.open(&records[2]).is_ok());
    assert!(!receives.is_complete(), "what ends here was cut off");
}

#[test]
fn a_record_under_another_number_does_not_open() {
    let (mut sends, mut receives) = both();
    let _left_out = sends.seal(b"one", false).unwrap();
    let second = sends.seal(b"two", false).unwrap();
    let mut record: Record = decode(&second).unwrap();
    record.number = 0;
    assert_eq!(
        why(&mut receives, &encode(&record)),
        RecordError::DoesNotOpen
    );
}

#[test]
fn nothing_comes_after_the_last_one() {
    let (mut sends, mut receives) = both();
    let last = sends.seal(b"that is all", true).unwrap();
    assert_eq!(sends.seal(b"more", false), Err(RecordError::OutOfTurn));
    assert!(receives.open(&last).is_ok());
    assert!(receives.is_complete());
    assert_eq!(why(&mut receives, &last), RecordError::OutOfTurn);
    let (mut again, _) = both();
    let _first = again.seal(b"that is all", false).unwrap();
    let more = again.seal(b"more", false).unwrap();
    assert_eq!(why(&mut receives, &more), RecordError::OutOfTurn);
    assert!(receives.seal(b"the other side may go on", true).is_ok());
}

#[test]
fn whether_it_is_the_last_cannot_be_altered() {
    for is_last in [false, true] {
        let (mut sends, mut receives) = both();
        let record = sends.seal(b"content", is_last).unwrap();
        let mut record: Record = decode(&record).unwrap();
        record.is_last = !is_last;
        let record = encode(&record);
        assert_eq!(why(&mut receives, &record), RecordError::DoesNotOpen);
    }
}

#[test]
fn a_record_does_not_open_on_the_side_that_sealed_it() {
    let (mut sends, _) = both();
    let record = sends.seal(b"content", false).unwrap();
    let (mut same_side, _) = both();
    assert_eq!(why(&mut same_side, &record), RecordError::DoesNotOpen);
}

#[test]
fn a_record_opens_under_its_own_secret_and_transcript_alone() {
    let (mut sends, _) = both();
    let record = sends.seal(b"content", false).unwrap();
    for (secret, transcript) in [([3; 32], [2; 32]), ([1; 32], [3; 32])] {
        let mut other = RecordKeys::new(&secret, &transcript, Side::Responder);
        assert_eq!(why(&mut other, &record), RecordError::DoesNotOpen);
    }
}

#[test]
fn an_altered_or_cut_record_is_refused_and_changes_nothing() {
    let (mut sends, mut receives) = both();
    let record = sends.seal(b"an order of two hundred yen", false).unwrap();
    for altered in each_altered(&record) {
        assert!(receives.open(&altered).is_err());
    }
    for length in 0..record.len() {
        assert!(receives.open(&record[..length]).is_err());
    }
    let longer = [record.as_slice(), &[0]].concat();
    assert_eq!(why(&mut receives, &longer), RecordError::Malformed);
    assert!(receives.open(&record).is_ok());
}

#[test]
fn the_longest_content_goes_and_one_byte_more_does_not() {
    let (mut sends, mut receives) = both();
    let longest = vec![7; CONTENT_BYTES_MAX];
    let more = vec![7; CONTENT_BYTES_MAX + 1];
    assert_eq!(sends.seal(&more, false), Err(RecordError::TooLong));
    let record = sends.seal(&longest, false).unwrap();
    assert_eq!(receives.open(&record).unwrap().len(), CONTENT_BYTES_MAX);
    let too_long = Record {
        number: 1,
        is_last: false,
        ciphertext: vec![0; CONTENT_BYTES_MAX + 100],
    };
    let too_long = encode(&too_long);
    assert_eq!(why(&mut receives, &too_long), RecordError::Malformed);
}

#[test]
fn stored_keys_go_on_where_they_were() {
    let (mut sends, mut receives) = both();
    for number in 0..4 {
        let record = sends.seal(&[number], number == 3).unwrap();
        assert_eq!(receives.open(&record).unwrap().as_slice(), &[number]);
        let store = |keys: &RecordKeys| decode_value::<RecordKeys>(&encode_value(keys), 256);
        sends = store(&sends).unwrap();
        receives = store(&receives).unwrap();
    }
    assert!(receives.is_complete());
    assert_eq!(sends.seal(b"more", false), Err(RecordError::OutOfTurn));
}

#[test]
fn no_two_records_of_a_side_have_the_same_nonce() {
    let (mut initiator, mut responder) = both();
    let mut ciphertexts = BTreeSet::new();
    let mut numbers = BTreeSet::new();
    for _ in 0..64 {
        for keys in [&mut initiator, &mut responder] {
            // The same content each time: the same key and nonce would give the same bytes.
            let record: Record = decode(&keys.seal(b"same", false).unwrap()).unwrap();
            numbers.insert(record.number);
            ciphertexts.insert(record.ciphertext);
        }
        initiator = decode_value(&encode_value(&initiator), 256).unwrap();
    }
    assert_eq!((numbers.len(), ciphertexts.len()), (64, 128));
}

#[test]
fn what_cannot_be_sealed_uses_no_number_up() {
    let (mut sends, mut receives) = both();
    let more = vec![0; CONTENT_BYTES_MAX + 1];
    assert!(sends.seal(&more, true).is_err());
    let record = sends.seal(b"less", false).unwrap();
    assert!(receives.open(&record).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_sealed_opens_as_it_was(
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..6)
    ) {
        let (mut sends, mut receives) = both();
        for (place, content) in contents.iter().enumerate() {
            let record = sends.seal(content, place + 1 == contents.len()).unwrap();
            let opened = receives.open(&record).unwrap();
            prop_assert_eq!(opened.as_slice(), content.as_slice());
        }
        prop_assert!(receives.is_complete());
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (_, mut receives) = both();
        let before = format!("{receives:?}");
        prop_assert!(receives.open(&bytes).is_err());
        prop_assert_eq!(format!("{receives:?}"), before);
    }
}
