//! What the shop says about an order, and the others' signed statements that it passes on. Every
//! one is verified, and must be about this root, payee and amount.

use tallystick_protocol::answers::{
    Acceptance, Authorisation, MoneyState, Refusal, ShopReceipt, ShopState, TRACKING_MAX_BYTES,
};
use tallystick_protocol::identifier::Role;
use tallystick_protocol::statement::{self, SignedMessage, Verified};

use super::advance::Progress;
use crate::error::{ErrorKind, WalletError};
use crate::order::event::Event;
use crate::order::record::{Approval, Failure, OrderRecord};
use crate::ports::Ports;
use crate::view::OrderState;
use crate::wallet::Wallet;

/// What is known of an order from verified statements.
#[derive(Default)]
pub(super) struct Findings {
    pub shop: Option<ShopState>,
    pub authorised: Option<Vec<u8>>,
    pub accepted: Option<(String, Vec<u8>)>,
    pub refused: Option<(Role, Vec<u8>)>,
    pub money: Option<MoneyState>,
}

impl<P: Ports> Wallet<P> {
    pub(super) async fn take_receipt(
        &self,
        order: &OrderRecord,
        receipt: &[u8],
    ) -> Result<Progress, WalletError> {
        let findings = self.read_receipt(order, receipt);
        self.change(order, |order, now| match findings {
            Some(findings) => take_up(order, findings, now),
            None => {
                // The order is not lost by it: issuer and courier can be asked directly.
                order.failure = Some(Failure {
                    kind: ErrorKind::AnswerInvalid,
                    about: order.shop_name.clone(),
                });
                Ok(Progress::Waiting)
            }
        })
        .await
    }

    fn read_receipt(&self, order: &OrderRecord, receipt: &[u8]) -> Option<Findings> {
        let approval = order.approval.as_ref()?;
        let receipt = self
            .opened::<ShopReceipt>(order, receipt, Role::Shop)?
            .message;
        if receipt.order_id != approval.order_id || receipt.root != approval.root {
            return None;
        }
        let mut findings = Findings {
            shop: Some(receipt.state),
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
        if let Some(bytes) = receipt.refusal {
            let by = [Role::Issuer, Role::Courier, Role::Shop]
                .into_iter()
                .find(|role| self.refusal(order, &bytes, *role).is_some())?;
            findings.refused = Some((by, bytes));
        }
        Some(findings)
    }

    /// Signed by the party that plays `role` in this order, and about this order.
    fn opened<M: SignedMessage>(
        &self,
        order: &OrderRecord,
        bytes: &[u8],
        role: Role,
    ) -> Option<Verified<M>> {
        let approval = order.approval.as_ref()?;
        let party = match role {
            Role::Shop => &order.form.envelope.from,
            Role::Issuer => &approval.issuer,
            _ => &order.form.delivery.courier,
        };
        let verified = statement::open::<M>(bytes, &self.anchors, self.now(), role).ok()?;
        verified.require_sender(party).ok()?;
        verified
            .require_transaction(approval.order_id.as_bytes())
            .ok()?;
        Some(verified)
    }

    fn authorisation(&self, order: &OrderRecord, bytes: &[u8]) -> Option<()> {
        let said = self
            .opened::<Authorisation>(order, bytes, Role::Issuer)?
            .message;
        let approval = order.approval.as_ref()?;
        let agrees = said.root == approval.root
            && said.payee == order.form.envelope.from
            && said.amount == order.form.total;
        agrees.then_some(())
    }

    /// The tracking number of a valid acceptance.
    pub(super) fn acceptance(&self, order: &OrderRecord, bytes: &[u8]) -> Option<String> {
        let said = self
            .opened::<Acceptance>(order, bytes, Role::Courier)?
            .message;
        let Approval { root, issuer, .. } = order.approval.as_ref()?;
        let agrees = said.root == *root
            && said.shop == order.form.envelope.from
            && said.issuer == *issuer
            && said.tracking.len() <= TRACKING_MAX_BYTES;
        agrees.then_some(said.tracking)
    }

    pub(super) fn refusal(&self, order: &OrderRecord, bytes: &[u8], role: Role) -> Option<Refusal> {
        let said = self.opened::<Refusal>(order, bytes, role)?.message;
        (said.root == order.approval.as_ref()?.root && said.by == role).then_some(said)
    }

    /// A statement about this order by the party in that role.
    pub(super) fn statement<M: SignedMessage>(
        &self,
        order: &OrderRecord,
        bytes: &[u8],
        role: Role,
    ) -> Option<M> {
        Some(self.opened::<M>(order, bytes, role)?.message)
    }
}

/// Moves the order to where the findings show it to be.
pub(super) fn take_up(
    order: &mut OrderRecord,
    findings: Findings,
    now: u64,
) -> Result<Progress, WalletError> {
    let before = order.state;
    order.shop_state = findings.shop.or(order.shop_state);
    if let Some(approval) = &mut order.approval
        && findings.shop.is_some()
    {
        // The shop has it; nothing has to be sent again.
        approval.split_order = None;
    }
    if findings.authorised.is_some() && order.authorisation.is_none() {
        order.authorisation = findings.authorised.clone();
        order.money = order.money.or(Some(MoneyState::Reserved));
    }
    if let Some(money) = findings.money {
        order.money = Some(money);
    }
    match target(order, &findings) {
        Target::Accepted(tracking, bytes) => {
            order.tracking = Some(tracking);
            order.acceptance = Some(bytes);
            order.failure = None;
            order.move_to(OrderState::Delivering, Event::Accepted, now)?;
        }
        Target::Refused(by, bytes) => {
            let failure = Failure {
                kind: match by {
                    Role::Issuer => ErrorKind::IssuerRefused,
                    Role::Courier => ErrorKind::CourierRefused,
                    _ => ErrorKind::ShopRefused,
                },
                about: order.party_name(by),
            };
            order.end(OrderState::Refused, Event::Refused, failure, now)?;
            order.refused_by = Some(by);
            order.refusal = bytes;
        }
        Target::Expired => {
            let failure = Failure {
                kind: ErrorKind::ExpiredSent,
                about: order.shop_name.clone(),
            };
            order.end(OrderState::Expired, Event::Expired, failure, now)?;
        }
        Target::Authorised if order.state != OrderState::Authorised => {
            order.failure = None;
            order.move_to(OrderState::Authorised, Event::Authorised, now)?;
        }
        Target::Received if order.state == OrderState::Sent => {
            order.failure = None;
            order.move_to(OrderState::Received, Event::Received, now)?;
        }
        Target::Authorised | Target::Received | Target::Unchanged => {}
    }
    Ok(if order.state == before {
        Progress::Waiting
    } else {
        Progress::Moved
    })
}

enum Target {
    Accepted(String, Vec<u8>),
    Refused(Role, Option<Vec<u8>>),
    Expired,
    Authorised,
    Received,
    Unchanged,
}

/// Signed decisions count before the shop's word about them.
fn target(order: &OrderRecord, findings: &Findings) -> Target {
    if let Some((tracking, bytes)) = &findings.accepted {
        return Target::Accepted(tracking.clone(), bytes.clone());
    }
    if let Some((by, bytes)) = &findings.refused {
        return Target::Refused(*by, Some(bytes.clone()));
    }
    match findings.shop {
        Some(ShopState::Refused) => Target::Refused(Role::Shop, None),
        Some(ShopState::Expired) => Target::Expired,
        _ if order.authorisation.is_some() || order.money == Some(MoneyState::Reserved) => {
            Target::Authorised
        }
        Some(_) => Target::Received,
        None => Target::Unchanged,
    }
}
