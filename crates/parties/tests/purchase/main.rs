//! Purchases at the parties' HTTP boundary: real cryptography, real SQLite, a network in one
//! process. The holder's side is driven with the functions of the protocol.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the exemption of tests does not reach their helpers"
)]

mod alone;
mod ask;
mod asking_the_shop;
mod bad_input;
mod binding;
mod cancelling;
mod catalogue;
mod commands;
mod courier_alone;
mod crash;
mod directory;
mod due;
mod enrolment;
mod epochs;
mod evidence;
mod expiry;
mod forgery;
mod gift;
mod handing_over;
mod holder;
mod home_proxy;
mod information_flow;
mod limits;
mod merchant;
mod merchant_forms;
mod merchant_webhooks;
mod metrics;
mod mixing;
mod money_letters;
mod moving;
mod operator;
mod recollecting;
mod recollecting_issuer;
mod recollecting_shop;
mod reference;
mod refunds;
mod refusals;
mod revocation;
mod rotation;
mod search;
mod sessions;
mod signed_words;
mod spread;
mod spread_issuer;
mod spread_shop;
mod store;
mod t002;
mod t002_refused;
mod talk;
mod tampered;
mod tracking;
mod without_courier;
mod world;
