//! Closing a purse and an account, and blocking a purse that is lost. The bank decides; what is left to do then is the
//! wallet's: the closed purse leaves the card, the keys of the closed account go. Told again, it goes on where it
//! stopped.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::bank::InstructionKind;

use super::card;
use super::instructing::Wanted;
use super::instruction_record::named;
use super::record::PurseRecord;
use crate::core::access::check_pin;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Has an empty purse closed by its bank, and takes it out of the card. Its history stays.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseState`], [`ErrorKind::PurseHoldsValue`],
    /// [`ErrorKind::PurseBusy`] while something is under way, [`ErrorKind::PurseUnknown`],
    /// [`ErrorKind::BankUnreachable`] if no answer came (it is asked for again by itself),
    /// [`ErrorKind::BankRefused`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a
    /// failure of reader, card or storage.
    pub async fn close_purse(&self, purse: &str, pin: &str) -> Result<(), WalletError> {
        let mut is_told = false;
        self.perform(&mut |desk| {
            desk.closable_purse(purse)?;
            is_told = desk.is_told_to_close(purse)?;
            Ok(())
        })
        .await?;
        if !is_told {
            // What the bank has not heard of would be lost with the purse.
            self.report(purse, pin).await?;
        }
        let mut account = String::new();
        self.perform(&mut |desk| {
            account = desk.closable_purse(purse)?.account;
            Ok(())
        })
        .await?;
        let wanted = Wanted {
            what: InstructionKind::ClosePurse,
            account: &account,
            purse: Some(purse),
        };
        self.instruct(wanted, pin).await?;
        let mut taking_out = TakingOut {
            purse,
            pin,
            place: None,
        };
        match self.run(&mut taking_out).await {
            // It was out already when the wallet died before it could note so.
            Err(error) if error.kind == ErrorKind::NoPurseInCard => {
                self.perform(&mut |desk| taking_out.keep(desk)).await
            }
            done => done,
        }
    }

    /// Has an account closed by its bank, which pays out what is on it to the account outside, and forgets the
    /// account's keys. Its history stays. The account must have no purse.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`], [`ErrorKind::PurseState`] if it is no account at a bank,
    /// [`ErrorKind::AccountHasPurse`], [`ErrorKind::CardInUse`] while an order that it pays is not settled,
    /// [`ErrorKind::PurseBusy`], [`ErrorKind::NotPaidOut`], [`ErrorKind::BankUnreachable`] if no answer came (it is
    /// asked for again by itself), [`ErrorKind::BankRefused`], [`ErrorKind::WrongPin`],
    /// [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn close_account(&self, account: &str, pin: &str) -> Result<(), WalletError> {
        self.perform(&mut |desk| desk.require_closable_account(account))
            .await?;
        let wanted = Wanted {
            what: InstructionKind::CloseAccount,
            account,
            purse: None,
        };
        self.instruct(wanted, pin).await?;
        self.remove_card(account, pin).await
    }

    /// Has a purse blocked whose card is lost: nothing moves from it or to it any more. It needs the account's keys
    /// and not the purse. What is paid back, and when, stands in the view then.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseState`], [`ErrorKind::PurseUnknown`],
    /// [`ErrorKind::BankUnreachable`] if no answer came (it is asked for again by itself),
    /// [`ErrorKind::BankRefused`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a
    /// failure of reader, card or storage.
    pub async fn block_purse(&self, purse: &str, pin: &str) -> Result<(), WalletError> {
        let mut account = String::new();
        self.perform(&mut |desk| {
            let purse = desk.purse(purse)?;
            if purse.opened.is_none() || purse.closed_at.is_some() {
                return Err(WalletError::new(ErrorKind::PurseState));
            }
            account = purse.account;
            Ok(())
        })
        .await?;
        let wanted = Wanted {
            what: InstructionKind::BlockPurse,
            account: &account,
            purse: Some(purse),
        };
        self.instruct(wanted, pin).await
    }
}

/// A closed purse on its way out of the card.
struct TakingOut<'a> {
    purse: &'a str,
    pin: &'a str,
    place: Option<u8>,
}

impl Errand for TakingOut<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let purse = desk.purse(self.purse)?;
        if purse.closed_at.is_none() || purse.is_erased {
            return Ok(None);
        }
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        self.place = Some(purse.place);
        let account = desk.profile()?.card(&purse.account)?;
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        _: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(place) = self.place.take() else {
            return Ok(Vec::new());
        };
        Ok(vec![Command::present_pin(self.pin), card::close(place)])
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let mut purse = desk.purse(self.purse)?;
        purse.is_erased = true;
        purse.undelivered.clear();
        desk.keep_banking(purse)
    }
}

impl Desk<'_> {
    /// A purse that is closed, or that nothing here keeps open.
    fn closable_purse(&mut self, id: &str) -> Result<PurseRecord, WalletError> {
        let purse = self.purse(id)?;
        if purse.closed_at.is_some() {
            return Ok(purse);
        }
        if !purse.is_written {
            return Err(WalletError::new(ErrorKind::PurseState));
        }
        let refused = |kind| Err(WalletError::new(kind).about(&purse.bank_name));
        let mut movements = self.banking()?.movements();
        if movements.any(|one| one.purse == purse.id && !one.state.has_ended()) {
            return refused(ErrorKind::PurseBusy);
        }
        let holds = purse
            .state
            .as_ref()
            .is_some_and(|state| state.amount > 0 || state.pending_out > 0 || state.pending_in > 0);
        // What a blocked purse holds, the bank pays back.
        if purse.blocked.is_none() && (holds || !purse.waiting.is_empty()) {
            return refused(ErrorKind::PurseHoldsValue);
        }
        Ok(purse)
    }

    /// Whether the bank has been told to close it, or has closed it.
    fn is_told_to_close(&mut self, id: &str) -> Result<bool, WalletError> {
        let told = named(InstructionKind::ClosePurse, id);
        let told = self.banking()?.instruction(&told);
        let is_told = told.is_some_and(|told| told.is_asked() || told.done_at.is_some());
        // A blocked one reports nothing any more.
        Ok(is_told || self.purse(id)?.blocked.is_some())
    }

    fn require_closable_account(&mut self, id: &str) -> Result<(), WalletError> {
        let account = self.profile()?.card(id)?.clone();
        if !account.is_at_bank() {
            return Err(WalletError::new(ErrorKind::PurseState));
        }
        // Whether one that is blocked still stands in the way, the bank says.
        let is_open = |purse: &PurseRecord| {
            purse.account == id
                && purse.failure.is_none()
                && purse.blocked.is_none()
                && !purse.is_erased
        };
        let banking = self.banking()?;
        let has_prepaid = banking.prepaid().any(|card| card.account == id);
        if has_prepaid || banking.purses().any(is_open) {
            let kind = ErrorKind::AccountHasPurse;
            return Err(WalletError::new(kind).about(&account.issuer_name));
        }
        self.unused_card(id).map(|_| ())
    }
}
