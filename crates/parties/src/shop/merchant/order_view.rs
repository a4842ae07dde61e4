//! An order as the shop's own server reads it: what is in the shop's books, and of the holder exactly what the order's
//! policy lets the shop read, as the shop's own part of the order opens it.

use serde::Serialize;
use tallystick_protocol::checkout::form::{Delivery, FormReference, OrderForm, WithoutCourier};
use tallystick_protocol::checkout::gift::Gift;
use tallystick_protocol::checkout::order::{OpenedPart, text_of};
use tallystick_protocol::checkout::policy::Field;
use tallystick_protocol::checkout::refunds::RefundOutcome;
use tallystick_protocol::coupon::CouponOutcome;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{Domain, Role};

use super::name::Name;
use crate::console::csv::moment;
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::shop::book::{self, Order};
use crate::shop::state::OrderState;
use crate::shop::{Shop, coupons, refunds, settling};
use crate::store::typed;

/// A line of the list.
#[derive(Serialize)]
pub(super) struct OrderLine {
    /// The order's whole number in hexadecimal.
    number: String,
    /// As people read it out.
    short_number: String,
    /// By which page and wallet ask for it.
    order_reference: String,
    /// What the shop's own server calls it, as it said when it asked for the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<RefusedView>,
    /// Whether whoever pays has signed that the amount is charged.
    is_charged: bool,
    total_minor: u64,
    /// What of it coupons pay.
    coupons_minor: u64,
    currency: &'static str,
    issuer: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    courier: Option<String>,
    /// How the goods come to the holder that no courier delivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    without_courier: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking: Option<String>,
    received_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    packed_at: Option<String>,
}

#[derive(Serialize)]
struct RefusedView {
    by: &'static str,
    reason: &'static str,
}

/// An order.
#[derive(Serialize)]
pub(super) struct OrderView {
    #[serde(flatten)]
    line: OrderLine,
    lines: Vec<LineView>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<DeliveryView>,
    /// Who buys, as far as the shop may read it.
    #[serde(skip_serializing_if = "Person::is_nobody")]
    holder: Person,
    /// Whom the parcel is for, as far as the shop may read it.
    #[serde(skip_serializing_if = "Person::is_nobody")]
    destination: Person,
    /// That it is a gift for whom the parcel is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    gift: Option<GiftView>,
    refunds: Vec<RefundView>,
}

#[derive(Serialize)]
struct LineView {
    sku: String,
    name: Name,
    quantity: u32,
    unit_price_minor: u64,
}

/// Who delivers, and for how much.
#[derive(Serialize)]
pub(super) struct DeliveryView {
    courier: String,
    name: Name,
    price_minor: u64,
}

impl DeliveryView {
    /// The delivery of a form.
    #[must_use]
    pub fn of(delivery: &Delivery) -> Self {
        Self {
            courier: delivery.courier.to_string(),
            name: Name::of(&delivery.name, delivery.names.as_deref()),
            price_minor: delivery.price.minor,
        }
    }
}

/// What of somebody the shop may read.
#[derive(Clone, Default, Serialize)]
pub(super) struct Person {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    telephone: Option<String>,
}

impl Person {
    fn is_nobody(&self) -> bool {
        self.name.is_none() && self.address.is_none() && self.telephone.is_none()
    }
}

/// Who buys, and whom the parcel is for, as far as the shop may read it.
#[derive(Clone, Default)]
pub(super) struct Told {
    holder: Person,
    destination: Person,
    gift: Option<GiftView>,
}

/// That an order is a gift.
#[derive(Clone, Serialize)]
pub(super) struct GiftView {
    /// What is to be printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl GiftView {
    fn of(part: &OpenedPart) -> Option<Self> {
        let gift = Gift::read(part.get(Field::Gift)?).ok()?;
        Some(Self {
            note: gift.note.clone(),
        })
    }
}

#[derive(Serialize)]
struct RefundView {
    number: u32,
    /// To whom it goes: `issuer` or `coupon`.
    to: &'static str,
    amount_minor: u64,
    asked_at: String,
    /// What came of it, as whoever paid signed it; `waiting` before.
    outcome: &'static str,
}

impl<P: Ports> Shop<P> {
    /// What the shop's part of an order says of people and of a gift. Nothing, once the part was kept long enough.
    pub(super) async fn told_of(&self, order: &Order) -> Result<Told, Fault> {
        if book::received(self.office.tables(), &order.order_id)?.is_none() {
            return Ok(Told::default());
        }
        let split = book::split(self.office.tables(), &order.order_id)?;
        let Some(sealed) = split.part(Role::Shop) else {
            return Ok(Told::default());
        };
        Ok(told_in(&self.office.open_part(sealed).await?))
    }
}

fn told_in(part: &OpenedPart) -> Told {
    let text = |field| {
        let value = part.get(field)?;
        text_of(field, value).ok().map(str::to_owned)
    };
    Told {
        holder: Person {
            name: text(Field::HolderName),
            address: text(Field::HolderAddress),
            telephone: text(Field::HolderTelephone),
        },
        destination: Person {
            name: text(Field::DestinationName),
            address: text(Field::DestinationAddress),
            telephone: text(Field::DestinationTelephone),
        },
        gift: GiftView::of(part),
    }
}

/// By what page and wallet ask for an order.
///
/// # Errors
/// The database's own; an internal fault if what is stored is damaged.
pub(super) fn reference_of(
    tables: &(impl Tables + ?Sized),
    order: &Order,
) -> Result<FormReference, Fault> {
    let sql = "SELECT form_digest FROM shop_orders WHERE order_id = ?";
    let digest: Option<[u8; 32]> = typed::one(tables, sql, &[order.order_id.into()])?;
    Ok(FormReference {
        start: Some(form_of(order)?.start()),
        digest: digest.ok_or_else(Fault::internal)?,
    })
}

fn form_of(order: &Order) -> Result<OrderForm, Fault> {
    decode(&order.form).map_err(|_| Fault::internal())
}

/// A line of the list.
///
/// # Errors
/// As of [`reference_of`].
pub(super) fn line(tables: &(impl Tables + ?Sized), order: &Order) -> Result<OrderLine, Fault> {
    let refused = match order.state {
        OrderState::Refused { by, reason } => Some(RefusedView {
            by: by.as_str(),
            reason: reason.as_str(),
        }),
        _ => None,
    };
    let without = form_of(order)?.without_courier;
    Ok(OrderLine {
        number: order.order_id.to_string(),
        short_number: order.order_id.short(),
        order_reference: reference_of(tables, order)?.to_string(),
        reference: order.merchant_reference.clone(),
        state: order.state.name(),
        refused,
        is_charged: settling::is_charged(tables, &order.root)?,
        total_minor: order.amount.minor,
        coupons_minor: order.by_coupons,
        currency: order.amount.currency.code(),
        issuer: order.issuer.to_string(),
        courier: order.courier.domain().map(Domain::to_string),
        without_courier: without.map(WithoutCourier::as_str),
        tracking: order.tracking.clone(),
        received_at: moment(order.received_at.0),
        packed_at: order.packed_at.map(|at| moment(at.0)),
    })
}

/// An order, with what its part says.
///
/// # Errors
/// As of [`reference_of`].
pub(super) fn whole(
    tables: &(impl Tables + ?Sized),
    order: &Order,
    told: Told,
) -> Result<OrderView, Fault> {
    let form = form_of(order)?;
    let lines = form.items.into_iter().map(|item| LineView {
        sku: item.sku,
        name: Name::of(&item.name, item.names.as_deref()),
        quantity: item.quantity,
        unit_price_minor: item.unit_price.minor,
    });
    Ok(OrderView {
        line: line(tables, order)?,
        lines: lines.collect(),
        delivery: form.delivery.as_ref().map(DeliveryView::of),
        holder: told.holder,
        destination: told.destination,
        gift: told.gift,
        refunds: refunds_of(tables, order)?,
    })
}

/// What was asked to be given back, oldest first; what goes to coupons behind what goes to whoever paid the rest.
fn refunds_of(
    tables: &(impl Tables + ?Sized),
    order: &Order,
) -> Result<Vec<RefundView>, DatabaseError> {
    let paid = refunds::of(tables, &order.order_id)?;
    let paid = paid.iter().map(|refund| RefundView {
        number: refund.number,
        to: "issuer",
        amount_minor: refund.money.minor,
        asked_at: moment(refund.asked_at.0),
        outcome: refund.outcome.map_or("waiting", |outcome| outcome.as_str()),
    });
    let coupons = coupons::refunds_of(tables, &order.order_id)?;
    let coupons = coupons.iter().map(|refund| RefundView {
        number: refund.number,
        to: "coupon",
        amount_minor: refund.money.minor,
        asked_at: moment(refund.asked_at.0),
        outcome: match refund.outcome {
            None => "waiting",
            Some(CouponOutcome::Done) => RefundOutcome::Refunded.as_str(),
            Some(_) => "refused",
        },
    });
    let mut refunds: Vec<_> = paid.chain(coupons).collect();
    refunds.sort_by_key(|refund| refund.number);
    Ok(refunds)
}
