//! Mail to holders (source document 000: each decision is mailed). A role notes what is to be mailed in the transaction
//! that decides it, by [`decision`]; from there on it is a job like every other ([`crate::post::due`]), and the role
//! does it by [`deliver`]. It is said at least once, and each time as the same bytes under the same `Message-ID`, by
//! which a mailbox tells that it had it before.
//!
//! A role that mails opens its office with [`with_schema`](crate::office::Office::with_schema)`("mail", mail::SCHEMA)`,
//! keeps [`KEPT`], and has jobs of the kind [`JOB`] done by [`deliver`].

mod account;
mod code;
mod decision;
mod message;
mod post;
mod reply;
mod stored;
mod submission;
#[cfg(test)]
mod tests;

pub use account::Account;
pub use code::code;
pub use decision::{Decision, decision};
pub use post::{Post, Sender};
pub use stored::{JOB, KEPT, KeptMail, Noted, SCHEMA, deliver, forget, kept};
pub use submission::{SubmissionError, submit};
