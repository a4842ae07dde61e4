//! The rows of credits: what the front has cards credited, each number once.

use tallystick_protocol::settlement::{Alias, CreditReason, CreditState, credit_number};
use tallystick_protocol::wire::identifier::{Domain, Root, TransactionId};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::settlements::Settlement;
use super::words;
use crate::office::fault::Fault;
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::{DatabaseError, Tables};
use crate::post::outbox::{self, Content, NewLetter};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// A credit.
    pub(super) struct Credit in "settlement_credits" {
        /// Its number.
        pub number: TransactionId = "number",
        /// The order that it comes of; none of a charge.
        pub root: Option<Root> = "root",
        /// The card.
        pub alias: Alias = "alias",
        /// How much.
        pub money: Money = "minor, currency",
        /// Why.
        pub reason: CreditReason = "reason",
        /// Until when it may be written.
        pub until: Option<Timestamp> = "until",
        /// The security server that has the card's keys.
        pub server: Domain = "server",
        /// When it was ordered.
        pub ordered_at: Timestamp = "ordered_at",
        /// How far it is, as far as was heard.
        pub state: CreditState = "state",
    }
}

impl Credit {
    /// All that a card paid for an order, for that card; none if no card has paid.
    pub(super) fn of_order(row: &Settlement, reason: CreditReason, now: Timestamp) -> Option<Self> {
        Some(Self {
            number: credit_number(&row.root, 0),
            root: Some(row.root),
            alias: row.alias?,
            money: row.money,
            reason,
            until: None,
            server: row.server.clone(),
            ordered_at: now,
            state: CreditState::Waiting,
        })
    }
}

/// Whether the security server has nothing more to say.
pub(super) const fn is_last(state: CreditState) -> bool {
    matches!(state, CreditState::Written | CreditState::Withdrawn)
}

/// Orders a credit, unless one of its number was ordered.
///
/// # Errors
/// Only the database's own.
pub(super) fn order(tables: &dyn Tables, credit: &Credit) -> Result<(), Fault> {
    if find(tables, &credit.number)?.is_some() {
        return Ok(());
    }
    typed::insert(tables, credit)?;
    post(
        tables,
        credit,
        (words::CREDIT, "/v1/credits"),
        credit.ordered_at,
    )
}

/// Posts what is to be said about a credit.
pub(super) fn post(
    tables: &dyn Tables,
    credit: &Credit,
    (kind, path): (&str, &str),
    now: Timestamp,
) -> Result<(), Fault> {
    let letter = NewLetter {
        kind,
        reference: &credit.number.to_string(),
        to: &credit.server,
        path,
        content: Content::Statement(kind.to_owned()),
        give_up_at_ms: now.plus_seconds(EVIDENCE_SECONDS).milliseconds(),
    };
    Ok(outbox::post(tables, &letter, now.milliseconds())?)
}

/// The credit of this number.
///
/// # Errors
/// Only the database's own.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    number: &TransactionId,
) -> Result<Option<Credit>, DatabaseError> {
    typed::find(tables, "number = ?", &[(*number).into()])
}

/// Stores how far it is.
///
/// # Errors
/// Only the database's own.
pub(super) fn note(
    tables: &dyn Tables,
    number: &TransactionId,
    state: CreditState,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE settlement_credits SET state = ? WHERE number = ?";
    tables.run(sql, &[state.into(), (*number).into()])?;
    Ok(())
}
