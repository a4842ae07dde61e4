//! Certificates of keys that an issuer has beside its own: of banks for purses (EP 1 221 669, Fig 3: sigKey; Fig 7: EB-verify
//! certificate), of coupon offices for coupons.

use sha2::{Digest, Sha256};
use tallystick_protocol::account::CertificateAnswer;
use tallystick_protocol::bank::BankKeyRequest;
use tallystick_protocol::coupon::CouponKeyRequest;
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::trust::certificate::UnsignedCertificate;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::{SignedMessage, Verified, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;

use super::Ca;
use super::issuing::Application;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::settings::owner;
use crate::ports::Ports;

/// What is asked for, whichever message asks.
struct Wanted<'a> {
    /// The role of the key.
    role: Role,
    /// The key (subject public key info, DER).
    key: &'a [u8],
    /// The authority's leave.
    token: &'a [u8; 32],
}

impl<P: Ports> Ca<P> {
    /// `POST /v1/bank-keys`: certifies a key, of P-256 or RSA, in the role of a bank.
    pub(super) async fn certify_bank_key(&self, request: &Incoming) -> Result<Answer, Fault> {
        let asked: Verified<BankKeyRequest> = self.asked_by_issuer(request, "bank-keys")?;
        let message = &asked.message;
        asked.require_transaction(&key_digest(&message.public_key))?;
        let wanted = Wanted {
            role: Role::Bank,
            key: &message.public_key,
            token: &message.token,
        };
        self.certify_beside(&asked, &wanted).await
    }

    /// `POST /v1/coupon-keys`: certifies a key in the role of a coupon office.
    pub(super) async fn certify_coupon_key(&self, request: &Incoming) -> Result<Answer, Fault> {
        let asked: Verified<CouponKeyRequest> = self.asked_by_issuer(request, "coupon-keys")?;
        let message = &asked.message;
        asked.require_transaction(&Sha256::digest(&message.public_key).into())?;
        let wanted = Wanted {
            role: Role::CouponOffice,
            key: &message.public_key,
            token: &message.token,
        };
        self.certify_beside(&asked, &wanted).await
    }

    fn asked_by_issuer<M: SignedMessage>(
        &self,
        request: &Incoming,
        route: &str,
    ) -> Result<Verified<M>, Fault> {
        let office = &self.office;
        let body = web::body_as(request, web::COSE)?;
        let identity = office.identity()?;
        let asked = open::<M>(body, &identity.anchors, office.now(), Role::Issuer)?;
        asked.require_recipient(&office.as_audience())?;
        office.admit_sender(route, &asked.message.envelope().from)?;
        Ok(asked)
    }

    /// Certifies a key in another role, for the domain and display name of the issuer that asks and has the token for that
    /// role. As with a party's own key, one token is for one key.
    async fn certify_beside<M: SignedMessage>(
        &self,
        asked: &Verified<M>,
        wanted: &Wanted<'_>,
    ) -> Result<Answer, Fault> {
        let domain = &asked.message.envelope().from;
        let named = (wanted.role, domain, asked.signer.name.as_str());
        self.require_token(named, wanted.key, wanted.token)?;
        VerifyingKey::from_spki(wanted.key)?;
        let application = Application {
            role: wanted.role,
            asker: &owner(wanted.role, domain),
            subject: &asked.signer.name,
            public_key: wanted.key,
        };
        let certificate = self
            .issue(&application, |root, serial, lifetime| {
                UnsignedCertificate::party(root, named, wanted.key, serial, lifetime)
            })
            .await?;
        Ok(web::cbor(encode(&CertificateAnswer { certificate })))
    }
}
