//! What may be tried to have an order signed.

use super::*;

pub(super) const ROWS: &[Row] = &[
    (
        "an order without a release",
        Opened,
        Why::NoSession,
        |case| {
            case.release_of(SECOND);
            case.sign_asking(|_| {})
        },
    ),
    ("an order after the end", Released, Why::NoSession, |case| {
        case.done(End, Vec::new()).unwrap();
        case.sign_asking(|_| {})
    }),
    (
        "an order in another's name",
        Released,
        Why::NoSession,
        |case| {
            case.terminal = case.world.terminal;
            case.sign_asking(|_| {})
        },
    ),
    (
        "an order after everything was stopped",
        Released,
        Why::NoSession,
        |case| {
            case.world.home.done(lending::stop_everything());
            case.sign_asking(|_| {})
        },
    ),
    (
        "an order after the terminal was revoked",
        Released,
        Why::Unknown,
        |case| {
            let terminal = case.terminal;
            case.world.home.done(lending::revoke(&terminal));
            case.mark();
            case.sign_asking(|_| {})
        },
    ),
    ("an altered record", Released, Why::BadSignature, |case| {
        let ask = case.ask(300);
        let mut record = case.record(&ask);
        let end = record.len() - 1;
        record[end] ^= 1;
        case.sign_record(record)
    }),
    (
        "a record that was there",
        Released,
        Why::BadSignature,
        |case| {
            let ask = case.ask(300);
            let record = case.record(&ask);
            case.sign_record(record.clone()).unwrap();
            case.mark();
            case.sign_record(record)
        },
    ),
    ("a record too early", Released, Why::BadSignature, |case| {
        let ask = case.ask(300);
        let _lost = case.record(&ask);
        case.sign(&ask)
    }),
    ("no record", Released, Why::BadSignature, |case| {
        case.done(Sign, [1, 2, 3].to_vec())
    }),
    (
        "an order with another key",
        Released,
        Why::OutOfOrder,
        |case| case.sign_asking(|ask| ask.key = [5; 32]),
    ),
    (
        "an order of a loan that never was",
        Released,
        Why::NoLoan,
        |case| case.sign_asking(|ask| ask.loan = 9),
    ),
    (
        "an order of another's loan",
        Released,
        Why::NoLoan,
        |case| case.sign_asking(|ask| ask.loan = 2),
    ),
    (
        "an order of a loan that was stopped",
        Released,
        Why::NoLoan,
        |case| {
            case.stop(1);
            case.sign_asking(|_| {})
        },
    ),
    (
        "an order that costs more than is said",
        Released,
        Why::Unreadable,
        |case| {
            let header = case.world.header();
            case.sign_asking(|ask| ask.proof = proof_saying(header, yen(500), yen(5)))
        },
    ),
    (
        "another holder's order",
        Released,
        Why::Unreadable,
        |case| case.sign_header(|header| header.holder = HolderId([5; 32])),
    ),
    (
        "an order at another shop",
        Released,
        Why::OtherShop,
        |case| case.sign_header(|header| header.shop = domain(OTHER_SHOP)),
    ),
    (
        "an order above what one may cost",
        Released,
        Why::AboveEach,
        |case| {
            let ask = case.ask(501);
            case.sign(&ask)
        },
    ),
    (
        "an order in another currency",
        Released,
        Why::AboveEach,
        |case| {
            let ask = case.ask_for(Money::new(300, Currency::Eur), |_| {});
            case.sign(&ask)
        },
    ),
    (
        "an order above what is left",
        Released,
        Why::AboveTotal,
        |case| {
            let ask = case.ask(500);
            case.sign(&ask).unwrap();
            case.mark();
            let ask = case.ask_for(yen(301), |header| header.order_id.0 = [5; 32]);
            case.sign(&ask)
        },
    ),
    (
        "an order more than the loan allows",
        Released,
        Why::NoneLeft,
        |case| {
            for number in [5, 6] {
                let ask = case.ask_for(yen(1), |header| header.order_id.0 = [number; 32]);
                case.sign(&ask).unwrap();
            }
            case.mark();
            let ask = case.ask_for(yen(1), |header| header.order_id.0 = [7; 32]);
            case.sign(&ask)
        },
    ),
    (
        "an order that goes on longer than the loan",
        Released,
        Why::AfterEnd,
        |case| {
            case.later(3000);
            case.sign_header(|_| {})
        },
    ),
    (
        "an order that is over before it begins",
        Released,
        Why::AfterEnd,
        |case| case.sign_header(|header| header.expires_at = header.sent_at),
    ),
    (
        "an order that goes on longer than orders do",
        Released,
        Why::AfterEnd,
        |case| case.sign_header(|header| header.expires_at = header.sent_at.plus_seconds(901)),
    ),
    (
        "an order with the shares of two parties",
        Released,
        Why::Malformed,
        |case| {
            case.sign_asking(|ask| {
                ask.contexts.pop();
            })
        },
    ),
    (
        "an order with shares in another order",
        Released,
        Why::Unreadable,
        |case| case.sign_asking(|ask| ask.contexts.reverse()),
    ),
    (
        "an order with shares that the card does not have",
        Released,
        Why::Unreadable,
        |case| case.sign_asking(|ask| ask.contexts[1].epoch = Epoch(2)),
    ),
    (
        "an order with five nonces",
        Released,
        Why::Malformed,
        |case| {
            case.sign_asking(|ask| {
                ask.nonces.pop();
            })
        },
    ),
    (
        "an order with another's certificate",
        Released,
        Why::Unreadable,
        |case| {
            case.sign_asking(|ask| {
                let other = TestAuthority::new(NOW).holder("another", 3);
                ask.certificate = other.as_der().to_vec();
            })
        },
    ),
    (
        "an order with no certificate",
        Released,
        Why::Unreadable,
        |case| case.sign_asking(|ask| ask.certificate.clear()),
    ),
    (
        "the same order with other nonces",
        Released,
        Why::Unreadable,
        |case| {
            case.sign_asking(|_| {}).unwrap();
            case.mark();
            case.sign_asking(|ask| ask.nonces[5] = [9; 32].into())
        },
    ),
    (
        "the same order by another loan",
        Released,
        Why::NoLoan,
        |case| {
            case.sign_asking(|_| {}).unwrap();
            case.mark();
            case.sign_asking(|ask| ask.loan = 2)
        },
    ),
    (
        "the same order after the loan was stopped",
        Released,
        Why::NoLoan,
        |case| {
            case.sign_asking(|_| {}).unwrap();
            case.mark();
            case.stop(1);
            case.sign_asking(|_| {})
        },
    ),
    (
        "an entrance instead of an order",
        Released,
        Why::Malformed,
        |case| {
            let ask = case.entering();
            let record = case.record(&ask);
            case.sign_record(record)
        },
    ),
];
