//! The office's console: accounts and orders as an issuer shows them; coupons by their progress, the chain of each, campaigns,
//! and what was charged.

use tallystick_protocol::coupon::{CampaignId, CouponId, Owner};
use tallystick_protocol::wire::identifier::{Domain, OrderId};
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::CouponOffice;
use super::commands;
use crate::console::commands::{Arguments, CommandShape};
use crate::console::lines::Listing;
use crate::console::{Cell, Counters, Detail, Show, Table};
use crate::office::fault::Fault;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// How many of each a console shows.
const SHOWN: u32 = 30;

impl<P: Ports> Show for CouponOffice<P> {
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
        self.carry_out(tables, command, told)
    }

    fn counters(&self) -> Result<Counters, Fault> {
        let mut counters = self.issuer.counters()?;
        let sql = "SELECT (SELECT count(*) FROM coupons),
            (SELECT count(*) FROM coupons WHERE state NOT IN ('spent', 'converted', 'expired')),
            (SELECT count(*) FROM coupon_campaigns),
            (SELECT count(*) FROM coupon_lines WHERE total IS NULL)";
        let row = first(self.issuer.office.tables(), sql, &[])?.ok_or_else(Fault::internal)?;
        let names = ["coupons", "coupons_out", "campaigns", "charges_open"];
        for (at, name) in names.into_iter().enumerate() {
            counters.insert(name.to_owned(), row.number(at)?);
        }
        Ok(counters)
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let tables = self.issuer.office.tables();
        let mut shown = self.issuer.tables()?;
        shown.extend([
            newest(tables)?,
            chains(tables)?,
            campaigns(tables)?,
            charges(tables)?,
        ]);
        Ok(shown)
    }
}

/// Whose a coupon is: of a holder no more than that it is one's, for the console is not the registry's copy.
fn owner_cell(owner: &Owner) -> Cell {
    match owner {
        Owner::Holder(holder) => {
            let text = holder.to_string();
            let start: String = text.chars().take(8).collect();
            Cell::Text(format!("{start}…"))
        }
        Owner::Shop(shop) => Cell::Party(shop.to_string()),
    }
}

/// The word of a coupon's funding, state or step. Two of them mean something else at a bank, of a movement and of a card.
fn word(name: &str) -> Cell {
    Cell::word(match name {
        "held" => "held-for-order",
        "prepaid" => "paid-before",
        other => other,
    })
}

/// The newest coupons.
fn newest(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (
        CouponId,
        String,
        String,
        Money,
        String,
        Owner,
        u32,
        Timestamp,
    );
    type Read = (
        (CouponId, String, String, Money),
        (String, Owner, u32, Timestamp),
    );
    let sql =
        "SELECT id, kind, funding, minor, currency, state, owner, change, valid_until FROM coupons
        ORDER BY rowid DESC LIMIT ?";
    let lines: Vec<Read> = typed::all(tables, sql, &[SHOWN.into()])?;
    let lines = lines.into_iter().map(
        |((id, kind, funding, value), (state, owner, change, until))| {
            (id, kind, funding, value, state, owner, change, until)
        },
    );
    let line = |(id, kind, funding, value, state, owner, change, until): Line| {
        vec![
            Cell::Text(id.to_string()),
            Cell::word(&kind),
            word(&funding),
            value.into(),
            word(&state),
            owner_cell(&owner),
            Cell::Count(change.into()),
            Cell::Time(until.0),
        ]
    };
    Ok(Table {
        name: "coupons",
        columns: &[
            "coupon", "what", "funding", "value", "state", "owner", "changes", "until",
        ],
        rows: lines.map(line).collect(),
    })
}

/// What happened to coupons last.
fn chains(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (Timestamp, CouponId, String, u32, Owner);
    let sql =
        "SELECT at, coupon, step, change, owner FROM coupon_history ORDER BY number DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |(at, coupon, step, change, owner): Line| {
        vec![
            Cell::Time(at.0),
            Cell::Text(coupon.to_string()),
            word(&step),
            Cell::Count(change.into()),
            owner_cell(&owner),
        ]
    };
    Ok(Table {
        name: "coupon-chains",
        columns: &["at", "coupon", "step", "changes", "owner"],
        rows: lines.into_iter().map(line).collect(),
    })
}

/// The newest campaigns at this object, and what each did: how many are issued, links that wait included, and what is left of
/// the budget.
fn campaigns(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (
        (CampaignId, Domain, Money, Option<String>, Timestamp),
        (i64, i64, i64, i64),
        (i64, i64),
    );
    let sql = "SELECT id, shop, minor, currency, condition, ends_at, issued + waiting, count, waiting, redeemed, spent,
            coalesce((SELECT credits_posted - debits_posted FROM accounts a
                WHERE a.name = 'campaign ' || lower(hex(c.id)) AND a.currency = c.currency), 0)
        FROM coupon_campaigns c ORDER BY opened_at DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |(about, (issued, count, waiting, redeemed), (spent, budget)): Line| {
        let (id, shop, value, condition, until) = about;
        let most = Cell::Share {
            of: issued,
            most: count,
        };
        vec![
            Cell::Text(id.to_string()),
            Cell::Party(shop.to_string()),
            value.into(),
            most,
            Cell::Count(waiting),
            Cell::Count(redeemed),
            Cell::money(spent, value.currency),
            Cell::money(budget, value.currency),
            Cell::or_none(condition, Cell::Text),
            Cell::Time(until.0),
        ]
    };
    Ok(Table {
        name: "campaigns",
        columns: &[
            "campaign",
            "shop",
            "value",
            "issued",
            "links",
            "redeemed",
            "spent",
            "budget",
            "condition",
            "until",
        ],
        rows: lines.into_iter().map(line).collect(),
    })
}

/// The newest lines of the billing ledger.
fn charges(tables: &(impl Tables + ?Sized)) -> Result<Table, DatabaseError> {
    type Line = (Timestamp, i64, String, Money, Option<CouponId>, bool);
    let sql =
        "SELECT at, account, kind, minor, currency, coupon, total IS NOT NULL FROM coupon_lines
        ORDER BY number DESC LIMIT ?";
    let lines: Vec<Line> = typed::all(tables, sql, &[SHOWN.into()])?;
    let line = |(at, account, kind, money, coupon, is_totalled): Line| {
        vec![
            Cell::Time(at.0),
            Cell::Count(account),
            Cell::word(&kind),
            money.into(),
            Cell::or_none(coupon, |coupon| Cell::Text(coupon.to_string())),
            Cell::or_none(is_totalled.then_some("totalled"), Cell::word),
        ]
    };
    Ok(Table {
        name: "coupon-charges",
        columns: &["at", "account", "line", "amount", "coupon", "state"],
        rows: lines.into_iter().map(line).collect(),
    })
}
