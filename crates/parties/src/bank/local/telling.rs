//! Tells the object where the other purse is.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_protocol::purse::local::LocalEvidence;
use tallystick_protocol::wire::identifier::TransactionId;

use super::hearing::{Believed, Heard};
use super::rows;
use crate::bank::Bank;
use crate::bank::banking_system::BankingSystem;
use crate::office::across::not_yet;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};

/// Where an object hears of a payment between purses.
pub(in crate::bank) const PATH: &str = "/siblings/local-payments";
/// The kind of the job that tells; its reference is the payment's number.
pub(in crate::bank) const TELL: &str = "local-payment";

/// What one object tells another: what the payer signed, or what the payee signed.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Told {
    #[n(0)]
    payment: Option<ByteVec>,
    #[n(1)]
    receipt: Option<ByteVec>,
}

/// Has the object at that place told.
pub(super) fn put(
    tables: &dyn Tables,
    transaction: &TransactionId,
    place: Place,
    now_ms: u64,
) -> Result<(), Fault> {
    let job = NewJob {
        kind: TELL,
        reference: &transaction.to_string(),
        peer: Some(&place.to_string()),
        at_ms: now_ms,
    };
    Ok(due::put(tables, &job, now_ms)?)
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Tells of a payment, until it is heard.
    pub(in crate::bank) async fn tell_local(&self, job: &Job) -> Result<Next, Fault> {
        let office = &self.issuer.office;
        let transaction: TransactionId = job.reference.parse().map_err(|_| Fault::internal())?;
        let place = job.peer.as_deref().and_then(Place::of_object);
        let Some(local) = rows::find(office.tables(), &transaction)? else {
            return Ok(Next::Done);
        };
        let told = Told {
            payment: local.payment.map(Into::into),
            receipt: local.answer.map(Into::into),
        };
        let told = minicbor::to_vec(&told).map_err(|_| Fault::internal())?;
        let place = place.ok_or_else(Fault::internal)?;
        office
            .ask_sibling(place, PATH, told)
            .await
            .map_err(not_yet)?;
        Ok(Next::Done)
    }

    /// Hears of a payment from another object, and verifies it for itself.
    pub(in crate::bank) async fn hear_local(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = |_| Fault::malformed("A sibling says something else.");
        let told: Told = minicbor::decode(web::body_as(request, web::CBOR)?).map_err(unread)?;
        let key = self.purse_key().await?;
        let office = &self.issuer.office;
        let believed = Believed {
            bank: &office.settings.domain,
            key: &key.public,
            now: office.now(),
        };
        let heard = read(&told, &believed)?;
        office.transaction(|tables| self.book_own(tables, heard))?;
        Ok(web::cbor(Vec::new()))
    }
}

fn read(told: &Told, believed: &Believed<'_>) -> Result<Heard, Fault> {
    let bank = (believed.bank, believed.key);
    let bytes = told.payment.as_ref().or(told.receipt.as_ref());
    let read = |bytes: &ByteVec| {
        let evidence = LocalEvidence::read(bytes)?;
        let at = evidence.said_at()?.min(believed.now);
        match told.payment {
            Some(_) => Heard::of_payment(&evidence, bank, at),
            None => Heard::of_receipt(&evidence, bank, at),
        }
    };
    let bytes = bytes.ok_or_else(|| Fault::malformed("It tells nothing."))?;
    read(bytes).map_err(Fault::untrusted)
}
