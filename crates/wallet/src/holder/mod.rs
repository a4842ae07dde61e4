//! What the wallet keeps about its holder: the profile, and the addresses in it.

pub mod addresses;
pub mod card_account;
pub mod errors;
pub mod insert_address;
pub mod lock_time;
pub mod profile;
pub mod view;
