//! Tells the wallet how the payment of an order ended, by what wallet and bank alone know.

use data_encoding::HEXLOWER;
use tallystick_protocol::purse::MovementVerdict;

use super::Bank;
use super::banking_system::BankingSystem;
use super::movements;
use super::statements;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer};
use crate::office::place::{Asked, Key, named_at};
use crate::ports::Ports;

/// The payment's reference, at the shard that the request names.
pub(super) fn reference_of(asked: &Asked<'_>) -> Option<Key> {
    Some(Key {
        start: named_at(asked),
        name: reference(asked.chosen?)?,
    })
}

fn reference(text: &str) -> Option<[u8; 32]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// `GET /v1/verdicts/{}`: the signed verdict; [`Kind::NotFound`] is *not yet*.
    pub(super) async fn show_verdict(&self, text: &str) -> Result<Answer, Fault> {
        let not_yet = || Fault::new(Kind::NotFound, "Nothing is decided about it yet.");
        let reference = reference(text).ok_or_else(not_yet)?;
        let movement = movements::by_reference(self.issuer.office.tables(), &reference)?;
        let about = movement.ok_or_else(not_yet)?.reference_text();
        let said = self
            .said::<MovementVerdict>(statements::VERDICT, &about)
            .await?;
        Ok(web::cose(said.ok_or_else(not_yet)?))
    }
}
