//! The table: what is tried, from where on, how it is refused; a file for each thing that a card is asked.

mod access;
mod end;
mod enter;
mod open;
mod purse;
mod release;
mod sign;

use alloc::vec::Vec;

use tallystick_protocol::home::agreement::Profile;
use tallystick_protocol::home::calls::HomeCallKind::{Access, End, Enter, Open, Sign, Stop};
use tallystick_protocol::home::{AccessPurpose, HomeRefusal as Why};
use tallystick_protocol::keys::Epoch;
use tallystick_protocol::test_keys::TestAuthority;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{HolderId, HomeId, Role, TerminalId};
use tallystick_protocol::wire::money::{Currency, Money};

use super::case::Stage::{Accessed, Fresh, Opened, Released};
use super::case::{Case, Stage};
use crate::host::home::lending;
use crate::host::{self};
use crate::tests::bench::domain;
use crate::tests::home::world::{FIRST, NOW, OTHER_SHOP, SECOND, Said, proof_saying};

pub(super) type Row = (&'static str, Stage, Why, fn(&mut Case) -> Said<()>);

const OTHER_HOME: HomeId = HomeId([1; 32]);
const OTHER_TERMINAL: TerminalId = TerminalId([1; 32]);
const OTHER_KEY: [u8; 32] = [8; 32];

fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

fn block_first(case: &mut Case) {
    for _ in 0..5 {
        case.access().unwrap();
        let opening = case.opening("not this one");
        assert_eq!(case.open(&opening), Err(Why::WrongFirstPassword));
    }
}

fn new_passwords(case: &mut Case) {
    let set_up = lending::set_up("another first", "another second");
    let response = case.world.home.with_pin(set_up);
    host::home::public_keys(&response).unwrap();
}

/// Every row.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    let tables = [
        access::ROWS,
        open::ROWS,
        release::ROWS,
        enter::ROWS,
        sign::ROWS,
        purse::ROWS,
        end::ROWS,
    ];
    tables.into_iter().flatten()
}
