//! Who a party is to others: its certificate and key shares, and what it says and is told under them.

pub(crate) mod confirmations;
pub(crate) mod epochs;
pub mod identity;
mod introductions;
#[cfg(any(feature = "bank", feature = "coupon-office"))]
pub(crate) mod key_beside;
pub(crate) mod opened;
pub(crate) mod registration;
pub(crate) mod resealing;
#[cfg(any(feature = "home-proxy", feature = "shop"))]
mod responding;
pub(crate) mod revocations;
mod revoking;
pub(crate) mod shares;
pub(crate) mod spread;
pub mod statements;
