//! The signing port: RSA-2048 with PSS, SHA-256 and a 32-byte salt (RFC 8017 §8.1). It also opens what was sent under an
//! RSA key.

use zeroize::Zeroizing;

/// A new RSA key pair.
pub struct KeyPair {
    /// The private key, PKCS#8 DER (RFC 5208).
    pub pkcs8: Zeroizing<Vec<u8>>,
    /// The public key, SubjectPublicKeyInfo DER (RFC 5280 §4.1.2.7), algorithm `rsaEncryption`.
    pub spki: Vec<u8>,
}

/// Makes RSA keys and signatures: `crypto.subtle` on Cloudflare, the `rsa` crate natively.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see the module above
pub trait Signing {
    /// A private key as the platform holds it; on Cloudflare one that cannot be exported.
    type Key;

    /// Makes an RSA-2048 key pair with public exponent 65537.
    async fn generate(&self) -> Result<KeyPair, SigningError>;

    /// Takes a PKCS#8 private key (DER) into the platform's keeping, to sign with.
    async fn import(&self, pkcs8: &[u8]) -> Result<Self::Key, SigningError>;

    /// Signs `message` (hashed here): 256 bytes.
    async fn sign(&self, key: &Self::Key, message: &[u8]) -> Result<Vec<u8>, SigningError>;

    /// Opens what was sent under this private key (PKCS#8 DER), which signs nothing: RSAES-OAEP with SHA-256 (RFC 8017
    /// §7.1).
    async fn open(
        &self,
        pkcs8: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SigningError>;
}

/// The platform could not make a key or signature.
#[derive(Debug, thiserror::Error)]
#[error("the platform's cryptography refused: {0}")]
pub struct SigningError(pub String);
