//! An account or a purse that somebody lends to this wallet: its keys stay in the card at home, which signs, and whose
//! purse sets the amount aside.

use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::home::PublicKeys;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::{Kind, Means};
use crate::home::account::LentAccount;
use crate::home::away::record::{name_of, named};
use crate::slices::Slices;

pub(super) const KIND: Kind = Kind { payable, find };

fn payable(slices: &Slices, form: &OrderForm, _: Money) -> Vec<String> {
    let homes = slices.homes.away.iter();
    let loans = homes.flat_map(|away| &away.loans);
    loans
        .filter(|one| one.can_pay(form))
        .map(|one| name_of(&one.loan.home, one.loan.number))
        .collect()
}

fn find(slices: &Slices, name: &str) -> Option<Means> {
    let (home, number) = named(name)?;
    let away = slices.homes.away(&home)?;
    let one = away.loan(number)?;
    Some(Means {
        payment: one.account.payment(),
        shown: one.account.shown(),
        account: one.account.account.clone(),
        purse: None,
        lent: Some(Lent {
            home: away.keys.clone(),
            number,
            ends_at: one.loan.ends_at,
            account: one.account.clone(),
        }),
        tap: None,
    })
}

/// Something that is lent, as it pays.
#[derive(Clone)]
pub struct Lent {
    /// The home card's keys.
    pub home: PublicKeys,
    /// The loan's number.
    pub number: u32,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The account.
    pub account: LentAccount,
}
