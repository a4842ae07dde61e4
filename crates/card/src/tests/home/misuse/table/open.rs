//! What may be tried with the first password.

use super::*;

pub(super) const ROWS: &[Row] = &[
    (
        "a first password without a nonce",
        Fresh,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            case.open(&opening)
        },
    ),
    (
        "a first password with another nonce",
        Accessed,
        Why::BadSignature,
        |case| {
            case.nonce = [5; 32];
            let opening = case.opening(FIRST);
            case.open(&opening)
        },
    ),
    (
        "a first password with the nonce before",
        Accessed,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            case.access().unwrap();
            case.open(&opening)
        },
    ),
    (
        "a right first password again",
        Accessed,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            case.open(&opening).unwrap();
            case.open(&opening)
        },
    ),
    (
        "a right first password after a wrong one with the same nonce",
        Accessed,
        Why::BadSignature,
        |case| {
            let wrong = case.opening("not this one");
            case.open(&wrong).unwrap_err();
            let right = case.opening(FIRST);
            case.open(&right)
        },
    ),
    (
        "a first password signed by another key",
        Accessed,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            case.secret = OTHER_KEY;
            case.open(&opening)
        },
    ),
    (
        "a first password sealed to another home",
        Accessed,
        Why::Malformed,
        |case| {
            let sealing = core::mem::replace(&mut case.world.keys.sealing, [9; 32]);
            // Named as this home all the same.
            let mut opening = case.opening(FIRST);
            case.world.keys.sealing = sealing;
            opening.home = case.world.keys.home();
            case.open(&opening)
        },
    ),
    (
        "a first password sealed with another nonce than it says",
        Accessed,
        Why::Malformed,
        |case| {
            let nonce = core::mem::replace(&mut case.nonce, [5; 32]);
            let mut opening = case.opening(FIRST);
            opening.nonce = nonce;
            case.open(&opening)
        },
    ),
    (
        "a first password sealed for another terminal",
        Accessed,
        Why::Malformed,
        |case| {
            let terminal = core::mem::replace(&mut case.terminal, OTHER_TERMINAL);
            let mut opening = case.opening(FIRST);
            case.terminal = terminal;
            opening.terminal = terminal;
            case.open(&opening)
        },
    ),
    (
        "a first password for another home",
        Accessed,
        Why::BadSignature,
        |case| {
            let mut opening = case.opening(FIRST);
            opening.home = OTHER_HOME;
            case.open(&opening)
        },
    ),
    (
        "another terminal's first password",
        Accessed,
        Why::BadSignature,
        |case| {
            let answer = case.world.access().unwrap();
            let keys = case.world.keys.clone();
            let opening = host::home::access::opening(&keys, &answer, FIRST);
            let opening = case.world.away.bytes(opening);
            case.done(Open, opening)
        },
    ),
    (
        "a wrong first password",
        Accessed,
        Why::WrongFirstPassword,
        |case| {
            let opening = case.opening("not this one");
            case.open(&opening)
        },
    ),
    (
        "an empty first password",
        Accessed,
        Why::WrongFirstPassword,
        |case| {
            let opening = case.opening("");
            case.open(&opening)
        },
    ),
    (
        "the second password as the first",
        Accessed,
        Why::WrongFirstPassword,
        |case| {
            let opening = case.opening(SECOND);
            case.open(&opening)
        },
    ),
    (
        "the right first password when it is blocked",
        Accessed,
        Why::Blocked,
        |case| {
            for _ in 0..4 {
                case.access().unwrap();
                let wrong = case.opening("not this one");
                case.open(&wrong).unwrap_err();
            }
            case.access().unwrap();
            // Another terminal's try was the last.
            let answer = case.world.access().unwrap();
            case.world.open(&answer, "nor this one").unwrap_err();
            let right = case.opening(FIRST);
            case.open(&right)
        },
    ),
    (
        "the first password before new ones were set",
        Accessed,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            new_passwords(case);
            case.open(&opening)
        },
    ),
    (
        "a request instead of a first password",
        Accessed,
        Why::BadSignature,
        |case| {
            let request = case.request(AccessPurpose::Open);
            let request = case.signed(&request);
            case.done(Open, request)
        },
    ),
];
