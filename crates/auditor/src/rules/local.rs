//! What a purse paid another one without the bank: by what either of the two signed.

use tallystick_protocol::bank::BookTransfer;
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Money;

use super::{Audit, Judged, unfit, unsigned};
use crate::books::Entry;
use crate::said::Said;

/// Who paid whom how much.
type Paid = (Domain, PurseNumber, PurseNumber, Money);

impl<'a> Audit<'a> {
    /// An entry by which the payee has what the payer gave.
    pub(super) fn local(&self, object: &'a str, transfer: &'a BookTransfer) -> Judged {
        let paid = self.find(object, &transfer.id, |said| match said {
            Said::Local(said) if transfer.id == format!("local {}", said.transaction()) => {
                Some((said.bank.clone(), said.payer, said.payee, said.amount))
            }
            Said::Received(said) if transfer.id == format!("local {}", said.transaction) => {
                Some((said.bank.clone(), said.payer, said.payee, said.amount))
            }
            _ => None,
        });
        let Some((bank, payer, payee, money)): Option<Paid> = paid else {
            return unsigned(object, transfer, "the payer's or the payee's message");
        };
        if !self.is_bank(&bank) {
            return unfit(object, transfer, "another bank's purses paid");
        }
        Ok(Some(Entry {
            debit: format!("given {payer}"),
            credit: format!("purse {payee}"),
            money,
        }))
    }
}
