//! Whether an account has purses that are not closed, wherever they are: an account that moved to another device may live
//! at another object now, and its former device's purses stay where they were opened. The office knows whose it was.

use tallystick_protocol::wire::identifier::HolderId;

use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::office::across::not_yet;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// Where an object is asked.
pub(in crate::bank) const PATH: &str = "/siblings/open-purses";

/// What an object says: whether it has one, and who has the account or had it, as far as it knows.
type Part = (bool, Vec<HolderId>);

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Whether a purse of the account is open at another object than this.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while one of them does not answer.
    pub(super) async fn has_purse_elsewhere(&self, account: i64) -> Result<bool, Fault> {
        let office = &self.issuer.office;
        let (is_at_office, holders) = match office.is_shard() {
            true => self.purses_at(Place::Office, account).await?,
            false => (false, part_of(office.tables(), account)?.1),
        };
        if is_at_office {
            return Ok(true);
        }
        let shards = office.spread()?.shards;
        let places = holders.iter().map(|holder| shards.of(holder.0[0]));
        let mut places: Vec<_> = places
            .filter(|place| *place != office.place() && *place != Place::Office)
            .collect();
        places.sort_unstable();
        places.dedup();
        for place in places {
            if self.purses_at(place, account).await?.0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn purses_at(&self, place: Place, account: i64) -> Result<Part, Fault> {
        let asked = minicbor::to_vec(account).map_err(|_| Fault::internal())?;
        let office = &self.issuer.office;
        let answer = office.ask_sibling(place, PATH, asked).await;
        minicbor::decode(&answer.map_err(not_yet)?).map_err(|_| not_yet(Fault::internal()))
    }

    /// Tells another object what this one has.
    pub(in crate::bank) fn tell_open_purses(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = |_| Fault::malformed("A sibling says something else.");
        let account: i64 = minicbor::decode(web::body_as(request, web::CBOR)?).map_err(unread)?;
        let part = part_of(self.issuer.office.tables(), account)?;
        Ok(web::cbor(
            minicbor::to_vec(&part).map_err(|_| Fault::internal())?,
        ))
    }
}

fn part_of(tables: &(impl Tables + ?Sized), account: i64) -> Result<Part, DatabaseError> {
    let sql = "SELECT holder FROM issuer_homes WHERE account = ?";
    let holders = typed::all(tables, sql, &[account.into()])?;
    Ok((has_purse(tables, account)?, holders))
}

/// Whether a purse of the account is open at this object.
///
/// # Errors
/// Only the database's own.
pub(super) fn has_purse(
    tables: &(impl Tables + ?Sized),
    account: i64,
) -> Result<bool, DatabaseError> {
    let open = "SELECT 1 FROM bank_purses WHERE account = ? AND closed_at IS NULL LIMIT 1";
    Ok(first(tables, open, &[account.into()])?.is_some())
}
