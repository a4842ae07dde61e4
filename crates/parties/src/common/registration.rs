//! How a party comes into being: root, RSA key, certificate, key share; and how it stays certified.

use http::Method;
use tallystick_protocol::cbor::{decode, encode};
use tallystick_protocol::certificate::{Certificate, TrustAnchors, UnsignedRequest};
use tallystick_protocol::enrolment::{CertificateAnswer, PartyCertificateRequest};
use tallystick_protocol::identifier::Role;

use super::fault::{Fault, Kind};
use super::identity::{CERTIFICATE, ROOT};
use super::office::Office;
use super::{facts, http as web};
use crate::ports::{Network, Ports};

/// The request for certification that this party's key signed (PKCS#10, DER).
const REQUEST: &str = "certificate-request";
/// A certificate is renewed this long before it expires, in seconds (30 days).
pub(crate) const RENEWAL_SECONDS: u64 = 30 * 86_400;

impl<P: Ports> Office<P> {
    /// Whether everything is there that this party needs to serve.
    pub fn is_ready(&self) -> bool {
        let shares_held = !self.settings.role.has_pairwise_keys()
            || self.spaces().is_ok_and(|spaces| !spaces.is_empty());
        self.identity().is_ok() && shares_held
    }

    /// Does what is still missing. Every step is stored, so that a crash loses at most the step
    /// under way, and steps done are not done again. Safe to call at any time.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] while the CA or a key centre does not answer; call again later.
    pub async fn bootstrap(&self) -> Result<(), Fault> {
        self.migrate()?;
        if self.is_ready() {
            return Ok(());
        }
        let Some(_turn) = self.progress.begin(self.now_ms()) else {
            return Err(Fault::new(Kind::Starting, "Try again in a few seconds."));
        };
        let outcome = self.establish().await;
        self.progress.ended(self.now_ms(), outcome.is_ok());
        let word = outcome
            .as_ref()
            .map_or_else(|fault| fault.kind.as_str(), |()| "ok");
        self.log("bootstrap", None, word);
        if let Err(fault) = &outcome {
            self.log_cause(None, fault);
        }
        outcome
    }

    async fn establish(&self) -> Result<(), Fault> {
        if self.settings.role == Role::Ca {
            // The CA module makes the root itself, before anything else.
            return self.identity().map(|_| ());
        }
        self.ensure_root().await?;
        if facts::get(self.tables(), CERTIFICATE)?.is_none() {
            self.certify().await?;
        }
        if self.settings.role.has_pairwise_keys() {
            self.ensure_some_share().await?;
        }
        Ok(())
    }

    /// Asks for a new certificate if the present one expires soon. Call it from `wake`.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] while the CA does not answer; the present certificate stays in use.
    pub async fn renew_if_due(&self) -> Result<(), Fault> {
        let present = Certificate::from_der(&self.identity()?.certificate)?;
        let left = present.not_after().seconds_since(self.now());
        if self.settings.role == Role::Ca || left > RENEWAL_SECONDS {
            return Ok(());
        }
        self.certify().await?;
        self.log("certificate-renewed", None, "ok");
        Ok(())
    }

    async fn ensure_root(&self) -> Result<(), Fault> {
        if self.anchors()?.is_some() {
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
        let anchors = self.anchors()?.ok_or_else(Fault::internal)?;
        let party = anchors.verify(&certificate, self.now(), self.settings.role)?;
        let own_key = tallystick_protocol::signature::public_key_to_spki(&party.public_key)?;
        if party.domain.as_ref() != Some(&self.settings.domain)
            || own_key != self.ensure_key().await?
        {
            return Err(Fault::untrusted("The CA certified somebody else."));
        }
        self.put_certificate(&certificate)?;
        Ok(())
    }

    async fn certificate_request(&self) -> Result<Vec<u8>, Fault> {
        if let Some(request) = facts::get(self.tables(), REQUEST)? {
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
            if let Some(first) = facts::get(tables, REQUEST)? {
                return Ok(first);
            }
            facts::put(tables, REQUEST, &request)?;
            Ok(request)
        })
    }
}
