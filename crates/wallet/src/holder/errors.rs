//! What can go wrong with addresses and backups.

use crate::core::error::error_kinds;

error_kinds! {
    /// The address is incomplete or too long.
    AddressInvalid = 17, "address-invalid";
    /// Too many addresses.
    AddressLimit = 18, "address-limit";
    /// There is no such address.
    NoSuchAddress = 19, "no-such-address";
    /// The passphrase does not open the backup.
    BackupClosed = 51, "backup-closed";
    /// The file is no backup.
    BackupInvalid = 52, "backup-invalid";
    /// A newer release wrote the backup.
    BackupNewer = 53, "backup-newer";
}
