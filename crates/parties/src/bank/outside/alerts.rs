//! What an operator has to look at of what moves between the bank and the banking system outside.

use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::ports::{DatabaseError, Tables};

tallystick_protocol::named_enum! {
    /// What is the matter.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in crate::bank) enum Alert {
        /// The bank outside rejected what was ordered; nothing moved.
        Rejected => "outside-rejected",
        /// It says of one payment that it booked it and that it did not.
        Contradicted => "outside-contradicted",
    }
}

/// Raises an alert about a payment or a booking, once.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn raise(
    tables: &dyn Tables,
    alert: Alert,
    (reference, money): (&str, Money),
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO bank_outside_alerts (alert, reference, minor, currency, raised_at)
         VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        &[
            alert.as_str().into(),
            reference.into(),
            money.minor.into(),
            money.currency.into(),
            now.into(),
        ],
    )?;
    Ok(())
}
