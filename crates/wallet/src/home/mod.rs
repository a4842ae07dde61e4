//! The home proxy (source document 000), on both of its ends: [`lending`] is the wallet whose card stays at home, [`away`]
//! the one that is used on the way. What each says to whom: `docs/messages.cddl`, "the home proxy".

pub mod away;
pub mod errors;
pub mod lending;
pub mod view;
