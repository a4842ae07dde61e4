//! The issuer's console: who pays whom how much, and nothing of what for.

use tallystick_protocol::wire::identifier::{OrderId, Root};

use super::Issuer;
use super::{accounts, books, commands, parties};
use crate::console::commands::{Arguments, CommandShape};
use crate::console::lines::{self, Listing};
use crate::console::{Cell, Counters, Detail, Fact, Show, StatementLine, Table};
use crate::ledger;
use crate::office::fault::Fault;
use crate::payer::reservations::{self, Reservation};
use crate::payer::state::ReservationState;
use crate::ports::database::first;
use crate::ports::{Ports, Tables};

pub(crate) const LISTING: Listing = Listing {
    table: "issuer_reservations",
    states: &["reserved", "captured", "released", "refused"],
    reason: "refused_reason",
    by: "NULL",
    with: "shop",
    has_amount: true,
    has_tracking: false,
};

impl<P: Ports> Show for Issuer<P> {
    fn listing(&self) -> Option<&'static Listing> {
        Some(&LISTING)
    }

    fn detail(&self, order: &OrderId) -> Result<Option<Detail>, Fault> {
        let tables = self.office.tables();
        let sql = "SELECT root FROM issuer_reservations WHERE order_id = ?";
        let Some(row) = first(tables, sql, &[order.0.into()])? else {
            return Ok(None);
        };
        let Some(stored) = reservations::find(tables, &Root(row.bytes32(0)?))? else {
            return Ok(None);
        };
        let (opened, pieces) = self.office.look_into(stored.part.as_slice());
        Ok(Some(Detail {
            root: stored.root.to_string(),
            facts: self.facts(&stored)?,
            opened,
            pieces,
            statements: self.statements(&stored),
            tables: vec![ledger::lines_of(tables, order)?],
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
        if self.office.is_shard() {
            // Those of a shard are known to the office, too, and counted there.
            return Ok(counters);
        }
        let sql =
            "SELECT (SELECT count(*) FROM issuer_accounts), (SELECT count(*) FROM issuer_holders),
            (SELECT count(*) FROM issuer_revoked_holders)";
        let row = first(tables, sql, &[])?.ok_or_else(Fault::internal)?;
        for (at, name) in ["accounts", "wallets", "revoked_wallets"]
            .into_iter()
            .enumerate()
        {
            counters.insert(name.to_owned(), row.number(at)?);
        }
        Ok(counters)
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        let tables = self.office.tables();
        let mut shown = vec![
            ledger::newest(tables)?,
            ledger::balances(tables)?,
            accounts::newest(tables, self.office.is_shard())?,
        ];
        // The same parties are blocked at every object.
        if !self.office.is_shard() {
            shown.push(parties::table(tables)?);
        }
        Ok(shown)
    }
}

impl<P: Ports> Issuer<P> {
    fn facts(&self, stored: &Reservation) -> Result<Vec<Fact>, Fault> {
        let mut facts = vec![
            Fact::new("shop", Cell::Party(stored.shop.to_string())),
            Fact::new("ends", Cell::Time(stored.expires_at.0)),
        ];
        if let Some(courier) = stored.courier.domain() {
            facts.insert(1, Fact::new("courier", Cell::Party(courier.to_string())));
        }
        if let Some(account) = stored.owner {
            let currency = stored.money.currency;
            let name = books::name_of(account);
            let balance = ledger::balance(self.office.tables(), &name, currency)?;
            facts.push(Fact::new("account", Cell::Count(account)));
            let left = Cell::money(balance.available(), currency);
            facts.push(Fact::new("left", left));
        }
        Ok(facts)
    }

    fn statements(&self, stored: &Reservation) -> Vec<StatementLine> {
        let own = &self.office.settings.domain;
        if let ReservationState::Refused { reason } = stored.state {
            let reason = Fact::new("reason", Cell::word(reason.as_str()));
            return vec![StatementLine::new("refusal", own, vec![reason])];
        }
        let amount = Fact::new("amount", stored.money);
        let mut lines = vec![StatementLine::new("authorisation", own, vec![amount])];
        let is_captured = stored.state == ReservationState::Captured;
        let Some(courier) = stored.courier.domain() else {
            let handed = StatementLine::new("handing-over", &stored.shop, Vec::new());
            lines.extend(is_captured.then_some(handed));
            return lines;
        };
        let party = Fact::new("party", Cell::Party(courier.to_string()));
        lines.push(StatementLine::new("clearance", own, vec![party]));
        if is_captured {
            lines.push(StatementLine::new("acceptance", courier, Vec::new()));
        }
        lines
    }
}
