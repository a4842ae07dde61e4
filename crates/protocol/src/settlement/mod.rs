//! Tap to settle (source document 003, section 2): a contactless card pays an order to a security server, through whoever
//! stands between.
//!
//! - [`channel`]: secure messaging between the security server and the card (GlobalPlatform SCP03).
//! - [`card`]: what is said in it, and what a card is personalised with.

pub mod card;
pub mod channel;
