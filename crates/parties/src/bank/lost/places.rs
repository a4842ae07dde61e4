//! Finds a lost purse at whichever object of the bank it is: the account may have moved to another one since the purse
//! was opened.

use minicbor::{Decode, Encode};
use tallystick_protocol::purse::PurseNumber;

use super::rows::By;
use super::{Blocked, block};
use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::office::across::not_yet;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::Ports;

/// Where an object is told that a purse is lost.
pub(in crate::bank) const PATH: &str = "/siblings/lost-purses";

/// A purse is lost, as one object tells another.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Told {
    #[n(0)]
    purse: PurseNumber,
    #[n(1)]
    account: i64,
    #[n(2)]
    by: By,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Blocks a purse of an account for its holder, wherever it is. `None`: the account has no such purse.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) if the object that has it does not answer.
    pub(in crate::bank) async fn block_lost(
        &self,
        purse: &PurseNumber,
        account: i64,
        by: By,
    ) -> Result<Option<Blocked>, Fault> {
        if let Some(blocked) = self.block_here(purse, account, by)? {
            return Ok(Some(blocked));
        }
        let office = &self.issuer.office;
        let place = office.spread()?.shards.of(purse.0[0]);
        if place == office.place() {
            return Ok(None);
        }
        match self.tell_of_lost(place, purse, account, by).await? {
            None if office.is_shard() && place != Place::Office => {
                // Of the time before there were shards.
                self.tell_of_lost(Place::Office, purse, account, by).await
            }
            found => Ok(found),
        }
    }

    async fn tell_of_lost(
        &self,
        place: Place,
        purse: &PurseNumber,
        account: i64,
        by: By,
    ) -> Result<Option<Blocked>, Fault> {
        let told = Told {
            purse: *purse,
            account,
            by,
        };
        let told = minicbor::to_vec(&told).map_err(|_| Fault::internal())?;
        let office = &self.issuer.office;
        let answer = office
            .ask_sibling(place, PATH, told)
            .await
            .map_err(not_yet)?;
        minicbor::decode(&answer).map_err(|_| not_yet(Fault::internal()))
    }

    /// An object of the bank says that a purse is lost.
    pub(in crate::bank) fn hear_of_lost(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = |_| Fault::malformed("A sibling says something else.");
        let told: Told = minicbor::decode(web::body_as(request, web::CBOR)?).map_err(unread)?;
        let blocked = self.block_here(&told.purse, told.account, told.by)?;
        Ok(web::cbor(
            minicbor::to_vec(blocked).map_err(|_| Fault::internal())?,
        ))
    }

    fn block_here(
        &self,
        purse: &PurseNumber,
        account: i64,
        by: By,
    ) -> Result<Option<Blocked>, Fault> {
        let office = &self.issuer.office;
        let when = (office.now(), self.config.reconciliation_seconds);
        let blocked = office.transaction(|tables| block(tables, (purse, account), by, when))?;
        if blocked.is_some() {
            office.log("purse-lost", None, by.as_str());
        }
        Ok(blocked)
    }
}
