//! Cards that are out and settlements that are over: copies of one that was settled, under numbers of their own.

use tallystick_parties::native::SqliteDatabase;
use tallystick_parties::ports::database::in_transaction;
use tallystick_parties::ports::{DatabaseError, Tables};

use super::copying::{Own, columns_and_values};

/// The tables, and what of a copy in each is its own.
const OWN: [(&str, &Own); 6] = [
    (
        "security_cards",
        &[("alias", "n.alias"), ("nonce", "randomblob(32)")],
    ),
    (
        "security_readings",
        &[("reading", "randomblob(16)"), ("alias", "n.alias")],
    ),
    (
        "security_settlements",
        &[
            ("root", "n.root"),
            ("order_id", "randomblob(32)"),
            ("alias", "n.alias"),
        ],
    ),
    (
        "security_credits",
        &[("number", "randomblob(32)"), ("alias", "n.alias")],
    ),
    (
        "security_log",
        &[
            ("number", "NULL"),
            ("alias", "n.alias"),
            ("subject", "n.root"),
        ],
    ),
    ("statements", &[("reference", "lower(hex(n.root))")]),
];

/// Adds so many copies of the one settlement that there is, each with a card, a reading, a credit, an entry in the log and what
/// was said of it.
pub fn add(database: &SqliteDatabase, count: u32) {
    in_transaction(database, |tables| {
        let run = |sql: &str| tables.run(sql, &[]);
        run("CREATE TABLE copies (alias BLOB, root BLOB)")?;
        run(&format!(
            "INSERT INTO copies WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             SELECT randomblob(10), randomblob(32) FROM n"
        ))?;
        for (table, own) in OWN {
            copy(tables, table, own)?;
        }
        run("DROP TABLE copies")?;
        Ok::<_, DatabaseError>(())
    })
    .unwrap_or_else(|error| panic!("the copies: {error}"));
}

/// Copies a row of `table`, or what was said of the settlement.
fn copy(tables: &dyn Tables, table: &str, own: &Own) -> Result<(), DatabaseError> {
    let (columns, values) = columns_and_values(tables, table, own)?;
    let which = match table {
        "statements" => {
            "WHERE reference = (SELECT lower(hex(root)) FROM security_settlements LIMIT 1)"
        }
        "security_log" => "WHERE kind = 'debit' LIMIT 1",
        _ => "LIMIT 1",
    };
    let sql = format!(
        "INSERT INTO {table} ({columns}) SELECT {values} FROM copies n, (SELECT * FROM {table} {which}) s"
    );
    tables.run(&sql, &[])?;
    Ok(())
}
