//! The purse applet's commands, what is asked in them, and what comes back. A purse stands at a place of the card,
//! 0 to 15, which has nothing to do with the slots of accounts.

mod asked;
mod commands;
mod local;
mod replies;
mod views;

pub(crate) use asked::HistoryAsked;
pub use asked::{
    ApplicationTerms, MovementTerms, OpeningGiven, OrderToPay, Prepared, RenewalTerms, Signed,
};
pub use commands::{
    answer_offer, apply, clear_history, close, draw, list_purses, make_key, open, pay, put_bank,
    put_key, put_roots, read_history, read_messages, read_purse, renew, renewed, report,
    report_with, request, take_notice, take_verdict,
};
pub use local::{
    PaymentGiven, PaymentSeen, PaymentWanted, ask_purse, look_at_payment, pay_purse, payment_seen,
    refuse_payment, settle_payment, take_payment,
};
pub use replies::{history, messages, prepared, public_key, purse, purses, signed, transaction};
pub use views::{ListedPurse, PendingMessages, PendingStep, PendingView, PurseView};

/// How many purses a card holds; places are numbered from 0.
pub const PLACES: u8 = crate::applets::purse::PURSES_MAX as u8;
