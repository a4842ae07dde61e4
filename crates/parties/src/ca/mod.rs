//! The certification authority: makes its root at first start, certifies service parties that
//! present their token, and holders whose issuer asks for it.

mod console;
mod holders;
mod issuing;
mod parties;
mod root;
mod schema;

use http::StatusCode;
use zeroize::Zeroizing;

use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::party::Party;
use crate::office::routes::{self, Route};
use crate::office::settings::Settings;
use crate::ports::Ports;
use crate::post::waking::NoDuties;

/// What the CA's operator sets.
#[derive(Clone)]
pub struct Config {
    /// As for every party. Key centres, token and roots are not used.
    pub settings: Settings,
    /// Makes the tokens with which parties register: 32 random bytes.
    pub registration_key: Zeroizing<[u8; 32]>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Root,
    CertifyParty,
    CertifyHolder,
}

/// What a CA answers at beside what every party does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::get("/v1/root.cer", Task::Root),
    Route::post("/v1/certificates", Task::CertifyParty).dear(),
    Route::post("/v1/holder-certificates", Task::CertifyHolder),
];

/// The certification authority.
pub struct Ca<P: Ports> {
    office: Office<P>,
    registration_key: Zeroizing<[u8; 32]>,
}

impl<P: Ports> Ca<P> {
    /// A CA on this machine.
    pub fn new(ports: P, config: Config) -> Self {
        Self {
            office: Office::new(ports, config.settings, schema::MIGRATIONS),
            registration_key: config.registration_key,
        }
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.ensure_root().await?;
        if let Some(answer) = self.office.serve_common(request).await? {
            return Ok(answer);
        }
        if let Some(answer) = self.office.serve_console(self, request)? {
            return Ok(answer);
        }
        let (task, _) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        match task {
            Task::Root => {
                let root = self.office.identity()?.certificate.clone();
                Ok(web::answer(StatusCode::OK, web::CERTIFICATE, root))
            }
            Task::CertifyParty => self.certify_party(request).await,
            Task::CertifyHolder => self.certify_holder(request).await,
        }
    }
}

impl<P: Ports> Party for Ca<P> {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| self.handle(request).await)
            .await
    }

    async fn wake(&self) {
        if self.office.migrate().is_ok()
            && let Err(fault) = self.ensure_root().await
        {
            self.office.log("root-made", None, fault.kind.as_str());
            self.office.log_cause(None, &fault);
        }
        self.office.wake(&NoDuties).await;
    }
}
