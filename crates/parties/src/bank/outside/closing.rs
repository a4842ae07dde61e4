//! Closes an account at its holder's wish: nothing moves on it from then on, and what is on it goes to the account
//! outside.
//!
//! The account is shut before the money is ordered out, so that nothing is added to what was set aside. It is closed
//! once the bank outside has booked the money; if that rejects it, the account is as it was, an alert is raised, and the
//! holder may tell the bank again, which tries again. What comes late for a closed account, a refund say, goes the same
//! way.

use tallystick_protocol::bank::InstructionOutcome;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::open_purses::has_purse;
use super::payments::{OutsidePayment, Purpose, stored_by_name};
use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::bank::instructions::{Decided, Told};
use crate::issuer::{accounts, books};
use crate::ledger::{self, Balance};
use crate::office::across::not_yet;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Row, Tables, Value};
use crate::post::due::{self, Job, NewJob, Next};
use crate::store::typed::{self, Stored, typed_row};

/// The kind of the job that tells the office whether an account is shut; its reference is the account's number.
pub(in crate::bank) const TELL: &str = "account-shut";
/// Where the office hears of it.
pub(in crate::bank) const PATH: &str = "/siblings/shut-accounts";
/// How many closed accounts are looked after in one night.
const LOOKED_AFTER_MAX: u32 = 200;

tallystick_protocol::named_enum! {
    /// Where the closing of an account stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum ClosingState {
        /// What was on it is on its way out.
        Closing => "closing",
        /// It is closed, for good.
        Closed => "closed",
        /// The bank outside took nothing: it is as it was.
        Kept => "kept",
    }
}
stored_by_name!(ClosingState);

typed_row! {
    struct Closing in "bank_closings" {
        account: i64 = "account",
        attempt: u32 = "attempt",
        money: Money = "minor, currency",
        state: ClosingState = "state",
        began_at: Timestamp = "began_at",
    }
}

impl Closing {
    /// The payment by which it goes out; none if there was nothing.
    fn reference(&self, place: Place) -> Option<String> {
        let about = format!("closing {} {}", self.account, self.attempt);
        let goes_out = self.money.minor > 0;
        goes_out.then(|| Purpose::Closing.reference(place, about.as_bytes()))
    }

    fn decided(&self) -> Decided {
        let outcome = match self.state {
            ClosingState::Closing => InstructionOutcome::UnderWay,
            ClosingState::Closed => InstructionOutcome::Done,
            ClosingState::Kept => InstructionOutcome::NotPaidOut,
        };
        let mut decided = Decided::from(outcome);
        decided.amount = (self.state == ClosingState::Closed).then_some(self.money);
        decided
    }
}

fn find(tables: &(impl Tables + ?Sized), account: i64) -> Result<Option<Closing>, DatabaseError> {
    typed::find(tables, "account = ?", &[account.into()])
}

fn store(tables: &dyn Tables, closing: &Closing) -> Result<(), DatabaseError> {
    let old = "DELETE FROM bank_closings WHERE account = ?";
    tables.run(old, &[closing.account.into()])?;
    typed::insert(tables, closing)
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Closes the account that says so, and decides what is said of it.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while an object does not say whether it has a purse of
    /// the account; those of the database.
    pub(in crate::bank) async fn close_account(&self, told: &Told) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let account = told.account.account;
        let is_new = find(office.tables(), account)?
            .is_none_or(|closing| closing.state == ClosingState::Kept);
        // A new purse is opened at this object alone, where `begin_closing` looks again.
        if is_new && self.has_purse_elsewhere(account).await? {
            return self.decide_told(told, |_| Ok(InstructionOutcome::HasPurses.into()));
        }
        let begun = office.transaction(|tables| self.begin_closing(tables, account))?;
        let closing = match begun {
            Ok(closing) => closing,
            Err(outcome) => return self.decide_told(told, |_| Ok(outcome.into())),
        };
        if closing.state == ClosingState::Closing
            && let Some(reference) = closing.reference(office.place())
        {
            self.order_now(&reference).await?;
        }
        self.decide_told(told, |tables| {
            let closing = find(tables, account)?.ok_or_else(Fault::internal)?;
            Ok(closing.decided())
        })
    }

    /// Shuts the account and orders its money out, unless that was done or something keeps it open.
    fn begin_closing(
        &self,
        tables: &dyn Tables,
        account: i64,
    ) -> Result<Result<Closing, InstructionOutcome>, Fault> {
        let before = find(tables, account)?;
        let attempt = match before {
            Some(closing) if closing.state != ClosingState::Kept => return Ok(Ok(closing)),
            Some(kept) => kept.attempt.saturating_add(1),
            None => 1,
        };
        let currency = currency_of(tables, account)?;
        let balance = ledger::balance(tables, &books::name_of(account), currency)?;
        if let Some(outcome) = what_keeps_open(tables, account, &balance)? {
            return Ok(Err(outcome));
        }
        let office = &self.issuer.office;
        let now = office.now();
        let minor = u64::try_from(balance.available()).map_err(|_| Fault::internal())?;
        let closing = Closing {
            account,
            attempt,
            money: Money::new(minor, currency),
            state: match minor {
                0 => ClosingState::Closed,
                _ => ClosingState::Closing,
            },
            began_at: now,
        };
        if let Some(reference) = closing.reference(office.place()) {
            self.pay_out(tables, account, closing.money, &reference, Purpose::Closing)?;
        }
        store(tables, &closing)?;
        accounts::shut(tables, account, now)?;
        self.tell_office(tables, account)?;
        office.log("account-closing", None, closing.state.as_str());
        Ok(Ok(closing))
    }

    /// How the payment of a closing account ended. Call it in the transaction that notes that.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn closing_ended(
        &self,
        tables: &dyn Tables,
        payment: &OutsidePayment,
        is_booked: bool,
    ) -> Result<(), Fault> {
        let closing = payment.account.map(|account| find(tables, account));
        let Some(mut closing) = closing.transpose()?.flatten() else {
            return Ok(());
        };
        let place = self.issuer.office.place();
        let is_its_own = closing.reference(place).as_deref() == Some(payment.reference.as_str());
        if !is_its_own || closing.state != ClosingState::Closing {
            return Ok(());
        }
        closing.state = match is_booked {
            true => ClosingState::Closed,
            false => ClosingState::Kept,
        };
        if closing.state == ClosingState::Kept {
            accounts::reopen(tables, closing.account)?;
            self.tell_office(tables, closing.account)?;
        }
        Ok(store(tables, &closing)?)
    }

    /// Sends what came late for a closed account the same way as the rest.
    ///
    /// # Errors
    /// Those of the ledger and the database.
    pub(in crate::bank) fn pay_out_late(&self, name: &str) -> Result<(), Fault> {
        let Some(account) = books::account_of(name) else {
            return Ok(());
        };
        let office = &self.issuer.office;
        office.transaction(|tables| {
            let closing = find(tables, account)?;
            let is_closed = |closing: &Closing| closing.state == ClosingState::Closed;
            let Some(closing) = closing.filter(is_closed) else {
                return Ok(());
            };
            let currency = closing.money.currency;
            let free = ledger::balance(tables, name, currency)?.available();
            let minor = u64::try_from(free).unwrap_or(0);
            if minor == 0 {
                return Ok(());
            }
            let sql = "SELECT coalesce(max(number), 0) FROM transfers";
            let newest: u64 = typed::one(tables, sql, &[])?.unwrap_or(0);
            let about = format!("late {account} {newest}");
            let reference = Purpose::Closing.reference(office.place(), about.as_bytes());
            let money = Money::new(minor, currency);
            self.pay_out(tables, account, money, &reference, Purpose::Closing)
        })
    }

    /// Every night: what came late for closed accounts, by whatever way.
    ///
    /// # Errors
    /// As of [`Bank::pay_out_late`].
    pub(in crate::bank) fn look_after_closed(&self) -> Result<(), Fault> {
        let sql = "SELECT l.name FROM bank_closings c
            JOIN accounts l ON l.name = 'holder ' || c.account AND l.currency = c.currency
            WHERE c.state = 'closed' AND l.credits_posted > l.debits_posted + l.debits_pending LIMIT ?";
        let tables = self.issuer.office.tables();
        let names: Vec<String> = typed::all(tables, sql, &[LOOKED_AFTER_MAX.into()])?;
        names.iter().try_for_each(|name| self.pay_out_late(name))
    }

    /// At a shard: has the office told whether the account is shut. Call it in the transaction that changes that.
    fn tell_office(&self, tables: &dyn Tables, account: i64) -> Result<(), Fault> {
        let office = &self.issuer.office;
        if !office.is_shard() {
            return Ok(());
        }
        let now_ms = office.now_ms();
        let place = Place::Office.to_string();
        let job = NewJob {
            kind: TELL,
            reference: &account.to_string(),
            peer: Some(&place),
            at_ms: now_ms,
        };
        Ok(due::put(tables, &job, now_ms)?)
    }

    /// Tells it as it stands now, for the job.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while the office does not answer.
    pub(in crate::bank) async fn tell_shut(&self, job: &Job) -> Result<Next, Fault> {
        let office = &self.issuer.office;
        let account: i64 = job.reference.parse().map_err(|_| Fault::internal())?;
        let is_shut = accounts::is_shut(office.tables(), account)?;
        let said = minicbor::to_vec((account, is_shut)).map_err(|_| Fault::internal())?;
        let heard = office.ask_sibling(Place::Office, PATH, said).await;
        heard.map_err(not_yet)?;
        Ok(Next::Done)
    }

    /// At the office: hears whether an account is shut.
    pub(in crate::bank) fn hear_shut(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        let unread = |_| Fault::malformed("A sibling says something else.");
        let body = web::body_as(request, web::CBOR)?;
        let (account, is_shut): (i64, bool) = minicbor::decode(body).map_err(unread)?;
        office.transaction(|tables| match is_shut {
            true => accounts::shut(tables, account, office.now()),
            false => accounts::reopen(tables, account),
        })?;
        Ok(web::cbor(Vec::new()))
    }
}

fn currency_of(tables: &dyn Tables, account: i64) -> Result<Currency, Fault> {
    let limit = accounts::limit(tables, account)?;
    Ok(limit.ok_or_else(Fault::internal)?.currency)
}

/// Why an account cannot be closed yet.
fn what_keeps_open(
    tables: &dyn Tables,
    account: i64,
    balance: &Balance,
) -> Result<Option<InstructionOutcome>, DatabaseError> {
    if has_purse(tables, account)? {
        return Ok(Some(InstructionOutcome::HasPurses));
    }
    let ordered =
        "SELECT 1 FROM bank_outside_payments WHERE account = ? AND state = 'ordered' LIMIT 1";
    let is_pending = balance.debits_pending != 0 || balance.credits_pending != 0;
    if is_pending || first(tables, ordered, &[account.into()])?.is_some() {
        return Ok(Some(InstructionOutcome::UnderWay));
    }
    Ok(None)
}
