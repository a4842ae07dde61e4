//! What a loan allows. Everything that is compared stands in the order's own root, so that nobody in between can say
//! something else of it.

use tallystick_protocol::checkout::order::{ORDER_LIFETIME_SECONDS, OrderProof};
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::wire::identifier::TerminalId;
use tallystick_protocol::wire::money::Money;

use crate::host::home::lending::LoanView;

/// The loan of that number, if it is this terminal's and was not stopped.
pub(super) fn loan<'a>(
    loans: &'a [LoanView],
    number: u32,
    terminal: &TerminalId,
) -> Result<&'a LoanView, HomeRefusal> {
    let mut loans = loans.iter();
    loans
        .find(|loan| loan.loan.number == number)
        .filter(|loan| loan.loan.terminal == *terminal && !loan.is_stopped)
        .ok_or(HomeRefusal::NoLoan)
}

/// That a loan allows this order, which costs so much.
pub(super) fn require_allowed(
    lent: &LoanView,
    proof: &OrderProof,
    amount: Money,
) -> Result<(), HomeRefusal> {
    let (loan, header) = (&lent.loan, &proof.header);
    let lifetime = header.sent_at.plus_seconds(ORDER_LIFETIME_SECONDS);
    if !loan.is_for(&header.shop) {
        Err(HomeRefusal::OtherShop)
    } else if amount.currency != loan.each.currency || amount.minor > loan.each.minor {
        Err(HomeRefusal::AboveEach)
    } else if amount.minor > lent.total_left {
        Err(HomeRefusal::AboveTotal)
    } else if lent.count_left == 0 {
        Err(HomeRefusal::NoneLeft)
    } else if header.expires_at > loan.ends_at
        || header.expires_at <= header.sent_at
        || header.expires_at > lifetime
    {
        Err(HomeRefusal::AfterEnd)
    } else {
        Ok(())
    }
}
