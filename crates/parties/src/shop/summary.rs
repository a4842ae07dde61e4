//! What the store's own page shows after a purchase: nothing that the shop should not know.

use serde::Serialize;
use tallystick_protocol::checkout::form::{OrderForm, WithoutCourier};
use tallystick_protocol::checkout::tracking::TrackingReport;
use tallystick_protocol::wire::cbor::decode;

use super::book::Order;
use super::following::ParcelView;
use super::merchant::name::Name;
use super::state::OrderState;
use crate::office::fault::Fault;

/// The JSON of `GET /v1/orders/{form}/summary`.
#[derive(Serialize)]
pub struct Summary {
    order_id: String,
    /// The order's number as people read it out.
    number: String,
    state: &'static str,
    /// Whether the issuer has signed that it charged the amount; before that nobody says so.
    is_charged: bool,
    items: Vec<Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<Delivery>,
    /// How the goods come to the holder that no courier delivers.
    #[serde(skip_serializing_if = "Option::is_none")]
    without_courier: Option<&'static str>,
    total_minor: u64,
    /// What of it coupons pay; none if they pay nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    coupons_minor: Option<u64>,
    currency: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tracking: Option<String>,
    /// How far the courier says that the parcel is, once the shop has heard. Nobody reads it who does not know the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    parcel: Option<ParcelView>,
    /// Who refused it: with another card only what the issuer refused may go well.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_by: Option<&'static str>,
    /// Why, in the words of the protocol.
    #[serde(skip_serializing_if = "Option::is_none")]
    refused_reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Line {
    sku: String,
    name: Name,
    quantity: u32,
    price_minor: u64,
}

#[derive(Serialize)]
struct Delivery {
    name: Name,
    price_minor: u64,
}

/// The summary of an order, from the shop's own form. `is_charged` as the issuer signed it, `report` as the
/// courier did.
///
/// # Errors
/// An internal fault only if the stored form is damaged.
pub(super) fn of(
    order: &Order,
    is_charged: bool,
    report: Option<&TrackingReport>,
) -> Result<Summary, Fault> {
    let form: OrderForm = decode(&order.form).map_err(|_| Fault::internal())?;
    let lines = form.items.into_iter().map(|item| Line {
        sku: item.sku,
        name: Name::of(&item.name, item.names.as_deref()),
        quantity: item.quantity,
        price_minor: item.unit_price.minor,
    });
    let refused = match order.state {
        OrderState::Refused { by, reason } => Some((by, reason)),
        _ => None,
    };
    Ok(Summary {
        order_id: order.order_id.to_string(),
        number: order.order_id.short(),
        state: order.state.name(),
        is_charged,
        items: lines.collect(),
        delivery: form.delivery.map(|one| Delivery {
            name: Name::of(&one.name, one.names.as_deref()),
            price_minor: one.price.minor,
        }),
        without_courier: form.without_courier.map(WithoutCourier::as_str),
        total_minor: order.amount.minor,
        coupons_minor: Some(order.by_coupons).filter(|minor| *minor > 0),
        currency: order.amount.currency.code(),
        tracking: order.tracking.clone(),
        parcel: report.map(|report| ParcelView::of(order, report)),
        refused_by: refused.map(|(by, _)| by.as_str()),
        refused_reason: refused.map(|(_, reason)| reason.as_str()),
    })
}
