//! Reads what several roles keep in their rows: domains, reasons, optional columns.

use tallystick_protocol::checkout::answers::RefusalReason;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Money;

use crate::ports::{DatabaseError, Row};

/// The domain in column `index`.
///
/// # Errors
/// [`DatabaseError::Shape`] if it is none.
pub fn domain(row: &Row, index: usize) -> Result<Domain, DatabaseError> {
    Domain::parse(row.text(index)?).map_err(|_| DatabaseError::Shape(index))
}

/// The reason for a refusal in column `index`, stored by its stable name.
///
/// # Errors
/// [`DatabaseError::Shape`] if it is none.
pub fn reason(row: &Row, index: usize) -> Result<RefusalReason, DatabaseError> {
    let name = row.text(index)?;
    RefusalReason::ALL
        .into_iter()
        .find(|reason| reason.as_str() == name)
        .ok_or(DatabaseError::Shape(index))
}

/// The amount in columns `index` (minor units) and `index + 1` (currency).
///
/// # Errors
/// [`DatabaseError::Shape`] if it is none.
pub fn money(row: &Row, index: usize) -> Result<Money, DatabaseError> {
    let currency = row
        .text(index + 1)?
        .parse()
        .map_err(|_| DatabaseError::Shape(index + 1))?;
    Ok(Money {
        minor: row.number(index)?,
        currency,
    })
}

/// The bytes in column `index`, or nothing.
///
/// # Errors
/// [`DatabaseError::Shape`] if the column holds something else.
pub fn optional_blob(row: &Row, index: usize) -> Result<Option<Vec<u8>>, DatabaseError> {
    if row.is_null(index) {
        Ok(None)
    } else {
        Ok(Some(row.blob(index)?.to_vec()))
    }
}

/// The text in column `index`, or nothing.
///
/// # Errors
/// [`DatabaseError::Shape`] if the column holds something else.
pub fn optional_text(row: &Row, index: usize) -> Result<Option<String>, DatabaseError> {
    if row.is_null(index) {
        Ok(None)
    } else {
        Ok(Some(row.text(index)?.to_owned()))
    }
}
