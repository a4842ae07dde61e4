//! Pays back what no receipt claims: once when the window ends, and again whatever becomes free of it later.

use sha2::{Digest, Sha256};
use tallystick_protocol::purse::PurseNumber;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::Money;

use super::rows::{self, Lost};
use super::{free, receipts};
use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::bank::closing;
use crate::bank::purses::{self, Purse};
use crate::bank::waiting;
use crate::issuer::books;
use crate::ledger::{self, Account, Transfer};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, NewJob, Next};

/// The kind of the job that pays back; its reference is the purse.
pub(in crate::bank) const PAYBACK: &str = "purse-payback";

/// Something of a purse may have become free, or arrived for it: after it was paid back, that is the account's too.
/// Call it in the transaction that freed it.
///
/// # Errors
/// Only the database's own.
pub(in crate::bank) fn look_again(
    tables: &dyn Tables,
    purse: &PurseNumber,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let lost = rows::find(tables, purse)?;
    if lost.is_none_or(|lost| lost.paid_back_at.is_none()) {
        return Ok(());
    }
    let job = NewJob {
        kind: PAYBACK,
        reference: &purse.to_string(),
        peer: None,
        at_ms: now_ms,
    };
    due::put(tables, &job, now_ms)
}

/// A booking of a lost purse: from where, to where, how much, and which of its bookings.
struct Booking<'a> {
    word: &'a str,
    memo: &'a str,
    debit: Account<'a>,
    credit: Account<'a>,
    minor: u64,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Pays back if the window is over. What is set aside for orders stays their claim.
    pub(in crate::bank) fn pay_back(&self, reference: &str) -> Result<Next, Fault> {
        let number: PurseNumber = reference.parse().map_err(|_| Fault::internal())?;
        let office = &self.issuer.office;
        office.transaction(|tables| {
            // Found again meanwhile: there is nothing to be paid back.
            let Some(mut lost) = rows::find(tables, &number)? else {
                return Ok(Next::Done);
            };
            if office.now() < lost.until {
                return Ok(Next::At(lost.until.milliseconds()));
            }
            let purse = purses::require(tables, &number)?;
            self.return_free(tables, &purse, &mut lost)?;
            lost.paid_back_at = lost.paid_back_at.or(Some(office.now()));
            rows::update(tables, &lost)?;
            closing::close(tables, &number, office.now())?;
            office.log("purse-paid-back", None, lost.state());
            Ok(Next::Done)
        })
    }

    fn return_free(
        &self,
        tables: &dyn Tables,
        purse: &Purse,
        lost: &mut Lost,
    ) -> Result<(), Fault> {
        let account = purse.account.ok_or_else(Fault::internal)?;
        let (holder, inside, waits) = (
            books::name_of(account),
            purses::ledger_name(&purse.number),
            purses::waiting_name(&purse.number),
        );
        let (free_inside, free_waiting) = free(tables, purse)?;
        // What the bank bore for an order that is not done after all comes back to it first.
        let borne = free_inside.min(lost.borne);
        let bookings = [
            Booking {
                word: "unborne",
                memo: "The bank bears it no more: the order is not done",
                debit: purses::inside_of(&inside),
                credit: receipts::LOSSES,
                minor: borne,
            },
            Booking {
                word: "payback",
                memo: "Paid back: the purse is lost, and no receipt claims it",
                debit: purses::inside_of(&inside),
                credit: books::of_holder(&holder),
                minor: free_inside - borne,
            },
            Booking {
                word: "passed-on",
                memo: "Waited for a purse that is lost",
                debit: purses::waiting_for(&waits),
                credit: books::of_holder(&holder),
                minor: free_waiting,
            },
        ];
        for booking in bookings.iter().filter(|booking| booking.minor > 0) {
            self.book_payback(tables, purse, lost, booking)?;
        }
        lost.borne -= borne;
        lost.reclaimed -= borne;
        lost.paid_back += free_inside - borne;
        lost.passed_on += free_waiting;
        if free_waiting > 0 {
            let taken = taken_by_payback(&purse.number, lost.bookings);
            waiting::take_all(tables, &purse.number, &taken)?;
        }
        // It may live at another object, or be closed.
        let now_ms = self.issuer.office.now_ms();
        self.issuer.look_at(tables, account, now_ms)?;
        Ok(())
    }

    fn book_payback(
        &self,
        tables: &dyn Tables,
        purse: &Purse,
        lost: &mut Lost,
        booking: &Booking<'_>,
    ) -> Result<(), Fault> {
        lost.bookings += 1;
        let transfer = Transfer {
            id: &format!("{} {} {}", booking.word, purse.number, lost.bookings),
            at_ms: self.issuer.office.now_ms(),
            order_id: None,
            memo: booking.memo,
            debit: booking.debit,
            credit: booking.credit,
            money: Money::new(booking.minor, purse.currency),
        };
        ledger::transfer(tables, &transfer)?;
        Ok(())
    }
}

/// What stands for the movement that takes what waited: SHA-256 of the purse and the booking's number.
fn taken_by_payback(purse: &PurseNumber, booking: u32) -> TransactionId {
    let digest = Sha256::new()
        .chain_update(PAYBACK)
        .chain_update(purse.0)
        .chain_update(booking.to_be_bytes());
    TransactionId(digest.finalize().into())
}
