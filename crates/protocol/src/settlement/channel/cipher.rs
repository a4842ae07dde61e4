//! The keys of a session and what is computed with them (Amendment D, §6.2), by both sides alike.

use alloc::vec::Vec;

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use cmac::{Cmac, Mac};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::kdf::{Derived, derive};
use super::{CardKeys, ChannelError, KEY_BYTES, Mode};

/// Bytes of a block of AES.
pub(super) const BLOCK: usize = 16;
/// What says that a counter block is a response's.
const OF_A_RESPONSE: u8 = 0x80;
/// Begins the padding (ISO/IEC 9797-1, method 2).
const PADDED: u8 = 0x80;
/// 9000.
pub(super) const DONE: u16 = 0x9000;

/// AES-CMAC (SP 800-38B) over the parts, one after the other.
pub(crate) fn mac_of(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> [u8; BLOCK] {
    let mut mac = <Cmac<Aes128> as cmac::KeyInit>::new(key.into());
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Which way something goes.
#[derive(Clone, Copy)]
pub(super) enum Way {
    ToCard,
    ToHost,
}

/// The keys of a session.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct SessionKeys {
    pub(super) encryption: [u8; KEY_BYTES],
    pub(super) command_mac: [u8; KEY_BYTES],
    pub(super) response_mac: [u8; KEY_BYTES],
    #[zeroize(skip)]
    pub(super) mode: Mode,
}

impl SessionKeys {
    /// Those of the two challenges, which have the length of `mode`.
    pub(super) fn new(keys: &CardKeys, mode: Mode, host: &[u8], card: &[u8]) -> Self {
        let challenges = &[host, card];
        Self {
            encryption: *derive(&keys.encryption, Derived::Encryption, KEY_BYTES, challenges),
            command_mac: *derive(&keys.mac, Derived::CommandMac, KEY_BYTES, challenges),
            response_mac: *derive(&keys.mac, Derived::ResponseMac, KEY_BYTES, challenges),
            mode,
        }
    }

    /// What proves to the other side that this one has the keys.
    pub(super) fn cryptogram(&self, of: Derived, host: &[u8], card: &[u8]) -> Vec<u8> {
        let bytes = self.mode.bytes();
        let cryptogram = derive(&self.command_mac, of, bytes, &[host, card]);
        cryptogram.iter().copied().take(bytes).collect()
    }

    /// The chaining value after a command, whose first bytes are its MAC.
    pub(super) fn command_mac(
        &self,
        chaining: &[u8; BLOCK],
        head: &[u8; 5],
        data: &[u8],
    ) -> [u8; BLOCK] {
        mac_of(&self.command_mac, &[chaining, head, data])
    }

    /// The MAC of a response to the command after which the chaining value is that.
    pub(super) fn response_mac(&self, chaining: &[u8; BLOCK], data: &[u8], status: u16) -> Vec<u8> {
        let mac = mac_of(&self.response_mac, &[chaining, data, &status.to_be_bytes()]);
        mac.into_iter().take(self.mode.bytes()).collect()
    }

    /// Pads and encrypts what is said with command number `counter`.
    pub(super) fn encrypt(&self, way: Way, counter: u32, data: &[u8]) -> Vec<u8> {
        let length = (data.len() / BLOCK + 1) * BLOCK;
        let mut padded = Vec::with_capacity(length);
        padded.extend_from_slice(data);
        padded.push(PADDED);
        padded.resize(length, 0);
        let iv = self.iv(way, counter);
        let mut cbc = cbc::Encryptor::<Aes128>::new((&self.encryption).into(), (&iv).into());
        for block in padded.chunks_exact_mut(BLOCK) {
            if let Ok(block) = block.try_into() {
                cbc.encrypt_block(block);
            }
        }
        padded
    }

    /// Decrypts and takes the padding off; what it is has a right MAC.
    pub(super) fn decrypt(
        &self,
        way: Way,
        counter: u32,
        data: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, ChannelError> {
        if data.is_empty() || !data.len().is_multiple_of(BLOCK) {
            return Err(ChannelError::Length);
        }
        let mut plain = Zeroizing::new(data.to_vec());
        let iv = self.iv(way, counter);
        let mut cbc = cbc::Decryptor::<Aes128>::new((&self.encryption).into(), (&iv).into());
        for block in plain.chunks_exact_mut(BLOCK) {
            if let Ok(block) = block.try_into() {
                cbc.decrypt_block(block);
            }
        }
        let end = plain.iter().rposition(|byte| *byte != 0);
        let end = end.filter(|end| plain.len() - end <= BLOCK && plain.get(*end) == Some(&PADDED));
        plain.truncate(end.ok_or(ChannelError::Padding)?);
        Ok(plain)
    }

    /// The first block's initial value: the counter's block, encrypted.
    fn iv(&self, way: Way, counter: u32) -> [u8; BLOCK] {
        let mut block = [0; BLOCK];
        if let Way::ToHost = way {
            block[0] = OF_A_RESPONSE;
        }
        block[12..].copy_from_slice(&counter.to_be_bytes());
        let mut block = block.into();
        Aes128::new((&self.encryption).into()).encrypt_block(&mut block);
        block.into()
    }
}

/// Whether two cryptograms or MACs are the same, in constant time.
pub(super) fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}
