//! A banking system outside for tests: what it says of an account follows from the account's number.

use tallystick_parties::bank::banking_system::{BankingSystem, OutsideAccount, Solvency};
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::ports::Ports;

/// An account of somebody who is solvent.
pub const GOOD_ACCOUNT: &str = "GB33BUKB20201555555555";
/// There is no such account.
pub const UNKNOWN_ACCOUNT: &str = "GB07UNKN00000000000001";
/// The account is somebody else's.
pub const ACCOUNT_OF_ANOTHER: &str = "GB81OTHR00000000000002";
/// Its holder is not solvent.
pub const POOR_ACCOUNT: &str = "GB29POOR00000000000003";
/// Nobody answers about it.
pub const SILENT_ACCOUNT: &str = "GB25SILE00000000000004";

/// The banking system.
pub struct Outside;

impl BankingSystem for Outside {
    async fn check<P: Ports>(
        &self,
        _: &P,
        account: &OutsideAccount<'_>,
    ) -> Result<Solvency, Fault> {
        match account.iban {
            UNKNOWN_ACCOUNT => Ok(Solvency::UnknownAccount),
            ACCOUNT_OF_ANOTHER => Ok(Solvency::NameDiffers),
            POOR_ACCOUNT => Ok(Solvency::NotSolvent),
            SILENT_ACCOUNT => Err(Fault::new(Kind::Unreachable, "Nobody is there.")),
            _ => Ok(Solvency::Good),
        }
    }
}
