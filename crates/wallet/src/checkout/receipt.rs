//! What the shop says about an order, and the others' signed statements that it passes on. Every
//! one is verified, and must be about this root, payee and what the payer pays.

use tallystick_protocol::checkout::answers::{
    Acceptance, Authorisation, IssuerAnswer, MoneyState, Refusal, RefusalReason, ShopReceipt,
    ShopState, TRACKING_MAX_BYTES,
};
use tallystick_protocol::checkout::handing::{HandedGoods, HandingOver, handed_digest};
use tallystick_protocol::trust::statement::{self, SignedMessage, Verified};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::text::is_plain;
use tallystick_protocol::wire::time::Timestamp;

use crate::checkout::order::event::Event;
use crate::checkout::order::record::{Approval, Failure, OrderRecord};
use crate::checkout::order::state::OrderState;
use crate::core::ask::Said;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};

/// The shop's signed word that it handed over what no courier delivers.
#[derive(Clone)]
pub(super) struct HandedOver {
    /// As it was signed.
    word: Vec<u8>,
    /// What was handed over, if that is a text and can be read.
    goods: Option<HandedGoods>,
    /// Whether there is one that cannot be read.
    is_unreadable: bool,
}

/// What is known of an order from verified statements.
#[derive(Default)]
pub(super) struct Findings {
    pub shop: Option<ShopState>,
    pub authorised: Option<Vec<u8>>,
    pub accepted: Option<(String, Vec<u8>)>,
    pub refused: Option<(Role, RefusalReason, Vec<u8>)>,
    pub handed_over: Option<HandedOver>,
    pub money: Option<MoneyState>,
    /// The shop's receipt as signed.
    pub receipt: Option<Vec<u8>>,
}

impl Desk<'_> {
    pub(super) fn take_receipt(&mut self, id: &str, said: &Said) -> Result<(), WalletError> {
        let mut order = self.order(id)?;
        if order.state.is_final() {
            return Ok(());
        }
        let findings = said
            .as_ref()
            .ok()
            .map(|bytes| self.read_receipt(&order, bytes));
        if let Some(attention) = self.attention(id) {
            attention.shop_is_silent = !matches!(findings, Some(Some(_)));
        }
        match findings {
            None => return Ok(()),
            Some(Some(findings)) => take_up(&mut order, findings, self.now())?,
            // The order is not lost by it: issuer and courier are asked directly.
            Some(None) => {
                order.failure = Some(Failure {
                    kind: ErrorKind::AnswerInvalid,
                    about: order.shop_name.clone(),
                });
            }
        }
        self.keep_order(order)
    }

    fn read_receipt(&self, order: &OrderRecord, receipt: &[u8]) -> Option<Findings> {
        let approval = order.approval.as_ref()?;
        let signed = receipt;
        let receipt = self.statement::<ShopReceipt>(order, signed, Role::Shop)?;
        if receipt.order_id != approval.order_id || receipt.root != approval.root {
            return None;
        }
        let mut findings = Findings {
            shop: Some(receipt.state),
            receipt: Some(signed.to_vec()),
            ..Findings::default()
        };
        if let Some(bytes) = receipt.authorisation {
            self.authorisation(order, &bytes)?;
            findings.authorised = Some(bytes);
        }
        if let Some(bytes) = receipt.acceptance {
            let tracking = self.acceptance(order, &bytes)?;
            findings.accepted = Some((tracking, bytes));
        }
        if let Some(bytes) = receipt.handing_over {
            findings.handed_over = Some(self.handed_over(order, bytes, receipt.handed)?);
        }
        if let Some(bytes) = receipt.refusal {
            let mut roles = [Role::Issuer, Role::Courier, Role::Shop].into_iter();
            let refusal = |by| Some((by, self.refusal(order, &bytes, by)?));
            let (by, reason) = roles.find_map(refusal)?;
            findings.refused = Some((by, reason, bytes));
        }
        Some(findings)
    }

    fn authorisation(&self, order: &OrderRecord, bytes: &[u8]) -> Option<()> {
        let said = self.statement::<Authorisation>(order, bytes, Role::Issuer)?;
        let approval = order.approval.as_ref()?;
        let agrees = said.root == approval.root
            && said.payee == order.form.envelope.from
            && said.amount == order.rest();
        agrees.then_some(())
    }

    /// The tracking number of a valid acceptance.
    pub(super) fn acceptance(&self, order: &OrderRecord, bytes: &[u8]) -> Option<String> {
        let said = self.statement::<Acceptance>(order, bytes, Role::Courier)?;
        let Approval { root, issuer, .. } = order.approval.as_ref()?;
        let agrees = said.root == *root
            && said.shop == order.form.envelope.from
            && said.issuer == *issuer
            && said.tracking.len() <= TRACKING_MAX_BYTES
            && is_plain(&said.tracking);
        agrees.then_some(said.tracking)
    }

    /// The shop's word that it handed over, if this order names no courier: of one that does it says nothing.
    fn handed_over(
        &self,
        order: &OrderRecord,
        word: Vec<u8>,
        sealed: Option<Vec<u8>>,
    ) -> Option<HandedOver> {
        let said = self.statement::<HandingOver>(order, &word, Role::Shop)?;
        let approval = order.approval.as_ref()?;
        let agrees = !order.has_courier()
            && said.root == approval.root
            && said.issuer == approval.issuer
            && said.handed == sealed.as_deref().map(handed_digest);
        if !agrees {
            return None;
        }
        let key = approval.cancellation.as_ref();
        let opened = sealed.as_deref().zip(key);
        let opened = opened
            .and_then(|(sealed, key)| HandedGoods::open(sealed, key, &approval.root).ok())
            .filter(|goods| goods.check(&order.form).is_ok());
        Some(HandedOver {
            word,
            is_unreadable: sealed.is_some() && opened.is_none(),
            goods: opened,
        })
    }

    /// Why the party in that role refused this order, if these bytes are its refusal.
    pub(super) fn refusal(
        &self,
        order: &OrderRecord,
        bytes: &[u8],
        role: Role,
    ) -> Option<RefusalReason> {
        let said = self.statement::<Refusal>(order, bytes, role)?;
        let root = order.approval.as_ref()?.root;
        (said.root == root && said.by == role).then_some(said.reason)
    }

    /// A statement about this order, signed by the party that plays `role` in it.
    pub(super) fn statement<M: SignedMessage>(
        &self,
        order: &OrderRecord,
        bytes: &[u8],
        role: Role,
    ) -> Option<M> {
        let order_id = order.approval.as_ref()?.order_id;
        let said = self.signed_by_party::<M>(order, bytes, role)?;
        said.require_transaction(order_id.as_bytes()).ok()?;
        Some(said.message)
    }

    /// The issuer's signed word that it does not know this order: the root stands for its number then.
    pub(super) fn unknown(&self, order: &OrderRecord, bytes: &[u8]) -> Option<IssuerAnswer> {
        let root = order.approval.as_ref()?.root;
        let said = self.signed_by_party::<IssuerAnswer>(order, bytes, Role::Issuer)?;
        said.require_transaction(&root.0).ok()?;
        let said = said.message;
        let is_unknown = said.root == root && said.money.is_none() && said.refusal.is_none();
        is_unknown.then_some(said)
    }

    /// A statement signed by the party that plays `role` in this order, about whatever.
    fn signed_by_party<M: SignedMessage>(
        &self,
        order: &OrderRecord,
        bytes: &[u8],
        role: Role,
    ) -> Option<Verified<M>> {
        let party = match role {
            Role::Shop => &order.form.envelope.from,
            Role::Issuer => &order.approval.as_ref()?.issuer,
            _ => order.form.courier()?,
        };
        let anchors = self.anchors();
        let said = statement::open::<M>(bytes, anchors, self.now(), role).ok()?;
        said.require_sender(party).ok()?;
        Some(said)
    }
}

/// Moves the order to where the findings show it to be.
pub(super) fn take_up(
    order: &mut OrderRecord,
    findings: Findings,
    now: Timestamp,
) -> Result<(), WalletError> {
    keep_receipt(order, &findings);
    if findings.authorised.is_some() && order.authorisation.is_none() {
        order.authorisation = findings.authorised.clone();
        order.money = order.money.or(Some(MoneyState::Reserved));
    }
    if let Some(money) = findings.money {
        order.take_money(money, now);
    }
    match target(order, &findings) {
        Target::Accepted(tracking, bytes) => {
            order.tracking = Some(tracking);
            order.acceptance = Some(bytes);
            if let Some(approval) = &mut order.approval {
                approval.cancellation = None;
            }
            order.refused_by = None;
            order.failure = None;
            order.move_to(OrderState::Delivering, Event::Accepted, now)?;
        }
        Target::HandedOver(handed) => {
            order.handing_over = Some(handed.word);
            order.handed = handed.goods;
            if let Some(approval) = &mut order.approval {
                approval.split_order = None;
                approval.cancellation = None;
            }
            order.refused_by = None;
            order.failure = handed.is_unreadable.then(|| Failure {
                kind: ErrorKind::HandedUnreadable,
                about: order.shop_name.clone(),
            });
            order.move_to(OrderState::Delivering, Event::HandedOverByShop, now)?;
        }
        Target::Refused(by, reason, bytes) => {
            let (kind, event) = match (by, reason) {
                (_, RefusalReason::Cancelled) => (ErrorKind::Cancelled, Event::Cancelled),
                (Role::Issuer, _) => (ErrorKind::IssuerRefused, Event::Refused),
                _ => (ErrorKind::CourierRefused, Event::Refused),
            };
            let why = Some((kind, order.party_name(by)));
            let why = why.as_ref().map(|(kind, about)| (*kind, about.as_str()));
            order.end(OrderState::Refused, event, why, now)?;
            order.refused_by = (kind != ErrorKind::Cancelled).then_some(by);
            order.refusal = Some(bytes);
            // The issuer decides about an order once: what it has refused it never pays.
            order.settled = by == Role::Issuer;
        }
        Target::Disowned(kind) => {
            if let Some((_, _, bytes)) = findings.refused {
                order.refusal = Some(bytes);
            }
            disown(order, kind, now)?;
        }
        Target::Authorised if order.state != OrderState::Authorised => {
            order.failure = None;
            order.move_to(OrderState::Authorised, Event::Authorised, now)?;
        }
        Target::Received if matches!(order.state, OrderState::Sent | OrderState::Disowned) => {
            order.failure = None;
            order.move_to(OrderState::Received, Event::Received, now)?;
        }
        Target::Authorised | Target::Received | Target::Unchanged => {}
    }
    if order.is_contradicted() {
        order.failure = Some(Failure {
            kind: ErrorKind::ShopContradicted,
            about: order.shop_name.clone(),
        });
    }
    Ok(())
}

/// What the shop signed is evidence: its last word, and for good the first that ended the order.
fn keep_receipt(order: &mut OrderRecord, findings: &Findings) {
    let Some(receipt) = &findings.receipt else {
        return;
    };
    if order.shop_state != findings.shop || order.receipt.is_none() {
        order.receipt = Some(receipt.clone());
    }
    order.shop_state = findings.shop;
    let by_another = matches!(findings.refused, Some((Role::Issuer | Role::Courier, ..)));
    let disowns = matches!(findings.shop, Some(ShopState::Refused | ShopState::Expired));
    if disowns && !by_another && order.disowning.is_none() {
        order.disowning = Some(receipt.clone());
    }
}

/// The shop says that the order came to nothing, signed or not. That ends nothing: until its time is
/// over the shop could still have it paid.
pub(super) fn disown(
    order: &mut OrderRecord,
    kind: ErrorKind,
    now: Timestamp,
) -> Result<(), WalletError> {
    if order.state == OrderState::Disowned {
        return Ok(());
    }
    order.move_to(OrderState::Disowned, Event::Disowned, now)?;
    order.forget_keys();
    let is_refusal = !matches!(kind, ErrorKind::ExpiredSent | ErrorKind::Cancelled);
    order.refused_by = is_refusal.then_some(Role::Shop);
    order.failure = Some(Failure {
        kind,
        about: order.shop_name.clone(),
    });
    Ok(())
}

enum Target {
    Accepted(String, Vec<u8>),
    HandedOver(HandedOver),
    Refused(Role, RefusalReason, Vec<u8>),
    Disowned(ErrorKind),
    Authorised,
    Received,
    Unchanged,
}

/// Signed decisions of those who decide count before the shop's word about them. Issuer and courier
/// decide; the shop, which could say one thing here and another there, only tells. Without a courier its word that it handed
/// over decides, as the holder's card has signed.
fn target(order: &OrderRecord, findings: &Findings) -> Target {
    if let Some((tracking, bytes)) = &findings.accepted {
        return Target::Accepted(tracking.clone(), bytes.clone());
    }
    if let Some(handed) = &findings.handed_over {
        return Target::HandedOver(handed.clone());
    }
    let told = match (&findings.refused, findings.shop) {
        (Some((by @ (Role::Issuer | Role::Courier), reason, bytes)), _) => {
            return Target::Refused(*by, *reason, bytes.clone());
        }
        (Some((_, RefusalReason::OutOfStock, _)), _) => Some(ErrorKind::OutOfStock),
        (Some((_, RefusalReason::Cancelled, _)), _) => Some(ErrorKind::Cancelled),
        (Some((_, RefusalReason::CouponRefused, _)), _) => Some(ErrorKind::CouponRefused),
        (Some(_), _) | (None, Some(ShopState::Refused)) => Some(ErrorKind::ShopRefused),
        (None, Some(ShopState::Expired)) => Some(ErrorKind::ExpiredSent),
        _ => None,
    };
    if let Some(kind) = told {
        return Target::Disowned(kind);
    }
    if order.state == OrderState::Disowned && order.disowning.is_some() {
        // What it signed once it cannot take back by another word.
        return Target::Unchanged;
    }
    if order.authorisation.is_some() || order.money == Some(MoneyState::Reserved) {
        return Target::Authorised;
    }
    match findings.shop {
        Some(_) => Target::Received,
        None => Target::Unchanged,
    }
}
