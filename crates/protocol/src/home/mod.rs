//! The home proxy (source document 000): a card stays at home and signs while its holder is away.
//!
//! Four sides: the *home card*; the *proxy*, which knows which terminals are whose; the *terminal*, which is the access
//! card of whoever is away; the shop. What is secret between terminal and home card passes through the proxy and the
//! home browser, which may both be hostile: it is sealed and signed end to end ([`password`], [`channel`]). What a card
//! lends is a [`Loan`], kept in the card itself.
//!
//! | Step | What is said |
//! |---|---|
//! | H1, H2 | [`AccessRequest`], looked up by the proxy |
//! | H4 | [`Opening`]: the first password, sealed to the home card with its nonce |
//! | H3 | [`agreement`] of terminal and proxy |
//! | H5 | [`Release`]: the second password, bound to the transcript of that session |
//! | H6 | [`agreement`] of proxy and shop; the home card signs [`Entrance`] |
//! | H7 | [`agreement::Handover`] of the key, within the session |
//! | H8 | [`records`] between terminal and shop |

pub mod access;
pub mod agreement;
pub mod calls;
pub mod channel;
pub mod decisions;
mod entrance;
pub mod hosted;
pub mod keys;
pub mod loan;
pub mod password;
pub mod records;
mod refusal;
pub mod registration;
#[cfg(test)]
mod tests;

pub use access::{AccessAnswer, AccessPurpose, AccessRequest};
pub use entrance::Entrance;
pub use keys::PublicKeys;
pub use loan::{Loan, SHOPS_MAX};
pub use password::{Opening, OpeningAnswer, PASSWORD_BYTES_MAX, PASSWORD_BYTES_MIN, Release};
pub use refusal::HomeRefusal;
pub use registration::{HomeRegistration, TERMINALS_MAX};
