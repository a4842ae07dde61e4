//! Contactless cards and settlement servers (source document 003): a card is had of a security server, read, charged and paid
//! with by what that server and the card say to each other, which the wallet carries.
//!
//! The wallet alters none of it and understands none of it. What it does decide is what reaches the card at all: commands of
//! the settlement applet and no others; nothing of an order before the shop's signed request was found to be about it; and
//! nothing that writes value before the security server's signature for that very block was verified.

pub mod account;
mod card;
mod charging;
pub mod errors;
mod following;
mod forgetting;
mod getting;
mod outcome;
pub mod record;
pub mod relay;
mod server;
pub mod settlements;
pub mod shown;
mod taking;
pub mod view;
pub mod watch;
