//! A lost purse. Its holder blocks it, from another device or at the bank's page. From then on nothing new begins with
//! it; what was under way ends by its rules. When the reconciliation window is over, what no receipt claims is the
//! account's again, and the purse is closed for good. What comes later is booked by the rule in `receipts`.

mod payback;
mod places;
mod receipts;
mod rows;

pub(super) use payback::{PAYBACK, look_again};
pub(super) use places::PATH;
pub(super) use receipts::{LOSSES, Receipt, is_receipt, provide};
pub(super) use rows::{By, Lost, TABLE, find, lift, table};

use minicbor::{Decode, Encode};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::purses::{self, Purse};
use crate::ledger;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Tables};
use crate::post::due::{self, NewJob};

/// What is said of a purse that its holder blocked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Blocked {
    /// What will be paid back unless receipts claim it; once that is done, what was.
    #[n(0)]
    pub amount: Money,
    /// When.
    #[n(1)]
    pub until: Timestamp,
}

/// Blocks a purse of this account for its holder: the window begins. A purse that was blocked so before stays as it
/// is. `None`: the account has no such purse here. Call it in a transaction.
///
/// # Errors
/// Those of the database.
pub(super) fn block(
    tables: &dyn Tables,
    (number, account): (&PurseNumber, i64),
    by: By,
    (now, window_seconds): (Timestamp, u64),
) -> Result<Option<Blocked>, Fault> {
    let found = purses::find(tables, number)?;
    let Some(purse) = found.filter(|purse| purse.account == Some(account)) else {
        return Ok(None);
    };
    if let Some(lost) = find(tables, number)? {
        return Ok(Some(blocked(tables, &purse, &lost)?));
    }
    if let Some(until) = purse.closed_at {
        // It was empty when it was closed, and nothing comes to it.
        let amount = Money::zero(purse.currency);
        return Ok(Some(Blocked { amount, until }));
    }
    purses::block(tables, number, now)?;
    let lost = Lost {
        purse: *number,
        // The bank, or its operator, may have blocked it before.
        blocked_at: purse.blocked_at.unwrap_or(now),
        until: now.plus_seconds(window_seconds),
        by,
        paid_back_at: None,
        paid_back: 0,
        passed_on: 0,
        reclaimed: 0,
        borne: 0,
        bookings: 0,
    };
    rows::insert(tables, &lost)?;
    let job = NewJob {
        kind: PAYBACK,
        reference: &number.to_string(),
        peer: None,
        at_ms: lost.until.milliseconds(),
    };
    due::put(tables, &job, now.milliseconds())?;
    Ok(Some(blocked(tables, &purse, &lost)?))
}

/// What is said of a purse whose holder blocked it.
///
/// # Errors
/// Only the database's own.
pub(super) fn blocked(
    tables: &(impl Tables + ?Sized),
    purse: &Purse,
    lost: &Lost,
) -> Result<Blocked, DatabaseError> {
    let minor = if lost.paid_back_at.is_some() {
        lost.paid_back + lost.passed_on
    } else {
        let (inside, waiting) = free(tables, purse)?;
        inside + waiting
    };
    Ok(Blocked {
        amount: Money::new(minor, purse.currency),
        until: lost.until,
    })
}

/// What is free of what a purse holds by the books, and of what waits for it, in minor units: what is set aside for an
/// order is its claim.
fn free(tables: &(impl Tables + ?Sized), purse: &Purse) -> Result<(u64, u64), DatabaseError> {
    let on = |name: String| -> Result<u64, DatabaseError> {
        let free = ledger::balance(tables, &name, purse.currency)?.available();
        Ok(u64::try_from(free).unwrap_or(0))
    };
    Ok((
        on(purses::ledger_name(&purse.number))?,
        on(purses::waiting_name(&purse.number))?,
    ))
}
