//! What may be asked for the nonce.

use super::*;

pub(super) const ROWS: &[Row] = &[
    ("an unknown terminal", Fresh, Why::Unknown, |case| {
        case.terminal = OTHER_TERMINAL;
        case.access()
    }),
    (
        "a request signed by another key",
        Fresh,
        Why::BadSignature,
        |case| {
            case.secret = OTHER_KEY;
            case.access()
        },
    ),
    (
        "a request for another home",
        Fresh,
        Why::BadSignature,
        |case| {
            let mut request = case.request(AccessPurpose::Open);
            request.home = OTHER_HOME;
            let request = case.signed(&request);
            case.done(Access, request)
        },
    ),
    (
        "a request in another's name",
        Fresh,
        Why::BadSignature,
        |case| {
            let mut request = case.request(AccessPurpose::Open);
            request.terminal = case.world.terminal;
            let request = case.signed(&request);
            case.done(Access, request)
        },
    ),
    ("a request to fetch", Fresh, Why::Malformed, |case| {
        let request = case.request(AccessPurpose::Fetch);
        let request = case.signed(&request);
        case.done(Access, request)
    }),
    (
        "a request to stop, as one to open",
        Fresh,
        Why::Malformed,
        |case| {
            let request = case.request(AccessPurpose::Stop);
            let request = case.signed(&request);
            case.done(Access, request)
        },
    ),
    ("a request cut off", Fresh, Why::Malformed, |case| {
        let request = case.request(AccessPurpose::Open);
        let mut request = case.signed(&request);
        request.pop();
        case.done(Access, request)
    }),
    (
        "a request with a byte more",
        Fresh,
        Why::Malformed,
        |case| {
            let request = case.request(AccessPurpose::Open);
            let mut request = case.signed(&request);
            request.push(0);
            case.done(Access, request)
        },
    ),
    ("a request altered", Fresh, Why::BadSignature, |case| {
        let request = case.request(AccessPurpose::Open);
        let mut request = case.signed(&request);
        let end = request.len() - 1;
        request[end] ^= 1;
        case.done(Access, request)
    }),
    (
        "a password instead of a request",
        Accessed,
        Why::BadSignature,
        |case| {
            let opening = case.opening(FIRST);
            let opening = case.signed(&opening);
            case.done(Access, opening)
        },
    ),
    (
        "nothing instead of a request",
        Fresh,
        Why::Malformed,
        |case| case.done(Access, Vec::new()),
    ),
    (
        "a request while the first password is blocked",
        Fresh,
        Why::Blocked,
        |case| {
            block_first(case);
            case.access()
        },
    ),
];
