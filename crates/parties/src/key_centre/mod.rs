//! The key centre: keeps the polynomials of all key spaces and gives holders and parties their
//! shares, each sealed to a key of its own, and never more than a space can bear.

mod config;
mod console;
mod holders;
mod issued;
mod masters;
mod parties;
mod schema;
mod spaces;

pub use config::{Config, SpaceDegrees};

use core::cell::Cell;

use tallystick_protocol::keys::{MasterRow, Space};
use tallystick_protocol::wire::identifier::Role;

use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::routes::{self, Route};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::post::waking::Duties;
use crate::standing::opened::Opened;
use crate::store::retention::Rule;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    ShareForHolder,
    ShareForParty,
}

/// What a key centre answers at beside what every party does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/holder-shares", Task::ShareForHolder).dear(),
    Route::post("/v1/party-shares", Task::ShareForParty),
];

/// The kind of the job that draws the rows of masters.
const DRAWING: &str = "drawing";

/// The roles that have key spaces.
const ROLES: [Role; 3] = [Role::Shop, Role::Issuer, Role::Courier];

/// The most that opened masters take together, in bytes as they are stored: what is usual for three
/// roles takes 13 MiB.
const OPENED_ROWS_ROOM: usize = 24 * 1024 * 1024;

/// The key centre.
pub struct KeyCentre<P: Ports> {
    office: Office<P>,
    degrees: SpaceDegrees,
    /// The rows of masters as they are computed with.
    opened: Opened<Space, Vec<MasterRow>>,
    /// Whether the drawing of rows is known to be on the clock, or not needed.
    is_watching: Cell<bool>,
}

impl<P: Ports> KeyCentre<P> {
    /// A key centre on this machine.
    pub fn new(ports: P, config: Config) -> Self {
        Self {
            office: Office::new(ports, config.settings, schema::MIGRATIONS)
                .with_sealed(schema::SEALED),
            degrees: config.degrees,
            opened: Opened::new(OPENED_ROWS_ROOM),
            is_watching: Cell::new(false),
        }
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_before(self, request).await? {
            return Ok(answer);
        }
        let (task, _) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        match task {
            Task::ShareForHolder => self.share_for_holder(request).await,
            Task::ShareForParty => self.share_for_party(request).await,
        }
    }

    /// Counts a request whose ticket or signature was verified.
    fn admit(&self, asker: &str) -> Result<(), Fault> {
        let limits = &self.office.settings.limits;
        let bucket = format!("shares|{asker}");
        self.office
            .admit(&[(&bucket, limits.shares_each), ("shares", limits.shares)])
    }

    /// Once in a lifetime of this object: puts the drawing of rows on the clock if some are missing,
    /// so that they are there before the first holder comes.
    fn watch_the_masters(&self) -> Result<(), Fault> {
        if self.is_watching.get() || !self.office.is_ready() {
            return Ok(());
        }
        if self.has_rows_to_draw()? {
            self.office.transaction(|tables| self.draw_soon(tables))?;
        }
        self.is_watching.set(true);
        Ok(())
    }

    /// Puts the drawing of rows on the clock.
    fn draw_soon(&self, tables: &dyn Tables) -> Result<(), DatabaseError> {
        let now_ms = self.office.now_ms();
        let job = NewJob {
            kind: DRAWING,
            reference: "",
            peer: None,
            at_ms: now_ms,
        };
        due::put_once(tables, &job, now_ms)
    }

    /// Draws some rows, one space a time; the alarm brings the next.
    fn draw(&self) -> Result<Next, Fault> {
        let office = &self.office;
        for role in ROLES {
            let newest = office.transaction(|tables| self.newest_space(tables, role))?;
            if self.draw_rows(&newest)? {
                // Not in this wake: requests are answered in between.
                return Ok(Next::At(office.now_ms().saturating_add(1)));
            }
        }
        Ok(Next::Done)
    }
}

impl<P: Ports> Duties for KeyCentre<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            DRAWING => self.draw(),
            _ => Ok(Next::Done),
        }
    }

    fn kept(&self) -> &'static [Rule] {
        schema::KEPT
    }
}

impl<P: Ports> Party for KeyCentre<P> {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| {
                let answer = self.handle(request).await;
                self.watch_the_masters()?;
                answer
            })
            .await
    }

    async fn wake(&self) {
        self.office.wake(self).await;
        if let Err(fault) = self.watch_the_masters() {
            self.office.log_cause(None, &fault);
        }
    }
}
