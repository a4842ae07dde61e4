//! The key with which a shop signs what it tells its own server: P-256, made of the sealing key, so that every object of
//! the shop has the same and nothing is stored. With another sealing key it is another one, by another `kid`; while the
//! sealing key changes, both are told.

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, Mac as _};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tallystick_protocol::trust::signature::{Es256Key, VerifyingKey};
use zeroize::Zeroizing;

use crate::office::fault::Fault;
use crate::store::vault::Vault;

/// Bytes of a coordinate of P-256.
const COORDINATE: usize = 32;

/// The key, ready to sign.
pub(in crate::shop) struct SigningKey {
    /// What signs.
    pub signer: Es256Key,
    /// Its name: the thumbprint of its public half (RFC 7638), in base64url without padding.
    pub id: String,
    x: String,
    y: String,
}

/// A set of public keys (RFC 7517 §5).
#[derive(Serialize)]
pub(in crate::shop) struct KeySet {
    keys: Vec<Jwk>,
}

/// A public key of P-256 (RFC 7518 §6.2).
#[derive(Serialize)]
struct Jwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
    y: String,
    kid: String,
    alg: &'static str,
    #[serde(rename = "use")]
    is_for: &'static str,
}

impl SigningKey {
    /// The key of the party with this vault.
    ///
    /// # Errors
    /// [`Kind::Internal`](crate::office::fault::Kind::Internal), which does not happen.
    pub fn of(vault: &Vault) -> Result<Self, Fault> {
        let mac = vault.webhook_macs().next().ok_or_else(Fault::internal)?;
        Self::made_with(&mac)
    }

    fn made_with(mac: &Hmac<Sha256>) -> Result<Self, Fault> {
        // One of four thousand million results is no private key of P-256, and the next one is taken.
        let made = |number: u8| {
            let mac = mac.clone().chain_update([number]);
            Zeroizing::new(<[u8; 32]>::from(mac.finalize().into_bytes()))
        };
        let secret = (0..=u8::MAX)
            .map(made)
            .find(|secret| Es256Key::from_secret(secret).is_ok());
        let secret = secret.ok_or_else(Fault::internal)?;
        let signer = Es256Key::from_secret(&secret).map_err(|_| Fault::internal())?;
        let public = VerifyingKey::of_es256(&secret).and_then(|key| key.to_spki());
        let public = public.map_err(|_| Fault::internal())?;
        // The point stands at the end, uncompressed.
        let point = public.len().checked_sub(2 * COORDINATE);
        let point = point.and_then(|at| public.get(at..));
        let (x, y) = point
            .and_then(|point| point.split_at_checked(COORDINATE))
            .ok_or_else(Fault::internal)?;
        let [x, y] = [x, y].map(|coordinate| BASE64URL_NOPAD.encode(coordinate));
        let id = thumbprint(&x, &y);
        Ok(Self { signer, id, x, y })
    }

    fn public(self) -> Jwk {
        Jwk {
            kty: "EC",
            crv: "P-256",
            x: self.x,
            y: self.y,
            kid: self.id,
            alg: "ES256",
            is_for: "sig",
        }
    }
}

impl KeySet {
    /// What whoever verifies is given: the public half of the key that signs, and of the one that signed before.
    ///
    /// # Errors
    /// As of [`SigningKey::of`].
    pub fn of(vault: &Vault) -> Result<Self, Fault> {
        let keys = vault.webhook_macs();
        let keys = keys.map(|mac| Ok(SigningKey::made_with(&mac)?.public()));
        Ok(Self {
            keys: keys.collect::<Result<_, Fault>>()?,
        })
    }
}

/// SHA-256 over the members that make the key, in lexical order and without spaces (RFC 7638 §3).
fn thumbprint(x: &str, y: &str) -> String {
    let members = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    BASE64URL_NOPAD.encode(&Sha256::digest(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::vault::SealingKey;

    fn key(seal: u8, owner: &str) -> SigningKey {
        SigningKey::of(&Vault::new(&SealingKey::new([seal; 32]), owner.to_owned())).unwrap()
    }

    #[test]
    fn every_object_of_a_shop_has_the_same_key_and_every_shop_its_own() {
        let own = key(1, "shop|a.example");
        assert_eq!(own.id, key(1, "shop|a.example").id);
        assert_ne!(own.id, key(1, "shop|b.example").id);
        assert_ne!(own.id, key(2, "shop|a.example").id);
        assert_eq!(own.id.len(), 43);
    }

    #[test]
    fn while_the_sealing_key_changes_the_new_key_signs_and_both_are_told() {
        let (old, new) = (SealingKey::new([1; 32]), SealingKey::new([2; 32]));
        let vault = Vault::new(&new, "shop|a.example".to_owned()).after(Some(&old));
        assert_eq!(
            SigningKey::of(&vault).unwrap().id,
            key(2, "shop|a.example").id
        );
        let told = KeySet::of(&vault).unwrap().keys;
        let told: Vec<_> = told.into_iter().map(|key| key.kid).collect();
        assert_eq!(told, [2, 1].map(|seal| key(seal, "shop|a.example").id));
    }

    #[test]
    fn the_set_has_the_public_half_alone() {
        let vault = Vault::new(&SealingKey::new([1; 32]), "shop|a.example".to_owned());
        let set = serde_json::to_value(KeySet::of(&vault).unwrap()).unwrap();
        let members = set["keys"][0].as_object().unwrap();
        let names: Vec<_> = members.keys().map(String::as_str).collect();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert_eq!(members["x"].as_str().unwrap().len(), 43);
    }
}
