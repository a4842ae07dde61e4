//! Who this party is: its RSA key, its certificate and the roots it trusts.

use std::rc::Rc;

use tallystick_protocol::trust::certificate::{Certificate, TrustAnchors};
use tallystick_protocol::trust::statement::{self, Audience, Envelope, SignedMessage, Unsigned};
use tallystick_protocol::wire::cbor::encode;
use zeroize::Zeroizing;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::{DatabaseError, Ports, Signing, Tables};
use crate::standing::statements;
use crate::standing::statements::{Content, NewStatement};
use crate::store::facts;
use crate::store::secrets;

/// The name under which the RSA key (PKCS#8 DER) is sealed.
pub(crate) const RSA_KEY: &str = "rsa-key";
/// The RSA key's public half (SubjectPublicKeyInfo DER).
pub(crate) const PUBLIC_KEY: &str = "public-key";
/// The root certificate that was fetched or made (DER).
pub(crate) const ROOT: &str = "root-certificate";
/// This party's certificate (DER).
pub(crate) const CERTIFICATE: &str = "certificate";

/// A party that has its certificate.
pub struct Identity {
    /// The party's certificate, DER.
    pub certificate: Vec<u8>,
    /// The roots under which others' certificates are verified, with the list of revoked ones.
    pub anchors: TrustAnchors,
}

impl<P: Ports> Office<P> {
    /// This party's identity.
    ///
    /// # Errors
    /// [`Kind::Starting`] before the bootstrap has come that far.
    pub fn identity(&self) -> Result<Rc<Identity>, Fault> {
        if let Some(identity) = self.identity.borrow().as_ref() {
            return Ok(identity.clone());
        }
        let starting = || {
            Fault::new(
                Kind::Starting,
                "It has no certificate yet. Try again in a few seconds.",
            )
        };
        let certificate = facts::get(self.tables(), CERTIFICATE)?.ok_or_else(starting)?;
        // Opened to see that it can be: without its key a party has no identity.
        secrets::get(self, RSA_KEY)?.ok_or_else(starting)?;
        let roots = self.roots()?.ok_or_else(starting)?;
        let anchors = self.with_revocations(roots)?;
        let identity = Rc::new(Identity {
            certificate,
            anchors,
        });
        self.identity.replace(Some(identity.clone()));
        Ok(identity)
    }

    /// The roots this party trusts: those its operator set, or else the one fetched from the CA. Signatures alone:
    /// for what comes from the CA itself. Whatever others show is verified by those of [`Office::identity`].
    ///
    /// # Errors
    /// [`Kind::Internal`] if a set root is none.
    pub(crate) fn roots(&self) -> Result<Option<TrustAnchors>, Fault> {
        let roots = if self.settings.roots.is_empty() {
            match facts::get(self.tables(), ROOT)? {
                Some(root) => vec![root],
                None => return Ok(None),
            }
        } else {
            self.settings.roots.clone()
        };
        TrustAnchors::from_der(&roots)
            .map(Some)
            .map_err(|_| Fault::internal())
    }

    /// An envelope from this party, sent now, void after `seconds`.
    pub fn envelope(&self, to: Audience, transaction: [u8; 32], seconds: u64) -> Envelope {
        Envelope::new(
            self.settings.domain.clone(),
            to,
            transaction,
            self.now(),
            seconds,
        )
    }

    /// As [`Office::decide`], unless that was decided before: then it stays as it was.
    ///
    /// # Errors
    /// As of [`Office::decide`].
    pub fn decide_once<M: SignedMessage>(
        &self,
        tables: &dyn Tables,
        kind: &str,
        reference: &str,
        message: impl FnOnce() -> M,
    ) -> Result<(), Fault> {
        if statements::find(tables, kind, reference)?.is_some() {
            return Ok(());
        }
        self.decide(tables, kind, reference, &message())
    }

    /// Phase two: stores the decision to say `message`. See [`statements::store`].
    ///
    /// # Errors
    /// [`Kind::Starting`] without a certificate; the database's own.
    pub fn decide<M: SignedMessage>(
        &self,
        tables: &dyn Tables,
        kind: &str,
        reference: &str,
        message: &M,
    ) -> Result<(), Fault> {
        self.identity()?;
        let payload = encode(message);
        if payload.len() > M::LEN_MAX {
            return Err(Fault::internal());
        }
        let statement = NewStatement {
            kind,
            reference,
            context: M::CONTEXT,
            payload: &payload,
            void_from: message.envelope().expires_at.0,
        };
        Ok(statements::store(tables, &statement, self.now_ms())?)
    }

    /// Phase three: the signed message of a stored decision. Signs at most once; whoever asks again,
    /// after a crash too, gets the same bytes. It is said under the certificate that is valid when it
    /// is signed.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if nothing was decided; [`Kind::Starting`]; signing and database errors.
    pub async fn signed(&self, kind: &str, reference: &str) -> Result<Vec<u8>, Fault> {
        let stored = statements::find(self.tables(), kind, reference)?;
        let stored = stored.ok_or_else(Fault::not_found)?;
        self.as_signed(kind, reference, stored.content).await
    }

    async fn as_signed(
        &self,
        kind: &str,
        reference: &str,
        content: Content,
    ) -> Result<Vec<u8>, Fault> {
        match content {
            Content::Signed(signed) => Ok(signed),
            Content::OldDraft(to_be_signed) => {
                let signature = self.sign(&to_be_signed).await?;
                let signed = statement::finish(&to_be_signed, &signature);
                let signed = signed.map_err(|_| Fault::internal())?;
                let key = (kind, reference);
                Ok(statements::keep_old(self.tables(), key, &signed)?)
            }
            Content::Draft { context, payload } => {
                let certificate = self.identity()?.certificate.clone();
                let to_be_signed = statement::to_be_signed(&payload, &certificate, &context);
                let to_be_signed = to_be_signed.map_err(|_| Fault::internal())?;
                let signature = self.sign(&to_be_signed).await?;
                let key = (kind, reference);
                statements::keep(self.tables(), key, &payload, &certificate, &signature)?
                    .ok_or_else(Fault::internal)
            }
        }
    }

    /// Says what can be said at any time, such as where an order stands: once, and from then on the same
    /// bytes, until they are void; then it is said anew. `message` is made only when it is needed.
    ///
    /// # Errors
    /// Those of `message`, of [`Office::decide`] and of [`Office::signed`].
    pub async fn say_once<M: SignedMessage>(
        &self,
        kind: &str,
        reference: &str,
        message: impl AsyncFnOnce() -> Result<M, Fault>,
    ) -> Result<Vec<u8>, Fault> {
        let standing = |tables: &dyn Tables| -> Result<Option<Content>, Fault> {
            let stored = statements::find(tables, kind, reference)?;
            let stands = stored.filter(|stored| stored.void_from > self.now().0);
            Ok(stands.map(|stored| stored.content))
        };
        if let Some(said) = standing(self.tables())? {
            return self.as_signed(kind, reference, said).await;
        }
        let message = message().await?;
        self.transaction(|tables| {
            if standing(tables)?.is_some() {
                return Ok(());
            }
            statements::forget(tables, kind, reference)?;
            self.decide(tables, kind, reference, &message)
        })?;
        self.signed(kind, reference).await
    }

    /// Says something that decides nothing and is not kept, such as a confirmation: signs at once.
    ///
    /// # Errors
    /// [`Kind::Starting`] without a certificate; signing errors.
    pub async fn say<M: SignedMessage>(&self, message: &M) -> Result<Vec<u8>, Fault> {
        let identity = self.identity()?;
        let unsigned =
            Unsigned::new(message, &identity.certificate).map_err(|_| Fault::internal())?;
        let signature = self.sign(unsigned.to_be_signed()).await?;
        unsigned.finish(&signature).map_err(|_| Fault::internal())
    }

    async fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
        let key = self.signing_key().await?;
        Ok(self.ports.signing().sign(&key, bytes).await?)
    }

    /// The RSA key in the platform's keeping, imported once in a lifetime of this object.
    async fn signing_key(&self) -> Result<Rc<<P::Signing as Signing>::Key>, Fault> {
        if let Some(key) = self.signing_key.borrow().as_ref() {
            return Ok(key.clone());
        }
        let pkcs8 = secrets::get(self, RSA_KEY)?.ok_or_else(Fault::internal)?;
        let key = Rc::new(self.ports.signing().import(&pkcs8).await?);
        self.signing_key.replace(Some(key.clone()));
        Ok(key)
    }

    /// Makes the RSA key unless there is one; returns the public key (DER).
    pub(crate) async fn ensure_key(&self) -> Result<Vec<u8>, Fault> {
        if let Some(public_key) = facts::get(self.tables(), PUBLIC_KEY)? {
            return Ok(public_key);
        }
        let pair = self.ports.signing().generate().await?;
        let sealed = self.seal(RSA_KEY, &pair.pkcs8)?;
        self.transaction(|tables| {
            // Somebody else may have made one during the await: the first stays.
            if let Some(public_key) = facts::get(tables, PUBLIC_KEY)? {
                return Ok(public_key);
            }
            secrets::put(tables, RSA_KEY, &sealed)?;
            facts::put(tables, PUBLIC_KEY, &pair.spki)?;
            Ok(pair.spki)
        })
    }

    /// Signs with the RSA key before there is a certificate.
    pub(crate) async fn sign_uncertified(&self, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
        self.sign(bytes).await
    }

    /// Takes a new certificate (or root) into use.
    pub(crate) fn put_certificate(&self, certificate: &Certificate) -> Result<(), DatabaseError> {
        facts::put(self.tables(), CERTIFICATE, certificate.as_der())?;
        self.identity.replace(None);
        Ok(())
    }

    /// Seals a value of this party under a name.
    ///
    /// # Errors
    /// See [`crate::store::vault::Vault::seal`].
    pub fn seal(&self, name: &str, plain: &[u8]) -> Result<Vec<u8>, DatabaseError> {
        self.vault.seal(self.ports.random(), name, plain)
    }

    /// Opens a value that was sealed under a name.
    ///
    /// # Errors
    /// See [`crate::store::vault::Vault::open`].
    pub fn unseal(&self, name: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, DatabaseError> {
        self.vault.open(name, sealed)
    }

    /// This party as an audience.
    pub fn as_audience(&self) -> Audience {
        Audience::Party(self.settings.domain.clone())
    }
}
