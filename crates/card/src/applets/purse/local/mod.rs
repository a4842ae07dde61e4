//! Value goes from purse to purse without the bank (EP 1 221 669, Sb1 to Sb12). The payer's card sets the amount aside
//! before a byte of the payment leaves it; only what the payee's card has signed settles it or gives it back. What was
//! taken can be spent on at once.

mod ask;
mod limits;
mod look;
mod pay;
mod received;
mod settle;
mod stored;
mod take;

pub(crate) use ask::ask;
pub(crate) use pay::pay;
pub(crate) use settle::settle;
pub(super) use stored::{ASKED_MAX, Asked, GivenAway, Outgoing};
pub(crate) use take::take;

use tallystick_protocol::purse::local::LocalError;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::Domain;

use super::work::{Work, purses};
use crate::StatusWord;
use crate::state::State;

/// What the card says of a message that it refuses.
fn refused(error: LocalError) -> StatusWord {
    match error {
        LocalError::BadSignature | LocalError::CannotOpen => StatusWord::BadSignature,
        LocalError::OtherBank => StatusWord::NotForThisPurse,
        LocalError::Expired => StatusWord::Expired,
        _ => StatusWord::WrongData,
    }
}

/// The purse's bank and the key with which it signs purses, certified now: it is what a stranger's purse is verified by.
fn bank(work: &Work, state: &State) -> Result<(Domain, VerifyingKey), StatusWord> {
    let bank = work.terms.bank.clone();
    let key = purses(state)?.known_banks().key(&bank, work.now)?;
    Ok((bank, key))
}

/// The key of an account's purse.
fn own_key(work: &Work) -> Result<VerifyingKey, StatusWord> {
    let key = work.purse.key.as_ref();
    let key = key.ok_or(StatusWord::ConditionsNotSatisfied)?;
    VerifyingKey::from_spki(&key.public).map_err(|_| StatusWord::MemoryFailure)
}
