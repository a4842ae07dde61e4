//! What an operator has to look at: amounts that disagree, histories that do not fit, cards restored from old copies.

use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::time::Timestamp;

use crate::console::{Cell, Table};
use crate::ports::{DatabaseError, Row, Tables};

/// How many a console shows.
const SHOWN: u32 = 30;

tallystick_protocol::named_enum! {
    /// What is the matter.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum Alert {
        /// A purse held something else than the books said, and was set right (T004-44).
        AmountsDiffer => "amounts-differ",
        /// An entry of a history is missing or there twice.
        Gap => "history-gap",
        /// An entry of a history was altered, or two histories have one beginning.
        Altered => "history-altered",
        /// A card is older than what is known: it was restored from an old copy.
        OldState => "old-state",
        /// The balance that a prepaid card shows was not signed.
        BadCheckpoint => "bad-checkpoint",
        /// A purse has signed two things of one place of its history: it was copied, and spent twice.
        SpentTwice => "spent-twice",
        /// What another purse is to have signed was not signed by it.
        BadPartner => "bad-partner",
        /// A purse took more over from a prepaid card than that held by the books: the card was copied, and spent elsewhere.
        PrepaidShort => "prepaid-short",
        /// What a purse owed was not on its account any more, after it was spent twice or paid back as lost: the bank bears it.
        Loss => "loss",
    }
}

/// Raises an alert about a purse, once for one place in its history. `amounts`: what the books say and what the purse
/// says, in minor units.
///
/// # Errors
/// Only the database's own.
pub(super) fn raise(
    tables: &dyn Tables,
    alert: Alert,
    (purse, sequence): (&PurseNumber, u64),
    amounts: Option<(u64, u64)>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let (expected, reported) = amounts.unzip();
    tables.run(
        "INSERT INTO bank_alerts (alert, purse, sequence, expected, reported, raised_at)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        &[
            alert.as_str().into(),
            (*purse).into(),
            sequence.into(),
            expected.into(),
            reported.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// The newest alerts, as the console shows them.
///
/// # Errors
/// Only the database's own.
pub(super) fn table(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    let sql = "SELECT raised_at, alert, lower(hex(purse)), sequence, expected, reported
        FROM bank_alerts ORDER BY number DESC LIMIT ?";
    let proof = |alert: &str, purse: &str| match Alert::from_name(alert) {
        Some(Alert::SpentTwice) => Cell::File(["/v1/contradictions/", purse].concat()),
        _ => Cell::None,
    };
    let line = |row: &Row| {
        let amount = |at| match row.is_null(at) {
            true => Ok(Cell::None),
            false => row.integer(at).map(Cell::Count),
        };
        Ok(vec![
            Cell::Time(row.number(0)?),
            Cell::word(row.text(1)?),
            Cell::Text(row.text(2)?.to_owned()),
            Cell::Count(row.integer(3)?),
            amount(4)?,
            amount(5)?,
            proof(row.text(1)?, row.text(2)?),
        ])
    };
    let rows = tables.run(sql, &[SHOWN.into()])?;
    Ok(Table {
        name: "alerts",
        columns: &[
            "at", "alert", "purse", "entry", "expected", "reported", "proof",
        ],
        rows: rows
            .iter()
            .map(line)
            .collect::<Result<_, DatabaseError>>()?,
    })
}
