//! What is taken: certificates and lists of revoked ones that the root signed. Nothing else decides, so it does
//! not matter who brings them.

use sha2::{Digest, Sha256};
use tallystick_protocol::account::RegistrationReceipt;
use tallystick_protocol::trust::certificate::{Certificate, CertificateError, CertifiedParty};
use tallystick_protocol::trust::statement::Audience;

use super::Directory;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};

/// How long a receipt is valid, in seconds.
const RECEIPT_SECONDS: u64 = 300;

impl<P: Ports> Directory<P> {
    /// `POST /v1/entries`: takes a certificate (DER) that is valid now. The same twice is once.
    pub(super) async fn take_certificate(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        let certificate = Certificate::from_der(web::body_as(request, web::CERTIFICATE)?)?;
        let role = certificate.claimed_role();
        let role = role.ok_or(CertificateError::Profile("it is a root"))?;
        let identity = office.identity()?;
        let owner = identity.anchors.verify(&certificate, office.now(), role)?;
        self.admit()?;
        let digest = Sha256::digest(certificate.as_der()).into();
        office.transaction(|tables| self.keep(tables, &digest, &certificate, &owner))?;
        office.log("registered", None, role.as_str());
        self.receipt(digest).await
    }

    fn keep(
        &self,
        tables: &dyn Tables,
        digest: &[u8; 32],
        certificate: &Certificate,
        owner: &CertifiedParty,
    ) -> Result<(), Fault> {
        let key = owner.public_key.to_spki()?;
        let key_hash: [u8; 32] = Sha256::digest(key).into();
        let domain = owner.domain.as_ref().map(|domain| domain.as_str());
        tables.run(
            "INSERT INTO directory_certificates
                (digest, key_hash, serial, role, name, domain, not_before, not_after, registered_at, certificate)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING",
            &[
                (*digest).into(),
                key_hash.into(),
                owner.serial.as_slice().into(),
                owner.role.number().into(),
                owner.name.as_str().into(),
                domain.into(),
                certificate.not_before().into(),
                certificate.not_after().into(),
                self.office.now().into(),
                certificate.as_der().into(),
            ],
        )?;
        Ok(())
    }

    /// `POST /v1/crl`: takes a list of revoked certificates (DER) that is valid now, if none with a larger number
    /// was taken before. The same twice is once.
    pub(super) async fn take_list_in(&self, request: &Incoming) -> Result<Answer, Fault> {
        let list = web::body_as(request, web::REVOCATION_LIST)?;
        self.admit()?;
        let is_newer = self.office.take_list(list)?;
        if is_newer {
            self.list.replace(None);
        }
        let newest = self.newest()?;
        let is_newest = newest.is_some_and(|newest| newest.as_der() == list);
        if !is_newer && !is_newest {
            let other = "Another list with this number was registered before.";
            return Err(Fault::new(Kind::Conflict, other));
        }
        self.receipt(Sha256::digest(list).into()).await
    }

    fn admit(&self) -> Result<(), Fault> {
        let limits = &self.office.settings.limits;
        self.office
            .admit(&[("registrations", limits.registrations)])
    }

    async fn receipt(&self, digest: [u8; 32]) -> Result<Answer, Fault> {
        let envelope = self
            .office
            .envelope(Audience::Anyone, digest, RECEIPT_SECONDS);
        let receipt = RegistrationReceipt { envelope };
        Ok(web::cose(self.office.say(&receipt).await?))
    }
}
