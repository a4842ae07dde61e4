//! An account's purse takes value over from a prepaid card of the same card, and no bank is there. A prepaid card's word is
//! worth nothing, as it has no key: what it gives without its bank is the purse's from then on, and the purse's signatures
//! answer for it. The purse's entry says from whom it has it, with what the bank signed of that card.

use tallystick_protocol::purse::{
    EVIDENCE_BYTES_MAX, Endpoint, HistoryEntry, PurseKind, number_of_take_over,
};
use tallystick_protocol::wire::cbor::encode_value;

use super::pending::{Pending, Side};
use super::stored::{Purses, Value};
use super::work::Work;
use crate::StatusWord;
use crate::host::purse::{PaymentGiven, PendingStep};
use crate::state::State;

/// Moves the amount from the prepaid card at that place to the purse, each with its entry. Both are kept by the caller, or
/// neither.
pub(super) fn take_over(
    taker: &mut Work,
    state: &State,
    place: u8,
    given: &PaymentGiven,
) -> Result<Work, StatusWord> {
    let mut giver = Work::begin(state, place, given.at)?;
    require_fits(taker, &giver)?;
    giver.require_current()?;
    if taker.value.is_full() || giver.value.is_full() {
        return Err(StatusWord::HistoryFull);
    }
    let minor = given.amount.minor;
    taker.value.require_may_hold(minor)?;
    let shown = giver.value.shown();
    let evidence = encode_value(&shown);
    if evidence.len() > EVIDENCE_BYTES_MAX {
        // Without it the bank would not know from whom the purse has it.
        return Err(StatusWord::NotEnoughMemory);
    }
    let moved = Pending {
        transaction: number_of_take_over(&shown, &taker.terms.number, minor),
        source: giver.endpoint(),
        destination: taker.endpoint(),
        amount: minor,
        at: taker.now,
        side: Side::Gives,
        step: PendingStep::Accepted,
        asked: None,
        reply: None,
        outgoing: None,
    };
    giver.value.set_aside(&moved)?;
    taker.value.take_in(&moved, moved.at, &evidence);
    Ok(giver)
}

/// Requires a prepaid card of the purse's bank and currency.
fn require_fits(taker: &Work, giver: &Work) -> Result<(), StatusWord> {
    let (taker, giver) = (&taker.terms, &giver.terms);
    let fits = giver.kind == PurseKind::Prepaid
        && taker.kind == PurseKind::Account
        && giver.bank == taker.bank
        && giver.currency == taker.currency;
    if fits {
        Ok(())
    } else {
        Err(StatusWord::NotForThisPurse)
    }
}

impl Value {
    /// Where in the history what the bank does not know yet begins to have something that was taken over.
    pub(super) fn untold_take_over(&self) -> Option<usize> {
        let through = self.checkpoint.through;
        let is_untold =
            |entry: &HistoryEntry| entry.sequence > through && entry.shown_prepaid().is_some();
        self.history.iter().position(is_untold)
    }
}

impl Purses {
    /// Whether the bank has not heard of something that this purse took over, or that a purse here took over from it.
    pub(super) fn has_untold(&self, value: &Value) -> Result<bool, StatusWord> {
        let number = value.terms()?.number;
        let giver = Endpoint::Prepaid(number);
        let values = self.purses.iter().filter_map(|purse| purse.value.as_ref());
        let mut untold = values.filter_map(|taker| Some((taker, taker.untold_take_over()?)));
        Ok(untold.any(|(taker, first)| {
            let mut entries = taker.history.iter().skip(first);
            taker.checkpoint.purse == number || entries.any(|entry| entry.payer == giver)
        }))
    }
}
