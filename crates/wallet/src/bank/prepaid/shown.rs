//! From what is kept of prepaid cards to what the pages show of them.

use tallystick_card::host::purse::PurseView;
use tallystick_protocol::purse::{Endpoint, HistoryEntry, PurseState};
use tallystick_protocol::wire::time::Timestamp;

use super::record::PrepaidRecord;
use super::view::{PrepaidEntry, PrepaidReading, PrepaidStep, PrepaidView};
use crate::bank::ends;
use crate::bank::shown::end_view;
use crate::core::error::ErrorKind;
use crate::core::place::KeyPlace;
use crate::slices::Slices;

/// A prepaid card whose account is still here.
pub fn prepaid_view(card: &PrepaidRecord, slices: &Slices) -> Option<PrepaidView> {
    let account = slices.profile.card(&card.account).ok()?;
    let agent = slices.banking.purse_of(&card.account);
    let agent = agent.filter(|agent| agent.usable().is_ok());
    let number = card.issued.as_ref().map(|issued| issued.number);
    let state = card.state.as_ref();
    let amount = |of: fn(&PurseState) -> u64| state.map_or(0, of);
    let checkpoint = card.checkpoint.as_ref();
    Some(PrepaidView {
        id: card.id.clone(),
        account_id: card.account.clone(),
        agent_id: agent.map(|agent| agent.id.clone()),
        bank_name: card.bank_name.clone(),
        bank_domain: card.bank.as_str().to_owned(),
        number: number.map_or_else(String::new, |number| number.to_string()),
        end: number.map_or_else(String::new, |number| {
            ends::named(&Endpoint::Prepaid(number))
        }),
        currency: card.currency.code().to_owned(),
        step: step_of(card),
        failure: card.failure.map(ErrorKind::name),
        amount_minor: amount(|state| state.amount),
        out_minor: amount(|state| state.pending_out),
        in_minor: amount(|state| state.pending_in),
        checkpoint_at: checkpoint.map(|checkpoint| checkpoint.at.seconds()),
        ends_at: card
            .issued
            .as_ref()
            .map(|issued| issued.expires_at.seconds()),
        place: account.place(),
        wants_card: account.place() == KeyPlace::Reader && card.has_to_hear(),
        wants_settling: card.is_unsettled,
    })
}

const fn step_of(card: &PrepaidRecord) -> PrepaidStep {
    match (card.failure, card.place, &card.issued) {
        (Some(_), _, _) => PrepaidStep::Refused,
        (None, Some(_), _) => PrepaidStep::Ready,
        (None, None, Some(_)) => PrepaidStep::Writing,
        (None, None, None) => PrepaidStep::Asked,
    }
}

/// What a card has just said of itself.
pub fn reading(view: &PurseView, entries: &[HistoryEntry], slices: &Slices) -> PrepaidReading {
    let state = view.state.as_ref();
    let amount = |of: fn(&PurseState) -> u64| state.map_or(0, of);
    let entries = entries.iter().rev().map(|entry| PrepaidEntry {
        id: entry.transaction.to_string(),
        from: end_view(&entry.payer, slices),
        to: end_view(&entry.payee, slices),
        amount_minor: entry.amount,
        balance_minor: entry.balance,
        at: Timestamp::seconds(entry.at),
    });
    PrepaidReading {
        amount_minor: amount(|state| state.amount),
        out_minor: amount(|state| state.pending_out),
        in_minor: amount(|state| state.pending_in),
        entries: entries.collect(),
    }
}
