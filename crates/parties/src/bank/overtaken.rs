//! Reports that something overtook on its way. Such a report says what was so, and is not held against books that have
//! more. What the purse signed before a report that does not tell it is: the purse was put back.

use tallystick_protocol::purse::PurseReport;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use super::local;
use super::movements;
use super::states::CLOCK_SECONDS;
use crate::ports::{DatabaseError, Tables};

/// Whether the books have what the purse signed after this report, or in the same second and without its being told here.
///
/// # Errors
/// Only the database's own.
pub(super) fn was(tables: &dyn Tables, report: &PurseReport) -> Result<bool, DatabaseError> {
    Ok(local::was_overtaken(tables, report)? || was_by_movement(tables, report)?)
}

/// What gives value away changes the card's own state, by which a report is late ([`super::states`]); what takes it does not,
/// as long as it is under way. The bank may have ended by its clock what a wallet signed later by its own.
fn was_by_movement(tables: &dyn Tables, report: &PurseReport) -> Result<bool, DatabaseError> {
    let since = Timestamp(report.at.0.saturating_sub(CLOCK_SECONDS));
    let ended = movements::completed_since(tables, &report.purse, since)?;
    Ok(ended.iter().any(|movement| {
        let is_later = movement.asked_at.is_some_and(|at| at >= report.at);
        is_later && !tells(report, &movement.transaction)
    }))
}

fn tells(report: &PurseReport, transaction: &TransactionId) -> bool {
    let mut entries = report.entries.iter();
    report.pending.contains(transaction) || entries.any(|entry| entry.transaction == *transaction)
}
