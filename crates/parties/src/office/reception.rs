//! The routes that every party has.

use std::borrow::Cow;

use data_encoding::BASE64;
use http::{StatusCode, header};
use serde::Serialize;
use subtle::ConstantTimeEq;
use tallystick_protocol::wire::identifier::HolderId;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Belongs;
use crate::office::routes::{self, Route};
use crate::office::settings::ConsoleAccess;
use crate::ports::Ports;
use crate::standing::confirmations;
use crate::standing::registration::Obstacle;

#[derive(Serialize)]
struct Health<'a> {
    role: &'a str,
    domain: &'a str,
    name: &'a str,
    status: &'a str,
    version: &'a str,
    /// Whether it refuses revoked certificates.
    revocations: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct IdentityView<'a> {
    role: &'a str,
    domain: &'a str,
    name: &'a str,
    certificate: String,
    epoch: u32,
    spaces: Vec<u32>,
}

/// What every party does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Health,
    Ready,
    Identity,
    Introduce,
    Confirm,
}

/// What every party answers at; confirmations only parties with pairwise keys.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::get("/health", Task::Health),
    Route::get("/v1/ready", Task::Ready),
    Route::get("/v1/identity", Task::Identity),
    Route::post("/v1/introductions", Task::Introduce),
    Route::post("/v1/confirmations", Task::Confirm)
        .dear()
        .at(Belongs::Anywhere(confirmations::holder_of)),
];

impl<P: Ports> Office<P> {
    /// Answers `/health`, `/v1/identity`, and for parties with pairwise keys `/v1/confirmations`;
    /// `/v1/introductions` too. `None`: the route is the role's own, and this party is ready.
    ///
    /// # Errors
    /// [`Kind::Starting`] for every route but `/health` until the bootstrap is done.
    pub async fn serve_common(&self, request: &Incoming) -> Result<Option<Answer>, Fault> {
        self.serve_common_for(request, |_| Ok(())).await
    }

    /// As [`Office::serve_common`], for those holders alone whom `admit` does not refuse.
    ///
    /// # Errors
    /// As [`Office::serve_common`].
    pub async fn serve_common_for(
        &self,
        request: &Incoming,
        admit: impl FnOnce(&HolderId) -> Result<(), Fault>,
    ) -> Result<Option<Answer>, Fault> {
        let started = self.bootstrap().await;
        let task = self.common_task(request)?;
        match task {
            Some(Task::Health) => return Ok(Some(self.health())),
            Some(Task::Ready) => return Ok(Some(self.readiness(request).await)),
            _ => {}
        }
        if started.is_err() && !self.is_ready() {
            return Err(Fault::new(Kind::Starting, "Try again in a few seconds."));
        }
        let answer = match task {
            None => return Ok(None),
            Some(Task::Health) => self.health(),
            Some(Task::Ready) => self.readiness(request).await,
            Some(Task::Identity) => self.identity_view()?,
            Some(Task::Introduce) => self.introduce_itself(request).await?,
            Some(Task::Confirm) => self.confirm(request, admit).await?,
        };
        Ok(Some(answer))
    }

    fn common_task(&self, request: &Incoming) -> Result<Option<Task>, Fault> {
        let found = routes::find(ROUTES, request)?.map(|(task, _)| task);
        let confirms = self.settings.role.has_pairwise_keys();
        Ok(found.filter(|task| confirms || !matches!(task, Task::Confirm)))
    }

    fn health(&self) -> Answer {
        let obstacle = self.obstacle();
        let settings = &self.settings;
        let health = Health {
            role: settings.called.as_str(),
            domain: settings.domain.as_str(),
            name: &settings.name,
            status: if obstacle.is_none() {
                "ready"
            } else {
                "starting"
            },
            version: env!("CARGO_PKG_VERSION"),
            revocations: if self.checks_revocations() {
                "checked"
            } else {
                "not-checked"
            },
            detail: obstacle.map(Obstacle::sentence),
        };
        let status = if obstacle.is_none() {
            StatusCode::OK
        } else {
            StatusCode::SERVICE_UNAVAILABLE
        };
        web::json(status, &health)
    }

    fn identity_view(&self) -> Result<Answer, Fault> {
        let settings = &self.settings;
        let view = IdentityView {
            role: settings.role.as_str(),
            domain: settings.domain.as_str(),
            name: &settings.name,
            certificate: BASE64.encode(&self.identity()?.certificate),
            epoch: settings.epoch,
            spaces: self.spaces()?,
        };
        Ok(web::json(StatusCode::OK, &view))
    }

    /// Whether this request may see the console.
    ///
    /// # Errors
    /// [`Kind::Unauthorised`] without the operator's token.
    pub fn require_console(&self, request: &Incoming) -> Result<(), Fault> {
        let admitted = match &self.settings.console {
            ConsoleAccess::Open => true,
            ConsoleAccess::Closed => false,
            ConsoleAccess::Token(token) => request
                .headers()
                .get(header::AUTHORIZATION)
                .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "))
                .is_some_and(|given| bool::from(given.ct_eq(token.as_bytes()))),
        };
        if admitted {
            Ok(())
        } else {
            Err(Fault::new(
                Kind::Unauthorised,
                "The console needs the operator's token.",
            ))
        }
    }
}
