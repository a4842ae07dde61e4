//! Money that comes from outside or goes there, and what the bank takes or gives back for itself: operators' commands,
//! fees (A1 to E1), and what a holder instructs.

use tallystick_protocol::bank::{
    AccountInstruction, BookTransfer, FeeOption, InstructionKind, KeyRenewal, TransferKind,
};
use tallystick_protocol::trust::command::OperatorCommand;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::money::Money;

use super::movements::{inside, waiting};
use super::orders::payable;
use super::{Audit, Judged, claimed, unfit, unsigned};
use crate::books::Entry;
use crate::report::Sum;
use crate::said::Said;

/// The account of money at banks outside.
const OUTSIDE: &str = "outside";
/// The account of what shops were paid.
const SETTLED: &str = "settled outside";
/// The account of what the bank took for its services.
const FEES: &str = "fees";

impl<'a> Audit<'a> {
    /// An entry that is neither a movement nor an order's. Its end needs no further word than its beginning.
    pub(super) fn outside(&mut self, object: &'a str, transfer: &'a BookTransfer) -> Judged {
        if matches!(transfer.kind, TransferKind::Post | TransferKind::Void) {
            let begun = transfer.of.as_deref().unwrap_or_default();
            return Ok(self.pending.get(&(object, begun)).cloned());
        }
        let command = self.find(object, &transfer.id, |said| match said {
            Said::Command(command, _) => Some(command.clone()),
            _ => None,
        });
        if let Some(command) = command {
            return self.commanded(object, transfer, &command);
        }
        let renewal = self.find(object, &transfer.id, |said| match said {
            Said::Renewal(renewal) => Some(renewal.clone()),
            _ => None,
        });
        if let Some(renewal) = renewal {
            return self.fee(object, transfer, &renewal);
        }
        let instruction = self.find(object, &transfer.id, |said| match said {
            Said::Instruction(instruction) => Some(instruction.clone()),
            _ => None,
        });
        if let Some(instruction) = instruction {
            return self.instructed(object, transfer, &instruction);
        }
        let is_signed = self.export.objects.get(object);
        let is_signed = is_signed.is_some_and(|one| one.proofs.contains_key(&transfer.id));
        if is_signed {
            // What is wrong with what was signed was found when it was read.
            return Ok(None);
        }
        self.unsigned_from_outside(object, transfer)
    }

    /// What an operator commanded to be booked.
    fn commanded(
        &self,
        object: &str,
        transfer: &BookTransfer,
        command: &OperatorCommand,
    ) -> Judged {
        let bank = self.export.bank().map(Domain::as_str);
        if command.role != Role::Issuer.as_str() || Some(command.domain.as_str()) != bank {
            return unfit(object, transfer, "the command is for another party");
        }
        let argument = |name: &str| command.arguments.get(name).map(String::as_str);
        let amount = argument("amount").and_then(|amount| amount.parse().ok());
        let Some(amount) = amount else {
            return unfit(object, transfer, "the command says no amount");
        };
        let (debit, credit) = match command.command.as_str() {
            "book-deposit" => {
                let account = argument("account").unwrap_or_default();
                (OUTSIDE.to_owned(), format!("holder {account}"))
            }
            "pay-out" => {
                let shop = argument("party").and_then(|party| Domain::parse(party).ok());
                let Some(shop) = shop else {
                    return unfit(object, transfer, "the command names no shop");
                };
                (payable(&shop), SETTLED.to_owned())
            }
            _ => return unfit(object, transfer, "the command moves no money"),
        };
        Ok(Some(Entry {
            debit,
            credit,
            // A command says no currency: it is that of the account.
            money: Money::new(amount, transfer.money.currency),
        }))
    }

    /// What the holder agreed to pay for a new key.
    fn fee(&self, object: &str, transfer: &BookTransfer, renewal: &KeyRenewal) -> Judged {
        let purse = self.directory.purses.get(&renewal.purse);
        let account = purse.and_then(|purse| purse.account.clone());
        let (Some(account), true) = (account, self.is_bank(&renewal.bank)) else {
            return unfit(object, transfer, "the purse has no account here");
        };
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

    /// What a holder instructed: that an account be closed and what is on it go outside, or that a lost purse be
    /// blocked and what was in it be paid back. How much that is the books say; from where to where the holder.
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
        let purse = instruction.purse.filter(|number| {
            let purse = self.directory.purses.get(number);
            purse.and_then(|purse| purse.account.as_deref()) == Some(account)
        });
        let (debit, credit) = match (instruction.what, purse) {
            (InstructionKind::CloseAccount, None) => (account.to_owned(), OUTSIDE.to_owned()),
            (InstructionKind::BlockPurse, Some(number)) => {
                let debit = match transfer.debit == waiting(&number) {
                    true => waiting(&number),
                    false => inside(&number),
                };
                (debit, account.to_owned())
            }
            _ => return unfit(object, transfer, "the instruction moves no money"),
        };
        Ok(Some(Entry {
            debit,
            credit,
            money: transfer.money,
        }))
    }

    /// Money from banks outside, whose statements nobody signs: it is listed.
    fn unsigned_from_outside(&mut self, object: &'a str, transfer: &'a BookTransfer) -> Judged {
        let is_incoming = transfer.kind == TransferKind::Single
            && transfer.debit == OUTSIDE
            && transfer.credit.starts_with("holder ");
        if !is_incoming {
            return unsigned(object, transfer, "any message");
        }
        let source = transfer.id.split(' ').next().unwrap_or_default();
        let currency = transfer.money.currency.code();
        let sum = self.came_in.entry((source.to_owned(), currency));
        let sum = sum.or_insert_with(|| Sum {
            source: source.to_owned(),
            currency,
            entries: 0,
            minor: 0,
        });
        sum.entries += 1;
        sum.minor = sum.minor.saturating_add(transfer.money.minor);
        Ok(Some(claimed(transfer)))
    }
}
