//! Tells the object where the other purse is.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_protocol::purse::local::{LocalError, LocalEvidence};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::{Domain, TransactionId};
use tallystick_protocol::wire::time::Timestamp;

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

/// What one object tells another: what the payer signed, what the payee signed, or both.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Told {
    #[n(0)]
    payment: Option<ByteVec>,
    #[n(1)]
    receipt: Option<ByteVec>,
    /// Both histories tell of it.
    #[n(2)]
    is_agreed: bool,
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
            is_agreed: local.is_agreed,
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
        let all = read(&told, &believed)?;
        office.transaction(|tables| {
            for heard in all {
                let transaction = heard.transaction;
                self.book_own(tables, heard)?;
                if told.is_agreed {
                    rows::agree(tables, &transaction)?;
                    self.settle_local(tables, &transaction)?;
                }
            }
            Ok::<_, Fault>(())
        })?;
        Ok(web::cbor(Vec::new()))
    }
}

fn read(told: &Told, believed: &Believed<'_>) -> Result<Vec<Heard>, Fault> {
    let bank = (believed.bank, believed.key);
    type Reads =
        fn(&LocalEvidence, (&Domain, &VerifyingKey), Timestamp) -> Result<Heard, LocalError>;
    let said: [(&Option<ByteVec>, Reads); 2] = [
        (&told.payment, Heard::of_payment),
        (&told.receipt, Heard::of_receipt),
    ];
    let mut heard = Vec::new();
    for (bytes, reads) in said {
        let Some(bytes) = bytes else { continue };
        let evidence = LocalEvidence::read(bytes).map_err(Fault::untrusted)?;
        let at = evidence.said_at().map_err(Fault::untrusted)?;
        let one = reads(&evidence, bank, at.min(believed.now));
        heard.push(one.map_err(Fault::untrusted)?);
    }
    Ok(heard)
}
