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

use crate::common::fault::Fault;
use crate::common::http::{self as web, Answer, Incoming};
use crate::common::office::Office;
use crate::common::party::Party;
use crate::common::settings::Settings;
use crate::common::waking::NoDuties;
use crate::ports::Ports;

/// What the CA's operator sets.
#[derive(Clone)]
pub struct Config {
    /// As for every party. Key centres, token and roots are not used.
    pub settings: Settings,
    /// Makes the tokens with which parties register: 32 random bytes.
    pub registration_key: Zeroizing<[u8; 32]>,
}

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
        let (method, path) = web::route(request);
        match (method, &path[..]) {
            ("GET", ["v1", "root.cer"]) => {
                let root = self.office.identity()?.certificate.clone();
                Ok(web::answer(StatusCode::OK, web::CERTIFICATE, root))
            }
            ("POST", ["v1", "certificates"]) => self.certify_party(request).await,
            ("POST", ["v1", "holder-certificates"]) => self.certify_holder(request).await,
            ("GET", ["v1", "console"]) => {
                self.office.require_console(request)?;
                self.console()
            }
            _ => Err(Fault::not_found()),
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
