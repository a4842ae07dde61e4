//! Payments that purses made without the bank, as their reports bring them (EP 1 221 669, Sc1 to Sc4). Either history
//! suffices: the payee's has what the payer signed, the payer's what the payee signed. Whichever comes first, and how
//! often, the books end the same.
//!
//! The payee is credited at once. What the payer gave stands on an account *given* of its purse, which its purse covers
//! as soon as it holds that much by the books: the payer may have been paid by somebody of whom the bank hears later. What
//! is not covered when the purse's own history is known, or when the window is over, is
//! booked against its account.
//!
//! A bank that wants both histories (`Reconcile::Both`) books when they agree, or when the window is over.
//!
//! What a prepaid card pays the purse beside it has taken over first (`taken`): the bank hears of that from this purse alone.
//!
//! Payer and payee may be at two objects of the bank. Each books its half; the one that hears first tells the other.

mod again;
mod booking;
mod claims;
mod covering;
mod hearing;
mod rows;
mod shortfall;
mod showing;
mod taken;
mod telling;
mod waiting;

pub(super) use again::{TABLE as TOLD_AGAIN, begins_after, is_news, note as note_again};
pub(super) use booking::WINDOW;
pub(super) use claims::{TABLE as CLAIMS, compare_report, was_overtaken};
pub(super) use covering::uncovered;
pub(super) use hearing::{Believed, Heard, hear};
pub(super) use rows::{TABLE, awaited, proofs_of};
pub(super) use shortfall::{TABLE as SHORTFALLS, make_good};
pub(super) use showing::purse_in;
pub(super) use taken::{book_taken, hear_taken};
pub(super) use telling::{PATH, TELL};
pub(super) use waiting::OTHER_HISTORY;
