//! What may be tried to have an order paid from a purse that is lent.

use tallystick_protocol::purse::{MovementOutcome, PENDING_MAX, PurseNumber};
use tallystick_protocol::wire::identifier::TransactionId;

use super::*;
use crate::host::purse;
use crate::tests::home::purse_world::as_holder;
use crate::tests::home::world::proof;
use crate::tests::purse::bank::LIFE;

pub(super) const ROWS: &[Row] = &[
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
];
