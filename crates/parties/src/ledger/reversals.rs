//! Gives back what a posted transfer moved, whole or in part. The tables themselves refuse to give back more
//! than was taken.

use tallystick_protocol::wire::money::{MINOR_MAX, Money};

use super::LedgerError;
use crate::ports::{DatabaseError, Tables};
use crate::store::typed;

/// The columns, index and trigger that reversals need; a later step than the ledger's first tables.
pub(crate) const TABLES: &[&str] = &[
    "ALTER TABLE transfers ADD COLUMN reverses TEXT REFERENCES transfers (id)",
    "CREATE INDEX transfers_by_what_they_reverse ON transfers (reverses) WHERE reverses IS NOT NULL",
    "CREATE TRIGGER reversals_are_checked BEFORE INSERT ON transfers WHEN NEW.reverses IS NOT NULL BEGIN
        SELECT RAISE(ABORT, 'this gives back nothing that was moved')
            WHERE NEW.kind <> 'single' OR NOT EXISTS (SELECT 1 FROM transfers p
                JOIN transfers e ON e.pending_id = p.id AND e.kind = 'post'
                WHERE p.id = NEW.reverses AND p.debit = NEW.credit AND p.credit = NEW.debit);
        SELECT RAISE(ABORT, 'more would be given back than was taken') WHERE NEW.minor
            + (SELECT coalesce(sum(minor), 0) FROM transfers WHERE reverses = NEW.reverses)
            > (SELECT minor FROM transfers WHERE id = NEW.reverses);
    END",
];

/// A reversal of a pending transfer that was posted.
pub struct Reversal<'a> {
    /// What makes it the same when asked for twice.
    pub id: &'a str,
    /// The name of the pending transfer.
    pub of: &'a str,
    /// How much; not zero.
    pub money: Money,
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// What it is for, in words.
    pub memo: &'a str,
}

/// Gives the money back at once. Call it in a transaction. `Ok(false)`: this very reversal was booked before,
/// and nothing is booked again.
///
/// # Errors
/// [`LedgerError::Unknown`] if nothing of that name was posted, [`LedgerError::Exceeded`] if less was taken or
/// more of it was given back before, [`LedgerError::Short`] if whoever received it has not that much left.
pub fn reverse(
    tables: &(impl Tables + ?Sized),
    reversal: &Reversal<'_>,
) -> Result<bool, LedgerError> {
    if !(1..=MINOR_MAX).contains(&reversal.money.minor) {
        return Err(LedgerError::Amount);
    }
    let minor = i64::try_from(reversal.money.minor).map_err(|_| LedgerError::Amount)?;
    if let Some(same) = is_booked(tables, reversal, minor)? {
        return if same {
            Ok(false)
        } else {
            Err(LedgerError::Conflict)
        };
    }
    let taken = Taken::find(tables, reversal)?.ok_or(LedgerError::Unknown)?;
    if taken.currency != reversal.money.currency.code() || minor > taken.left {
        return Err(LedgerError::Exceeded);
    }
    if taken.is_frozen {
        return Err(LedgerError::Frozen);
    }
    if taken.is_covered_by_credit && taken.available < minor {
        return Err(LedgerError::Short);
    }
    tables.run(
        "INSERT INTO transfers (id, debit, credit, minor, kind, reverses, order_id, memo, at_ms)
         VALUES (?, ?, ?, ?, 'single', ?, ?, ?, ?)",
        &[
            reversal.id.into(),
            taken.receiver.into(),
            taken.giver.into(),
            minor.into(),
            reversal.of.into(),
            taken.order_id.into(),
            reversal.memo.into(),
            reversal.at_ms.into(),
        ],
    )?;
    Ok(true)
}

/// Whether a transfer of this name was booked, and if so whether it is this one.
fn is_booked(
    tables: &(impl Tables + ?Sized),
    reversal: &Reversal<'_>,
    minor: i64,
) -> Result<Option<bool>, DatabaseError> {
    let sql = "SELECT reverses IS ? AND minor = ? FROM transfers WHERE id = ?";
    let values = [reversal.of.into(), minor.into(), reversal.id.into()];
    typed::one(tables, sql, &values)
}

/// What was taken by a transfer, and how its receiver stands.
struct Taken {
    giver: i64,
    receiver: i64,
    order_id: Option<[u8; 32]>,
    currency: String,
    /// What was not given back yet.
    left: i64,
    available: i64,
    is_covered_by_credit: bool,
    is_frozen: bool,
}

impl Taken {
    fn find(
        tables: &(impl Tables + ?Sized),
        reversal: &Reversal<'_>,
    ) -> Result<Option<Self>, DatabaseError> {
        type Sides = (i64, i64, Option<[u8; 32]>);
        type Standing = (String, i64, i64, bool, bool);
        let found: Option<(Sides, Standing)> = typed::one(
            tables,
            "SELECT p.debit, p.credit, p.order_id, a.currency,
                p.minor - (SELECT coalesce(sum(r.minor), 0) FROM transfers r WHERE r.reverses = p.id),
                a.credits_posted - a.debits_posted - a.debits_pending, a.covered_by = 'credit',
                EXISTS (SELECT 1 FROM accounts f WHERE f.account IN (p.debit, p.credit)
                    AND f.frozen_at_ms IS NOT NULL)
             FROM transfers p JOIN transfers e ON e.pending_id = p.id AND e.kind = 'post'
             JOIN accounts a ON a.account = p.credit WHERE p.id = ? AND p.kind = 'pending'",
            &[reversal.of.into()],
        )?;
        Ok(found.map(|((giver, receiver, order_id), standing)| {
            let (currency, left, available, is_covered_by_credit, is_frozen) = standing;
            Self {
                giver,
                receiver,
                order_id,
                currency,
                left,
                available,
                is_covered_by_credit,
                is_frozen,
            }
        }))
    }
}
