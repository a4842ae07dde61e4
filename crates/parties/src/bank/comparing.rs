//! Holds purses to the books: what a purse with nothing under way holds must be what they say. If it is not, it is set
//! right (T004-44); one whose history has gaps, when its window is over (T004-39).

use tallystick_protocol::purse::{HistoryPolicy, PurseReport};
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::alerts::{self, Alert};
use super::banking_system::BankingSystem;
use super::checkpoints::Change;
use super::frozen;
use super::history::Followed;
use super::local;
use super::purses::{self, Purse};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};

/// What a purse should hold, in minor units, and what it says it does.
struct Amounts {
    booked: u64,
    expected: u64,
    reported: u64,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Looks at what a purse holds by a report that tells its history to the end and that nothing overtook. If it has to be
    /// set right: by how much that differs from what is booked. One with gaps is frozen, unless it holds what it should. Call
    /// it in a transaction, after everything that the report tells is booked.
    ///
    /// # Errors
    /// Those of the ledger and the database.
    pub(super) fn hold_to_books(
        &self,
        tables: &dyn Tables,
        purse: &Purse,
        (report, followed): (&PurseReport, &Followed<'_>),
        frozen: Option<Timestamp>,
    ) -> Result<Option<Change>, Fault> {
        let now = self.issuer.office.now();
        let is_open = is_open(tables, purse, followed, (frozen, now))?;
        let is_settled = report.pending.is_empty();
        if is_settled && !is_open {
            // Nothing more comes that the purse was paid with.
            local::make_good(tables, &purse.number, now)?;
        }
        let amounts = amounts(tables, purse, report)?;
        let is_right = amounts.expected == amounts.reported;
        let about = (&purse.number, report.state.sequence);
        let said = Some((amounts.expected, amounts.reported));
        if !is_right && is_open {
            let window = self.config.reconciliation_seconds;
            frozen::freeze(tables, &purse.number, (now, window))?;
            if is_settled {
                alerts::raise(tables, Alert::Gap, about, said, now)?;
            }
            return Ok(None);
        }
        if is_right {
            frozen::thaw(tables, &purse.number)?;
        }
        if is_right || !is_settled {
            return Ok(None);
        }
        frozen::thaw(tables, &purse.number)?;
        alerts::raise(tables, Alert::AmountsDiffer, about, said, now)?;
        Ok(Some(Change {
            purse: amounts.expected.cast_signed() - amounts.booked.cast_signed(),
            account: 0,
        }))
    }
}

/// Whether what is missing of a purse's history may still come: its window is not over. A purse of which it has come moves
/// value again.
fn is_open(
    tables: &dyn Tables,
    purse: &Purse,
    followed: &Followed<'_>,
    (frozen, now): (Option<Timestamp>, Timestamp),
) -> Result<bool, DatabaseError> {
    // What a card erased by its policy does not come from it any more.
    if purse.policy == HistoryPolicy::UploadFirst && !followed.has_gaps {
        frozen::thaw(tables, &purse.number)?;
        return Ok(false);
    }
    Ok(match frozen {
        Some(until) => now < until,
        None => followed.has_gaps,
    })
}

/// What waits for another purse's history is in the card already, and not in the books.
fn amounts(
    tables: &dyn Tables,
    purse: &Purse,
    report: &PurseReport,
) -> Result<Amounts, DatabaseError> {
    let state = &report.state;
    let booked = purses::amount(tables, purse)?;
    let awaited = local::awaited(tables, &purse.number)?;
    let owed = local::uncovered(tables, purse)?.saturating_add(awaited.given);
    let reported = state
        .amount
        .saturating_add(state.pending_out)
        .saturating_add(state.pending_in);
    Ok(Amounts {
        booked,
        expected: booked.saturating_add(awaited.taken).saturating_sub(owed),
        reported,
    })
}
