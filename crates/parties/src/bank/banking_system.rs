//! The port to the banking system outside (EP 1 221 669: BS), as far as opening an account asks it (SZ2).

use tallystick_protocol::bank::OpeningOutcome;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Currency;
use zeroize::Zeroizing;

use crate::iso20022::pain002::Reason;
use crate::iso20022::{Holding, Iban, Name};
use crate::office::fault::{Fault, Kind};
use crate::ports::Ports;
use crate::ports::banking::{self, BankApi, Banking as _};

/// An account at a bank outside, as its holder names it.
#[derive(Clone, Copy)]
pub struct OutsideAccount<'a> {
    /// Whose it is said to be.
    pub name: &'a str,
    /// Its number (IBAN).
    pub iban: &'a str,
    /// In which currency it is to be used.
    pub currency: Currency,
}

/// What the bank outside says of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solvency {
    /// The account is that holder's, and the bank vouches for the holder.
    Good,
    /// There is no such account.
    UnknownAccount,
    /// It is somebody else's.
    NameDiffers,
    /// The bank does not vouch for the holder.
    NotSolvent,
}

impl Solvency {
    /// What a refusal becomes in the answer to the registration authority; `None`: nothing speaks against it.
    pub(super) const fn refusal(self) -> Option<OpeningOutcome> {
        match self {
            Self::Good => None,
            Self::UnknownAccount => Some(OpeningOutcome::UnknownAccount),
            Self::NameDiffers => Some(OpeningOutcome::NameDiffers),
            Self::NotSolvent => Some(OpeningOutcome::NotSolvent),
        }
    }
}

/// The banking system outside.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see `ports`
pub trait BankingSystem {
    /// Whether that person has that account and is solvent. Asks over the ports of the bank.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) and the like: it is not known, ask again.
    async fn check<P: Ports>(
        &self,
        ports: &P,
        account: &OutsideAccount<'_>,
    ) -> Result<Solvency, Fault>;
}

/// An ordinary bank outside, as a bank that is its client asks it.
pub struct OrdinaryBank {
    /// Its domain.
    pub domain: Domain,
    /// The token that it gave its client.
    pub token: Zeroizing<String>,
}

impl BankingSystem for OrdinaryBank {
    async fn check<P: Ports>(
        &self,
        ports: &P,
        account: &OutsideAccount<'_>,
    ) -> Result<Solvency, Fault> {
        // What is no number of an account, or no name that banks pass on, is nobody's account.
        let Ok(iban) = account.iban.parse::<Iban>() else {
            return Ok(Solvency::UnknownAccount);
        };
        let Ok(name) = Name::new(account.name) else {
            return Ok(Solvency::NameDiffers);
        };
        let bank = BankApi {
            network: ports.network(),
            bank: &self.domain,
            token: &self.token,
        };
        match bank.check(&Holding { name, iban }, None).await {
            Ok(found) => Ok(found.into()),
            Err(error) if error.is_temporary() => Err(Fault::new(Kind::Unreachable, error)),
            Err(_) => Err(Fault::internal()),
        }
    }
}

impl From<banking::Solvency> for Solvency {
    fn from(found: banking::Solvency) -> Self {
        match found {
            banking::Solvency::Good => Self::Good,
            banking::Solvency::Refused(Reason::IncorrectAccountNumber) => Self::UnknownAccount,
            banking::Solvency::Refused(Reason::InconsistentWithEndCustomer) => Self::NameDiffers,
            banking::Solvency::Refused(_) => Self::NotSolvent,
        }
    }
}
