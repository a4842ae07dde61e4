//! Handles: where an order's money is set aside at a payer of several objects, so that nobody else learns anything
//! by it and no two orders look alike. One AES-256 block under a key of their own: the shard, seven bytes of the
//! order's root, eight zero bytes by which the payer knows what it made.

use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use tallystick_protocol::wire::identifier::{Handle, Root};
use zeroize::Zeroizing;

/// How many bytes of the root are in a handle.
const OF_ROOT: usize = 7;

/// Makes and opens the handles of one party: makes them under the present key, and opens those of before, too, while the
/// operator changes it.
#[derive(Clone)]
pub struct Handles {
    present: Aes256,
    before: Option<Aes256>,
}

impl Handles {
    /// Under the key that a vault derived for them.
    pub(super) fn new(key: &Zeroizing<[u8; 32]>) -> Self {
        Self {
            present: Aes256::new((&**key).into()),
            before: None,
        }
    }

    /// The same, which also open what was made under the key of before.
    pub(super) fn after(self, before: &Zeroizing<[u8; 32]>) -> Self {
        Self {
            before: Some(Aes256::new((&**before).into())),
            ..self
        }
    }

    /// The handle of an order whose money is set aside at the shard of this number.
    #[must_use]
    pub fn make(&self, shard: u8, root: &Root) -> Handle {
        let mut block = [0; 16];
        block[0] = shard;
        block[1..=OF_ROOT].copy_from_slice(&root.0[..OF_ROOT]);
        let mut block = block.into();
        self.present.encrypt_block(&mut block);
        Handle(block.into())
    }

    /// The number of the shard in the handle of this order; `None` if it is another order's, or not ours.
    #[must_use]
    pub fn shard_in(&self, handle: &Handle, root: &Root) -> Option<u8> {
        let mut keys = core::iter::once(&self.present).chain(&self.before);
        keys.find_map(|key| opened(key, handle, root))
    }
}

fn opened(key: &Aes256, handle: &Handle, root: &Root) -> Option<u8> {
    let mut block = handle.0.into();
    key.decrypt_block(&mut block);
    let block: [u8; 16] = block.into();
    let is_own = block[OF_ROOT + 1..] == [0; 8] && block[1..=OF_ROOT] == root.0[..OF_ROOT];
    is_own.then_some(block[0])
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
    fn a_handle_of_before_opens_while_the_key_is_changed_and_new_ones_are_under_the_new_key() {
        let (old, new) = (Handles::new(&[1; 32].into()), Handles::new(&[2; 32].into()));
        let changing = new.clone().after(&[1; 32].into());
        let root = Root([7; 32]);
        assert_eq!(changing.shard_in(&old.make(3, &root), &root), Some(3));
        assert_eq!(new.shard_in(&changing.make(3, &root), &root), Some(3));
        assert_eq!(new.shard_in(&old.make(3, &root), &root), None);
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
