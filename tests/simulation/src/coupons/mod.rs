//! Customers of the coupon office who have wallets of another make: they say what the protocol says, keep it until it is
//! answered, hand coupons to each other and to a shop's counter, and some of them cheat. And somebody hears all that is said
//! to the office, and says it again.

pub(crate) mod counter;
pub(crate) mod customer;
mod enrolling;
mod errands;
pub(crate) mod replay;
mod talk;
mod texts;
mod tricks;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tallystick_protocol::coupon::CampaignId;
use tallystick_protocol::trust::certificate::TrustAnchors;

use self::counter::Counter;
use self::customer::Customer;
use self::replay::Overheard;
use crate::town::Town;

pub(crate) use self::errands::Errand;

/// Their names.
pub(crate) const CUSTOMERS: [&str; 4] = ["customer-1", "customer-2", "customer-3", "customer-4"];

/// A campaign of the shop's, and its limits.
pub(crate) struct Campaign {
    pub(crate) id: CampaignId,
    /// What each of its coupons is worth.
    pub(crate) minor: u64,
    /// How many there are.
    pub(crate) count: u64,
    /// How many an account gets.
    pub(crate) each: u64,
    /// What the shop paid in.
    pub(crate) budget: u64,
}

/// All of it.
pub(crate) struct Coupons {
    /// Whether there is an office.
    pub(crate) is_on: bool,
    pub(crate) customers: RefCell<Vec<Rc<Customer>>>,
    /// Where the shop is handed coupons.
    pub(crate) counter: RefCell<Option<Rc<Counter>>>,
    pub(crate) campaigns: RefCell<Vec<Campaign>>,
    /// What was said to the office.
    pub(crate) overheard: Overheard,
    /// What was handed over and not read: it is handed over again in the end, or its receiver would never hear of it.
    pub(crate) lost: RefCell<Vec<Box<dyn FnOnce()>>>,
    /// Whether nothing new is begun, and nothing handed over gets lost.
    pub(crate) is_calm: Cell<bool>,
}

impl Coupons {
    pub(crate) fn new(is_on: bool) -> Self {
        Self {
            is_on,
            customers: RefCell::default(),
            counter: RefCell::default(),
            campaigns: RefCell::default(),
            overheard: Overheard::default(),
            lost: RefCell::default(),
            is_calm: Cell::new(false),
        }
    }

    pub(crate) fn customer(&self, name: &str) -> Option<Rc<Customer>> {
        let customers = self.customers.borrow();
        customers.iter().find(|one| one.name == name).cloned()
    }
}

impl Town {
    /// The customers come, and the shop opens its counter.
    pub(crate) fn customers_come(self: &Rc<Self>, anchors: &TrustAnchors) {
        let counter = Rc::new(Counter::new(self, anchors));
        counter.start(self);
        *self.coupons.counter.borrow_mut() = Some(counter);
        for (index, name) in CUSTOMERS.into_iter().enumerate() {
            let customer = Rc::new(Customer::new(self, (index, name), anchors));
            self.coupons.customers.borrow_mut().push(customer.clone());
            customer.start(self);
        }
    }

    /// Nothing new is begun; what is open is finished.
    pub(crate) fn customers_calm_down(&self) {
        self.coupons.is_calm.set(true);
        for again in self.coupons.lost.take() {
            again();
        }
        for customer in self.coupons.customers.borrow().iter() {
            customer.calms_down();
        }
    }

    /// They go home.
    pub(crate) fn customers_go(&self) {
        for customer in self.coupons.customers.borrow().iter() {
            customer.stop(self);
        }
    }

    /// A customer's device loses its power, and has it again after a while.
    pub(crate) fn customer_fails(self: &Rc<Self>, name: &'static str, pause_ms: u64) {
        let Some(customer) = self.coupons.customer(name) else {
            return;
        };
        self.note(&format!("{name}: the power fails"));
        self.crashes.set(self.crashes.get() + 1);
        customer.stop(self);
        let town = self.me();
        self.scheduler.after(pause_ms, move || {
            if let Some(town) = town.upgrade() {
                town.note(&format!("{name}: back"));
                customer.start(&town);
            }
        });
    }
}
