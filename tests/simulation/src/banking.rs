//! The banking system outside, as the bank of tests asks it: what it says of an account follows from the account's
//! number, or it is the sandbox, over the network.

use tallystick_parties::bank::banking_system::{
    BankingSystem, OrdinaryBank, OutsideAccount, Solvency,
};
use tallystick_parties::iso20022::camt053::{Balance, Statement};
use tallystick_parties::iso20022::pain002::{Reason, Status};
use tallystick_parties::iso20022::{
    Batch, Date, Holding, Instruction, Mandate, Name, Order, Reference,
};
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::ports::{Clock as _, Ports};
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

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
/// A payment of this much is rejected.
pub const REJECTED: u64 = 4_404;
/// A payment of this much is not answered.
pub const UNANSWERED: u64 = 4_405;
/// The bank's own account there.
const OWN_ACCOUNT: &str = "DE89370400440532013000";

/// The banking system.
pub enum Outside {
    /// Whatever it is ordered it books at once, but for two amounts, and of what it booked it says nothing more.
    Played,
    /// One that is asked over the network.
    Ordinary(OrdinaryBank),
}

impl Outside {
    /// The one at [`BANKING_SYSTEM`].
    #[must_use]
    pub fn ordinary() -> Self {
        Self::Ordinary(OrdinaryBank {
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
        if let Self::Ordinary(bank) = self {
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

    async fn lodge<P: Ports>(
        &self,
        ports: &P,
        account: &Holding,
        mandate: &Mandate,
    ) -> Result<Solvency, Fault> {
        match self {
            Self::Played => Ok(Solvency::Good),
            Self::Ordinary(bank) => bank.lodge(ports, account, mandate).await,
        }
    }

    async fn own_account<P: Ports>(&self, ports: &P, currency: Currency) -> Result<Holding, Fault> {
        match self {
            Self::Played => played_account(),
            Self::Ordinary(bank) => bank.own_account(ports, currency).await,
        }
    }

    async fn order<P: Ports>(
        &self,
        ports: &P,
        order: Order,
        batch: &Batch,
    ) -> Result<Vec<Status>, Fault> {
        if let Self::Ordinary(bank) = self {
            return bank.order(ports, order, batch).await;
        }
        let asked = batch.instructions.iter();
        let answered = asked.filter(|one| one.money.minor != UNANSWERED);
        let status = |one: &Instruction| Status {
            end_to_end: one.end_to_end.clone(),
            outcome: match one.money.minor {
                REJECTED => Err(Reason::InsufficientFunds),
                _ => Ok(()),
            },
        };
        Ok(answered.map(status).collect())
    }

    async fn statement<P: Ports>(
        &self,
        ports: &P,
        currency: Currency,
        from: Date,
        page: u32,
    ) -> Result<Statement, Fault> {
        if let Self::Ordinary(bank) = self {
            return bank.statement(ports, currency, from, page).await;
        }
        let now = Timestamp(ports.clock().now_ms() / 1000);
        let nothing = Balance { minor: 0, currency };
        Ok(Statement {
            id: Reference::new("NOTHING").map_err(Fault::malformed)?,
            made_at: now,
            account: played_account()?.iban.into(),
            opening: nothing,
            closing: nothing,
            days: (from, Date::of(now).max(from)),
            page,
            is_last_page: true,
            entries: Vec::new(),
        })
    }
}

fn played_account() -> Result<Holding, Fault> {
    let name = Name::new("Midori Bank").map_err(Fault::malformed)?;
    let iban = OWN_ACCOUNT.parse().map_err(|_| Fault::internal())?;
    Ok(Holding { name, iban })
}
