//! What the dealer's console shows: sales, whether the bank has them, and improper accesses.

use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::{Vending, commands};
use crate::console::commands::{Arguments, CommandShape};
use crate::console::{Cell, Counters, Show, Table};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// How many rows of each table the console shows.
const SHOWN: u32 = 60;

impl<P: Ports + 'static> Show for Vending<P> {
    fn commands(&self) -> &'static [CommandShape] {
        commands::COMMANDS
    }

    fn obey(&self, tables: &dyn Tables, command: &str, told: &Arguments<'_>) -> Result<(), Fault> {
        self.carry_out_command(tables, command, told)
    }

    fn counters(&self) -> Result<Counters, Fault> {
        let counted: Option<(u64, u64, u64)> = typed::one(
            self.office.tables(),
            "SELECT (SELECT count(*) FROM vending_sales),
                (SELECT count(*) FROM vending_sales WHERE uploaded_at IS NULL),
                (SELECT coalesce(sum(times), 0) FROM vending_improper)",
            &[],
        )?;
        let (sold, to_upload, improper) = counted.ok_or_else(Fault::internal)?;
        Ok(Counters::from([
            ("sold".to_owned(), sold),
            ("sold_to_upload".to_owned(), to_upload),
            ("improper".to_owned(), improper),
        ]))
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let tables = self.office.tables();
        let mut shown = vec![sales(tables)?, improper(tables)?, uploads(tables)?];
        if let Some(trouble) = self.opening_trouble()? {
            shown.insert(0, purse(&trouble));
        }
        Ok(shown)
    }
}

/// Why the purse is not open.
fn purse(trouble: &str) -> Table {
    Table {
        name: "machine-purse",
        columns: &["state"],
        rows: vec![vec![Cell::word(trouble)]],
    }
}

fn sales(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Shown = (Timestamp, String, Money, String, Option<Timestamp>);
    let shown: Vec<Shown> = typed::all(
        tables,
        "SELECT sold_at, product, minor, currency, payer, uploaded_at FROM vending_sales
         ORDER BY number DESC LIMIT ?",
        &[SHOWN.into()],
    )?;
    let row = |(at, product, money, payer, uploaded_at): Shown| {
        vec![
            Cell::Time(at.0),
            Cell::Text(product),
            Cell::from(money),
            Cell::Text(payer),
            Cell::or_none(uploaded_at, |at| Cell::Time(at.0)),
        ]
    };
    Ok(Table {
        name: "sales",
        columns: &["at", "product", "amount", "payer", "uploaded"],
        rows: shown.into_iter().map(row).collect(),
    })
}

/// Whoever was turned away (T004-40).
fn improper(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Shown = (Timestamp, String, Option<String>, u64);
    let shown: Vec<Shown> = typed::all(
        tables,
        "SELECT at, reason, payer, times FROM vending_improper ORDER BY at DESC, number DESC LIMIT ?",
        &[SHOWN.into()],
    )?;
    let row = |(at, reason, payer, times): Shown| {
        vec![
            Cell::Time(at.0),
            Cell::word(&reason),
            Cell::or_none(payer, Cell::Text),
            Cell::Count(i64::try_from(times).unwrap_or(i64::MAX)),
        ]
    };
    Ok(Table {
        name: "improper",
        columns: &["at", "reason", "payer", "times"],
        rows: shown.into_iter().map(row).collect(),
    })
}

/// What the bank said to uploads (V12).
fn uploads(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Shown = (Timestamp, String, u64, u64);
    let shown: Vec<Shown> = typed::all(
        tables,
        "SELECT at, outcome, sales, times FROM vending_uploads ORDER BY number DESC LIMIT ?",
        &[SHOWN.into()],
    )?;
    let count = |number| Cell::Count(i64::try_from(number).unwrap_or(i64::MAX));
    let row = |(at, outcome, sales, times): Shown| {
        vec![
            Cell::Time(at.0),
            Cell::word(&outcome),
            count(sales),
            count(times),
        ]
    };
    Ok(Table {
        name: "uploads",
        columns: &["at", "state", "sales", "times"],
        rows: shown.into_iter().map(row).collect(),
    })
}
