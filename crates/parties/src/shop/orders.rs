//! Takes orders in: the same order twice gets the same answer, another order under the same
//! number is refused.

use http::StatusCode;
use sha2::{Digest, Sha256};
use tallystick_protocol::checkout::answers::{Refusal, RefusalReason};
use tallystick_protocol::checkout::form::FormReference;
use tallystick_protocol::checkout::order::{OrderAgain, SplitOrder};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;

use super::book::{self, Order};
use super::coupons::rest_of;
use super::goods::Held;
use super::letters;
use super::received::CheckedOrder;
use super::state::OrderState;
use super::{EVIDENCE_SECONDS, Shop, expiry, following, forms, settling};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::log::correlation;
use crate::ports::{Ports, Tables};
use crate::store::courier::StoredCourier;
use crate::store::once::{self, Command, once};
use crate::store::typed;

/// How long after an order's time the same order gets the same answer, in seconds.
const ANSWER_SECONDS: u64 = EVIDENCE_SECONDS;

impl<P: Ports> Shop<P> {
    /// `POST /v1/orders`: receives a whole order and answers with a signed receipt.
    pub(super) async fn take_order(&self, request: &Incoming) -> Result<Answer, Fault> {
        let bytes = web::body_as(request, web::CBOR)?;
        self.take_in(request, bytes, None).await
    }

    /// `POST /v1/orders/again`: as [`Shop::take_order`], from a wallet that the shop has told it knows no such order. With the
    /// form, which counts if the shop has signed something about the order and forgotten it.
    pub(super) async fn take_order_again(&self, request: &Incoming) -> Result<Answer, Fault> {
        let again: OrderAgain = decode(web::body_as(request, web::CBOR)?)?;
        self.take_in(request, &again.order, Some(&again.form)).await
    }

    async fn take_in(
        &self,
        request: &Incoming,
        bytes: &[u8],
        form: Option<&[u8]>,
    ) -> Result<Answer, Fault> {
        let split: SplitOrder = decode(bytes)?;
        let order_id = split.header.order_id;
        let key = order_id.to_string();
        let command = Command {
            what: "take-order",
            key: &key,
            digest: &Sha256::digest(bytes).into(),
            keep_until: split.header.expires_at.plus_seconds(ANSWER_SECONDS),
        };
        if !self.is_repetition(&command, &split, bytes)? {
            let checked = self.office.trying("orders", self.check_order(&split, form));
            let checked = match checked.await {
                Err(fault) if fault.kind == Kind::Expired => {
                    self.require_nothing_to_come(&split)?;
                    return self.by_whom_has_the_form(request, &split, fault).await;
                }
                checked => checked?,
            };
            self.require_told_of(&split, &checked)?;
            self.office.transaction(|tables| {
                once(tables, &command, |tables| {
                    self.store(tables, bytes, &split, &checked)?;
                    Ok(order_id.0.to_vec())
                })
            })?;
            self.office
                .log("order-received", Some(&correlation(&split.root.0)), "ok");
        }
        self.first_receipt(&order_id).await
    }

    /// Answers an order whose form is not here. The office may have it from before there were shards; and what an
    /// order of release 0.1.0 is about, no object can find among them.
    async fn by_whom_has_the_form(
        &self,
        request: &Incoming,
        split: &SplitOrder,
        fault: Fault,
    ) -> Result<Answer, Fault> {
        let is_spread = !self.office.spread()?.shards.is_none();
        if is_spread && split.form_start.is_none() {
            let said = "The order does not say where its form is: a newer wallet does.";
            return Err(Fault::new(Kind::UnsupportedVersion, said));
        }
        if !self.office.has_young_office()? {
            return Err(fault);
        }
        let form = self.form_of(split).await?;
        let office = self.office.answer_of_the_office_about(request, &form);
        office.await?.ok_or(fault)
    }

    /// `GET /v1/orders/{form}`: a signed receipt of where the order stands.
    ///
    /// An order is asked for by its form ([`FormReference`]), which shop, page and wallet know.
    /// Its number and its root do not open it: issuer and courier know those.
    pub(super) async fn show_order(&self, form: &str) -> Result<Answer, Fault> {
        let order = self.order_of_form(form)?;
        self.hurry(&order)?;
        self.receipt(&order).await
    }

    /// `GET /v1/orders/{form}/summary`: what the store's own page shows after the purchase.
    pub(super) fn show_summary(&self, form: &str) -> Result<Answer, Fault> {
        let order = self.order_of_form(form)?;
        self.follow(&order)?;
        let tables = self.office.tables();
        let is_charged = settling::is_charged(tables, &order.root)?;
        let report = following::report_of(tables, &order)?;
        let summary = super::summary::of(&order, is_charged, report.as_ref())?;
        Ok(web::json(StatusCode::OK, &summary))
    }

    pub(super) fn order_of_form(&self, form: &str) -> Result<Order, Fault> {
        let form: FormReference = form.parse().map_err(|_| Fault::not_found())?;
        book::of_form(self.office.tables(), &form.digest)?.ok_or_else(Fault::not_found)
    }

    /// Whether this very order is stored already.
    fn is_repetition(
        &self,
        command: &Command<'_>,
        split: &SplitOrder,
        bytes: &[u8],
    ) -> Result<bool, Fault> {
        if once::before(self.office.tables(), command)?.is_some() {
            return Ok(true);
        }
        // Of release 0.1.0, or long past: what is known of it is its root.
        let (tables, order_id) = (self.office.tables(), &split.header.order_id);
        let Some(order) = book::find(tables, order_id)? else {
            return Ok(false);
        };
        let is_the_same = match book::received(tables, order_id)? {
            Some(received) => received == bytes,
            None => order.root == split.root,
        };
        if is_the_same {
            Ok(true)
        } else {
            Err(Fault::new(Kind::Replayed, "Another order has this number."))
        }
    }

    /// Phase two: the order, its stock, its first receipt and the first letter, or nothing.
    fn store(
        &self,
        tables: &dyn Tables,
        bytes: &[u8],
        split: &SplitOrder,
        checked: &CheckedOrder,
    ) -> Result<(), Fault> {
        if !checked.was_forgotten {
            forms::find(tables, &checked.form_digest, self.office.now())?;
        }
        forms::spend(tables, &checked.form_digest)?;
        let mut order = self.new_order(split, checked);
        let held = self.hold_back(tables, &order)?;
        // What was asked of others was held back before that.
        if matches!(held, Held::No) && !checked.was_forgotten {
            order.state = OrderState::Refused {
                by: Role::Shop,
                reason: RefusalReason::OutOfStock,
            };
        }
        book::insert(tables, &order, bytes, &checked.form_digest)?;
        self.tell_of_move(tables, &order, &order.state)?;
        if let Some(lock) = &checked.lock {
            book::keep_paper(tables, &order.order_id, letters::LOCK, lock)?;
        }
        if let Some(handing) = &checked.handing {
            book::keep_paper(tables, &order.order_id, letters::TO_HAND_OVER, handing)?;
        }
        for coupon in checked.coupons.iter().flat_map(|paid| &paid.coupons) {
            typed::insert(tables, coupon)?;
        }
        if checked.is_by_card && !self.had_asked_issuer(tables, &order.root)? {
            self.decide_request(tables, &order, &checked.form_digest)?;
        }
        if let OrderState::Refused { reason, .. } = order.state {
            self.free_coupons(tables, &order)?;
            return self.refuse(tables, &order, reason);
        }
        expiry::watch(tables, &order, self.office.now_ms())?;
        if checked.was_forgotten && self.take_up(tables, &order)? != OrderState::Received {
            return Ok(());
        }
        match held {
            Held::Asked => Ok(()),
            _ => self.ask_next(tables, &order),
        }
    }

    fn new_order(&self, split: &SplitOrder, checked: &CheckedOrder) -> Order {
        Order {
            order_id: split.header.order_id,
            root: split.root,
            form: encode(&checked.form),
            issuer: split.header.issuer.clone(),
            courier: StoredCourier(split.header.courier.clone()),
            amount: checked.form.total,
            by_coupons: checked
                .form
                .total
                .minor
                .saturating_sub(rest_of(&checked.form, checked.coupons.as_ref()).minor),
            received_at: self.office.now(),
            expires_at: split.header.expires_at,
            state: OrderState::Received,
            authorisation: None,
            clearance: None,
            acceptance: None,
            refusal: None,
            tracking: None,
            parcel: None,
            packed_at: None,
            of_catalogue: checked.of_catalogue.0,
            merchant_reference: checked.merchant_reference.clone(),
        }
    }

    /// Decides the shop's own signed refusal of an order that was or is being refused by the shop.
    pub(super) fn refuse(
        &self,
        tables: &dyn Tables,
        order: &Order,
        reason: RefusalReason,
    ) -> Result<(), Fault> {
        let refusal = self.refusal(order, reason);
        self.office
            .decide(tables, letters::REFUSAL, &order.reference(), &refusal)
    }

    /// The shop's own refusal of an order.
    pub(super) fn refusal(&self, order: &Order, reason: RefusalReason) -> Refusal {
        Refusal {
            envelope: self
                .office
                .envelope(Audience::Anyone, order.order_id.0, EVIDENCE_SECONDS),
            root: order.root,
            by: Role::Shop,
            reason,
            handle: order.handle(),
        }
    }
}
