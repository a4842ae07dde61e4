//! How a party comes into being: root, RSA key, certificate, key share; and how it stays certified.

use std::borrow::Cow;

use http::Method;
use tallystick_protocol::account::{CertificateAnswer, PartyCertificateRequest};
use tallystick_protocol::trust::certificate::{
    Certificate, CertificateRequest, TrustAnchors, UnsignedRequest,
};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http as web;
use crate::ports::{DatabaseError, Network, Ports};
use crate::post::due::{self, NewJob, Next};
use crate::standing::identity::{CERTIFICATE, ROOT, RSA_KEY};
use crate::store::facts;
use crate::store::key_id::KeyId;
use crate::store::secrets;

/// The request for certification that this party's key signed (PKCS#10, DER).
const REQUEST: &str = "certificate-request";
/// A certificate is renewed this long before it expires, in seconds (30 days).
pub(crate) const RENEWAL_SECONDS: u64 = 30 * 86_400;

/// How often a shard asks for the office's certificate, in milliseconds (a day): by then the office renewed
/// it, or its operator gave it another key.
const COPY_AGAIN_MS: u64 = 86_400_000;

/// What a party lacks to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// What it stored does not open: SEALING_KEY or DOMAIN is not what it was.
    Sealed,
    /// What it stored wants another sealing key, of this name.
    KeyMissing(KeyId),
    /// It has no certificate yet.
    Certificate,
    /// It has no list of revoked certificates yet.
    Revocations,
    /// It has no key share yet.
    KeyShare,
    /// The epoch of key shares is one before that in which it has run.
    Epoch,
    /// The number of shards is not what it was.
    Shards,
    /// What it stored cannot be read.
    Database,
}

impl Obstacle {
    /// A fixed word for logs and for machines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sealed => "sealed",
            Self::KeyMissing(_) => "sealing-key-missing",
            Self::Certificate => "certificate",
            Self::Revocations => "revocations",
            Self::KeyShare => "key-share",
            Self::Epoch => "epoch",
            Self::Shards => "shards",
            Self::Database => "database",
        }
    }

    /// What is wrong and whose turn it is.
    #[must_use]
    pub fn sentence(self) -> Cow<'static, str> {
        let sentence = match self {
            Self::KeyMissing(id) => {
                return Cow::Owned(format!(
                    "What it stored is sealed under the key {id}: SEALING_KEY or DOMAIN is not what it was, \
                     and SEALING_KEY_BEFORE is not that key."
                ));
            }
            Self::Sealed => {
                "What it stored does not open: SEALING_KEY or DOMAIN is not what it was."
            }
            Self::Certificate => "It is waiting for its certificate.",
            Self::Revocations => "It is waiting for the list of revoked certificates.",
            Self::KeyShare => "It is waiting for its key share.",
            Self::Epoch => "EPOCH is lower than it was: its keys are gone.",
            Self::Shards => "SHARDS is not what it was: its orders would not be found.",
            Self::Database => "What it stored cannot be read.",
        };
        Cow::Borrowed(sentence)
    }
}

impl<P: Ports> Office<P> {
    /// Whether everything is there that this party needs to serve.
    pub fn is_ready(&self) -> bool {
        self.obstacle().is_none()
    }

    /// What is not there that this party needs to serve.
    pub fn obstacle(&self) -> Option<Obstacle> {
        if let Some(missing) = self.missing_key.get() {
            return Some(Obstacle::KeyMissing(missing));
        }
        if let Err(fault) = self.identity() {
            return Some(match secrets::get(self, RSA_KEY) {
                Err(DatabaseError::Sealed) => Obstacle::Sealed,
                Err(DatabaseError::KeyMissing(id)) => Obstacle::KeyMissing(id),
                _ if fault.kind == Kind::Starting => Obstacle::Certificate,
                _ => Obstacle::Database,
            });
        }
        if self.spread().is_err() {
            return Some(Obstacle::Shards);
        }
        if self.is_in_past_epoch.get() {
            return Some(Obstacle::Epoch);
        }
        if let Some(missing) = self.revocations_missing() {
            return Some(missing);
        }
        let shares_held = !self.settings.role.has_pairwise_keys() || self.has_a_share();
        (!shares_held).then_some(Obstacle::KeyShare)
    }

    /// Does what is still missing. Every step is stored, so that a crash loses at most the step
    /// under way, and steps done are not done again. Safe to call at any time: one at a time runs,
    /// and failed ones are spaced out.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] while the CA or a key centre does not answer; call again later.
    /// [`Kind::Internal`] if what is stored does not open.
    pub async fn bootstrap(&self) -> Result<(), Fault> {
        self.migrate()?;
        if self.is_ready() {
            return self.watch_the_certificate();
        }
        let now_ms = self.now_ms();
        let starting = || Fault::new(Kind::Starting, "Try again in a few seconds.");
        let job = self.transaction(|tables| {
            due::put_once(tables, &only(due::BOOTSTRAP, now_ms), now_ms)?;
            due::take_this(tables, due::BOOTSTRAP, "", now_ms)
        })?;
        let job = job.filter(|_| self.traffic.begin(due::BOOTSTRAP, "", now_ms));
        let Some(job) = job else {
            // Another request is at it. What a shard copies can be copied twice: nobody is sent away for it.
            return match self.is_shard() {
                true => self.establish().await,
                false => Err(starting()),
            };
        };
        let outcome = self.establish().await;
        let next = match &outcome {
            Ok(()) => Ok(Next::Done),
            Err(fault) => Err(fault.clone()),
        };
        self.job_ended(&job, &next);
        self.traffic.end(due::BOOTSTRAP, "");
        outcome
    }

    async fn establish(&self) -> Result<(), Fault> {
        if self.settings.role == Role::Ca {
            // The CA module makes the root itself, before anything else.
            return self.identity().map(|_| ());
        }
        if facts::get(self.tables(), CERTIFICATE)?.is_none() {
            self.become_certified().await?;
        }
        if self.is_in_past_epoch.get() {
            return Err(Fault::new(Kind::Starting, "EPOCH is lower than it was."));
        }
        // What was stored before may not open any more: then nothing of the rest would help.
        self.identity()?;
        self.ensure_revocations().await?;
        if self.settings.role.has_pairwise_keys() {
            self.ensure_some_share().await?;
        }
        self.watch_the_certificate()
    }

    async fn become_certified(&self) -> Result<(), Fault> {
        if self.is_shard() {
            return self.copy_standing().await;
        }
        self.ensure_root().await?;
        self.certify().await
    }

    /// Puts the renewal of the certificate on the clock, once in a lifetime of this object.
    fn watch_the_certificate(&self) -> Result<(), Fault> {
        if self.settings.role == Role::Ca || self.is_watching.get() {
            return Ok(());
        }
        let at_ms = self.renewal_at_ms()?;
        self.transaction(|tables| {
            due::put_once(tables, &only(due::RENEWAL, at_ms), self.now_ms())?;
            self.watch_the_list(tables)
        })?;
        self.is_watching.set(true);
        Ok(())
    }

    /// When the certificate is renewed, or at a shard when the office is asked for its own.
    fn renewal_at_ms(&self) -> Result<u64, Fault> {
        if self.is_shard() {
            return Ok(self.now_ms().saturating_add(COPY_AGAIN_MS));
        }
        let present = Certificate::from_der(&self.identity()?.certificate)?;
        Ok(present.not_after().minus_seconds(RENEWAL_SECONDS).seconds() * 1000)
    }

    /// Asks for a new certificate if the present one expires soon. When to do so next, in
    /// milliseconds since 1970.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] while the CA does not answer; the present certificate stays in use.
    pub async fn renew_if_due(&self) -> Result<u64, Fault> {
        if self.is_shard() {
            self.copy_standing().await?;
            return self.renewal_at_ms();
        }
        let at_ms = self.renewal_at_ms()?;
        if self.settings.role == Role::Ca || self.now_ms() < at_ms {
            return Ok(at_ms);
        }
        self.certify().await?;
        self.log("certificate-renewed", None, "ok");
        self.renewal_at_ms()
    }

    async fn ensure_root(&self) -> Result<(), Fault> {
        if self.roots()?.is_some() {
            return Ok(());
        }
        let request = web::request_to(
            self.settings.ca.as_str(),
            Method::GET,
            "/v1/root.cer",
            None,
            Vec::new(),
        )?;
        let answer = self.ports.network().send(request).await?;
        let root = web::answer_as(&answer, web::CERTIFICATE)?;
        TrustAnchors::from_der(&[root])?;
        self.transaction(|tables| {
            // The first root that was seen stays.
            if facts::get(tables, ROOT)?.is_none() {
                facts::put(tables, ROOT, root)?;
            }
            Ok(())
        })
    }

    async fn certify(&self) -> Result<(), Fault> {
        let message = PartyCertificateRequest {
            pkcs10: self.certificate_request().await?,
            token: self
                .settings
                .registration_token
                .ok_or_else(Fault::internal)?,
        };
        let request = web::request_to(
            self.settings.ca.as_str(),
            Method::POST,
            "/v1/certificates",
            Some(web::CBOR),
            encode(&message),
        )?;
        let answer = self.ports.network().send(request).await?;
        let answer: CertificateAnswer = decode(web::answer_as(&answer, web::CBOR)?)?;
        let certificate = Certificate::from_der(&answer.certificate)?;
        let roots = self.roots()?.ok_or_else(Fault::internal)?;
        let party = roots.verify(&certificate, self.now(), self.settings.role)?;
        let own_key = party.public_key.to_spki()?;
        if party.domain.as_ref() != Some(&self.settings.domain)
            || own_key != self.ensure_key().await?
        {
            return Err(Fault::untrusted("The CA certified somebody else."));
        }
        self.put_certificate(&certificate)?;
        Ok(())
    }

    async fn certificate_request(&self) -> Result<Vec<u8>, Fault> {
        if let Some(request) = self.stored_request()? {
            return Ok(request);
        }
        let public_key = self.ensure_key().await?;
        let settings = &self.settings;
        let unsigned =
            UnsignedRequest::new(settings.role, &settings.domain, &settings.name, &public_key)?;
        let signature = self.sign_uncertified(unsigned.to_be_signed()).await?;
        let request = unsigned.finish(&signature)?;
        self.transaction(|tables| {
            // The first one stays, so that the CA sees the same request again.
            if let Some(first) = self.stored_request()? {
                return Ok(first);
            }
            facts::put(tables, REQUEST, &request)?;
            Ok(request)
        })
    }

    /// The request made before, unless the operator has given the party another name since.
    fn stored_request(&self) -> Result<Option<Vec<u8>>, Fault> {
        let Some(request) = facts::get(self.tables(), REQUEST)? else {
            return Ok(None);
        };
        let made = CertificateRequest::verify(&request)?;
        let settings = &self.settings;
        let is_for_us = made.role == settings.role
            && made.domain == settings.domain
            && made.name == settings.name;
        Ok(is_for_us.then_some(request))
    }
}

/// The only job of its kind.
fn only(kind: &str, at_ms: u64) -> NewJob<'_> {
    NewJob {
        kind,
        reference: "",
        peer: None,
        at_ms,
    }
}
