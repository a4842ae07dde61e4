//! What the holder does at home.

use tallystick_protocol::home::{HomeRegistration, PublicKeys};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::TerminalId;
use tallystick_protocol::wire::money::{Currency, Money};

use super::world::{FIRST, NOW, PROXY, SECOND, SHOP, World};
use crate::host::home::lending::{self, LoanTerms, RegistrationTerms};
use crate::host::{self, CardError, home};
use crate::tests::bench::domain;

fn keys(number: u8) -> PublicKeys {
    let key = VerifyingKey::of_es256(&[number; 32]).unwrap();
    PublicKeys {
        signing: key.to_spki().unwrap(),
        sealing: [number; 32],
    }
}

#[test]
fn passwords_terminals_and_loans_want_the_pin_and_nothing_else_does() {
    let mut world = World::lent();
    let pin = Err(CardError::PinRequired);
    let terms = world.terms();
    for apdu in [
        lending::set_up(FIRST, SECOND),
        lending::enrol(&keys(2), "Another"),
        lending::lend(&terms),
    ] {
        assert_eq!(host::done(&world.home.send(apdu)), pin);
    }
    let registration = RegistrationTerms {
        proxy: domain(PROXY),
        verifier: [5; 32],
        at: NOW,
    };
    let signed = world.home.bytes(lending::register(&registration));
    let key = world.keys.verifying().unwrap();
    let said: HomeRegistration = keyed::open(&signed, &key).unwrap();
    assert_eq!((said.version, said.terminals.len()), (1, 1));
    assert_eq!(said.keys, world.keys);
    world.home.done(lending::stop(1));
    world.home.done(lending::stop_everything());
    let terminal = world.terminal;
    world.home.done(lending::revoke(&terminal));
    let view = world.view();
    assert!(view.terminals.is_empty() && view.loans.is_empty());
    assert_eq!(view.registration, 1);
    assert!(world.access().is_err(), "it is not known any more");
}

#[test]
fn a_terminal_gets_another_name_and_there_are_no_more_than_a_proxy_takes() {
    let mut world = World::new();
    for number in 1..16 {
        let enrol = lending::enrol(&keys(number), "One");
        host::done(&world.home.with_pin(enrol)).unwrap();
    }
    let enrol = lending::enrol(&keys(1), "Another name");
    host::done(&world.home.with_pin(enrol)).unwrap();
    let terminals = world.view().terminals;
    assert_eq!((terminals.len(), &*terminals[1].name), (16, "Another name"));
    let enrol = lending::enrol(&keys(16), "One");
    let full = host::done(&world.home.with_pin(enrol));
    assert_eq!(full, Err(CardError::Refused(0x6a84)));
    let unknown = lending::revoke(&TerminalId([1; 32]));
    let unknown = host::done(&world.home.send(unknown));
    assert_eq!(unknown, Err(CardError::NotFound));
    assert_eq!(
        lending::enrol(&keys(1), "").err(),
        Some(CardError::TooLarge)
    );
}

#[test]
fn only_what_can_be_lent_is_lent() {
    let mut world = World::new();
    let terms = world.terms();
    let many = (0..17).map(|number| domain(&alloc::format!("shop-{number}.localhost")));
    let refused = [
        (
            "no such terminal",
            LoanTerms {
                terminal: TerminalId([1; 32]),
                ..terms.clone()
            },
        ),
        (
            "no such account",
            LoanTerms {
                holder: tallystick_protocol::wire::identifier::HolderId([1; 32]),
                ..terms.clone()
            },
        ),
        (
            "nothing each",
            LoanTerms {
                each: Money::zero(Currency::Jpy),
                ..terms.clone()
            },
        ),
        (
            "more each than in all",
            LoanTerms {
                total: 499,
                ..terms.clone()
            },
        ),
        (
            "no order",
            LoanTerms {
                count: 0,
                ..terms.clone()
            },
        ),
        (
            "too much",
            LoanTerms {
                total: u64::MAX,
                ..terms.clone()
            },
        ),
        (
            "too many shops",
            LoanTerms {
                shops: many.collect(),
                ..terms.clone()
            },
        ),
    ];
    for (what, terms) in refused {
        let response = world.home.with_pin(lending::lend(&terms));
        assert!(host::done(&response).is_err(), "{what}");
    }
    assert!(world.view().loans.is_empty());
    for number in 1..=8 {
        assert_eq!(world.lend(terms.clone()).number, number);
    }
    let ninth = world.home.with_pin(lending::lend(&terms));
    assert_eq!(host::done(&ninth), Err(CardError::Refused(0x6a84)));
    world.home.done(lending::stop(3));
    let loan = world.lend(terms);
    assert_eq!((loan.number, loan.home), (9, world.keys.home()));
    assert_eq!(loan.shops, [domain(SHOP)]);
}

#[test]
fn the_oldest_loan_that_is_over_makes_room() {
    let mut world = World::new();
    for number in 1..=40 {
        world.lend(world.terms());
        world.home.done(lending::stop(number));
    }
    let loans = world.view().loans;
    assert_eq!((loans.len(), loans[0].loan.number), (32, 9));
}

#[test]
fn passwords_have_their_length_and_differ() {
    let mut world = World::new();
    for (first, second) in [("short", SECOND), (FIRST, "short")] {
        let malformed = lending::set_up(first, second).err();
        assert_eq!(malformed, Some(CardError::MalformedPassword));
    }
    let same = world.home.with_pin(lending::set_up(FIRST, FIRST));
    assert!(home::public_keys(&same).is_err());
}

#[test]
fn a_card_that_was_never_set_up_lends_nothing_and_says_so() {
    let mut world = World::new();
    let view = lending::view(&world.away.send(lending::status())).unwrap();
    assert_eq!((view.keys, view.first_tries), (None, 0));
    let log = world.away.send(lending::log());
    assert_eq!(host::done(&log), Err(CardError::Refused(0x6985)));
}
