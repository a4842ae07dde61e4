//! The shop's console: its own part open, the other two closed.

use tallystick_protocol::coupon::CouponOutcome;
use tallystick_protocol::wire::identifier::{Domain, OrderId, Role};
use tallystick_protocol::wire::money::Money;

use super::Shop;
use super::book::{self, Order};
use super::coupons::{self, OrderCoupon};
use super::merchant::{event_log, events};
use super::state::OrderState;
use super::{following, settling};
use crate::console::commands::{Argument, ArgumentKind, Arguments, CommandShape};
use crate::console::lines::{self, Listing};
use crate::console::{Cell, Counters, Detail, Fact, Show, StatementLine, Table};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};

/// A sale that the issuer has not confirmed yet says so; one that it has, how far its parcel is.
pub(crate) const LISTING: Listing = Listing {
    table: "shop_orders",
    states: &[
        "received",
        "asking",
        "authorised",
        "delivering",
        "accepted",
        "refused",
        "expired",
    ],
    reason: "CASE WHEN state = 'accepted' AND NOT EXISTS (SELECT 1 FROM shop_charged c WHERE c.root = o.root)
        THEN 'uncharged' ELSE coalesce(refused_reason, nullif(parcel, 'label-made')) END",
    by: "refused_by",
    with: "courier",
    has_amount: true,
    has_tracking: true,
};

const ORDER: Argument = Argument {
    name: "order",
    kind: ArgumentKind::Order,
};

/// An order that is not dispatched ends.
const CANCEL: CommandShape = CommandShape {
    name: "cancel",
    arguments: &[ORDER],
};

/// So much of what an order cost is given back.
const REFUND: CommandShape = CommandShape {
    name: "refund",
    arguments: &[
        ORDER,
        Argument {
            name: "amount",
            kind: ArgumentKind::Amount,
        },
    ],
};

/// What no courier delivers is handed over, as the shop's own server says it by the API.
const HAND_OVER: CommandShape = CommandShape {
    name: "hand-over",
    arguments: &[
        ORDER,
        Argument {
            name: "handed-text",
            kind: ArgumentKind::HandedText,
        },
    ],
};

impl<P: Ports> Show for Shop<P> {
    fn listing(&self) -> Option<&'static Listing> {
        Some(&LISTING)
    }

    fn detail(&self, order: &OrderId) -> Result<Option<Detail>, Fault> {
        let tables = self.office.tables();
        let Some(order) = book::find(tables, order)? else {
            return Ok(None);
        };
        let held = book::split(tables, &order.order_id);
        let held = held.map(|split| split.parts).unwrap_or_default();
        let (opened, pieces) = self.office.look_into(&held);
        let charged = if settling::is_charged(tables, &order.root)? {
            "yes"
        } else {
            "no"
        };
        Ok(Some(Detail {
            root: order.root.to_string(),
            facts: facts(&order, charged),
            opened,
            pieces,
            statements: statements(&order, &self.office.settings.domain),
            tables: [coupons_table(tables, &order)?, way(tables, &order)?]
                .into_iter()
                .flatten()
                .collect(),
        }))
    }

    fn commands(&self) -> &'static [CommandShape] {
        &[CANCEL, REFUND, HAND_OVER]
    }

    fn obey(&self, tables: &dyn Tables, command: &str, told: &Arguments<'_>) -> Result<(), Fault> {
        let order = told.order()?;
        if command == CANCEL.name {
            return self.cancel_unless_accepted(tables, &order);
        }
        if command == HAND_OVER.name {
            return self.hand_over_as_written(tables, &order, told.handed_text()?);
        }
        self.refund(tables, &order, told.amount()?)
    }

    fn counters(&self) -> Result<Counters, Fault> {
        let tables = self.office.tables();
        let mut counters = lines::counted(tables, &LISTING)?;
        if self.config.webhook.is_some() {
            let (waiting, given_up) = events::counted(tables)?;
            counters.insert("webhooks_waiting".to_owned(), waiting);
            counters.insert("webhooks_given_up".to_owned(), given_up);
        }
        Ok(counters)
    }

    fn tables(&self) -> Result<Vec<Table>, Fault> {
        if self.config.webhook.is_none() {
            return Ok(Vec::new());
        }
        Ok(vec![event_log::table(self.office.tables())?])
    }
}

/// What coupons pay of an order, what of it was given back, and how far each has come; none if it has none.
fn coupons_table(
    tables: &(impl Tables + ?Sized),
    order: &Order,
) -> Result<Option<Table>, DatabaseError> {
    let coupons = coupons::of_order(tables, &order.order_id)?;
    if coupons.is_empty() {
        return Ok(None);
    }
    let refunds = coupons::refunds_of(tables, &order.order_id)?;
    let line = |coupon: &OrderCoupon| {
        let back = refunds.iter().filter(|refund| {
            refund.place == coupon.place && refund.outcome == Some(CouponOutcome::Done)
        });
        let back = back.fold(0_u64, |sum, refund| sum.saturating_add(refund.money.minor));
        let state = format!("share-{}", coupon.state.as_str());
        vec![
            Cell::Party(coupon.office.to_string()),
            coupon.share.into(),
            Money::new(back, coupon.share.currency).into(),
            Cell::word(&state),
        ]
    };
    Ok(Some(Table {
        name: "order-coupons",
        columns: &["party", "amount", "given-back", "state"],
        rows: coupons.iter().map(line).collect(),
    }))
}

/// How far the courier says that the parcel came, and when; none as long as nobody asked.
fn way(tables: &(impl Tables + ?Sized), order: &Order) -> Result<Option<Table>, Fault> {
    let report = following::report_of(tables, order)?;
    Ok(report.map(|report| Table {
        name: "way",
        columns: &["at", "step"],
        rows: report
            .moves
            .iter()
            .map(|one| vec![Cell::Time(one.at.0), Cell::word(one.step.as_str())])
            .collect(),
    }))
}

fn facts(order: &Order, charged: &'static str) -> Vec<Fact> {
    let mut facts = vec![Fact::new("issuer", Cell::Party(order.issuer.to_string()))];
    if let Some(courier) = order.courier.domain() {
        facts.push(Fact::new("courier", Cell::Party(courier.to_string())));
    }
    facts.push(Fact::new("ends", Cell::Time(order.expires_at.0)));
    facts.push(Fact::new("charged", Cell::word(charged)));
    facts
}

fn statements(order: &Order, own: &Domain) -> Vec<StatementLine> {
    let mut lines = Vec::new();
    if order.authorisation.is_some() {
        // The clearance came with it, and went on to the courier.
        let amount = Fact::new("amount", order.amount);
        lines.push(StatementLine::new(
            "authorisation",
            &order.issuer,
            vec![amount],
        ));
        if let Some(courier) = order.courier.domain() {
            let courier = Fact::new("party", Cell::Party(courier.to_string()));
            lines.push(StatementLine::new(
                "clearance",
                &order.issuer,
                vec![courier],
            ));
        }
    }
    let courier = order.courier.domain();
    if let (Some(_), Some(tracking), Some(courier)) = (&order.acceptance, &order.tracking, courier)
    {
        let tracking = Fact::new("tracking", Cell::Text(tracking.clone()));
        lines.push(StatementLine::new("acceptance", courier, vec![tracking]));
    }
    if courier.is_none() && order.state == OrderState::Accepted {
        lines.push(StatementLine::new("handing-over", own, Vec::new()));
    }
    if let (Some(_), OrderState::Refused { by, reason }) = (&order.refusal, order.state) {
        let from = match courier {
            Some(courier) if by != Role::Issuer => courier,
            _ => &order.issuer,
        };
        let reason = Fact::new("reason", Cell::word(reason.as_str()));
        lines.push(StatementLine::new("refusal", from, vec![reason]));
    }
    lines
}
