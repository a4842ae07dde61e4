//! What a holder agreed to or told the bank: a fee for a new key (A1 to E1), a purse that is closed or lost, an account
//! that is closed. Between a purse and its own account the bank may move by itself, too: whose it is stays the same.

use tallystick_protocol::bank::{
    AccountInstruction, BookTransfer, FeeOption, InstructionKind, KeyRenewal, TransferKind,
};
use tallystick_protocol::purse::PurseNumber;

use super::outside::{FEES, OUTSIDE};
use super::{Audit, Judged, claimed, unfit};
use crate::books::Entry;
use crate::finding::Finding;
use crate::said::Said;

/// The account of what the bank bore of its own.
const LOSSES: &str = "losses";

impl<'a> Audit<'a> {
    /// What a holder's signature says of an entry; nothing, if there is none.
    pub(super) fn agreed_by_holder(
        &mut self,
        object: &'a str,
        transfer: &'a BookTransfer,
    ) -> Option<Judged> {
        if let Some(renewal) = self.renewal(object, &transfer.id, transfer) {
            let taken = match transfer.kind {
                TransferKind::Single => self.take_fee(object, &transfer.id, transfer),
                _ => Ok(()),
            };
            let judged = self.fee(object, transfer, &renewal);
            return Some(taken.and(judged));
        }
        let instruction = self.find(object, &transfer.id, |said| match said {
            Said::Instruction(instruction) => Some(instruction.clone()),
            _ => None,
        })?;
        Some(self.instructed(object, transfer, &instruction))
    }

    /// The agreement to a fee of this amount; to another one, if there is none.
    fn renewal(
        &self,
        object: &'a str,
        about: &'a str,
        transfer: &BookTransfer,
    ) -> Option<KeyRenewal> {
        let is_it = |said: &Said, any: bool| match said {
            Said::Renewal(one) if any || one.amount == transfer.money => Some(one.clone()),
            _ => None,
        };
        self.find(object, about, |said| is_it(said, false))
            .or_else(|| self.find(object, about, |said| is_it(said, true)))
    }

    /// What the holder agreed to pay for a new key.
    fn fee(&self, object: &str, transfer: &BookTransfer, renewal: &KeyRenewal) -> Judged {
        let Some(account) = self.owner(&renewal.purse).map(ToOwned::to_owned) else {
            return unfit(object, transfer, "the purse has no account here");
        };
        if !self.is_bank(&renewal.bank) {
            return unfit(object, transfer, "another bank is paid");
        }
        let debit = match renewal.fee {
            FeeOption::OutsideAccount => OUTSIDE.to_owned(),
            _ => account,
        };
        Ok(Some(Entry {
            debit,
            credit: FEES.to_owned(),
            money: renewal.amount,
        }))
    }

    /// A fee for one new key is taken once, however often it was set aside.
    pub(super) fn take_fee(
        &mut self,
        object: &'a str,
        begun: &'a str,
        transfer: &BookTransfer,
    ) -> Result<(), Finding> {
        let Some(renewal) = self.renewal(object, begun, transfer) else {
            return Ok(());
        };
        let key = (renewal.purse, renewal.new_public_key);
        match self.fees.insert(key, transfer.id.clone()) {
            None => Ok(()),
            Some(first) => Err(Finding::UsedTwice {
                object: object.to_owned(),
                message: format!("key-renewal {} {}", renewal.purse, renewal.at.0),
                first,
                second: transfer.id.clone(),
            }),
        }
    }

    /// What a holder told the bank. From where to where the holder says; how much it is the books.
    fn instructed(
        &self,
        object: &str,
        transfer: &BookTransfer,
        instruction: &AccountInstruction,
    ) -> Judged {
        let account = self.directory.account(instruction.account);
        let (Some(account), true) = (account, self.is_bank(&instruction.bank)) else {
            return unfit(object, transfer, "there is no such account here");
        };
        let of_purse = purse_in(&transfer.debit).or_else(|| purse_in(&transfer.credit));
        let is_told = match instruction.what {
            InstructionKind::CloseAccount => {
                transfer.debit == account && transfer.credit == OUTSIDE
            }
            InstructionKind::ClosePurse => {
                // What waited for it, or what another purse had paid to it.
                let is_purse = |word| transfer.debit.starts_with(word);
                (is_purse("waiting ") || is_purse("purse ")) && transfer.credit == account
            }
            InstructionKind::BlockPurse => self.is_within_one(transfer),
            _ => false,
        };
        let is_its = instruction.purse == of_purse
            && of_purse.is_none_or(|purse| self.owner(&purse) == Some(account));
        if is_told && is_its {
            return Ok(Some(claimed(transfer)));
        }
        unfit(object, transfer, "the holder told the bank something else")
    }

    /// Whether an entry moves between a purse and the account that it belongs to, or what the bank bears itself.
    pub(super) fn is_within_one(&self, transfer: &BookTransfer) -> bool {
        let of = |name: &str| match purse_in(name) {
            Some(purse) => self.owner(&purse).map(ToOwned::to_owned),
            None => name.starts_with("holder ").then(|| name.to_owned()),
        };
        let (debit, credit) = (of(&transfer.debit), of(&transfer.credit));
        let is_purse = |name: &str| purse_in(name).is_some();
        let is_borne = (transfer.debit == LOSSES && is_purse(&transfer.credit))
            || (is_purse(&transfer.debit) && transfer.credit == LOSSES);
        is_borne || (debit.is_some() && debit == credit)
    }

    fn owner(&self, purse: &PurseNumber) -> Option<&str> {
        let purse = self.directory.purses.get(purse)?;
        purse.account.as_deref()
    }
}

/// The purse of which an account of the ledger says what it holds, what waits for it, or what it gave.
fn purse_in(account: &str) -> Option<PurseNumber> {
    let (word, number) = account.split_once(' ')?;
    let is_purse = ["purse", "waiting", "given"].contains(&word);
    is_purse.then(|| number.parse().ok()).flatten()
}
