//! What the bank orders outside: money goes to a holder's account there, or is collected from it. It is written down
//! with its entry in the books, in one transaction, before anything is ordered; a job then orders it under the same
//! names until it hears whether it is booked (T004-43). So it is done once, whatever is lost.
//!
//! What goes out is set aside first, and given back if it is rejected. What is collected is nobody's before it is
//! booked.

use tallystick_protocol::wire::money::Money;

use super::alerts::{self, Alert};
use super::bookings::{self, BookingState};
use super::mandates;
use super::payments::{self, OutsidePayment, OutsideState, Purpose};
use super::statement::UNASSIGNED;
use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::bank::deposits::OUTSIDE;
use crate::iso20022::pain002::Reason;
use crate::iso20022::{Batch, Date, Holding, Instruction, Mandate, Order, Reference, Remittance};
use crate::issuer::books;
use crate::ledger::{self, Account, AccountKind, End, LedgerError, Transfer};
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::store::sealed::Sealed;
use crate::store::typed;

/// The kind of the job that orders a payment; its reference is the payment's.
pub(in crate::bank) const ORDER: &str = "outside-order";

/// What the bank took for its services.
pub(in crate::bank) const FEES: Account<'static> = Account {
    kind: AccountKind::Fees,
    name: "fees",
};

/// What a payment is for, as the holder reads it in the statement of the account outside.
const fn remittance(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Fee => "Account management charge",
        Purpose::Closing => "Balance of a closed account",
        Purpose::Return => "Returned: no account was named",
    }
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Has a fee collected from an account's account outside, under this name ([`Purpose::reference`]). Call it in
    /// a transaction. The same again is the same.
    ///
    /// # Errors
    /// [`Kind::Conflict`] if another payment has this name; those of the database.
    pub(in crate::bank) fn collect(
        &self,
        tables: &dyn Tables,
        account: i64,
        money: Money,
        reference: &str,
        purpose: Purpose,
    ) -> Result<(), Fault> {
        let payment = self.new_payment(Some(account), money, reference, purpose);
        self.put_order_of(tables, Order::Collections, &payment)
    }

    /// Sets money of an account aside and has it paid out to the account outside. As [`Bank::collect`].
    ///
    /// # Errors
    /// [`Kind::ShortOfMoney`] if there is not that much to take; as of [`Bank::collect`].
    pub(in crate::bank) fn pay_out(
        &self,
        tables: &dyn Tables,
        account: i64,
        money: Money,
        reference: &str,
        purpose: Purpose,
    ) -> Result<(), Fault> {
        let payment = self.new_payment(Some(account), money, reference, purpose);
        self.put_order_of(tables, Order::Transfers, &payment)
    }

    /// Puts in a payment whose purpose is one of that kind of order.
    fn put_order_of(
        &self,
        tables: &dyn Tables,
        order: Order,
        payment: &OutsidePayment,
    ) -> Result<(), Fault> {
        if payment.purpose.order() != order {
            return Err(Fault::internal());
        }
        self.put_order(tables, payment)
    }

    /// Orders a payment now, for whoever waits for it, and says where it stands then.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if nobody put it in; [`Kind::Internal`] if something is broken here.
    pub(in crate::bank) async fn order_now(&self, reference: &str) -> Result<OutsideState, Fault> {
        let office = &self.issuer.office;
        match office.try_now(self, ORDER, reference).await {
            Err(fault) if fault.kind == Kind::Internal => return Err(fault),
            _ => {}
        }
        payments::state_of(office.tables(), reference)?.ok_or_else(Fault::not_found)
    }

    /// Has money that came in for nobody known sent back to the account outside from which it came. As
    /// [`Bank::collect`].
    ///
    /// # Errors
    /// As of [`Bank::collect`].
    pub(super) fn send_back(
        &self,
        tables: &dyn Tables,
        to: &Holding,
        money: Money,
        reference: &str,
    ) -> Result<(), Fault> {
        let holding = (to.name.as_str(), to.iban.as_str());
        let plain = minicbor::to_vec(holding).map_err(|_| Fault::internal())?;
        let sealed = self.issuer.office.seal(&sealed_name(reference), &plain)?;
        let payment = self.new_payment(None, money, reference, Purpose::Return);
        let other = Some(sealed);
        self.put_order(tables, &OutsidePayment { other, ..payment })
    }

    /// Where a payment goes or comes from, with the leave to collect it.
    async fn other_side(
        &self,
        payment: &OutsidePayment,
    ) -> Result<(Holding, Option<Mandate>), Fault> {
        if let Some(sealed) = &payment.other {
            let plain = self
                .issuer
                .office
                .unseal(&sealed_name(&payment.reference), sealed)?;
            let (name, iban): (String, String) =
                minicbor::decode(&plain).map_err(|_| Fault::internal())?;
            return Ok((mandates::holding(&name, &iban)?, None));
        }
        let known = self
            .outside_account(payment.account.ok_or_else(Fault::internal)?)
            .await?;
        let is_collected = payment.purpose.order() == Order::Collections;
        Ok((known.holding, is_collected.then_some(known.mandate)))
    }

    fn new_payment(
        &self,
        account: Option<i64>,
        money: Money,
        reference: &str,
        purpose: Purpose,
    ) -> OutsidePayment {
        let now = self.issuer.office.now();
        OutsidePayment {
            reference: reference.to_owned(),
            purpose,
            account,
            other: None,
            money,
            day: Date::of(now).to_string(),
            state: OutsideState::Ordered,
            reason: None,
            ordered_at: now,
            ended_at: None,
        }
    }

    fn put_order(&self, tables: &dyn Tables, payment: &OutsidePayment) -> Result<(), Fault> {
        if let Some(known) = payments::find(tables, &payment.reference)? {
            let what = |payment: &OutsidePayment| (payment.purpose, payment.account, payment.money);
            if what(&known) == what(payment) {
                return Ok(());
            }
            let other = "Another payment has this name.";
            return Err(Fault::new(Kind::Conflict, other));
        }
        Reference::new(&payment.reference).map_err(|_| Fault::internal())?;
        let now_ms = self.issuer.office.now_ms();
        if payment.purpose.order() == Order::Transfers {
            set_aside(tables, payment, now_ms)?;
        }
        typed::insert(tables, payment)?;
        let job = NewJob {
            kind: ORDER,
            reference: &payment.reference,
            peer: None,
            at_ms: now_ms,
        };
        Ok(due::put(tables, &job, now_ms)?)
    }

    /// Orders a payment, for its job.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] while nothing is answered: the job comes again.
    pub(in crate::bank) async fn order_outside(&self, job: &Job) -> Result<Next, Fault> {
        let office = &self.issuer.office;
        let found = payments::find(office.tables(), &job.reference)?;
        let ordered = found.filter(|payment| payment.state == OutsideState::Ordered);
        let Some(payment) = ordered else {
            return Ok(Next::Done);
        };
        let batch = self.batch_of(&payment).await?;
        let order = payment.purpose.order();
        let said = self.outside.order(&office.ports, order, &batch).await?;
        let mut said = said.into_iter();
        let status = said.find(|status| status.end_to_end.as_str() == payment.reference);
        let Some(status) = status else {
            return Ok(Next::Later);
        };
        office.transaction(|tables| self.settle_outside(tables, &job.reference, status.outcome))?;
        Ok(Next::Done)
    }

    /// The message that orders a payment: the same each time, but for when it was made.
    async fn batch_of(&self, payment: &OutsidePayment) -> Result<Batch, Fault> {
        let office = &self.issuer.office;
        let (other, mandate) = self.other_side(payment).await?;
        let currency = payment.money.currency;
        let own = self.outside.own_account(&office.ports, currency).await?;
        let name = Reference::new(&payment.reference).map_err(|_| Fault::internal())?;
        let instruction = Instruction {
            end_to_end: name.clone(),
            money: payment.money,
            other,
            mandate,
            remittance: Remittance::new(remittance(payment.purpose)).ok(),
        };
        Ok(Batch {
            message: name,
            made_at: office.now(),
            on: payment.day.parse().map_err(|_| Fault::internal())?,
            own,
            instructions: vec![instruction],
        })
    }

    /// What the bank outside says of a payment, into the books: once, and the first thing that it says. Call it in a
    /// transaction.
    ///
    /// # Errors
    /// Those of the ledger and the database.
    pub(in crate::bank) fn settle_outside(
        &self,
        tables: &dyn Tables,
        reference: &str,
        outcome: Result<(), Reason>,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let Some(payment) = payments::find(tables, reference)? else {
            return Ok(());
        };
        let now = office.now();
        let about = (reference, payment.money);
        if payment.state != OutsideState::Ordered {
            if outcome.is_ok() != (payment.state == OutsideState::Booked) {
                alerts::raise(tables, Alert::Contradicted, about, now)?;
            }
            return Ok(());
        }
        book(tables, &payment, outcome, office.now_ms())?;
        payments::end(tables, reference, outcome, now)?;
        let is_booked = outcome.is_ok();
        match payment.purpose {
            Purpose::Fee => {}
            Purpose::Closing => self.closing_ended(tables, &payment, is_booked)?,
            Purpose::Return if is_booked => {
                bookings::return_ended(tables, reference, BookingState::Returned)?;
            }
            Purpose::Return => {
                bookings::return_ended(tables, reference, BookingState::Unassigned)?;
            }
        }
        if outcome.is_err() {
            alerts::raise(tables, Alert::Rejected, about, now)?;
        }
        office.log(
            "outside-payment",
            None,
            outcome.map_or("rejected", |()| "booked"),
        );
        Ok(())
    }
}

/// The name of a payment's entry in the books.
fn entry_of(payment: &OutsidePayment) -> String {
    format!("outside {}", payment.reference)
}

/// The name under which the account is sealed to which a payment goes.
fn sealed_name(reference: &str) -> String {
    format!("outside-payment|{reference}")
}

/// Where money goes or comes from.
pub(in crate::bank) const SEALED: Sealed = Sealed {
    named_by: &["reference"],
    name: |row| Ok(sealed_name(row.text(0)?)),
    ..Sealed::whole("bank_outside_payments", "other")
};

/// Sets aside what is paid out.
fn set_aside(tables: &dyn Tables, payment: &OutsidePayment, now_ms: u64) -> Result<(), Fault> {
    let holder = payment.account.map(books::name_of);
    let transfer = Transfer {
        id: &entry_of(payment),
        at_ms: now_ms,
        order_id: None,
        memo: "To an account outside",
        debit: holder.as_deref().map_or(UNASSIGNED, books::of_holder),
        credit: OUTSIDE,
        money: payment.money,
    };
    match ledger::reserve(tables, &transfer) {
        Ok(_) => Ok(()),
        Err(LedgerError::Short) => Err(Fault::new(Kind::ShortOfMoney, "")),
        Err(error) => Err(error.into()),
    }
}

/// Books how a payment ended.
fn book(
    tables: &dyn Tables,
    payment: &OutsidePayment,
    outcome: Result<(), Reason>,
    now_ms: u64,
) -> Result<(), Fault> {
    let entry = entry_of(payment);
    let is_transfer = payment.purpose.order() == Order::Transfers;
    let end = End {
        id: &format!("end {entry}"),
        pending: &entry,
        at_ms: now_ms,
        memo: "How it ended outside",
    };
    match outcome {
        Ok(()) if is_transfer => ledger::post(tables, &end)?,
        Err(_) if is_transfer => ledger::void(tables, &end)?,
        Ok(()) => {
            let collected = Transfer {
                id: &entry,
                at_ms: now_ms,
                order_id: None,
                memo: "From an account outside",
                debit: OUTSIDE,
                credit: FEES,
                money: payment.money,
            };
            ledger::transfer(tables, &collected)?
        }
        Err(_) => false,
    };
    Ok(())
}
