//! A party's place: its machine, which survives, and the party that runs on it at present.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tallystick_parties::Party;
use tallystick_parties::ports::Clock as _;

use crate::cast::Running;
use crate::machine::Machine;
use crate::scheduler::Owner;
use crate::town::Town;

/// Milliseconds after which an alarm that ended in a crash is tried again.
const ALARM_RETRY_MS: u64 = 2_000;

/// As on Cloudflare: the alarm is stored, is set after each piece of work, and fires again if the work it began
/// was cut short.
pub(crate) struct Seat {
    pub(crate) name: &'static str,
    pub(crate) machine: Machine,
    running: RefCell<Option<Running<Machine>>>,
    life: Cell<u32>,
    /// The stored alarm, in virtual milliseconds.
    alarm_at: Cell<Option<u64>>,
    is_waking: Cell<bool>,
}

impl Seat {
    pub(crate) fn new(name: &'static str, machine: Machine) -> Self {
        Self {
            name,
            machine,
            running: RefCell::new(None),
            life: Cell::new(0),
            alarm_at: Cell::new(None),
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
        self.life.set(self.life.get() + 1);
        let party = town.cast.start(self.machine.clone(), self.name);
        *self.running.borrow_mut() = Some(party);
        if self.is_waking.replace(false) {
            self.set_alarm(town, town.scheduler.now_ms() + ALARM_RETRY_MS);
        }
    }

    /// The power goes.
    pub(crate) fn stop(&self, town: &Town) {
        town.scheduler.kill(self.owner());
        *self.running.borrow_mut() = None;
    }

    /// After a piece of work: looks when the party wants to be woken.
    pub(crate) fn look_at_the_clock(self: &Rc<Self>, town: &Rc<Town>) {
        let Some(next) = self.running().and_then(|party| party.next_alarm()) else {
            return;
        };
        let from_now = next.saturating_sub(self.machine.clock.now_ms());
        self.set_alarm(town, town.scheduler.now_ms() + from_now);
    }

    /// Sets the alarm, unless an earlier one is set.
    pub(crate) fn set_alarm(self: &Rc<Self>, town: &Rc<Town>, at_ms: u64) {
        if self.alarm_at.get().is_some_and(|set| set <= at_ms) {
            return;
        }
        self.alarm_at.set(Some(at_ms));
        let (seat, town_then) = (self.clone(), Rc::downgrade(town));
        let pause_ms = at_ms.saturating_sub(town.scheduler.now_ms());
        town.scheduler.after(pause_ms, move || {
            if let Some(town) = town_then.upgrade() {
                seat.ring(&town, at_ms);
            }
        });
    }

    fn ring(self: Rc<Self>, town: &Rc<Town>, at_ms: u64) {
        if self.alarm_at.get() != Some(at_ms) {
            return;
        }
        self.alarm_at.set(None);
        let Some(party) = self.running() else {
            self.is_waking.set(true);
            return;
        };
        if self.is_waking.replace(true) {
            // One alarm at a time: this one waits until the other is done.
            self.set_alarm(town, town.scheduler.now_ms() + 100);
            self.is_waking.set(true);
            return;
        }
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
