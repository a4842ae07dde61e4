//! Coupons with an owner (source document 001): bought at an office, kept in the card, given, shown, spent and converted.
//!
//! Each step is stored before anything is sent, and every message can be sent again: a wallet that dies anywhere goes on from
//! its last stored step. What a coupon is worth and whose it is, the office signs; what moves it, the card.

mod answering;
mod asking;
mod card;
mod converting;
pub mod coupons;
pub mod errors;
mod following;
mod gesture;
mod giving;
mod issuing;
mod links;
mod locking;
mod looking;
mod office;
pub mod record;
mod recovering;
mod showing;
pub mod shown;
pub mod spending;
mod status;
mod taking;
mod tending;
mod text;
pub mod view;
