//! ISO 20022, in the few messages that a bank and its bank exchange: credit transfers (pain.001.001.09),
//! direct debits (pain.008.001.08), what became of them (pain.002.001.10), statements (camt.053.001.08).
//!
//! Reading is strict and bounded: one namespace, elements in the schema's order, no DTD, no entity but XML's
//! own five, limits on size, depth and number. Of a payment nothing may stand in a message that is not read,
//! because it could change what is paid; a statement may say more than is asked.

mod amount;
pub mod camt053;
mod date;
mod error;
mod fields;
mod iban;
mod initiation;
pub mod pain001;
pub mod pain002;
pub mod pain008;
mod parties;
mod payments;
mod text;
mod xml;

pub use date::Date;
pub use error::Iso20022Error;
pub use iban::{Iban, IbanError};
pub use parties::{Holding, Mandate};
pub use payments::{Batch, Instruction, Order, read_order};
pub use text::{NOT_PROVIDED, Name, Reference, Remittance, TextError};
pub use xml::BYTES_MAX;

/// The media type of all these messages (RFC 7303).
pub const MEDIA_TYPE: &str = "application/xml";

/// How many instructions one message may hold: what fits into [`BYTES_MAX`] at their longest.
pub const INSTRUCTIONS_MAX: usize = 200;
