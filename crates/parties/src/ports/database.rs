//! The database port: SQL on SQLite, in a Durable Object or through rusqlite.

use tallystick_protocol::wire::number::WHOLE_MAX;

use crate::store::key_id::KeyId;

/// One SQL value. Integers must stay within ±2⁵³, because Durable Objects carry them as doubles.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// SQL NULL.
    Null,
    /// A whole number within ±2⁵³.
    Integer(i64),
    /// UTF-8 text.
    Text(String),
    /// Bytes, at most 2 MiB.
    Blob(Vec<u8>),
}

/// Shows the type and size only: rows hold sealed secrets and personal data.
impl core::fmt::Debug for Value {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Null => f.write_str("Null"),
            Self::Integer(number) => write!(f, "Integer({number})"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Blob(bytes) => write!(f, "Blob({} bytes)", bytes.len()),
        }
    }
}

macro_rules! value_from {
    ($($type:ty => $make:expr),* $(,)?) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                $make(value)
            }
        })*
    };
}

value_from! {
    i64 => Value::Integer,
    i32 => |value| Value::Integer(i64::from(value)),
    u32 => |value| Value::Integer(i64::from(value)),
    u16 => |value| Value::Integer(i64::from(value)),
    u8 => |value| Value::Integer(i64::from(value)),
    // Times and amounts: far below 2⁵³; what is not becomes the largest, which no database takes.
    u64 => |value: u64| Value::Integer(i64::try_from(value).unwrap_or(i64::MAX)),
    bool => |value| Value::Integer(i64::from(value)),
    &str => |value: &str| Value::Text(value.to_owned()),
    String => Value::Text,
    &String => |value: &String| Value::Text(value.clone()),
    &[u8] => |value: &[u8]| Value::Blob(value.to_vec()),
    Vec<u8> => Value::Blob,
    &Vec<u8> => |value: &Vec<u8>| Value::Blob(value.clone()),
    &[u8; 32] => |value: &[u8; 32]| Value::Blob(value.to_vec()),
    [u8; 32] => |value: [u8; 32]| Value::Blob(value.to_vec()),
}

/// What every database does before it takes values: a Durable Object would store a larger number and then give back
/// one that is not whole, with the row unreadable for good.
///
/// # Errors
/// [`DatabaseError::TooLarge`].
pub fn require_exact(values: &[Value]) -> Result<(), DatabaseError> {
    let is_exact = |value: &Value| match value {
        Value::Integer(number) => number.unsigned_abs() <= WHOLE_MAX,
        _ => true,
    };
    if values.iter().all(is_exact) {
        Ok(())
    } else {
        Err(DatabaseError::TooLarge)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row, columns in the order of the SELECT.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    fn column(&self, index: usize) -> Result<&Value, DatabaseError> {
        self.0.get(index).ok_or(DatabaseError::Shape(index))
    }

    /// The integer in column `index`.
    pub fn integer(&self, index: usize) -> Result<i64, DatabaseError> {
        match self.column(index)? {
            Value::Integer(number) => Ok(*number),
            _ => Err(DatabaseError::Shape(index)),
        }
    }

    /// The integer in column `index` as an unsigned type: `row.number::<u32>(0)`.
    pub fn number<N: TryFrom<i64>>(&self, index: usize) -> Result<N, DatabaseError> {
        N::try_from(self.integer(index)?).map_err(|_| DatabaseError::Shape(index))
    }

    /// The text in column `index`.
    pub fn text(&self, index: usize) -> Result<&str, DatabaseError> {
        match self.column(index)? {
            Value::Text(text) => Ok(text),
            _ => Err(DatabaseError::Shape(index)),
        }
    }

    /// The bytes in column `index`.
    pub fn blob(&self, index: usize) -> Result<&[u8], DatabaseError> {
        match self.column(index)? {
            Value::Blob(bytes) => Ok(bytes),
            _ => Err(DatabaseError::Shape(index)),
        }
    }

    /// The 32 bytes in column `index`.
    pub fn bytes32(&self, index: usize) -> Result<[u8; 32], DatabaseError> {
        <[u8; 32]>::try_from(self.blob(index)?).map_err(|_| DatabaseError::Shape(index))
    }

    /// Whether column `index` is NULL.
    pub fn is_null(&self, index: usize) -> bool {
        matches!(self.0.get(index), Some(Value::Null))
    }
}

/// Something that runs SQL: the database itself, or an open transaction.
pub trait Tables {
    /// Runs one statement with `?` parameters and returns its rows.
    fn run(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DatabaseError>;

    /// Sets the one alarm that wakes the party, in milliseconds since 1970, in place of the one set
    /// before. It is stored with the tables: in a transaction it is set when that commits, and stays
    /// as it was when that rolls back. A time that is past wakes at once.
    fn set_alarm(&self, at_ms: u64) -> Result<(), DatabaseError>;
}

/// A SQLite database with synchronous transactions.
pub trait Database: Tables {
    /// Runs `work` in a transaction: commits on `Ok`, rolls everything back on `Err`.
    /// Use [`in_transaction`] for results of other types.
    fn transaction(
        &self,
        work: &mut dyn FnMut(&dyn Tables) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError>;

    /// How many bytes the database takes, of how many it may.
    fn size(&self) -> Result<Size, DatabaseError>;
}

/// The most that one database may take, in bytes: what a Durable Object has (10 GB).
pub const DATABASE_MAX_BYTES: u64 = 10_000_000_000;

/// How full a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// What it takes.
    pub bytes: u64,
    /// What it may take.
    pub limit_bytes: u64,
}

impl Size {
    /// Whether four fifths are taken: time for an operator to act, before every write fails.
    #[must_use]
    pub fn is_nearly_full(&self) -> bool {
        self.bytes >= self.limit_bytes / 5 * 4
    }
}

/// Runs `work` in a transaction and hands back its result; any error rolls back.
pub fn in_transaction<T, E: From<DatabaseError>>(
    database: &(impl Database + ?Sized),
    work: impl FnOnce(&dyn Tables) -> Result<T, E>,
) -> Result<T, E> {
    let mut work = Some(work);
    let mut result: Option<Result<T, E>> = None;
    let committed = database.transaction(&mut |tables| {
        let Some(work) = work.take() else {
            return Err(DatabaseError::RolledBack);
        };
        let outcome = work(tables);
        let failed = outcome.is_err();
        result = Some(outcome);
        if failed {
            Err(DatabaseError::RolledBack)
        } else {
            Ok(())
        }
    });
    match (committed, result) {
        (Ok(()), Some(result)) => result,
        (_, Some(Err(error))) => Err(error),
        (Err(error), _) => Err(error.into()),
        (Ok(()), None) => Err(DatabaseError::RolledBack.into()),
    }
}

/// Runs a query and returns its only row, or `None`.
pub fn first(
    tables: &(impl Tables + ?Sized),
    sql: &str,
    params: &[Value],
) -> Result<Option<Row>, DatabaseError> {
    Ok(tables.run(sql, params)?.into_iter().next())
}

/// The database refused.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// SQLite's own message.
    #[error("the database refused: {0}")]
    Sql(String),
    /// A column is missing or of another type than the schema says.
    #[error("column {0} of a stored row is not of the expected type")]
    Shape(usize),
    /// The transaction was undone because its work failed.
    #[error("the transaction was rolled back")]
    RolledBack,
    /// The stored data was written by a later release.
    #[error("the stored data has schema version {0}, which this release does not know")]
    Newer(u32),
    /// A whole number beyond ±2⁵³, which a Durable Object would never give back.
    #[error("a number is too large to be kept exactly")]
    TooLarge,
    /// A sealed value does not open: wrong key or altered data.
    #[error("a sealed value does not open")]
    Sealed,
    /// A sealed value names a sealing key that is neither the present one nor the one of before.
    #[error("a sealed value wants the sealing key {0}, which is not here")]
    KeyMissing(KeyId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_a_durable_object_would_not_give_back_is_not_taken() {
        let largest = i64::try_from(WHOLE_MAX).unwrap();
        for exact in [0, largest, -largest] {
            assert!(require_exact(&[Value::Null, exact.into()]).is_ok());
        }
        for inexact in [largest + 1, -largest - 1, i64::MAX, i64::MIN] {
            assert!(require_exact(&["a".into(), inexact.into()]).is_err());
        }
        assert!(require_exact(&[u64::MAX.into()]).is_err());
    }
}
