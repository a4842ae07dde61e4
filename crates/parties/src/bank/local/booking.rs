//! Books a payment between purses: the payee's half, and the payer's.

use super::claims::{self, Said};
use super::covering::{cover, given_by, given_name, uncovered};
use super::hearing::{Evidence, Heard};
use super::rows::{self, Local};
use super::shortfall::{look_again, make_good};
use super::telling;
use tallystick_protocol::purse::local::{LocalEvidence, SaidKind};
use tallystick_protocol::purse::{Endpoint, PurseNumber};
use tallystick_protocol::wire::identifier::{HolderId, TransactionId};
use tallystick_protocol::wire::time::Timestamp;

use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::bank::closing;
use crate::bank::movements::{self, Movement, MovementState};
use crate::bank::purses;
use crate::ledger::across::Crossing;
use crate::ledger::{self, AccountKind, Transfer};
use crate::office::fault::Fault;
use crate::office::place::Place;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob, Next};

/// The kind of the job that ends a reconciliation window; its reference is the purse that gave.
pub(in crate::bank) const WINDOW: &str = "local-window";

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Books what a report told, as far as it is this object's, and has the other object told. The same again books
    /// nothing. Call it in a transaction.
    ///
    /// # Errors
    /// Those of the ledger and the database.
    pub(in crate::bank) fn book_local(
        &self,
        tables: &dyn Tables,
        heard: Heard,
    ) -> Result<(), Fault> {
        let (transaction, payer, payee) = (heard.transaction, heard.payer, heard.payee);
        self.book_own(tables, heard)?;
        self.tell_other(tables, &transaction, (&payer, &payee))
    }

    /// Has the object told where the other purse is, if that is another one.
    pub(super) fn tell_other(
        &self,
        tables: &dyn Tables,
        transaction: &TransactionId,
        (payer, payee): (&PurseNumber, &PurseNumber),
    ) -> Result<(), Fault> {
        let is_here = |purse| purses::find(tables, purse).map(|found| found.is_some());
        let elsewhere = match (is_here(payee)?, is_here(payer)?) {
            (true, true) => return Ok(()),
            (true, false) => payer,
            (false, _) => payee,
        };
        let office = &self.issuer.office;
        let place = office.spread()?.shards.of(elsewhere.0[0]);
        telling::put(tables, transaction, place, office.now_ms())
    }

    /// Keeps what was heard, and books this object's half, or halves, once it may.
    pub(super) fn book_own(&self, tables: &dyn Tables, heard: Heard) -> Result<(), Fault> {
        let transaction = heard.transaction;
        rows::keep(tables, &heard.clone().row(self.issuer.office.now()))?;
        self.keep_claim(tables, &heard)?;
        self.settle_local(tables, &transaction)
    }

    /// Books this object's half, or halves.
    pub(super) fn book_halves(&self, tables: &dyn Tables, local: &Local) -> Result<(), Fault> {
        let office = &self.issuer.office;
        rows::note_booked(tables, &local.transaction, office.now())?;
        let (payer, payee) = (local.payer, local.payee);
        let has_payee = purses::find(tables, &payee)?.is_some();
        let has_payer = purses::find(tables, &payer)?;
        if has_payee {
            credit(tables, local, office.now_ms())?;
            cover(tables, &payee, office.now_ms())?;
            look_again(tables, &payee, office.now())?;
            closing::pass_on(tables, &payee, (&local.transaction, office.now()))?;
        }
        if let Some(purse) = &has_payer {
            if !has_payee {
                let to = office.spread()?.shards.of(payee.0[0]);
                self.send_given(tables, local, to)?;
            }
            cover(tables, &payer, office.now_ms())?;
            look_again(tables, &payer, office.now())?;
            self.watch(tables, &payer)?;
            end_movement(tables, local, purse.holder, office.now())?;
        }
        Ok(())
    }

    /// Puts on the clock that a purse has to have covered by then what it gave. One that is closed has to at once.
    fn watch(&self, tables: &dyn Tables, payer: &PurseNumber) -> Result<(), Fault> {
        let purse = purses::require(tables, payer)?;
        if uncovered(tables, &purse)? == 0 {
            return Ok(());
        }
        let office = &self.issuer.office;
        if purse.closed_at.is_some() {
            // What it held went to its account, and its own history does not come any more.
            return make_good(tables, payer, office.now());
        }
        let window = self.config.reconciliation_seconds;
        let job = NewJob {
            kind: WINDOW,
            reference: &payer.to_string(),
            peer: None,
            at_ms: office.now().plus_seconds(window).milliseconds(),
        };
        Ok(due::put(tables, &job, office.now_ms())?)
    }

    /// The reconciliation window of what a purse gave is over: what is not covered by now is booked against
    /// its account.
    pub(in crate::bank) fn end_window(&self, reference: &str) -> Result<Next, Fault> {
        let number: PurseNumber = reference.parse().map_err(|_| Fault::internal())?;
        let office = &self.issuer.office;
        office.transaction(|tables| make_good(tables, &number, office.now()))?;
        Ok(Next::Done)
    }

    /// Keeps what the signature says of the history of whoever signed, where that purse is.
    fn keep_claim(&self, tables: &dyn Tables, heard: &Heard) -> Result<(), Fault> {
        if purses::find(tables, &heard.claim.purse)?.is_none() {
            return Ok(());
        }
        let (kind, bytes) = match &heard.evidence {
            Evidence::Payment(bytes) => (SaidKind::Payment, bytes),
            Evidence::Receipt(bytes) => (SaidKind::Receipt, bytes),
        };
        let evidence = LocalEvidence::read(bytes).map_err(Fault::untrusted)?;
        let said = Said {
            claim: heard.claim,
            kind,
            signed: &evidence.signed,
            credentials: &evidence.purse,
        };
        claims::keep(tables, &said, self.issuer.office.now())
    }

    /// What the payer gave goes to the payee's object, from the account that the purse covers.
    fn send_given(&self, tables: &dyn Tables, local: &Local, to: Place) -> Result<(), Fault> {
        let crossing = Crossing {
            id: format!("across local-{}", local.transaction),
            kind: AccountKind::Given,
            account: given_name(&local.payer),
            money: local.money,
        };
        self.issuer.office.send_crossing(tables, &crossing, to)
    }
}

/// The payee's half: it has what was paid.
fn credit(tables: &dyn Tables, local: &Local, at_ms: u64) -> Result<(), Fault> {
    let (given, inside) = (given_name(&local.payer), purses::ledger_name(&local.payee));
    let transfer = Transfer {
        id: &format!("local {}", local.transaction),
        at_ms,
        order_id: None,
        memo: "Paid from purse to purse",
        debit: given_by(&given),
        credit: purses::inside_of(&inside),
        money: local.money,
    };
    ledger::transfer(tables, &transfer)?;
    Ok(())
}

/// The payer's card hears that the payment is done, if its receipt never came.
fn end_movement(
    tables: &dyn Tables,
    local: &Local,
    holder: Option<HolderId>,
    now: Timestamp,
) -> Result<(), Fault> {
    if movements::find(tables, &local.payer, &local.transaction)?.is_some() {
        return Ok(());
    }
    let holder = holder.ok_or_else(Fault::internal)?;
    let mut paid = Movement::barred((local.payer, holder), local.transaction, now);
    paid.state = MovementState::Completed;
    paid.source = Some(Endpoint::Purse(local.payer));
    paid.destination = Some(Endpoint::Purse(local.payee));
    paid.money = Some(local.money);
    movements::insert(tables, &paid)?;
    movements::decide_verdict(tables, &paid, MovementState::Completed, now)
}
