//! The banking system outside, as the bank of tests asks it: what it says of an account follows from the account's
//! number, or it is the sandbox, over the network.

use tallystick_parties::bank::banking_system::{
    BankingSystem, OrdinaryBank, OutsideAccount, Solvency,
};
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::ports::Ports;

use crate::cast::{BANKING_SYSTEM, domain};

/// With this the bank shows to the sandbox that it is its client.
pub const TOKEN: &str = "the token that Kitsune gave Midori";
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
pub enum Outside {
    /// It answers by the account's number.
    ByNumber,
    /// The sandbox answers.
    Asked(OrdinaryBank),
}

impl Outside {
    /// The one or the other.
    #[must_use]
    pub fn of(is_asked: bool) -> Self {
        if !is_asked {
            return Self::ByNumber;
        }
        Self::Asked(OrdinaryBank {
            domain: domain(BANKING_SYSTEM),
            token: TOKEN.to_owned().into(),
        })
    }
}

impl BankingSystem for Outside {
    async fn check<P: Ports>(
        &self,
        ports: &P,
        account: &OutsideAccount<'_>,
    ) -> Result<Solvency, Fault> {
        if let Self::Asked(bank) = self {
            return bank.check(ports, account).await;
        }
        match account.iban {
            UNKNOWN_ACCOUNT => Ok(Solvency::UnknownAccount),
            ACCOUNT_OF_ANOTHER => Ok(Solvency::NameDiffers),
            POOR_ACCOUNT => Ok(Solvency::NotSolvent),
            SILENT_ACCOUNT => Err(Fault::new(Kind::Unreachable, "Nobody is there.")),
            _ => Ok(Solvency::Good),
        }
    }
}
