//! REPORT (80 34 place 00): what the purse tells its bank (Sc1).

use rand_core::CryptoRng;
use tallystick_protocol::purse::{ENTRIES_MAX, PurseReport};

use super::work::Work;
use super::{asked, place_alone};
use crate::StatusWord;
use crate::host::purse::HistoryAsked;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// The signed report with the history after an entry, or after the last one that the bank knows. Where the card no
/// longer has the entries after that one, it says after which its own begin: the bank sees the gap.
pub(crate) fn report(
    state: &State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    let asked: HistoryAsked = asked(command)?;
    let work = Work::begin(state, place, asked.at)?;
    let value = &work.value;
    let after = asked.after.unwrap_or(value.checkpoint.through);
    let entries = value.entries_after(after, ENTRIES_MAX);
    let after = match entries.first() {
        Some(first) => first.sequence.saturating_sub(1),
        None => value.sequence,
    };
    let pending = value.pending.iter().map(|pending| pending.transaction);
    let report = PurseReport {
        bank: work.terms.bank.clone(),
        purse: work.terms.number,
        state: value.state(),
        pending: pending.collect(),
        after,
        entries,
        at: asked.at,
        prepaid: asked.prepaid,
    };
    work.sign(session, &report, rng).map(Outcome::data)
}
