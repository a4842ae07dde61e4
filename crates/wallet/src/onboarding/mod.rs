//! From an issuer's offer to a card that can pay.

mod account;
pub mod enrol;
pub mod further_cards;
mod move_card;
pub mod offer;
pub mod renewal;
pub mod set_up;
pub mod shares;
