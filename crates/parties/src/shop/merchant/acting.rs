//! What a shop's own server may change of an order: that it is packed, which is its own note; and by the very functions of
//! the operator's commands, that it is cancelled or given back.

use http::StatusCode;
use serde::Deserialize;
use tallystick_protocol::checkout::handing::{HandedGoods, HandedLine};
use tallystick_protocol::wire::identifier::OrderId;
use tallystick_protocol::wire::number::WHOLE_MAX;

use super::asked::Query;
use super::done_once::Wish;
use super::events::Happened;
use super::{body, order_view, orders};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::shop::Shop;
use crate::shop::book;
use crate::shop::state::OrderState;
use crate::shop::without_courier::check_handed_text;

/// What is done with an order.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// Notes that it is packed.
    Pack,
    /// Ends it before it is dispatched.
    Cancel,
    /// Gives money back.
    Refund,
    /// Hands over what no courier delivers.
    HandOver,
}

/// What is handed over.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct HandOverBody {
    #[serde(default)]
    lines: Vec<HandedBody>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandedBody {
    sku: String,
    handed_text: String,
}

impl HandOverBody {
    /// Nothing, if no line is said.
    fn goods(self) -> Result<Option<HandedGoods>, Fault> {
        let mut lines = Vec::with_capacity(self.lines.len());
        for (place, line) in self.lines.into_iter().enumerate() {
            let at = format!("/lines/{place}/handed_text");
            check_handed_text(&line.handed_text, &at)?;
            lines.push(HandedLine {
                sku: line.sku,
                text: line.handed_text,
            });
        }
        Ok((!lines.is_empty()).then_some(HandedGoods { lines }))
    }
}

/// What a refund is asked for with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundBody {
    amount_minor: u64,
}

/// What needs nothing said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NoBody {}

impl<P: Ports> Shop<P> {
    /// `POST /v1/merchant/orders/{number}/packed`, `…/cancellation`, `…/refunds` and `…/handed-over`.
    pub(super) async fn act(
        &self,
        request: &Incoming,
        number: &str,
        act: Act,
    ) -> Result<Answer, Fault> {
        Query::of(request, &[])?;
        let own = self.act_here(request, number, act).await;
        self.by_whoever_has_it(request, own).await
    }

    async fn act_here(&self, request: &Incoming, number: &str, act: Act) -> Result<Answer, Fault> {
        let wish = Wish::of(request)?;
        let mut goods = None;
        let minor = match act {
            Act::HandOver => {
                let body: HandOverBody = body::read_if_any(request)?;
                goods = body.goods()?;
                0
            }
            Act::Refund => {
                let body: RefundBody = body::read(request)?;
                require_amount(body.amount_minor)?
            }
            Act::Pack | Act::Cancel => {
                let _: NoBody = body::read_if_any(request)?;
                0
            }
        };
        let status = match act {
            Act::Pack => StatusCode::OK,
            Act::Cancel | Act::Refund | Act::HandOver => StatusCode::ACCEPTED,
        };
        let number = orders::number_of(number)?;
        let order = book::find(self.office.tables(), &number)?.ok_or_else(Fault::not_found)?;
        if let Some(before) = self.answered_before(&wish, status)? {
            return Ok(before);
        }
        let told = self.told_of(&order).await?;
        self.done_once(&wish, status, |tables| {
            match act {
                Act::Pack => self.pack(tables, &number)?,
                Act::Cancel => self.cancel_unless_accepted(tables, &number)?,
                Act::Refund => self.refund(tables, &number, minor)?,
                Act::HandOver => self.hand_over_by_wish(tables, &number, goods)?,
            }
            let order = book::find(tables, &number)?.ok_or_else(Fault::internal)?;
            let view = order_view::whole(tables, &order, told)?;
            serde_json::to_vec(&view).map_err(|_| Fault::internal())
        })
    }

    /// Notes when an order was packed. Again it does nothing more.
    fn pack(&self, tables: &dyn Tables, number: &OrderId) -> Result<(), Fault> {
        let order = book::find(tables, number)?.ok_or_else(Fault::not_found)?;
        if order.state != OrderState::Accepted || order.courier.domain().is_none() {
            let said = "Only what a courier has accepted is packed.";
            return Err(Fault::new(Kind::Conflict, said));
        }
        if order.packed_at.is_some() {
            return Ok(());
        }
        let sql = "UPDATE shop_orders SET packed_at = ? WHERE order_id = ?";
        tables.run(sql, &[self.office.now().into(), (*number).into()])?;
        self.tell(tables, &order, Happened::Packed, &order.state)
    }
}

/// An amount that can be given back.
fn require_amount(minor: u64) -> Result<u64, Fault> {
    let is_amount = (1..=WHOLE_MAX).contains(&minor);
    let said = "An amount is a whole number of minor units, not zero.";
    is_amount
        .then_some(minor)
        .ok_or_else(|| Fault::malformed(said).at("/amount_minor"))
}
