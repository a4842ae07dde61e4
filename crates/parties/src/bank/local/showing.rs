//! Shows the proof that a purse was spent twice, for whoever may see the console, and by what it is checked without the bank.

use http::StatusCode;
use tallystick_protocol::purse::PurseNumber;

use super::claims;
use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Asked, Key};
use crate::ports::Ports;

/// The purse that a request names.
pub(in crate::bank) fn purse_in(asked: &Asked<'_>) -> Option<Key> {
    let number: PurseNumber = asked.chosen?.parse().ok()?;
    let mut name = [0; 32];
    name[..number.0.len()].copy_from_slice(&number.0);
    let start = Some(number.0[0]);
    Some(Key { start, name })
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `GET /v1/purses.cer`: the certificate (DER) of the key with which this bank signs purses. With it anybody judges a
    /// proof.
    pub(in crate::bank) async fn show_purse_certificate(&self) -> Result<Answer, Fault> {
        let certificate = self.purse_key().await?.certificate.clone();
        Ok(web::answer(StatusCode::OK, web::CERTIFICATE, certificate))
    }

    /// `GET /v1/contradictions/{purse}`: a
    /// [`Contradiction`](tallystick_protocol::purse::local::Contradiction).
    pub(in crate::bank) fn show_contradiction(
        &self,
        request: &Incoming,
        purse: &str,
    ) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        office.require_console(request)?;
        let number: PurseNumber = purse.parse().map_err(|_| Fault::not_found())?;
        let proof = claims::proof_against(office.tables(), &number)?;
        Ok(web::cbor(proof.ok_or_else(Fault::not_found)?))
    }
}
