//! What a bank's operator commands: accounts locked, deposits booked, purses blocked and limited, shops paid, parties
//! blocked. A bank gives no credit, so that nothing of an issuer's limits is here.

use tallystick_protocol::purse::OfflineLimits;
use tallystick_protocol::wire::money::Money;

use super::Bank;
use super::banking_system::BankingSystem;
use super::deposits::Deposit;
use super::purses;
use crate::console::commands::{Argument, ArgumentKind, Arguments, CommandShape};
use crate::issuer::homes;
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};
use crate::store::typed;

const ACCOUNT: Argument = argument("account", ArgumentKind::Account);
const AMOUNT: Argument = argument("amount", ArgumentKind::Amount);
const PARTY: Argument = argument("party", ArgumentKind::Party);
const PURSE: Argument = argument("purse", ArgumentKind::Purse);

/// What [`OfflineLimits`] says.
const LIMITS: &[Argument] = &[
    PURSE,
    argument("payment", ArgumentKind::Limit),
    argument("total", ArgumentKind::Limit),
    argument("count", ArgumentKind::Count),
    argument("holding", ArgumentKind::Limit),
];

/// The commands.
pub(super) const COMMANDS: &[CommandShape] = &[
    shape("lock-account", &[ACCOUNT]),
    shape("unlock-account", &[ACCOUNT]),
    shape("book-deposit", &[ACCOUNT, AMOUNT]),
    shape("withdraw-code", &[ACCOUNT]),
    shape("block-purse", &[PURSE]),
    shape("unblock-purse", &[PURSE]),
    shape("set-purse-limits", LIMITS),
    shape("pay-out", &[PARTY, AMOUNT]),
    shape("block-party", &[PARTY]),
    shape("unblock-party", &[PARTY]),
];

/// What an issuer does for a bank as for itself.
const OF_THE_ISSUER: &[&str] = &[
    "lock-account",
    "unlock-account",
    "withdraw-code",
    "pay-out",
    "block-party",
    "unblock-party",
];

const fn argument(name: &'static str, kind: ArgumentKind) -> Argument {
    Argument { name, kind }
}

const fn shape(name: &'static str, arguments: &'static [Argument]) -> CommandShape {
    CommandShape { name, arguments }
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Does one of [`COMMANDS`].
    pub(super) fn carry_out(
        &self,
        tables: &dyn Tables,
        command: &str,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let now = self.issuer.office.now();
        match command {
            known if OF_THE_ISSUER.contains(&known) => self.issuer.carry_out(tables, command, told),
            "book-deposit" => self.book_commanded(tables, told),
            "block-purse" => known_purse(purses::block(tables, &told.purse()?, now)?),
            "unblock-purse" => known_purse(purses::unblock(tables, &told.purse()?)?),
            "set-purse-limits" => {
                let count = u32::try_from(told.limit("count")?);
                let limits = OfflineLimits {
                    payment: told.limit("payment")?,
                    total: told.limit("total")?,
                    count: count.map_err(Fault::malformed)?,
                    holding: told.limit("holding")?,
                };
                known_purse(purses::set_limits(tables, &told.purse()?, &limits)?)
            }
            _ => Err(Fault::not_found()),
        }
    }

    /// Money that an operator saw come in, named by the command. The office does it.
    fn book_commanded(&self, tables: &dyn Tables, told: &Arguments<'_>) -> Result<(), Fault> {
        if self.issuer.office.is_shard() {
            return Ok(());
        }
        let sql = "SELECT card_number, currency FROM issuer_accounts WHERE account = ?";
        let account = told.account()?;
        let known: Option<(String, tallystick_protocol::wire::money::Currency)> =
            typed::one(tables, sql, &[account.into()])?;
        let unknown = || Fault::new(Kind::NotFound, "There is no such account.");
        let (number, currency) = known.ok_or_else(unknown)?;
        let deposit = Deposit {
            account: &number,
            money: Money::new(told.amount()?, currency),
            reference: told.id(),
        };
        self.book_deposit(tables, &deposit)?;
        homes::changed(&self.issuer, tables, account)
    }
}

fn known_purse(is_known: bool) -> Result<(), Fault> {
    if is_known {
        return Ok(());
    }
    Err(Fault::new(Kind::NotFound, "There is no such purse."))
}
