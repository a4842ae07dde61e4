//! Accounts that are there and do nothing: copies of one that was opened, under numbers of their own and with its keys.

use tallystick_parties::native::SqliteDatabase;
use tallystick_parties::ports::database::in_transaction;
use tallystick_parties::ports::{DatabaseError, Tables};

use super::copying::{Own, columns_and_values};

/// The tables, and what of a copy in each is its own.
const OWN: [(&str, &Own); 6] = [
    (
        "issuer_accounts",
        &[
            ("account", "n.account"),
            ("card_number", "'7' || n.account"),
            ("grant_digest", "randomblob(32)"),
        ],
    ),
    (
        "bank_accounts",
        &[("account", "n.account"), ("registration", "randomblob(32)")],
    ),
    (
        "issuer_holders",
        &[("account", "n.account"), ("holder", "n.holder")],
    ),
    (
        "bank_purses",
        &[
            ("account", "n.account"),
            ("holder", "n.holder"),
            ("number", "n.purse"),
        ],
    ),
    (
        "issuer_account_codes",
        &[("account", "n.account"), ("code_digest", "randomblob(32)")],
    ),
    (
        "accounts",
        &[
            ("account", "NULL"),
            (
                "name",
                "CASE s.kind WHEN 'holder' THEN 'holder ' || n.account ELSE s.kind || ' ' || lower(hex(n.purse)) END",
            ),
        ],
    ),
];

/// Adds so many copies of the account that was opened last, which is the `number`th of its kind, with its purse and
/// with what is on the ledger of both.
pub fn add(database: &SqliteDatabase, number: u8, count: u32) {
    if count == 0 {
        return;
    }
    in_transaction(database, |tables| {
        let run = |sql: &str| tables.run(sql, &[]);
        run("CREATE TABLE IF NOT EXISTS copies (account INTEGER PRIMARY KEY, holder BLOB, purse BLOB)")?;
        run("DELETE FROM copies")?;
        let last = &run("SELECT max(account) FROM issuer_accounts")?[0];
        let last = last.integer(0)?;
        run(&format!(
            "INSERT INTO copies WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             SELECT {last} + i, randomblob(32), randomblob(16) FROM n"
        ))?;
        for (table, own) in OWN {
            copy(tables, table, own, last)?;
        }
        Ok::<_, DatabaseError>(())
    })
    .unwrap_or_else(|error| panic!("the copies of account {number}: {error}"));
}

/// Copies the rows of `table` that are the account's.
fn copy(tables: &dyn Tables, table: &str, own: &Own, account: i64) -> Result<(), DatabaseError> {
    let (columns, values) = columns_and_values(tables, table, own)?;
    let purse = format!("(SELECT lower(hex(number)) FROM bank_purses WHERE account = {account})");
    let is_its = match table {
        "accounts" => {
            format!("s.name IN ('holder {account}', 'purse ' || {purse}, 'waiting ' || {purse})")
        }
        _ => format!("s.account = {account}"),
    };
    let sql = format!(
        "INSERT INTO {table} ({columns}) SELECT {values} FROM {table} s, copies n WHERE {is_its}"
    );
    tables.run(&sql, &[])?;
    Ok(())
}
