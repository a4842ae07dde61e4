//! Accounts: opened with a test card and a grant to enrol one wallet.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use tallystick_protocol::account::contact;
use tallystick_protocol::account::{AccountOffer, CardExpiry, CardRecord};
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::card_check::{CardDetails, tidy_name};
use super::{Issuer, books, card_number};
use crate::console::{Cell, Table};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Random, Row, Tables};
use crate::store::once::{Command, KEY_MAX_BYTES, once};
use crate::store::sealed::Sealed;
use crate::store::{rows, typed};

/// Years for which a new card is good.
const CARD_YEARS: u16 = 3;
/// How long a grant can be used, in seconds (one day).
pub(crate) const GRANT_SECONDS: u64 = 86_400;

/// The body of `POST /v1/accounts`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Application {
    name: String,
    telephone: String,
    /// Drawn by the page: the same application again, because the answer was lost, is the same account.
    key: Option<String>,
}

/// The name under which the answer to an application is sealed: it holds a card and a grant.
const SEALED_OFFER: &str = "account-offer";
/// The answer to whoever asks again.
pub(super) const SEALED_ANSWERS: Sealed = Sealed {
    only: Some("what = 'open-account'"),
    name: |_| Ok(SEALED_OFFER.to_owned()),
    ..Sealed::whole("commands", "answer")
};

impl<P: Ports> Issuer<P> {
    /// `POST /v1/accounts`: opens an account and hands over its card, signed, if the operator gives
    /// credit to whoever asks.
    pub(super) async fn open_account(&self, request: &Incoming) -> Result<Answer, Fault> {
        if !self.config.opens_accounts {
            return Err(Fault::new(
                Kind::Unauthorised,
                "This issuer opens accounts in person, not over the network.",
            ));
        }
        let application: Application = web::json_body(request)?;
        let limit = self.office.settings.limits.accounts;
        self.office.admit(&[("accounts", limit)])?;
        let key = application.key.as_deref();
        if key.is_some_and(|key| key.is_empty() || key.len() > KEY_MAX_BYTES) {
            return Err(Fault::malformed("A key has between 1 and 64 bytes."));
        }
        let offer = self.new_offer(&application)?;
        let open = |tables: &dyn Tables| -> Result<Vec<u8>, Fault> {
            self.store_account(tables, &offer.card, &offer.grant, self.config.limit)?;
            Ok(self.office.seal(SEALED_OFFER, &encode(&offer))?)
        };
        let sealed = self.office.transaction(|tables| match key {
            Some(key) => {
                let command = Command {
                    what: "open-account",
                    key,
                    digest: &Sha256::digest(request.body()).into(),
                    keep_until: self.office.now().plus_seconds(GRANT_SECONDS),
                };
                once(tables, &command, open)
            }
            None => open(tables),
        })?;
        let offer: AccountOffer = decode(&self.office.unseal(SEALED_OFFER, &sealed)?)?;
        Ok(web::cose(self.office.say(&offer).await?))
    }

    fn new_offer(&self, application: &Application) -> Result<AccountOffer, Fault> {
        let (mut grant, mut number) = ([0; 32], [0; 32]);
        self.office.ports.random().fill(&mut grant);
        self.office.ports.random().fill(&mut number);
        Ok(AccountOffer {
            envelope: self
                .office
                .envelope(Audience::Holder, number, GRANT_SECONDS),
            card: self.new_card(application)?,
            limit: Some(self.config.limit),
            grant,
            instrument: self.said_instrument(),
        })
    }

    /// What an offer says that orders are paid with: nothing of a card account, as in release 0.1.0.
    pub(super) fn said_instrument(&self) -> Option<Instrument> {
        Some(self.instrument).filter(|instrument| *instrument != Instrument::CardAccount)
    }

    fn new_card(&self, application: &Application) -> Result<CardRecord, Fault> {
        let number = card_number::draw(&mut self.office.rng(), card_number::TEST_ISSUER_NUMBER)
            .map_err(|_| Fault::internal())?;
        let expiry = CardExpiry::years_after(self.office.now(), CARD_YEARS)
            .map_err(|_| Fault::internal())?;
        let telephone = contact::telephone(&application.telephone)
            .ok_or_else(|| Fault::malformed("A telephone number has between 6 and 15 digits."))?;
        let telephone = contact::dialled(&telephone);
        CardRecord::new(number, expiry, &tidy_name(&application.name), &telephone)
            .map_err(Fault::malformed)
    }

    /// Stores a new account, with so much credit, that the wallet with this grant can be enrolled for. Returns its
    /// number.
    ///
    /// # Errors
    /// Those of the ledger and the database.
    pub(crate) fn store_account(
        &self,
        tables: &dyn Tables,
        card: &CardRecord,
        grant: &[u8; 32],
        limit: Money,
    ) -> Result<i64, Fault> {
        let now = self.office.now();
        let row = first(
            tables,
            "INSERT INTO issuer_accounts (account, card_number, card_expiry, holder_name, telephone, limit_minor,
                currency, grant_digest, grant_expires_at, opened_at, grant_generation)
             VALUES (max(?, (SELECT coalesce(max(account), 0) + 1 FROM issuer_accounts)), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             RETURNING account",
            &[
                first_number(self.office.settings.generation).into(),
                card.number.as_str().into(),
                card.expiry.to_string().into(),
                (&card.holder_name).into(),
                (&card.telephone).into(),
                limit.minor.into(),
                limit.currency.code().into(),
                grant_digest(grant).into(),
                now.plus_seconds(GRANT_SECONDS).0.into(),
                now.0.into(),
                self.office.settings.generation.into(),
            ],
        )?
        .ok_or_else(Fault::internal)?;
        let account = row.integer(0)?;
        books::open(tables, account, limit, self.office.now_ms())?;
        Ok(account)
    }
}

/// How many numbers of accounts each generation has for itself.
const NUMBERS_OF_A_GENERATION: i64 = 1_000_000_000;

/// The lowest number of an account that is opened in a generation. A number that was given to a holder in a time that was
/// forgotten, and certified, is given to nobody else.
fn first_number(generation: u32) -> i64 {
    i64::from(generation.saturating_sub(1)) * NUMBERS_OF_A_GENERATION + 1
}

/// What is kept of a grant: enough to know it again.
pub(super) fn grant_digest(grant: &[u8; 32]) -> [u8; 32] {
    Sha256::digest(grant).into()
}

/// An enrolled holder's account, as far as a purchase is checked against it.
pub(crate) struct Account {
    /// Its number.
    pub account: i64,
    /// The card record.
    pub card: CardDetails,
    /// The certificate of the holder's signing key (DER).
    pub certificate: Vec<u8>,
}

/// The account of an enrolled holder, if it is at this object.
pub(crate) fn of_holder(
    tables: &(impl Tables + ?Sized),
    holder: &HolderId,
) -> Result<Option<Account>, DatabaseError> {
    type Card = (String, String, String, String);
    let found: Option<(i64, Card, Vec<u8>)> = typed::one(
        tables,
        "SELECT a.account, a.card_number, a.card_expiry, a.holder_name, a.telephone, h.certificate
         FROM issuer_holders h JOIN issuer_accounts a ON a.account = h.account
         WHERE h.holder = ?1 AND h.certificate IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM issuer_homes x WHERE x.holder = ?1)",
        &[holder.0.into()],
    )?;
    Ok(found.map(|(account, card, certificate)| {
        let (number, expiry, name, telephone) = card;
        Account {
            account,
            card: CardDetails {
                number,
                expiry,
                name,
                telephone,
            },
            certificate,
        }
    }))
}

/// The account that a holder has, or had before another wallet was enrolled for it.
pub(super) fn ever_of(
    tables: &(impl Tables + ?Sized),
    holder: &HolderId,
) -> Result<Option<i64>, DatabaseError> {
    let sql = "SELECT account FROM issuer_holders WHERE holder = ?1
        UNION SELECT account FROM issuer_revoked_holders WHERE holder = ?1";
    typed::one(tables, sql, &[holder.0.into()])
}

/// The limit of an account, if there is one of this number.
pub(crate) fn limit(
    tables: &(impl Tables + ?Sized),
    account: i64,
) -> Result<Option<Money>, DatabaseError> {
    let sql = "SELECT limit_minor, currency FROM issuer_accounts WHERE account = ?";
    typed::one(tables, sql, &[account.into()])
}

/// Notes another limit; that the ledger has it is the matter of `books`.
pub(super) fn set_limit(
    tables: &dyn Tables,
    account: i64,
    limit: Money,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE issuer_accounts SET limit_minor = ? WHERE account = ?";
    tables.run(sql, &[limit.minor.into(), account.into()])?;
    Ok(())
}

/// From now on nothing is paid from the account.
pub(super) fn lock(tables: &dyn Tables, account: i64, now: Timestamp) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO issuer_locked_accounts (account, locked_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
        &[account.into(), now.into()],
    )?;
    Ok(())
}

/// The account pays again.
pub(super) fn unlock(tables: &dyn Tables, account: i64) -> Result<(), DatabaseError> {
    let sql = "DELETE FROM issuer_locked_accounts WHERE account = ?";
    tables.run(sql, &[account.into()])?;
    Ok(())
}

/// Whether an operator locked the account.
#[cfg(feature = "bank")] // an issuer asks for both at once
pub(crate) fn is_locked(
    tables: &(impl Tables + ?Sized),
    account: i64,
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM issuer_locked_accounts WHERE account = ?";
    Ok(first(tables, sql, &[account.into()])?.is_some())
}

/// What keeps value from leaving an account, and from coming onto it.
pub(crate) struct Bars {
    /// An operator locked it.
    pub is_locked: bool,
    /// It is closed, or about to be: see [`is_shut`].
    pub is_shut: bool,
}

/// Looks for both at once.
pub(crate) fn bars(tables: &(impl Tables + ?Sized), account: i64) -> Result<Bars, DatabaseError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM issuer_locked_accounts WHERE account = ?1),
        EXISTS (SELECT 1 FROM issuer_shut_accounts WHERE account = ?1)";
    let found: Option<(bool, bool)> = typed::one(tables, sql, &[account.into()])?;
    let (is_locked, is_shut) = found.ok_or(DatabaseError::RolledBack)?;
    Ok(Bars { is_locked, is_shut })
}

impl Bars {
    /// Whether there is either.
    pub(crate) const fn is_any(&self) -> bool {
        self.is_locked || self.is_shut
    }
}

/// Nothing comes onto the account or leaves it any more, and no wallet is enrolled for it: it is closed, or about to
/// be.
#[cfg(feature = "bank")] // an issuer closes none
pub(crate) fn shut(tables: &dyn Tables, account: i64, now: Timestamp) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO issuer_shut_accounts (account, shut_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
        &[account.into(), now.into()],
    )?;
    Ok(())
}

/// The account is open after all.
#[cfg(feature = "bank")]
pub(crate) fn reopen(tables: &dyn Tables, account: i64) -> Result<(), DatabaseError> {
    let sql = "DELETE FROM issuer_shut_accounts WHERE account = ?";
    tables.run(sql, &[account.into()])?;
    Ok(())
}

/// Whether the account is shut.
pub(crate) fn is_shut(
    tables: &(impl Tables + ?Sized),
    account: i64,
) -> Result<bool, DatabaseError> {
    let sql = "SELECT 1 FROM issuer_shut_accounts WHERE account = ?";
    Ok(first(tables, sql, &[account.into()])?.is_some())
}

/// Requires that the account is not shut.
///
/// # Errors
/// [`Kind::AccountEnded`].
pub(crate) fn require_open(tables: &(impl Tables + ?Sized), account: i64) -> Result<(), Fault> {
    if is_shut(tables, account)? {
        return Err(closed());
    }
    Ok(())
}

/// What is said of an account that is shut.
pub(crate) fn closed() -> Fault {
    Fault::new(Kind::AccountEnded, "The account is closed.")
}

/// How many accounts a console shows.
const SHOWN: u32 = 30;

/// The newest accounts that are at this object, with what can still be spent from each. Whose they are is not the
/// console's matter.
pub(crate) fn newest(
    tables: &(impl Tables + ?Sized),
    is_shard: bool,
) -> Result<Table, DatabaseError> {
    // A shard has only those of its holders; the office keeps a record of all.
    let elsewhere = if is_shard {
        "NOT EXISTS (SELECT 1 FROM issuer_holders h WHERE h.account = a.account)"
    } else {
        "EXISTS (SELECT 1 FROM issuer_holders h JOIN issuer_homes x ON x.holder = h.holder
            WHERE h.account = a.account)"
    };
    let sql = format!(
        "SELECT a.account, a.opened_at, a.limit_minor, a.currency,
            coalesce(l.credits_posted - l.debits_posted - l.debits_pending, 0), k.locked_at
         FROM issuer_accounts a
         LEFT JOIN accounts l ON l.name = 'holder ' || a.account AND l.currency = a.currency
         LEFT JOIN issuer_locked_accounts k ON k.account = a.account
         WHERE NOT {elsewhere}
         ORDER BY a.account DESC LIMIT ?"
    );
    let rows = tables.run(&sql, &[SHOWN.into()])?;
    let line = |row: &Row| {
        let limit = rows::money(row, 2)?;
        let is_locked = !row.is_null(5);
        Ok(vec![
            Cell::Count(row.integer(0)?),
            Cell::Time(row.number(1)?),
            limit.into(),
            Cell::money(row.integer(4)?, limit.currency),
            Cell::or_none(is_locked.then_some("locked"), Cell::word),
        ])
    };
    Ok(Table {
        name: "accounts",
        columns: &["account", "opened", "limit", "left", "state"],
        rows: rows
            .iter()
            .map(line)
            .collect::<Result<_, DatabaseError>>()?,
    })
}
