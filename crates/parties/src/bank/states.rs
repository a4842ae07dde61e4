//! What a purse says it holds, beside what is known of it: whether it is newer, the same, late, or not what the
//! card's own past allows.

use tallystick_protocol::purse::{PurseNumber, PurseState};
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::alerts::{self, Alert};
use super::banking_system::BankingSystem;
use super::purses::{self, Purse};
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Tables};

/// How far the wallet's clock may be from the bank's, in seconds.
pub(super) const CLOCK_SECONDS: u64 = 600;

/// Requires that the moment at which a purse signed has come. What is noted of a time that is still to come would make
/// every later state of that card look late.
///
/// # Errors
/// [`Kind::WrongClock`].
pub(super) fn require_come(at: Timestamp, now: Timestamp) -> Result<(), Fault> {
    if at <= now.plus_seconds(CLOCK_SECONDS) {
        return Ok(());
    }
    Err(Fault::new(Kind::WrongClock, "Its time is still to come."))
}

/// How a state stands to what is known of the purse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// It is what the card's past leads to.
    Fits,
    /// It was true before, and was signed before: something overtook it on its way.
    Late,
    /// It was true before, and is said as if it were now: the card was restored from an old copy.
    Old,
    /// It is another one of the same number: two cards have one past.
    Forked,
}

/// Compares a state that a purse signed at `at` with what it signed before.
pub(super) fn compare(purse: &Purse, state: &PurseState, at: Timestamp) -> Finding {
    let (seen, sequence) = (purse.seen, state.sequence);
    if sequence == seen.sequence && state.head != seen.hash {
        return Finding::Forked;
    }
    let is_older = sequence < seen.sequence || state.checkpoint < purse.seen_checkpoint;
    match (is_older, at <= purse.seen_at) {
        (false, _) => Finding::Fits,
        (true, true) => Finding::Late,
        (true, false) => Finding::Old,
    }
}

/// Notes a state that fits; blocks a purse whose does not, and raises an alert. Returns why it is refused. Commit
/// whatever it returns.
pub(super) fn note(
    tables: &dyn Tables,
    purse: &Purse,
    state: &PurseState,
    at: Timestamp,
    now: Timestamp,
) -> Result<Option<Fault>, DatabaseError> {
    let (alert, kind) = match compare(purse, state, at) {
        Finding::Fits => {
            remember(tables, &purse.number, state, at)?;
            return Ok(None);
        }
        Finding::Late => {
            let late = "Something newer was said meanwhile.";
            return Ok(Some(Fault::new(Kind::Replayed, late)));
        }
        Finding::Old => (Alert::OldState, Kind::OldState),
        Finding::Forked => (Alert::Altered, Kind::HistoryAltered),
    };
    alerts::raise(tables, alert, (&purse.number, state.sequence), None, now)?;
    purses::block(tables, &purse.number, now)?;
    Ok(Some(Fault::new(kind, "")))
}

fn remember(
    tables: &dyn Tables,
    number: &PurseNumber,
    state: &PurseState,
    at: Timestamp,
) -> Result<(), DatabaseError> {
    let held = state
        .amount
        .saturating_add(state.pending_out)
        .saturating_add(state.pending_in);
    tables.run(
        "UPDATE bank_purses SET seen_sequence = ?, seen_head = ?, seen_checkpoint = max(seen_checkpoint, ?),
            seen_at = max(seen_at, ?), reported = ? WHERE number = ?",
        &[
            state.sequence.into(),
            state.head.into(),
            state.checkpoint.into(),
            at.into(),
            held.into(),
            (*number).into(),
        ],
    )?;
    Ok(())
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Takes notice of a state, in a transaction of its own: what it shows stays noted even if nothing else comes
    /// of the request.
    ///
    /// # Errors
    /// [`Kind::OldState`] or [`Kind::HistoryAltered`], and the purse is blocked; [`Kind::Replayed`] if it is only late.
    pub(super) fn take_notice(
        &self,
        number: &PurseNumber,
        state: &PurseState,
        at: Timestamp,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let refused = office.transaction(|tables| {
            let purse = purses::require(tables, number)?;
            purse.require_usable(office.now())?;
            Ok::<_, Fault>(note(tables, &purse, state, at, office.now())?)
        })?;
        match refused {
            None => Ok(()),
            Some(fault) => {
                office.log("purse-refused", None, fault.kind.as_str());
                Err(fault)
            }
        }
    }
}
