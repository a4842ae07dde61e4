//! Certificates of the keys with which banks sign purses (EP 1 221 669, Fig 3: sigKey; Fig 7: EB-verify certificate).

use tallystick_protocol::account::CertificateAnswer;
use tallystick_protocol::bank::BankKeyRequest;
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::trust::certificate::UnsignedCertificate;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use super::Ca;
use super::issuing::Application;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::settings::owner;
use crate::ports::Ports;

impl<P: Ports> Ca<P> {
    /// `POST /v1/bank-keys`: certifies a key, of P-256 or RSA, in the role of a bank, for the domain and display
    /// name of the issuer that asks and has the token for that role. As with a party's own key, one token is
    /// for one key.
    pub(super) async fn certify_bank_key(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        let body = web::body_as(request, web::COSE)?;
        let identity = office.identity()?;
        let asked = open::<BankKeyRequest>(body, &identity.anchors, office.now(), Role::Issuer)?;
        let message = &asked.message;
        asked.require_recipient(&office.as_audience())?;
        asked.require_transaction(&key_digest(&message.public_key))?;
        let (domain, key) = (&message.envelope.from, &message.public_key);
        office.admit_sender("bank-keys", domain)?;
        let bank = (Role::Bank, domain, asked.signer.name.as_str());
        self.require_token(bank, key, &message.token)?;
        VerifyingKey::from_spki(key)?;
        let application = Application {
            role: Role::Bank,
            asker: &owner(Role::Bank, domain),
            subject: &asked.signer.name,
            public_key: key,
        };
        let certificate = self
            .issue(&application, |root, serial, lifetime| {
                UnsignedCertificate::party(root, bank, key, serial, lifetime)
            })
            .await?;
        Ok(web::cbor(encode(&CertificateAnswer { certificate })))
    }
}
