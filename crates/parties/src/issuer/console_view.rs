//! The issuer's console: who pays whom how much, and nothing of what for.

use std::collections::BTreeMap;

use tallystick_protocol::checkout::answers::RefusalReason;

use super::Issuer;
use crate::console::{CONSOLE_LINES, CONSOLE_ORDERS, Console, ConsoleOrder, Page, StatementLine};
use crate::ledger;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::payer::reservations::{self, Reservation};
use crate::payer::state::ReservationState;
use crate::ports::{Ports, Tables};

impl<P: Ports> Issuer<P> {
    /// `GET /v1/console`.
    pub(super) fn show_console(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.office
            .show_console(request, |page| self.console_page(page))
    }

    fn console_page(&self, page: &Page) -> Result<Console, Fault> {
        let stored = reservations::newest(self.office.tables(), page)?;
        let settings = &self.office.settings;
        Ok(Console {
            role: settings.role.as_str(),
            domain: settings.domain.to_string(),
            name: settings.name.clone(),
            more: stored.len() > CONSOLE_ORDERS,
            orders: stored
                .iter()
                .take(CONSOLE_ORDERS)
                .map(|reservation| self.console_order(reservation))
                .collect(),
            ledger: ledger::lines(self.office.tables(), CONSOLE_LINES)?
                .into_iter()
                .map(Into::into)
                .collect(),
            counters: self.counters()?,
        })
    }

    fn console_order(&self, stored: &Reservation) -> ConsoleOrder {
        let (opened, pieces) = self.office.look_into(stored.part.as_slice());
        ConsoleOrder {
            order_id: stored.order_id.to_string(),
            root: stored.root.to_string(),
            received_at: stored.received_at,
            state: stored.state.name(),
            sentence: sentence(stored),
            opened,
            pieces,
            statements: self.statements(stored),
        }
    }

    fn statements(&self, stored: &Reservation) -> Vec<StatementLine> {
        let own = &self.office.settings.domain;
        if let ReservationState::Refused { reason } = stored.state {
            let said = format!("Refuses: {}.", reason.as_str());
            return vec![StatementLine::new("refusal", own, &said)];
        }
        let authorised = format!("Authorises {} for {}.", stored.money, stored.shop);
        let cleared = format!(
            "Clears {} to deliver, without saying how much was paid.",
            stored.courier
        );
        let mut lines = vec![
            StatementLine::new("authorisation", own, &authorised),
            StatementLine::new("clearance", own, &cleared),
        ];
        if stored.state == ReservationState::Captured {
            let said = "Accepts the parcel; the amount is charged.";
            lines.push(StatementLine::new("acceptance", &stored.courier, said));
        }
        lines
    }

    fn counters(&self) -> Result<BTreeMap<&'static str, u64>, Fault> {
        let row = self.office.tables().run(
            "SELECT (SELECT count(*) FROM issuer_accounts), (SELECT count(*) FROM issuer_holders),
                (SELECT count(*) FROM issuer_revoked_holders),
                count(*), coalesce(sum(state = 'reserved'), 0), coalesce(sum(state = 'captured'), 0),
                coalesce(sum(state = 'released'), 0), coalesce(sum(state = 'refused'), 0)
             FROM issuer_reservations",
            &[],
        )?;
        let row = row.first().ok_or_else(Fault::internal)?;
        let names = [
            "accounts",
            "wallets",
            "revoked_wallets",
            "orders",
            "reserved",
            "captured",
            "released",
            "refused",
        ];
        let counted = names
            .into_iter()
            .enumerate()
            .map(|(at, name)| Ok((name, row.number(at)?)));
        counted.collect()
    }
}

fn sentence(stored: &Reservation) -> String {
    match stored.state {
        ReservationState::Reserved => {
            format!(
                "{} is set aside for {}. Nothing is charged yet.",
                stored.money, stored.shop
            )
        }
        ReservationState::Captured => format!(
            "{} is charged and payable to {}.",
            stored.money, stored.shop
        ),
        ReservationState::Released => "The amount is free again. Nothing was charged.".to_owned(),
        ReservationState::Refused {
            reason: RefusalReason::Expired,
        } => "The order came too late. Nothing was reserved.".to_owned(),
        ReservationState::Refused { .. } => {
            "The payment was not approved. Nothing was reserved.".to_owned()
        }
    }
}
