//! The directory (EP 1 221 669: DS): has every certificate that the CA made, and the newest list of those that
//! were revoked, for whoever asks.
//!
//! It is believed in nothing: what it has, the root signed, and it takes nothing else. It looks up no revoked
//! certificates itself, because by a list that is void it could not hear of the next one.

mod console;
mod reading;
mod registering;
mod schema;

use core::cell::RefCell;
use std::rc::Rc;

use tallystick_protocol::trust::certificate::revocation::RevocationList;

use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::routes::{self, Route};
use crate::office::settings::Settings;
use crate::ports::Ports;
use crate::post::due::{Job, Next};
use crate::post::waking::Duties;
use crate::store::retention::Rule;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    TakeCertificate,
    Certificates,
    TakeList,
    List,
}

/// What a directory answers at beside what every party does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/entries", Task::TakeCertificate),
    Route::get("/v1/certificates/{}", Task::Certificates),
    Route::post("/v1/crl", Task::TakeList),
    Route::get("/v1/crl", Task::List),
];

/// The directory.
pub struct Directory<P: Ports> {
    office: Office<P>,
    /// The newest list, as it is stored.
    list: RefCell<Option<Rc<RevocationList>>>,
}

impl<P: Ports> Directory<P> {
    /// A directory on this machine.
    pub fn new(ports: P, settings: Settings) -> Self {
        Self {
            office: Office::new(ports, settings, schema::MIGRATIONS),
            list: RefCell::new(None),
        }
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_before(self, request).await? {
            return Ok(answer);
        }
        let (task, chosen) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        match task {
            Task::TakeCertificate => self.take_certificate(request).await,
            Task::Certificates => self.certificates_of(chosen.first().copied().unwrap_or_default()),
            Task::TakeList => self.take_list_in(request).await,
            Task::List => self.newest_list(request),
        }
    }

    /// The newest list of revoked certificates, if there is one.
    fn newest(&self) -> Result<Option<Rc<RevocationList>>, Fault> {
        if let Some(list) = self.list.borrow().as_ref() {
            return Ok(Some(list.clone()));
        }
        let roots = self.office.roots()?.ok_or_else(Fault::internal)?;
        let list = self.office.newest_list(&roots)?.map(Rc::new);
        self.list.replace(list.clone());
        Ok(list)
    }
}

impl<P: Ports> Duties for Directory<P> {
    async fn perform(&self, _: &Job) -> Result<Next, Fault> {
        Ok(Next::Done)
    }

    fn kept(&self) -> &'static [Rule] {
        schema::KEPT
    }
}

impl<P: Ports> Party for Directory<P> {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| self.handle(request).await)
            .await
    }

    async fn wake(&self) {
        self.office.wake(self).await;
    }
}
