//! The purse applet (EP 1 221 669 A1, Fig 7, 8, 10 and 11): up to 16 purses of several banks and currencies. What a purse
//! holds changes in here alone, by what its bank signed or by what is set aside in it before anything leaves.
//!
//! A purse's place in the card is a number of its own: a purse is no account, one account may have several, and a
//! prepaid purse has none.
//!
//! An account's purse signs with its key, which wants the PIN once in a session, as the keys applet does. A prepaid
//! purse has no key and asks for no PIN: it belongs to whoever has the card.

mod answer;
mod clear;
mod close;
pub(crate) mod instruction;
mod key;
mod ledger;
mod lent;
mod list;
mod local;
mod make_key;
mod notice;
mod open;
mod pay;
mod pending;
mod put_key;
mod read;
mod report;
mod request;
mod sign;
mod stored;
mod take_over;
mod trust;
mod verdict;
mod work;

pub(crate) use answer::answer;
pub(crate) use clear::clear;
pub(crate) use close::close;
pub(crate) use lent::{paid_before, pay_lent, require_lendable};
pub(crate) use list::list;
pub(crate) use local::{ask, pay as pay_purse, settle, take};
pub(crate) use make_key::make_key;
pub(crate) use notice::notice;
pub(crate) use open::open;
pub(crate) use pay::{Paid, pay};
pub(crate) use put_key::put_key;
pub(crate) use read::read;
pub(crate) use report::report;
pub(crate) use request::request;
pub(crate) use sign::sign;
#[cfg(test)]
pub(crate) use stored::HISTORY_MAX;
pub(crate) use stored::{PURSES_MAX, Purses};
pub(crate) use trust::{put_bank, put_roots, require_no_parameters};
pub(crate) use verdict::verdict;

use minicbor::{Decode, Encode};
use tallystick_protocol::wire::cbor::decode_value;

use crate::Header;
use crate::StatusWord;
use crate::iso::apdu::{Command, DATA_MAX};

/// P1 as the number of a place.
fn place(header: Header) -> Result<u8, StatusWord> {
    if usize::from(header.p1) < PURSES_MAX {
        Ok(header.p1)
    } else {
        Err(StatusWord::WrongParameters)
    }
}

/// P1 as the number of a place, and P2 as nothing.
fn place_alone(header: Header) -> Result<u8, StatusWord> {
    match header.p2 {
        0 => place(header),
        _ => Err(StatusWord::WrongParameters),
    }
}

/// What the command is asked.
pub(crate) fn asked<T>(command: &Command<'_>) -> Result<T, StatusWord>
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    decode_value(command.data, DATA_MAX).map_err(|_| StatusWord::WrongData)
}

pub(crate) fn require_no_data(command: &Command<'_>) -> Result<(), StatusWord> {
    if command.data.is_empty() {
        Ok(())
    } else {
        Err(StatusWord::WrongLength)
    }
}
