//! Value that comes from another object of the bank: onto an account, or to wait for a purse. What waits must be known
//! with who gave it, so that the crossing's name says it.

use data_encoding::HEXLOWER;
use tallystick_protocol::purse::{Endpoint, PurseNumber, number_of_transfer};
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::TransactionId;

use super::Bank;
use super::banking_system::BankingSystem;
use super::closing;
use super::movements::Movement;
use super::waiting::{self, Waiting};
use crate::ledger::AccountKind;
use crate::ledger::across::Crossing;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::store::typed;

/// With this the name of a crossing begins whose value waits for a purse.
const WAITS: &str = "across waits-";
/// The longest endpoint in a name, in bytes.
const ENDPOINT_BYTES_MAX: usize = 64;

/// The name of the crossing of a movement to somebody else's purse.
pub(super) fn name_of(movement: &Movement, place: &str) -> Result<String, Fault> {
    let origin = movement.source.as_ref().ok_or_else(Fault::internal)?;
    let origin = HEXLOWER.encode(&encode_value(origin));
    let number = number_of_transfer(&movement.purse, &movement.transaction);
    Ok(format!("{WAITS}{number}-{origin}/{place}"))
}

/// What a name says: the number under which it waits, and who gave.
fn read_name(name: &str) -> Option<(TransactionId, Endpoint)> {
    let (said, _) = name.strip_prefix(WAITS)?.split_once('/')?;
    let (transaction, origin) = said.split_once('-')?;
    let origin = HEXLOWER.decode(origin.as_bytes()).ok()?;
    let origin = decode_value(&origin, ENDPOINT_BYTES_MAX).ok()?;
    Some((transaction.parse().ok()?, origin))
}

/// The account of the ledger onto which a movement went here.
pub(super) fn credited(tables: &dyn Tables, movement: &Movement) -> Result<String, Fault> {
    let sql =
        "SELECT a.name FROM transfers t JOIN accounts a ON a.account = t.credit WHERE t.id = ?";
    let name: Option<String> = typed::one(tables, sql, &[movement.ledger_id().into()])?;
    name.ok_or_else(Fault::internal)
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Takes in value that another object sent.
    pub(super) fn take_in(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.issuer.office;
        office.take_in(request, |tables, came: &Crossing| {
            // What a purse gave covers there what its payee has already.
            if came.kind == AccountKind::Given {
                return Ok(());
            }
            let Some((transaction, origin)) = read_name(&came.id) else {
                return self.issuer.arrived(tables, came);
            };
            let number = came.account.strip_prefix("waiting ");
            let number: Option<PurseNumber> = number.and_then(|number| number.parse().ok());
            let credit = Waiting {
                transaction,
                purse: number.ok_or_else(Fault::internal)?,
                origin,
                money: came.money,
                arrived_at: office.now(),
                taken_by: None,
            };
            if closing::redirect(tables, &credit)? {
                return Ok(());
            }
            Ok(waiting::arrive(tables, &credit)?)
        })
    }
}
