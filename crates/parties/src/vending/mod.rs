//! A vending machine and its server (EP 1 221 669: VM and VS, V1 to V13).
//!
//! The machine has a purse in a card of its own, which is only ever paid: it is a wallet like anybody's
//! ([`tallystick_wallet`]), with a software card, that nobody but the machine holds. So asking, verifying, taking,
//! refusing and reporting are what every purse does, and no bank is needed for a sale. What is the machine's own is here:
//! what it sells, that a payment and a drink belong together, and its log.
//!
//! The server is the part that is online: it opens the purse (`opening`), uploads its log and brings what was earned onto
//! the dealer's account (`collecting`), and shows both and every improper access to the dealer (`console_view`). One
//! deployment is one machine with its server.

mod collecting;
mod commands;
mod config;
mod console_view;
mod log;
mod opening;
mod ports;
mod purse;
mod schema;
mod selling;
mod showing;

pub use config::{Dealer, PRODUCTS_MAX, Product, VendingConfig};

use core::cell::RefCell;
use std::rc::Rc;

use tallystick_wallet::Wallet;
use tallystick_wallet::core::exclusive::Exclusive;

use self::ports::PursePorts;
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::routes::{self, Route};
use crate::ports::Ports;
use crate::post::due::{Job, Next};
use crate::post::waking::Duties;
use crate::store::retention::Rule;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    ShowMachine,
    Choose,
    TakePayment,
}

/// What a machine answers at beside what every party does: its buttons and its slot.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::get("/v1/machine", Task::ShowMachine),
    Route::post("/v1/choices", Task::Choose).dear(),
    Route::post("/v1/payments", Task::TakePayment).dear(),
];

/// A vending machine with its server.
pub struct Vending<P: Ports + 'static> {
    office: Rc<Office<P>>,
    config: VendingConfig,
    /// The purse's wallet, once it is open.
    wallet: RefCell<Option<Rc<Wallet<PursePorts<P>>>>>,
    /// One at a time presses a button or puts something into the slot.
    slot: Exclusive<()>,
}

impl<P: Ports + 'static> Vending<P> {
    /// A machine on these ports.
    pub fn new(ports: P, config: VendingConfig) -> Self {
        let office = Office::new(ports, config.settings.clone(), schema::MIGRATIONS)
            .with_sealed(schema::SEALED);
        Self {
            office: Rc::new(office),
            config,
            wallet: RefCell::new(None),
            slot: Exclusive::new(()),
        }
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_before(self, request).await? {
            return Ok(answer);
        }
        let (task, _) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        match task {
            Task::ShowMachine => self.show_machine(),
            Task::Choose => self.choose(request).await,
            Task::TakePayment => self.take_payment(request).await,
        }
    }
}

impl<P: Ports + 'static> Duties for Vending<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            opening::OPEN => self.open_on().await,
            collecting::COLLECT => self.collect().await,
            _ => Ok(Next::Done),
        }
    }

    fn kept(&self) -> &'static [Rule] {
        schema::KEPT
    }
}

impl<P: Ports + 'static> Party for Vending<P> {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| self.handle(request).await)
            .await
    }

    async fn wake(&self) {
        self.office.wake(self).await;
    }
}
