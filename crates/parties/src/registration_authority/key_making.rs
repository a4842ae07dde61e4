//! Makes purse keys and seals them to a card (EP 1 221 669, SZ3 and SZ9, key option C2: the document's own form). A
//! private key is never stored here: it is in memory between the moment it is made and the moment it is sealed.

use data_encoding::HEXLOWER;
use rsa::RsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::traits::PrivateKeyParts;
use sha2::{Digest, Sha256};
use tallystick_protocol::bank::{PurseKeyDelivery, PurseKeyKind, PurseKeyRequest};
use tallystick_protocol::purse::{P256_SECRET_BYTES, RSA_SECRET_BYTES, SealedSecret};
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::decode;
use zeroize::{Zeroize, Zeroizing};

use super::{KEYS_MAX, RegistrationAuthority, STATEMENT_SECONDS, registrations, words};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Random, Signing, SigningError};
use crate::standing::statements;
use crate::store::once::{Command, before, once};

/// A key that was just made.
struct MadeKey {
    /// SubjectPublicKeyInfo, DER.
    public_key: Vec<u8>,
    /// As [`SealedSecret`] takes it.
    secret: Zeroizing<Vec<u8>>,
}

impl<P: Ports> RegistrationAuthority<P> {
    /// `POST /v1/purse-keys`: makes a key for the card of somebody who registered. The same request again is the
    /// same key, as it was sealed.
    pub(super) async fn make_purse_key(&self, request: &Incoming) -> Result<Answer, Fault> {
        let office = &self.office;
        let body = web::body_as(request, web::CBOR)?;
        let asked: PurseKeyRequest = decode(body)?;
        registrations::require_opened(office.tables(), &asked.registration, &asked.bank)?;
        let reference = HEXLOWER.encode(&asked.number);
        let command = Command {
            what: "make-purse-key",
            key: &reference,
            digest: &Sha256::digest(body).into(),
            keep_until: office.now().plus_seconds(STATEMENT_SECONDS),
        };
        if before(office.tables(), &command)?.is_none() {
            self.admit_purse_key()?;
            let delivery = self.delivery(&asked).await?;
            office.transaction(|tables| {
                once(tables, &command, |tables| {
                    let sql = "UPDATE ra_registrations SET keys_made = keys_made + 1
                        WHERE number = ? AND keys_made < ? RETURNING keys_made";
                    let counted = tables.run(sql, &[asked.registration.into(), KEYS_MAX.into()])?;
                    if counted.is_empty() {
                        let many = "So many keys were made for this account already.";
                        return Err(Fault::new(Kind::OverCap, many));
                    }
                    statements::forget(tables, words::DELIVERY, &reference)?;
                    office.decide(tables, words::DELIVERY, &reference, &delivery)?;
                    Ok(Vec::new())
                })
            })?;
            office.log("purse-key-made", None, asked.kind.as_str());
        }
        Ok(web::cose(office.signed(words::DELIVERY, &reference).await?))
    }

    async fn delivery(&self, asked: &PurseKeyRequest) -> Result<PurseKeyDelivery, Fault> {
        let office = &self.office;
        let made = match asked.kind {
            PurseKeyKind::Rsa2048 => self.make_rsa().await?,
            _ => self.make_p256()?,
        };
        let secret = SealedSecret::new(
            &mut office.rng(),
            &asked.enrolment_public_key,
            asked.kind.algorithm(),
            &made.secret,
        )?;
        let envelope = office.envelope(Audience::Holder, asked.number, STATEMENT_SECONDS);
        Ok(PurseKeyDelivery {
            envelope,
            public_key: made.public_key,
            secret,
        })
    }

    fn make_p256(&self) -> Result<MadeKey, Fault> {
        let mut secret = Zeroizing::new([0; P256_SECRET_BYTES]);
        loop {
            self.office.ports.random().fill(&mut *secret);
            // Of 2³² draws one is no private key.
            if let Ok(key) = VerifyingKey::of_p256(&secret) {
                return Ok(MadeKey {
                    public_key: key.to_spki()?,
                    secret: Zeroizing::new(secret.to_vec()),
                });
            }
        }
    }

    async fn make_rsa(&self) -> Result<MadeKey, Fault> {
        let unusable = || SigningError("an RSA key of another form".to_owned());
        let pair = self.office.ports.signing().generate().await?;
        let key = RsaPrivateKey::from_pkcs8_der(&pair.pkcs8).map_err(|_| unusable())?;
        let mut secret = Zeroizing::new(Vec::with_capacity(RSA_SECRET_BYTES));
        for prime in key.primes() {
            let mut bytes = prime.to_be_bytes();
            secret.extend_from_slice(&bytes);
            bytes.zeroize();
        }
        if secret.len() != RSA_SECRET_BYTES {
            return Err(unusable().into());
        }
        Ok(MadeKey {
            public_key: pair.spki,
            secret,
        })
    }
}
