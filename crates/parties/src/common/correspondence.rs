//! Sends what is in the outbox and hears what is answered.

use http::Method;

use super::fault::Fault;
use super::http::{self as web, Answer};
use super::office::Office;
use super::outbox::{self, Content, Letter, Verdict};
use crate::ports::{Network, Ports};

/// How many letters one [`Office::drain`] sends at most, so that it ends.
const LETTERS_AT_ONCE: usize = 32;

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

impl<P: Ports> Office<P> {
    /// Sends every letter that is due. Call it from `wake`, and after a `serve` that posted one if
    /// the answer should not wait for the alarm.
    pub async fn drain(&self, correspondent: &impl Correspondent) {
        for _ in 0..LETTERS_AT_ONCE {
            let due = self.transaction(|tables| outbox::take_due(tables, self.now_ms()));
            match due {
                Ok(Some(letter)) => self.deliver(&letter, correspondent).await,
                Ok(None) => return,
                Err(_) => {
                    self.log("outbox-unreadable", None, "internal");
                    return;
                }
            }
        }
    }

    async fn deliver(&self, letter: &Letter, correspondent: &impl Correspondent) {
        let outcome = if self.now_ms() >= letter.give_up_at {
            self.give_up(letter, correspondent).await
        } else {
            self.send(letter, correspondent).await
        };
        let outcome = match &outcome {
            Ok(word) => word,
            Err(fault) => fault.kind.as_str(),
        };
        self.log(&letter.kind, correlation_of(letter), outcome);
    }

    async fn give_up(
        &self,
        letter: &Letter,
        correspondent: &impl Correspondent,
    ) -> Result<&'static str, Fault> {
        correspondent.gave_up(letter).await?;
        outbox::settle(self.tables(), letter.id)?;
        Ok("given-up")
    }

    async fn send(
        &self,
        letter: &Letter,
        correspondent: &impl Correspondent,
    ) -> Result<&'static str, Fault> {
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
        let final_refusal = status.is_client_error() && !matches!(status.as_u16(), 408 | 425 | 429);
        if !status.is_success() && !final_refusal {
            return Ok("put-off");
        }
        if answer.body().len() > web::BODY_LIMIT {
            return Ok("put-off");
        }
        match correspondent.answered(letter, answer).await? {
            Verdict::Done => {
                outbox::settle(self.tables(), letter.id)?;
                Ok("settled")
            }
            Verdict::Again => Ok("put-off"),
        }
    }
}

/// Letters are about orders, and their reference is the order's root.
fn correlation_of(letter: &Letter) -> Option<&str> {
    letter.reference.get(..16)
}
