//! What may be tried to have an order signed.

use tallystick_protocol::purse::{MovementOutcome, PENDING_MAX, PurseNumber};
use tallystick_protocol::wire::identifier::TransactionId;

use super::*;
use crate::host::purse;
use crate::tests::home::purse_world::as_holder;
use crate::tests::home::world::proof;
use crate::tests::purse::bank::LIFE;

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
        "an order above what the purse has",
        Released,
        Why::PurseShort,
        |case| {
            case.lend_purse(299);
            let ask = case.ask_purse(300);
            case.sign(&ask)
        },
    ),
    (
        "an order from an empty purse",
        Released,
        Why::PurseShort,
        |case| {
            case.lend_purse(0);
            let ask = case.ask_purse(1);
            case.sign(&ask)
        },
    ),
    (
        "an order from another purse than the loan's",
        Released,
        Why::OtherPurse,
        |case| case.sign_from_purse(|ask| ask.purse = Some(PurseNumber([8; 16]))),
    ),
    (
        "an order from the account where a purse is lent",
        Released,
        Why::OtherPurse,
        |case| case.sign_from_purse(|ask| ask.purse = None),
    ),
    (
        "an order from a purse where the account is lent",
        Released,
        Why::OtherPurse,
        |case| case.sign_from_purse(|ask| ask.loan = 1),
    ),
    (
        "an order from a purse that another bank is to pay",
        Released,
        Why::OtherPurse,
        |case| {
            case.sign_from_purse(|ask| {
                let mut header = ask.proof.header.clone();
                header.issuer = domain("another-bank.localhost");
                ask.proof = proof(header, yen(300));
            })
        },
    ),
    (
        "an order from a purse whose leaf is of another amount",
        Released,
        Why::Unreadable,
        |case| {
            case.sign_from_purse(|ask| {
                let header = ask.proof.header.clone();
                ask.proof = proof_saying(header, yen(500), yen(5));
            })
        },
    ),
    (
        "an order of nothing from a purse",
        Released,
        Why::PurseBarred,
        |case| {
            case.lend_purse(1_000);
            let ask = case.ask_purse(0);
            case.sign(&ask)
        },
    ),
    (
        "an order from a purse that was closed",
        Released,
        Why::PurseBarred,
        |case| {
            let bank = case.lend_purse(0);
            as_holder(&mut case.world, bank, |holder| holder.ok(purse::close(0)));
            case.mark();
            let ask = case.ask_purse(300);
            case.sign(&ask)
        },
    ),
    (
        "an order from a purse whose key has ended",
        Released,
        Why::PurseBarred,
        |case| {
            case.lend_purse(1_000);
            case.later(LIFE);
            let ask = case.ask_purse(300);
            case.sign(&ask)
        },
    ),
    (
        "an order from a purse in which as much as may be has not ended",
        Released,
        Why::PurseBarred,
        |case| {
            let bank = case.lend_purse(1_000);
            as_holder(&mut case.world, bank, |holder| {
                for root in 0..PENDING_MAX as u8 {
                    holder.pay(root, 1).unwrap();
                }
            });
            case.mark();
            let ask = case.ask_purse(300);
            case.sign(&ask)
        },
    ),
    (
        "an order that the purse has paid and its bank has ended",
        Released,
        Why::PurseBarred,
        |case| {
            let bank = case.lend_purse(1_000);
            let ask = case.ask_purse(300);
            case.sign(&ask).unwrap();
            let ended = TransactionId(ask.proof.root().0);
            as_holder(&mut case.world, bank, |holder| {
                holder.end(ended, MovementOutcome::NotCompleted);
            });
            case.mark();
            case.sign(&ask)
        },
    ),
    (
        "an order from a purse after its loan was stopped",
        Released,
        Why::NoLoan,
        |case| {
            case.lend_purse(1_000);
            case.stop(3);
            let ask = case.ask_purse(300);
            case.sign(&ask)
        },
    ),
    (
        "an order from a purse by another's loan of the account",
        Released,
        Why::NoLoan,
        |case| case.sign_from_purse(|ask| ask.loan = 2),
    ),
    (
        "an order from a purse at another shop",
        Released,
        Why::OtherShop,
        |case| {
            case.sign_from_purse(|ask| {
                let mut header = ask.proof.header.clone();
                header.shop = domain(OTHER_SHOP);
                ask.proof = proof(header, yen(300));
            })
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
