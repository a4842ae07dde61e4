//! How a purse's amount changes. Every change of what can be spent is an entry of the history, except where the bank
//! puts it right (`notice`).

use alloc::vec::Vec;

use tallystick_protocol::purse::{
    EVIDENCE_BYTES_MAX, Endpoint, HistoryEntry, HistoryPolicy, PENDING_MAX, PurseState,
};
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::MINOR_MAX;
use tallystick_protocol::wire::time::Timestamp;

use super::pending::Pending;
use super::stored::{HISTORY_MAX, Value};
use crate::StatusWord;
use crate::host::purse::PendingStep;

impl Value {
    /// What the purse says that it holds.
    pub(super) fn state(&self) -> PurseState {
        let sum = |counts: fn(&Pending) -> bool| {
            let amounts = self.pending.iter().filter(|pending| counts(pending));
            amounts.map(|pending| pending.amount).sum()
        };
        PurseState {
            amount: self.amount,
            pending_out: sum(Pending::is_out),
            pending_in: sum(Pending::is_in),
            checkpoint: self.checkpoint.number,
            sequence: self.sequence,
            head: self.head,
        }
    }

    /// Whether something may still change what can be spent.
    pub(super) fn has_pending(&self) -> bool {
        let changes = |pending: &Pending| pending.is_out() || pending.may_come_in();
        self.pending.iter().any(changes)
    }

    /// The place of a movement that has not ended.
    pub(super) fn find(&self, transaction: TransactionId) -> Option<usize> {
        let mut pending = self.pending.iter();
        pending.position(|pending| pending.transaction == transaction)
    }

    /// Whether no value moves until there is room in the history (T004-3, T004-5).
    pub(super) fn is_full(&self) -> bool {
        let kept = match self.checkpoint.policy {
            HistoryPolicy::EraseOldest => self
                .untold_take_over()
                .map_or(0, |first| self.history.len().saturating_sub(first)),
            HistoryPolicy::Stop => self.history.len(),
            HistoryPolicy::UploadFirst => {
                let unknown = |entry: &&HistoryEntry| entry.sequence > self.checkpoint.through;
                self.history.iter().filter(unknown).count()
            }
        };
        kept >= HISTORY_MAX
    }

    /// Requires that a further movement can begin, and makes room for it.
    pub(super) fn make_room(&mut self) -> Result<(), StatusWord> {
        if self.is_full() {
            return Err(StatusWord::HistoryFull);
        }
        if self.pending.len() < PENDING_MAX {
            return Ok(());
        }
        // What was refused waits only for the bank's word that it knows.
        let mut pending = self.pending.iter();
        let refused = pending.position(|pending| pending.step == PendingStep::Refused);
        self.pending.remove(refused.ok_or(StatusWord::PendingFull)?);
        Ok(())
    }

    /// Requires that the purse may hold that much more (its checkpoint says how much in all).
    pub(super) fn require_may_hold(&self, more: u64) -> Result<(), StatusWord> {
        let held = |pending: &&Pending| pending.is_out() || pending.may_come_in();
        let pending = self.pending.iter().filter(held);
        let most = self.checkpoint.limits.holding.min(MINOR_MAX);
        pending
            .map(|pending| pending.amount)
            .try_fold(self.amount, u64::checked_add)
            .and_then(|sum| sum.checked_add(more))
            .filter(|sum| *sum <= most)
            .map(|_| ())
            .ok_or(StatusWord::LimitExceeded)
    }

    /// Sets aside what a movement gives: it cannot be spent any more, before anything is signed.
    pub(super) fn set_aside(&mut self, pending: &Pending) -> Result<(), StatusWord> {
        self.amount = self
            .amount
            .checked_sub(pending.amount)
            .ok_or(StatusWord::InsufficientAmount)?;
        self.record(
            pending,
            (&pending.destination, &pending.source),
            pending.at,
            &[],
        );
        Ok(())
    }

    /// Gives back what was set aside: the same movement the other way round.
    pub(super) fn give_back(&mut self, pending: &Pending, at: Timestamp, evidence: &[u8]) {
        // What comes back was here before, so the sum is as small as it was.
        self.amount = self.amount.saturating_add(pending.amount);
        self.record(
            pending,
            (&pending.source, &pending.destination),
            at,
            evidence,
        );
    }

    /// Takes in what the bank says is complete.
    pub(super) fn take_in(&mut self, pending: &Pending, at: Timestamp, evidence: &[u8]) {
        // Whether there is room for it was asked when it began.
        self.amount = self.amount.saturating_add(pending.amount);
        self.record(
            pending,
            (&pending.destination, &pending.source),
            at,
            evidence,
        );
    }

    /// Puts the bank's word that it is complete to the entry with which the amount left.
    pub(super) fn add_evidence(&mut self, transaction: TransactionId, evidence: &[u8]) {
        let mut entries = self.history.iter_mut().rev();
        let entry = entries.find(|entry| entry.transaction == transaction);
        if let Some(entry) = entry.filter(|_| evidence.len() <= EVIDENCE_BYTES_MAX) {
            entry.evidence = evidence.to_vec();
        }
    }

    fn record(
        &mut self,
        pending: &Pending,
        (payee, payer): (&Endpoint, &Endpoint),
        at: Timestamp,
        evidence: &[u8],
    ) {
        self.erase();
        let evidence = Some(evidence).filter(|evidence| evidence.len() <= EVIDENCE_BYTES_MAX);
        let entry = HistoryEntry {
            sequence: self.sequence.saturating_add(1),
            previous: self.head,
            transaction: pending.transaction,
            payee: payee.clone(),
            payer: payer.clone(),
            amount: pending.amount,
            balance: self.amount,
            at,
            evidence: evidence.map(<[u8]>::to_vec).unwrap_or_default(),
        };
        self.sequence = entry.sequence;
        self.head = entry.hash();
        self.history.push(entry);
    }

    /// Makes room for one more entry, as the policy allows.
    fn erase(&mut self) {
        let surplus = (self.history.len() + 1).saturating_sub(HISTORY_MAX);
        let may_go = match self.checkpoint.policy {
            HistoryPolicy::Stop => 0,
            // The bank hears from nobody else what was taken over.
            HistoryPolicy::EraseOldest => self.untold_take_over().unwrap_or(surplus),
            HistoryPolicy::UploadFirst => {
                let through = self.checkpoint.through;
                self.history
                    .partition_point(|entry| entry.sequence <= through)
            }
        };
        self.history.drain(..surplus.min(may_go));
    }

    /// The entries after one, at most that many.
    pub(super) fn entries_after(&self, after: u64, most: usize) -> Vec<HistoryEntry> {
        let entries = self.history.iter();
        let entries = entries.filter(|entry| entry.sequence > after);
        entries.take(most).cloned().collect()
    }
}
