//! A holder's own credit transfer, as at any bank's page. In the sandbox whoever knows what the page drew when it opened
//! the account is its holder.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tallystick_protocol::wire::money::Money;

use super::accounts::{self, Account};
use super::{BankingSystem, books, payments};
use crate::iso20022::{Iban, Remittance};
use crate::ledger::LedgerError;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::store::once::{Command, FOR_GOOD, KEY_MAX_BYTES, once};
use crate::store::typed;

/// The body of `POST /v1/transfers`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transfer {
    /// The account that pays.
    iban: String,
    /// What the page drew when it opened that account.
    key: String,
    /// The account that is paid.
    to: String,
    /// In minor units of the currency of both.
    amount: u64,
    /// What it is for.
    text: String,
    /// Drawn by the page: the same transfer again, because the answer was lost, is the same transfer.
    reference: String,
}

#[derive(Serialize)]
struct Booked {
    booked: bool,
}

impl<P: Ports> BankingSystem<P> {
    /// `POST /v1/transfers`, if the bank opens accounts for whoever asks.
    pub(super) fn transfer(&self, request: &Incoming) -> Result<Answer, Fault> {
        if !self.config.opens_accounts {
            let no = "This bank takes no transfers over the network.";
            return Err(Fault::new(Kind::Unauthorised, no));
        }
        let asked: Transfer = web::json_body(request)?;
        let limit = self.office.settings.limits.accounts;
        self.office.admit(&[("transfers", limit)])?;
        if !(1..=KEY_MAX_BYTES).contains(&asked.reference.len()) {
            return Err(Fault::malformed("A reference has between 1 and 64 bytes."));
        }
        let text = Remittance::new(&asked.text);
        let text = text.map_err(|error| Fault::malformed(format!("{error}.")))?;
        let command = Command {
            what: "transfer",
            key: &format!("{} {}", asked.iban, asked.reference),
            digest: &Sha256::digest(request.body()).into(),
            keep_until: FOR_GOOD,
        };
        let answer = self.office.transaction(|tables| {
            let payer = self.payer(tables, &asked)?;
            once(tables, &command, |tables| {
                self.carry_out_transfer(tables, &payer, &asked, &text)?;
                serde_json::to_vec(&Booked { booked: true }).map_err(|_| Fault::internal())
            })
        })?;
        self.office.log("transfer", None, "ok");
        Ok(web::answer(StatusCode::OK, web::JSON, answer))
    }

    /// The account that pays, if its holder asks.
    fn payer(&self, tables: &dyn Tables, asked: &Transfer) -> Result<Account, Fault> {
        let nobody = || {
            Fault::new(
                Kind::Unauthorised,
                "No account here has this number and key.",
            )
        };
        let payer = find(tables, &asked.iban)?.ok_or_else(nobody)?;
        let sql = "SELECT owner_key FROM banking_accounts WHERE account = ?";
        let known: Option<[u8; 32]> = typed::one(tables, sql, &[payer.account.into()])?.flatten();
        let given: [u8; 32] = Sha256::digest(asked.key.as_bytes()).into();
        let is_holder = known.is_some_and(|known| bool::from(known.ct_eq(&given)));
        if !is_holder || payer.blocked_at.is_some() {
            return Err(nobody());
        }
        Ok(payer)
    }

    fn carry_out_transfer(
        &self,
        tables: &dyn Tables,
        payer: &Account,
        asked: &Transfer,
        text: &Remittance,
    ) -> Result<(), Fault> {
        let unknown = || Fault::new(Kind::UnknownDestination, "");
        let paid = find(tables, &asked.to)?.filter(|paid| paid.blocked_at.is_none());
        let paid = paid.ok_or_else(unknown)?;
        let money = Money::new(asked.amount, payer.currency()?);
        if paid.currency != payer.currency {
            return Err(Fault::new(Kind::OtherCurrency, ""));
        }
        let id = format!("transfer {} {}", payer.iban, asked.reference);
        match books::pay(tables, (payer, &paid), money, &id, self.office.now_ms()) {
            Ok(()) => {}
            Err(LedgerError::Short) => return Err(Fault::new(Kind::ShortOfMoney, "")),
            Err(LedgerError::Amount) => return Err(Fault::new(Kind::NoAmount, "")),
            Err(error) => return Err(error.into()),
        }
        let now = self.office.now();
        Ok(payments::note_received(
            tables,
            (payer, &paid),
            money,
            text,
            now,
        )?)
    }
}

fn find(tables: &dyn Tables, iban: &str) -> Result<Option<Account>, Fault> {
    match iban.parse::<Iban>() {
        Ok(iban) => Ok(accounts::find(tables, iban.as_str())?),
        Err(_) => Ok(None),
    }
}
