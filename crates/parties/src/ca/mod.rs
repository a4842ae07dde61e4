//! The certification authority: makes its root at first start, certifies service parties that
//! present their token, holders whose issuer or registration authority asks for it, and the keys with which
//! banks sign purses; revokes certificates, signs the list of those, and registers everything at the directory.

mod console;
mod holders;
mod issuing;
mod keys_beside;
mod listing;
mod parties;
mod registering;
mod revoking;
mod root;
mod schema;

use core::cell::Cell;

use http::StatusCode;
use zeroize::Zeroizing;

use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::party::Party;
use crate::office::routes::{self, Route};
use crate::office::settings::Settings;
use crate::ports::Ports;
use crate::post::due::{self, Job, Next};
use crate::post::waking::Duties;

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
    Revoke,
    CertifyBankKey,
    CertifyCouponKey,
}

/// What a CA answers at beside what every party does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::get("/v1/root.cer", Task::Root),
    Route::post("/v1/certificates", Task::CertifyParty).dear(),
    Route::post("/v1/holder-certificates", Task::CertifyHolder),
    Route::post("/v1/revocations", Task::Revoke),
    Route::post("/v1/bank-keys", Task::CertifyBankKey),
    Route::post("/v1/coupon-keys", Task::CertifyCouponKey),
];

/// The certification authority.
pub struct Ca<P: Ports> {
    office: Office<P>,
    registration_key: Zeroizing<[u8; 32]>,
    /// Whether root and list are known to be there, and what is to be done about them on the clock.
    is_established: Cell<bool>,
}

impl<P: Ports> Ca<P> {
    /// A CA on this machine.
    pub fn new(ports: P, config: Config) -> Self {
        Self {
            office: Office::new(ports, config.settings, schema::MIGRATIONS),
            registration_key: config.registration_key,
            is_established: Cell::new(false),
        }
    }

    /// Before anything else: makes the root and the first list unless they are there.
    async fn establish(&self) -> Result<(), Fault> {
        if self.is_established.get() {
            // Whatever kept the list's job from its time, whoever asks finds one that is valid.
            let now = self.office.now();
            if self.office.identity()?.anchors.require_lists(now).is_err() {
                self.ensure_list().await?;
            }
            return Ok(());
        }
        self.ensure_root().await?;
        self.ensure_list().await?;
        self.office.transaction(|tables| {
            self.list_soon(tables)?;
            self.catalogue_soon(tables)
        })?;
        self.is_established.set(true);
        Ok(())
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        self.establish().await?;
        if let Some(answer) = self.office.serve_before(self, request).await? {
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
            Task::CertifyBankKey => self.certify_bank_key(request).await,
            Task::CertifyCouponKey => self.certify_coupon_key(request).await,
            Task::Revoke => self.revoke_at_request(request).await,
        }
    }
}

impl<P: Ports> Duties for Ca<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            listing::LISTING => self.list_when_due().await,
            registering::CATALOGUING => self.catalogue(),
            due::LETTER => self.send(job).await,
            _ => Ok(Next::Done),
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
            && let Err(fault) = self.establish().await
        {
            self.office.log("established", None, fault.kind.as_str());
            self.office.log_cause(None, &fault);
        }
        self.office.wake(self).await;
    }
}
