//! The two ends: a wallet at home with its browser connected to the proxy, and a wallet away.

use std::cell::RefCell;
use std::rc::Rc;

use tallystick_parties::native::{Line, Machine, block_on};
use tallystick_simulation::cast::Running;
use tallystick_wallet::view::{
    AwayLoanView, AwayView, Choice, HomeView, KeyPlace, LoanTerms, OrderView, UseView, WalletView,
};
use tallystick_wallet::{Wallet, WalletError};

use super::device::Device;
use super::holder::{Holder, PIN, TEA, form};
use super::world::{HOME_PROXY, ORIGIN, World};

pub const FIRST: &str = "winter river";
pub const SECOND: &str = "summer mountain";
/// A bag of tea and its delivery, in yen.
pub const PRICE: u64 = 2_000;

/// The wallet at home. Its browser's connection outlives borrowing.
pub struct Home<'w> {
    pub world: &'w World,
    pub wallet: Rc<Wallet<Device>>,
    pub device: Device,
    /// What its holder was told.
    pub told: Rc<RefCell<Vec<UseView>>>,
}

impl<'w> Home<'w> {
    /// A wallet that lends nothing yet, with its card set up.
    pub fn new(world: &'w World) -> Self {
        let home = Self::of(Holder::ready(world));
        block_on(
            home.wallet
                .home_set_up(PIN, FIRST, SECOND, KeyPlace::Software),
        )
        .unwrap();
        home
    }

    pub fn of(holder: Holder<'w>) -> Self {
        Self {
            world: holder.world,
            wallet: Rc::new(holder.wallet),
            device: holder.device,
            told: Rc::default(),
        }
    }

    pub fn view(&self) -> HomeView {
        self.wallet_view().home.unwrap()
    }

    pub fn wallet_view(&self) -> WalletView {
        block_on(self.wallet.view()).unwrap()
    }

    /// Lets that wallet in, which joins.
    pub fn let_in(&self, away: &Away<'_>) {
        let code = block_on(away.holder.wallet.away_code(KeyPlace::Software)).unwrap();
        let invitation = block_on(self.wallet.home_enrol(PIN, &code, "Travel laptop")).unwrap();
        block_on(
            away.holder
                .wallet
                .away_join(&invitation, PIN, KeyPlace::Software),
        )
        .unwrap();
    }

    /// Terms that fit two bags of tea.
    pub fn terms(&self) -> LoanTerms {
        LoanTerms {
            terminal: self.view().terminals[0].id.clone(),
            card_id: self.wallet_view().cards[0].id.clone(),
            shops: Vec::new(),
            currency: "JPY".to_owned(),
            each_minor: PRICE,
            total_minor: 2 * PRICE,
            count: 3,
            ends_at: self.world.now().seconds() + 86_400,
        }
    }

    pub fn lend(&self, change: impl FnOnce(&mut LoanTerms)) -> Result<(), WalletError> {
        let mut terms = self.terms();
        change(&mut terms);
        block_on(self.wallet.home_lend(PIN, &terms))
    }

    /// The browser connects, and answers what the proxy asks.
    pub fn connect(&self) -> Line<Running<Machine>> {
        let connection = block_on(self.wallet.home_connection()).unwrap().unwrap();
        let address = connection
            .url
            .replace("ws://", "https://")
            .replace(":8787", "");
        let (wallet, told) = (self.wallet.clone(), self.told.clone());
        let machine = self.world.machine(HOME_PROXY);
        let party = Rc::new(self.world.running(HOME_PROXY));
        let line = machine.sockets.connect(&party, &address, move |message| {
            let answered = block_on(wallet.home_call(message)).unwrap();
            told.borrow_mut().extend(answered.used);
            Some(answered.reply)
        });
        let line = line.unwrap();
        line.say(&connection.first);
        line
    }
}

/// The wallet away.
pub struct Away<'w> {
    pub holder: Holder<'w>,
}

impl<'w> Away<'w> {
    pub fn new(world: &'w World) -> Self {
        Self {
            holder: Holder::ready(world),
        }
    }

    pub fn home(&self) -> AwayView {
        self.holder.view().away[0].clone()
    }

    pub fn loan(&self) -> AwayLoanView {
        self.home().loans[0].clone()
    }

    pub fn fetch(&self) -> Result<(), WalletError> {
        block_on(self.holder.wallet.away_fetch(&self.home().home))
    }

    pub fn asked(&self) -> String {
        let form = form(self.holder.world, TEA);
        block_on(self.holder.wallet.receive_form(ORIGIN, &form)).unwrap()
    }

    /// The lent account, and the address of whoever lent it.
    pub fn choice(&self) -> Choice {
        let loan = self.loan();
        Choice {
            card_id: loan.card_id,
            address_id: loan.addresses[0].id.clone().unwrap(),
            accept_extra: false,
            coupons: Vec::new(),
            gift: None,
        }
    }

    pub fn approve(&self, request: &str, first: &str, second: &str) -> Result<(), WalletError> {
        let choice = self.choice();
        let approved = self
            .holder
            .wallet
            .away_approve(request, &choice, first, second);
        block_on(approved)
    }

    pub fn buy(&self) -> OrderView {
        let request = self.asked();
        self.approve(&request, FIRST, SECOND).unwrap();
        self.holder.finish();
        self.holder.order(&request)
    }
}

/// Both ends, with something lent, fetched, and the browser at home connected.
pub fn both(world: &World) -> (Home<'_>, Away<'_>, Line<Running<Machine>>) {
    let (home, away) = (Home::new(world), Away::new(world));
    home.let_in(&away);
    home.lend(|_| {}).unwrap();
    away.fetch().unwrap();
    let line = home.connect();
    (home, away, line)
}
