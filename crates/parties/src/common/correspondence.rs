//! Sends what is in the outbox and hears what is answered.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use http::Method;
use tallystick_protocol::identifier::Domain;

use super::fault::{Fault, Kind};
use super::http::{self as web, Answer};
use super::office::Office;
use super::outbox::{self, Content, Letter, Verdict};
use crate::ports::{Network, Ports};

/// How many letters one [`Office::drain`] sends at most, so that it ends.
const LETTERS_AT_ONCE: usize = 32;
/// How many letters are on their way to one party at the same time. A worker has six connections.
const LETTERS_TO_ONE: usize = 2;

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
    /// Sends every letter that is due. Call it from `wake`, and after a `serve` that posted one if
    /// the answer should not wait for the alarm.
    ///
    /// Letters go to different parties side by side, and to a party that turned out to be silent no
    /// further one goes: it must not hold up what others are to hear.
    pub async fn drain(&self, correspondent: &impl Correspondent) {
        let mut round = Round::default();
        let mut under_way = FuturesUnordered::new();
        loop {
            while let Some(letter) = self.next_letter(&mut round) {
                under_way.push(self.deliver(letter, correspondent));
            }
            match under_way.next().await {
                Some((to, heard)) => round.ended(&to, heard),
                None => return,
            }
        }
    }

    fn next_letter(&self, round: &mut Round) -> Option<Letter> {
        while round.taken < LETTERS_AT_ONCE {
            match self.transaction(|tables| outbox::take_due(tables, self.now_ms())) {
                Ok(Some(letter)) => {
                    round.taken += 1;
                    round.waiting.push_back(letter);
                }
                Ok(None) => break,
                Err(_) => {
                    self.log("outbox-unreadable", None, "internal");
                    break;
                }
            }
        }
        round.next()
    }

    /// Whom the letter went to, and whether there was somebody.
    async fn deliver(&self, letter: Letter, correspondent: &impl Correspondent) -> (Domain, bool) {
        let outcome = if self.now_ms() >= letter.give_up_at {
            self.give_up(&letter, correspondent).await
        } else {
            self.send(&letter, correspondent).await
        };
        let (word, heard) = match &outcome {
            Ok(word) => (*word, true),
            Err(fault) => (fault.kind.as_str(), fault.kind != Kind::Unreachable),
        };
        self.log(&letter.kind, correlation_of(&letter), word);
        if let Err(fault) = &outcome {
            self.log_cause(correlation_of(&letter), fault);
        }
        (letter.to, heard)
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

/// The letters of one [`Office::drain`].
#[derive(Default)]
struct Round {
    taken: usize,
    waiting: VecDeque<Letter>,
    under_way: BTreeMap<Domain, usize>,
    silent: BTreeSet<Domain>,
}

impl Round {
    /// The first letter whose receiver is neither busy nor silent. What is for a silent party was
    /// put off when it was taken, and is left to a later round.
    fn next(&mut self) -> Option<Letter> {
        self.waiting
            .retain(|letter| !self.silent.contains(&letter.to));
        let at = self
            .waiting
            .iter()
            .position(|letter| self.busy_with(&letter.to) < LETTERS_TO_ONE)?;
        let letter = self.waiting.remove(at)?;
        *self.under_way.entry(letter.to.clone()).or_default() += 1;
        Some(letter)
    }

    fn busy_with(&self, party: &Domain) -> usize {
        self.under_way.get(party).copied().unwrap_or_default()
    }

    fn ended(&mut self, party: &Domain, heard: bool) {
        if let Some(count) = self.under_way.get_mut(party) {
            *count = count.saturating_sub(1);
        }
        if !heard {
            self.silent.insert(party.clone());
        }
    }
}

/// Letters are about orders, and their reference is the order's root.
fn correlation_of(letter: &Letter) -> Option<&str> {
    letter.reference.get(..16)
}
