//! What the sandbox bank's console shows: accounts, payments, its ledger.

use super::{BankingSystem, accounts, commands};
use crate::console::commands::{Arguments, CommandShape};
use crate::console::{Cell, Counters, Show, Table};
use crate::ledger;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

/// How many payments the console shows.
const SHOWN: u32 = 60;

impl<P: Ports> Show for BankingSystem<P> {
    fn commands(&self) -> &'static [CommandShape] {
        commands::COMMANDS
    }

    fn obey(&self, tables: &dyn Tables, command: &str, told: &Arguments<'_>) -> Result<(), Fault> {
        self.carry_out_command(tables, command, told)
    }

    fn counters(&self) -> Result<Counters, Fault> {
        let counted: Option<(u64, u64, u64, u64)> = typed::one(
            self.office.tables(),
            "SELECT (SELECT count(*) FROM banking_accounts WHERE client IS NULL),
                (SELECT count(*) FROM banking_mandates WHERE ended_at IS NULL),
                count(*) FILTER (WHERE outcome = 'booked'), count(*) FILTER (WHERE outcome <> 'booked')
             FROM banking_payments",
            &[],
        )?;
        let (accounts, mandates, booked, rejected) = counted.ok_or_else(Fault::internal)?;
        Ok(Counters::from([
            ("accounts".to_owned(), accounts),
            ("mandates".to_owned(), mandates),
            ("booked".to_owned(), booked),
            ("rejected".to_owned(), rejected),
        ]))
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let tables = self.office.tables();
        Ok(vec![
            accounts::newest(tables)?,
            payments(tables)?,
            ledger::newest(tables)?,
            ledger::balances(tables)?,
        ])
    }
}

/// The newest payments; those that were rejected with the reason.
fn payments(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Shown = (Timestamp, String, Option<String>, String, Money, String);
    let shown: Vec<Shown> = typed::all(
        tables,
        "SELECT at, client, end_to_end, kind, minor, currency, outcome FROM banking_payments
         ORDER BY number DESC LIMIT ?",
        &[SHOWN.into()],
    )?;
    let row = |(at, client, end_to_end, kind, money, outcome): Shown| {
        vec![
            Cell::Time(at.0),
            Cell::Party(client),
            Cell::or_none(end_to_end, Cell::Text),
            Cell::word(&kind),
            Cell::from(money),
            Cell::word(&outcome),
        ]
    };
    Ok(Table {
        name: "payments",
        columns: &["at", "party", "reference", "kind", "amount", "state"],
        rows: shown.into_iter().map(row).collect(),
    })
}
