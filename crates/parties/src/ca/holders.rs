//! Certificates of holders, at the request of their issuer, or for a purse of their registration authority.

use tallystick_protocol::account::{CertificateAnswer, HolderCertificateRequest};
use tallystick_protocol::trust::certificate::{CertificateError, UnsignedCertificate};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::{StatementError, Verified, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use super::Ca;
use super::issuing::Application;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;

impl<P: Ports> Ca<P> {
    /// `POST /v1/holder-certificates`: certifies a key in a holder's card, of RSA or P-256.
    pub(super) async fn certify_holder(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        let body = web::body_as(request, web::COSE)?;
        let asked = self.asked_for_holder(body)?;
        asked.require_recipient(&office.as_audience())?;
        let message = &asked.message;
        office.admit_sender("holder-certificates", &message.envelope.from)?;
        VerifyingKey::from_spki(&message.signing_public_key)?;
        let application = Application {
            role: Role::Holder,
            asker: message.envelope.from.as_str(),
            subject: &message.label,
            public_key: &message.signing_public_key,
        };
        let certificate = self
            .issue(&application, |root, serial, lifetime| {
                let key = &message.signing_public_key;
                UnsignedCertificate::holder(root, &message.label, key, serial, lifetime)
            })
            .await?;
        if asked.signer.role == Role::RegistrationAuthority {
            self.register_now(&certificate).await;
        }
        Ok(web::cbor(encode(&CertificateAnswer { certificate })))
    }

    /// The request, by an issuer or a registration authority.
    fn asked_for_holder(&self, body: &[u8]) -> Result<Verified<HolderCertificateRequest>, Fault> {
        let identity = self.office.identity()?;
        let by = |role| open(body, &identity.anchors, self.office.now(), role);
        match by(Role::Issuer) {
            Err(StatementError::Certificate(CertificateError::WrongRole { .. })) => {
                Ok(by(Role::RegistrationAuthority)?)
            }
            asked => Ok(asked?),
        }
    }
}
