//! A purchase with what is lent that came to nothing: the loan has the amount again, as far as this wallet knows.

use crate::checkout::order::record::OrderRecord;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::home::away::record::named;

impl Desk<'_> {
    /// The issuer signed that nothing is charged. The card at home hears the same word and counts for itself: it decides.
    pub(in crate::checkout) fn lent_again(
        &mut self,
        order: &OrderRecord,
    ) -> Result<(), WalletError> {
        let Some((home, number)) = order
            .approval
            .as_ref()
            .and_then(|one| named(one.means.as_deref()?))
        else {
            return Ok(());
        };
        let mut away = match self.away_home(&home) {
            Err(error) if error.kind == ErrorKind::NoSuchLoan => return Ok(()),
            away => away?,
        };
        let mut loans = away.loans.iter_mut();
        if let Some(one) = loans.find(|one| one.loan.number == number) {
            let total = one.total_left.saturating_add(order.rest().minor);
            one.total_left = total.min(one.loan.total);
            one.count_left = one.count_left.saturating_add(1).min(one.loan.count);
        }
        self.keep_away_home(away)
    }
}
