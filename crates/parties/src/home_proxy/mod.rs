//! The home proxy (source document 000): stands between those who are away and the card that they left at home.
//!
//! It knows which terminals are whose (H2), lets none other through, keeps the order of claim 3, agrees on a key with
//! the shop, for which the card at home signs, and tells the key to the terminal within their session. It can neither
//! read the passwords nor make the card sign anything: see [`tallystick_protocol::home`].

mod access;
mod addresses;
mod asking;
mod calling;
mod config;
mod connecting;
mod console;
mod decisions;
mod homes;
mod hosted;
mod known;
mod schema;
mod sessions;
mod waiting;

pub use config::{HOSTED_MAX, HomeProxyConfig};
pub use known::{KnownTerminals, Listed, Registered};

use self::hosted::Powers;
use self::sessions::Busy;
use self::waiting::Waiting;
use crate::mail::{self, Post};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::routes::{self, Route};
use crate::ports::Ports;
use crate::post::due::{Job, Next};
use crate::post::waking::Duties;
use crate::store::retention::Rule;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Register,
    TakeLent,
    TellLent,
    Connect,
    Stop,
    Access,
    Open,
    BeginSession,
    FinishSession,
    TakeRecord,
    TakeAddress,
    TakeDecisions,
    ShowMail,
    HostCard,
    PowerCard,
    CommandCard,
    RemoveCard,
}

/// What a home proxy answers at beside what every party does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/homes", Task::Register).dear(),
    Route::post("/v1/homes/lent", Task::TakeLent).dear(),
    Route::post("/v1/homes/mail-address", Task::TakeAddress).dear(),
    Route::post("/v1/homes/decisions", Task::TakeDecisions).dear(),
    Route::get("/v1/mail", Task::ShowMail).private(),
    Route::get("/v1/homes/{}/connection", Task::Connect),
    Route::post("/v1/homes/{}/lent", Task::TellLent),
    Route::post("/v1/homes/{}/stops", Task::Stop),
    Route::post("/v1/homes/{}/requests", Task::Access),
    Route::post("/v1/homes/{}/openings", Task::Open),
    Route::post("/v1/homes/{}/sessions", Task::BeginSession).dear(),
    Route::post("/v1/homes/{}/sessions/{}", Task::FinishSession),
    Route::post("/v1/homes/{}/sessions/{}/records", Task::TakeRecord),
    Route::post("/v1/hosted-cards", Task::HostCard).dear(),
    Route::post("/v1/hosted-cards/{}/power", Task::PowerCard),
    Route::post("/v1/hosted-cards/{}/commands", Task::CommandCard),
    Route::post("/v1/hosted-cards/{}/removal", Task::RemoveCard),
];

/// A home proxy.
pub struct HomeProxy<P: Ports> {
    office: Office<P>,
    known: Box<dyn KnownTerminals>,
    post: Option<Post>,
    waiting: Waiting,
    busy: Busy,
    powers: Powers,
    hosted_max: u32,
}

impl<P: Ports> HomeProxy<P> {
    /// A home proxy on this machine.
    pub fn new(ports: P, config: HomeProxyConfig) -> Self {
        let known: Box<dyn KnownTerminals> = match config.terminals {
            None => Box::new(Registered),
            Some(listed) => Box::new(Listed::new(listed)),
        };
        Self {
            office: Office::new(ports, config.settings, schema::MIGRATIONS)
                .with_schema("mail", mail::SCHEMA)
                .with_sealed(schema::SEALED),
            known,
            post: config.post,
            waiting: Waiting::default(),
            busy: Busy::default(),
            powers: Powers::default(),
            hosted_max: config.hosted_max,
        }
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_before(self, request).await? {
            return Ok(answer);
        }
        let (task, chosen) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        self.powers.sweep(self.office.now_ms());
        // Of a home, or of a hosted card.
        let home = chosen.first().copied().unwrap_or_default();
        let session = (home, chosen.get(1).copied().unwrap_or_default());
        match task {
            Task::Register => self.register(request).await,
            Task::TakeLent => self.take_lent(request),
            Task::TellLent => self.tell_lent(request, home).await,
            Task::Connect => self.connect(request, home),
            Task::Stop => self.stop(request, home).await,
            Task::Access => self.ask_access(request, home).await,
            Task::Open => self.open_home(request, home).await,
            Task::BeginSession => self.begin_session(request, home).await,
            Task::FinishSession => self.finish_session(request, session).await,
            Task::TakeRecord => self.take_record(request, session).await,
            Task::TakeAddress => self.take_address(request),
            Task::TakeDecisions => self.take_decisions(request),
            Task::ShowMail => self.show_mail(),
            Task::HostCard => self.host_card(request),
            Task::PowerCard => self.power_card(request, home),
            Task::CommandCard => self.command_card(request, home),
            Task::RemoveCard => self.remove_card(request, home),
        }
    }

    fn note(&self, outcome: Result<(), Fault>) {
        if let Err(fault) = outcome {
            self.office.log("home-refused", None, fault.kind.as_str());
            self.office.log_cause(None, &fault);
        }
    }
}

impl<P: Ports> Duties for HomeProxy<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            connecting::ARRIVAL => self.end_arrival(&job.reference),
            mail::JOB => self.send_mail(job).await,
            sessions::END => self.end_session(&job.reference).await,
            _ => Ok(Next::Done),
        }
    }

    fn kept(&self) -> &'static [Rule] {
        schema::KEPT
    }
}

impl<P: Ports> Party for HomeProxy<P> {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| self.handle(request).await)
            .await
    }

    async fn wake(&self) {
        self.powers.sweep(self.office.now_ms());
        self.office.wake(self).await;
    }

    async fn message(&self, tag: &str, message: &[u8]) {
        let heard = self.hear(tag, message).await;
        self.note(heard);
    }

    async fn closed(&self, tag: &str) {
        let lost = self.lose(tag);
        self.note(lost);
    }
}
