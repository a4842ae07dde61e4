//! What a purse's history and its messages hold to.

use super::*;
use crate::wire::cbor::{decode_value, encode_value};
use crate::wire::identifier::TransactionId;
use crate::wire::number::WHOLE_MAX;
use crate::wire::time::Timestamp;

fn entry(sequence: u64, previous: [u8; 32]) -> HistoryEntry {
    HistoryEntry {
        sequence,
        previous,
        transaction: TransactionId([sequence.to_le_bytes()[0]; 32]),
        payee: Endpoint::Account(7),
        payer: Endpoint::Purse(PurseNumber([1; 16])),
        amount: 10,
        balance: 100,
        at: Timestamp(1_800_000_000),
        evidence: alloc::vec::Vec::new(),
    }
}

fn history() -> alloc::vec::Vec<HistoryEntry> {
    let first = entry(1, HISTORY_START);
    let second = entry(2, first.hash());
    let third = entry(3, second.hash());
    alloc::vec![first, second, third]
}

#[test]
fn t004_1_a_whole_history_leads_from_what_is_known_to_the_head_that_the_card_signed() {
    let entries = history();
    let head = entries[2].hash();
    assert_eq!(require_chain(&entries, (0, HISTORY_START), head), Ok(()));
    let known = (1, entries[0].hash());
    assert_eq!(require_chain(&entries[1..], known, head), Ok(()));
    assert_eq!(require_chain(&[], (3, head), head), Ok(()));
}

#[test]
fn a_gap_a_doubled_an_altered_or_a_missing_last_entry_is_found() {
    let entries = history();
    let head = entries[2].hash();
    let check = |entries: &[HistoryEntry]| require_chain(entries, (0, HISTORY_START), head);
    let gap = [entries[0].clone(), entries[2].clone()];
    assert_eq!(check(&gap), Err(HistoryError::Gap(2)));
    let doubled = [entries[0].clone(), entries[0].clone()];
    assert_eq!(check(&doubled), Err(HistoryError::Gap(2)));
    let mut altered = entries.clone();
    altered[1].amount += 1;
    assert_eq!(check(&altered), Err(HistoryError::Altered(3)));
    altered = entries.clone();
    altered[2].amount += 1;
    assert_eq!(check(&altered), Err(HistoryError::Altered(3)));
    assert_eq!(check(&entries[..2]), Err(HistoryError::Altered(2)));
}

#[test]
fn evidence_that_comes_later_changes_no_hash() {
    let mut one = entry(1, HISTORY_START);
    let before = one.hash();
    one.evidence = alloc::vec![1, 2, 3];
    assert_eq!(one.hash(), before);
}

#[test]
fn a_purse_number_is_read_as_it_is_shown() {
    let number = PurseNumber([0xa5; 16]);
    assert_eq!(alloc::format!("{number}").parse(), Ok(number));
    assert!("a5".parse::<PurseNumber>().is_err());
    assert!(PurseNumber::try_from(&[1; 15][..]).is_err());
}

#[test]
fn a_purse_says_no_number_that_a_party_could_not_keep() {
    let largest = PurseState {
        amount: WHOLE_MAX,
        pending_out: WHOLE_MAX,
        pending_in: WHOLE_MAX,
        checkpoint: WHOLE_MAX,
        sequence: WHOLE_MAX,
        head: HISTORY_START,
    };
    let read = |state: &PurseState| decode_value::<PurseState>(&encode_value(state), 256);
    assert_eq!(read(&largest), Ok(largest.clone()));
    let raise: [fn(&mut PurseState) -> &mut u64; 5] = [
        |state| &mut state.amount,
        |state| &mut state.pending_out,
        |state| &mut state.pending_in,
        |state| &mut state.checkpoint,
        |state| &mut state.sequence,
    ];
    for field in raise {
        let mut larger = largest.clone();
        *field(&mut larger) += 1;
        assert!(read(&larger).is_err());
    }
    let mut entry = entry(1, HISTORY_START);
    entry.balance = WHOLE_MAX + 1;
    assert!(decode_value::<HistoryEntry>(&encode_value(&entry), 1024).is_err());
    let account = Endpoint::Account(WHOLE_MAX + 1);
    assert!(decode_value::<Endpoint>(&encode_value(&account), 64).is_err());
}
