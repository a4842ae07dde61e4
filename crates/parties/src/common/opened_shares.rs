//! Key shares as they are computed with, kept in memory: to open one takes longer than all else of a confirmation.

use core::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use tallystick_protocol::keys::PartyShare;

/// The most that opened shares take together, in bytes as they are stored.
const ROOM: usize = 16 * 1024 * 1024;

/// The opened shares of the present epoch, by the number of their space. Wiped when dropped.
#[derive(Default)]
pub(super) struct OpenedShares(RefCell<Opened>);

#[derive(Default)]
struct Opened {
    by_space: BTreeMap<u32, Rc<PartyShare>>,
    bytes: usize,
}

impl OpenedShares {
    pub(super) fn get(&self, space: u32) -> Option<Rc<PartyShare>> {
        self.0.borrow().by_space.get(&space).cloned()
    }

    /// Keeps a share of so many bytes; where there is no room for it, the others are dropped.
    pub(super) fn keep(&self, space: u32, share: PartyShare, bytes: usize) -> Rc<PartyShare> {
        let share = Rc::new(share);
        let mut opened = self.0.borrow_mut();
        if opened.bytes + bytes > ROOM {
            *opened = Opened::default();
        }
        if opened.by_space.insert(space, share.clone()).is_none() {
            opened.bytes += bytes;
        }
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share() -> PartyShare {
        PartyShare::from_bytes(&[0; 64]).unwrap()
    }

    #[test]
    fn what_is_opened_stays_within_its_room() {
        let opened = OpenedShares::default();
        for space in 0..5 {
            opened.keep(space, share(), ROOM / 3);
            assert!(opened.get(space).is_some());
        }
        let kept = (0..5).filter(|space| opened.get(*space).is_some()).count();
        assert!(kept <= 3);
    }
}
