//! What one object of a party still has to ask of another one, until that has answered. The letter is a job and
//! nothing else: what it says is read from the tables each time it is sent. It may arrive late and more than once,
//! so the object that is asked must do the same thing once; and what it answers is stored in the transaction that
//! takes the letter out.

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::place::Place;
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};

/// Puts a letter to another object of this party on the clock, due at once. The same letter twice is one letter.
/// `kind` is a fixed word of the role, `reference` what it is about: an order's root, if it is about an order.
///
/// # Errors
/// Only the database's own.
pub fn post(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
    to: Place,
    now_ms: u64,
) -> Result<(), DatabaseError> {
    let job = NewJob {
        kind: due::SIBLING_LETTER,
        reference: &due::letter_reference(kind, reference),
        peer: Some(&to.to_string()),
        at_ms: now_ms,
    };
    due::put_once(tables, &job, now_ms)
}

/// Takes a letter out: it is sent no more, and may arrive all the same.
///
/// # Errors
/// Only the database's own.
pub fn settle(
    tables: &(impl Tables + ?Sized),
    kind: &str,
    reference: &str,
) -> Result<(), DatabaseError> {
    due::cancel(
        tables,
        due::SIBLING_LETTER,
        &due::letter_reference(kind, reference),
    )
}

/// The fixed word of the letter that a job is to send.
#[must_use]
pub fn kind_of(job: &Job) -> &str {
    job.reference.split_once('/').map_or("", |(kind, _)| kind)
}

/// One kind of letter between the objects of a party.
pub trait SiblingLetter<P: Ports> {
    /// Its fixed word.
    const KIND: &'static str;
    /// The path at which the other object answers it: "/siblings/…".
    const PATH: &'static str;

    /// The office of the object that asks.
    fn office(&self) -> &Office<P>;

    /// What it says, in CBOR; `None` if there is nothing to be asked any more.
    ///
    /// # Errors
    /// A fault here.
    fn says(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Vec<u8>>, Fault>;

    /// Stores what the answer means. In the transaction that takes the letter out; what it is about may have moved
    /// on meanwhile.
    ///
    /// # Errors
    /// A fault: the letter stays.
    fn heard(&self, tables: &dyn Tables, reference: &str, answer: &[u8]) -> Result<(), Fault>;

    /// Asks once, for the job of this letter.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if the other object is silent or something is broken there; [`Kind::Internal`] if
    /// something is broken here.
    #[allow(async_fn_in_trait)] // single-threaded on purpose: see `ports`
    async fn ask(&self, job: &Job) -> Result<Next, Fault> {
        let office = self.office();
        let (_, reference) = job.reference.split_once('/').ok_or_else(Fault::internal)?;
        let to = job.peer.as_deref().and_then(Place::of_object);
        let to = to.ok_or_else(Fault::internal)?;
        let Some(says) = self.says(office.tables(), reference)? else {
            return Ok(Next::Done);
        };
        let answer = office.ask_sibling(to, Self::PATH, says).await;
        let answer = answer.map_err(|fault| match fault.kind {
            Kind::Internal => Fault::new(Kind::Unreachable, "Something is broken there."),
            _ => fault,
        })?;
        office.transaction(|tables| {
            settle(tables, Self::KIND, reference)?;
            self.heard(tables, reference, &answer)
        })?;
        Ok(Next::Done)
    }
}
