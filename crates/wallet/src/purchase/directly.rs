//! What issuer and courier say without the shop, so that a shop that sits on their answers gains
//! nothing; and where the money of an order is that has ended.

use tallystick_protocol::answers::{CourierAnswer, IssuerAnswer, MoneyState};
use tallystick_protocol::cbor::decode;
use tallystick_protocol::certificate::CLOCK_SKEW_SECONDS;
use tallystick_protocol::identifier::Role;
use tallystick_protocol::problem::ProblemKind;

use super::receipt::{self, Findings};
use crate::ask::CallError;
use crate::desk::Desk;
use crate::error::{ErrorKind, WalletError};
use crate::order::event::Event;
use crate::order::record::{Failure, OrderRecord};
use crate::view::OrderState;

/// How long after its expiry an order without news is one that nobody answers for, in seconds.
const GRACE_SECONDS: u64 = CLOCK_SKEW_SECONDS;
/// How long after its expiry nobody is asked any more, in seconds.
const GIVE_UP_SECONDS: u64 = 24 * 60 * 60;
/// How long the money of an ended order is followed, in milliseconds. The issuer releases what was
/// reserved by itself when the reservation expires.
const FOLLOW_MS: u64 = 20 * 60 * 1000;

impl Desk<'_> {
    pub(super) fn take_money(
        &mut self,
        id: &str,
        said: &Result<Vec<u8>, CallError>,
    ) -> Result<(), WalletError> {
        let order = self.order(id)?;
        let none = matches!(said, Err(CallError::Refused(ProblemKind::NotFound)));
        let answer = said.as_ref().ok();
        let answer = answer.and_then(|bytes| {
            let said = self.statement::<IssuerAnswer>(&order, bytes, Role::Issuer)?;
            (said.root == order.approval.as_ref()?.root).then_some(said)
        });
        let mut findings = Findings::default();
        let mut no_money = none;
        if let Some(IssuerAnswer { money, refusal, .. }) = answer {
            match refusal {
                Some(bytes) => {
                    let reason = self.refusal(&order, &bytes, Role::Issuer);
                    findings.refused = reason.map(|reason| (Role::Issuer, reason, bytes));
                    no_money |= findings.refused.is_some();
                }
                None => {
                    findings.money = money;
                    no_money = money.is_none();
                }
            }
        }
        if let Some(attention) = self.attention(id) {
            attention.no_money |= no_money;
        }
        if order.state.is_final() {
            return self.follow(order, findings.money);
        }
        self.take_findings(order, findings)
    }

    pub(super) fn take_courier(
        &mut self,
        id: &str,
        said: &Result<Vec<u8>, CallError>,
    ) -> Result<(), WalletError> {
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
        let (before, now) = (order.state, self.now().seconds());
        receipt::take_up(&mut order, findings, now)?;
        if order.state != before {
            order.note(Event::AskedDirectly, now);
        }
        self.keep_order(order)
    }

    fn follow(
        &mut self,
        mut order: OrderRecord,
        money: Option<MoneyState>,
    ) -> Result<(), WalletError> {
        if money.is_none() || order.money == money {
            return Ok(());
        }
        order.money = money;
        let now = self.now().seconds();
        match money {
            Some(MoneyState::Captured) => order.note(Event::Charged, now),
            Some(MoneyState::Released) => order.note(Event::Released, now),
            _ => {}
        }
        self.keep_order(order)
    }

    /// The money is where it belongs, or it will get there by itself.
    pub(super) fn stop_following(&mut self, mut order: OrderRecord) -> Result<(), WalletError> {
        let now_ms = self.now_ms;
        let Some(attention) = self.attention(&order.request_id) else {
            return Ok(());
        };
        let arrived = matches!(
            order.money,
            Some(MoneyState::Captured | MoneyState::Released)
        );
        let none = attention.no_money && order.state != OrderState::Delivering;
        if arrived || none || attention.waited_ms(now_ms) >= FOLLOW_MS {
            order.settled = true;
            return self.keep_order(order);
        }
        Ok(())
    }

    /// The time is up. What issuer or shop say now ends the order; as long as neither can be asked,
    /// the card may have been charged without the wallet's hearing of it.
    pub(super) fn close_expired(&mut self, mut order: OrderRecord) -> Result<(), WalletError> {
        let now = self.now().seconds();
        let attention = self.attention(&order.request_id);
        let over_for = now.saturating_sub(order.expires_at());
        // Before that the time may not be up by the issuer's clock, and the shop may still ask it.
        let is_over = over_for >= GRACE_SECONDS;
        let nothing_there = attention.is_some_and(|attention| is_over && attention.no_money)
            || order.money == Some(MoneyState::Released);
        if order.money == Some(MoneyState::Captured) {
            // The courier has it, or else nothing would be charged; its word is still to come.
            order.settled = over_for >= GIVE_UP_SECONDS;
            return self.keep_order(order);
        }
        let (kind, about) = if nothing_there {
            (ErrorKind::ExpiredSent, order.shop_name.clone())
        } else {
            (ErrorKind::Unanswered, order.party_name(Role::Issuer))
        };
        if nothing_there || over_for >= GIVE_UP_SECONDS {
            order.end(
                OrderState::Expired,
                Event::Expired,
                Some((kind, &about)),
                now,
            )?;
        } else if over_for >= GRACE_SECONDS {
            order.failure = Some(Failure { kind, about });
        } else {
            return Ok(());
        }
        self.keep_order(order)
    }
}
