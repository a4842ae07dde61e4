//! Approving: after the PIN, the order is split, signed by the card, sealed for its readers and
//! persisted. Nothing leaves the wallet here.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::checkout::form::OrderForm;
use tallystick_protocol::trust::statement;
use tallystick_protocol::wire::identifier::Role;

use super::seal::{Purchase, Sealed, Sealing};
use crate::checkout::order::event::Event;
use crate::checkout::order::record::{Approval, OrderRecord};
use crate::checkout::order::state::OrderState;
use crate::checkout::view::Choice;
use crate::core::access::check_pin;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Approves an order with the PIN. Approving again what is approved already does nothing.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::FormExpired`],
    /// [`ErrorKind::NoSuchOrder`], [`ErrorKind::NoSuchCard`], [`ErrorKind::NoSuchAddress`],
    /// [`ErrorKind::CardNotAccepted`], [`ErrorKind::CouponNotUsable`], [`ErrorKind::GiftNoteInvalid`], [`ErrorKind::CardNotRenewed`],
    /// [`ErrorKind::CardNotRead`] or [`ErrorKind::ContactlessShort`] of a contactless card, [`ErrorKind::OrderState`] if the order was declined or has
    /// expired, [`ErrorKind::CertificateRevoked`], [`ErrorKind::RevocationsStale`], [`ErrorKind::Locked`], or a
    /// failure of card or storage.
    pub async fn approve(
        &self,
        request_id: &str,
        choice: &Choice,
        pin: &str,
    ) -> Result<(), WalletError> {
        self.know_revocations().await?;
        self.renew_before_paying(&choice.card_id).await?;
        self.hand_coupons(request_id, choice, pin).await?;
        self.run(&mut Approving {
            request_id,
            choice,
            pin,
            purchase: None,
            sealing: None,
            sealed: None,
        })
        .await
    }
}

/// An order on its way to approval.
struct Approving<'a> {
    request_id: &'a str,
    choice: &'a Choice,
    pin: &'a str,
    purchase: Option<Purchase>,
    sealing: Option<Sealing>,
    sealed: Option<Sealed>,
}

impl Errand for Approving<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        let Some(purchase) = desk.purchase(self.request_id, self.choice)? else {
            return Ok(None);
        };
        if purchase.lent().is_some() {
            // Its keys are at home, and no PIN of this wallet opens them.
            return Err(WalletError::new(ErrorKind::CallInvalid));
        }
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let purchase = self.purchase.insert(purchase);
        Ok(Some(purchase.card.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(purchase) = &self.purchase else {
            return Ok(Vec::new());
        };
        if let Some(sealing) = self.sealing.take() {
            let made = purchase.made(&sealing, replies)?;
            self.sealed = Some(purchase.seal(sealing, made, rng)?);
            return Ok(Vec::new());
        }
        let sealing = self.sealing.insert(purchase.split(rng)?);
        purchase.commands(sealing, self.pin, rng)
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let Some(Sealed {
            approval,
            set_aside,
        }) = self.sealed.take()
        else {
            return Ok(());
        };
        // The card has done it, whatever has become of the order meanwhile.
        if let Some(set_aside) = set_aside {
            set_aside.keep(desk, self.request_id)?;
        }
        desk.keep_approval(self.request_id, approval)
    }
}

impl Desk<'_> {
    /// The order, if it still waits for the holder; nothing if it has been approved.
    fn waiting(&mut self, request_id: &str) -> Result<Option<OrderRecord>, WalletError> {
        let order = self.order(request_id)?;
        match order.state {
            OrderState::Asked => {}
            OrderState::Declined | OrderState::Expired => {
                return Err(WalletError::new(ErrorKind::OrderState).about(order.state.as_str()));
            }
            _ => return Ok(None),
        }
        if order.form.envelope.expires_at <= self.now() {
            self.expire_unsent(order)?;
            return Err(WalletError::new(ErrorKind::FormExpired));
        }
        Ok(Some(order))
    }

    /// What there is to seal.
    pub(super) fn purchase(
        &mut self,
        request_id: &str,
        choice: &Choice,
    ) -> Result<Option<Purchase>, WalletError> {
        self.stay_unlocked();
        let Some(order) = self.waiting(request_id)? else {
            return Ok(None);
        };
        self.require_shop(&order)?;
        let now = self.now();
        let slices = &self.unlocked()?.slices;
        let purchase = Purchase::new(slices, order, choice, now)?;
        if let Some(purse) = purchase.purse() {
            self.require_bank_of(purse)?;
        }
        Ok(Some(purchase))
    }

    /// That the shop was not revoked since its form came. Issuer and courier show their certificates before
    /// anything is sent ([`super::confirm`]).
    fn require_shop(&self, order: &OrderRecord) -> Result<(), WalletError> {
        let form = &order.signed_form;
        let opened = statement::open::<OrderForm>(form, self.anchors(), self.now(), Role::Shop);
        let refused = opened.err().map(|error| {
            let otherwise = ErrorKind::FormInvalid;
            WalletError::refused(&error, otherwise, otherwise).about(&order.shop_name)
        });
        // Everything else was looked at when it came.
        match refused.filter(|refused| refused.kind.is_about_revocations()) {
            Some(refused) => Err(refused),
            None => Ok(()),
        }
    }

    /// The order may have been declined or have expired while the card was at work.
    pub(super) fn keep_approval(
        &mut self,
        request_id: &str,
        approval: Approval,
    ) -> Result<(), WalletError> {
        let Some(mut order) = self.waiting(request_id)? else {
            return Ok(());
        };
        if order.approval.is_none() {
            self.make_room()?;
        }
        order.approval = Some(approval);
        order.failure = None;
        let now = self.now();
        order.move_to(OrderState::Approved, Event::Approved, now)?;
        self.keep_order(order)
    }
}
