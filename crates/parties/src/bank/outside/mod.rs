//! What moves between the bank and the banking system outside (EP 1 221 669, [0036] and [0112]): what the bank orders
//! there, and what it finds booked.

mod account_statement;
pub(super) mod alerts;
mod bookings;
mod closing;
pub(super) mod console;
mod holdings;
pub(super) mod mandates;
mod open_purses;
pub(super) mod orders;
pub(super) mod payments;
pub(super) mod schema;
pub(super) mod statement;
mod unassigned;

pub(super) use closing::{PATH as SHUT, TELL as TELL_SHUT};
pub(super) use holdings::PATH as HOLDINGS;
pub(super) use open_purses::PATH as OPEN_PURSES;
