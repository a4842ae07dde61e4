//! What the sandbox bank's operator commands.

use tallystick_protocol::wire::money::Money;

use super::{BankingSystem, accounts, books, mandates, payments};
use crate::console::commands::{Argument, ArgumentKind, Arguments, CommandShape};
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};
use crate::store::typed;

const ACCOUNT: Argument = Argument {
    name: "account",
    kind: ArgumentKind::Account,
};
const AMOUNT: Argument = Argument {
    name: "amount",
    kind: ArgumentKind::Amount,
};

/// The commands.
pub(super) const COMMANDS: &[CommandShape] = &[
    shape("pay-in", &[ACCOUNT, AMOUNT]),
    shape("lock-account", &[ACCOUNT]),
    shape("unlock-account", &[ACCOUNT]),
    shape("end-mandates", &[ACCOUNT]),
];

const fn shape(name: &'static str, arguments: &'static [Argument]) -> CommandShape {
    CommandShape { name, arguments }
}

impl<P: Ports> BankingSystem<P> {
    /// Does one of [`COMMANDS`].
    pub(super) fn carry_out_command(
        &self,
        tables: &dyn Tables,
        command: &str,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let now = self.office.now();
        let account = told.account()?;
        let known = accounts::find_number(tables, account)?;
        let known = known.ok_or_else(|| Fault::new(Kind::NotFound, "There is no such account."))?;
        match command {
            "pay-in" => self.pay_in(tables, &known, told)?,
            "lock-account" => accounts::set_blocked(tables, account, Some(now))?,
            "unlock-account" => accounts::set_blocked(tables, account, None)?,
            "end-mandates" => mandates::end_all(tables, account, now)?,
            _ => return Err(Fault::not_found()),
        }
        Ok(())
    }

    /// Money from nowhere: it is a sandbox. On a client's account it stands in its statement.
    fn pay_in(
        &self,
        tables: &dyn Tables,
        account: &accounts::Account,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let money = Money {
            minor: told.amount()?,
            currency: account.currency()?,
        };
        let id = format!("paid-in {}", told.id());
        books::pay_in(tables, account, money, &id, self.office.now_ms())?;
        let sql = "SELECT client FROM banking_accounts WHERE account = ?";
        let client: Option<String> = typed::one(tables, sql, &[account.account.into()])?.flatten();
        if let Some(client) = client {
            payments::note_paid_in(tables, &client, account, money, self.office.now())?;
        }
        Ok(())
    }
}
