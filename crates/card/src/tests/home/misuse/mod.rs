//! What a terminal, a proxy or a home browser may try. Each is refused with its own word; nothing is signed, nothing is
//! counted, and what comes of it is in no log.

mod case;
mod table;

use alloc::vec::Vec;

use case::{Case, Stage};
use table::rows;

#[test]
fn each_misuse_is_refused_with_its_own_word_and_nothing_is_signed_or_counted() {
    let stages = Stage::ALL.map(Case::at);
    let mut wrong = Vec::new();
    for (what, stage, expected, misuse) in rows() {
        let mut case = stages[*stage as usize].clone();
        let said = misuse(&mut case);
        if said != Err(*expected) {
            wrong.push(alloc::format!("{what}: {said:?} instead of {expected:?}"));
        }
        if !case.is_as_it_was() {
            wrong.push(alloc::format!("{what}: something was counted"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows().count() >= 60);
}

#[test]
fn what_the_rows_alter_is_otherwise_done() {
    let mut case = Case::at(Stage::Released);
    case.enter(|_, _| {}).unwrap();
    let ask = case.ask(300);
    case.sign(&ask).unwrap();
    assert!(!case.is_as_it_was());
}
