//! What the wallet keeps about its holder: the profile with the addresses in it, and the sheet until the holder has it.

pub mod addresses;
pub mod card_account;
pub mod codes;
pub mod errors;
pub mod insert_address;
pub mod lock_time;
pub mod profile;
pub mod sheet;
pub mod view;
