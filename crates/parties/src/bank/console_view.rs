//! The bank's console: accounts and orders as an issuer shows them; purses with what they should hold and what they
//! said they hold; movements by state; alerts.

use tallystick_protocol::purse::Endpoint;
use tallystick_protocol::wire::identifier::OrderId;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::alerts;
use super::banking_system::BankingSystem;
use super::commands;
use super::lost;
use super::outside;
use crate::console::commands::{Arguments, CommandShape};
use crate::console::lines::Listing;
use crate::console::{Cell, Counters, Detail, Show, Table};
use crate::office::fault::Fault;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Row, Tables};
use crate::store::typed;

/// How many purses, and how many movements, a console shows.
const SHOWN: u32 = 30;

impl<P: Ports, B: BankingSystem> Show for Bank<P, B> {
    fn listing(&self) -> Option<&'static Listing> {
        self.issuer.listing()
    }

    fn detail(&self, order: &OrderId) -> Result<Option<Detail>, Fault> {
        self.issuer.detail(order)
    }

    fn commands(&self) -> &'static [CommandShape] {
        commands::COMMANDS
    }

    fn obey(&self, tables: &dyn Tables, command: &str, told: &Arguments<'_>) -> Result<(), Fault> {
        self.carry_out_and_keep(tables, command, told)
    }

    fn counters(&self) -> Result<Counters, Fault> {
        let mut counters = self.issuer.counters()?;
        let sql = "SELECT (SELECT count(*) FROM bank_purses),
            (SELECT count(*) FROM bank_movements WHERE state = 'offered'),
            (SELECT count(*) FROM bank_movements WHERE state = 'completed'),
            (SELECT count(*) FROM bank_movements WHERE state IN ('refused', 'lapsed', 'barred')),
            (SELECT count(*) FROM bank_alerts) + (SELECT count(*) FROM bank_outside_alerts),
            (SELECT count(*) FROM bank_lost WHERE paid_back_at IS NULL),
            (SELECT count(*) FROM bank_outside_payments WHERE state = 'ordered'),
            (SELECT count(*) FROM bank_outside_bookings WHERE state = 'unassigned')";
        let row = first(self.issuer.office.tables(), sql, &[])?.ok_or_else(Fault::internal)?;
        let names = [
            "purses",
            "movements_offered",
            "movements_completed",
            "movements_not_completed",
            "alerts",
            "purses_lost",
            "outside_payments_ordered",
            "outside_bookings_unassigned",
        ];
        for (at, name) in names.into_iter().enumerate() {
            counters.insert(name.to_owned(), row.number(at)?);
        }
        Ok(counters)
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let tables = self.issuer.office.tables();
        let mut shown = self.issuer.tables()?;
        shown.extend([
            newest_purses(tables)?,
            newest_movements(tables)?,
            lost::table(tables)?,
            alerts::table(tables)?,
        ]);
        shown.extend(outside::console::tables(tables)?);
        Ok(shown)
    }
}

/// The newest purses. Whose they are is not the console's matter.
fn newest_purses(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    let sql = "SELECT lower(hex(p.number)), p.kind, p.currency, l.credits_posted - l.debits_posted, p.reported,
            p.checkpoint, p.known_sequence, p.expires_at,
            1 + (SELECT count(*) FROM bank_former_keys f WHERE f.purse = p.number),
            CASE WHEN p.closed_at IS NOT NULL THEN 'closed' WHEN p.blocked_at IS NOT NULL THEN 'blocked' END
        FROM bank_purses p JOIN accounts l ON l.name = 'purse ' || lower(hex(p.number)) AND l.currency = p.currency
        ORDER BY p.opened_at DESC LIMIT ?";
    let line = |row: &Row| {
        let currency: Currency = row.text(2)?.parse().map_err(|_| DatabaseError::Shape(2))?;
        let state = (!row.is_null(9)).then(|| row.text(9)).transpose()?;
        Ok(vec![
            Cell::Text(row.text(0)?.to_owned()),
            Cell::word(row.text(1)?),
            Cell::money(row.integer(3)?, currency),
            Cell::money(row.integer(4)?, currency),
            Cell::Count(row.integer(5)?),
            Cell::Count(row.integer(6)?),
            Cell::Time(row.number(7)?),
            Cell::Count(row.integer(8)?),
            Cell::or_none(state, Cell::word),
        ])
    };
    let rows = tables.run(sql, &[SHOWN.into()])?;
    Ok(Table {
        name: "purses",
        columns: &[
            "purse",
            "kind",
            "expected",
            "reported",
            "checkpoint",
            "entry",
            "until",
            "keys",
            "state",
        ],
        rows: rows
            .iter()
            .map(line)
            .collect::<Result<_, DatabaseError>>()?,
    })
}

/// The newest movements.
fn newest_movements(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (
        Timestamp,
        Option<Endpoint>,
        Option<Endpoint>,
        Option<Money>,
        String,
    );
    let sql = "SELECT received_at, source, destination, minor, currency, state FROM bank_movements
        ORDER BY received_at DESC, transaction_id LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |(at, source, destination, money, state): Line| {
        vec![
            Cell::Time(at.0),
            Cell::or_none(source, |end| end_cell(&end)),
            Cell::or_none(destination, |end| end_cell(&end)),
            Cell::or_none(money, Cell::from),
            Cell::word(&state),
        ]
    };
    Ok(Table {
        name: "movements",
        columns: &["at", "source", "destination", "amount", "state"],
        rows: lines.into_iter().map(line).collect(),
    })
}

/// One side of a movement. An account's number is its holder's matter: its last four digits are enough.
fn end_cell(end: &Endpoint) -> Cell {
    let (kind, of) = match end {
        Endpoint::Account(number) => ("holder", format!("…{:04}", number % 10_000)),
        Endpoint::Purse(number) => ("purse", number.to_string()),
        Endpoint::Prepaid(number) => ("prepaid", number.to_string()),
        Endpoint::Waiting(_) => ("waiting", String::new()),
        Endpoint::Shop(domain) => ("payable", domain.to_string()),
    };
    Cell::Account {
        kind: kind.to_owned(),
        of,
    }
}
