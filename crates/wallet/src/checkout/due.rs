//! What is due on an order, and whom to ask for it.

use tallystick_protocol::checkout::answers::MoneyState;
use tallystick_protocol::checkout::form::FormReference;

use crate::checkout::order::event::Event;
use crate::checkout::order::record::OrderRecord;
use crate::checkout::order::state::OrderState;
use crate::checkout::question::Question;
use crate::core::ask::{self, Ask, CBOR, COSE};
use crate::core::desk::Desk;
use crate::core::error::WalletError;

/// How long a shop may say nothing new before issuer and courier are asked directly, in
/// milliseconds.
const SILENCE_MS: u64 = 5_000;

impl Desk<'_> {
    /// Ends what has expired unsent, and asks about everything else that is due.
    pub(super) fn due(&mut self) -> Result<Vec<Ask<Question>>, WalletError> {
        let mut asks = Vec::new();
        if self.state.unlocked.is_none() {
            return Ok(asks);
        }
        let now_ms = self.now_ms;
        let open = self.orders()?.iter().filter(|order| {
            let is_due = order.attention.due_ms <= now_ms;
            !order.record.settled && is_due
        });
        let open: Vec<_> = open.map(|order| order.record.clone()).collect();
        let is_blind = self.require_list().is_err();
        for order in open {
            let expired = order.expires_at().milliseconds() <= now_ms;
            match order.state {
                OrderState::Asked if !expired => {}
                OrderState::Asked | OrderState::Approved | OrderState::Confirmed if expired => {
                    self.expire_unsent(order)?;
                }
                // Nobody's answer could be believed.
                _ if is_blind => {}
                _ => self.questions(order, expired, &mut asks)?,
            }
        }
        Ok(asks)
    }

    /// Whether parties have to be asked about an order, now or later.
    pub(crate) fn has_open_orders(&self) -> bool {
        let unlocked = self.state.unlocked.as_ref();
        unlocked.is_some_and(|unlocked| {
            let mut orders = unlocked.slices.orders.records();
            orders.any(|order| !order.settled && order.state != OrderState::Asked)
        })
    }

    fn questions(
        &mut self,
        mut order: OrderRecord,
        expired: bool,
        asks: &mut Vec<Ask<Question>>,
    ) -> Result<(), WalletError> {
        let now_ms = self.now_ms;
        let id = order.request_id.clone();
        let Some(attention) = self.attention(&id) else {
            return Ok(());
        };
        attention.begin(order.state, now_ms);
        let waited_ms = attention.waited_ms(now_ms);
        let is_silent = attention.shop_is_silent || waited_ms >= SILENCE_MS;
        match order.state {
            OrderState::Approved => return self.confirmation_asks(&order, asks),
            // It is sent beside this round.
            OrderState::Confirmed if self.is_in_session(&id) => {}
            OrderState::Confirmed => {
                // Stored before it is sent: from now on the shop may have the order.
                order.move_to(OrderState::Sent, Event::Sent, self.now())?;
                self.keep_order(order.clone())?;
                asks.push(self.shop_ask(&order));
            }
            OrderState::Sent | OrderState::Received | OrderState::Authorised => {
                if let Some(again) = self.again_ask(&order) {
                    asks.push(again);
                } else if expired {
                    // Too late to send it: whatever the shop did with it, it did before.
                    asks.push(self.receipt_ask(&order));
                } else {
                    asks.push(self.shop_ask(&order));
                }
                if expired || is_silent {
                    self.direct_asks(&order, asks);
                }
            }
            OrderState::Disowned => {
                asks.push(self.receipt_ask(&order));
                self.direct_asks(&order, asks);
            }
            _ => {
                asks.push(self.money_ask(&order));
                if order.money == Some(MoneyState::Captured) {
                    asks.push(self.refunds_ask(&order));
                }
            }
        }
        Ok(())
    }

    /// Sends the order, as often as needed; once the shop has it, asks how it stands.
    fn shop_ask(&self, order: &OrderRecord) -> Ask<Question> {
        let id = order.request_id.clone();
        let shop = &order.form.envelope.from;
        let approval = order.approval.as_ref();
        let split = approval.and_then(|approval| approval.split_order.clone());
        if let (OrderState::Sent, Some(bytes)) = (order.state, split) {
            let url = self.context.urls.url(shop, "/v1/orders");
            return ask::post(Question::Send(id), url, bytes, COSE);
        }
        let cancellation = self.cancellation_ask(order);
        cancellation.unwrap_or_else(|| self.receipt_ask(order))
    }

    pub(super) fn receipt_ask(&self, order: &OrderRecord) -> Ask<Question> {
        let id = order.request_id.clone();
        ask::get(Question::Receipt(id), self.order_url(order, ""), COSE)
    }

    /// What the issuer signed of refunds the shop passes on: the issuer's own answers reach the courier too.
    fn refunds_ask(&self, order: &OrderRecord) -> Ask<Question> {
        let id = order.request_id.clone();
        ask::get(
            Question::Refunds(id),
            self.order_url(order, "/refunds"),
            CBOR,
        )
    }

    /// Where the shop tells of an order: by its form, which issuer and courier do not know.
    pub(super) fn order_url(&self, order: &OrderRecord, what: &str) -> String {
        let form = FormReference::of(&order.form, &order.signed_form).to_string();
        let path = ["/v1/orders/", &form, what].concat();
        self.context.urls.url(&order.form.envelope.from, &path)
    }

    fn direct_asks(&self, order: &OrderRecord, asks: &mut Vec<Ask<Question>>) {
        asks.push(self.money_ask(order));
        // The courier knows of the order only once the issuer has cleared it.
        if let (Some(_), Some(courier)) = (order.money, order.form.courier()) {
            let id = order.request_id.clone();
            let url = self.context.urls.url(courier, &answers_path(order));
            asks.push(ask::get(Question::Courier(id), url, CBOR));
        }
    }

    fn money_ask(&self, order: &OrderRecord) -> Ask<Question> {
        let id = order.request_id.clone();
        let approval = order.approval.as_ref();
        let url = approval.map(|approval| {
            let issuer = &approval.issuer;
            self.context.urls.url(issuer, &money_path(order))
        });
        ask::get(Question::Money(id), url.unwrap_or_default(), COSE)
    }
}

fn answers_path(order: &OrderRecord) -> String {
    let root = order.approval.as_ref().map(|approval| approval.root.0);
    let root = root.map(|root| base16ct::lower::encode_string(&root));
    ["/v1/answers/", &root.unwrap_or_default()].concat()
}

/// Where the issuer tells of an order's money: with the first byte of the identifier under which it was made, by
/// which an issuer of many objects finds the one that knows it.
fn money_path(order: &OrderRecord) -> String {
    let first = order.holder().map(|holder| holder.0[0]);
    let at = first.map(|first| base16ct::lower::encode_string(&[first]));
    let at = at.map(|digits| ["?at=", &digits].concat());
    [answers_path(order), at.unwrap_or_default()].concat()
}
