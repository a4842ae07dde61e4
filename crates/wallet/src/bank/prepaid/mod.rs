//! Prepaid cards in the wallet's card (EP 1 221 669, Figs 10 and 11): they have no key and no owner, and a purse of the
//! same bank in the same card signs as their agent.

mod closing;
mod hearing;
mod issuing;
mod reading;
pub mod record;
pub mod relayed;
mod settling;
pub mod shown;
pub mod view;
