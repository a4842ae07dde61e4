//! The key with which the bank signs purses (EP 1 221 669, Fig 3: sigKey), certified in the role of a bank. The
//! office makes it when it is first needed; shards have it from there, as the row that rests sealed.

use std::rc::Rc;

use http::Method;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_protocol::account::CertificateAnswer;
use tallystick_protocol::bank::BankKeyRequest;
use tallystick_protocol::purse::key_digest;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::signature::{Algorithm, Es256Key, VerifyingKey};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::Bank;
use super::banking_system::BankingSystem;
use super::config::PurseKeyKind;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::office::place::Place;
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::{DatabaseError, Network, Ports, Random, Signing, Tables};
use crate::standing::registration::RENEWAL_SECONDS;
use crate::store::{facts, secrets};

/// The name under which a private key on P-256 is sealed, 32 bytes.
const SECRET: &str = "purse-key-p256";
/// The name under which a private RSA key is sealed (PKCS#8 DER).
const RSA_SECRET: &str = "purse-key-rsa";
/// The public half (subject public key info, DER).
const PUBLIC: &str = "purse-key";
/// Its certificate (DER).
const CERTIFICATE: &str = "purse-key-certificate";
/// Where a shard asks the office for the key.
pub(super) const PATH: &str = "/siblings/purse-key";

/// The key, ready to sign.
pub(super) struct PurseKey<P: Ports> {
    /// Its certificate (DER).
    pub certificate: Vec<u8>,
    /// The public half.
    pub public: VerifyingKey,
    /// When the certificate ends.
    ends_at: Timestamp,
    signer: Signer<P>,
}

enum Signer<P: Ports> {
    P256(Es256Key),
    Rsa(<P::Signing as Signing>::Key),
}

/// The key as the office tells its shards.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Told {
    #[n(0)]
    is_rsa: bool,
    #[n(1)]
    sealed: ByteVec,
    #[n(2)]
    public: ByteVec,
    #[n(3)]
    certificate: ByteVec,
}

impl<P: Ports> PurseKey<P> {
    pub(super) fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// The key, made and certified if it is not yet.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while the authority does not answer.
    pub(super) async fn purse_key(&self) -> Result<Rc<PurseKey<P>>, Fault> {
        let office = &self.issuer.office;
        let lasts_until = office.now().plus_seconds(RENEWAL_SECONDS);
        if let Some(key) = self.key.borrow().as_ref()
            && key.ends_at > lasts_until
        {
            return Ok(key.clone());
        }
        if facts::get(office.tables(), CERTIFICATE)?.is_none() && office.is_shard() {
            self.copy_key().await?;
        }
        let certificate = self.ensure_certificate().await?;
        let key = Rc::new(self.open_key(certificate).await?);
        self.key.replace(Some(key.clone()));
        Ok(key)
    }

    /// Signs `bytes` with the key.
    pub(super) async fn sign_for_purses(
        &self,
        key: &PurseKey<P>,
        bytes: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        match &key.signer {
            Signer::P256(key) => Ok(key.sign(bytes)?.to_vec()),
            Signer::Rsa(rsa) => Ok(self.issuer.office.ports.signing().sign(rsa, bytes).await?),
        }
    }

    async fn open_key(&self, certificate: Vec<u8>) -> Result<PurseKey<P>, Fault> {
        let office = &self.issuer.office;
        let signer = match secrets::get(office, SECRET)? {
            Some(secret) => {
                let secret = secret.as_slice().try_into();
                let secret = secret.map_err(|_| Fault::internal())?;
                Signer::P256(Es256Key::from_secret(secret)?)
            }
            None => {
                let pkcs8 = secrets::get(office, RSA_SECRET)?.ok_or_else(Fault::internal)?;
                Signer::Rsa(office.ports.signing().import(&pkcs8).await?)
            }
        };
        let read = Certificate::from_der(&certificate)?;
        Ok(PurseKey {
            public: read.public_key().clone(),
            ends_at: read.not_after(),
            certificate,
            signer,
        })
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
        if office.is_shard() {
            self.copy_key().await?;
            let copied = facts::get(office.tables(), CERTIFICATE)?;
            return copied.ok_or_else(Fault::internal);
        }
        match self.have_key_certified().await {
            Err(fault) => lasts(0).ok_or(fault),
            certified => certified,
        }
    }

    async fn have_key_certified(&self) -> Result<Vec<u8>, Fault> {
        let office = &self.issuer.office;
        let public_key = self.ensure_pair().await?;
        let ca = Audience::Party(office.settings.ca.clone());
        let asked = BankKeyRequest {
            envelope: office.envelope(ca, key_digest(&public_key), EVIDENCE_SECONDS),
            public_key: public_key.clone(),
            token: self.config.purse_key_token,
        };
        let request = web::request_to(
            office.settings.ca.as_str(),
            Method::POST,
            "/v1/bank-keys",
            Some(web::COSE),
            office.say(&asked).await?,
        )?;
        let answer = office.ports.network().send(request).await?;
        let answer: CertificateAnswer = decode(web::answer_as(&answer, web::CBOR)?)?;
        let certificate = Certificate::from_der(&answer.certificate)?;
        let anchors = &office.identity()?.anchors;
        let owner = anchors.verify(&certificate, office.now(), Role::Bank)?;
        let is_ours = owner.domain.as_ref() == Some(&office.settings.domain)
            && owner.public_key.to_spki()? == public_key;
        if !is_ours {
            return Err(Fault::untrusted("The CA certified somebody else."));
        }
        office.transaction(|tables| facts::put(tables, CERTIFICATE, &answer.certificate))?;
        office.log("purse-key-certified", None, "ok");
        Ok(answer.certificate)
    }

    /// Makes the key pair unless there is one; returns the public half.
    async fn ensure_pair(&self) -> Result<Vec<u8>, Fault> {
        let office = &self.issuer.office;
        if let Some(public) = facts::get(office.tables(), PUBLIC)? {
            return Ok(public);
        }
        let (name, secret, public) = match self.config.purse_key {
            PurseKeyKind::P256 => {
                let (secret, public) = self.draw_p256();
                (SECRET, Zeroizing::new(secret.to_vec()), public.to_spki()?)
            }
            PurseKeyKind::Rsa => {
                let pair = office.ports.signing().generate().await?;
                (RSA_SECRET, pair.pkcs8, pair.spki)
            }
        };
        let sealed = office.seal(name, &secret)?;
        office.transaction(|tables| {
            // Somebody else may have made one during the await: the first stays.
            if let Some(first) = facts::get(tables, PUBLIC)? {
                return Ok(first);
            }
            secrets::put(tables, name, &sealed)?;
            facts::put(tables, PUBLIC, &public)?;
            Ok(public)
        })
    }

    /// Random bytes are a private key of P-256 but for one time in 2³².
    fn draw_p256(&self) -> (Zeroizing<[u8; 32]>, VerifyingKey) {
        loop {
            let mut secret = Zeroizing::new([0; 32]);
            self.issuer.office.ports.random().fill(&mut *secret);
            if let Ok(public) = VerifyingKey::of_es256(&secret) {
                return (secret, public);
            }
        }
    }

    /// At the office: tells a shard the key.
    pub(super) async fn show_key(&self) -> Result<Answer, Fault> {
        self.purse_key().await?;
        let tables = self.issuer.office.tables();
        let p256 = secrets::sealed(tables, SECRET)?;
        let is_rsa = p256.is_none();
        let sealed = p256.or(secrets::sealed(tables, RSA_SECRET)?);
        let fact = |name| facts::get(tables, name)?.ok_or_else(Fault::internal);
        let told = Told {
            is_rsa,
            sealed: sealed.ok_or_else(Fault::internal)?.into(),
            public: fact(PUBLIC)?.into(),
            certificate: fact(CERTIFICATE)?.into(),
        };
        let told = minicbor::to_vec(&told).map_err(|_| Fault::internal())?;
        Ok(web::cbor(told))
    }

    /// At a shard: takes over the office's key.
    async fn copy_key(&self) -> Result<(), Fault> {
        let office = &self.issuer.office;
        let answer = office.ask_sibling(Place::Office, PATH, Vec::new()).await?;
        let unread = |_| Fault::malformed("A sibling says something else.");
        let told: Told = minicbor::decode(&answer).map_err(unread)?;
        let name = if told.is_rsa { RSA_SECRET } else { SECRET };
        office
            .transaction(|tables: &dyn Tables| {
                secrets::put(tables, name, &told.sealed)?;
                facts::put(tables, PUBLIC, &told.public)?;
                facts::put(tables, CERTIFICATE, &told.certificate)?;
                Ok::<_, DatabaseError>(())
            })
            .map_err(Fault::from)
    }
}
