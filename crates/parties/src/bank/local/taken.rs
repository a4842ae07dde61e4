//! What a purse took over from a prepaid card of its card while no bank was there. The purse's report is what the bank hears of
//! it, and the purse answers for it: it has as much as the prepaid card holds by the books. Should that be less, the card was
//! copied and spent elsewhere, and what the purse gave of it is made good as every shortfall (`shortfall`).

use tallystick_protocol::bank::ProofKind;
use tallystick_protocol::purse::{Endpoint, HistoryEntry, PurseNumber, PurseState, TakenOver};
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::covering::cover;
use super::hearing::Believed;
use super::shortfall::look_again;
use crate::bank::alerts::{self, Alert};
use crate::bank::movements;
use crate::bank::purses::{self, Purse};
use crate::bank::states::{self, Finding};
use crate::ledger::{self, Transfer};
use crate::office::fault::Fault;
use crate::payer::evidence::{self, Signed};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Tables};

/// What a purse took over, as an entry of its history tells.
#[derive(Clone, Debug)]
pub(in crate::bank) struct Taken {
    transaction: TransactionId,
    /// The number of the entry.
    sequence: u64,
    /// The prepaid card.
    card: PurseNumber,
    /// What that holds afterwards.
    after: PurseState,
    /// How much.
    money: Money,
    /// When.
    at: Timestamp,
}

/// What of the new entries of a purse's history was taken over from prepaid cards, verified (T004-40); the number of the first
/// entry that is none.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn hear_taken(
    tables: &dyn Tables,
    purse: &Purse,
    entries: &[HistoryEntry],
    believed: &Believed<'_>,
) -> Result<Result<Vec<Taken>, u64>, DatabaseError> {
    let own = Endpoint::Purse(purse.number);
    let mut taken = Vec::new();
    for entry in entries {
        let is_from_card = matches!(entry.payer, Endpoint::Prepaid(_)) && entry.payee == own;
        // What moved by the bank itself is in its books.
        if !is_from_card || movements::find(tables, &purse.number, &entry.transaction)?.is_some() {
            continue;
        }
        match TakenOver::read(entry, (believed.bank, believed.key)) {
            Ok(read) if read.card.currency == purse.currency => taken.push(Taken {
                transaction: entry.transaction,
                sequence: entry.sequence,
                card: read.card.number,
                after: read.after,
                money: Money::new(entry.amount, purse.currency),
                at: entry.at.min(believed.now),
            }),
            _ => return Ok(Err(entry.sequence)),
        }
    }
    Ok(Ok(taken))
}

/// Books it once, up to what the prepaid card holds by the books, with the report (signed) that tells of it. Call it in a
/// transaction.
///
/// # Errors
/// Those of the ledger and the database.
pub(in crate::bank) fn book_taken(
    tables: &dyn Tables,
    purse: &Purse,
    (taken, report): (&Taken, &[u8]),
    now: Timestamp,
) -> Result<(), Fault> {
    let id = format!("taken {} {}", taken.transaction, purse.number);
    let sql = "SELECT 1 FROM transfers WHERE id = ?";
    if first(tables, sql, &[id.as_str().into()])?.is_some() {
        return Ok(());
    }
    // A card of another object is relayed, and taken over from, by no purse of this one.
    let minor = match purses::find(tables, &taken.card)? {
        Some(card) => {
            note_card(tables, &card, taken, now)?;
            free(tables, &card)?.min(taken.money.minor)
        }
        None => 0,
    };
    if minor < taken.money.minor {
        let amounts = Some((minor, taken.money.minor));
        let about = (&purse.number, taken.sequence);
        alerts::raise(tables, Alert::PrepaidShort, about, amounts, now)?;
    }
    if minor == 0 {
        return Ok(());
    }
    let (from, inside) = (
        purses::ledger_name(&taken.card),
        purses::ledger_name(&purse.number),
    );
    let transfer = Transfer {
        id: &id,
        at_ms: now.milliseconds(),
        order_id: None,
        memo: "Taken over from a prepaid card",
        debit: purses::inside_of(&from),
        credit: purses::inside_of(&inside),
        money: Money::new(minor, purse.currency),
    };
    ledger::transfer(tables, &transfer)?;
    let signed = Signed::new(ProofKind::PurseReport, report);
    evidence::keep(tables, &id, signed, now)?;
    cover(tables, &purse.number, now.milliseconds())?;
    look_again(tables, &purse.number, now)
}

/// What of a card is not set aside, in minor units.
fn free(tables: &dyn Tables, card: &Purse) -> Result<u64, DatabaseError> {
    let name = purses::ledger_name(&card.number);
    let free = ledger::balance(tables, &name, card.currency)?.available();
    Ok(u64::try_from(free).unwrap_or(0))
}

/// Notes what the card holds since then. What it moved with the bank afterwards may be known already: histories come in any
/// order. Another one of the same number is of a card with two pasts.
fn note_card(
    tables: &dyn Tables,
    card: &Purse,
    taken: &Taken,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    match states::compare(card, &taken.after, taken.at) {
        Finding::Fits | Finding::Forked => {
            states::note(tables, card, &taken.after, taken.at, now).map(|_| ())
        }
        Finding::Late | Finding::Old => Ok(()),
    }
}
