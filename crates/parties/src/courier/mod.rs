//! The courier: reads where a parcel goes, and neither what is in it nor what it cost.

mod cancelling;
mod checking;
pub(crate) mod console_view;
pub mod deliveries;
mod delivering;
mod inquiries;
pub mod parcels;
mod places;
mod recalling;
pub(crate) mod schema;
mod settling;
pub mod state;
mod telling;
pub mod tracking;
mod words;

use http::{Request, Response};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;

use self::settling::{Accepted, Refused};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::place::Belongs;
use crate::office::routes::{self, Route};
use crate::office::settings::Settings;
use crate::ports::Ports;
use crate::post::due::{self, Job, Next};
use crate::post::exchange::Exchange as _;
use crate::post::waking::Duties;
use crate::recollection::asking;
use crate::store::retention::Rule;

/// How long statements are good as evidence, in seconds (30 days).
const EVIDENCE_SECONDS: u64 = 30 * 86_400;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Deliver,
    Inquire,
    Cancel,
    ShowAnswer,
    Track,
    Evidence,
    Recall,
}

/// What a courier answers at beside what every party does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/deliveries", Task::Deliver).at(Belongs::ToShardWhileNew(places::of_delivery)),
    Route::post("/v1/inquiries", Task::Inquire).at(Belongs::ToShard(places::of_inquiry)),
    Route::post("/v1/cancellations", Task::Cancel).at(Belongs::ToShard(places::of_cancellation)),
    Route::get("/v1/answers/{}", Task::ShowAnswer).at(Belongs::ToShard(places::of_answer)),
    Route::post("/v1/tracking", Task::Track).at(Belongs::ToShard(places::of_tracking)),
    Route::get("/v1/console/evidence", Task::Evidence).private(),
    Route::post(asking::PATH, Task::Recall).dear(),
];

/// A courier.
pub struct Courier<P: Ports> {
    pub(crate) office: Office<P>,
}

impl<P: Ports> Courier<P> {
    /// A courier on these ports.
    pub fn new(ports: P, settings: Settings) -> Self {
        Self {
            office: Office::new(ports, settings, schema::TABLES),
        }
    }

    async fn route(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_before(self, request).await? {
            return Ok(answer);
        }
        let (task, chosen) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        match task {
            Task::Deliver => self.deliver(request).await,
            Task::Inquire => self.inquire(request).await,
            Task::Cancel => self.cancel(request).await,
            Task::Track => self.track(request).await,
            Task::Evidence => self.office.show_evidence(request, None).await,
            Task::Recall => self.office.recall(request, Role::Shop).await,
            Task::ShowAnswer => {
                let root = chosen.first().copied().unwrap_or_default();
                self.show_answer(root).await
            }
        }
    }
}

impl<P: Ports> Party for Courier<P> {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.office
            .receive(request, async |request| {
                let route = async |request: &Incoming| self.route(request).await;
                self.office.where_it_belongs(request, self, route).await
            })
            .await
    }

    async fn wake(&self) {
        self.office.wake(self).await;
    }

    fn goes_back_to(&self) -> Option<Timestamp> {
        self.office.take_moment()
    }
}

impl<P: Ports> Duties for Courier<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            due::LETTER => self.send(job).await,
            asking::CATCH_UP => self.office.catch_up(self, job).await,
            _ => Ok(Next::Done),
        }
    }

    fn kept(&self) -> &'static [Rule] {
        schema::KEPT
    }
}

impl<P: Ports> Courier<P> {
    /// Tells the issuer what the letter of this job says.
    async fn send(&self, job: &Job) -> Result<Next, Fault> {
        let Some(letter) = self.office.letter_of(job)? else {
            return Ok(Next::Done);
        };
        match letter.kind.as_str() {
            words::ACCEPTANCE => Accepted(self).ask(&letter, job).await,
            words::REFUSAL => Refused(self).ask(&letter, job).await,
            _ => Err(Fault::internal()),
        }
    }
}
