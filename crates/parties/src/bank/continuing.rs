//! The account goes on (EP 1 221 669, S1): its last month is a later one. The office says so, wherever the account lives,
//! and its shard hears it as it hears everything about accounts.

use minicbor::{Decode, Encode};
use tallystick_protocol::account::CardExpiry;

use super::Bank;
use super::account_number;
use super::banking_system::BankingSystem;
use crate::issuer::homes;
use crate::office::across::not_yet;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::store::typed;

/// Where the office hears that an account goes on.
pub(super) const PATH: &str = "/siblings/continued";
/// The kind of the job that tells the office; its reference is the account and its last month.
pub(super) const TELL: &str = "continued";

/// What a shard tells.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Told {
    #[n(0)]
    account: i64,
    /// `MM/YY`.
    #[n(1)]
    expiry: String,
}

/// The later of this last month and the account's own.
///
/// # Errors
/// A fault if there is no such account; those of the database.
pub(super) fn later_of(
    tables: &dyn Tables,
    account: i64,
    until: CardExpiry,
) -> Result<CardExpiry, Fault> {
    let sql = "SELECT card_expiry FROM issuer_accounts WHERE account = ?";
    let own: Option<String> = typed::one(tables, sql, &[account.into()])?;
    let own = own.and_then(|own| own.parse::<CardExpiry>().ok());
    let own = own.ok_or_else(Fault::internal)?;
    let is_later = account_number::end_of(own) > account_number::end_of(until);
    Ok(if is_later { own } else { until })
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// From now on this is the last month of an account, unless that is a later one. Call it in the transaction that
    /// decides it.
    pub(super) fn continue_account(
        &self,
        tables: &dyn Tables,
        account: i64,
        until: CardExpiry,
    ) -> Result<(), Fault> {
        let office = &self.issuer.office;
        if office.is_shard() {
            let job = NewJob {
                kind: TELL,
                reference: &format!("{account} {until}"),
                peer: Some(&Place::Office.to_string()),
                at_ms: office.now_ms(),
            };
            return Ok(due::put(tables, &job, office.now_ms())?);
        }
        let until = later_of(tables, account, until)?;
        let sql = "UPDATE issuer_accounts SET card_expiry = ? WHERE account = ?";
        tables.run(sql, &[until.to_string().into(), account.into()])?;
        homes::changed(&self.issuer, tables, account)
    }

    /// At a shard: tells the office, until it has heard.
    pub(super) async fn tell_continued(&self, job: &Job) -> Result<Next, Fault> {
        let (account, expiry) = job.reference.split_once(' ').ok_or_else(Fault::internal)?;
        let told = Told {
            account: account.parse().map_err(|_| Fault::internal())?,
            expiry: expiry.to_owned(),
        };
        let told = minicbor::to_vec(&told).map_err(|_| Fault::internal())?;
        let heard = self
            .issuer
            .office
            .ask_sibling(Place::Office, PATH, told)
            .await;
        heard.map_err(not_yet)?;
        Ok(Next::Done)
    }

    /// At the office: hears it.
    pub(super) fn hear_continued(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = || Fault::malformed("A sibling says something else.");
        let body = web::body_as(request, web::CBOR)?;
        let told: Told = minicbor::decode(body).map_err(|_| unread())?;
        let until: CardExpiry = told.expiry.parse().map_err(|_| unread())?;
        let office = &self.issuer.office;
        office.transaction(|tables| self.continue_account(tables, told.account, until))?;
        Ok(web::cbor(Vec::new()))
    }
}
