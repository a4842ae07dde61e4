//! The registration authority (EP 1 221 669: RA): takes in who wants an account at a bank, and has the keys of purses
//! certified, renewed and revoked.
//!
//! It relays, and decides nothing about money: what the bank signed goes back as the bank signed it. Whoever asked
//! asks again until there is an answer, so letters are sent at once, and only seldom without anybody waiting.

mod applications;
mod certifying;
mod config;
mod console;
mod key_making;
mod opening;
mod permitting;
mod purse_keys;
mod registrations;
mod renewals;
mod replacing;
mod schema;
mod state;
mod words;

pub use config::RegistrationConfig;

use tallystick_protocol::wire::identifier::Domain;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::routes::{self, Route};
use crate::ports::{Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::post::exchange::Exchange;
use crate::post::outbox::{self, NewLetter};
use crate::post::waking::Duties;
use crate::store::retention::Rule;

use certifying::Certifying;
use opening::OpeningPurse;
use permitting::Permitting;
use registrations::AskingForAccount;

/// How long a letter is tried by itself, in seconds (an hour): whoever waits for its answer asks again.
const LETTER_SECONDS: u64 = 3600;
/// How long what this authority signs is good, in seconds (seven days).
const STATEMENT_SECONDS: u64 = 7 * 86_400;

/// How many keys are made for one registration, and how many wait at once to be certified and opened for it: as many as
/// a card has slots.
const KEYS_MAX: u32 = 16;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Register,
    MakePurseKey,
    ApplyForPurse,
    RenewKey,
    ReplaceKey,
}

/// What a registration authority answers at beside what every party does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/registrations", Task::Register).dear(),
    Route::post("/v1/purse-keys", Task::MakePurseKey).dear(),
    Route::post("/v1/purse-applications", Task::ApplyForPurse).dear(),
    Route::post("/v1/key-renewals", Task::RenewKey).dear(),
    Route::post("/v1/keys-renewed", Task::ReplaceKey).dear(),
];

/// The registration authority.
pub struct RegistrationAuthority<P: Ports> {
    office: Office<P>,
    banks: Vec<Domain>,
}

impl<P: Ports> RegistrationAuthority<P> {
    /// A registration authority on this machine.
    pub fn new(ports: P, config: RegistrationConfig) -> Self {
        Self {
            office: Office::new(ports, config.settings, schema::TABLES).with_sealed(schema::SEALED),
            banks: config.banks,
        }
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_before(self, request).await? {
            return Ok(answer);
        }
        let (task, _) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        match task {
            Task::Register => self.register(request).await,
            Task::MakePurseKey => self.make_purse_key(request).await,
            Task::ApplyForPurse => self.apply_for_purse(request).await,
            Task::RenewKey => self.renew_key(request).await,
            Task::ReplaceKey => self.replace_key(request).await,
        }
    }

    /// Posts a letter unless it is there, and has it sent at once: somebody waits for the answer.
    fn insist(&self, tables: &dyn Tables, letter: &NewLetter<'_>) -> Result<(), Fault> {
        let now_ms = self.office.now_ms();
        outbox::post(tables, letter, now_ms)?;
        let job = NewJob {
            kind: due::LETTER,
            reference: &due::letter_reference(letter.kind, letter.reference),
            peer: Some(letter.to.as_str()),
            at_ms: now_ms,
        };
        Ok(due::put(tables, &job, now_ms)?)
    }

    /// Sends a letter now, if it is there still.
    async fn send_now(&self, kind: &str, reference: &str) -> Result<Next, Fault> {
        let letter = due::letter_reference(kind, reference);
        self.office.try_now(self, due::LETTER, &letter).await
    }
}

/// Why there is no answer yet: what the other party said, or what became of the letter.
fn not_yet(problem: Option<&str>, tried: Result<Next, Fault>) -> Fault {
    let fault = match tried {
        Err(fault) => fault,
        Ok(_) => Fault::new(Kind::Starting, "Try again in a few seconds."),
    };
    match problem.and_then(Kind::from_name) {
        Some(kind) if fault.kind == Kind::Starting => {
            Fault::new(kind, "The other party said so, and nothing was done.")
        }
        _ => fault,
    }
}

/// Takes a letter out to which the other party said for good that it can do nothing with it, without signing a
/// decision: it is sent again when whoever waits asks again.
fn rest_if_refused(
    tables: &dyn Tables,
    (kind, reference): (&str, &str),
    problem: Option<Kind>,
) -> Result<(), Fault> {
    if problem.is_some_and(|problem| !problem.is_temporary()) {
        outbox::settle(tables, kind, reference)?;
    }
    Ok(())
}

impl<P: Ports> Duties for RegistrationAuthority<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        if job.kind != due::LETTER {
            return Ok(Next::Done);
        }
        let Some(letter) = self.office.letter_of(job)? else {
            return Ok(Next::Done);
        };
        match letter.kind.as_str() {
            words::OPENING => AskingForAccount(self).ask(&letter, job).await,
            words::PERMIT => Permitting(self).ask(&letter, job).await,
            words::CERTIFY => Certifying(self).ask(&letter, job).await,
            words::OPEN => OpeningPurse(self).ask(&letter, job).await,
            _ => Err(Fault::internal()),
        }
    }

    fn kept(&self) -> &'static [Rule] {
        schema::KEPT
    }
}

impl<P: Ports> Party for RegistrationAuthority<P> {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| self.handle(request).await)
            .await
    }

    async fn wake(&self) {
        self.office.wake(self).await;
    }
}
