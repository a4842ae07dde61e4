//! The courier's console: the labels, and nothing of what is in the parcels.

use tallystick_protocol::wire::identifier::OrderId;

use super::Courier;
use super::deliveries::{self, Delivery};
use super::state::DeliveryState;
use crate::console::lines::{self, Listing};
use crate::console::{Cell, Counters, Detail, Fact, Show, StatementLine};
use crate::office::fault::Fault;
use crate::ports::Ports;

pub(crate) const LISTING: Listing = Listing {
    table: "courier_deliveries",
    states: &["accepted", "confirmed", "lapsed", "refused"],
    reason: "refused_reason",
    by: "NULL",
    with: "shop",
    has_amount: false,
    has_tracking: true,
};

impl<P: Ports> Show for Courier<P> {
    fn listing(&self) -> Option<&'static Listing> {
        Some(&LISTING)
    }

    fn detail(&self, order: &OrderId) -> Result<Option<Detail>, Fault> {
        let Some(delivery) = deliveries::of_order(self.office.tables(), order)? else {
            return Ok(None);
        };
        let (opened, pieces) = self.office.look_into(delivery.part.as_slice());
        Ok(Some(Detail {
            root: delivery.root.to_string(),
            facts: vec![
                Fact::new("shop", Cell::Party(delivery.shop.to_string())),
                Fact::new("issuer", Cell::Party(delivery.issuer.to_string())),
                Fact::new("parcels", Cell::Count(delivery.parcels.into())),
            ],
            opened,
            pieces,
            statements: self.statements(&delivery),
            tables: Vec::new(),
        }))
    }

    fn counters(&self) -> Result<Counters, Fault> {
        Ok(lines::counted(self.office.tables(), &LISTING)?)
    }
}

impl<P: Ports> Courier<P> {
    fn statements(&self, delivery: &Delivery) -> Vec<StatementLine> {
        let own = &self.office.settings.domain;
        let shop = Fact::new("party", Cell::Party(delivery.shop.to_string()));
        let mut lines = vec![StatementLine::new(
            "clearance",
            &delivery.issuer,
            vec![shop],
        )];
        match (delivery.state, &delivery.tracking) {
            (DeliveryState::Refused { reason }, _) => {
                let reason = Fact::new("reason", Cell::word(reason.as_str()));
                lines.push(StatementLine::new("refusal", own, vec![reason]));
            }
            (_, Some(tracking)) => {
                let tracking = Fact::new("tracking", Cell::Text(tracking.clone()));
                lines.push(StatementLine::new("acceptance", own, vec![tracking]));
            }
            _ => {}
        }
        lines
    }
}
