//! The key with which the office signs coupons (source document 001: the key of sigValue), and the keys that it holds for
//! owners (of sigOwner), which are drawn at whichever object first signs for an owner, and rest there sealed.

use std::rc::Rc;

use tallystick_protocol::coupon::{CouponKeyRequest, HeldBy, Owner, OwnerKey};
use tallystick_protocol::trust::keyed::{KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, Es256Key};
use tallystick_protocol::trust::statement::Envelope;
use tallystick_protocol::wire::cbor::{encode, encode_value};
use tallystick_protocol::wire::identifier::Role;
use zeroize::Zeroizing;

use super::CouponOffice;
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer};
use crate::ports::{Ports, Tables};
use crate::standing::key_beside::{self, Kind, Names, Pair, Ready};
use crate::store::sealed::Sealed;
use crate::store::typed;

/// The name under which the private key is sealed, 32 bytes.
const SECRET: &str = "coupon-key";
/// The name under which owners' keys are sealed.
const OWNER_SECRET: &str = "coupon-owner-key";
/// Owners' keys.
pub(super) const SEALED: Sealed = Sealed {
    name: |_| Ok(OWNER_SECRET.to_owned()),
    ..Sealed::whole("coupon_owner_keys", "sealed")
};
/// Where a shard asks the office for the key.
pub(super) const PATH: &str = "/siblings/coupon-key";

/// The key, on P-256.
pub(super) struct OfCoupons {
    /// The token with which the authority certifies it.
    pub token: [u8; 32],
}

/// The key, ready to sign.
pub(super) type CouponKey = Ready<Es256Key>;

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

impl<P: Ports> Kind<P> for OfCoupons {
    type Signer = Es256Key;
    type Request = CouponKeyRequest;

    const NAMES: Names = Names {
        secrets: &[SECRET],
        public: "coupon-key-public",
        certificate: "coupon-key-certificate",
        role: Role::CouponOffice,
        at_authority: "/v1/coupon-keys",
        at_office: PATH,
        logged: "coupon-key-certified",
    };

    async fn draw(&self, office: &Office<P>) -> Result<Pair, Fault> {
        let (secret, public) = key_beside::draw_p256(office);
        Ok(Pair {
            name: SECRET,
            secret: Zeroizing::new(secret.to_vec()),
            public: public.to_spki()?,
        })
    }

    async fn open(&self, office: &Office<P>) -> Result<Es256Key, Fault> {
        key_beside::p256(office, SECRET)?.ok_or_else(Fault::internal)
    }

    fn request(&self, envelope: Envelope, public_key: Vec<u8>) -> CouponKeyRequest {
        CouponKeyRequest {
            envelope,
            public_key,
            token: self.token,
        }
    }
}

impl<P: Ports> CouponOffice<P> {
    /// The key, made and certified if it is not yet.
    ///
    /// # Errors
    /// [`Kind::Unreachable`](crate::office::fault::Kind::Unreachable) while the authority does not answer.
    pub(super) async fn coupon_key(&self) -> Result<Rc<CouponKey>, Fault> {
        self.key.ready(&self.issuer.office).await
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
            return Ok((key_beside::read_p256(&secret)?, stated));
        }
        let (secret, public) = key_beside::draw_p256(office);
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
}
