//! What a purse took over from a prepaid card without the bank: by the purse's report, in which the entry has what the bank
//! signed of that card.

use tallystick_protocol::bank::{BookTransfer, TransferKind};
use tallystick_protocol::purse::{Endpoint, HistoryEntry, PurseNumber, TakenOver};
use tallystick_protocol::wire::money::Money;

use super::movements::inside;
use super::{Audit, Judged, unfit, unsigned};
use crate::books::Entry;
use crate::said::Said;

impl<'a> Audit<'a> {
    /// An entry by which a purse has what it took over. If the card held less by the books, less is booked, never more.
    pub(super) fn taken(&self, object: &'a str, transfer: &'a BookTransfer) -> Judged {
        let told = self.find(object, &transfer.id, |said| match said {
            Said::Report(report) => {
                let name = |entry: &&HistoryEntry| {
                    transfer.id == format!("taken {} {}", entry.transaction, report.purse)
                };
                let entry = report.entries.iter().find(name)?;
                Some((report.bank.clone(), report.purse, entry.clone()))
            }
            _ => None,
        });
        let Some((bank, purse, entry)) = told else {
            return unsigned(
                object,
                transfer,
                "the report of the purse that took it over",
            );
        };
        if transfer.kind != TransferKind::Single || !self.is_bank(&bank) {
            return unfit(object, transfer, "a purse of another bank took it over");
        }
        let keys = self.directory.bank.iter();
        let mut read = keys.filter_map(|key| TakenOver::read(&entry, (&bank, key)).ok());
        let Some(read) = read.next() else {
            return unfit(object, transfer, "the bank did not sign the prepaid card");
        };
        if entry.payee != Endpoint::Purse(purse) {
            return unfit(object, transfer, "another purse took it over");
        }
        Ok(Some(expected(transfer, (&read, &entry), &purse)))
    }
}

fn expected(
    transfer: &BookTransfer,
    (read, entry): (&TakenOver, &HistoryEntry),
    purse: &PurseNumber,
) -> Entry {
    let minor = transfer.money.minor.min(entry.amount);
    Entry {
        debit: inside(&read.card.number),
        credit: inside(purse),
        money: Money::new(minor, read.card.currency),
    }
}
