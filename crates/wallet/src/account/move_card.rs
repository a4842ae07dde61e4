//! Moving an account from the software card to the card in the reader: keys are never exported, so new
//! ones are made there, and the old ones hand the account over to them before they are deleted.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::account::MoveRequest;
use tallystick_protocol::wire::cbor::encode;

use super::making::Making;
use crate::account::cards::free_slot;
use crate::core::access::Telling;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply, signature};
use crate::core::wallet::Wallet;
use crate::holder::card_account::{CardAccount, Enrolment};

impl<P: Ports> Wallet<P> {
    /// Makes new keys for an account in the card in the reader, and has the old ones sign the account
    /// away to them and deleted. [`Wallet::enrol`] then has the issuer revoke the old identity and
    /// enrols the new one: until that is done the account cannot pay.
    ///
    /// If it is interrupted before the account is kept, it stays as it was, and new keys that were made
    /// stay in the card unused; afterwards only [`Wallet::enrol`] is to be called again.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`], [`ErrorKind::CardInUse`] while an order that it pays is not settled,
    /// [`ErrorKind::CouponInUse`] while something is under way with a coupon of it, or one is locked,
    /// [`ErrorKind::CallInvalid`] if it is in another card already, [`ErrorKind::NotEnrolled`],
    /// [`ErrorKind::CardLimit`], [`ErrorKind::WrongPin`] or [`ErrorKind::PinBlocked`] of either card,
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn move_card(
        &self,
        id: &str,
        browser_pin: &str,
        reader_pin: &str,
    ) -> Result<(), WalletError> {
        self.move_to(id, browser_pin, (reader_pin, KeyPlace::Reader))
            .await
    }

    /// As [`Wallet::move_card`], to the card that the home proxy hosts.
    ///
    /// # Errors
    /// As there.
    pub async fn move_to_hosted(
        &self,
        id: &str,
        browser_pin: &str,
        hosted_pin: &str,
    ) -> Result<(), WalletError> {
        self.move_to(id, browser_pin, (hosted_pin, KeyPlace::Hosted))
            .await
    }

    async fn move_to(
        &self,
        id: &str,
        browser_pin: &str,
        (pin, to): (&str, KeyPlace),
    ) -> Result<(), WalletError> {
        // Before keys are made that a wrong PIN would leave unused.
        let command = Some(Command::present_pin(browser_pin));
        let place = KeyPlace::Software;
        self.run(&mut Telling { place, command }).await?;
        let grant = crate::random_32(&mut self.ports.random());
        let mut renewing = Renewing {
            id,
            pin,
            to,
            grant,
            account: None,
            making: None,
            made: None,
        };
        self.run(&mut renewing).await?;
        let (Some(old), Some(made)) = (renewing.account, renewing.made) else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        self.run(&mut HandingOver {
            pin: browser_pin,
            grant,
            old,
            made,
            request: None,
        })
        .await
    }
}

impl Desk<'_> {
    /// An account that can be moved to the card in the reader.
    fn movable(&mut self, id: &str) -> Result<CardAccount, WalletError> {
        self.stay_unlocked();
        let account = self.unused_card(id)?;
        if !self.unlocked()?.slices.coupons.may_move(id) {
            return Err(WalletError::new(ErrorKind::CouponInUse));
        }
        if account.place().is_outside() {
            return Err(WalletError::new(ErrorKind::CallInvalid));
        }
        if account.enrolment.certificate.is_none() {
            return Err(WalletError::new(ErrorKind::NotEnrolled));
        }
        Ok(account)
    }
}

/// New keys in the making, in the card in the reader or in the hosted one.
struct Renewing<'a> {
    id: &'a str,
    pin: &'a str,
    to: KeyPlace,
    grant: [u8; 32],
    account: Option<CardAccount>,
    making: Option<Making>,
    made: Option<CardAccount>,
}

impl Errand for Renewing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        self.account = Some(desk.movable(self.id)?);
        Ok(Some(Needed::at(self.to)))
    }

    fn next(
        &mut self,
        taken: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(making) = &mut self.making else {
            let Some(mut account) = self.account.clone() else {
                return Ok(Vec::new());
            };
            let slot = free_slot(&mut taken.iter().map(|taken| taken.slot))?;
            account.face = Some(account.face());
            account.enrolment = Enrolment::begin(slot);
            account.place = Some(self.to);
            let making = Making::anew(account, self.grant);
            return Ok(self.making.insert(making).begin(self.pin));
        };
        self.made = making.finish(replies)?;
        match self.made {
            Some(_) => Ok(Vec::new()),
            None => making.sign(replies, rng),
        }
    }

    fn keep(&mut self, _: &mut Desk<'_>) -> Result<(), WalletError> {
        Ok(())
    }
}

/// The old keys on their way out.
struct HandingOver<'a> {
    pin: &'a str,
    grant: [u8; 32],
    old: CardAccount,
    made: CardAccount,
    request: Option<MoveRequest>,
}

impl Errand for HandingOver<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        // An order may have been approved with it meanwhile.
        let account = desk.movable(&self.old.id)?;
        if account != self.old {
            return Err(WalletError::new(ErrorKind::NoSuchCard));
        }
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Enrolment { slot, .. } = self.old.enrolment;
        if let (Some(request), [_, signed, ..]) = (self.request.take(), replies) {
            let request = request.signed(signature(signed)?.to_vec());
            self.made.handover = Some(encode(&request));
            return Ok(Vec::new());
        }
        let holder = self.old.enrolment.holder();
        let request = MoveRequest::unsigned(self.old.issuer.clone(), holder, &self.grant);
        let sign = Command::sign(slot, &request.to_be_signed(), rng)?;
        self.request = Some(request);
        let [signing, keys] = Command::delete(slot);
        Ok(vec![Command::present_pin(self.pin), sign, signing, keys])
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        desk.keep_account(self.made.clone())
    }
}
