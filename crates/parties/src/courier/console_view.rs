//! The courier's console: the labels, and nothing of what is in the parcels.

use std::collections::BTreeMap;

use tallystick_protocol::checkout::answers::RefusalReason;

use super::Courier;
use super::deliveries::{self, Delivery};
use super::state::DeliveryState;
use crate::console::{CONSOLE_ORDERS, Console, ConsoleOrder, Page, StatementLine};
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::ports::{Ports, Tables};

impl<P: Ports> Courier<P> {
    /// `GET /v1/console`.
    pub(super) fn show_console(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.office
            .show_console(request, |page| self.console_page(page))
    }

    fn console_page(&self, page: &Page) -> Result<Console, Fault> {
        let stored = deliveries::newest(self.office.tables(), page)?;
        let settings = &self.office.settings;
        Ok(Console {
            role: settings.role.as_str(),
            domain: settings.domain.to_string(),
            name: settings.name.clone(),
            more: stored.len() > CONSOLE_ORDERS,
            orders: stored
                .iter()
                .take(CONSOLE_ORDERS)
                .map(|delivery| self.console_order(delivery))
                .collect(),
            ledger: Vec::new(),
            counters: self.counters()?,
        })
    }

    fn console_order(&self, delivery: &Delivery) -> ConsoleOrder {
        let (opened, pieces) = self.office.look_into(delivery.part.as_slice());
        ConsoleOrder {
            order_id: delivery.order_id.to_string(),
            root: delivery.root.to_string(),
            received_at: delivery.received_at,
            state: delivery.state.name(),
            sentence: sentence(delivery),
            opened,
            pieces,
            statements: self.statements(delivery),
        }
    }

    fn statements(&self, delivery: &Delivery) -> Vec<StatementLine> {
        let own = &self.office.settings.domain;
        let said = format!(
            "Clears {} for this courier, without saying how much was paid.",
            delivery.shop
        );
        let mut lines = vec![StatementLine::new("clearance", &delivery.issuer, &said)];
        match (delivery.state, &delivery.tracking) {
            (DeliveryState::Refused { reason }, _) => {
                lines.push(StatementLine::new(
                    "refusal",
                    own,
                    &format!("Refuses: {}.", reason.as_str()),
                ));
            }
            (_, Some(tracking)) => {
                lines.push(StatementLine::new(
                    "acceptance",
                    own,
                    &format!("Accepts the parcel as {tracking}."),
                ));
            }
            _ => {}
        }
        lines
    }

    fn counters(&self) -> Result<BTreeMap<&'static str, u64>, Fault> {
        let rows = self.office.tables().run(
            "SELECT count(*), coalesce(sum(state <> 'refused'), 0), coalesce(sum(state = 'refused'), 0)
             FROM courier_deliveries",
            &[],
        )?;
        let row = rows.first().ok_or_else(Fault::internal)?;
        let names = ["orders", "accepted", "refused"];
        names
            .into_iter()
            .enumerate()
            .map(|(at, name)| Ok((name, row.number(at)?)))
            .collect()
    }
}

fn sentence(delivery: &Delivery) -> String {
    let number = delivery.tracking.as_deref().unwrap_or_default();
    match delivery.state {
        DeliveryState::Accepted => {
            format!("{number}: the label is made. The issuer's confirmation is awaited.")
        }
        DeliveryState::Confirmed => format!("{number}: the parcel may leave."),
        DeliveryState::Refused {
            reason: RefusalReason::Declined,
        } => "There is no service to this address.".to_owned(),
        DeliveryState::Lapsed | DeliveryState::Refused { .. } => {
            "The issuer had released the money before: the parcel stays.".to_owned()
        }
    }
}
