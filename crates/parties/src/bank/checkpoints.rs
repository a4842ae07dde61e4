//! Makes balance checkpoints (EP 1 221 669: SGN2, SGN4) from the books.

use tallystick_protocol::purse::{Checkpoint, PurseNumber};
use tallystick_protocol::wire::time::Timestamp;

use super::local;
use super::purses::{self, Purse};
use crate::issuer::books;
use crate::ledger;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Tables};

/// What a movement that is not complete yet would change, in minor units.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Change {
    /// Of the purse.
    pub purse: i64,
    /// Of its account.
    pub account: i64,
}

/// The next checkpoint of a purse: what it holds by the books at this moment, with `change`. Call it in the
/// transaction that decides to say it.
///
/// # Errors
/// A fault if the purse is not at this object; those of the database.
pub(super) fn next(
    tables: &dyn Tables,
    number: &PurseNumber,
    change: Change,
    now: Timestamp,
) -> Result<Checkpoint, Fault> {
    let purse = purses::count_checkpoint(tables, number)?;
    let with = |amount: u64, change: i64| amount.saturating_add_signed(change);
    let known = purse.known.sequence;
    let again = local::begins_after(tables, number)?;
    Ok(Checkpoint {
        purse: purse.number,
        number: purse.checkpoint,
        account_amount: account_amount(tables, &purse)?.map(|amount| with(amount, change.account)),
        purse_amount: with(purses::amount(tables, &purse)?, change.purse),
        at: now,
        through: again.map_or(known, |after| known.min(after)),
        limits: purse.limits,
        policy: purse.policy,
    })
}

/// What is on the account of a purse, in minor units; nothing of a prepaid card.
fn account_amount(tables: &dyn Tables, purse: &Purse) -> Result<Option<u64>, DatabaseError> {
    let Some(account) = purse.account else {
        return Ok(None);
    };
    let balance = ledger::balance(tables, &books::name_of(account), purse.currency)?;
    Ok(Some(u64::try_from(balance.posted()).unwrap_or(0)))
}
