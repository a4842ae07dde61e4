//! The place of an object of a party: its machine, which survives, and the party that runs on it at present.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tallystick_parties::Party;
use tallystick_parties::ports::{Clock as _, Tables as _};

use crate::cast::{Running, party_of};
use crate::machine::Machine;
use crate::scheduler::Owner;
use crate::town::Town;

/// Milliseconds after which an alarm that ended in a crash is tried again.
const ALARM_RETRY_MS: u64 = 2_000;

/// As on Cloudflare: the alarm is stored with the tables and set by the party itself; it is taken away when
/// it rings, and rings again if the work it began was cut short.
pub(crate) struct Seat {
    /// The object's name.
    pub(crate) name: &'static str,
    /// Its party's domain.
    pub(crate) party: &'static str,
    pub(crate) machine: Machine,
    running: RefCell<Option<Running<Machine>>>,
    life: Cell<u32>,
    /// The stored alarm for which a ring is on its way, by the party's own clock.
    rings_at: Cell<Option<u64>>,
    is_waking: Cell<bool>,
}

impl Seat {
    pub(crate) fn new(name: &'static str, machine: Machine) -> Self {
        Self {
            name,
            party: party_of(name),
            machine,
            running: RefCell::new(None),
            life: Cell::new(0),
            rings_at: Cell::new(None),
            is_waking: Cell::new(false),
        }
    }

    pub(crate) fn owner(&self) -> Owner {
        (self.name, self.life.get())
    }

    pub(crate) fn running(&self) -> Option<Running<Machine>> {
        self.running.borrow().clone()
    }

    /// Starts the party over what its machine stored.
    pub(crate) fn start(self: &Rc<Self>, town: &Rc<Town>) {
        self.machine.database.mend();
        self.begin(town);
    }

    /// The platform drops the party while it has nothing to do, and makes it anew over its stored tables and its
    /// stored alarm: what it had in memory is forgotten.
    pub(crate) fn evict(self: &Rc<Self>, town: &Rc<Town>) {
        self.stop(town);
        self.begin(town);
    }

    fn begin(self: &Rc<Self>, town: &Rc<Town>) {
        self.life.set(self.life.get() + 1);
        let cast = town.cast.get();
        let party = cast.start(self.machine.clone(), self.name);
        *self.running.borrow_mut() = Some(party);
        self.rings_at.set(None);
        if self.is_waking.replace(false) {
            self.ring_by(self.machine.clock.now_ms() + ALARM_RETRY_MS);
        }
        self.look_at_the_clock(town);
    }

    /// The power goes.
    pub(crate) fn stop(&self, town: &Town) {
        town.scheduler.kill(self.owner());
        *self.running.borrow_mut() = None;
    }

    /// Wakes the party at once, as its first request would.
    pub(crate) fn wake_at_once(self: &Rc<Self>, town: &Rc<Town>) {
        self.ring_by(self.machine.clock.now_ms());
        self.look_at_the_clock(town);
    }

    /// The platform's own setting of the alarm, unless an earlier one is set.
    fn ring_by(&self, at_ms: u64) {
        let database = &self.machine.database;
        if database.alarm().unwrap().is_none_or(|set| set > at_ms) {
            database.set_alarm(at_ms).unwrap();
        }
    }

    /// After a piece of work: has the alarm that is stored now ring in time.
    pub(crate) fn look_at_the_clock(self: &Rc<Self>, town: &Rc<Town>) {
        let stored = self.machine.database.alarm().unwrap();
        if self.rings_at.replace(stored) == stored {
            return;
        }
        if let Some(at_ms) = stored {
            let pause_ms = at_ms.saturating_sub(self.machine.clock.now_ms());
            self.ring_after(town, pause_ms, at_ms);
        }
    }

    fn ring_after(self: &Rc<Self>, town: &Rc<Town>, pause_ms: u64, at_ms: u64) {
        let (seat, town_then) = (self.clone(), Rc::downgrade(town));
        town.scheduler.after(pause_ms, move || {
            if let Some(town) = town_then.upgrade() {
                seat.ring(&town, at_ms);
            }
        });
    }

    fn ring(self: Rc<Self>, town: &Rc<Town>, at_ms: u64) {
        if self.rings_at.get() != Some(at_ms) {
            return;
        }
        let Some(party) = self.running() else {
            return;
        };
        if self.is_waking.get() {
            // One alarm at a time: this one waits until the other is done.
            return self.ring_after(town, 100, at_ms);
        }
        self.is_waking.set(true);
        self.rings_at.set(None);
        self.machine.database.take_alarm().unwrap();
        let (seat, town_then) = (self.clone(), Rc::downgrade(town));
        town.scheduler.spawn(self.owner(), async move {
            party.wake().await;
            if let Some(town) = town_then.upgrade()
                && !seat.machine.database.is_spent()
            {
                seat.is_waking.set(false);
                seat.look_at_the_clock(&town);
            }
        });
    }
}
