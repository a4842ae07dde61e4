//! What an issuer's operator commands: accounts locked, limits changed, repayments and payments to
//! shops booked, account codes withdrawn, parties blocked. Every movement of money is a transfer that
//! the command's own number names, so that it is booked once.

use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Money;

use super::{Issuer, accounts, books, parties};
use crate::console::commands::{Argument, ArgumentKind, Arguments, CommandShape};
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};

const ACCOUNT: Argument = Argument {
    name: "account",
    kind: ArgumentKind::Account,
};
const AMOUNT: Argument = Argument {
    name: "amount",
    kind: ArgumentKind::Amount,
};
const PARTY: Argument = Argument {
    name: "party",
    kind: ArgumentKind::Party,
};

/// The commands.
pub(super) const COMMANDS: &[CommandShape] = &[
    shape("lock-account", &[ACCOUNT]),
    shape("unlock-account", &[ACCOUNT]),
    shape("change-limit", &[ACCOUNT, AMOUNT]),
    shape("book-repayment", &[ACCOUNT, AMOUNT]),
    shape("withdraw-code", &[ACCOUNT]),
    shape("pay-out", &[PARTY, AMOUNT]),
    shape("block-party", &[PARTY]),
    shape("unblock-party", &[PARTY]),
];

const fn shape(name: &'static str, arguments: &'static [Argument]) -> CommandShape {
    CommandShape { name, arguments }
}

impl<P: Ports> Issuer<P> {
    /// Does one of [`COMMANDS`].
    pub(super) fn carry_out(
        &self,
        tables: &dyn Tables,
        command: &str,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let now = self.office.now().0;
        match command {
            "lock-account" => accounts::lock(tables, self.known(tables, told)?, now)?,
            "unlock-account" => accounts::unlock(tables, self.known(tables, told)?)?,
            "change-limit" => self.change_limit(tables, told)?,
            "book-repayment" => {
                let account = self.known(tables, told)?;
                let amount = self.money(told.amount()?);
                books::repay(tables, account, amount, &self.booking(told))?;
            }
            "withdraw-code" => withdraw_code(tables, self.known(tables, told)?)?,
            "pay-out" => {
                let amount = self.money(told.amount()?);
                books::pay_out(tables, &told.party()?, amount, &self.booking(told))?;
            }
            "block-party" => parties::block(tables, &told.party()?, now)?,
            "unblock-party" => unblock(tables, &told.party()?)?,
            _ => return Err(Fault::not_found()),
        }
        Ok(())
    }

    /// Every account of this issuer has the currency of its limit.
    fn money(&self, minor: u64) -> Money {
        Money {
            minor,
            currency: self.config.limit.currency,
        }
    }

    fn booking<'a>(&self, told: &Arguments<'a>) -> books::Booking<'a> {
        books::Booking {
            id: told.id(),
            at_ms: self.office.now_ms(),
        }
    }

    /// The account that is meant, if there is one.
    fn known(&self, tables: &dyn Tables, told: &Arguments<'_>) -> Result<i64, Fault> {
        let account = told.account()?;
        let known = accounts::limit(tables, account)?.map(|_| account);
        known.ok_or_else(|| Fault::new(Kind::NotFound, "There is no such account."))
    }

    fn change_limit(&self, tables: &dyn Tables, told: &Arguments<'_>) -> Result<(), Fault> {
        let account = self.known(tables, told)?;
        let before = accounts::limit(tables, account)?.ok_or_else(Fault::not_found)?;
        let limit = self.money(told.amount()?);
        books::change_limit(tables, account, before, limit, &self.booking(told))?;
        Ok(accounts::set_limit(tables, account, limit)?)
    }
}

fn withdraw_code(tables: &dyn Tables, account: i64) -> Result<(), Fault> {
    let sql = "DELETE FROM issuer_account_codes WHERE account = ? RETURNING account";
    if tables.run(sql, &[account.into()])?.is_empty() {
        let none = "The account has no account code.";
        return Err(Fault::new(Kind::NotFound, none));
    }
    Ok(())
}

fn unblock(tables: &dyn Tables, party: &Domain) -> Result<(), Fault> {
    if parties::unblock(tables, party)? {
        return Ok(());
    }
    let by_settings = "The party is not blocked by a command. The setting BLOCKED may name it.";
    Err(Fault::new(Kind::NotFound, by_settings))
}
