//! The account outside that belongs to an account of the bank. The office alone knows it; a shard asks.

use minicbor::{Decode, Encode};

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
