//! A banking system outside for tests: what it says of an account follows from the account's number.

use tallystick_parties::bank::banking_system::{BankingSystem, OutsideAccount, Solvency};
use tallystick_parties::iso20022::camt053::{Balance, Statement};
use tallystick_parties::iso20022::pain002::{Reason, Status};
use tallystick_parties::iso20022::{
    Batch, Date, Holding, Iban, Instruction, Mandate, Name, Order, Reference,
};
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::ports::{Clock as _, Ports};
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

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

/// The banking system. Whatever it is ordered it books at once, but for two amounts, and of what it booked it says nothing more.
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
            SILENT_ACCOUNT => Err(silent()),
            _ => Ok(Solvency::Good),
        }
    }

    async fn lodge<P: Ports>(&self, _: &P, _: &Holding, _: &Mandate) -> Result<Solvency, Fault> {
        Ok(Solvency::Good)
    }

    async fn own_account<P: Ports>(&self, _: &P, _: Currency) -> Result<Holding, Fault> {
        let name = Name::new("Midori Bank").map_err(Fault::malformed)?;
        let iban = OWN_ACCOUNT.parse().map_err(|_| Fault::internal())?;
        Ok(Holding { name, iban })
    }

    async fn order<P: Ports>(&self, _: &P, _: Order, batch: &Batch) -> Result<Vec<Status>, Fault> {
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
        let now = Timestamp(ports.clock().now_ms() / 1000);
        let own: Iban = OWN_ACCOUNT.parse().map_err(|_| Fault::internal())?;
        let nothing = Balance { minor: 0, currency };
        Ok(Statement {
            id: Reference::new("NOTHING").map_err(Fault::malformed)?,
            made_at: now,
            account: own.into(),
            opening: nothing,
            closing: nothing,
            days: (from, Date::of(now).max(from)),
            page,
            is_last_page: true,
            entries: Vec::new(),
        })
    }
}

fn silent() -> Fault {
    Fault::new(Kind::Unreachable, "Nobody is there.")
}
