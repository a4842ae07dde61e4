//! Handles: where an order's money is set aside at a payer of several objects, so that nobody else learns anything
//! by it and no two orders look alike. One AES-256 block under a key of their own: the shard, seven bytes of the
//! order's root, eight zero bytes by which the payer knows what it made.

use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use tallystick_protocol::wire::identifier::{Handle, Root};
use zeroize::Zeroizing;

/// How many bytes of the root are in a handle.
const OF_ROOT: usize = 7;

/// Makes and opens the handles of one party.
#[derive(Clone)]
pub struct Handles(Aes256);

impl Handles {
    /// Under the key that a vault derived for them.
    pub(super) fn new(key: &Zeroizing<[u8; 32]>) -> Self {
        Self(Aes256::new((&**key).into()))
    }

    /// The handle of an order whose money is set aside at the shard of this number.
    #[must_use]
    pub fn make(&self, shard: u8, root: &Root) -> Handle {
        let mut block = [0; 16];
        block[0] = shard;
        block[1..=OF_ROOT].copy_from_slice(&root.0[..OF_ROOT]);
        let mut block = block.into();
        self.0.encrypt_block(&mut block);
        Handle(block.into())
    }

    /// The number of the shard in the handle of this order; `None` if it is another order's, or not ours.
    #[must_use]
    pub fn shard_in(&self, handle: &Handle, root: &Root) -> Option<u8> {
        let mut block = handle.0.into();
        self.0.decrypt_block(&mut block);
        let block: [u8; 16] = block.into();
        let is_own = block[OF_ROOT + 1..] == [0; 8] && block[1..=OF_ROOT] == root.0[..OF_ROOT];
        is_own.then_some(block[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_opens_for_its_own_order_at_its_own_party_alone() {
        let (own, other) = (Handles::new(&[1; 32].into()), Handles::new(&[2; 32].into()));
        let root = Root([7; 32]);
        for shard in [0, 3, 255] {
            let handle = own.make(shard, &root);
            assert_eq!(own.shard_in(&handle, &root), Some(shard));
            assert_eq!(own.shard_in(&handle, &Root([8; 32])), None);
            assert_eq!(other.shard_in(&handle, &root), None);
        }
        assert_eq!(own.shard_in(&Handle([0; 16]), &root), None);
    }

    #[test]
    fn two_orders_at_one_shard_have_nothing_in_common() {
        let handles = Handles::new(&[1; 32].into());
        let one = handles.make(3, &Root([7; 32]));
        let other = handles.make(3, &Root([8; 32]));
        let same = one.0.iter().zip(other.0).filter(|(a, b)| **a == *b);
        assert!(same.count() < 4);
    }
}
