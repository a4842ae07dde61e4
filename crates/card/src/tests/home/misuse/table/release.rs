//! What may be tried with the second password.

use super::*;

pub(super) const ROWS: &[Row] = &[
    (
        "a second password before anything",
        Fresh,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            case.release(&release)
        },
    ),
    (
        "a second password before the first",
        Accessed,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            case.release(&release)
        },
    ),
    (
        "a second password after a wrong first",
        Accessed,
        Why::OutOfOrder,
        |case| {
            let wrong = case.opening("not this one");
            case.open(&wrong).unwrap_err();
            let release = case.release_of(SECOND);
            case.release(&release)
        },
    ),
    (
        "a second password after the end",
        Opened,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            case.done(End, Vec::new()).unwrap();
            case.release(&release)
        },
    ),
    (
        "a second password after everything was stopped",
        Opened,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            case.world.home.done(lending::stop_everything());
            case.release(&release)
        },
    ),
    (
        "a second password before new ones were set",
        Opened,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            new_passwords(case);
            case.release(&release)
        },
    ),
    (
        "a second password with another nonce",
        Opened,
        Why::BadSignature,
        |case| {
            case.opened.nonce = [5; 32];
            let release = case.release_of(SECOND);
            case.release(&release)
        },
    ),
    (
        "a second password with the nonce before",
        Opened,
        Why::BadSignature,
        |case| {
            let release = case.release_of(SECOND);
            case.access().unwrap();
            let opening = case.opening(FIRST);
            case.open(&opening).unwrap();
            case.release(&release)
        },
    ),
    (
        "a right second password again",
        Opened,
        Why::OutOfOrder,
        |case| {
            let release = case.release_of(SECOND);
            case.release(&release).unwrap();
            case.release(&release)
        },
    ),
    (
        "a right second password after a wrong one",
        Opened,
        Why::OutOfOrder,
        |case| {
            let wrong = case.release_of("nor this one");
            case.release(&wrong).unwrap_err();
            let right = case.release_of(SECOND);
            case.release(&right)
        },
    ),
    (
        "a wrong second password",
        Opened,
        Why::WrongSecondPassword,
        |case| {
            let release = case.release_of("nor this one");
            case.release(&release)
        },
    ),
    (
        "the first password as the second",
        Opened,
        Why::WrongSecondPassword,
        |case| {
            let release = case.release_of(FIRST);
            case.release(&release)
        },
    ),
    (
        "the right second password without the gate",
        Opened,
        Why::WrongSecondPassword,
        |case| {
            case.opened.gate = [5; 32];
            let release = case.release_of(SECOND);
            case.release(&release)
        },
    ),
    (
        "a second password signed by another key",
        Opened,
        Why::BadSignature,
        |case| {
            let release = case.release_of(SECOND);
            case.secret = OTHER_KEY;
            case.release(&release)
        },
    ),
    (
        "a second password moved to another session",
        Opened,
        Why::Malformed,
        |case| {
            let mut release = case.release_of(SECOND);
            release.session = [5; 32];
            case.release(&release)
        },
    ),
    (
        "a second password for another home",
        Opened,
        Why::BadSignature,
        |case| {
            let mut release = case.release_of(SECOND);
            release.home = OTHER_HOME;
            case.release(&release)
        },
    ),
    (
        "a second password in another's name",
        Opened,
        Why::BadSignature,
        |case| {
            let mut release = case.release_of(SECOND);
            release.terminal = case.world.terminal;
            case.release(&release)
        },
    ),
];
