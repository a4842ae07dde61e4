//! Rows as values. A struct lists its fields, each with the columns that hold it ([`typed_row!`]); SELECT,
//! INSERT and reading follow from that list, so that no position has to agree by eye. What a query of its own
//! shape gives is read as a tuple.

use tallystick_protocol::bank::FeeOption;
use tallystick_protocol::checkout::answers::RefusalReason;
use tallystick_protocol::checkout::order::{CIPHERTEXT_MAX_BYTES, SealedPart};
use tallystick_protocol::checkout::refunds::RefundOutcome;
use tallystick_protocol::checkout::tracking::{ParcelStep, TrackingCode};
use tallystick_protocol::coupon::{
    CampaignId, CouponId, CouponKind, CouponOutcome, CouponState, Funding, LineKind, Owner,
};
use tallystick_protocol::purse::{HistoryPolicy, PurseKind, PurseNumber};
use tallystick_protocol::settlement::{Alias, CreditReason, CreditState, ReadingId};
use tallystick_protocol::settlement::{ChargeRefusal, ChargeState, SettlementRefusal};
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::{
    Domain, Handle, HolderId, OrderId, Root, TransactionId,
};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use crate::ports::{DatabaseError, Row, Tables, Value};

/// The longest owner of a coupon as it is stored, in bytes: a domain name and what stands around it.
const OWNER_BYTES_MAX: usize = 300;

/// What one or more columns side by side hold.
pub trait Stored: Sized {
    /// How many columns.
    const WIDTH: usize;

    /// Reads it from column `at` on.
    ///
    /// # Errors
    /// [`DatabaseError::Shape`] with the first column that holds something else.
    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError>;

    /// Adds its columns to `values`.
    fn write(&self, values: &mut Vec<Value>);

    /// Whether there is none of it from column `at` on.
    fn is_absent(row: &Row, at: usize) -> bool {
        row.is_null(at)
    }

    /// Adds to `values` that there is none of it.
    fn write_absent(values: &mut Vec<Value>) {
        values.extend((0..Self::WIDTH).map(|_| Value::Null));
    }
}

/// A struct that is a row of a table.
pub trait TypedRow: Stored {
    /// The table's name.
    const TABLE: &'static str;
    /// The columns of its fields, in their order, separated by commas.
    const COLUMNS: &'static str;
}

/// Makes a struct of fields and their columns a [`TypedRow`]. That each field's type takes as many columns
/// as are named for it is checked where it is compiled.
macro_rules! typed_row {
    ($(#[$about:meta])* $visible:vis struct $name:ident in $table:literal {
        $($(#[$field_about:meta])* $field_visible:vis $field:ident: $type:ty = $columns:literal),* $(,)?
    }) => {
        $(#[$about])* $visible struct $name {
            $($(#[$field_about])* $field_visible $field: $type),*
        }

        impl $crate::store::typed::Stored for $name {
            const WIDTH: usize = 0 $(+ <$type as $crate::store::typed::Stored>::WIDTH)*;

            fn read(
                row: &$crate::ports::Row,
                mut at: usize,
            ) -> Result<Self, $crate::ports::DatabaseError> {
                use $crate::store::typed::Stored;
                $(
                    const {
                        let named = $crate::store::typed::columns_in($columns);
                        assert!(named == <$type as Stored>::WIDTH);
                    }
                    let $field = <$type as Stored>::read(row, at)?;
                    at += <$type as Stored>::WIDTH;
                )*
                let _ = at;
                Ok(Self { $($field),* })
            }

            fn write(&self, values: &mut Vec<$crate::ports::Value>) {
                $($crate::store::typed::Stored::write(&self.$field, values);)*
            }
        }

        impl $crate::store::typed::TypedRow for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static str = $crate::store::typed::listed!($($columns),*);
        }
    };
}

/// Literals, separated by commas.
macro_rules! listed {
    ($first:literal $(, $more:literal)*) => { concat!($first $(, ", ", $more)*) };
}

pub(crate) use {listed, typed_row};

/// How many columns a list of names separated by commas names.
pub const fn columns_in(list: &str) -> usize {
    let bytes = list.as_bytes();
    let (mut count, mut at) = (1, 0);
    while at < bytes.len() {
        if bytes[at] == b',' {
            count += 1;
        }
        at += 1;
    }
    count
}

/// Inserts a row.
///
/// # Errors
/// Only the database's own.
pub fn insert<R: TypedRow>(tables: &(impl Tables + ?Sized), row: &R) -> Result<(), DatabaseError> {
    let mut values = Vec::with_capacity(R::WIDTH);
    row.write(&mut values);
    let places = vec!["?"; R::WIDTH].join(", ");
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({places})",
        R::TABLE,
        R::COLUMNS
    );
    tables.run(&sql, &values)?;
    Ok(())
}

/// The row of which `is_it` holds, such as "root = ?".
///
/// # Errors
/// The database's own; a row that cannot be read.
pub fn find<R: TypedRow>(
    tables: &(impl Tables + ?Sized),
    is_it: &str,
    params: &[Value],
) -> Result<Option<R>, DatabaseError> {
    let sql = format!("SELECT {} FROM {} WHERE {is_it}", R::COLUMNS, R::TABLE);
    one(tables, &sql, params)
}

/// All rows of which `is_it` holds, as it orders and limits them.
///
/// # Errors
/// The database's own; a row that cannot be read.
pub fn find_all<R: TypedRow>(
    tables: &(impl Tables + ?Sized),
    is_it: &str,
    params: &[Value],
) -> Result<Vec<R>, DatabaseError> {
    let sql = format!("SELECT {} FROM {} WHERE {is_it}", R::COLUMNS, R::TABLE);
    all(tables, &sql, params)
}

/// What the first row of a query holds, if there is one: `one::<(i64, Timestamp)>(…)`.
///
/// # Errors
/// The database's own; a row that cannot be read.
pub fn one<S: Stored>(
    tables: &(impl Tables + ?Sized),
    sql: &str,
    params: &[Value],
) -> Result<Option<S>, DatabaseError> {
    let rows = tables.run(sql, params)?;
    rows.first().map(|row| S::read(row, 0)).transpose()
}

/// What all rows of a query hold.
///
/// # Errors
/// The database's own; a row that cannot be read.
pub fn all<S: Stored>(
    tables: &(impl Tables + ?Sized),
    sql: &str,
    params: &[Value],
) -> Result<Vec<S>, DatabaseError> {
    let rows = tables.run(sql, params)?;
    rows.iter().map(|row| S::read(row, 0)).collect()
}

/// A type that is in one column: how it is read from there, and that it becomes a [`Value`].
macro_rules! in_one_column {
    ($($type:ty: $read:expr),* $(,)?) => {
        $(impl Stored for $type {
            const WIDTH: usize = 1;

            fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
                let read: fn(&Row, usize) -> Result<Self, DatabaseError> = $read;
                read(row, at)
            }

            fn write(&self, values: &mut Vec<Value>) {
                values.push(self.clone().into());
            }
        })*
    };
}

in_one_column! {
    i64: |row, at| row.integer(at),
    u64: |row, at| row.number(at),
    u32: |row, at| row.number(at),
    u8: |row, at| row.number(at),
    bool: |row, at| Ok(row.integer(at)? != 0),
    String: |row, at| Ok(row.text(at)?.to_owned()),
    Vec<u8>: |row, at| Ok(row.blob(at)?.to_vec()),
    [u8; 32]: |row, at| row.bytes32(at),
    Timestamp: |row, at| Ok(Timestamp(row.number(at)?)),
    Root: |row, at| Ok(Root(row.bytes32(at)?)),
    OrderId: |row, at| Ok(OrderId(row.bytes32(at)?)),
    HolderId: |row, at| Ok(HolderId(row.bytes32(at)?)),
    Handle: |row, at| Handle::try_from(row.blob(at)?).map_err(|_| DatabaseError::Shape(at)),
    TransactionId: |row, at| Ok(TransactionId(row.bytes32(at)?)),
    PurseNumber: |row, at| PurseNumber::try_from(row.blob(at)?).map_err(|_| DatabaseError::Shape(at)),
    PurseKind: |row, at| PurseKind::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    FeeOption: |row, at| FeeOption::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    HistoryPolicy: |row, at| HistoryPolicy::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    CouponId: |row, at| CouponId::try_from(row.blob(at)?).map_err(|_| DatabaseError::Shape(at)),
    CampaignId: |row, at| CampaignId::try_from(row.blob(at)?).map_err(|_| DatabaseError::Shape(at)),
    CouponKind: |row, at| CouponKind::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    Funding: |row, at| Funding::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    CouponState: |row, at| CouponState::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    CouponOutcome: |row, at| CouponOutcome::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    LineKind: |row, at| LineKind::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    Owner: |row, at| decode_value(row.blob(at)?, OWNER_BYTES_MAX).map_err(|_| DatabaseError::Shape(at)),
    Alias: |row, at| Alias::try_from(row.blob(at)?).map_err(|_| DatabaseError::Shape(at)),
    ReadingId: |row, at| ReadingId::try_from(row.blob(at)?).map_err(|_| DatabaseError::Shape(at)),
    CreditReason: |row, at| CreditReason::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    CreditState: |row, at| CreditState::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    Currency: |row, at| row.text(at)?.parse().map_err(|_| DatabaseError::Shape(at)),
    Domain: |row, at| Domain::parse(row.text(at)?).map_err(|_| DatabaseError::Shape(at)),
    RefusalReason: |row, at| RefusalReason::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    ParcelStep: |row, at| ParcelStep::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    TrackingCode: |row, at| row.text(at)?.parse().map_err(|_| DatabaseError::Shape(at)),
    RefundOutcome: |row, at| RefundOutcome::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    SettlementRefusal: |row, at| SettlementRefusal::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    ChargeState: |row, at| ChargeState::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
    ChargeRefusal: |row, at| ChargeRefusal::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at)),
}

macro_rules! value_from {
    ($($type:ty => $make:expr),* $(,)?) => {
        $(impl From<$type> for Value {
            fn from(value: $type) -> Self {
                let make: fn($type) -> Value = $make;
                make(value)
            }
        })*
    };
}

value_from! {
    Timestamp => |time| time.0.into(),
    Root => |root| root.0.into(),
    OrderId => |order| order.0.into(),
    HolderId => |holder| holder.0.into(),
    Handle => |handle| handle.0.to_vec().into(),
    TransactionId => |transaction| transaction.0.into(),
    PurseNumber => |purse| purse.0.to_vec().into(),
    PurseKind => |kind| kind.as_str().into(),
    FeeOption => |option| option.as_str().into(),
    HistoryPolicy => |policy| policy.as_str().into(),
    CouponId => |coupon| coupon.0.to_vec().into(),
    CampaignId => |campaign| campaign.0.to_vec().into(),
    CouponKind => |kind| kind.as_str().into(),
    Funding => |funding| funding.as_str().into(),
    CouponState => |state| state.as_str().into(),
    CouponOutcome => |outcome| outcome.as_str().into(),
    LineKind => |kind| kind.as_str().into(),
    Owner => |owner| encode_value(&owner).into(),
    Alias => |alias| alias.0.to_vec().into(),
    ReadingId => |reading| reading.0.to_vec().into(),
    CreditReason => |reason| reason.as_str().into(),
    CreditState => |state| state.as_str().into(),
    Currency => |currency| currency.code().into(),
    Domain => |domain| domain.as_str().into(),
    &Domain => |domain| domain.as_str().into(),
    RefusalReason => |reason| reason.as_str().into(),
    RefundOutcome => |outcome| outcome.as_str().into(),
    ParcelStep => |step| step.as_str().into(),
    TrackingCode => |code| code.shown().into(),
    SettlementRefusal => |reason| reason.as_str().into(),
    ChargeState => |state| state.as_str().into(),
    ChargeRefusal => |reason| reason.as_str().into(),
}

/// The state in column `at`, of `others` by the name that each has; `None`: "refused", with more in the columns
/// behind it.
///
/// # Errors
/// [`DatabaseError::Shape`] if no state has the name.
pub fn state_named<S: Copy>(
    row: &Row,
    at: usize,
    others: &[S],
    name: fn(&S) -> &'static str,
) -> Result<Option<S>, DatabaseError> {
    let stored = row.text(at)?;
    let found = others.iter().find(|state| name(state) == stored).copied();
    if found.is_none() && stored != "refused" {
        return Err(DatabaseError::Shape(at));
    }
    Ok(found)
}

/// Minor units and currency.
impl Stored for Money {
    const WIDTH: usize = 2;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        let currency = row.text(at + 1)?.parse();
        Ok(Self {
            minor: row.number(at)?,
            currency: currency.map_err(|_| DatabaseError::Shape(at + 1))?,
        })
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.extend([self.minor.into(), self.currency.code().into()]);
    }
}

/// Where it was, nothing is, once it was kept long enough: the column was made without NULL.
impl Stored for SealedPart {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        let most = CIPHERTEXT_MAX_BYTES + 2048;
        decode_value(row.blob(at)?, most).map_err(|_| DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(encode_value(self).into());
    }

    fn is_absent(row: &Row, at: usize) -> bool {
        row.blob(at).is_ok_and(<[u8]>::is_empty)
    }

    fn write_absent(values: &mut Vec<Value>) {
        values.push(Vec::new().into());
    }
}

impl<S: Stored> Stored for Option<S> {
    const WIDTH: usize = S::WIDTH;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        if S::is_absent(row, at) {
            Ok(None)
        } else {
            S::read(row, at).map(Some)
        }
    }

    fn write(&self, values: &mut Vec<Value>) {
        match self {
            Some(stored) => stored.write(values),
            None => S::write_absent(values),
        }
    }
}

macro_rules! tuples {
    ($($(($name:ident: $letter:ident)),*;)*) => {
        $(impl<$($letter: Stored),*> Stored for ($($letter,)*) {
            const WIDTH: usize = 0 $(+ $letter::WIDTH)*;

            fn read(row: &Row, mut at: usize) -> Result<Self, DatabaseError> {
                $(
                    let $name = $letter::read(row, at)?;
                    at += $letter::WIDTH;
                )*
                let _ = at;
                Ok(($($name,)*))
            }

            fn write(&self, values: &mut Vec<Value>) {
                let ($($name,)*) = self;
                $($name.write(values);)*
            }
        })*
    };
}

tuples! {
    (a: A);
    (a: A), (b: B);
    (a: A), (b: B), (c: C);
    (a: A), (b: B), (c: C), (d: D);
    (a: A), (b: B), (c: C), (d: D), (e: E);
    (a: A), (b: B), (c: C), (d: D), (e: E), (f: F);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::native::SqliteDatabase;
    use tallystick_protocol::wire::money::Currency;

    typed_row! {
        #[derive(Debug, PartialEq)]
        struct Bill in "bills" {
            root: Root = "root",
            amount: Money = "minor, currency",
            due: Option<Timestamp> = "due_at",
            note: Option<String> = "note",
        }
    }

    #[test]
    fn what_was_written_is_read_again_field_by_field() {
        let database = SqliteDatabase::new().unwrap();
        let table = "CREATE TABLE bills (note TEXT, currency TEXT, minor INTEGER, due_at INTEGER, root BLOB) STRICT";
        database.run(table, &[]).unwrap();
        let bill = Bill {
            root: Root([7; 32]),
            amount: Money::new(2_000, Currency::Jpy),
            due: Some(Timestamp(9)),
            note: None,
        };
        insert(&database, &bill).unwrap();
        let found = find::<Bill>(&database, "root = ?", &[bill.root.into()]);
        assert_eq!(found.unwrap(), Some(bill));
        let none = find::<Bill>(&database, "minor > ?", &[2_000_u64.into()]);
        assert_eq!(none.unwrap(), None);
        let sql = "SELECT minor, currency, note, due_at FROM bills";
        let read = all::<(Money, Option<String>, u64)>(&database, sql, &[]).unwrap();
        assert_eq!(read, [(Money::new(2_000, Currency::Jpy), None, 9)]);
    }

    #[test]
    fn a_column_that_holds_something_else_is_named_by_its_place() {
        let database = SqliteDatabase::new().unwrap();
        let read = one::<(u32, Money)>(&database, "SELECT 1, 2, 'shells'", &[]);
        assert!(matches!(read, Err(DatabaseError::Shape(2))));
    }
}
