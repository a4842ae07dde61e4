//! A contactless card, and the field of a reader that it is held into.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use tallystick_card::host::{self, CardError, purse, settlement};
use tallystick_card::stretch::Stretch;
use tallystick_card::{Applet, MemoryFault, PAGE_BYTES, Page, Pages, PersistentCard};
use tallystick_parties::native::SeededRandom;
use tallystick_parties::ports::PortRng;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

/// So cheap that tests can do it often.
const CHEAP: Stretch = Stretch {
    memory_kib: 8,
    passes: 1,
};
const PIN: &str = "246810";
const PAGES: usize = 2_048;

#[derive(Clone)]
struct Memory(Rc<RefCell<Vec<Page>>>);

impl Pages for Memory {
    fn count(&self) -> usize {
        PAGES
    }

    fn read(&mut self, page: usize) -> Result<Page, MemoryFault> {
        self.0.borrow().get(page).copied().ok_or(MemoryFault)
    }

    fn write(&mut self, page: usize, bytes: &Page) -> Result<(), MemoryFault> {
        *self.0.borrow_mut().get_mut(page).ok_or(MemoryFault)? = *bytes;
        Ok(())
    }
}

/// A card. It keeps what it is when it is out of the field.
pub struct ContactlessCard {
    memory: Memory,
    card: RefCell<PersistentCard<Memory>>,
    random: SeededRandom,
    /// How many commands it has got since it came into the field.
    pub commands: Cell<usize>,
}

type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;

impl ContactlessCard {
    /// A card that trusts this root and waits for its keys; and the key that it made to be given them.
    pub fn prepared(seed: &str, root: &[u8]) -> (Self, [u8; 32]) {
        let memory = Memory(Rc::new(RefCell::new(vec![[0xff; PAGE_BYTES]; PAGES])));
        let card = PersistentCard::format(memory.clone()).unwrap();
        let card = Self {
            memory,
            card: RefCell::new(card.costing(CHEAP)),
            random: SeededRandom::new(seed),
            commands: Cell::new(0),
        };
        card.tell(host::select(Applet::Identity));
        card.tell(host::change_pin(host::FACTORY_PIN, PIN));
        card.tell(host::verify_pin(PIN));
        card.tell(host::select(Applet::Purse));
        card.tell(purse::put_roots(&[root.to_vec()]));
        card.tell(host::select(Applet::Settlement));
        let response = card.tell(settlement::prepare());
        let key = settlement::prepared(&response).unwrap();
        (card, key)
    }

    /// Gives it its keys.
    pub fn personalise(&self, signed: &[u8], at: Timestamp) {
        self.tell(settlement::personalise(signed, at));
    }

    /// Held to the reader anew, as the wallet finds it: its applet selected.
    pub fn enter(&self) {
        let card = PersistentCard::power(self.memory.clone()).unwrap();
        self.card.replace(card.costing(CHEAP));
        self.tell(host::select(Applet::Settlement));
        self.commands.set(0);
    }

    /// One command; the response.
    pub fn transmit(&self, apdu: &[u8]) -> Vec<u8> {
        self.commands.set(self.commands.get() + 1);
        let mut random = PortRng(&self.random);
        self.card.borrow_mut().transmit(apdu, &mut random).to_vec()
    }

    fn tell(&self, apdu: Apdu) -> Vec<u8> {
        let response = self.transmit(&apdu.unwrap());
        assert_eq!(response.last_chunk(), Some(&[0x90, 0x00]));
        response
    }
}

/// Whoever carries commands to a card and its responses back. Nothing: silence.
pub type Carrier<'a> = &'a mut dyn FnMut(&[u8]) -> Option<Vec<u8>>;

impl ContactlessCard {
    /// All that is in it.
    pub fn state(&self) -> Vec<u8> {
        self.card.borrow().state().unwrap().to_vec()
    }

    /// Its memory, to be put back later.
    pub fn copied(&self) -> Vec<Page> {
        self.memory.0.borrow().clone()
    }

    /// It is again what it was.
    pub fn put_back(&self, pages: &[Page]) {
        pages.clone_into(&mut self.memory.0.borrow_mut());
    }
}
