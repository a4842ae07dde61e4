//! What may be tried to show the holder to a shop.

use super::*;

pub(super) const ROWS: &[Row] = &[
    (
        "to enter without a release",
        Opened,
        Why::NoSession,
        |case| {
            case.release_of(SECOND);
            case.enter(|_, _| {})
        },
    ),
    (
        "to enter with an altered record",
        Released,
        Why::BadSignature,
        |case| {
            case.enter(|_, call| {
                let end = call.record.len() - 1;
                call.record[end] ^= 1;
            })
        },
    ),
    (
        "to enter with a record that was there",
        Released,
        Why::BadSignature,
        |case| {
            let ask = case.entering();
            let call = encode(&case.enter_call(&ask));
            case.done(Enter, call.clone()).unwrap();
            case.done(Enter, call)
        },
    ),
    (
        "to enter with another key",
        Released,
        Why::OutOfOrder,
        |case| case.enter_asking(|ask| ask.key = [5; 32]),
    ),
    (
        "to enter by a loan that never was",
        Released,
        Why::NoLoan,
        |case| case.enter_asking(|ask| ask.loan = 9),
    ),
    (
        "to enter by another's loan",
        Released,
        Why::NoLoan,
        |case| case.enter_asking(|ask| ask.loan = 2),
    ),
    (
        "to enter by a loan that was stopped",
        Released,
        Why::NoLoan,
        |case| {
            case.stop(1);
            case.enter(|_, _| {})
        },
    ),
    ("to enter another shop", Released, Why::OtherShop, |case| {
        case.enter_asking(|ask| ask.shop = domain(OTHER_SHOP))
    }),
    (
        "to enter after the loan's end",
        Released,
        Why::AfterEnd,
        |case| {
            case.later(3600);
            case.enter(|_, _| {})
        },
    ),
    (
        "to enter where the proxy spoke to another shop",
        Released,
        Why::ShopNotConfirmed,
        |case| {
            case.enter(|case, call| {
                let other = case.agreement(OTHER_SHOP, Role::Shop);
                (call.hello, call.answer, call.proof) = (other.hello, other.answer, other.signed);
            })
        },
    ),
    (
        "to enter with a share that is not the terminal's",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter_asking(|ask| ask.second = Some([5; 32])),
    ),
    (
        "to enter in another profile than the terminal asked for",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter_asking(|ask| ask.profile = Profile::KeyTransport),
    ),
    (
        "to enter with the proof of another agreement",
        Released,
        Why::ShopNotConfirmed,
        |case| {
            case.enter(|case, call| {
                call.proof = case.agreement(call.hello.to.as_str(), Role::Shop).signed;
            })
        },
    ),
    (
        "to enter where the shop's share is another",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter(|_, call| call.answer.share = [5; 32]),
    ),
    (
        "to enter where the session's name is another",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter(|_, call| call.answer.session = [5; 16]),
    ),
    (
        "to enter where somebody puts a share in",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter(|_, call| call.hello.second = Some([5; 32])),
    ),
    (
        "to enter a shop that is certified as a courier",
        Released,
        Why::ShopNotConfirmed,
        |case| {
            case.enter(|case, call| {
                let other = case.agreement(call.hello.to.as_str(), Role::Courier);
                (call.hello, call.answer, call.proof) = (other.hello, other.answer, other.signed);
            })
        },
    ),
    (
        "to enter with a proof that has expired",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter(|case, _| case.later(1200)),
    ),
    (
        "to enter without a proof",
        Released,
        Why::ShopNotConfirmed,
        |case| case.enter(|_, call| call.proof.clear()),
    ),
    (
        "to enter with another's certificate",
        Released,
        Why::Unreadable,
        |case| {
            case.enter(|_, call| {
                let other = TestAuthority::new(NOW).holder("another", 3);
                call.certificate = other.as_der().to_vec();
            })
        },
    ),
    (
        "to enter with an order in the record",
        Released,
        Why::Malformed,
        |case| {
            let ask = case.ask(300);
            let record = case.record(&ask);
            let ask = case.entering();
            let mut call = case.enter_call(&ask);
            call.record = record;
            case.done(Enter, encode(&call))
        },
    ),
    (
        "to enter with a record alone",
        Released,
        Why::Malformed,
        |case| {
            let ask = case.entering();
            let record = case.record(&ask);
            case.done(Enter, record)
        },
    ),
];
