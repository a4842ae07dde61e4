//! Which history a payment between purses is booked by: the first that comes, or, if the bank's operator wants both, the
//! payer's and the payee's once they agree. If the other one does not come, one suffices when the window is over: whoever
//! was paid is paid, though the other's history is lost (T004-38).

use tallystick_protocol::purse::HistoryEntry;
use tallystick_protocol::purse::local::{LocalEvidence, LocalPayment};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use super::rows::{self, Local};
use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::bank::config::Reconcile;
use crate::bank::history;
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob, Next};

/// The kind of the job that waits for the other history; its reference is the payment's number.
pub(in crate::bank) const OTHER_HISTORY: &str = "local-other";

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Books what is known of a payment, or waits for the other history. Call it in a transaction.
    pub(super) fn settle_local(
        &self,
        tables: &dyn Tables,
        transaction: &TransactionId,
    ) -> Result<(), Fault> {
        let Some(local) = rows::find(tables, transaction)? else {
            return Ok(());
        };
        let is_booked = local.booked_at.is_some();
        let until = self.waits_until(&local);
        if is_booked || self.issuer.office.now() >= until || self.is_agreed(tables, &local)? {
            return self.book_halves(tables, &local);
        }
        let job = NewJob {
            kind: OTHER_HISTORY,
            reference: &transaction.to_string(),
            peer: None,
            at_ms: until.milliseconds(),
        };
        Ok(due::put_once(tables, &job, self.issuer.office.now_ms())?)
    }

    fn waits_until(&self, local: &Local) -> Timestamp {
        match self.config.reconcile {
            Reconcile::Either => local.heard_at,
            Reconcile::Both => {
                let window = self.config.reconciliation_seconds;
                local.heard_at.plus_seconds(window)
            }
        }
    }

    /// The other history did not come: one suffices.
    pub(in crate::bank) fn end_waiting(&self, reference: &str) -> Result<Next, Fault> {
        let transaction: TransactionId = reference.parse().map_err(|_| Fault::internal())?;
        let office = &self.issuer.office;
        office.transaction(|tables| self.settle_local(tables, &transaction))?;
        Ok(Next::Done)
    }

    /// Whether both histories tell of the payment: each has what the other purse signed, or the payer's has the entry that
    /// the payer signed, though its receipt never came. The payer's object tells the payee's.
    fn is_agreed(&self, tables: &dyn Tables, local: &Local) -> Result<bool, Fault> {
        let is_told = local.is_agreed || local.payment.is_some() && local.answer.is_some();
        if is_told || !is_in_history(tables, local)? {
            return Ok(is_told);
        }
        rows::agree(tables, &local.transaction)?;
        self.tell_other(tables, &local.transaction, (&local.payer, &local.payee))?;
        Ok(true)
    }

    /// Looks, with the payer's new entries, at the payments of which the payees have told.
    ///
    /// # Errors
    /// Those of the ledger and the database.
    pub(in crate::bank) fn compare_local(
        &self,
        tables: &dyn Tables,
        entries: &[HistoryEntry],
    ) -> Result<(), Fault> {
        if self.config.reconcile == Reconcile::Either {
            return Ok(());
        }
        for entry in entries {
            self.settle_local(tables, &entry.transaction)?;
        }
        Ok(())
    }
}

/// Whether the payer's history, as far as it is known here, has the entry that the payer signed for the payee.
fn is_in_history(tables: &dyn Tables, local: &Local) -> Result<bool, Fault> {
    let Some(bytes) = &local.payment else {
        return Ok(false);
    };
    let evidence = LocalEvidence::read(bytes).map_err(|_| Fault::internal())?;
    let payment: LocalPayment =
        keyed::unverified(&evidence.signed).map_err(|_| Fault::internal())?;
    let claim = payment.claim();
    let known = history::entry_at(tables, &claim.purse, claim.sequence)?;
    Ok(known.is_some_and(|known| known.hash() == claim.entry))
}
