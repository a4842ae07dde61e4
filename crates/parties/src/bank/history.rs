//! The histories that purses report: kept as evidence, and requested to follow from what is known.

use tallystick_protocol::checkout::order::ORDER_LIFETIME_SECONDS;
use tallystick_protocol::purse::{
    ENTRIES_MAX, Endpoint, HistoryEntry, HistoryError, HistoryPolicy, PurseNumber, PurseReport,
    require_chain,
};
use tallystick_protocol::trust::certificate::CLOCK_SKEW_SECONDS;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use super::purses::{Head, Purse};
use crate::ports::{DatabaseError, Tables};
use crate::store::typed;

/// The longest stored entry, in bytes.
const ENTRY_BYTES_MAX: usize = 2048;

/// The entries of a report that were not known, and up to where the history is known with them.
pub(super) struct Followed<'a> {
    /// What was known, and is said again.
    pub repeated: &'a [HistoryEntry],
    /// What is new.
    pub entries: &'a [HistoryEntry],
    /// Where the history stands after it.
    pub head: Head,
    /// After which entry what the report tells ends, if it does before the history does: what it says again may fill it.
    pub tells_through: Option<u64>,
    /// Whether entries before it are not known, and will not be.
    pub has_gaps: bool,
}

/// Requires that a report's history follows from what is known of it, and leads to the head that the card signed unless
/// there is more than fits. A card that may erase what its bank does not know (F1 once its holder cleared it, F2;
/// T004-3, T004-4) begins anew where its own history does: what it signs of that is held to the books alone.
///
/// # Errors
/// [`HistoryError`] at the first entry that does not fit.
pub(super) fn follow<'a>(
    purse: &Purse,
    report: &'a PurseReport,
) -> Result<Followed<'a>, HistoryError> {
    let known = beginning(purse, report)?;
    // A card that did not hear the last answer says again what is known.
    let repeated = usize::try_from(known.sequence - report.after).unwrap_or(usize::MAX);
    let repeated = repeated.min(report.entries.len());
    let (old, new) = report.entries.split_at(repeated);
    if let Some(last) = old.last()
        && last.sequence == known.sequence
        && last.hash() != known.hash
    {
        return Err(HistoryError::Altered(known.sequence));
    }
    let last = new.last().map_or(known, |entry| Head {
        sequence: entry.sequence,
        hash: entry.hash(),
    });
    let is_whole = last.sequence >= report.state.sequence;
    if !is_whole && report.entries.len() < ENTRIES_MAX {
        return Err(HistoryError::Gap(last.sequence.saturating_add(1)));
    }
    let head = if is_whole {
        report.state.head
    } else {
        last.hash
    };
    require_chain(new, (known.sequence, known.hash), head)?;
    if is_whole && last.sequence != report.state.sequence {
        return Err(HistoryError::Gap(last.sequence));
    }
    let told = u64::try_from(report.entries.len()).unwrap_or(u64::MAX);
    let tells = report.after.saturating_add(told);
    let tells_through = (tells < report.state.sequence).then_some(tells);
    if tells_through.is_some() && report.entries.len() < ENTRIES_MAX {
        return Err(HistoryError::Gap(tells.saturating_add(1)));
    }
    Ok(Followed {
        repeated: old,
        entries: new,
        head: last,
        tells_through,
        has_gaps: known != purse.known,
    })
}

/// What a report tells whose missing entries did not come: those that are there, in their order, each of which follows
/// from the one before it if that is there.
///
/// # Errors
/// [`HistoryError`] at the first entry that is there twice or was altered.
pub(super) fn follow_with_gaps<'a>(
    purse: &Purse,
    report: &'a PurseReport,
) -> Result<Followed<'a>, HistoryError> {
    let known = purse.known;
    let entries = report.entries.iter();
    let old = entries.take_while(|entry| entry.sequence <= known.sequence);
    let (old, new) = report.entries.split_at(old.count());
    let mut last = known;
    for entry in new {
        let follows = entry.sequence == last.sequence.saturating_add(1);
        if entry.sequence <= last.sequence {
            return Err(HistoryError::Gap(entry.sequence));
        }
        if follows && entry.previous != last.hash {
            return Err(HistoryError::Altered(entry.sequence));
        }
        last = Head {
            sequence: entry.sequence,
            hash: entry.hash(),
        };
    }
    let newest = Head {
        sequence: report.state.sequence,
        hash: report.state.head,
    };
    if last.sequence >= newest.sequence && last != newest {
        return Err(HistoryError::Altered(last.sequence));
    }
    // A report that is not full tells what is left.
    let is_full = report.entries.len() >= ENTRIES_MAX;
    let tells = report.entries.last().filter(|_| is_full);
    let tells_through = tells
        .map(|entry| entry.sequence)
        .filter(|tells| *tells < newest.sequence);
    let head = tells_through.map_or(newest, |_| last);
    Ok(Followed {
        repeated: old,
        entries: new,
        head,
        tells_through,
        has_gaps: true,
    })
}

/// After which entry a report's history begins: the newest known one, or one that the card may have erased.
fn beginning(purse: &Purse, report: &PurseReport) -> Result<Head, HistoryError> {
    let known = purse.known;
    if report.after <= known.sequence {
        return Ok(known);
    }
    if purse.policy == HistoryPolicy::UploadFirst {
        return Err(HistoryError::Gap(known.sequence.saturating_add(1)));
    }
    let hash = match report.entries.first() {
        Some(first) => first.previous,
        None => report.state.head,
    };
    let begins = Head {
        sequence: report.after,
        hash,
    };
    let entries = report.entries.iter();
    let said = entries.map(|entry| (entry.sequence, entry.hash()));
    let mut said = core::iter::once((begins.sequence, begins.hash)).chain(said);
    let seen = purse.seen;
    // What it erased it may have told of before.
    match said.find(|(sequence, hash)| *sequence == seen.sequence && *hash != seen.hash) {
        Some(_) => Err(HistoryError::Altered(seen.sequence)),
        None => Ok(begins),
    }
}

/// The entry of a purse's history at that place, if it is known.
///
/// # Errors
/// The database's own; an entry that cannot be read.
pub(super) fn entry_at(
    tables: &(impl Tables + ?Sized),
    purse: &PurseNumber,
    sequence: u64,
) -> Result<Option<HistoryEntry>, DatabaseError> {
    let sql = "SELECT entry FROM bank_history WHERE purse = ? AND sequence = ?";
    let entry: Option<Vec<u8>> = typed::one(tables, sql, &[(*purse).into(), sequence.into()])?;
    let read = |bytes: Vec<u8>| decode_value(&bytes, ENTRY_BYTES_MAX);
    entry
        .map(read)
        .transpose()
        .map_err(|_| DatabaseError::Shape(0))
}

/// Keeps new entries, and that the history is known up to there.
///
/// # Errors
/// Only the database's own.
pub(super) fn keep(
    tables: &dyn Tables,
    purse: &PurseNumber,
    followed: &Followed<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    for entry in followed.entries {
        tables.run(
            "INSERT INTO bank_history (purse, sequence, transaction_id, entry, kept_at) VALUES (?, ?, ?, ?, ?)",
            &[
                (*purse).into(),
                entry.sequence.into(),
                entry.transaction.into(),
                encode_value(entry).into(),
                now.into(),
            ],
        )?;
    }
    tables.run(
        "UPDATE bank_purses SET known_sequence = ?, known_head = ? WHERE number = ?",
        &[
            followed.head.sequence.into(),
            followed.head.hash.into(),
            (*purse).into(),
        ],
    )?;
    Ok(())
}

/// Whether the bank may still hear of a movement that it does not know: an order's, whose time is not over, or a payment to
/// another purse, whose payee may report it until the window (in seconds) is over. It is not younger than what the bank
/// was told of it, whatever the wallet's clock said.
///
/// # Errors
/// Only the database's own.
pub(super) fn may_come(
    tables: &dyn Tables,
    purse: &PurseNumber,
    transaction: &TransactionId,
    (now, window): (Timestamp, u64),
) -> Result<bool, DatabaseError> {
    let sql = "SELECT entry, kept_at FROM bank_history
        WHERE purse = ? AND transaction_id = ? ORDER BY sequence LIMIT 1";
    let entry: Option<(Vec<u8>, Timestamp)> =
        typed::one(tables, sql, &[(*purse).into(), (*transaction).into()])?;
    let Some((bytes, kept_at)) = entry else {
        return Ok(false);
    };
    let entry: HistoryEntry =
        decode_value(&bytes, ENTRY_BYTES_MAX).map_err(|_| DatabaseError::Shape(0))?;
    let seconds = match entry.payee {
        Endpoint::Shop(_) => ORDER_LIFETIME_SECONDS + 2 * CLOCK_SKEW_SECONDS,
        Endpoint::Purse(payee) if payee != *purse => window,
        _ => return Ok(false),
    };
    Ok(now < entry.at.min(kept_at).plus_seconds(seconds))
}
