//! The account outside that belongs to an account of the bank. The office alone knows it; a shard asks.

use http::StatusCode;
use minicbor::{Decode, Encode};
use serde::Serialize;

use super::mandates;
use crate::bank::Bank;
use crate::bank::accounts;
use crate::bank::banking_system::BankingSystem;
use crate::iso20022::{Holding, Mandate, Reference};
use crate::office::across::not_yet;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::Ports;

/// Where the office is asked for an account's account outside.
pub(in crate::bank) const PATH: &str = "/siblings/outside-accounts";

/// An account outside, with the leave to collect from it.
pub(super) struct Known {
    pub holding: Holding,
    pub mandate: Mandate,
}

/// Where to pay so that it comes onto an account of the bank.
#[derive(Serialize)]
struct PayingIn {
    iban: String,
    name: String,
    currency: &'static str,
}

/// As one object tells another.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Told {
    #[n(0)]
    name: String,
    #[n(1)]
    iban: String,
    #[n(2)]
    mandate: String,
    #[n(3)]
    signed_on: String,
}

impl Told {
    fn read(&self) -> Result<Known, Fault> {
        let mandate = Mandate {
            id: Reference::new(&self.mandate).map_err(Fault::malformed)?,
            signed_on: self.signed_on.parse().map_err(Fault::malformed)?,
        };
        Ok(Known {
            holding: mandates::holding(&self.name, &self.iban)?,
            mandate,
        })
    }
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// The account outside of an account of the bank.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) if the office does not answer.
    pub(super) async fn outside_account(&self, account: i64) -> Result<Known, Fault> {
        let office = &self.issuer.office;
        if !office.is_shard() {
            return self.known_outside(account)?.read();
        }
        let asked = minicbor::to_vec(account).map_err(|_| Fault::internal())?;
        let told = office.ask_sibling(Place::Office, PATH, asked).await;
        let told = told.map_err(not_yet)?;
        let told: Told = minicbor::decode(&told).map_err(|_| not_yet(Fault::internal()))?;
        told.read()
    }

    /// `GET /v1/paying-in`: the bank's own accounts outside, one a currency. Whoever pays there and names an account of
    /// the bank pays onto it.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while the bank outside does not answer.
    pub(in crate::bank) async fn show_paying_in(&self) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        office.admit(&[("paying-in", office.settings.limits.accounts)])?;
        let mut shown = Vec::new();
        for currency in &self.config.currencies {
            let own = self.outside.own_account(&office.ports, *currency).await?;
            shown.push(PayingIn {
                iban: own.iban.to_string(),
                name: own.name.to_string(),
                currency: currency.code(),
            });
        }
        Ok(web::json(StatusCode::OK, &shown))
    }

    fn known_outside(&self, account: i64) -> Result<Told, Fault> {
        let details = accounts::details(&self.issuer.office, account)?;
        Ok(Told {
            name: details.outside_name,
            iban: details.outside_account,
            mandate: details.mandate,
            signed_on: details.mandate_signed_on,
        })
    }

    /// At the office: tells a shard of an account outside.
    pub(in crate::bank) fn tell_outside_account(
        &self,
        request: &Incoming,
    ) -> Result<Answer, Fault> {
        let unread = |_| Fault::malformed("A sibling says something else.");
        let account: i64 = minicbor::decode(web::body_as(request, web::CBOR)?).map_err(unread)?;
        let told = minicbor::to_vec(self.known_outside(account)?);
        Ok(web::cbor(told.map_err(|_| Fault::internal())?))
    }
}
