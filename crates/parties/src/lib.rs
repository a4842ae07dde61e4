//! What each party of Tallystick decides, one module a role.
//!
//! A party is a library over [`ports`]: database, clock, random source, signing, network and log.
//! The worker supplies them on Cloudflare, `native` in tests and simulations; the rules are the
//! same code in both. Each step has three phases: open and verify (writes nothing), one synchronous
//! transaction that decides and stores the exact bytes to be signed and said, then sign, store the
//! signature, send. A retry sends the stored bytes again.

#[cfg(feature = "banking-system")]
pub mod banking_system;
#[cfg(feature = "ca")]
pub mod ca;
pub mod console;
#[cfg(feature = "directory")]
pub mod directory;
#[cfg(feature = "home-proxy")]
pub mod home_proxy;
#[cfg(feature = "iso20022")]
pub mod iso20022;
#[cfg(feature = "key-centre")]
pub mod key_centre;
pub mod ledger;
#[cfg(feature = "mail")]
pub mod mail;
pub mod money_answer;
pub mod moves;
#[cfg(feature = "native")]
pub mod native;
pub mod office;
pub mod parts;
pub mod ports;
pub mod post;
pub mod recollection;
pub mod routes;
pub mod standing;
pub mod store;

#[cfg(feature = "bank")]
pub mod bank;
#[cfg(feature = "coupon-office")]
pub mod coupon_office;
#[cfg(feature = "courier")]
pub mod courier;
#[cfg(any(
    feature = "issuer",
    feature = "bank",
    feature = "coupon-office",
    feature = "settlement"
))]
pub mod issuer;
#[cfg(any(
    feature = "issuer",
    feature = "bank",
    feature = "coupon-office",
    feature = "settlement"
))]
pub mod payer;
#[cfg(feature = "registration-authority")]
pub mod registration_authority;
#[cfg(feature = "security-server")]
pub mod security_server;
#[cfg(feature = "settlement")]
pub mod settlement;
#[cfg(feature = "shop")]
pub mod shop;
#[cfg(feature = "vending")]
pub mod vending;

pub use office::party::Party;
