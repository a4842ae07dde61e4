//! Telling the bank what to do with an account or a purse. The account's key signs it, not the purse's: so a purse can
//! be blocked whose card is lost. It is sealed and stored before it is sent, and sent until the bank answers.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::bank::{
    AccountInstruction, InstructionAnswer, InstructionKind, InstructionOutcome,
};
use tallystick_protocol::trust::keyed;

use super::instruction_record::{InstructionRecord, named};
use super::question::Question;
use super::record::{BlockedPurse, FORMAT};
use super::refusal;
use super::refusal::as_good_as_none;
use super::said::Speaking;
use super::spaces::{Sealed, is_misplaced};
use crate::core::access::check_pin;
use crate::core::ask::{self, Ask, CBOR, CallError, Said};
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

/// What the holder wants done.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// What.
    pub what: InstructionKind,
    /// With which account, as the wallet names it.
    pub account: &'a str,
    /// With which purse; none for the account itself.
    pub purse: Option<&'a str>,
}

impl Wanted<'_> {
    fn id(&self) -> String {
        named(self.what, self.purse.unwrap_or(self.account))
    }
}

impl<P: Ports> Wallet<P> {
    /// Has a bank do something, unless it has done it; returns once it has.
    pub(super) async fn instruct(&self, wanted: Wanted<'_>, pin: &str) -> Result<(), WalletError> {
        self.know_revocations().await?;
        let id = wanted.id();
        self.run(&mut Instructing {
            wanted,
            pin,
            prepared: None,
            signed: None,
        })
        .await?;
        self.ask_sealed(Sealed::Instruction(&id), pin).await?;
        self.perform(&mut |desk| desk.require_done(&id)).await
    }
}

struct Instructing<'a> {
    wanted: Wanted<'a>,
    pin: &'a str,
    prepared: Option<Prepared>,
    signed: Option<InstructionRecord>,
}

struct Prepared {
    record: InstructionRecord,
    speaking: Speaking,
    was_asked: bool,
}

impl Errand for Instructing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let known = desk.banking()?.instruction(&self.wanted.id());
        if known.is_some_and(|known| known.is_asked() || known.done_at.is_some()) {
            return Ok(None);
        }
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let prepared = self.prepared_at(desk)?;
        let account = desk.profile()?.card(self.wanted.account)?;
        let needed = account.needed();
        self.prepared = Some(prepared);
        Ok(Some(needed))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(prepared) = &mut self.prepared else {
            return Ok(Vec::new());
        };
        if !prepared.was_asked {
            prepared.was_asked = true;
            let instruction = &prepared.record.instruction;
            return prepared
                .speaking
                .sign_and_derive(instruction, self.pin, rng);
        }
        let speaking = prepared.speaking.clone();
        let said = speaking.say_signed(&prepared.record.instruction, replies, rng)?;
        self.signed = Some(InstructionRecord {
            said: Some(said),
            ..prepared.record.clone()
        });
        Ok(Vec::new())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        match self.signed.take() {
            Some(record) => desk.keep_banking(record),
            None => Ok(()),
        }
    }
}

impl Instructing<'_> {
    fn prepared_at(&self, desk: &mut Desk<'_>) -> Result<Prepared, WalletError> {
        let Wanted {
            what,
            account,
            purse,
        } = self.wanted;
        let profile = desk.profile()?.clone();
        let account = profile.card(account)?;
        let none = || WalletError::new(ErrorKind::PurseState);
        let number = account.account.ok_or_else(none)?;
        let banking = desk.banking()?;
        let purse_number = match purse {
            None => None,
            Some(purse) => {
                let opened = banking.purse(purse)?.opened.as_ref();
                Some(opened.ok_or_else(none)?.number)
            }
        };
        let bank_certificate = banking.bank_certificate(&account.issuer);
        let bank_certificate = bank_certificate.ok_or_else(none)?.to_vec();
        if what != InstructionKind::BlockPurse {
            // Blocking gives nobody anything, and a card that is lost cannot bring the bank's next certificate.
            desk.require_bank(&account.issuer, &bank_certificate)?;
        }
        Ok(Prepared {
            record: InstructionRecord {
                format: FORMAT,
                instruction: AccountInstruction {
                    bank: account.issuer.clone(),
                    account: number,
                    holder: account.enrolment.holder(),
                    what,
                    purse: purse_number,
                    at: desk.now(),
                },
                purse: purse.map(str::to_owned),
                account: account.id.clone(),
                currency: account.currency,
                bank_name: account.issuer_name.clone(),
                bank_certificate,
                said: None,
                answer: None,
                done_at: None,
                amount: None,
                until: None,
                failure: None,
            },
            speaking: Speaking::new(&profile, account, &account.issuer, desk.rng)?,
            was_asked: false,
        })
    }
}

/// Why the bank did not do it; nothing if it did.
const fn refused(outcome: InstructionOutcome) -> Option<ErrorKind> {
    Some(match outcome {
        InstructionOutcome::Done => return None,
        InstructionOutcome::HoldsValue => ErrorKind::PurseHoldsValue,
        InstructionOutcome::UnderWay => ErrorKind::PurseBusy,
        InstructionOutcome::HasPurses => ErrorKind::AccountHasPurse,
        InstructionOutcome::UnknownPurse => ErrorKind::PurseUnknown,
        InstructionOutcome::NotPaidOut => ErrorKind::NotPaidOut,
        _ => ErrorKind::BankRefused,
    })
}

impl Desk<'_> {
    /// Asks banks for everything that they were told and have not answered, or for one of it.
    pub(super) fn instruction_asks(
        &mut self,
        only: Option<&str>,
    ) -> Result<Vec<Ask<Question>>, WalletError> {
        let context = self.context;
        let told = self.banking()?.instructions();
        let meant = told.filter(|told| only.is_none_or(|only| told.id() == only));
        Ok(meant
            .filter_map(|told| {
                let question = told.said.as_ref()?.to_send()?;
                let url = context.urls.url(&told.instruction.bank, "/v1/instructions");
                let about = Question::Instruction(told.id());
                Some(ask::post(about, url, question, CBOR))
            })
            .collect())
    }

    /// Takes up what a bank answered. Returns whether anything came of it.
    pub(super) fn take_instruction(&mut self, id: &str, said: &Said) -> Result<bool, WalletError> {
        let Some(mut told) = self.banking()?.instruction(id).cloned() else {
            return Ok(false);
        };
        let Some(asked) = &told.said else {
            return Ok(false);
        };
        match said {
            Ok(answer) => {
                let Some(answer) = asked.answered(answer) else {
                    return Ok(false);
                };
                if let Err(error) = self.take_answer(&mut told, &answer) {
                    return as_good_as_none(error);
                }
            }
            Err(error) if is_misplaced(error) => {
                told.said = Some(asked.gone_astray());
                self.keep_banking(told)?;
                return Ok(true);
            }
            Err(CallError::Refused(problem)) => told.failure = Some(refusal::kind(*problem)),
            Err(CallError::Later(_) | CallError::Strange { .. }) => return Ok(false),
        }
        told.said = None;
        self.keep_done(&told)?;
        self.keep_banking(told)?;
        Ok(true)
    }

    fn take_answer(&self, told: &mut InstructionRecord, answer: &[u8]) -> Result<(), WalletError> {
        let unfit =
            |what: &dyn core::fmt::Display| WalletError::caused(ErrorKind::BankAnswerInvalid, what);
        let key = self.bank_key(&told.instruction.bank, &told.bank_certificate)?;
        let said: InstructionAnswer = keyed::open(answer, &key).map_err(|error| unfit(&error))?;
        if said.instruction != told.instruction.digest() {
            return Err(unfit(&"the bank answers another instruction"));
        }
        told.failure = refused(said.outcome);
        if told.failure.is_none() {
            told.done_at = Some(said.at);
            told.amount = said.amount;
            told.until = said.until;
        }
        told.answer = Some(answer.to_vec());
        Ok(())
    }

    /// What a bank has done shows in the purse at once.
    fn keep_done(&mut self, told: &InstructionRecord) -> Result<(), WalletError> {
        let (Some(at), Some(purse)) = (told.done_at, told.purse.as_deref()) else {
            return Ok(());
        };
        let Ok(mut purse) = self.purse(purse) else {
            return Ok(());
        };
        match told.instruction.what {
            InstructionKind::BlockPurse => {
                purse.blocked = Some(BlockedPurse {
                    at,
                    amount: told.amount.map_or(0, |amount| amount.minor),
                    until: told.until,
                });
            }
            InstructionKind::ClosePurse => purse.closed_at = Some(at),
            _ => return Ok(()),
        }
        self.keep_banking(purse)
    }

    fn require_done(&mut self, id: &str) -> Result<(), WalletError> {
        let told = self.banking()?.instruction(id).cloned();
        let told = told.ok_or_else(|| WalletError::new(ErrorKind::BankRefused))?;
        let failure = match told.is_asked() {
            true => Some(ErrorKind::BankUnreachable),
            false => told.failure,
        };
        match failure {
            Some(kind) => Err(WalletError::new(kind).about(&told.bank_name)),
            None => Ok(()),
        }
    }
}
