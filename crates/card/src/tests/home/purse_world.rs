//! A home card with a purse that is lent.

use alloc::vec::Vec;

use tallystick_protocol::purse::PurseState;
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::wire::identifier::TerminalId;
use tallystick_protocol::wire::money::{Currency, Money};

use super::world::{NOW, World, proof};
use crate::Applet;
use crate::host::home::access::SignTerms;
use crate::host::home::lending::{LoanTerms, NamedPurse};
use crate::host::{self, purse};
use crate::tests::bench::{Bench, domain};
use crate::tests::purse::bank::{Bank, LIFE, NUMBER};
use crate::tests::purse::holder::Holder;

pub(in crate::tests::home) const BANK: &str = "midori-bank.localhost";

pub(in crate::tests::home) fn named() -> NamedPurse {
    NamedPurse {
        bank: domain(BANK),
        number: NUMBER,
    }
}

/// Does something with the card at home as the holder of its purse, with the PIN.
pub(in crate::tests::home) fn as_holder<T>(
    world: &mut World,
    bank: Bank,
    act: impl FnOnce(&mut Holder) -> T,
) -> (T, Bank) {
    let bench = core::mem::replace(&mut world.home.bench, Bench::personalised());
    let mut holder = Holder::of(bench, bank);
    let done = act(&mut holder);
    let Holder {
        mut bench, bank, ..
    } = holder;
    bench.select(Applet::Identity);
    bench.ok(host::forget_pin());
    bench.select(Applet::Home);
    world.home.bench = bench;
    (done, bank)
}

/// Opens a purse that holds so much in the card at home.
pub(in crate::tests::home) fn open_purse(world: &mut World, minor: u64) -> Bank {
    let (_, bank) = as_holder(world, Bank::new(), |holder| {
        let opening = holder.opening(0, Algorithm::Es256);
        holder.ok(purse::open(0, &opening));
        if minor > 0 {
            holder.load(minor).unwrap();
        }
    });
    bank
}

/// Terms of a loan that pays from it: as those of an account, for longer than the purse's key is good.
pub(in crate::tests::home) fn purse_terms(world: &World, terminal: TerminalId) -> LoanTerms {
    LoanTerms {
        terminal,
        purse: Some(named()),
        ends_at: NOW.plus_seconds(2 * LIFE),
        ..world.terms()
    }
}

/// Opens a purse and lends it.
pub(in crate::tests::home) fn lend_purse(
    world: &mut World,
    minor: u64,
    terminal: TerminalId,
) -> Bank {
    let bank = open_purse(world, minor);
    let terms = purse_terms(world, terminal);
    world.lend(terms);
    bank
}

/// An order of so many yen from it, by loan 1.
pub(in crate::tests::home) fn order_from(world: &World, minor: u64) -> SignTerms {
    let mut header = world.header();
    header.issuer = domain(BANK);
    SignTerms {
        purse: Some(NUMBER),
        ..world.signing(proof(header, Money::new(minor, Currency::Jpy)))
    }
}

/// What the card says of its first purse.
pub(in crate::tests::home) fn purse_bytes(world: &mut World) -> Vec<u8> {
    let bench = &mut world.home.bench;
    bench.select(Applet::Purse);
    let said = bench.send(purse::read_purse(0)).bytes.to_vec();
    bench.select(Applet::Home);
    said
}

pub(in crate::tests::home) fn purse_state(world: &mut World) -> PurseState {
    let view = purse::purse(&purse_bytes(world)).unwrap();
    view.state.unwrap()
}
