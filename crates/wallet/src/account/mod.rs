//! Cards: from an issuer's offer to one that can pay, which is meant, and what the card in a reader is.

pub mod cards;
mod code;
pub mod enrol;
mod epoch;
pub mod errors;
pub mod further_cards;
pub mod making;
mod move_card;
pub mod offer;
pub mod question;
pub mod reader_card;
pub mod renewal;
pub mod set_up;
pub mod shares;
pub(crate) mod spaces;
pub mod view;
