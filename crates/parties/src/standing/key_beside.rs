//! A key that a party has beside its own, certified in a role of its own: a bank's for purses, a coupon office's for coupons.
//! The office makes it when it is first needed and has it certified; shards have it from there, as the row that rests sealed.

use core::cell::RefCell;
use std::rc::Rc;

use http::Method;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use tallystick_protocol::account::CertificateAnswer;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::signature::{Es256Key, VerifyingKey};
use tallystick_protocol::trust::statement::{Audience, Envelope, SignedMessage};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::registration::RENEWAL_SECONDS;
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::office::place::Place;
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::{DatabaseError, Network, Ports, Random, Tables};
use crate::store::{facts, secrets};

/// What such a key is called, and where it is asked for.
pub(crate) struct Names {
    /// The names under which the private half may be sealed; one of them is used.
    pub secrets: &'static [&'static str],
    /// The public half (subject public key info, DER).
    pub public: &'static str,
    /// Its certificate (DER).
    pub certificate: &'static str,
    /// The role in which it is certified.
    pub role: Role,
    /// Where the authority certifies it.
    pub at_authority: &'static str,
    /// Where a shard asks the office for it.
    pub at_office: &'static str,
    /// What the log says once it is certified.
    pub logged: &'static str,
}

/// A new pair.
pub(crate) struct Pair {
    /// Under which of [`Names::secrets`] the private half is sealed.
    pub name: &'static str,
    /// The private half.
    pub secret: Zeroizing<Vec<u8>>,
    /// The public half (subject public key info, DER).
    pub public: Vec<u8>,
}

/// What is particular to such a key.
pub(crate) trait Kind<P: Ports> {
    /// What signs.
    type Signer;
    /// How the authority is asked for its certificate.
    type Request: SignedMessage;

    /// Its names.
    const NAMES: Names;

    /// Draws a pair.
    async fn draw(&self, office: &Office<P>) -> Result<Pair, Fault>;

    /// What signs, by what rests sealed.
    async fn open(&self, office: &Office<P>) -> Result<Self::Signer, Fault>;

    /// The request to the authority.
    fn request(&self, envelope: Envelope, public_key: Vec<u8>) -> Self::Request;
}

/// The key, ready to sign.
pub(crate) struct Ready<S> {
    /// Its certificate (DER).
    pub certificate: Vec<u8>,
    /// The public half.
    pub public: VerifyingKey,
    ends_at: Timestamp,
    /// What signs.
    pub signer: S,
}

/// The key, as it is asked for again and again.
pub(crate) struct KeyBeside<P: Ports, K: Kind<P>> {
    kind: K,
    ready: RefCell<Option<Rc<Ready<K::Signer>>>>,
}

/// The key as the office tells its shards.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Told {
    /// Which of [`Names::secrets`] it is.
    #[n(0)]
    name: u8,
    #[n(1)]
    sealed: ByteVec,
    #[n(2)]
    public: ByteVec,
    #[n(3)]
    certificate: ByteVec,
}

impl<P: Ports, K: Kind<P>> KeyBeside<P, K> {
    pub(crate) const fn new(kind: K) -> Self {
        Self {
            kind,
            ready: RefCell::new(None),
        }
    }

    /// The key, made and certified if it is not yet.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while the authority does not answer.
    pub(crate) async fn ready(&self, office: &Office<P>) -> Result<Rc<Ready<K::Signer>>, Fault> {
        let lasts_until = office.now().plus_seconds(RENEWAL_SECONDS);
        if let Some(key) = self.ready.borrow().as_ref()
            && key.ends_at > lasts_until
        {
            return Ok(key.clone());
        }
        let certificate = self.ensure_certificate(office).await?;
        let read = Certificate::from_der(&certificate)?;
        let key = Rc::new(Ready {
            public: read.public_key().clone(),
            ends_at: read.not_after(),
            certificate,
            signer: self.kind.open(office).await?,
        });
        self.ready.replace(Some(key.clone()));
        Ok(key)
    }

    /// At the office: tells a shard the key.
    pub(crate) async fn show(&self, office: &Office<P>) -> Result<Answer, Fault> {
        self.ready(office).await?;
        let tables = office.tables();
        let mut sealed = None;
        for (place, name) in (0..).zip(K::NAMES.secrets) {
            if let Some(one) = secrets::sealed(tables, name)? {
                sealed = Some((place, one));
                break;
            }
        }
        let (name, sealed) = sealed.ok_or_else(Fault::internal)?;
        let fact = |name| facts::get(tables, name)?.ok_or_else(Fault::internal);
        let told = Told {
            name,
            sealed: sealed.into(),
            public: fact(K::NAMES.public)?.into(),
            certificate: fact(K::NAMES.certificate)?.into(),
        };
        let told = minicbor::to_vec(&told).map_err(|_| Fault::internal())?;
        Ok(web::cbor(told))
    }

    /// The certificate, renewed if it ends soon. One that is still good is used while the authority is silent.
    async fn ensure_certificate(&self, office: &Office<P>) -> Result<Vec<u8>, Fault> {
        let present = facts::get(office.tables(), K::NAMES.certificate)?;
        let lasts = |seconds| {
            let present = present.as_ref()?;
            let ends_at = Certificate::from_der(present).ok()?.not_after();
            (ends_at > office.now().plus_seconds(seconds)).then(|| present.clone())
        };
        if let Some(present) = lasts(RENEWAL_SECONDS) {
            return Ok(present);
        }
        let renewed = if office.is_shard() {
            copied::<P, K>(office).await
        } else {
            self.certified(office).await
        };
        match renewed {
            Err(fault) => lasts(0).ok_or(fault),
            certified => certified,
        }
    }

    async fn certified(&self, office: &Office<P>) -> Result<Vec<u8>, Fault> {
        let public_key = self.ensure_pair(office).await?;
        let ca = Audience::Party(office.settings.ca.clone());
        let digest = Sha256::digest(&public_key).into();
        let envelope = office.envelope(ca, digest, EVIDENCE_SECONDS);
        let asked = self.kind.request(envelope, public_key.clone());
        let request = web::request_to(
            office.settings.ca.as_str(),
            Method::POST,
            K::NAMES.at_authority,
            Some(web::COSE),
            office.say(&asked).await?,
        )?;
        let answer = office.ports.network().send(request).await?;
        let answer: CertificateAnswer = decode(web::answer_as(&answer, web::CBOR)?)?;
        let certificate = Certificate::from_der(&answer.certificate)?;
        let anchors = &office.identity()?.anchors;
        let owner = anchors.verify(&certificate, office.now(), K::NAMES.role)?;
        let is_ours = owner.domain.as_ref() == Some(&office.settings.domain)
            && owner.public_key.to_spki()? == public_key;
        if !is_ours {
            return Err(Fault::untrusted("The CA certified somebody else."));
        }
        let name = K::NAMES.certificate;
        office.transaction(|tables| facts::put(tables, name, &answer.certificate))?;
        office.log(K::NAMES.logged, None, "ok");
        Ok(answer.certificate)
    }

    /// Makes the key pair unless there is one; returns the public half.
    async fn ensure_pair(&self, office: &Office<P>) -> Result<Vec<u8>, Fault> {
        if let Some(public) = facts::get(office.tables(), K::NAMES.public)? {
            return Ok(public);
        }
        let pair = self.kind.draw(office).await?;
        let sealed = office.seal(pair.name, &pair.secret)?;
        office.transaction(|tables| {
            // Somebody else may have made one during the await: the first stays.
            if let Some(first) = facts::get(tables, K::NAMES.public)? {
                return Ok(first);
            }
            secrets::put(tables, pair.name, &sealed)?;
            facts::put(tables, K::NAMES.public, &pair.public)?;
            Ok(pair.public)
        })
    }
}

/// At a shard: takes over the office's key. Returns its certificate.
async fn copied<P: Ports, K: Kind<P>>(office: &Office<P>) -> Result<Vec<u8>, Fault> {
    let path = K::NAMES.at_office;
    let answer = office.ask_sibling(Place::Office, path, Vec::new()).await?;
    let unread = || Fault::malformed("A sibling says something else.");
    let told: Told = minicbor::decode(&answer).map_err(|_| unread())?;
    let name = K::NAMES.secrets.get(usize::from(told.name));
    let name = name.ok_or_else(unread)?;
    office.transaction(|tables: &dyn Tables| {
        secrets::put(tables, name, &office.as_sealed_here(name, &told.sealed)?)?;
        facts::put(tables, K::NAMES.public, &told.public)?;
        facts::put(tables, K::NAMES.certificate, &told.certificate)?;
        Ok::<_, DatabaseError>(())
    })?;
    Ok(told.certificate.to_vec())
}

/// A key on P-256 that rests sealed under that name, if there is one.
pub(crate) fn p256<P: Ports>(office: &Office<P>, name: &str) -> Result<Option<Es256Key>, Fault> {
    secrets::get(office, name)?
        .map(|secret| read_p256(&secret))
        .transpose()
}

/// A private key on P-256, 32 bytes, that was sealed.
pub(crate) fn read_p256(secret: &[u8]) -> Result<Es256Key, Fault> {
    let secret = secret.try_into().map_err(|_| Fault::internal())?;
    Ok(Es256Key::from_secret(secret)?)
}

/// Draws a key on P-256. Random bytes are a private key but for one time in 2³².
pub(crate) fn draw_p256<P: Ports>(office: &Office<P>) -> (Zeroizing<[u8; 32]>, VerifyingKey) {
    loop {
        let mut secret = Zeroizing::new([0; 32]);
        office.ports.random().fill(&mut *secret);
        if let Ok(public) = VerifyingKey::of_es256(&secret) {
            return (secret, public);
        }
    }
}
