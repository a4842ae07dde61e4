//! Accounts at the sandbox bank: of customers, and of the banks that are its clients.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::{BankingSystem, Client, books};
use crate::console::{Cell, Table};
use crate::iso20022::{Iban, Name};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::once::{Command, KEY_MAX_BYTES, once};
use crate::store::typed::{self, typed_row};

/// A country code that is nobody's (ISO 3166-1 leaves XA to XZ to users), so that no account here is anybody's
/// elsewhere.
const COUNTRY: &str = "XT";
/// The bank's own code in its account numbers.
const BANK: &str = "KTSN";
/// For how long an application with a key is answered with the same account, in seconds (one day).
const APPLICATION_SECONDS: u64 = 86_400;
/// How many accounts the console shows.
const SHOWN: u32 = 60;

typed_row! {
    /// An account.
    pub(super) struct Account in "banking_accounts" {
        /// Its number, by which the console names it.
        pub(super) account: i64 = "account",
        pub(super) iban: String = "iban",
        pub(super) owner: String = "owner",
        pub(super) currency: String = "currency",
        pub(super) blocked_at: Option<Timestamp> = "blocked_at",
    }
}

impl Account {
    /// What it is kept in.
    pub(super) fn currency(&self) -> Result<Currency, DatabaseError> {
        self.currency.parse().map_err(|_| DatabaseError::Shape(3))
    }

    /// Whether that is its owner.
    pub(super) fn is_of(&self, name: &Name) -> bool {
        Name::new(&self.owner).is_ok_and(|owner| owner.is_same_as(name))
    }
}

/// The body of `POST /v1/accounts`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Application {
    name: String,
    currency: Option<String>,
    /// Drawn by the page: the same application again, because the answer was lost, is the same account.
    key: Option<String>,
}

/// The answer.
#[derive(Serialize)]
struct Opened {
    iban: String,
    name: String,
    balance: Balance,
}

#[derive(Serialize)]
struct Balance {
    minor: u64,
    currency: &'static str,
}

impl<P: Ports> BankingSystem<P> {
    /// `POST /v1/accounts`: opens a customer's account with play money on it, for whoever asks.
    pub(super) fn open_account(&self, request: &Incoming) -> Result<Answer, Fault> {
        if !self.config.opens_accounts {
            let no = "This bank opens no accounts over the network.";
            return Err(Fault::new(Kind::Unauthorised, no));
        }
        let application: Application = web::json_body(request)?;
        let limit = self.office.settings.limits.accounts;
        self.office.admit(&[("accounts", limit)])?;
        let name = application.name.trim();
        let name = Name::new(name).map_err(|error| Fault::malformed(format!("{error}.")))?;
        let currency = application.currency.as_deref().unwrap_or("JPY").parse();
        let currency = currency.map_err(|error| Fault::malformed(format!("{error}.")))?;
        let key = application.key.as_deref();
        if key.is_some_and(|key| key.is_empty() || key.len() > KEY_MAX_BYTES) {
            return Err(Fault::malformed("A key has between 1 and 64 bytes."));
        }
        let owner_key = key.map(|key| <[u8; 32]>::from(Sha256::digest(key.as_bytes())));
        let open = |tables: &dyn Tables| self.open(tables, &name, currency, owner_key);
        let opened = self.office.transaction(|tables| match key {
            Some(key) => {
                let command = Command {
                    what: "open-account",
                    key,
                    digest: &Sha256::digest(request.body()).into(),
                    keep_until: self.office.now().plus_seconds(APPLICATION_SECONDS),
                };
                once(tables, &command, open)
            }
            None => open(tables),
        })?;
        self.office.log("account-opened", None, "ok");
        Ok(web::answer(StatusCode::OK, web::JSON, opened))
    }

    fn open(
        &self,
        tables: &dyn Tables,
        name: &Name,
        currency: Currency,
        owner_key: Option<[u8; 32]>,
    ) -> Result<Vec<u8>, Fault> {
        let account = insert(tables, name, currency, None, self.office.now())?;
        let owned = "UPDATE banking_accounts SET owner_key = ? WHERE account = ?";
        tables.run(owned, &[owner_key.into(), account.account.into()])?;
        let money = Money {
            minor: self.config.opening_minor,
            currency,
        };
        if money.minor > 0 {
            let id = format!("paid-in opening {}", account.account);
            books::pay_in(tables, &account, money, &id, self.office.now_ms())?;
        }
        let opened = Opened {
            iban: account.iban,
            name: account.owner,
            balance: Balance {
                minor: money.minor,
                currency: currency.code(),
            },
        };
        serde_json::to_vec(&opened).map_err(|_| Fault::internal())
    }
}

/// A new account, of a customer or of a client.
fn insert(
    tables: &dyn Tables,
    owner: &Name,
    currency: Currency,
    client: Option<&Client>,
    now: Timestamp,
) -> Result<Account, Fault> {
    let next = "SELECT coalesce(max(account), 0) + 1 FROM banking_accounts";
    let account: i64 = typed::one(tables, next, &[])?.unwrap_or(1);
    let iban = Iban::make(COUNTRY, &format!("{BANK}{account:014}"));
    let iban = iban.map_err(|_| Fault::internal())?;
    tables.run(
        "INSERT INTO banking_accounts (account, iban, owner, currency, client, opened_at) VALUES (?, ?, ?, ?, ?, ?)",
        &[
            account.into(),
            iban.as_str().into(),
            owner.as_str().into(),
            currency.code().into(),
            client.map(|client| client.domain.as_str()).into(),
            now.into(),
        ],
    )?;
    find_number(tables, account)?.ok_or_else(Fault::internal)
}

/// The account of this number.
pub(super) fn find_number(
    tables: &(impl Tables + ?Sized),
    account: i64,
) -> Result<Option<Account>, DatabaseError> {
    typed::find(tables, "account = ?", &[account.into()])
}

/// The account with this IBAN.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    iban: &str,
) -> Result<Option<Account>, DatabaseError> {
    typed::find(tables, "iban = ?", &[iban.into()])
}

/// A client's account in a currency.
pub(super) fn settlement(
    tables: &(impl Tables + ?Sized),
    client: &Client,
    currency: Currency,
) -> Result<Option<Account>, DatabaseError> {
    let of_client = [client.domain.as_str().into(), currency.code().into()];
    typed::find(tables, "client = ? AND currency = ?", &of_client)
}

/// Opens a client's account in a currency unless there is one.
pub(super) fn ensure_settlement(
    tables: &dyn Tables,
    client: &Client,
    currency: Currency,
    now: Timestamp,
) -> Result<(), Fault> {
    if settlement(tables, client, currency)?.is_none() {
        insert(tables, &client.name, currency, Some(client), now)?;
    }
    Ok(())
}

/// Blocks an account, or frees it.
pub(super) fn set_blocked(
    tables: &dyn Tables,
    account: i64,
    blocked_at: Option<Timestamp>,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE banking_accounts SET blocked_at = ? WHERE account = ?";
    tables.run(sql, &[blocked_at.into(), account.into()])?;
    Ok(())
}

/// The newest accounts, as the console shows them.
pub(super) fn newest(tables: &(impl Tables + ?Sized)) -> Result<Table, Fault> {
    let accounts: Vec<Account> = typed::find_all(
        tables,
        "true ORDER BY account DESC LIMIT ?",
        &[SHOWN.into()],
    )?;
    let row = |account: &Account| -> Result<Vec<Cell>, Fault> {
        let currency = account.currency()?;
        let balance = books::balance(tables, account)?;
        Ok(vec![
            Cell::Count(account.account),
            Cell::Text(account.iban.clone()),
            Cell::Text(account.owner.clone()),
            Cell::money(balance, currency),
            Cell::or_none(account.blocked_at, |_| Cell::word("locked")),
        ])
    };
    Ok(Table {
        name: "accounts",
        columns: &["account", "iban", "owner", "balance", "state"],
        rows: accounts.iter().map(row).collect::<Result<_, _>>()?,
    })
}
