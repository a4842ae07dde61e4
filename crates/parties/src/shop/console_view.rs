//! The shop's console: its own part open, the other two closed.

use std::collections::BTreeMap;

use super::Shop;
use super::book::{self, Order};
use super::sentences::sentence;
use super::settling;
use crate::console::{CONSOLE_ORDERS, Console, ConsoleOrder, Page, StatementLine};
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::ports::{Ports, Tables};

impl<P: Ports> Shop<P> {
    /// `GET /v1/console`.
    pub(super) fn show_console(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.office
            .show_console(request, |page| self.console_page(page))
    }

    fn console_page(&self, page: &Page) -> Result<Console, Fault> {
        let stored = book::newest(self.office.tables(), page)?;
        let settings = &self.office.settings;
        Ok(Console {
            role: settings.role.as_str(),
            domain: settings.domain.to_string(),
            name: settings.name.clone(),
            more: stored.len() > CONSOLE_ORDERS,
            orders: stored
                .iter()
                .take(CONSOLE_ORDERS)
                .map(|order| self.console_order(order))
                .collect(),
            ledger: Vec::new(),
            counters: self.counters()?,
        })
    }

    fn console_order(&self, order: &Order) -> ConsoleOrder {
        let held = book::split(self.office.tables(), &order.order_id);
        let held = held.map(|split| split.parts).unwrap_or_default();
        let (opened, pieces) = self.office.look_into(&held);
        ConsoleOrder {
            order_id: order.order_id.to_string(),
            root: order.root.to_string(),
            received_at: order.received_at,
            state: order.state.name(),
            sentence: sentence(&order.state, self.is_charged(order)).to_owned(),
            opened,
            pieces,
            statements: statements(order),
        }
    }

    /// What cannot be read is not said.
    fn is_charged(&self, order: &Order) -> bool {
        settling::is_charged(self.office.tables(), &order.root).unwrap_or(false)
    }

    fn counters(&self) -> Result<BTreeMap<&'static str, u64>, Fault> {
        let mut counters = BTreeMap::new();
        let rows = self.office.tables().run(
            "SELECT count(*), coalesce(sum(state = 'accepted'), 0), coalesce(sum(state = 'refused'), 0)
             FROM shop_orders",
            &[],
        )?;
        if let Some(row) = rows.first() {
            counters.insert("orders", row.number(0)?);
            counters.insert("accepted", row.number(1)?);
            counters.insert("refused", row.number(2)?);
        }
        Ok(counters)
    }
}

fn statements(order: &Order) -> Vec<StatementLine> {
    let mut lines = Vec::new();
    if order.authorisation.is_some() {
        let said = format!("Authorises {} for this shop.", order.amount);
        lines.push(StatementLine::new("authorisation", &order.issuer, &said));
    }
    // It came with the authorisation, and went on to the courier.
    if order.authorisation.is_some() {
        let said = format!(
            "Clears {} to deliver, without saying how much was paid.",
            order.courier
        );
        lines.push(StatementLine::new("clearance", &order.issuer, &said));
    }
    if let (Some(_), Some(tracking)) = (&order.acceptance, &order.tracking) {
        let said = format!("Accepts the parcel as {tracking}.");
        lines.push(StatementLine::new("acceptance", &order.courier, &said));
    }
    if let (Some(_), super::state::OrderState::Refused { by, reason }) =
        (&order.refusal, order.state)
    {
        let from = if by == tallystick_protocol::wire::identifier::Role::Issuer {
            &order.issuer
        } else {
            &order.courier
        };
        lines.push(StatementLine::new(
            "refusal",
            from,
            &format!("Refuses: {}.", reason.as_str()),
        ));
    }
    lines
}
