//! Certificates of service parties.

use tallystick_protocol::account::{CertificateAnswer, PartyCertificateRequest};
use tallystick_protocol::trust::certificate::{CertificateRequest, UnsignedCertificate};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{Domain, Role};

use super::Ca;
use super::issuing::{self, Application};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::settings::{is_registration_token, owner};
use crate::ports::Ports;

impl<P: Ports> Ca<P> {
    /// `POST /v1/certificates`: certifies a party's key for the role, domain and display name of its
    /// token. A party has one current key: with a token only one key is certified, again and again;
    /// another key needs the next token of the CA's operator, and replaces the one before.
    ///
    /// The token, a MAC, is checked before the request's signature: who has none costs next to nothing.
    pub(super) async fn certify_party(&self, request: &Incoming) -> Result<Answer, Fault> {
        let message: PartyCertificateRequest = decode(web::body_as(request, web::CBOR)?)?;
        let claimed = CertificateRequest::claims(&message.pkcs10)?;
        let asker = owner(claimed.role, &claimed.domain);
        let party = (claimed.role, &claimed.domain, claimed.name.as_str());
        self.require_token(party, &claimed.public_key, &message.token)?;
        self.office.admit_sender("certificates", &claimed.domain)?;
        let wanted = CertificateRequest::verify(&message.pkcs10)?;
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

    /// Requires the token with which this key of a party (role, domain, name) is certified.
    pub(super) fn require_token(
        &self,
        party: (Role, &Domain, &str),
        public_key: &[u8],
        token: &[u8; 32],
    ) -> Result<(), Fault> {
        let unauthorised = |said: &str| Err(Fault::new(Kind::Unauthorised, said));
        let is_token = |number| is_registration_token(&self.registration_key, number, party, token);
        let (role, domain, _) = party;
        let keys = issuing::keys_of(self.office.tables(), role, &owner(role, domain))?;
        let certified = u32::try_from(keys.len()).unwrap_or(u32::MAX);
        let key = issuing::key_hash(public_key);
        let current = keys.last() == Some(&key);
        let number = if current { certified } else { certified + 1 };
        if role == Role::Ca || !(is_token(number) || (!current && is_token(certified))) {
            return unauthorised("The token is not for this role, domain and name.");
        }
        if !current && !is_token(number) {
            self.office.log("token-used-before", None, role.as_str());
            return unauthorised(&format!(
                "The token was used for another key. For a new one, ask the CA's operator for token {number}."
            ));
        }
        if !current && keys.contains(&key) {
            return unauthorised("The key was replaced by another one.");
        }
        Ok(())
    }
}
