//! `GET /v1/merchant/orders` and `GET /v1/merchant/orders/{number}`: the shop's orders, for its own server.

use http::StatusCode;
use serde::Serialize;
use serde_json::Value as Json;
use tallystick_protocol::wire::identifier::OrderId;

use super::asked::Query;
use super::everywhere::List;
use super::{moments, order_view};
use crate::console::lines::{self, Wanted};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;
use crate::shop::Shop;
use crate::shop::book;
use crate::shop::console_view::LISTING;

/// By what the list can be asked for.
const NAMES: [&str; 6] = ["state", "from", "until", "search", "before", "limit"];
/// The list, newest first.
const LIST: List = List {
    name: "orders",
    place,
};

#[derive(Serialize)]
struct Page {
    orders: Vec<order_view::OrderLine>,
    /// Where the next page begins, for `before`; none if this was the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Seconds since 1970 and the order's number.
fn place(line: &Json) -> String {
    let text = |name| line.get(name).and_then(Json::as_str).unwrap_or_default();
    let received_at = moments::read(text("received_at")).unwrap_or_default();
    format!("{}-{}", received_at.0, text("number"))
}

/// The same query as consoles take it, which count seconds since 1970.
fn as_consoles_ask(query: &Query) -> Result<String, Fault> {
    let mut asked = String::new();
    for name in NAMES {
        let Some(value) = query.get(name).filter(|_| name != "limit") else {
            continue;
        };
        let value = match name {
            "from" | "until" => {
                let at = moments::read(value);
                let said = "A time is written as 2026-11-29T09:30:00Z (RFC 3339).";
                at.ok_or_else(|| Fault::malformed(said))?.0.to_string()
            }
            _ => value.to_owned(),
        };
        if value.is_empty() || value.contains(['&', '=']) {
            return Err(Fault::malformed(format!(
                "{name} says nothing that can be looked for."
            )));
        }
        asked.push_str(&format!("{name}={value}&"));
    }
    Ok(asked)
}

/// The order's number in a path.
pub(super) fn number_of(text: &str) -> Result<OrderId, Fault> {
    text.parse().map_err(|_| Fault::not_found())
}

impl<P: Ports> Shop<P> {
    /// `GET /v1/merchant/orders`.
    pub(super) async fn list_orders(&self, request: &Incoming) -> Result<Answer, Fault> {
        let query = Query::of(request, &NAMES)?;
        let limit = query.limit()?;
        let wanted = Wanted::of(&as_consoles_ask(&query)?, &LISTING)?;
        let tables = self.office.tables();
        let found = lines::page(tables, &LISTING, &wanted, limit)?;
        let mut orders = Vec::with_capacity(found.lines.len());
        for line in &found.lines {
            let order = book::find(tables, &number_of(&line.order_id)?)?;
            orders.push(order_view::line(
                tables,
                &order.ok_or_else(Fault::internal)?,
            )?);
        }
        let page = Page {
            orders,
            next: found.next,
        };
        let own = web::json(StatusCode::OK, &page);
        self.list_of_all(request, (&LIST, limit), own).await
    }

    /// `GET /v1/merchant/orders/{number}`.
    pub(super) async fn read_order(
        &self,
        request: &Incoming,
        number: &str,
    ) -> Result<Answer, Fault> {
        Query::of(request, &[])?;
        let own = self.own_order(number).await;
        self.by_whoever_has_it(request, own).await
    }

    async fn own_order(&self, number: &str) -> Result<Answer, Fault> {
        let tables = self.office.tables();
        let order = book::find(tables, &number_of(number)?)?.ok_or_else(Fault::not_found)?;
        let told = self.told_of(&order).await?;
        let view = order_view::whole(tables, &order, told)?;
        Ok(web::json(StatusCode::OK, &view))
    }
}
