//! The ledger as a console shows it: transfers, each with both sides on one line, and what stands on
//! the accounts.

use tallystick_protocol::wire::identifier::OrderId;
use tallystick_protocol::wire::money::Currency;

use crate::console::{Cell, Table};
use crate::ports::{DatabaseError, Row, Tables};
use crate::store::rows;

/// How many transfers, and how many accounts, a console shows.
const SHOWN: u32 = 60;
/// Only what is "single" or "post" has moved.
const COLUMNS: &[&str] = &["at", "order", "debit", "credit", "amount", "kind", "memo"];
const SELECT: &str = "SELECT t.at_ms, t.order_id, d.kind, d.name, c.kind, c.name,
        t.minor, d.currency, t.kind, t.id
    FROM transfers t JOIN accounts d ON d.account = t.debit JOIN accounts c ON c.account = t.credit";

/// The newest transfers, newest first.
///
/// # Errors
/// Only the database's own.
pub fn newest(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    let sql = format!("{SELECT} ORDER BY t.number DESC LIMIT ?");
    table(tables.run(&sql, &[SHOWN.into()])?)
}

/// The transfers of an order, newest first.
///
/// # Errors
/// Only the database's own.
pub fn lines_of(tables: &(impl Tables + ?Sized), order: &OrderId) -> Result<Table, DatabaseError> {
    let sql = format!("{SELECT} WHERE t.order_id = ? ORDER BY t.number DESC LIMIT ?");
    table(tables.run(&sql, &[order.0.into(), SHOWN.into()])?)
}

/// What stands on the accounts on which something moved last. Together, all accounts of a currency
/// are zero.
///
/// # Errors
/// Only the database's own.
pub fn balances(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    let rows = tables.run(
        "SELECT kind, name, currency, credits_posted - debits_posted, debits_pending + credits_pending, frozen_at_ms
         FROM accounts WHERE account IN (SELECT debit FROM (
                SELECT debit, number FROM transfers ORDER BY number DESC LIMIT ?)
            UNION SELECT credit FROM (SELECT credit, number FROM transfers ORDER BY number DESC LIMIT ?))
         ORDER BY name LIMIT ?",
        &[SHOWN.into(), SHOWN.into(), SHOWN.into()],
    )?;
    let row = |row: &Row| {
        let currency = currency(row, 2)?;
        let standing = if row.is_null(5) {
            Cell::None
        } else {
            Cell::word("frozen")
        };
        Ok(vec![
            account(row, 0)?,
            Cell::money(row.integer(3)?, currency),
            Cell::money(row.integer(4)?, currency),
            standing,
        ])
    };
    Ok(Table {
        name: "balances",
        columns: &["account", "balance", "pending", "state"],
        rows: rows.iter().map(row).collect::<Result<_, DatabaseError>>()?,
    })
}

fn table(rows: Vec<Row>) -> Result<Table, DatabaseError> {
    Ok(Table {
        name: "ledger",
        columns: COLUMNS,
        rows: rows.iter().map(read).collect::<Result<_, _>>()?,
    })
}

fn read(row: &Row) -> Result<Vec<Cell>, DatabaseError> {
    let at_ms: u64 = row.number(0)?;
    let order = rows::optional_blob(row, 1)?;
    let order = order.and_then(|bytes| OrderId::try_from(bytes.as_slice()).ok());
    Ok(vec![
        Cell::Time(at_ms / 1000),
        Cell::or_none(order, |order| Cell::order(&order)),
        account(row, 2)?,
        account(row, 4)?,
        Cell::money(row.integer(6)?, currency(row, 7)?),
        Cell::word(row.text(8)?),
        Cell::word(purpose(row.text(9)?, row.text(8)?)),
    ])
}

/// The account of the kind in column `index`, named in the next one: "holder 7", "payable to SHOP".
fn account(row: &Row, index: usize) -> Result<Cell, DatabaseError> {
    let (kind, name) = (row.text(index)?, row.text(index + 1)?);
    let of = name
        .rsplit_once(' ')
        .filter(|_| !matches!(kind, "credit-lines" | "settled"));
    Ok(Cell::Account {
        kind: kind.to_owned(),
        of: of.map_or(String::new(), |(_, of)| of.to_owned()),
    })
}

/// What a transfer was for, as a fixed word: the first of its name, and how a pending one ended.
fn purpose<'a>(id: &'a str, kind: &str) -> &'a str {
    match (id.split(' ').next().unwrap_or(id), kind) {
        ("open", _) => "credit-line",
        ("reserve", _) => "reserved",
        ("settle", "post") => "charged",
        ("settle", _) => "released",
        ("move", _) => "held",
        ("end", "post") => "moved",
        ("end", _) => "given-back",
        (other, _) => other,
    }
}

fn currency(row: &Row, index: usize) -> Result<Currency, DatabaseError> {
    let currency = row.text(index)?.parse();
    currency.map_err(|_| DatabaseError::Shape(index))
}
