//! What the holder of an account tells the bank to do with it: block a purse, close one, close the account. The account's
//! key signs it, so that whoever lost a purse can still say so.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use tallystick_protocol::bank::{
    AccountInstruction, InstructionAnswer, InstructionKind, InstructionOutcome,
};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::Bank;
use super::banking_system::BankingSystem;
use super::conversation::{AboutAccount, FromAccount, Said};
use super::lost::By;
use super::statements;
use crate::issuer::accounts::Account;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// An instruction that its account's key signed.
pub(super) struct Told {
    /// What is to be done.
    pub instruction: AccountInstruction,
    /// The account that it is about.
    pub account: Account,
    /// SHA-256 of the encoded instruction.
    digest: [u8; 32],
    /// As it was signed: evidence.
    signed: Vec<u8>,
}

impl Told {
    /// SHA-256 of the encoded instruction.
    pub(super) const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The reference of what is said about it.
    fn reference(&self) -> String {
        HEXLOWER.encode(&self.digest)
    }

    /// The purse that it names.
    ///
    /// # Errors
    /// [`Kind::Malformed`] if it names none.
    pub(super) fn purse(&self) -> Result<PurseNumber, Fault> {
        let none = || Fault::malformed("It says of no purse what is to be done with it.");
        self.instruction.purse.ok_or_else(none)
    }
}

/// What comes of an instruction.
pub(super) struct Decided {
    /// What was done.
    pub outcome: InstructionOutcome,
    /// As [`InstructionAnswer::amount`].
    pub amount: Option<Money>,
    /// As [`InstructionAnswer::until`].
    pub until: Option<Timestamp>,
}

impl From<InstructionOutcome> for Decided {
    fn from(outcome: InstructionOutcome) -> Self {
        Self {
            outcome,
            amount: None,
            until: None,
        }
    }
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/instructions`: sealed; the answer is the signed [`InstructionAnswer`], the same to the same instruction.
    /// To one that wants a prepaid card it is what has to be written into that card.
    pub(super) async fn take_instruction(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said = self.open_conversation(request, "instructions").await?;
        let told = self.told(&said)?;
        // Nothing is decided that could not be said.
        self.purse_key().await?;
        if told.instruction.what == InstructionKind::IssuePrepaid {
            let opening = self.issue_told(&told).await?;
            return self.answer_sealed(&said, &encode(&opening));
        }
        if !is_answered(self.issuer.office.tables(), &told)? {
            self.require_fresh(told.instruction.at)?;
            self.follow(&told).await?;
        }
        let reference = told.reference();
        let answer = self
            .said::<InstructionAnswer>(statements::INSTRUCTION, &reference)
            .await?;
        self.answer_sealed(&said, &answer.ok_or_else(Fault::internal)?)
    }

    /// Does what is told, and decides what is said of it.
    async fn follow(&self, told: &Told) -> Result<(), Fault> {
        match told.instruction.what {
            InstructionKind::ClosePurse => {
                self.decide_told(told, |tables| self.close_purse(tables, told))
            }
            InstructionKind::BlockPurse => {
                let blocked = self.block_told(told).await?;
                self.decide_told(told, |_| Ok(blocked))
            }
            InstructionKind::CloseAccount => self.close_account(told).await,
            _ => Err(Fault::malformed("It is not known what is to be done.")),
        }
    }

    /// Blocks the purse that is named, if it is this account's. What was blocked before stays as it is, so that it may be
    /// told again after a crash.
    async fn block_told(&self, told: &Told) -> Result<Decided, Fault> {
        let (purse, account) = (told.purse()?, told.account.account);
        let blocked = self.block_lost(&purse, account, By::Instruction).await?;
        Ok(match blocked {
            None => InstructionOutcome::UnknownPurse.into(),
            Some(blocked) => Decided {
                outcome: InstructionOutcome::Done,
                amount: Some(blocked.amount),
                until: Some(blocked.until),
            },
        })
    }

    /// Does `work` unless the instruction was answered, and decides the answer in the same transaction.
    ///
    /// # Errors
    /// Those of the work, of which nothing stays then.
    pub(super) fn decide_told(
        &self,
        told: &Told,
        work: impl FnOnce(&dyn Tables) -> Result<Decided, Fault>,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        office.transaction(|tables| {
            // Somebody else may have asked during an await.
            if is_answered(tables, told)? {
                return Ok(());
            }
            let decided = work(tables)?;
            keep(tables, told, told.instruction.purse, office.now())?;
            let answer = InstructionAnswer {
                instruction: told.digest,
                outcome: decided.outcome,
                amount: decided.amount,
                until: decided.until,
                at: office.now(),
            };
            office.log("instruction", None, decided.outcome.as_str());
            statements::decide(tables, statements::INSTRUCTION, &told.reference(), &answer)
        })
    }

    /// Verifies who says it: the key that is enrolled for the account, in the conversation of its holder.
    fn told(&self, said: &Said) -> Result<Told, Fault> {
        let FromAccount { account, message } =
            self.said_by_account(said, |message: &AccountInstruction| AboutAccount {
                bank: &message.bank,
                holder: &message.holder,
                account: message.account,
            })?;
        Ok(Told {
            digest: Sha256::digest(encode(&message)).into(),
            signed: said.content.to_vec(),
            instruction: message,
            account,
        })
    }
}

fn is_answered(tables: &(impl Tables + ?Sized), told: &Told) -> Result<bool, DatabaseError> {
    let sql = "SELECT account FROM bank_instructions WHERE digest = ?";
    Ok(typed::one::<i64>(tables, sql, &[told.digest.into()])?.is_some())
}

/// Keeps an instruction that is followed, with the purse that it is about or brought about.
///
/// # Errors
/// Only the database's own.
pub(super) fn keep(
    tables: &dyn Tables,
    told: &Told,
    purse: Option<PurseNumber>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO bank_instructions (digest, account, what, purse, signed, received_at) VALUES (?, ?, ?, ?, ?, ?)",
        &[
            told.digest.into(),
            told.account.account.into(),
            told.instruction.what.as_str().into(),
            purse.map(|purse| purse.0.to_vec()).into(),
            (&told.signed).into(),
            now.into(),
        ],
    )?;
    Ok(())
}
