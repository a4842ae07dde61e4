//! The key with which the office signs coupons (source document 001: the key of sigValue), and the keys that it holds for
//! owners (of sigOwner). The office makes the first and has it certified; shards have it from there. The others are drawn at
//! whichever object first signs for an owner, and rest there sealed.

use std::rc::Rc;

use http::Method;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use tallystick_protocol::account::CertificateAnswer;
use tallystick_protocol::coupon::{CouponKeyRequest, HeldBy, Owner, OwnerKey};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, Es256Key, VerifyingKey};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::{decode, encode, encode_value};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::CouponOffice;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::office::place::Place;
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::{DatabaseError, Network, Ports, Random, Tables};
use crate::standing::registration::RENEWAL_SECONDS;
use crate::store::{facts, secrets, typed};

/// The name under which the private key is sealed, 32 bytes.
const SECRET: &str = "coupon-key";
/// The public half (subject public key info, DER).
const PUBLIC: &str = "coupon-key-public";
/// Its certificate (DER).
const CERTIFICATE: &str = "coupon-key-certificate";
/// The name under which owners' keys are sealed.
const OWNER_SECRET: &str = "coupon-owner-key";
/// Where a shard asks the office for the key.
pub(super) const PATH: &str = "/siblings/coupon-key";

/// The key, ready to sign.
pub(super) struct CouponKey {
    /// Its certificate (DER).
    pub certificate: Vec<u8>,
    /// The public half.
    pub public: VerifyingKey,
    ends_at: Timestamp,
    signer: Es256Key,
}

impl CouponKey {
    /// Signs a message. ES256 is deterministic here (RFC 6979): the same message has the same signature, so that nothing
    /// signed has to be kept for whoever asks again.
    pub(super) fn sign<M: KeyedMessage>(&self, message: &M) -> Result<Vec<u8>, Fault> {
        sign_with(&self.signer, message)
    }
}

pub(super) fn sign_with<M: KeyedMessage>(key: &Es256Key, message: &M) -> Result<Vec<u8>, Fault> {
    let payload = encode(message);
    if payload.len() > M::LEN_MAX {
        return Err(Fault::internal());
    }
    let signature = key.sign(&to_be_signed(message, Algorithm::Es256))?;
    Ok(assemble(&payload, Algorithm::Es256, &signature))
}

/// The key as the office tells its shards.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Told {
    #[n(0)]
    sealed: ByteVec,
    #[n(1)]
    public: ByteVec,
    #[n(2)]
    certificate: ByteVec,
}

impl<P: Ports> CouponOffice<P> {
    /// The key, made and certified if it is not yet.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while the authority does not answer.
    pub(super) async fn coupon_key(&self) -> Result<Rc<CouponKey>, Fault> {
        let office = &self.issuer.office;
        let lasts_until = office.now().plus_seconds(RENEWAL_SECONDS);
        if let Some(key) = self.key.borrow().as_ref()
            && key.ends_at > lasts_until
        {
            return Ok(key.clone());
        }
        let certificate = self.ensure_certificate().await?;
        let secret = secrets::get(office, SECRET)?.ok_or_else(Fault::internal)?;
        let secret = secret
            .as_slice()
            .try_into()
            .map_err(|_| Fault::internal())?;
        let read = Certificate::from_der(&certificate)?;
        let key = Rc::new(CouponKey {
            public: read.public_key().clone(),
            ends_at: read.not_after(),
            certificate,
            signer: Es256Key::from_secret(secret)?,
        });
        self.key.replace(Some(key.clone()));
        Ok(key)
    }

    /// The certificate, renewed if it ends soon. One that is still good is used while the authority is silent.
    async fn ensure_certificate(&self) -> Result<Vec<u8>, Fault> {
        let office = &self.issuer.office;
        let present = facts::get(office.tables(), CERTIFICATE)?;
        let lasts = |seconds| {
            let present = present.as_ref()?;
            let ends_at = Certificate::from_der(present).ok()?.not_after();
            (ends_at > office.now().plus_seconds(seconds)).then(|| present.clone())
        };
        if let Some(present) = lasts(RENEWAL_SECONDS) {
            return Ok(present);
        }
        let renewed = if office.is_shard() {
            self.copy_key().await
        } else {
            self.have_key_certified().await
        };
        match renewed {
            Err(fault) => lasts(0).ok_or(fault),
            certified => certified,
        }
    }

    async fn have_key_certified(&self) -> Result<Vec<u8>, Fault> {
        let office = &self.issuer.office;
        let public_key = self.ensure_pair()?;
        let ca = Audience::Party(office.settings.ca.clone());
        let digest = Sha256::digest(&public_key).into();
        let asked = CouponKeyRequest {
            envelope: office.envelope(ca, digest, EVIDENCE_SECONDS),
            public_key: public_key.clone(),
            token: self.config.coupon_key_token,
        };
        let request = web::request_to(
            office.settings.ca.as_str(),
            Method::POST,
            "/v1/coupon-keys",
            Some(web::COSE),
            office.say(&asked).await?,
        )?;
        let answer = office.ports.network().send(request).await?;
        let answer: CertificateAnswer = decode(web::answer_as(&answer, web::CBOR)?)?;
        let certificate = Certificate::from_der(&answer.certificate)?;
        let anchors = &office.identity()?.anchors;
        let owner = anchors.verify(&certificate, office.now(), Role::CouponOffice)?;
        let is_ours = owner.domain.as_ref() == Some(&office.settings.domain)
            && owner.public_key.to_spki()? == public_key;
        if !is_ours {
            return Err(Fault::untrusted("The CA certified somebody else."));
        }
        office.transaction(|tables| facts::put(tables, CERTIFICATE, &answer.certificate))?;
        office.log("coupon-key-certified", None, "ok");
        Ok(answer.certificate)
    }

    /// Makes the key pair unless there is one; returns the public half.
    fn ensure_pair(&self) -> Result<Vec<u8>, Fault> {
        let office = &self.issuer.office;
        if let Some(public) = facts::get(office.tables(), PUBLIC)? {
            return Ok(public);
        }
        let (secret, public) = self.draw();
        let sealed = office.seal(SECRET, &*secret)?;
        let public = public.to_spki()?;
        office.transaction(|tables| {
            secrets::put(tables, SECRET, &sealed)?;
            facts::put(tables, PUBLIC, &public)?;
            Ok::<_, DatabaseError>(())
        })?;
        Ok(public)
    }

    /// Random bytes are a private key of P-256 but for one time in 2³².
    fn draw(&self) -> (Zeroizing<[u8; 32]>, VerifyingKey) {
        loop {
            let mut secret = Zeroizing::new([0; 32]);
            self.issuer.office.ports.random().fill(&mut *secret);
            if let Ok(public) = VerifyingKey::of_es256(&secret) {
                return (secret, public);
            }
        }
    }

    /// The key that this object holds for an owner, with the office's statement about it; drawn when it is first needed.
    /// Call it in the transaction that signs.
    pub(super) fn owner_key(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        owner: &Owner,
    ) -> Result<(Es256Key, Vec<u8>), Fault> {
        let office = &self.issuer.office;
        let name = encode_value(owner);
        let sql = "SELECT sealed, stated FROM coupon_owner_keys WHERE owner = ?";
        let stored: Option<(Vec<u8>, Vec<u8>)> = typed::one(tables, sql, &[name.clone().into()])?;
        if let Some((sealed, stated)) = stored {
            let secret = office.unseal(OWNER_SECRET, &sealed)?;
            let secret = secret
                .as_slice()
                .try_into()
                .map_err(|_| Fault::internal())?;
            return Ok((Es256Key::from_secret(secret)?, stated));
        }
        let (secret, public) = self.draw();
        let stated = key.sign(&OwnerKey {
            office: office.settings.domain.clone(),
            owner: owner.clone(),
            key: OwnerKey::short(&public)?,
            held_by: HeldBy::Office,
            at: office.now(),
        })?;
        let sealed = office.seal(OWNER_SECRET, &*secret)?;
        tables.run(
            "INSERT INTO coupon_owner_keys (owner, sealed, stated) VALUES (?, ?, ?)",
            &[name.into(), sealed.into(), (&stated).into()],
        )?;
        Ok((Es256Key::from_secret(&secret)?, stated))
    }

    /// `GET /v1/coupons.cer`: the certificate of the key, by which everybody verifies coupons.
    pub(super) async fn show_certificate(&self) -> Result<Answer, Fault> {
        let key = self.coupon_key().await?;
        let certificate = key.certificate.clone();
        Ok(web::answer(
            http::StatusCode::OK,
            web::CERTIFICATE,
            certificate,
        ))
    }

    /// At the office: tells a shard the key.
    pub(super) async fn show_key(&self) -> Result<Answer, Fault> {
        self.coupon_key().await?;
        let tables = self.issuer.office.tables();
        let sealed = secrets::sealed(tables, SECRET)?;
        let fact = |name| facts::get(tables, name)?.ok_or_else(Fault::internal);
        let told = Told {
            sealed: sealed.ok_or_else(Fault::internal)?.into(),
            public: fact(PUBLIC)?.into(),
            certificate: fact(CERTIFICATE)?.into(),
        };
        let told = minicbor::to_vec(&told).map_err(|_| Fault::internal())?;
        Ok(web::cbor(told))
    }

    /// At a shard: takes over the office's key. Returns its certificate.
    async fn copy_key(&self) -> Result<Vec<u8>, Fault> {
        let office = &self.issuer.office;
        let answer = office.ask_sibling(Place::Office, PATH, Vec::new()).await?;
        let unread = |_| Fault::malformed("A sibling says something else.");
        let told: Told = minicbor::decode(&answer).map_err(unread)?;
        office.transaction(|tables: &dyn Tables| {
            secrets::put(tables, SECRET, &told.sealed)?;
            facts::put(tables, PUBLIC, &told.public)?;
            facts::put(tables, CERTIFICATE, &told.certificate)?;
            Ok::<_, DatabaseError>(())
        })?;
        Ok(told.certificate.to_vec())
    }
}
