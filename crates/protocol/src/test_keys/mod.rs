//! Eight fixed RSA-2048 keys for tests, simulations and benchmarks, and an authority that certifies them.
//! The keys are public: they protect nothing.

mod authority;

pub use authority::{TestAuthority, TestRng, test_signature, test_spki, test_statement};

use rsa::RsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;

/// The keys as PKCS#8 DER.
pub const TEST_KEYS: [&[u8]; 8] = [
    include_bytes!("../../tests/keys/test-key-0.pkcs8.der"),
    include_bytes!("../../tests/keys/test-key-1.pkcs8.der"),
    include_bytes!("../../tests/keys/test-key-2.pkcs8.der"),
    include_bytes!("../../tests/keys/test-key-3.pkcs8.der"),
    include_bytes!("../../tests/keys/test-key-4.pkcs8.der"),
    include_bytes!("../../tests/keys/test-key-5.pkcs8.der"),
    include_bytes!("../../tests/keys/test-key-6.pkcs8.der"),
    include_bytes!("../../tests/keys/test-key-7.pkcs8.der"),
];

/// The key number `index`, counted modulo eight.
///
/// # Panics
/// Never: the keys are compiled in and a test reads all of them.
#[must_use]
#[expect(
    clippy::expect_used,
    reason = "the keys are constants that a test reads"
)]
pub fn test_key(index: usize) -> RsaPrivateKey {
    RsaPrivateKey::from_pkcs8_der(TEST_KEYS[index % TEST_KEYS.len()]).expect("a test key is PKCS#8")
}
