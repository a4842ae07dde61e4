//! Money from outside comes onto an account, once by its reference.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use tallystick_protocol::wire::money::Money;

use super::Bank;
use super::banking_system::BankingSystem;
use crate::issuer::{accounts, books};
use crate::ledger::{self, Account, AccountKind, Transfer};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::database::first;
use crate::ports::{Ports, Tables};
use crate::store::once::KEY_MAX_BYTES;

/// Money at banks outside.
pub(super) const OUTSIDE: Account<'static> = Account {
    kind: AccountKind::Outside,
    name: "outside",
};

/// Money that came in from outside.
pub struct Deposit<'a> {
    /// The account's number, 16 digits.
    pub account: &'a str,
    /// How much.
    pub money: Money,
    /// What makes it the same deposit when it is heard of twice, 1 to 64 bytes.
    pub reference: &'a str,
}

/// The body of `POST /v1/deposits`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    account: String,
    amount: u64,
    currency: String,
    reference: String,
}

#[derive(Serialize)]
struct Booked {
    booked: bool,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `POST /v1/deposits`, in a sandbox alone.
    pub(super) async fn take_deposit(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.require_sandbox()?;
        let asked: Asked = web::json_body(request)?;
        let currency = asked.currency.parse().map_err(Fault::malformed)?;
        let deposit = Deposit {
            account: &asked.account,
            money: Money::new(asked.amount, currency),
            reference: &asked.reference,
        };
        self.deposit(&deposit).await?;
        Ok(web::json(StatusCode::OK, &Booked { booked: true }))
    }

    pub(super) fn require_sandbox(&self) -> Result<(), Fault> {
        if self.config.is_sandbox {
            return Ok(());
        }
        let real = "This bank takes money from other banks only.";
        Err(Fault::new(Kind::Unauthorised, real))
    }

    /// Books a deposit unless it was booked before, and has it where the account lives.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if there is no such account in that currency, [`Kind::Malformed`] for no amount or
    /// reference, [`Kind::Conflict`] if another deposit has the reference.
    pub async fn deposit(&self, deposit: &Deposit<'_>) -> Result<(), Fault> {
        let length = deposit.reference.len();
        if !(1..=KEY_MAX_BYTES).contains(&length) || deposit.money.minor == 0 {
            return Err(Fault::malformed("A deposit has an amount and a reference."));
        }
        let office = &self.issuer.office;
        let account = office.transaction(|tables| self.book_deposit(tables, deposit))?;
        self.issuer.settle(account).await
    }

    /// Books a deposit once. Returns whose it is.
    pub(super) fn book_deposit(
        &self,
        tables: &dyn Tables,
        deposit: &Deposit<'_>,
    ) -> Result<i64, Fault> {
        let sql = "SELECT account FROM issuer_accounts WHERE card_number = ? AND currency = ?";
        let values = [deposit.account.into(), deposit.money.currency.code().into()];
        let unknown = || Fault::new(Kind::NotFound, "There is no such account.");
        let account = first(tables, sql, &values)?.ok_or_else(unknown)?;
        let account = account.integer(0)?;
        if accounts::is_shut(tables, account)? {
            return Err(Fault::new(Kind::DestinationClosed, ""));
        }
        let now_ms = self.issuer.office.now_ms();
        let booked = ledger::transfer(
            tables,
            &Transfer {
                id: &format!("deposit {}", deposit.reference),
                at_ms: now_ms,
                order_id: None,
                memo: "Money from outside",
                debit: OUTSIDE,
                credit: books::of_holder(&books::name_of(account)),
                money: deposit.money,
            },
        );
        match booked {
            Ok(true) if self.issuer.has_shards()? => {
                self.issuer.look_at(tables, account, now_ms)?;
            }
            Ok(_) => {}
            Err(ledger::LedgerError::Conflict) => {
                let other = "Another deposit has this reference.";
                return Err(Fault::new(Kind::Conflict, other));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(account)
    }
}
