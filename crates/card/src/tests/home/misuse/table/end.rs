//! What may be tried to stop, and to end a session.

use super::*;

pub(super) const ROWS: &[Row] = &[
    (
        "a request to open, as one to stop",
        Fresh,
        Why::Malformed,
        |case| {
            let request = case.request(AccessPurpose::Open);
            let request = case.signed(&request);
            case.done(Stop, request)
        },
    ),
    (
        "a stop signed by another key",
        Fresh,
        Why::BadSignature,
        |case| {
            let request = case.request(AccessPurpose::Stop);
            case.secret = OTHER_KEY;
            let request = case.signed(&request);
            case.done(Stop, request)
        },
    ),
    (
        "a stop for another home",
        Fresh,
        Why::BadSignature,
        |case| {
            let mut request = case.request(AccessPurpose::Stop);
            request.home = OTHER_HOME;
            let request = case.signed(&request);
            case.done(Stop, request)
        },
    ),
    (
        "a stop of an unknown terminal",
        Fresh,
        Why::Unknown,
        |case| {
            let request = case.request(AccessPurpose::Stop);
            let request = case.signed(&request);
            case.terminal = OTHER_TERMINAL;
            case.done(Stop, request)
        },
    ),
    (
        "an end for an unknown terminal",
        Fresh,
        Why::Unknown,
        |case| {
            case.terminal = OTHER_TERMINAL;
            case.done(End, Vec::new())
        },
    ),
];
