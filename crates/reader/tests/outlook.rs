//! One word for each cause, and how long whoever asks waits.

use std::collections::BTreeSet;

use tallystick_reader::{Fault, FelicaCard, Outlook, patience_ms};

#[test]
fn every_outlook_has_a_word_of_its_own() {
    let names: BTreeSet<&str> = Outlook::ALL.iter().map(|outlook| outlook.name()).collect();
    assert_eq!(names.len(), Outlook::ALL.len());
}

#[test]
fn each_cause_has_its_own_word() {
    let card = FelicaCard {
        idm: [1; 8],
        pmm: [2; 8],
    };
    for (fault, word) in [
        (Fault::NoCard, "no-card"),
        (Fault::Felica(card), "felica"),
        (Fault::SeveralCards, "several-cards"),
        (Fault::NoAccess, "no-access"),
        (Fault::NotOpened, "not-opened"),
        (Fault::Held, "held"),
        (Fault::Busy, "busy"),
        (Fault::Removed, "removed"),
        (Fault::Silent, "silent"),
        (Fault::Protocol("noise"), "failed"),
        (Fault::Reported(7), "failed"),
        (Fault::Pipe("UnknownError".to_owned()), "failed"),
    ] {
        assert_eq!(Outlook::from(&fault).name(), word, "{fault}");
    }
}

#[test]
fn looking_takes_seconds_and_making_a_key_alone_takes_minutes() {
    for (apdu, at_most_ms) in [
        (&[0x00, 0xA4, 0x04, 0x00][..], 5_000), // SELECT
        (&[0x80, 0x1A, 0x00, 0x00], 5_000),     // LIST
        (&[0x00, 0x20, 0x00, 0x80], 5_000),     // VERIFY
        (&[0x00, 0xC0, 0x00, 0x00], 5_000),     // GET RESPONSE
        (&[], 5_000),
        (&[0x00, 0x87, 0x07, 0x9C], 30_000), // GENERAL AUTHENTICATE
        (&[0x10, 0x87, 0x07, 0x9C], 30_000), // the same, chained
        (&[0x80, 0x14, 0x00, 0x01], 30_000), // DERIVE
        (&[0x00, 0x47, 0x00, 0x9C], 120_000), // GENERATE ASYMMETRIC KEY PAIR
    ] {
        assert!(patience_ms(apdu) <= at_most_ms, "{apdu:02X?}");
    }
    assert_eq!(patience_ms(&[0x00, 0x47, 0x00, 0x9C]), 120_000);
}
