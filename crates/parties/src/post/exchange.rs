//! The one way to ask another party, and the only way to a verdict.
//!
//! An answer counts when it is a signed statement by the right party about the right matter, whatever
//! the HTTP status. Everything else is *not yet*: a page of somebody in between, a refusal that
//! nobody signed, silence. So nobody but the party itself decides about money or goods, and whoever
//! has decided always answers with its signed state.

use http::{Method, StatusCode};
use tallystick_protocol::trust::statement::{SignedMessage, Verified, open};
use tallystick_protocol::wire::identifier::{Domain, Role};

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer};
use crate::office::log::Event;
use crate::ports::{Network, Ports, Tables};
use crate::post::due::{Job, Next};
use crate::post::outbox::{self, Content, Letter};

/// What came back: its bytes, without the HTTP status, which nobody signed.
#[derive(Clone, Copy)]
pub struct Said<'a> {
    bytes: &'a [u8],
}

impl<'a> Said<'a> {
    /// The bytes themselves.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }
}

/// One question to another party, asked by a letter until it is answered or its time is over.
pub trait Exchange<P: Ports> {
    /// What the question is about, as it is stored now.
    type Subject;
    /// What the other party can say, verified.
    type Word;

    /// The role in which the other party must have introduced itself before anything is sent
    /// (T002-7); `None` if the letter is for anybody's eyes.
    const CONFIRMED_AS: Option<Role> = None;

    /// The office that asks.
    fn office(&self) -> &Office<P>;

    /// The subject of a letter; `None` if it has moved on and the answer does not matter any more.
    ///
    /// # Errors
    /// Only the database's own.
    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Self::Subject>, Fault>;

    /// Decides what is to be said, after the other party was confirmed and before anything is sent.
    /// In a transaction.
    ///
    /// # Errors
    /// A fault: nothing is sent yet.
    fn prepare(&self, _tables: &dyn Tables, _subject: &Self::Subject) -> Result<(), Fault> {
        Ok(())
    }

    /// The signed message that the letter stands for, where it may not rest in clear as other statements do: made
    /// and kept sealed before it is sent, so that a retry says the same.
    ///
    /// # Errors
    /// A fault: nothing is sent yet.
    #[allow(async_fn_in_trait)] // single-threaded on purpose: see `ports`
    async fn sealed_statement(&self, _subject: &Self::Subject) -> Result<Option<Vec<u8>>, Fault> {
        Ok(None)
    }

    /// The only way to a verdict: what was said, if it is signed by the right party and about this
    /// subject.
    ///
    /// # Errors
    /// Why it does not count. [`Kind::Internal`] if something is broken here.
    fn verify(&self, subject: &Self::Subject, said: Said<'_>) -> Result<Self::Word, Fault>;

    /// Stores what the word means: state, evidence, further letters. In the transaction that takes
    /// the letter out.
    ///
    /// # Errors
    /// A fault: the letter stays.
    fn apply(
        &self,
        tables: &dyn Tables,
        subject: &Self::Subject,
        word: Self::Word,
    ) -> Result<(), Fault>;

    /// Where what was decided can also be asked for, if something keeps the letter itself from its
    /// receiver.
    fn look_up(&self, _subject: &Self::Subject) -> Option<String> {
        None
    }

    /// What came back was no verdict; `problem` is what it claims to be. Decides nothing by itself.
    ///
    /// # Errors
    /// A fault.
    fn not_yet(
        &self,
        _tables: &dyn Tables,
        _subject: &Self::Subject,
        _problem: Option<Kind>,
    ) -> Result<(), Fault> {
        Ok(())
    }

    /// The letter's time is over. In the transaction that takes it out.
    ///
    /// # Errors
    /// A fault: the letter stays.
    fn over(&self, tables: &dyn Tables, subject: &Self::Subject) -> Result<(), Fault>;

    /// Asks once, for the job of this exchange's letter.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if the other party is silent; [`Kind::Internal`] if something is broken
    /// here.
    #[allow(async_fn_in_trait)] // single-threaded on purpose: see `ports`
    async fn ask(&self, letter: &Letter, job: &Job) -> Result<Next, Fault> {
        let outcome = asked(self, letter, job).await;
        let word = match &outcome {
            Ok(Next::Done) => "settled",
            Ok(_) => "put-off",
            Err(fault) => fault.kind.as_str(),
        };
        self.office().log_event(Event {
            event: &letter.kind,
            correlation: job.about(),
            outcome: word,
            peer: Some(letter.to.as_str()),
            attempt: Some(job.attempts),
            ..Event::default()
        });
        outcome
    }
}

async fn asked<P: Ports, E: Exchange<P> + ?Sized>(
    exchange: &E,
    letter: &Letter,
    job: &Job,
) -> Result<Next, Fault> {
    let office = exchange.office();
    if office.now_ms() >= letter.give_up_at_ms {
        return ended(exchange, letter, None);
    }
    let Some(subject) = exchange.load(office.tables(), &letter.reference)? else {
        return ended(exchange, letter, None);
    };
    if let Some(role) = E::CONFIRMED_AS {
        office.confirm_peer(&letter.to, role).await?;
        office.transaction(|tables| match exchange.load(tables, &letter.reference)? {
            Some(subject) => exchange.prepare(tables, &subject),
            None => Ok(()),
        })?;
    }
    let sealed = exchange.sealed_statement(&subject).await?;
    let answer = office.post(letter, sealed, job).await?;
    let refused = match verdict(exchange, &subject, &answer)? {
        Ok(word) => return ended(exchange, letter, Some(word)),
        Err(fault) => fault,
    };
    let mut problem = web::problem_in(&answer).map(|problem| problem.kind);
    if let Some(path) = exchange.look_up(&subject) {
        let answer = office.look_up(&letter.to, &path, job).await?;
        if let Ok(word) = verdict(exchange, &subject, &answer)? {
            return ended(exchange, letter, Some(word));
        }
        problem = web::problem_in(&answer).map(|problem| problem.kind);
    }
    office.log("not-yet", job.about(), refused.kind.as_str());
    office.transaction(|tables| match exchange.load(tables, &letter.reference)? {
        Some(subject) => exchange.not_yet(tables, &subject, problem),
        None => Ok(()),
    })?;
    if is_silence(answer.status()) {
        return Err(Fault::new(Kind::Unreachable, "Nobody is there."));
    }
    Ok(Next::Later)
}

/// The verdict in an answer, or why it is none; the outer error is a fault of this party.
fn verdict<P: Ports, E: Exchange<P> + ?Sized>(
    exchange: &E,
    subject: &E::Subject,
    answer: &Answer,
) -> Result<Result<E::Word, Fault>, Fault> {
    if answer.body().len() > web::BODY_LIMIT {
        return Ok(Err(Fault::new(Kind::TooLarge, "The answer is too large.")));
    }
    let said = Said {
        bytes: answer.body(),
    };
    match exchange.verify(subject, said) {
        Err(fault) if fault.kind == Kind::Internal => Err(fault),
        verdict => Ok(verdict),
    }
}

/// Takes the letter out together with what the word means, or with the end of its time.
fn ended<P: Ports, E: Exchange<P> + ?Sized>(
    exchange: &E,
    letter: &Letter,
    word: Option<E::Word>,
) -> Result<Next, Fault> {
    let office = exchange.office();
    office.transaction(|tables| {
        outbox::settle(tables, &letter.kind, &letter.reference)?;
        // Read again: another answer may have come first.
        match (exchange.load(tables, &letter.reference)?, word) {
            (Some(subject), Some(word)) => exchange.apply(tables, &subject, word)?,
            (Some(subject), None) => exchange.over(tables, &subject)?,
            (None, _) => {}
        }
        Ok::<_, Fault>(())
    })?;
    Ok(Next::Done)
}

impl<P: Ports> Office<P> {
    /// The letter that a job is to send; `None` if it was settled meanwhile.
    ///
    /// # Errors
    /// The database's own; a stored letter that cannot be read.
    pub fn letter_of(&self, job: &Job) -> Result<Option<Letter>, Fault> {
        Ok(outbox::of_job(self.tables(), job)?)
    }

    /// A statement in an answer: by `from` in `role`, about this transaction.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn statement_in<M: SignedMessage>(
        &self,
        bytes: &[u8],
        role: Role,
        from: &Domain,
        transaction: &[u8; 32],
    ) -> Result<Verified<M>, Fault> {
        let identity = self.identity()?;
        let said = open::<M>(bytes, &identity.anchors, self.now(), role)?;
        said.require_sender(from)?;
        said.require_transaction(transaction)?;
        Ok(said)
    }

    async fn post(
        &self,
        letter: &Letter,
        sealed: Option<Vec<u8>>,
        job: &Job,
    ) -> Result<Answer, Fault> {
        let (media_type, body) = match &letter.content {
            Content::Statement(_) if sealed.is_some() => (web::COSE, sealed.unwrap_or_default()),
            Content::Bytes(bytes) => (web::CBOR, bytes.clone()),
            Content::Relayed(bytes) => (web::COSE, bytes.clone()),
            Content::Certificate(bytes) => (web::CERTIFICATE, bytes.clone()),
            Content::RevocationList(bytes) => (web::REVOCATION_LIST, bytes.clone()),
            Content::Statement(kind) => (web::COSE, self.signed(kind, &letter.reference).await?),
        };
        let to = letter.to.as_str();
        let mut request = web::request_to(to, Method::POST, &letter.path, Some(media_type), body)?;
        web::correlate(&mut request, job.about());
        Ok(self.ports.network().send(request).await?)
    }

    async fn look_up(&self, to: &Domain, path: &str, job: &Job) -> Result<Answer, Fault> {
        let mut request = web::request_to(to.as_str(), Method::GET, path, None, Vec::new())?;
        web::correlate(&mut request, job.about());
        Ok(self.ports.network().send(request).await?)
    }
}

/// Whether somebody before the party says that it does not answer.
pub(crate) fn is_silence(status: StatusCode) -> bool {
    matches!(status.as_u16(), 502..=504 | 520..=530)
}
