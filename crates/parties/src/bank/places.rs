//! Where a bank's requests belong, and what its objects say to each other beside what an issuer's do.

use sha2::{Digest, Sha256};
use tallystick_protocol::purse::PurseNumber;

use super::Bank;
use super::banking_system::BankingSystem;
use super::{continuing, ends, fees, key, local, lost, outside, page, purses};
use crate::office::across;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::place::{Asked, Key};
use crate::office::siblings::Spreading;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports};

/// Wherever, and each time the same place: whoever asks again for the same finds it.
pub(super) fn of_body(asked: &Asked<'_>) -> Option<Key> {
    Some(<[u8; 32]>::from(Sha256::digest(asked.body)).into())
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    fn has_purse(&self, key: &[u8; 32]) -> Result<bool, DatabaseError> {
        let (number, rest) = key.split_at(16);
        let Ok(number) = PurseNumber::try_from(number) else {
            return Ok(false);
        };
        let is_number = rest.iter().all(|byte| *byte == 0);
        Ok(is_number && purses::find(self.issuer.office.tables(), &number)?.is_some())
    }
}

impl<P: Ports, B: BankingSystem> Spreading for Bank<P, B> {
    /// What an issuer knows, the reference of a purse's payment, or the number of a purse with zeros behind it.
    fn knows(&self, key: &[u8; 32]) -> Result<bool, DatabaseError> {
        let sql = "SELECT 1 FROM bank_movements WHERE reference = ?";
        let is_paid = first(self.issuer.office.tables(), sql, &[(*key).into()])?.is_some();
        Ok(is_paid || self.has_purse(key)? || self.issuer.knows(key)?)
    }

    fn has_any(&self) -> Result<bool, DatabaseError> {
        self.issuer.has_any()
    }

    async fn answer_sibling(&self, request: &Incoming) -> Result<Answer, Fault> {
        match request.uri().path() {
            across::PATH => self.take_in(request),
            ends::PATH => self.tell_end(request),
            outside::statement::PATH if self.issuer.office.is_shard() => self.tell_booked(request),
            outside::SHUT if !self.issuer.office.is_shard() => self.hear_shut(request),
            outside::HOLDINGS if !self.issuer.office.is_shard() => {
                self.tell_outside_account(request)
            }
            continuing::PATH if !self.issuer.office.is_shard() => self.hear_continued(request),
            local::PATH => self.hear_local(request).await,
            lost::PATH => self.hear_of_lost(request),
            outside::OPEN_PURSES => self.tell_open_purses(request),
            page::PATH => self.tell_part(request),
            fees::PATH if !self.issuer.office.is_shard() => self.tell_promised(request),
            key::PATH if !self.issuer.office.is_shard() => self.key.show(&self.issuer.office).await,
            _ => self.issuer.answer_sibling(request).await,
        }
    }
}
