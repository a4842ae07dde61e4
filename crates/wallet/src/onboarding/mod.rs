//! From an issuer's offer to a card that can pay.

pub mod enrol;
pub mod offer;
pub mod set_up;
pub mod shares;
