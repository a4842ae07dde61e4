//! What of a tap reaches the card. Blocks of commands are opaque, but not their headers: a command of another applet, or one
//! that pays or writes value without the signature that it takes, ends the tap before any byte of its block goes on.

use minicbor::bytes::ByteVec;
use tallystick_protocol::settlement::{
    Alias, SettlementRequest, TapId, TapStep, ValueUpdate, block_digest, goods_digest,
};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::identifier::{Domain, OrderId, Role, Root};
use tallystick_protocol::wire::money::{Currency, Money};

use super::card::{Kind, kind_of};
use super::server::unfit;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::wallet::Settlement;

/// The most steps of a tap: authentication, reading or paying, and what was left over from before.
pub const STEPS_MAX: usize = 16;

/// An order that the card is to pay: what the shop must have signed before the card hears anything.
#[derive(Clone)]
pub struct ToSettle {
    /// Its root.
    pub root: Root,
    /// Its number.
    pub order: OrderId,
    /// The shop.
    pub shop: Domain,
    /// What is left to pay.
    pub amount: Money,
    /// The digest of its form.
    pub form_digest: [u8; 32],
}

/// Value that waits for a card, as the wallet knows it.
#[derive(Clone, Default)]
pub struct Awaited {
    /// What the holder has had put on it, each in minor units.
    pub charges: Vec<u64>,
    /// What else waits, in minor units.
    pub others: u64,
}

impl Awaited {
    /// Whether so much waits; then it does no longer.
    fn take(&mut self, minor: u64) -> bool {
        if let Some(place) = self.charges.iter().position(|charge| *charge == minor) {
            self.charges.remove(place);
            return true;
        }
        match self.others.checked_sub(minor) {
            Some(others) if minor > 0 => {
                self.others = others;
                true
            }
            _ => false,
        }
    }
}

/// What a tap is for.
#[derive(Clone)]
pub enum Purpose {
    /// The card is read.
    Read,
    /// It pays that order.
    Settle(Box<ToSettle>),
    /// It takes what waits for it.
    Collect(Awaited),
}

/// Looks at what a security server says in one tap.
pub struct Watch {
    /// Whose card it is.
    pub server: Settlement,
    /// Which.
    pub alias: Alias,
    /// What it holds.
    pub currency: Currency,
    /// The nonce of the tap, 32 bytes.
    pub nonce: [u8; 32],
    /// What for.
    pub purpose: Purpose,
    /// Its number, once it has one.
    tap: Option<TapId>,
    /// Whether the shop's request has been verified.
    is_request_right: bool,
}

/// What a step may lead to, once it is let through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Leads {
    /// To nothing that counts.
    Nowhere,
    /// The card is told to pay.
    ToDebit,
}

impl Watch {
    /// Over one tap of a card.
    #[must_use]
    pub const fn new(
        server: Settlement,
        (alias, currency): (Alias, Currency),
        nonce: [u8; 32],
        purpose: Purpose,
    ) -> Self {
        Self {
            server,
            alias,
            currency,
            nonce,
            purpose,
            tap: None,
            is_request_right: false,
        }
    }

    /// That this step may reach the card.
    ///
    /// # Errors
    /// [`ErrorKind::SettlementAnswerInvalid`], [`ErrorKind::SettlementRequestWrong`], [`ErrorKind::ClockWrong`],
    /// [`ErrorKind::CertificateRevoked`], [`ErrorKind::RevocationsStale`]: nothing of it goes on.
    pub fn allow(&mut self, desk: &Desk<'_>, step: &TapStep) -> Result<Leads, WalletError> {
        self.require_tap(step.tap)?;
        if !self.is_request_right
            && let Purpose::Settle(order) = &self.purpose
        {
            let request = step.request.as_deref();
            let request = request.ok_or_else(|| wrong(&"there is no request of the shop's"))?;
            require_request(desk, &self.server.front, order, request)?;
            self.is_request_right = true;
        }
        let mut written = match &step.update {
            Some(signed) => Some(self.updated(desk, signed, &step.block)?),
            None => None,
        };
        let mut leads = Leads::Nowhere;
        for command in &step.block {
            match (kind_of(command), &mut self.purpose) {
                (Some(Kind::Channel), _) => {}
                (Some(Kind::Debit), Purpose::Settle(_)) => leads = Leads::ToDebit,
                (Some(Kind::TopUp), Purpose::Collect(awaited)) => {
                    // Each signature lets one command write, and only what the holder waits for.
                    let Some(amount) = written.take() else {
                        return Err(unfit(&"value would be written without a signature for it"));
                    };
                    if !awaited.take(amount.minor) {
                        return Err(unfit(&"another amount would be written than waits"));
                    }
                }
                _ => return Err(unfit(&"that is no command for this tap")),
            }
        }
        Ok(leads)
    }

    fn require_tap(&mut self, tap: TapId) -> Result<(), WalletError> {
        if *self.tap.get_or_insert(tap) == tap {
            Ok(())
        } else {
            Err(unfit(&"it is about another tap"))
        }
    }

    /// What the security server has signed that this very block writes to this card (T003-11).
    fn updated(
        &self,
        desk: &Desk<'_>,
        signed: &[u8],
        block: &[ByteVec],
    ) -> Result<Money, WalletError> {
        let said = desk.by_security_server::<ValueUpdate>(&self.server, signed)?;
        said.require_transaction(&self.nonce)
            .map_err(|error| unfit(&error))?;
        let ValueUpdate {
            alias,
            amount,
            block: digest,
            ..
        } = said.message;
        if alias != self.alias || amount.currency != self.currency {
            return Err(unfit(&"the value is for another card"));
        }
        if digest != block_digest(block) {
            return Err(unfit(&"the value is signed for another block"));
        }
        Ok(amount)
    }

    /// That the tap which has ended is this one.
    ///
    /// # Errors
    /// [`ErrorKind::SettlementAnswerInvalid`].
    pub fn require_end(&mut self, tap: TapId) -> Result<(), WalletError> {
        self.require_tap(tap)
    }
}

fn wrong(why: &dyn core::fmt::Display) -> WalletError {
    WalletError::caused(ErrorKind::SettlementRequestWrong, why)
}

/// That the shop has signed that this order is to be paid: so much, for these goods, at this settlement server (T003-3).
fn require_request(
    desk: &Desk<'_>,
    front: &Domain,
    order: &ToSettle,
    signed: &[u8],
) -> Result<(), WalletError> {
    let said = desk.stated::<SettlementRequest>(signed, (&order.shop, Role::Shop));
    let said = said.map_err(|error| match error.kind {
        ErrorKind::SettlementAnswerInvalid => wrong(&error.details),
        _ => error,
    })?;
    said.require_transaction(order.order.as_bytes())
        .and_then(|()| said.require_recipient(&Audience::Party(front.clone())))
        .map_err(|error| wrong(&error))?;
    let request = said.message;
    let is_right = request.mall == *front
        && request.root == order.root
        && request.amount == order.amount
        && request.goods == goods_digest(&order.form_digest, &order.order);
    if is_right && request.envelope.expires_at > desk.now() {
        Ok(())
    } else {
        Err(wrong(&"the shop's request is not about this order"))
    }
}
