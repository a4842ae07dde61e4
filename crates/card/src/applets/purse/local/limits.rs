//! How much a purse may give away before its bank hears of it: a copy of a card can spend no more than that, and the
//! limits change with the next checkpoint.

use super::super::stored::Value;
use super::stored::GivenAway;
use crate::StatusWord;
use tallystick_protocol::wire::identifier::TransactionId;

impl Value {
    /// Requires that so much more may be given away.
    pub(super) fn require_may_give(&self, amount: u64) -> Result<(), StatusWord> {
        let limits = self.checkpoint.limits;
        let unknown = || self.unreconciled();
        let given = unknown().map(|given| given.amount);
        let total = given.fold(amount, u64::saturating_add);
        let count = unknown().count();
        let is_within = amount <= limits.payment
            && total <= limits.total
            && u32::try_from(count).is_ok_and(|count| count < limits.count);
        if is_within {
            Ok(())
        } else {
            Err(StatusWord::LimitExceeded)
        }
    }

    /// Counts what has just been given away, as the newest entry.
    pub(super) fn count_given(&mut self, transaction: TransactionId, amount: u64) {
        let through = self.checkpoint.through;
        self.given.retain(|given| given.sequence > through);
        self.given.push(GivenAway {
            sequence: self.sequence,
            transaction,
            amount,
        });
    }

    /// What came back was not given away.
    pub(super) fn uncount(&mut self, transaction: TransactionId) {
        self.given.retain(|given| given.transaction != transaction);
    }

    fn unreconciled(&self) -> impl Iterator<Item = &GivenAway> {
        let through = self.checkpoint.through;
        self.given
            .iter()
            .filter(move |given| given.sequence > through)
    }
}
