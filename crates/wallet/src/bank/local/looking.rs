//! What a text from another wallet is, before anything is done with it.

use tallystick_protocol::purse::PurseState;
use tallystick_protocol::purse::local::{LocalRequest, SealedAnswer, SealedPayment};
use tallystick_protocol::wire::cbor::decode;

use super::card;
use super::record::LocalRecord;
use super::shown::short;
use super::text::Carried;
use super::view::{LocalState, SeenKind, SeenText};
use crate::bank::record::PurseRecord;
use crate::core::conversation::Needed;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Says what a text is: a request, with the purses here that can pay it; a payment, with the purse that is paid, as its
    /// card has verified it; or an answer. Nothing is done with it.
    ///
    /// # Errors
    /// [`ErrorKind::PaymentTextInvalid`], [`ErrorKind::PaymentElsewhere`] if no purse here is of that bank,
    /// [`ErrorKind::PaymentForged`], [`ErrorKind::PaymentExpired`], [`ErrorKind::PaymentNotAsked`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn look_at_text(&self, text: &str) -> Result<SeenText, WalletError> {
        match Carried::from_text(text) {
            Some(Carried::Request(request)) => self.look_at_request(&request).await,
            Some(Carried::Payment(payment)) => self.look_at_payment(payment).await,
            Some(Carried::Answer(answer)) => self.look_at_answer(&answer).await,
            None => Err(WalletError::new(ErrorKind::PaymentTextInvalid)),
        }
    }

    async fn look_at_request(&self, request: &[u8]) -> Result<SeenText, WalletError> {
        let mut seen = None;
        self.perform(&mut |desk| {
            seen = Some(desk.look_at_request(request)?);
            Ok(())
        })
        .await?;
        seen.ok_or_else(|| WalletError::new(ErrorKind::PaymentTextInvalid))
    }

    async fn look_at_payment(&self, payment: Vec<u8>) -> Result<SeenText, WalletError> {
        let mut said = None;
        self.at_one_go(
            &mut |desk| {
                let asked = desk.asked_for(&payment)?;
                let purse = desk.purse(&asked.purse)?;
                let commands = vec![card::look(purse.place, &payment, desk.now())];
                Ok(Some((desk.card_of(&purse)?, commands)))
            },
            &mut |desk, replies| {
                let [seen] = replies else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                let seen = card::seen(seen)?;
                let asked = desk.asked_for(&payment)?;
                said = Some(SeenText {
                    kind: SeenKind::Payment,
                    amount_minor: Some(seen.amount),
                    currency: asked.currency.code().to_owned(),
                    partner: short(&seen.payer),
                    purses: vec![asked.purse],
                    prepaid: Vec::new(),
                    at: seen.at.0,
                    answered: Some(asked.state).filter(|state| *state != LocalState::Asked),
                });
                Ok(())
            },
        )
        .await?;
        said.ok_or_else(|| WalletError::new(ErrorKind::PaymentNotAsked))
    }

    async fn look_at_answer(&self, answer: &[u8]) -> Result<SeenText, WalletError> {
        let mut seen = None;
        self.perform(&mut |desk| {
            let paid = desk.paid_by(answer)?;
            seen = Some(SeenText {
                kind: SeenKind::Answer,
                amount_minor: paid.amount,
                currency: paid.currency.code().to_owned(),
                partner: paid.partner.as_ref().map(short).unwrap_or_default(),
                purses: vec![paid.purse.clone()],
                prepaid: Vec::new(),
                at: paid.created_at.0,
                answered: None,
            });
            Ok(())
        })
        .await?;
        seen.ok_or_else(|| WalletError::new(ErrorKind::PaymentNotAsked))
    }
}

impl Desk<'_> {
    /// What a request says, by the bank of a purse here that can pay it.
    fn look_at_request(&mut self, signed: &[u8]) -> Result<SeenText, WalletError> {
        let now = self.now();
        let purses: Vec<_> = self.banking()?.purses().cloned().collect();
        let mut refused = ErrorKind::PaymentElsewhere;
        let mut seen: Option<SeenText> = None;
        for purse in purses {
            let Ok(opened) = purse.usable() else {
                continue;
            };
            let key = self.bank_key(&purse.bank, &opened.bank_certificate)?;
            let (request, shown) = match LocalRequest::open(signed, (&purse.bank, &key), now) {
                Ok(opened) => opened,
                Err(error) => {
                    refused = super::errors::kind_of(&error).unwrap_or(refused);
                    continue;
                }
            };
            let certificate = &shown.certificate;
            let is_payable =
                certificate.currency == opened.currency && certificate.number != opened.number;
            let has = |state: Option<&PurseState>, at_least: u64| {
                is_payable && state.is_some_and(|state| at_least <= state.amount)
            };
            let seen = seen.get_or_insert_with(|| SeenText {
                kind: SeenKind::Request,
                amount_minor: request.amount,
                currency: certificate.currency.code().to_owned(),
                partner: short(&certificate.number),
                purses: Vec::new(),
                prepaid: Vec::new(),
                at: request.at.0,
                answered: None,
            });
            if has(purse.state.as_ref(), request.amount.unwrap_or(0)) {
                seen.purses.push(purse.id.clone());
            }
            for card in self.banking()?.prepaid() {
                // The purse beside it pays for it.
                let is_beside = card.account == purse.account && card.place.is_some();
                if is_beside && has(card.state.as_ref(), request.amount.unwrap_or(1)) {
                    seen.prepaid.push(card.id.clone());
                }
            }
        }
        seen.ok_or_else(|| WalletError::new(refused))
    }

    /// The card in which a purse is.
    pub(super) fn card_of(&mut self, purse: &PurseRecord) -> Result<Needed, WalletError> {
        Ok(self.profile()?.card(&purse.account)?.needed())
    }

    /// The request of a purse here that this payment answers.
    pub(super) fn asked_for(&mut self, payment: &[u8]) -> Result<LocalRecord, WalletError> {
        let payment: SealedPayment = decode(payment)
            .map_err(|error| WalletError::caused(ErrorKind::PaymentTextInvalid, &error))?;
        let is_asked = |one: &&LocalRecord| {
            let state = one.state;
            one.name == payment.request
                && matches!(
                    state,
                    LocalState::Asked | LocalState::Taken | LocalState::Refused
                )
        };
        let found = self.banking()?.locals().find(is_asked).cloned();
        found.ok_or_else(|| WalletError::new(ErrorKind::PaymentNotAsked))
    }

    /// What a purse here has paid, of which this is the answer.
    pub(super) fn paid_by(&mut self, answer: &[u8]) -> Result<LocalRecord, WalletError> {
        let answer: SealedAnswer = decode(answer)
            .map_err(|error| WalletError::caused(ErrorKind::PaymentTextInvalid, &error))?;
        let is_paid = |one: &&LocalRecord| {
            let state = one.state;
            one.name == answer.payment
                && matches!(
                    state,
                    LocalState::Paid | LocalState::Settled | LocalState::Returned
                )
        };
        let found = self.banking()?.locals().find(is_paid).cloned();
        found.ok_or_else(|| WalletError::new(ErrorKind::PaymentNotAsked))
    }
}
