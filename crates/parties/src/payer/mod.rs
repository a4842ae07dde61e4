//! Pays for a holder: reserves, captures, releases, and says where the money is.

mod authorising;
pub mod books;
mod inquiring;
mod judging;
pub mod reservations;
mod settling;
pub mod state;
mod words;

/// How long statements are good as evidence, in seconds (30 days).
pub(crate) const EVIDENCE_SECONDS: u64 = 30 * 86_400;
