//! What the bank's books say, and all of what it keeps that decides what it does next.

use sha2::{Digest, Sha256};
use tallystick_parties::native::SqliteDatabase;
use tallystick_parties::ports::{Row, Tables as _, Value};
use tallystick_protocol::purse::PurseNumber;

use crate::bank::TABLES;

/// What it comes to for two purses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Books {
    /// What each purse holds, by the books.
    pub inside: [i64; 2],
    /// What each purse gave and has not covered.
    pub uncovered: [i64; 2],
    /// What is on each account.
    pub accounts: [i64; 2],
    /// What the bank bears.
    pub losses: i64,
    /// Alerts that it raised, by their names.
    pub alerts: Vec<String>,
    /// Proofs against somebody, and purses that are blocked or frozen.
    pub named: i64,
}

impl Books {
    /// Reads them.
    pub fn of(database: &SqliteDatabase, purses: [PurseNumber; 2]) -> Self {
        let number = |sql: &str| number(database, sql);
        let balance = |name: &str| {
            number(&format!(
                "SELECT coalesce((SELECT credits_posted - debits_posted - debits_pending
                 FROM accounts WHERE name = '{name}'), 0)"
            ))
        };
        let account = |purse: &PurseNumber| {
            let sql =
                format!("SELECT account FROM bank_purses WHERE hex(number) = upper('{purse}')");
            balance(&format!("holder {}", number(&sql)))
        };
        let alerts = database.run("SELECT alert FROM bank_alerts ORDER BY alert", &[]);
        let alerts = alerts.unwrap();
        Self {
            inside: purses.map(|purse| balance(&format!("purse {purse}"))),
            uncovered: purses.map(|purse| -balance(&format!("given {purse}"))),
            accounts: purses.each_ref().map(account),
            losses: -balance("losses"),
            alerts: alerts
                .iter()
                .map(|row| row.text(0).unwrap().to_owned())
                .collect(),
            named: number(
                "SELECT (SELECT count(*) FROM bank_contradictions)
                    + (SELECT count(*) FROM bank_purses WHERE blocked_at IS NOT NULL)
                    + (SELECT count(*) FROM bank_frozen)",
            ),
        }
    }
}

fn number(database: &SqliteDatabase, sql: &str) -> i64 {
    database.run(sql, &[]).unwrap()[0].integer(0).unwrap()
}

/// A hash over everything that the bank keeps of purses and money, whatever the order in which it came to it.
pub fn digest(database: &SqliteDatabase) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (table, columns) in TABLES {
        let rows = database.run(&format!("SELECT {columns} FROM {table}"), &[]);
        let mut rows: Vec<Vec<u8>> = rows.unwrap().iter().map(bytes_of).collect();
        rows.sort_unstable();
        hash.update(table);
        hash.update((rows.len() as u64).to_be_bytes());
        rows.iter().for_each(|row| hash.update(row));
    }
    hash.finalize().into()
}

fn bytes_of(row: &Row) -> Vec<u8> {
    let mut all = Vec::new();
    for value in &row.0 {
        let (kind, bytes) = match value {
            Value::Null => (0, Vec::new()),
            Value::Integer(number) => (1, number.to_be_bytes().to_vec()),
            Value::Text(text) => (2, text.clone().into_bytes()),
            Value::Blob(bytes) => (3, bytes.clone()),
        };
        all.push(kind);
        all.extend((bytes.len() as u64).to_be_bytes());
        all.extend(bytes);
    }
    all
}
