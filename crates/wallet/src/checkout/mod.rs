//! A purchase, from the shop's form to the courier's label.
//!
//! Each step is stored before the next begins, and every message that is sent can be sent again: a
//! wallet that dies anywhere goes on from its last stored step.

mod advance;
mod again;
mod approve;
mod attention;
mod away;
mod cancel;
mod confirm;
mod coupons;
mod decline;
mod directly;
mod due;
mod ending;
pub mod errors;
pub mod evidence;
mod instrument;
pub mod order;
pub mod orders;
mod parcels;
pub mod proposal;
mod question;
mod receipt;
pub mod receive;
mod refunds;
mod seal;
mod send;
pub mod shown;
mod spaces;
mod tapping;
pub mod view;

pub use attention::{Attention, PAUSE_MS_MIN};
pub use ending::GRACE_SECONDS;
