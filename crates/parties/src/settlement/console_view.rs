//! The front's console: accounts and orders as an issuer shows them; the log, what is not resolved, cards with what is on them,
//! charges and credits.

use tallystick_protocol::settlement::{Alias, CreditReason, CreditState};
use tallystick_protocol::wire::identifier::{Domain, OrderId};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::SettlementServer;
use crate::console::commands::{Arguments, CommandShape};
use crate::console::lines::Listing;
use crate::console::{Cell, Counters, Detail, Show, Table};
use crate::office::fault::Fault;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// How many of each a console shows.
const SHOWN: u32 = 30;

impl<P: Ports> Show for SettlementServer<P> {
    fn listing(&self) -> Option<&'static Listing> {
        self.issuer.listing()
    }

    fn detail(&self, order: &OrderId) -> Result<Option<Detail>, Fault> {
        self.issuer.detail(order)
    }

    fn commands(&self) -> &'static [CommandShape] {
        self.issuer.commands()
    }

    fn obey(&self, tables: &dyn Tables, command: &str, told: &Arguments<'_>) -> Result<(), Fault> {
        self.issuer.obey(tables, command, told)
    }

    fn counters(&self) -> Result<Counters, Fault> {
        let mut counters = self.issuer.counters()?;
        let sql = "SELECT (SELECT count(*) FROM settlements),
            (SELECT count(*) FROM settlements WHERE stage NOT IN ('settled', 'refused')),
            (SELECT count(*) FROM settlement_log),
            (SELECT count(*) FROM settlement_charges WHERE state = 'waiting'),
            (SELECT count(*) FROM settlement_credits WHERE state NOT IN ('written', 'withdrawn'))";
        let row = first(self.office().tables(), sql, &[])?.ok_or_else(Fault::internal)?;
        let names = [
            "settlements",
            "settlements_unresolved",
            "settlements_logged",
            "card_charges_waiting",
            "card_credits_waiting",
        ];
        for (at, name) in names.into_iter().enumerate() {
            counters.insert(name.to_owned(), row.number(at)?);
        }
        Ok(counters)
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let tables = self.office().tables();
        let mut shown = self.issuer.tables()?;
        shown.extend([
            log(tables)?,
            unresolved(tables)?,
            resolved(tables)?,
            cards(tables)?,
            charges(tables)?,
            credits(tables)?,
        ]);
        Ok(shown)
    }
}

/// The word of what a card did.
fn done_word(kind: &str) -> &str {
    if kind == "credit" {
        "card-top-up"
    } else {
        "card-debit"
    }
}

/// The word of a refusal. One of them means something else of a payment outside.
fn refusal_word(reason: &str) -> &str {
    match reason {
        "other-currency" => "card-other-currency",
        other => other,
    }
}

/// What cards confirmed last.
fn log(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (Timestamp, String, Alias, Money, Option<u64>);
    let sql = "SELECT at, kind, alias, minor, currency, balance FROM settlement_log
        ORDER BY number DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |(at, kind, alias, money, balance): Line| {
        let balance = balance.map(|minor| Money { minor, ..money });
        vec![
            Cell::Time(at.0),
            Cell::word(done_word(&kind)),
            Cell::Text(alias.to_string()),
            money.into(),
            Cell::or_none(balance, Cell::from),
        ]
    };
    Ok(Table {
        name: "settlement-log",
        columns: &["at", "what", "card", "amount", "left-on-card"],
        rows: lines.into_iter().map(line).collect(),
    })
}

/// Settlements about which the security server has not said its last word, oldest first.
fn unresolved(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    let which = "stage NOT IN ('settled', 'refused') ORDER BY asked_at";
    settlements(tables, "settlements-unresolved", which)
}

/// The newest of the others.
fn resolved(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    let which = "stage IN ('settled', 'refused') ORDER BY asked_at DESC";
    settlements(tables, "settlements-resolved", which)
}

fn settlements(
    tables: &(impl Tables + ?Sized),
    name: &'static str,
    which: &str,
) -> Result<Table, DatabaseError> {
    type Line = (
        (Timestamp, OrderId, Domain, Money),
        (String, Option<String>, Option<String>, Timestamp),
    );
    let sql = format!(
        "SELECT asked_at, order_id, shop, minor, currency, stage, refusal, decision, expires_at
        FROM settlements WHERE {which} LIMIT ?"
    );
    let lines: Vec<Line> = typed::all(tables, &sql, &[SHOWN.into()])?;
    let line = |((at, order, shop, money), (stage, reason, decision, until)): Line| {
        vec![
            Cell::Time(at.0),
            Cell::Text(order.to_string().chars().take(16).collect()),
            Cell::Party(shop.to_string()),
            money.into(),
            Cell::word(&format!("stage-{stage}")),
            Cell::or_none(reason, |reason| Cell::word(refusal_word(&reason))),
            Cell::or_none(decision, |decision| Cell::word(&decision)),
            Cell::Time(until.0),
        ]
    };
    Ok(Table {
        name,
        columns: &[
            "at", "order", "shop", "amount", "state", "reason", "decision", "until",
        ],
        rows: lines.into_iter().map(line).collect(),
    })
}

/// Cards, and what is on each with what waits for it.
fn cards(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (String, Currency, (i64, i64));
    let sql = "SELECT substr(name, 6), currency, credits_posted - debits_posted - debits_pending,
            coalesce((SELECT sum(minor) FROM settlement_credits c
                WHERE lower(hex(c.alias)) = substr(a.name, 6) AND c.currency = a.currency
                    AND c.reason <> 'charged' AND c.state NOT IN ('written', 'withdrawn')), 0)
        FROM accounts a WHERE kind = 'card' ORDER BY account DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |(alias, currency, (value, waiting)): Line| {
        vec![
            Cell::Text(alias),
            Cell::money(value - waiting, currency),
            Cell::money(waiting, currency),
        ]
    };
    Ok(Table {
        name: "contactless-cards",
        columns: &["card", "left-on-card", "waits-for-card"],
        rows: lines.into_iter().map(line).collect(),
    })
}

/// The newest charges.
fn charges(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (
        (Timestamp, i64, Alias, Money),
        (String, Option<String>, Timestamp),
    );
    let sql = "SELECT asked_at, account, alias, minor, currency, state, refusal, until
        FROM settlement_charges ORDER BY asked_at DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |((at, account, alias, money), (state, reason, until)): Line| {
        vec![
            Cell::Time(at.0),
            Cell::Count(account),
            Cell::Text(alias.to_string()),
            money.into(),
            Cell::word(&format!("charge-{state}")),
            Cell::or_none(reason, |reason| Cell::word(&reason)),
            Cell::Time(until.0),
        ]
    };
    Ok(Table {
        name: "card-charges",
        columns: &[
            "at", "account", "card", "amount", "state", "reason", "until",
        ],
        rows: lines.into_iter().map(line).collect(),
    })
}

/// The newest credits.
fn credits(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (Timestamp, Alias, Money, CreditReason, CreditState);
    let sql = "SELECT ordered_at, alias, minor, currency, reason, state FROM settlement_credits
        ORDER BY ordered_at DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |(at, alias, money, reason, state): Line| {
        vec![
            Cell::Time(at.0),
            Cell::Text(alias.to_string()),
            money.into(),
            Cell::word(&format!("credit-{}", reason.as_str())),
            Cell::word(&format!("credit-{}", state.as_str())),
        ]
    };
    Ok(Table {
        name: "card-credits",
        columns: &["at", "card", "amount", "reason", "state"],
        rows: lines.into_iter().map(line).collect(),
    })
}
