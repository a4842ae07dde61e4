//! The port to the banking system outside (EP 1 221 669: BS), as the bank asks it over whatever ports it has: at the
//! opening of an account (SZ2), for what is paid and collected, and for what was booked.

use tallystick_protocol::bank::OpeningOutcome;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Currency;
use zeroize::Zeroizing;

use crate::iso20022::camt053::Statement;
use crate::iso20022::pain002::{Reason, Status};
use crate::iso20022::{Batch, Date, Holding, Iban, Mandate, Name, Order};
use crate::office::fault::{Fault, Kind};
use crate::ports::Ports;
use crate::ports::banking::{self, BankApi, Banking as _, BankingError};

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

    /// Shows the leave that an account's owner gave to collect from it (SZ2, for fee option B1).
    ///
    /// # Errors
    /// As of [`BankingSystem::check`].
    async fn lodge<P: Ports>(
        &self,
        ports: &P,
        account: &Holding,
        mandate: &Mandate,
    ) -> Result<Solvency, Fault>;

    /// The bank's own account outside in a currency.
    ///
    /// # Errors
    /// As of [`BankingSystem::check`].
    async fn own_account<P: Ports>(&self, ports: &P, currency: Currency) -> Result<Holding, Fault>;

    /// Orders payments, and hears what became of them. One that the answer does not name is *not yet* done.
    ///
    /// # Errors
    /// As of [`BankingSystem::check`]: order the same again, under the same names.
    async fn order<P: Ports>(
        &self,
        ports: &P,
        order: Order,
        batch: &Batch,
    ) -> Result<Vec<Status>, Fault>;

    /// A page of the statement of the bank's own account, from a day on; pages count from 1.
    ///
    /// # Errors
    /// As of [`BankingSystem::check`].
    async fn statement<P: Ports>(
        &self,
        ports: &P,
        currency: Currency,
        from: Date,
        page: u32,
    ) -> Result<Statement, Fault>;
}

/// An ordinary bank outside, as a bank that is its client asks it.
pub struct OrdinaryBank {
    /// Its domain.
    pub domain: Domain,
    /// The token that it gave its client.
    pub token: Zeroizing<String>,
}

impl OrdinaryBank {
    fn api<'a, P: Ports>(&'a self, ports: &'a P) -> BankApi<'a, P::Network> {
        BankApi {
            network: ports.network(),
            bank: &self.domain,
            token: &self.token,
        }
    }
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
        let found = self.api(ports).check(&Holding { name, iban }, None).await;
        Ok(found.map_err(fault_of)?.into())
    }

    async fn lodge<P: Ports>(
        &self,
        ports: &P,
        account: &Holding,
        mandate: &Mandate,
    ) -> Result<Solvency, Fault> {
        let found = self.api(ports).lodge(account, mandate).await;
        Ok(found.map_err(fault_of)?.into())
    }

    async fn own_account<P: Ports>(&self, ports: &P, currency: Currency) -> Result<Holding, Fault> {
        let found = self.api(ports).own_account(currency).await;
        found.map_err(fault_of)
    }

    async fn order<P: Ports>(
        &self,
        ports: &P,
        order: Order,
        batch: &Batch,
    ) -> Result<Vec<Status>, Fault> {
        let ordered = self.api(ports).order(order, batch).await;
        ordered.map_err(fault_of)
    }

    async fn statement<P: Ports>(
        &self,
        ports: &P,
        currency: Currency,
        from: Date,
        page: u32,
    ) -> Result<Statement, Fault> {
        let shown = self.api(ports).statement(currency, from, page).await;
        shown.map_err(fault_of)
    }
}

/// What the bank outside did not answer: to be asked again, or for an operator.
fn fault_of(error: BankingError) -> Fault {
    if error.is_temporary() {
        return Fault::new(Kind::Unreachable, error);
    }
    let mut fault = Fault::internal();
    fault.cause = "the bank outside takes no such question";
    fault
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
