//! The security server's console: the orders, what cards have done, what is not known and what was found out, the cards.

use data_encoding::HEXLOWER;
use tallystick_protocol::settlement::Alias;
use tallystick_protocol::wire::identifier::OrderId;
use tallystick_protocol::wire::money::{Currency, Money};

use super::settlements::{self, Settlement};
use super::{SecurityServer, commands};
use crate::console::commands::{Arguments, CommandShape};
use crate::console::lines::{self, Listing};
use crate::console::{Cell, Counters, Detail, Fact, Show, StatementLine, Table};
use crate::office::fault::Fault;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// How many of each a console shows.
const SHOWN: u32 = 30;

pub(crate) const LISTING: Listing = Listing {
    table: "security_settlements",
    states: &["proposed", "ready", "debiting", "settled", "refused"],
    // Some words mean something else at a bank.
    reason: "iif(reason = 'other-currency', 'card-other-currency', reason)",
    by: "NULL",
    with: "coalesce(shop, '')",
    has_amount: true,
    has_tracking: false,
};

impl<P: Ports> Show for SecurityServer<P> {
    fn listing(&self) -> Option<&'static Listing> {
        Some(&LISTING)
    }

    fn detail(&self, order: &OrderId) -> Result<Option<Detail>, Fault> {
        let Some(settlement) = settlements::of_order(self.office.tables(), order)? else {
            return Ok(None);
        };
        let alias = settlement.alias().map(|alias| alias.to_string());
        let left = settlement.left;
        let left = left.map(|left| Money::new(left, settlement.amount.currency));
        let facts = vec![
            Fact::new("card", Cell::or_none(alias, Cell::Text)),
            Fact::new("left-on-card", Cell::or_none(left, Cell::from)),
            Fact::new("payable-until", Cell::Time(settlement.expires_at.0)),
        ];
        Ok(Some(Detail {
            root: settlement.root.to_string(),
            facts,
            opened: Vec::new(),
            pieces: Vec::new(),
            statements: self.statements(&settlement),
            tables: Vec::new(),
        }))
    }

    fn commands(&self) -> &'static [CommandShape] {
        commands::COMMANDS
    }

    fn obey(&self, tables: &dyn Tables, command: &str, told: &Arguments<'_>) -> Result<(), Fault> {
        self.carry_out(tables, command, told)
    }

    fn counters(&self) -> Result<Counters, Fault> {
        let tables = self.office.tables();
        let mut counters = lines::counted(tables, &LISTING)?;
        let sql = "SELECT (SELECT count(*) FROM security_cards),
            (SELECT count(*) FROM security_cards WHERE blocked IS NOT NULL),
            (SELECT count(*) FROM security_log),
            (SELECT count(*) FROM security_pending WHERE resolved_at IS NULL),
            (SELECT count(*) FROM security_pending WHERE resolved_at IS NOT NULL),
            (SELECT count(*) FROM security_credits WHERE state IN ('waiting', 'unknown'))";
        let row = first(tables, sql, &[])?.ok_or_else(Fault::internal)?;
        let names = [
            "contactless_cards",
            "contactless_cards_blocked",
            "card_transactions",
            "card_orders_unresolved",
            "card_orders_resolved",
            "card_credits_waiting",
        ];
        for (at, name) in names.into_iter().enumerate() {
            counters.insert(name.to_owned(), row.number(at)?);
        }
        Ok(counters)
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let tables = self.office.tables();
        Ok(vec![
            log(tables)?,
            unresolved(tables)?,
            resolved(tables)?,
            cards(tables)?,
            credits(tables)?,
        ])
    }
}

impl<P: Ports> SecurityServer<P> {
    fn statements(&self, settlement: &Settlement) -> Vec<StatementLine> {
        let own = &self.office.settings.domain;
        let amount = || vec![Fact::new("amount", settlement.amount)];
        let mut lines = Vec::new();
        if let Some(shop) = &settlement.shop {
            lines.push(StatementLine::new("settlement-request", shop, amount()));
            if settlement.terms.is_some() {
                lines.push(StatementLine::new("bill-proposal", own, amount()));
            }
            if settlement.bill.is_some() {
                lines.push(StatementLine::new("bill", shop, amount()));
            }
        }
        if settlement.progress.is_last() {
            let state = Cell::word(settlement.progress.name());
            let says = vec![Fact::new("state", state)];
            lines.push(StatementLine::new("settlement-outcome", own, says));
        }
        lines
    }
}

/// What an order to a card is about: an order by its root, a credit by its number.
fn subject(subject: &[u8; 32]) -> Cell {
    let text = HEXLOWER.encode(subject);
    Cell::Text(text.get(..16).unwrap_or_default().to_owned())
}

/// The word of what a card was told. At a coupon office it means something else.
fn act(act: &str) -> Cell {
    Cell::Word(format!("card-{act}"))
}

/// The word of why a card is credited, or of how far that is.
fn of_credit(word: &str) -> Cell {
    Cell::Word(format!("credit-{word}"))
}

fn log(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = ((u64, Alias, u32, String), ([u8; 32], Money, u64));
    let sql =
        "SELECT at, alias, counter, kind, subject, minor, currency, left_minor FROM security_log
        ORDER BY number DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |((at, alias, counter, kind), (about, amount, left)): Line| {
        vec![
            Cell::Time(at),
            Cell::Text(alias.to_string()),
            Cell::Count(counter.into()),
            act(&kind),
            subject(&about),
            amount.into(),
            Money::new(left, amount.currency).into(),
        ]
    };
    Ok(Table {
        name: "card-log",
        columns: &[
            "at",
            "card",
            "transaction",
            "kind",
            "about",
            "amount",
            "left-on-card",
        ],
        rows: lines.into_iter().map(line).collect(),
    })
}

fn unresolved(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (u64, Alias, String, [u8; 32], Money);
    let sql = "SELECT left_at, alias, kind, subject, minor, currency FROM security_pending
        WHERE resolved_at IS NULL ORDER BY number DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |(at, alias, kind, about, amount): Line| {
        vec![
            Cell::Time(at),
            Cell::Text(alias.to_string()),
            act(&kind),
            subject(&about),
            amount.into(),
        ]
    };
    Ok(Table {
        name: "card-unresolved",
        columns: &["at", "card", "act", "about", "amount"],
        rows: lines.into_iter().map(line).collect(),
    })
}

fn resolved(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = ((u64, Alias, String, [u8; 32]), (Money, u64, String));
    let sql = "SELECT left_at, alias, kind, subject, minor, currency, resolved_at, resolution FROM security_pending
        WHERE resolved_at IS NOT NULL ORDER BY resolved_at DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |((at, alias, kind, about), (amount, resolved_at, found)): Line| {
        vec![
            Cell::Time(at),
            Cell::Text(alias.to_string()),
            act(&kind),
            subject(&about),
            amount.into(),
            Cell::Time(resolved_at),
            Cell::word(&found),
        ]
    };
    Ok(Table {
        name: "card-resolved",
        columns: &["at", "card", "act", "about", "amount", "resolved", "found"],
        rows: lines.into_iter().map(line).collect(),
    })
}

fn cards(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (Alias, u64, Money, u32, Option<String>);
    let sql = "SELECT alias, read_at, minor, currency, counter, blocked FROM security_cards
        WHERE read_at IS NOT NULL ORDER BY read_at DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |(alias, at, balance, counter, blocked): Line| {
        vec![
            Cell::Text(alias.to_string()),
            Cell::Time(at),
            balance.into(),
            Cell::Count(counter.into()),
            Cell::or_none(blocked, |why| Cell::word(&why)),
        ]
    };
    Ok(Table {
        name: "contactless-cards",
        columns: &["card", "read", "balance", "transactions", "blocked"],
        rows: lines.into_iter().map(line).collect(),
    })
}

fn credits(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (
        (u64, Alias, [u8; 32], u64),
        (Currency, Option<String>, String),
    );
    let sql =
        "SELECT received_at, alias, number, minor, currency, reason, state FROM security_credits
        ORDER BY received_at DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |((at, alias, number, minor), (currency, reason, state)): Line| {
        vec![
            Cell::Time(at),
            Cell::Text(alias.to_string()),
            subject(&number),
            Money::new(minor, currency).into(),
            Cell::or_none(reason, |reason| of_credit(&reason)),
            of_credit(&state),
        ]
    };
    Ok(Table {
        name: "card-credits",
        columns: &["at", "card", "card-credit", "amount", "reason", "state"],
        rows: lines.into_iter().map(line).collect(),
    })
}
