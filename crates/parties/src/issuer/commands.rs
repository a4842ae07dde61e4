//! What an issuer's operator commands: accounts locked, limits changed, repayments and payments to
//! shops booked, account codes withdrawn, parties blocked. Every movement of money is a transfer that
//! the command's own number names, so that it is booked once.

use http::Method;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Money;

use super::{Issuer, accounts, books, homes, parties};
use crate::console::commands::{Argument, ArgumentKind, Arguments, COMMANDS_PATH, CommandShape};
use crate::ledger::across;
use crate::ledger::{Account, AccountKind};
use crate::office::fault::{Fault, Kind};
use crate::office::http::Incoming;
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

/// What every object of an issuer does for itself; the rest is done by the office alone.
const OF_ALL_OBJECTS: &[&str] = &["block-party", "unblock-party"];

const fn shape(name: &'static str, arguments: &'static [Argument]) -> CommandShape {
    CommandShape { name, arguments }
}

impl<P: Ports> Issuer<P> {
    /// Does one of [`COMMANDS`].
    pub(crate) fn carry_out(
        &self,
        tables: &dyn Tables,
        command: &str,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let now = self.office.now();
        if self.office.is_shard() && !OF_ALL_OBJECTS.contains(&command) {
            // The office does it, and tells the shard at which the account lives.
            return Ok(());
        }
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
            "unblock-party" => unblock(tables, &told.party()?, self.office.is_shard())?,
            _ => return Err(Fault::not_found()),
        }
        match told.account() {
            Ok(account) => homes::changed(self, tables, account),
            Err(_) => Ok(()),
        }
    }

    /// Before the office of an issuer with shards does a command: the money that it takes away is at a shard, and
    /// comes here first. Done again it takes nothing more.
    ///
    /// # Errors
    /// A fault if a shard does not answer: it is safe to send the command again.
    pub(super) async fn prepare(&self, request: &Incoming) -> Result<(), Fault> {
        if !self.has_shards()? {
            return Ok(());
        }
        let Some(command) = self.office.new_command(request) else {
            return Ok(());
        };
        let told = Arguments::of(&command);
        match command.command.as_str() {
            "change-limit" => self.fetch_limit(&told).await,
            "pay-out" => self.fetch_payable(&told).await,
            _ => Ok(()),
        }
    }

    /// What a lower limit takes away, from the shard at which the account lives.
    async fn fetch_limit(&self, told: &Arguments<'_>) -> Result<(), Fault> {
        let (tables, account) = (self.office.tables(), told.account()?);
        let shards = self.office.spread()?.shards;
        let (Some(before), Some(shard)) = (
            accounts::limit(tables, account)?,
            homes::shard_of(tables, shards, account)?,
        ) else {
            return Ok(());
        };
        let minor = before.minor.saturating_sub(told.amount()?);
        if minor == 0 {
            return Ok(());
        }
        let holder = Account {
            kind: AccountKind::Holder,
            name: &books::name_of(account),
        };
        let money = Money { minor, ..before };
        self.office
            .ask_for(shard, told.id(), holder, money, true)
            .await
    }

    /// What is to be paid to a shop, from one shard after the other until there is enough of it here.
    async fn fetch_payable(&self, told: &Arguments<'_>) -> Result<(), Fault> {
        let name = books::payable_to(&told.party()?);
        let payable = Account {
            kind: AccountKind::Payable,
            name: &name,
        };
        let wanted = self.money(told.amount()?);
        for shard in self.office.spread()?.shards.all() {
            let free = across::free(self.office.tables(), &name, wanted.currency)?;
            let free = free.map_or(0, |money| money.minor);
            let minor = wanted.minor.saturating_sub(free);
            if minor == 0 {
                break;
            }
            let money = Money { minor, ..wanted };
            self.office
                .ask_for(shard, told.id(), payable, money, false)
                .await?;
        }
        Ok(())
    }

    /// After a command was done at the office of an issuer with shards: the shards have heard of it.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if not all of them have yet: they will, and it is safe to send it again.
    pub(super) async fn settle_after(&self, request: &Incoming) -> Result<(), Fault> {
        let is_command = request.method() == Method::POST && request.uri().path() == COMMANDS_PATH;
        if !is_command || !self.has_shards()? {
            return Ok(());
        }
        self.settle_all().await.map_err(|_| {
            let again = "Not every shard has taken it. It is safe to send it again.";
            Fault::new(Kind::Unreachable, again)
        })
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

/// At a shard, which may not have heard that it was blocked, there need not be anything to unblock.
fn unblock(tables: &dyn Tables, party: &Domain, is_shard: bool) -> Result<(), Fault> {
    if parties::unblock(tables, party)? || is_shard {
        return Ok(());
    }
    let by_settings = "The party is not blocked by a command. The setting BLOCKED may name it.";
    Err(Fault::new(Kind::NotFound, by_settings))
}
