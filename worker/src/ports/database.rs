//! The SQLite of a Durable Object.

use tallystick_parties::ports::database::{DATABASE_MAX_BYTES, Size, require_exact};
use tallystick_parties::ports::{Database, DatabaseError, Row, Tables, Value};
use wasm_bindgen::prelude::*;
use worker::{SqlStorage, SqlStorageValue, Storage};

#[wasm_bindgen]
extern "C" {
    /// The part of Durable Object storage that the `worker` crate does not bind.
    #[wasm_bindgen(extends = js_sys::Object)]
    type SynchronousStorage;

    /// Runs `work` in one transaction: commits when it returns, rolls back when it throws.
    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &SynchronousStorage,
        work: &mut dyn FnMut() -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue>;

    /// Sets the alarm, in milliseconds since 1970. It is a row of the same SQLite: in a transaction
    /// it commits and rolls back with it. The promise only tells when that has reached the disk.
    #[wasm_bindgen(method, catch, js_name = setAlarm)]
    fn set_alarm(this: &SynchronousStorage, at_ms: f64) -> Result<js_sys::Promise, JsValue>;
}

/// The database of one Durable Object.
pub struct ObjectDatabase {
    storage: Storage,
    sql: SqlStorage,
}

impl ObjectDatabase {
    /// The database in `storage`.
    pub fn new(storage: Storage) -> Self {
        let sql = storage.sql();
        Self { storage, sql }
    }

    fn synchronous(&self) -> &SynchronousStorage {
        self.storage.as_raw().unchecked_ref()
    }
}

impl Tables for ObjectDatabase {
    fn run(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        require_exact(params)?;
        let bindings = params.iter().map(to_storage).collect::<Vec<_>>();
        let cursor = self.sql.exec(sql, bindings).map_err(refused)?;
        cursor
            .raw()
            .map(|row| {
                Ok(Row(row
                    .map_err(refused)?
                    .into_iter()
                    .map(from_storage)
                    .collect::<Result<_, _>>()?))
            })
            .collect()
    }

    fn set_alarm(&self, at_ms: u64) -> Result<(), DatabaseError> {
        // Nobody waits for the disk: the output gate holds what depends on it.
        let _stored = self
            .synchronous()
            .set_alarm(at_ms as f64) // exact: far below 2⁵³
            .map_err(|error| refused(worker::Error::from(error)))?;
        Ok(())
    }
}

impl Database for ObjectDatabase {
    fn transaction(
        &self,
        work: &mut dyn FnMut(&dyn Tables) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError> {
        let mut failure = None;
        let outcome = self
            .synchronous()
            .transaction_sync(&mut || match work(self) {
                Ok(()) => Ok(JsValue::UNDEFINED),
                Err(error) => {
                    failure = Some(error);
                    Err(js_sys::Error::new("rolled back").into())
                }
            });
        match (outcome, failure) {
            (_, Some(error)) => Err(error),
            (Err(error), None) => Err(refused(worker::Error::from(error))),
            (Ok(_), None) => Ok(()),
        }
    }

    fn size(&self) -> Result<Size, DatabaseError> {
        let bytes = self.sql.database_size();
        Ok(Size {
            bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
            limit_bytes: DATABASE_MAX_BYTES,
        })
    }
}

fn refused(error: worker::Error) -> DatabaseError {
    DatabaseError::Sql(error.to_string())
}

fn to_storage(value: &Value) -> SqlStorageValue {
    match value {
        Value::Null => SqlStorageValue::Null,
        Value::Integer(number) => SqlStorageValue::Integer(*number),
        Value::Text(text) => SqlStorageValue::String(text.clone()),
        Value::Blob(bytes) => SqlStorageValue::Blob(bytes.clone()),
    }
}

fn from_storage(value: SqlStorageValue) -> Result<Value, DatabaseError> {
    match value {
        SqlStorageValue::Null => Ok(Value::Null),
        SqlStorageValue::Boolean(truth) => Ok(Value::Integer(i64::from(truth))),
        SqlStorageValue::Integer(number) => Ok(Value::Integer(number)),
        SqlStorageValue::String(text) => Ok(Value::Text(text)),
        SqlStorageValue::Blob(bytes) => Ok(Value::Blob(bytes)),
        SqlStorageValue::Float(_) => Err(DatabaseError::Sql(
            "a stored number is not whole".to_owned(),
        )),
    }
}
