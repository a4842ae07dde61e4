//! What was unsealed, kept in memory as it is computed with: to open a key share or a master takes longer
//! than all that is done with it.

use core::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Opened secrets under what they are called. What they are wipes itself when it is dropped.
pub(crate) struct Opened<K, V> {
    /// The most that they take together, in bytes as they are stored.
    room: usize,
    kept: RefCell<Kept<K, V>>,
}

struct Kept<K, V> {
    by_name: BTreeMap<K, Rc<V>>,
    bytes: usize,
}

impl<K: Ord, V> Opened<K, V> {
    /// With room for so many bytes.
    pub(crate) const fn new(room: usize) -> Self {
        let kept = Kept {
            by_name: BTreeMap::new(),
            bytes: 0,
        };
        Self {
            room,
            kept: RefCell::new(kept),
        }
    }

    /// Whether one of such a name is here.
    pub(crate) fn has(&self, is_such: impl Fn(&K) -> bool) -> bool {
        self.kept.borrow().by_name.keys().any(is_such)
    }

    pub(crate) fn get(&self, name: &K) -> Option<Rc<V>> {
        self.kept.borrow().by_name.get(name).cloned()
    }

    /// Keeps a secret of so many bytes; where there is no room beside the others, they are dropped. One
    /// that is larger than the room is handed back alone.
    pub(crate) fn keep(&self, name: K, secret: V, bytes: usize) -> Rc<V> {
        let secret = Rc::new(secret);
        if bytes > self.room {
            return secret;
        }
        let mut kept = self.kept.borrow_mut();
        if kept.bytes + bytes > self.room {
            kept.by_name.clear();
            kept.bytes = 0;
        }
        if kept.by_name.insert(name, secret.clone()).is_none() {
            kept.bytes += bytes;
        }
        secret
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: usize = 100;

    #[test]
    fn what_is_opened_stays_within_its_room() {
        let opened = Opened::new(ROOM);
        for name in 0..5 {
            opened.keep(name, (), ROOM / 3);
            assert!(opened.get(&name).is_some());
        }
        let kept = (0..5).filter(|name| opened.get(name).is_some()).count();
        assert!((1..=3).contains(&kept));
    }

    #[test]
    fn what_is_larger_than_the_room_is_handed_back_and_drives_nothing_out() {
        let opened = Opened::new(ROOM);
        opened.keep(0, "small", 1);
        assert_eq!(*opened.keep(1, "large", ROOM + 1), "large");
        assert!(opened.get(&0).is_some() && opened.get(&1).is_none());
    }
}
