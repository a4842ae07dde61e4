//! The salt with which a holder's password becomes the verifier that bank and registration authority know.

use sha2::{Digest, Sha256};

use crate::wire::identifier::Domain;
use crate::wire::registry::context;

/// The length of a salt in bytes.
pub const PASSWORD_SALT_BYTES: usize = 16;

/// The salt of the password of a [`Registration`](super::Registration): the first 16 bytes of SHA-256 over the context
/// string, the registration's number (32 bytes) and the bank's domain. The verifier is Argon2id (RFC 9106) of the
/// password with it: 64 MiB, five passes, one lane, 32 bytes.
#[must_use]
pub fn password_salt(bank: &Domain, number: &[u8; 32]) -> [u8; PASSWORD_SALT_BYTES] {
    let hash = Sha256::new()
        .chain_update(context::PASSWORD_SALT)
        .chain_update(number)
        .chain_update(bank.as_str())
        .finalize();
    let mut salt = [0; PASSWORD_SALT_BYTES];
    salt.iter_mut()
        .zip(hash)
        .for_each(|(salt, byte)| *salt = byte);
    salt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bank_and_number_both_matter_to_the_salt() {
        let domain = |name| Domain::parse(name).unwrap();
        let salt = password_salt(&domain("midori-bank.localhost"), &[1; 32]);
        assert_eq!(
            salt,
            password_salt(&domain("midori-bank.localhost"), &[1; 32])
        );
        assert_ne!(
            salt,
            password_salt(&domain("other-bank.localhost"), &[1; 32])
        );
        assert_ne!(
            salt,
            password_salt(&domain("midori-bank.localhost"), &[2; 32])
        );
    }
}
