//! Approving with what is lent: the two passwords take the place of the PIN, and the card at home that of the wallet's
//! own. What it signs is split and sealed here, as always.
//!
//! Until its signature has arrived the order stays asked. Afterwards it is approved, and goes on as any approved order;
//! it goes to the shop in the session that the proxy agreed on ([`super::send`]).

use minicbor::bytes::ByteArray;
use tallystick_card::host::home::access::SignTerms;
use tallystick_protocol::home::calls::SessionAskKind;
use tallystick_protocol::home::channel::Signed;
use tallystick_protocol::keys::{DerivedKey, Purpose};
use tallystick_protocol::wire::identifier::Root;

use super::enter::EnteredShop;
use super::payment::{lent_purse, require_payment};
use super::procedure::{Procedure, require_fit};
use super::under_way::ShopSession;
use crate::checkout::order::record::Failure;
use crate::checkout::order::state::OrderState;
use crate::checkout::seal::{Made, Purchase, Sealed, Sealing};
use crate::checkout::view::AwayStep;
use crate::checkout::view::Choice;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::home::away::record::AwayRecord;
use crate::home::card;

/// How many rounds of an order are made at once after it was signed: confirming, sending, and what follows.
const ROUNDS_MAX: usize = 4;

impl<P: Ports> Wallet<P> {
    /// Approves an order with what is lent, by the two passwords, and sends it if everybody shows who they are. Approving
    /// again what is approved already does nothing. Follow the order's `away_step` meanwhile.
    ///
    /// # Errors
    /// As [`Wallet::approve`] for everything but PIN and card, and: [`ErrorKind::CallInvalid`] of what is not lent; of
    /// the proxy [`ErrorKind::HomeProxyUnreachable`], [`ErrorKind::HomeProxyRefused`], [`ErrorKind::HomeUnknown`],
    /// [`ErrorKind::HomeTooMany`]; of home [`ErrorKind::HomeNotConnected`], [`ErrorKind::HomeLocked`],
    /// [`ErrorKind::HomeNoCard`]; of its card [`ErrorKind::HomeWrongFirst`], [`ErrorKind::HomeWrongSecond`],
    /// [`ErrorKind::HomeBlocked`], [`ErrorKind::LoanOver`], [`ErrorKind::LoanOtherShop`],
    /// [`ErrorKind::LoanAboveEach`], [`ErrorKind::LoanAboveTotal`], [`ErrorKind::LoanNoneLeft`],
    /// [`ErrorKind::LoanAfterEnd`], [`ErrorKind::LoanPurseShort`], [`ErrorKind::LoanPurseBarred`],
    /// [`ErrorKind::HomeCardRefused`], [`ErrorKind::HomeAnswerInvalid`]; of the shop
    /// [`ErrorKind::HomeShopFailed`]. Nothing was ordered then.
    pub async fn away_approve(
        &self,
        request_id: &str,
        choice: &Choice,
        first: &str,
        second: &str,
    ) -> Result<(), WalletError> {
        self.know_revocations().await?;
        {
            // The access card follows one procedure at a time.
            let _alone = self.proceeding.take().await;
            let Some(asked) = self.lent_purchase(request_id, choice).await? else {
                return Ok(());
            };
            let signed = self
                .have_signed(request_id, choice, &asked, (first, second))
                .await;
            if let Err(error) = signed {
                self.perform(&mut |desk| desk.failed_at_home(request_id, &error))
                    .await?;
                return Err(error);
            }
        }
        match self.send_signed(request_id).await {
            Err(error) if error.kind == ErrorKind::StorageFailed => Err(error),
            // It is approved, and goes on as any approved order.
            _ => Ok(()),
        }
    }

    /// What is to be signed, at which home.
    async fn lent_purchase(
        &self,
        request_id: &str,
        choice: &Choice,
    ) -> Result<Option<(Purchase, AwayRecord)>, WalletError> {
        let mut found = None;
        self.perform(&mut |desk| {
            let Some(purchase) = desk.purchase(request_id, choice)? else {
                return Ok(());
            };
            let lent = purchase.lent();
            let lent = lent.ok_or_else(|| WalletError::new(ErrorKind::CallInvalid))?;
            let away = desk.away_home(&lent.home.home())?;
            desk.orders()?.under_way.leave_sessions();
            found = Some((purchase, away));
            Ok(())
        })
        .await?;
        Ok(found)
    }

    async fn have_signed(
        &self,
        request_id: &str,
        choice: &Choice,
        (purchase, away): &(Purchase, AwayRecord),
        (first, second): (&str, &str),
    ) -> Result<(), WalletError> {
        require_fit(first, second)?;
        let mut procedure = Procedure {
            wallet: self,
            away,
            request_id,
            shop: purchase.shop_name(),
            records: None,
        };
        procedure.open(first).await?;
        procedure.begin_session().await?;
        let signed = async {
            procedure.release(second).await?;
            let session = procedure.enter(EnteredShop::of(purchase)?).await?;
            procedure.sign(choice, session).await
        };
        let signed = signed.await;
        if signed.is_err() {
            procedure.end().await;
        }
        signed
    }

    /// From here on it is an order as any other: whatever fails now, it goes on with.
    async fn send_signed(&self, request_id: &str) -> Result<(), WalletError> {
        let _alone = self.advancing.take().await;
        let mut before = None;
        for _ in 0..ROUNDS_MAX {
            let mut state = None;
            self.perform(&mut |desk| {
                let order = desk.order(request_id)?;
                state = Some(order.state);
                let step = match order.state {
                    OrderState::Approved => AwayStep::Confirming,
                    _ => AwayStep::Sending,
                };
                let under_way = &mut desk.orders()?.under_way;
                if under_way.session_of(request_id).is_some() {
                    under_way.step(request_id, step);
                }
                Ok(())
            })
            .await?;
            let goes_on = matches!(state, Some(OrderState::Approved | OrderState::Confirmed));
            if !goes_on || state == before || self.advance_orders().await.is_err() {
                break;
            }
            before = state;
        }
        self.leave_what_has_ended(request_id).await
    }

    /// An order that came to nothing before it was sent needs no session any more.
    async fn leave_what_has_ended(&self, request_id: &str) -> Result<(), WalletError> {
        let mut left = None;
        self.perform(&mut |desk| {
            if desk.order(request_id)?.settled {
                let under_way = &mut desk.orders()?.under_way;
                left = under_way.session_of(request_id).cloned();
                under_way.end(request_id);
            }
            Ok(())
        })
        .await?;
        if let Some(session) = left {
            let _alone = self.proceeding.take().await;
            self.end_session(request_id, session.home, session.records)
                .await;
        }
        Ok(())
    }
}

impl<P: Ports> Procedure<'_, P> {
    /// Has the card at home sign the order, and keeps it as approved.
    async fn sign(&self, choice: &Choice, session: ShopSession) -> Result<(), WalletError> {
        self.step(AwayStep::Signing).await?;
        let mut split = None;
        self.wallet
            .perform(&mut |desk| {
                // It may have been declined or have expired meanwhile.
                let purchase = desk.purchase(self.request_id, choice)?;
                let gone = || WalletError::new(ErrorKind::OrderState);
                let purchase = purchase.ok_or_else(gone)?;
                let sealing = purchase.split(desk.rng)?;
                split = Some((purchase, sealing));
                Ok(())
            })
            .await?;
        let split = split.ok_or_else(|| WalletError::new(ErrorKind::OrderState))?;
        let terms = terms(&split.0, &split.1)?;
        let kind = SessionAskKind::Sign;
        let reply = self.ask(kind, card::ask_sign(&terms)).await?;
        let signed = card::signed(&reply)?.map_err(|refusal| self.meant(refusal))?;
        let made = made(&split.0, split.1.root(), &signed)?;
        let (mut made, mut split) = (Some(made), Some(split));
        self.wallet
            .perform(&mut |desk| {
                let (Some(made), Some((purchase, sealing))) = (made.take(), split.take()) else {
                    return Ok(());
                };
                let sealed = purchase.seal(sealing, made, desk.rng)?;
                desk.keep_signed_at_home(self.request_id, &purchase, sealed, &signed)?;
                let under_way = &mut desk.orders()?.under_way;
                under_way.enter(self.request_id, session.clone());
                Ok(())
            })
            .await
    }
}

/// What the card at home is asked for an order.
fn terms(purchase: &Purchase, sealing: &Sealing) -> Result<SignTerms, WalletError> {
    let pairs = sealing.pairs();
    let parts = pairs
        .iter()
        .filter(|(_, purpose, _)| *purpose == Purpose::OrderPart);
    let certificate = purchase.card.enrolment.certificate.clone();
    Ok(SignTerms {
        loan: purchase.lent().map_or(0, |lent| lent.number),
        proof: sealing.proof()?,
        certificate: certificate.ok_or_else(|| WalletError::new(ErrorKind::NotEnrolled))?,
        contexts: parts.map(|(pair, _, _)| pair.key.clone()).collect(),
        nonces: pairs
            .iter()
            .map(|(_, _, nonce)| ByteArray::from(*nonce))
            .collect(),
        purse: lent_purse(purchase),
    })
}

/// What it signed, as the wallet's own card would have.
fn made(purchase: &Purchase, root: Root, signed: &Signed) -> Result<Made, WalletError> {
    let signature = signed.signature.as_slice().try_into();
    let invalid = |_| WalletError::new(ErrorKind::HomeAnswerInvalid);
    require_payment(purchase, root, signed.payment.as_deref())?;
    let keys = signed.keys.iter();
    Ok(Made {
        signature: signature.map_err(invalid)?,
        keys: keys.map(|key| DerivedKey::from(**key)).collect(),
        payment: signed.payment.clone(),
        set_aside: None,
    })
}

impl Desk<'_> {
    /// Keeps the approval, and what is left of the loan.
    fn keep_signed_at_home(
        &mut self,
        request_id: &str,
        purchase: &Purchase,
        sealed: Sealed,
        signed: &Signed,
    ) -> Result<(), WalletError> {
        self.keep_approval(request_id, sealed.approval)?;
        let Some(lent) = purchase.lent() else {
            return Ok(());
        };
        let mut away = self.away_home(&lent.home.home())?;
        let mut loans = away.loans.iter_mut();
        if let Some(one) = loans.find(|one| one.loan.number == lent.number) {
            one.total_left = signed.total_left;
            one.count_left = signed.count_left;
        }
        self.keep_away_home(away)
    }

    /// The order stays asked; it says why nothing came of it.
    fn failed_at_home(&mut self, request_id: &str, error: &WalletError) -> Result<(), WalletError> {
        if self.state.unlocked.is_none() {
            return Ok(());
        }
        self.orders()?.under_way.end(request_id);
        let mut order = self.order(request_id)?;
        if order.state == OrderState::Asked {
            order.failure = Some(Failure {
                kind: error.kind,
                about: error.about.clone(),
            });
            self.keep_order(order)?;
        }
        Ok(())
    }
}
