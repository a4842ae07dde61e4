//! Purchases at the parties' HTTP boundary: real cryptography, real SQLite, a network in one
//! process. The holder's side is driven with the functions of the protocol.

mod bad_input;
mod crash;
mod expiry;
mod forgery;
mod holder;
mod information_flow;
mod refusals;
mod search;
mod store;
mod t002;
mod world;
