//! The key with which a shop signs what it tells its own server: P-256, made of the sealing key, so that every object of
//! the shop has the same and nothing is stored. With another sealing key it is another one, by another `kid`.

use data_encoding::BASE64URL_NOPAD;
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
    keys: [Jwk; 1],
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
        // One of four thousand million results is no private key of P-256, and the next one is taken.
        let secret = (0..=u8::MAX)
            .map(|number| Zeroizing::new(vault.webhook_secret(number)))
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

    /// What whoever verifies is given.
    #[must_use]
    pub fn set(self) -> KeySet {
        KeySet {
            keys: [Jwk {
                kty: "EC",
                crv: "P-256",
                x: self.x,
                y: self.y,
                kid: self.id,
                alg: "ES256",
                is_for: "sig",
            }],
        }
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
    fn the_set_has_the_public_half_alone() {
        let set = serde_json::to_value(key(1, "shop|a.example").set()).unwrap();
        let members = set["keys"][0].as_object().unwrap();
        let names: Vec<_> = members.keys().map(String::as_str).collect();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
        assert_eq!(members["x"].as_str().unwrap().len(), 43);
    }
}
