//! The courier's console: the labels, how far the parcels are, and nothing of what is in them.

use tallystick_protocol::checkout::tracking::ParcelStep;
use tallystick_protocol::wire::identifier::OrderId;

use super::deliveries::{self, Delivery};
use super::state::DeliveryState;
use super::{Courier, parcels};
use crate::console::commands::{Argument, ArgumentKind, Arguments, CommandShape};
use crate::console::lines::{self, Listing};
use crate::console::{Cell, Counters, Detail, Fact, Show, StatementLine, Table};
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};

/// A parcel that may leave says how far it is.
pub(crate) const LISTING: Listing = Listing {
    table: "courier_deliveries",
    states: &["accepted", "confirmed", "lapsed", "refused"],
    reason: "coalesce(refused_reason, (SELECT step FROM courier_moves m WHERE m.root = o.root AND step <> 'label-made'
        ORDER BY number DESC LIMIT 1))",
    by: "NULL",
    with: "shop",
    has_amount: false,
    has_tracking: true,
};

const ORDER: &[Argument] = &[Argument {
    name: "order",
    kind: ArgumentKind::Order,
}];

/// What is said of the parcel of an order, by the step that it then came to.
const MOVES: &[CommandShape] = &[
    CommandShape {
        name: "parcel-handed-over",
        arguments: ORDER,
    },
    CommandShape {
        name: "parcel-on-the-way",
        arguments: ORDER,
    },
    CommandShape {
        name: "parcel-delivered",
        arguments: ORDER,
    },
];

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
            tables: way(self.office.tables(), &delivery)?.into_iter().collect(),
        }))
    }

    fn commands(&self) -> &'static [CommandShape] {
        MOVES
    }

    fn obey(&self, tables: &dyn Tables, command: &str, told: &Arguments<'_>) -> Result<(), Fault> {
        let step = command
            .strip_prefix("parcel-")
            .and_then(ParcelStep::from_name);
        let step = step.ok_or_else(Fault::not_found)?;
        self.move_parcel(tables, &told.order()?, step)
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

/// How far a parcel came, and when; none if it has no label.
fn way(tables: &(impl Tables + ?Sized), delivery: &Delivery) -> Result<Option<Table>, Fault> {
    let moves = parcels::of(tables, &delivery.root)?;
    let line = |step: &str, at| vec![Cell::Time(at), Cell::word(step)];
    let rows: Vec<_> = moves
        .iter()
        .map(|one| line(one.step.as_str(), one.at.0))
        .collect();
    Ok((!rows.is_empty()).then_some(Table {
        name: "way",
        columns: &["at", "step"],
        rows,
    }))
}
