//! What issuer and courier say without the shop, so that a shop that sits on their answers, or says
//! another thing than they do, gains nothing.

use tallystick_protocol::checkout::answers::{CourierAnswer, IssuerAnswer, MoneyState};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;

use super::ending::GRACE_SECONDS;
use super::receipt::{self, Findings};
use crate::checkout::order::event::Event;
use crate::checkout::order::record::OrderRecord;
use crate::core::ask::Said;
use crate::core::desk::Desk;
use crate::core::error::WalletError;

impl Desk<'_> {
    pub(super) fn take_money(&mut self, id: &str, said: &Said) -> Result<(), WalletError> {
        let order = self.order(id)?;
        let bytes = said.as_ref().ok();
        let answer = bytes.and_then(|bytes| {
            let said = self.statement::<IssuerAnswer>(&order, bytes, Role::Issuer)?;
            (said.root == order.approval.as_ref()?.root).then_some(said)
        });
        // Only once the time is over by the issuer's own clock can nobody bring the order any more: what
        // it signed before, and whatever nobody signed, means "not yet".
        let none = bytes.and_then(|bytes| self.unknown(&order, bytes));
        let none = none.is_some_and(|said| said.envelope.sent_at >= order.expires_at());
        let mut findings = Findings::default();
        let spoke = answer.is_some();
        if let Some(IssuerAnswer { money, refusal, .. }) = answer {
            match refusal {
                Some(bytes) => {
                    let reason = self.refusal(&order, &bytes, Role::Issuer);
                    findings.refused = reason.map(|reason| (Role::Issuer, reason, bytes));
                }
                None => findings.money = money,
            }
        }
        let over_for = self.now().seconds_since(order.expires_at());
        if let Some(attention) = self.attention(id) {
            attention.issuer_spoke |= spoke;
            attention.no_money |= none && over_for >= GRACE_SECONDS;
        }
        if order.state.is_final() {
            return self.follow(order, findings.money);
        }
        self.take_findings(order, findings)
    }

    pub(super) fn take_courier(&mut self, id: &str, said: &Said) -> Result<(), WalletError> {
        let order = self.order(id)?;
        let answer = said.as_ref().ok().and_then(|bytes| decode(bytes).ok());
        let Some(CourierAnswer {
            statement,
            accepted,
        }) = answer
        else {
            return Ok(());
        };
        let mut findings = Findings::default();
        if accepted {
            let tracking = self.acceptance(&order, &statement);
            findings.accepted = tracking.map(|tracking| (tracking, statement));
        } else if let Some(reason) = self.refusal(&order, &statement, Role::Courier) {
            findings.refused = Some((Role::Courier, reason, statement));
        }
        self.take_findings(order, findings)
    }

    fn take_findings(
        &mut self,
        mut order: OrderRecord,
        findings: Findings,
    ) -> Result<(), WalletError> {
        if order.state.is_final() {
            return Ok(());
        }
        let (before, now) = (order.state, self.now());
        receipt::take_up(&mut order, findings, now)?;
        if order.state != before {
            order.note(Event::AskedDirectly, now);
        }
        self.keep_order(order)
    }

    /// Of an order that has ended only the money is left to follow.
    fn follow(
        &mut self,
        mut order: OrderRecord,
        money: Option<MoneyState>,
    ) -> Result<(), WalletError> {
        let Some(money) = money.filter(|money| order.money != Some(*money)) else {
            return Ok(());
        };
        let now = self.now();
        order.take_money(money, now);
        self.keep_order(order)
    }
}
