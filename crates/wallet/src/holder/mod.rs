//! What the wallet keeps about its holder: addresses, and all of it in a backup.

pub mod addresses;
pub mod backup;
pub mod insert_address;
pub mod profile;
