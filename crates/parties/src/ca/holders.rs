//! Certificates of holders, at their issuer's request.

use tallystick_protocol::account::{CertificateAnswer, HolderCertificateRequest};
use tallystick_protocol::trust::certificate::UnsignedCertificate;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use super::Ca;
use super::issuing::Application;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;

impl<P: Ports> Ca<P> {
    /// `POST /v1/holder-certificates`: certifies the card key of an issuer's holder.
    pub(super) async fn certify_holder(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        let body = web::body_as(request, web::COSE)?;
        let identity = office.identity()?;
        let asked =
            open::<HolderCertificateRequest>(body, &identity.anchors, office.now(), Role::Issuer)?;
        asked.require_recipient(&office.as_audience())?;
        let message = &asked.message;
        let issuer = message.envelope.from.as_str();
        office.admit_sender("holder-certificates", &message.envelope.from)?;
        VerifyingKey::from_spki(&message.signing_public_key)?;
        let application = Application {
            role: Role::Holder,
            asker: issuer,
            subject: &message.label,
            public_key: &message.signing_public_key,
        };
        let certificate = self
            .issue(&application, |root, serial, lifetime| {
                let key = &message.signing_public_key;
                UnsignedCertificate::holder(root, &message.label, key, serial, lifetime)
            })
            .await?;
        Ok(web::cbor(encode(&CertificateAnswer { certificate })))
    }
}
