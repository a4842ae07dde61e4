//! Money that comes from outside or goes there: by an operator's command, by a holder's instruction, or by the word of
//! the bank outside, which signs nothing.

use tallystick_protocol::bank::{BookTransfer, TransferKind};
use tallystick_protocol::trust::command::OperatorCommand;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::money::Money;

use super::orders::payable;
use super::{Audit, Judged, claimed, unfit, unsigned};
use crate::books::Entry;
use crate::report::Sum;
use crate::said::Said;

/// The account of money at banks outside.
pub(super) const OUTSIDE: &str = "outside";
/// The account of what shops were paid.
const SETTLED: &str = "settled outside";
/// The account of what the bank took for its services.
pub(super) const FEES: &str = "fees";
/// The account of what came and named no account.
const UNASSIGNED: &str = "unassigned";

impl<'a> Audit<'a> {
    /// An entry that is neither a movement nor an order's. Its end needs no further word than its beginning.
    pub(super) fn outside(&mut self, object: &'a str, transfer: &'a BookTransfer) -> Judged {
        if matches!(transfer.kind, TransferKind::Post | TransferKind::Void) {
            let begun = transfer.of.as_deref().unwrap_or_default();
            if transfer.kind == TransferKind::Post {
                self.take_fee(object, begun, transfer)?;
            }
            return Ok(self.pending.get(&(object, begun)).cloned());
        }
        let command = self.find(object, &transfer.id, |said| match said {
            Said::Command(command, _) => Some(command.clone()),
            _ => None,
        });
        if let Some(command) = command {
            return self.commanded(object, transfer, &command);
        }
        if let Some(judged) = self.agreed_by_holder(object, transfer) {
            return judged;
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
        let holder = format!("holder {}", argument("account").unwrap_or_default());
        let shop = argument("party").and_then(|party| Domain::parse(party).ok());
        let (debit, credit) = match (command.command.as_str(), shop) {
            ("book-deposit", _) => (OUTSIDE.to_owned(), holder),
            ("assign-money", _) => (UNASSIGNED.to_owned(), holder),
            ("return-money", _) => (UNASSIGNED.to_owned(), OUTSIDE.to_owned()),
            ("pay-out", Some(shop)) => (payable(&shop), SETTLED.to_owned()),
            _ => return unfit(object, transfer, "the command moves no money"),
        };
        // A command says no currency: it is that of the account. What came as a whole is assigned or returned whole.
        let minor = match argument("amount") {
            None if debit == UNASSIGNED => Some(transfer.money.minor),
            said => said.and_then(|amount| amount.parse().ok()),
        };
        let Some(minor) = minor else {
            return unfit(object, transfer, "the command says no amount");
        };
        Ok(Some(Entry {
            debit,
            credit,
            money: Money::new(minor, transfer.money.currency),
        }))
    }

    /// Money from banks outside, whose statements nobody signs, and what the bank moves by its own word: both are listed.
    fn unsigned_from_outside(&mut self, object: &'a str, transfer: &'a BookTransfer) -> Judged {
        let is_single = transfer.kind == TransferKind::Single;
        let gets = [FEES, UNASSIGNED];
        let is_incoming = transfer.debit == OUTSIDE
            && (transfer.credit.starts_with("holder ") || gets.contains(&transfer.credit.as_str()));
        let listed = if is_single && is_incoming {
            &mut self.came_in
        } else if is_single && self.is_within_one(transfer) {
            &mut self.by_itself
        } else {
            return unsigned(object, transfer, "any message");
        };
        let source = transfer.id.split(' ').next().unwrap_or_default();
        let currency = transfer.money.currency.code();
        let sum = listed.entry((source.to_owned(), currency));
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
