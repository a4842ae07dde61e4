//! SQLite by rusqlite, with a fuse that stops it at a chosen write.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use rusqlite::types::{Value as SqlValue, ValueRef};
use rusqlite::{Connection, params_from_iter};

use crate::ports::database::{DATABASE_MAX_BYTES, Size, first, require_exact};
use crate::ports::{Database, DatabaseError, Row, Tables, Value};

/// The platform's own table beside the party's, as a Durable Object has one: so the alarm commits and
/// rolls back with everything else, and outlives the party.
const ALARM_TABLE: &str = "CREATE TABLE platform_alarm (id INTEGER PRIMARY KEY CHECK (id = 1), at_ms INTEGER NOT NULL) STRICT";

/// How many prepared statements are kept: more than a party has, as Durable Objects keep them, too.
const STATEMENTS_KEPT: usize = 512;

struct Inner {
    connection: RefCell<Connection>,
    /// How many writes are still let through; `None`: all.
    fuse: Cell<Option<u32>>,
    writes: Cell<u32>,
    /// What it may take, in bytes.
    limit_bytes: Cell<u64>,
}

/// A database in memory, shared by everybody who has a clone of it: it survives the party that
/// used it, as a Durable Object's storage survives the object.
#[derive(Clone)]
pub struct SqliteDatabase(Rc<Inner>);

impl SqliteDatabase {
    /// An empty database.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn new() -> Result<Self, DatabaseError> {
        let connection = Connection::open_in_memory().map_err(refused)?;
        connection.execute_batch(ALARM_TABLE).map_err(refused)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        Ok(Self(Rc::new(Inner {
            connection: RefCell::new(connection),
            fuse: Cell::new(None),
            writes: Cell::new(0),
            limit_bytes: Cell::new(DATABASE_MAX_BYTES),
        })))
    }

    /// Lets `writes` more writes through; from then on everything fails, as if the power had gone,
    /// until [`SqliteDatabase::mend`].
    pub fn fail_after(&self, writes: u32) {
        self.0.fuse.set(Some(writes));
    }

    /// Lets everything through again.
    pub fn mend(&self) {
        self.0.fuse.set(None);
    }

    /// Whether no write is let through any more.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.0.fuse.get() == Some(0)
    }

    /// Says from now on that it may take so many bytes, without holding to it.
    pub fn say_limit(&self, bytes: u64) {
        self.0.limit_bytes.set(bytes);
    }

    /// How many writes were done so far.
    #[must_use]
    pub fn writes(&self) -> u32 {
        self.0.writes.get()
    }

    /// Every stored byte, for searching: the whole database as one file.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn bytes(&self) -> Result<Vec<u8>, DatabaseError> {
        let mut connection = self.0.connection.try_borrow_mut().map_err(refused)?;
        let data = connection.serialize("main").map_err(refused)?;
        Ok(data.to_vec())
    }

    /// Makes it what it was when [`SqliteDatabase::bytes`] were read, for everybody who has a clone of it.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn restore(&self, bytes: &[u8]) -> Result<(), DatabaseError> {
        let mut connection = self.0.connection.try_borrow_mut().map_err(refused)?;
        connection
            .deserialize_read_exact("main", bytes, bytes.len(), false)
            .map_err(refused)
    }

    /// For when the alarm is set, in milliseconds since 1970.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn alarm(&self) -> Result<Option<u64>, DatabaseError> {
        let connection = self.0.connection.try_borrow().map_err(refused)?;
        let mut statement = connection
            .prepare_cached("SELECT at_ms FROM platform_alarm")
            .map_err(refused)?;
        let mut rows = statement.query([]).map_err(refused)?;
        let at = rows.next().map_err(refused)?;
        let at = at.map(|row| row.get::<_, i64>(0)).transpose();
        let at = at.map_err(refused)?.map(u64::try_from).transpose();
        at.map_err(refused)
    }

    /// Takes the alarm away, as the platform does before it wakes a party, or when it loses one.
    ///
    /// # Errors
    /// SQLite's own.
    pub fn take_alarm(&self) -> Result<Option<u64>, DatabaseError> {
        let at = self.alarm()?;
        let connection = self.0.connection.try_borrow().map_err(refused)?;
        connection
            .execute("DELETE FROM platform_alarm", [])
            .map_err(refused)?;
        Ok(at)
    }

    fn pass(&self, sql: &str) -> Result<(), DatabaseError> {
        let is_write = !sql.trim_start().starts_with("SELECT");
        match self.0.fuse.get() {
            Some(0) => return Err(DatabaseError::Sql("the power is gone".to_owned())),
            Some(left) if is_write => self.0.fuse.set(Some(left - 1)),
            _ => {}
        }
        if is_write {
            self.0.writes.set(self.0.writes.get() + 1);
        }
        Ok(())
    }
}

impl Tables for SqliteDatabase {
    fn run(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        require_exact(params)?;
        self.pass(sql)?;
        let connection = self.0.connection.try_borrow().map_err(refused)?;
        let mut statement = connection.prepare_cached(sql).map_err(refused)?;
        let columns = statement.column_count();
        let mut rows = statement
            .query(params_from_iter(params.iter().map(to_sql)))
            .map_err(refused)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(refused)? {
            let values =
                (0..columns).map(|column| row.get_ref(column).map_err(refused).and_then(from_sql));
            found.push(Row(values.collect::<Result<_, _>>()?));
        }
        Ok(found)
    }

    fn set_alarm(&self, at_ms: u64) -> Result<(), DatabaseError> {
        // Part of the write that needs it, so it is none that the power could fail before.
        if self.is_spent() {
            return Err(DatabaseError::Sql("the power is gone".to_owned()));
        }
        let connection = self.0.connection.try_borrow().map_err(refused)?;
        connection
            .prepare_cached("INSERT OR REPLACE INTO platform_alarm (id, at_ms) VALUES (1, ?)")
            .and_then(|mut statement| statement.execute([i64::try_from(at_ms).unwrap_or(i64::MAX)]))
            .map_err(refused)?;
        Ok(())
    }
}

impl Database for SqliteDatabase {
    fn transaction(
        &self,
        work: &mut dyn FnMut(&dyn Tables) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError> {
        let connection = self.0.connection.try_borrow().map_err(refused)?;
        connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(refused)?;
        // The commit is a write like the others: the power may go before it.
        let outcome = work(self).and_then(|()| self.pass("COMMIT"));
        match outcome {
            Ok(()) => connection.execute_batch("COMMIT").map_err(refused),
            Err(error) => {
                connection.execute_batch("ROLLBACK").map_err(refused)?;
                Err(error)
            }
        }
    }

    fn size(&self) -> Result<Size, DatabaseError> {
        let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        let row = first(self, sql, &[])?.ok_or(DatabaseError::RolledBack)?;
        Ok(Size {
            bytes: row.number(0)?,
            limit_bytes: self.0.limit_bytes.get(),
        })
    }
}

fn to_sql(value: &Value) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Integer(number) => SqlValue::Integer(*number),
        Value::Text(text) => SqlValue::Text(text.clone()),
        Value::Blob(bytes) => SqlValue::Blob(bytes.clone()),
    }
}

fn from_sql(value: ValueRef<'_>) -> Result<Value, DatabaseError> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        ValueRef::Text(text) => {
            let text = core::str::from_utf8(text).map_err(refused)?;
            Ok(Value::Text(text.to_owned()))
        }
        ValueRef::Blob(bytes) => Ok(Value::Blob(bytes.to_vec())),
        ValueRef::Real(_) => Err(DatabaseError::Sql(
            "a fraction where none belongs".to_owned(),
        )),
    }
}

fn refused(error: impl core::fmt::Display) -> DatabaseError {
    DatabaseError::Sql(error.to_string())
}
