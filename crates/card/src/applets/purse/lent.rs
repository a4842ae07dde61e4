//! A purse that is lent: the home applet pays orders from it for a terminal, by the passwords that opened the safe.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::wire::identifier::{Root, TransactionId};
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use super::pay::{Paid, set_aside};
use super::work::{Work, purses};
use crate::StatusWord;
use crate::host::home::lending::NamedPurse;
use crate::host::purse::OrderToPay;
use crate::safe::SafeKey;
use crate::state::State;

/// Requires that a purse is open in this card, signs (a prepaid one does not), and is of that currency.
pub(crate) fn require_lendable(
    state: &State,
    named: &NamedPurse,
    currency: Currency,
) -> Result<(), StatusWord> {
    let work = begin(state, named, Timestamp(0))?;
    if work.purse.key.is_none() {
        return Err(StatusWord::ReferenceNotFound);
    }
    if work.terms.currency == currency {
        Ok(())
    } else {
        Err(StatusWord::WrongData)
    }
}

/// Pays an order: the amount is set aside once [`Paid::keep`] was called.
pub(crate) fn pay_lent(
    state: &State,
    named: &NamedPurse,
    order: OrderToPay,
    safe: &SafeKey,
    rng: &mut impl CryptoRng,
) -> Result<Paid, StatusWord> {
    set_aside(begin(state, named, order.at)?, order, safe, rng)
}

/// The payment that was signed for an order, while it is pending.
pub(crate) fn paid_before(state: &State, named: &NamedPurse, root: &Root) -> Option<Vec<u8>> {
    let work = begin(state, named, Timestamp(0)).ok()?;
    let index = work.value.find(TransactionId(root.0))?;
    work.value.pending.get(index)?.asked.clone()
}

fn begin(state: &State, named: &NamedPurse, at: Timestamp) -> Result<Work, StatusWord> {
    let place = purses(state)?.place_of(&named.bank, named.number);
    Work::begin(state, place.ok_or(StatusWord::ReferenceNotFound)?, at)
}
