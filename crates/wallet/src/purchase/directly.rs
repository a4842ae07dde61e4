//! Asking issuer and courier without the shop, so that a shop that sits on their answers gains
//! nothing; and following the money of an order that has ended.

use tallystick_protocol::answers::{CourierAnswer, IssuerAnswer, MoneyState};
use tallystick_protocol::cbor::decode;
use tallystick_protocol::identifier::{Domain, Role};
use tallystick_protocol::problem::ProblemKind;

use super::advance::Progress;
use super::receipt::{self, Findings};
use crate::call::{self, CBOR, COSE, CallError};
use crate::error::{ErrorKind, WalletError};
use crate::order::event::Event;
use crate::order::record::{Failure, OrderRecord};
use crate::ports::Ports;
use crate::view::OrderState;
use crate::wallet::Wallet;

/// How long after its expiry an order without news is given up, in milliseconds.
const GRACE_MS: u64 = 60_000;
/// How long the money of an ended order is followed, in milliseconds. The issuer releases what was
/// reserved by itself when the reservation expires.
const FOLLOW_MS: u64 = 20 * 60 * 1000;

/// What the issuer said.
enum Money {
    At(MoneyState),
    Refused(Vec<u8>),
    /// The issuer has never heard of the order, or has nothing set aside for it.
    None,
    Unknown,
}

impl<P: Ports> Wallet<P> {
    /// Asks issuer and courier, if nothing has moved for `silence_ms`.
    pub(super) async fn ask_directly(
        &self,
        order: &OrderRecord,
        waited_ms: u64,
        silence_ms: u64,
    ) -> Result<Progress, WalletError> {
        if waited_ms < silence_ms {
            return Ok(Progress::Waiting);
        }
        let findings = self.findings(order).await;
        self.change(order, |order, now| {
            let progress = receipt::take_up(order, findings, now)?;
            if progress == Progress::Moved {
                order.note(Event::AskedDirectly, now);
            }
            Ok(progress)
        })
        .await
    }

    async fn findings(&self, order: &OrderRecord) -> Findings {
        let mut findings = Findings::default();
        match self.money(order).await {
            Money::At(money) => findings.money = Some(money),
            Money::Refused(bytes) => findings.refused = Some((Role::Issuer, bytes)),
            Money::None | Money::Unknown => {}
        }
        // The courier knows of the order only once the issuer has cleared it.
        if findings.money.is_some() {
            self.courier(order, &mut findings).await;
        }
        findings
    }

    async fn money(&self, order: &OrderRecord) -> Money {
        let Some(approval) = &order.approval else {
            return Money::None;
        };
        let bytes = match self.answer(order, &approval.issuer, COSE).await {
            Ok(bytes) => bytes,
            Err(error) if error.refusal() == Some(ProblemKind::NotFound) => return Money::None,
            Err(_) => return Money::Unknown,
        };
        let said = self.statement::<IssuerAnswer>(order, &bytes, Role::Issuer);
        let Some(said) = said.filter(|said| said.root == approval.root) else {
            return Money::Unknown;
        };
        match (said.refusal, said.money) {
            (Some(bytes), _) if self.refusal(order, &bytes, Role::Issuer).is_some() => {
                Money::Refused(bytes)
            }
            (Some(_), _) => Money::Unknown,
            (None, Some(money)) => Money::At(money),
            (None, None) => Money::None,
        }
    }

    async fn courier(&self, order: &OrderRecord, findings: &mut Findings) {
        let courier = &order.form.delivery.courier;
        let Ok(bytes) = self.answer(order, courier, CBOR).await else {
            return;
        };
        let Ok(CourierAnswer {
            statement,
            accepted,
        }) = decode(&bytes)
        else {
            return;
        };
        if accepted {
            let tracking = self.acceptance(order, &statement);
            findings.accepted = tracking.map(|tracking| (tracking, statement));
        } else if self.refusal(order, &statement, Role::Courier).is_some() {
            findings.refused = Some((Role::Courier, statement));
        }
    }

    async fn answer(
        &self,
        order: &OrderRecord,
        party: &Domain,
        accept: &str,
    ) -> Result<Vec<u8>, CallError> {
        let root = order.approval.as_ref().map(|approval| approval.root);
        let root = root.map(|root| base16ct::lower::encode_string(root.as_bytes()));
        let path = format!("/v1/answers/{}", root.unwrap_or_default());
        call::get(&self.ports, self.urls.url(party, &path), accept).await
    }

    /// The time is up: what issuer and courier decided counts, and silence is an end.
    pub(super) async fn close_expired(
        &self,
        order: &OrderRecord,
        waited_ms: u64,
    ) -> Result<Progress, WalletError> {
        let findings = self.findings(order).await;
        let reserved = findings.money == Some(MoneyState::Reserved);
        let over = self.now().seconds() * 1000 >= order.expires_at() * 1000 + GRACE_MS;
        self.change(order, |order, now| {
            if receipt::take_up(order, findings, now)? == Progress::Moved && order.state.is_final()
            {
                return Ok(Progress::Moved);
            }
            // Somebody may be about to answer: a little patience, and no more.
            if reserved && !over && waited_ms < GRACE_MS {
                return Ok(Progress::Waiting);
            }
            let failure = Failure {
                kind: ErrorKind::ExpiredSent,
                about: order.shop_name.clone(),
            };
            order.end(OrderState::Expired, Event::Expired, failure, now)?;
            Ok(Progress::Moved)
        })
        .await
    }

    /// Asks the issuer where the money of an ended order is, until it is where it belongs.
    pub(super) async fn follow_money(
        &self,
        order: &OrderRecord,
        waited_ms: u64,
    ) -> Result<Progress, WalletError> {
        let money = self.money(order).await;
        self.change(order, |order, now| {
            match money {
                Money::At(state) if order.money != Some(state) => {
                    order.money = Some(state);
                    match state {
                        MoneyState::Captured => order.note(Event::Charged, now),
                        MoneyState::Released => order.note(Event::Released, now),
                        _ => {}
                    }
                }
                _ => {}
            }
            let decided = match money {
                Money::At(MoneyState::Captured | MoneyState::Released) | Money::Refused(_) => true,
                Money::None => order.state != OrderState::Delivering,
                Money::At(_) | Money::Unknown => false,
            };
            order.settled = decided || waited_ms >= FOLLOW_MS;
            Ok(if order.settled {
                Progress::Settled
            } else {
                Progress::Waiting
            })
        })
        .await
    }
}
