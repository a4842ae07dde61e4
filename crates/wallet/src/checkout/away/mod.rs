//! Purchases with what is lent: the card at home takes the place of the wallet's own, and two passwords that of the PIN.
//! The rest is as always.

mod approve;
mod enter;
mod given_back;
mod payment;
mod procedure;
mod send;
mod spaces;
pub mod trial;
pub mod under_way;
