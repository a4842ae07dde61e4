//! What an operator does with money that came in and names no account: says whose it is, or sends it back.

use super::bookings::{self, BookingState, Kept};
use super::mandates;
use super::payments::Purpose;
use super::statement::UNASSIGNED;
use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::console::commands::Arguments;
use crate::issuer::{accounts, books, homes};
use crate::ledger::{self, Transfer};
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// The money of a booking is this account's. The office does it.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if there is no such booking or account; [`Kind::Conflict`] if the booking waits no more, or
    /// the account is closed or in another currency.
    pub(in crate::bank) fn assign_money(
        &self,
        tables: &dyn Tables,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        if office.is_shard() {
            return Ok(());
        }
        let (number, account) = (told.booking()?, told.account()?);
        let kept = waiting(tables, number)?;
        let unknown = || Fault::new(Kind::NotFound, "There is no such account.");
        let limit = accounts::limit(tables, account)?.ok_or_else(unknown)?;
        if limit.currency != kept.money.currency {
            return Err(Fault::new(Kind::OtherCurrency, ""));
        }
        if accounts::is_shut(tables, account)? {
            return Err(Fault::new(Kind::DestinationClosed, ""));
        }
        let holder = books::name_of(account);
        let transfer = Transfer {
            id: &format!("assigned {number}"),
            at_ms: office.now_ms(),
            order_id: None,
            memo: "Came from outside; an operator says whose it is",
            debit: UNASSIGNED,
            credit: books::of_holder(&holder),
            money: kept.money,
        };
        ledger::transfer(tables, &transfer)?;
        bookings::note(
            tables,
            number,
            BookingState::Assigned,
            (Some(account), None),
        )?;
        homes::changed(&self.issuer, tables, account)
    }

    /// The money of a booking goes back to where it came from. The office does it.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if there is no such booking; [`Kind::Conflict`] if it waits no more, or does not say from
    /// which account it came.
    pub(in crate::bank) fn return_money(
        &self,
        tables: &dyn Tables,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        if office.is_shard() {
            return Ok(());
        }
        let number = told.booking()?;
        let kept = waiting(tables, number)?;
        let (Some(name), Some(iban)) = (&kept.other, &kept.other_account) else {
            let unsaid = "The bank outside did not say from which account it came.";
            return Err(Fault::new(Kind::Conflict, unsaid));
        };
        let to = mandates::holding(name, iban)?;
        let about = format!("{number} {}", told.id());
        let reference = Purpose::Return.reference(office.place(), about.as_bytes());
        self.send_back(tables, &to, kept.money, &reference)?;
        let back = (None, Some(reference.as_str()));
        Ok(bookings::note(
            tables,
            number,
            BookingState::Returning,
            back,
        )?)
    }
}

fn waiting(tables: &dyn Tables, number: i64) -> Result<Kept, Fault> {
    let unknown = || Fault::new(Kind::NotFound, "There is no such booking.");
    let kept = bookings::numbered(tables, number)?.ok_or_else(unknown)?;
    if kept.state == BookingState::Unassigned {
        return Ok(kept);
    }
    let over = "This money waits for nobody any more.";
    Err(Fault::new(Kind::Conflict, over))
}
