//! Payments that purses made without the bank, as their reports bring them (EP 1 221 669, Sc1 to Sc4).

mod batches;
mod both;
mod cheats;
mod gaps;
mod honest;
mod losses;
mod orders;
pub mod people;
mod prepaid;
mod sooner_or_later;
mod third_party;
