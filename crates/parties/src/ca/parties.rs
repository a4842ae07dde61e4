//! Certificates of service parties.

use tallystick_protocol::cbor::{decode, encode};
use tallystick_protocol::certificate::{CertificateRequest, UnsignedCertificate};
use tallystick_protocol::enrolment::{CertificateAnswer, PartyCertificateRequest};
use tallystick_protocol::identifier::Role;

use super::Ca;
use super::issuing::Application;
use crate::common::fault::{Fault, Kind};
use crate::common::http::{self as web, Answer, Incoming};
use crate::common::rate::ANYBODY;
use crate::common::settings::is_registration_token;
use crate::ports::Ports;

impl<P: Ports> Ca<P> {
    /// `POST /v1/certificates`: certifies a party's key for the role, domain and display
    /// name of its token.
    pub(super) async fn certify_party(&self, request: &Incoming) -> Result<Answer, Fault> {
        let message: PartyCertificateRequest = decode(web::body_as(request, web::CBOR)?)?;
        self.office.admit(&[("certificates", ANYBODY)])?;
        let wanted = CertificateRequest::verify(&message.pkcs10)?;
        let entitled = is_registration_token(
            &self.registration_key,
            wanted.role,
            &wanted.domain,
            &wanted.name,
            &message.token,
        );
        if !entitled || wanted.role == Role::Ca {
            return Err(Fault::new(
                Kind::Unauthorised,
                "The token is not for this role, domain and name.",
            ));
        }
        let asker = format!("{}|{}", wanted.role.as_str(), wanted.domain);
        let application = Application {
            role: wanted.role,
            asker: &asker,
            subject: &wanted.name,
            public_key: &wanted.public_key,
        };
        let certificate = self
            .issue(&application, |root, serial, lifetime| {
                let party = (wanted.role, &wanted.domain, wanted.name.as_str());
                UnsignedCertificate::party(root, party, &wanted.public_key, serial, lifetime)
            })
            .await?;
        Ok(web::cbor(encode(&CertificateAnswer { certificate })))
    }
}
