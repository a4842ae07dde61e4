//! What can go wrong with addresses, backups and the sheet.

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
    /// The two characters are not those on the sheet.
    CodesWrong = 128, "codes-wrong";
    /// Nothing that is still to be shown rests under this PIN.
    CodesSealed = 129, "codes-sealed";
}
