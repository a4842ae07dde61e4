//! Who asks: a bank that is a client here shows its token, as at any bank's interface.

use http::{StatusCode, header};
use serde::Serialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tallystick_protocol::wire::money::Currency;

use super::{BankingSystem, Client, accounts, books};
use crate::ledger;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;

/// A client's account with the sandbox bank: what it pays from and collects to.
#[derive(Serialize)]
struct Settlement {
    iban: String,
    name: String,
    currency: &'static str,
    /// What is on it, in minor units.
    minor: i64,
}

impl<P: Ports> BankingSystem<P> {
    /// The client whose token the request has. All tokens are compared, each in constant time, by their digests.
    ///
    /// # Errors
    /// [`Kind::Unauthorised`] without a client's token, [`Kind::RateLimited`] after too many requests of its.
    pub(super) fn client(&self, route: &str, request: &Incoming) -> Result<&Client, Fault> {
        let given = request.headers().get(header::AUTHORIZATION);
        let given = given.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        let given: [u8; 32] = Sha256::digest(given.unwrap_or_default()).into();
        let mut found = None;
        for client in &self.config.clients {
            if bool::from(client.token_digest.ct_eq(&given)) {
                found = Some(client);
            }
        }
        let none = "The banking system is for the banks that are its clients, by their tokens.";
        let client = found.ok_or_else(|| Fault::new(Kind::Unauthorised, none))?;
        self.office.admit_sender(route, &client.domain)?;
        Ok(client)
    }

    /// Once in a lifetime of this object: each client has an account in every currency.
    pub(super) fn ensure_settlement_accounts(&self) -> Result<(), Fault> {
        if self.has_clients.get() {
            return Ok(());
        }
        let now = self.office.now();
        self.office.transaction(|tables| {
            for client in &self.config.clients {
                for currency in Currency::ALL {
                    accounts::ensure_settlement(tables, client, currency, now)?;
                }
            }
            Ok::<_, Fault>(())
        })?;
        self.has_clients.set(true);
        Ok(())
    }

    /// `GET /v1/settlement-accounts`: the client's own accounts, one a currency.
    pub(super) fn show_settlement(&self, request: &Incoming) -> Result<Answer, Fault> {
        let client = self.client("settlement-accounts", request)?;
        let tables = self.office.tables();
        let mut shown = Vec::new();
        for currency in Currency::ALL {
            let account = accounts::settlement(tables, client, currency)?;
            let account = account.ok_or_else(Fault::internal)?;
            let balance = ledger::balance(tables, &books::name_of(account.account), currency)?;
            shown.push(Settlement {
                iban: account.iban,
                name: account.owner,
                currency: currency.code(),
                minor: balance.available(),
            });
        }
        Ok(web::json(StatusCode::OK, &shown))
    }
}
