//! Keys from keys: SP 800-108 in counter mode with AES-CMAC, as SCP03 has it (Amendment D, §4.1.5): one block of it.

use aes::Aes128;
use cmac::{Cmac, KeyInit, Mac};
use zeroize::Zeroizing;

use super::keys::KEY_BYTES;

/// The bytes of a label before its constant.
const LABEL: [u8; 11] = [0; 11];

/// What is derived (table 4-1).
#[derive(Clone, Copy)]
pub(super) enum Derived {
    CardCryptogram = 0x00,
    HostCryptogram = 0x01,
    Encryption = 0x04,
    CommandMac = 0x06,
    ResponseMac = 0x07,
}

/// `bytes` (at most 16) of what is derived from `key` over host and card challenge; the rest is zero.
pub(super) fn derive(
    key: &[u8; KEY_BYTES],
    what: Derived,
    bytes: usize,
    challenges: &[&[u8]],
) -> Zeroizing<[u8; KEY_BYTES]> {
    // Bits of the result, and the number of the one block.
    let [high, low] = (bytes as u16 * 8).to_be_bytes();
    let mut mac = Cmac::<Aes128>::new(key.into());
    mac.update(&LABEL);
    mac.update(&[what as u8, 0, high, low, 1]);
    for challenge in challenges {
        mac.update(challenge);
    }
    let mut derived = Zeroizing::new([0; KEY_BYTES]);
    derived.copy_from_slice(&mac.finalize().into_bytes());
    if let Some(rest) = derived.get_mut(bytes..) {
        rest.fill(0);
    }
    derived
}

/// The key of `kind` of the card whose diversification data that is: one block, whose number comes first (the scheme that
/// GlobalPlatformPro calls kdf3).
pub(super) fn diversified(
    master: &[u8; KEY_BYTES],
    kind: u8,
    data: &[u8; 10],
) -> Zeroizing<[u8; KEY_BYTES]> {
    let mut mac = Cmac::<Aes128>::new(master.into());
    mac.update(&[1, 0, 0, 0, kind, 0]);
    mac.update(data);
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    key.copy_from_slice(&mac.finalize().into_bytes());
    key
}
