//! The bank may be in another key space than a question was sealed for ([`crate::account::spaces`]). Nothing is signed
//! anew then, and the card sets nothing aside a second time: what was sealed is opened with the question's own key and
//! sealed again, within the gesture that asked and has the PIN. Without one it waits, and is asked no more: a report
//! ends what is not over.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::keys::KeyContext;
use tallystick_protocol::wire::identifier::{Domain, TransactionId};
use tallystick_protocol::wire::problem::ProblemKind;
use zeroize::Zeroizing;

use super::question::Question;
use super::record::Said;
use super::said::Speaking;
use crate::core::ask::{Ask, CallError};
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

/// Whether the bank says that it is not in the space of the question, or has no place left in it.
pub(super) const fn is_misplaced(error: &CallError) -> bool {
    matches!(
        error,
        CallError::Refused(ProblemKind::UnknownSpace | ProblemKind::OverCap)
    )
}

/// What a bank is asked under seal, and that is kept until it answers.
#[derive(Clone, Copy)]
pub(super) enum Sealed<'a> {
    /// About this movement.
    Movement(TransactionId),
    /// By the report of this purse.
    Report(&'a str),
    /// By the instruction of this name.
    Instruction(&'a str),
}

/// A question that the bank could not open.
struct Misplaced {
    account: String,
    bank: Domain,
    said: Said,
}

impl Misplaced {
    const fn key(&self) -> &KeyContext {
        &self.said.pair.key
    }
}

impl<P: Ports> Wallet<P> {
    /// Asks the bank what is sealed for it; if the bank is in another space, once more there.
    ///
    /// # Errors
    /// [`ErrorKind::BankUnreachable`] while the bank's space cannot be found out or its share not be had,
    /// [`ErrorKind::BankRefused`] if there is none; [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub(super) async fn ask_sealed(
        &self,
        sealed: Sealed<'_>,
        pin: &str,
    ) -> Result<(), WalletError> {
        self.ask_banks(&mut |desk| desk.sealed_asks(sealed)).await?;
        let mut misplaced = None;
        self.perform(&mut |desk| {
            misplaced = desk.misplaced(sealed)?;
            Ok(())
        })
        .await?;
        let Some(misplaced) = misplaced else {
            return Ok(());
        };
        let Misplaced { account, bank, .. } = &misplaced;
        self.find_bank_space(account, bank, misplaced.key()).await?;
        self.run(&mut Resealing {
            sealed,
            pin,
            misplaced,
            prepared: None,
            was_asked: false,
            said: None,
        })
        .await?;
        self.ask_banks(&mut |desk| desk.sealed_asks(sealed)).await
    }

    /// As [`Wallet::find_space`], in the words of the bank.
    pub(super) async fn find_bank_space(
        &self,
        account: &str,
        bank: &Domain,
        used: &KeyContext,
    ) -> Result<(), WalletError> {
        let found = self.find_space(account, bank, used).await;
        found.map_err(|error| match error.kind {
            ErrorKind::EnrolmentUnreachable => {
                WalletError::new(ErrorKind::BankUnreachable).about(&error.about)
            }
            ErrorKind::EnrolmentRefused => {
                WalletError::new(ErrorKind::BankRefused).about(&error.about)
            }
            _ => error,
        })
    }
}

/// A question that is sealed again.
struct Resealing<'a> {
    sealed: Sealed<'a>,
    pin: &'a str,
    misplaced: Misplaced,
    prepared: Option<(Speaking, Zeroizing<Vec<u8>>)>,
    was_asked: bool,
    said: Option<Said>,
}

impl Errand for Resealing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let profile = desk.profile()?.clone();
        let account = profile.card(&self.misplaced.account)?;
        let content = self.misplaced.said.content();
        let content = content.ok_or_else(|| WalletError::new(ErrorKind::StorageDamaged))?;
        let speaking = Speaking::new(&profile, account, &self.misplaced.bank, desk.rng)?;
        self.prepared = Some((speaking, content));
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some((speaking, content)) = &self.prepared else {
            return Ok(Vec::new());
        };
        if !self.was_asked {
            self.was_asked = true;
            return Ok(vec![Command::present_pin(self.pin), speaking.derive()]);
        }
        let [_, key] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        self.said = Some(speaking.clone().say(key, content, rng)?);
        Ok(Vec::new())
    }

    /// Unless it was ended or asked anew meanwhile.
    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let is_the_same = desk
            .misplaced(self.sealed)?
            .is_some_and(|now| now.said.nonce == self.misplaced.said.nonce);
        match self.said.take() {
            Some(said) if is_the_same => desk.keep_sealed(self.sealed, said),
            _ => Ok(()),
        }
    }
}

impl Desk<'_> {
    fn sealed_asks(&mut self, sealed: Sealed<'_>) -> Result<Vec<Ask<Question>>, WalletError> {
        match sealed {
            Sealed::Movement(id) => self.movement_asks(Some(id)),
            Sealed::Report(purse) => self.report_asks(Some(purse)),
            Sealed::Instruction(id) => self.instruction_asks(Some(id)),
        }
    }

    /// The question, if the bank could not open it.
    fn misplaced(&mut self, sealed: Sealed<'_>) -> Result<Option<Misplaced>, WalletError> {
        let banking = self.banking()?;
        let (account, bank, said) = match sealed {
            Sealed::Movement(id) => {
                let movement = banking.movement(id)?;
                let purse = banking.purse(&movement.purse)?;
                (&purse.account, &purse.bank, &movement.said)
            }
            Sealed::Report(purse) => {
                let purse = banking.purse(purse)?;
                (&purse.account, &purse.bank, &purse.report)
            }
            Sealed::Instruction(id) => match banking.instruction(id) {
                Some(told) => (&told.account, &told.instruction.bank, &told.said),
                None => return Ok(None),
            },
        };
        let said = said.as_ref().filter(|said| said.is_misplaced());
        Ok(said.map(|said| Misplaced {
            account: account.clone(),
            bank: bank.clone(),
            said: said.clone(),
        }))
    }

    fn keep_sealed(&mut self, sealed: Sealed<'_>, said: Said) -> Result<(), WalletError> {
        match sealed {
            Sealed::Movement(id) => {
                let mut movement = self.banking()?.movement(id)?.clone();
                movement.said = Some(said);
                self.keep_banking(movement)
            }
            Sealed::Report(purse) => {
                let mut purse = self.purse(purse)?;
                purse.report = Some(said);
                self.keep_banking(purse)
            }
            Sealed::Instruction(id) => {
                let told = self.banking()?.instruction(id).cloned();
                let mut told = told.ok_or_else(|| WalletError::new(ErrorKind::BankRefused))?;
                told.said = Some(said);
                self.keep_banking(told)
            }
        }
    }
}
