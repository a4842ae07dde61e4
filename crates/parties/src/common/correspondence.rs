//! Sends letters of the outbox and hears what is answered.

use http::{Method, StatusCode};

use super::due::{Job, Next};
use super::fault::{Fault, Kind};
use super::http::{self as web, Answer};
use super::office::Office;
use super::outbox::{self, Content, Letter, Verdict};
use crate::ports::{Network, Ports};

/// What a role does with answers to its letters.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see `ports`
pub trait Correspondent {
    /// The other party answered with a success or a final refusal (a 4xx other than 408, 425 and
    /// 429; everything else is sent again without asking). Verify the answer, then store what it
    /// means; calling [`outbox::settle`] in that transaction makes it one step.
    ///
    /// # Errors
    /// A fault counts as [`Verdict::Again`].
    async fn answered(&self, letter: &Letter, answer: Answer) -> Result<Verdict, Fault>;

    /// The letter was never settled and its time is over; it leaves the outbox after this. May be
    /// called again after a crash.
    ///
    /// # Errors
    /// A fault is logged, and the letter stays.
    async fn gave_up(&self, letter: &Letter) -> Result<(), Fault>;
}

/// Whether an answer to a letter that moves money is the last word: a success, or that it was
/// decided otherwise before. Whatever else comes may be by somebody in between, or over tomorrow.
#[must_use]
pub fn is_last_word(answer: &Answer) -> bool {
    answer.status().is_success() || is_problem(answer, Kind::Conflict)
}

/// Whether the answer is this problem.
#[must_use]
pub fn is_problem(answer: &Answer, kind: Kind) -> bool {
    web::problem_in(answer).is_some_and(|problem| problem.kind == kind)
}

impl<P: Ports> Office<P> {
    /// Sends the letter of a job, or gives it up if its time is over.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if its receiver is silent; those of the correspondent.
    pub async fn send_letter(
        &self,
        job: &Job,
        correspondent: &impl Correspondent,
    ) -> Result<Next, Fault> {
        let Some(letter) = outbox::of_job(self.tables(), job)? else {
            return Ok(Next::Done);
        };
        let outcome = if self.now_ms() >= letter.give_up_at {
            self.give_up(&letter, correspondent).await
        } else {
            self.send(&letter, correspondent).await
        };
        let word = match &outcome {
            Ok((word, _)) => *word,
            Err(fault) => fault.kind.as_str(),
        };
        self.log(&letter.kind, correlation_of(&letter), word);
        outcome.map(|(_, next)| next)
    }

    async fn give_up(
        &self,
        letter: &Letter,
        correspondent: &impl Correspondent,
    ) -> Result<(&'static str, Next), Fault> {
        correspondent.gave_up(letter).await?;
        self.transaction(|tables| outbox::settle(tables, &letter.kind, &letter.reference))?;
        Ok(("given-up", Next::Done))
    }

    async fn send(
        &self,
        letter: &Letter,
        correspondent: &impl Correspondent,
    ) -> Result<(&'static str, Next), Fault> {
        const PUT_OFF: (&str, Next) = ("put-off", Next::Later);
        let (media_type, body) = match &letter.content {
            Content::Bytes(bytes) => (web::CBOR, bytes.clone()),
            Content::Relayed(bytes) => (web::COSE, bytes.clone()),
            Content::Statement(kind) => (web::COSE, self.signed(kind, &letter.reference).await?),
        };
        let mut request = web::request_to(
            letter.to.as_str(),
            Method::POST,
            &letter.path,
            Some(media_type),
            body,
        )?;
        web::correlate(&mut request, correlation_of(letter));
        let answer = self.ports.network().send(request).await?;
        let status = answer.status();
        if is_silence(status) {
            return Err(Fault::new(Kind::Unreachable, "Nobody is there."));
        }
        let final_refusal = status.is_client_error() && !matches!(status.as_u16(), 408 | 425 | 429);
        if !status.is_success() && !final_refusal {
            return Ok(PUT_OFF);
        }
        if answer.body().len() > web::BODY_LIMIT {
            return Ok(PUT_OFF);
        }
        match correspondent.answered(letter, answer).await? {
            Verdict::Done => {
                self.transaction(|tables| outbox::settle(tables, &letter.kind, &letter.reference))?;
                Ok(("settled", Next::Done))
            }
            Verdict::Again => Ok(PUT_OFF),
        }
    }
}

/// Whether somebody before the party says that it does not answer.
fn is_silence(status: StatusCode) -> bool {
    matches!(status.as_u16(), 502..=504 | 520..=530)
}

/// Letters are about orders, and their reference is the order's root.
fn correlation_of(letter: &Letter) -> Option<&str> {
    letter.reference.get(..16)
}
