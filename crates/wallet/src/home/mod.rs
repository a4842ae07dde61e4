//! The home proxy (source document 000), on both of its ends: [`lending`] is the wallet whose card stays at home, [`away`]
//! the one that is used on the way. What each says to whom: `docs/messages.cddl`, "the home proxy".

pub mod account;
pub mod away;
pub mod card;
mod code;
pub mod errand;
pub mod errors;
pub mod lending;
pub mod proxy;
pub mod refusal;
mod slice;
pub mod view;

pub use slice::Homes;
