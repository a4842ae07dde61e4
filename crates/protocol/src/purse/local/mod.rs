//! Value goes from purse to purse while no bank is heard of (EP 1 221 669, Sb1 to Sb12). Three messages, each short
//! enough for a QR code: the payee's card asks ([`LocalRequest`], Sb2), the payer's card pays ([`LocalPayment`], Sb5),
//! the payee's card says that it took it or never will ([`LocalAnswer`], Sb8 and Sb10).
//!
//! What is asked is shown to whoever looks; payment and answer are sealed, and nobody but the other card opens them.
//! Everything is checked without a network: with each message comes what the bank signed of the purse
//! ([`Credentials`]). Each signature says at which place of the purse's history it stands and what that history is by
//! then ([`Claim`]); a purse that says two things of one place has signed that it was spent twice
//! ([`Contradiction`]).

mod answer;
mod contradiction;
mod credentials;
mod error;
mod evidence;
mod payment;
mod request;
mod sealing;
#[cfg(test)]
mod tests;
mod word;

pub use answer::{LocalAnswer, Taken};
pub use contradiction::{Caught, Contradiction};
pub use credentials::{Credentials, Shown};
pub use error::LocalError;
pub use evidence::LocalEvidence;
pub use payment::LocalPayment;
pub use request::LocalRequest;
pub use sealing::{Delivered, SealedAnswer, SealedPayment};
pub use word::{Claim, SaidKind, Word};
