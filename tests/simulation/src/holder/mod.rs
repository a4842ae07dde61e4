//! A holder at a computer with a wallet: gets cards, wants things, approves or declines, types a wrong PIN now
//! and then, and comes back after whatever happened.

mod backup;
pub(crate) mod banking;
pub(crate) mod between;
mod buying;
mod cards;
pub(crate) mod coupons;
mod desk;
pub(crate) mod lending;
mod money;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use http::Request;
use tallystick_parties::ports::Network as _;
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_wallet::Wallet;
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{Deployment, KeyPlace, OrderView, Phase, WalletView};

use self::banking::Errand;
use self::between::Meetings;
use self::coupons::{CouponErrand, OwnCoupons};
use self::desk::{OnTheDesk, deployment};
use self::lending::{Away, Lending};
use self::money::Money;
use crate::device::{CHEAP, Device};
use crate::dice::Dice;
use crate::network::SimulatedNetwork;
use crate::people::{AccountName, PEOPLE, Papers, Person, everybody};
use crate::prime_pool::{KeyPool, MIXED_KEYS};
use crate::scheduler::Owner;
use crate::town::Town;

const PASSPHRASE: &str = "five split tally sticks";
const PIN: &str = "271828";
const WRONG_PIN: &str = "000000";
const JSON: &str = "application/json";

type OwnWallet = Wallet<Device<SimulatedNetwork>>;

/// What a holder wants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Whatever comes to mind.
    Anything,
    /// A bag of tea.
    Tea,
    /// A bag of tea, where no courier goes.
    ToTheIsland,
    /// More than any card pays.
    TooMuch,
    /// A card of this issuer.
    Card(&'static str),
    /// One card less.
    NoCard,
    /// An account here that is at the other computer.
    Account,
    /// A backup.
    Backup,
    /// What is in the newest backup.
    Restore,
    /// Something of the bank.
    AtTheBank(Errand),
    /// Something with coupons.
    Coupons(CouponErrand),
    /// Something at home, or away with a card that stays at somebody's home.
    Away(Away),
}

/// What the PIN was typed for, or the two passwords: from when on which order, by the wallet's own name for it, may be paid from
/// which account.
pub(crate) struct Approved {
    pub(crate) request_id: String,
    pub(crate) payer: Payer,
    pub(crate) at_ms: u64,
}

/// From which account an order is paid.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Payer {
    /// One of the holder's own.
    Own(AccountName),
    /// What this computer has lent by its loan of that number.
    Lent(&'static str, u32),
}

/// One of them at one of their computers.
pub(crate) struct Holder {
    pub(crate) name: &'static str,
    pub(crate) person: &'static Person,
    pub(crate) papers: Rc<Papers>,
    pub(crate) device: Device<SimulatedNetwork>,
    network: SimulatedNetwork,
    dice: Dice,
    deployment: Deployment,
    life: Cell<u32>,
    puk: RefCell<Option<String>>,
    /// What is at the bank.
    pub(crate) money: Money,
    /// What others gave them to read.
    pub(crate) meetings: Meetings,
    /// What there is of coupons.
    pub(crate) coupons: OwnCoupons,
    /// What is lent and borrowed.
    pub(crate) lending: Lending,
    /// What is still wanted.
    pub(crate) wishes: RefCell<VecDeque<Wish>>,
    /// Where the next parcel goes.
    goes_to_island: Cell<bool>,
    /// Declines nothing and never types a wrong PIN.
    is_careful: bool,
    /// Nothing new is begun and nothing declined; what is open is finished.
    pub(crate) is_calm: Cell<bool>,
    /// When, once it is calm, the holder looks again at what was paid, in virtual milliseconds.
    pub(crate) looks_again_ms: Cell<u64>,
    /// What was looked at then.
    looked_at: RefCell<BTreeSet<String>>,
    /// Chance of cancelling.
    cancels: Dice,
    /// What the holder has typed the PIN for.
    pub(crate) approved: RefCell<Vec<Approved>>,
    /// How each order stood when it was looked at last.
    pub(crate) orders: RefCell<Vec<OrderView>>,
    /// Whether the wallet has nothing left to follow.
    pub(crate) is_settled: Cell<bool>,
    /// Whether they look where their parcels are.
    pub(crate) follows_parcels: Cell<bool>,
    /// How often in a row a card was refused its keys.
    refusals: Cell<u32>,
}

impl Holder {
    /// Somebody at the computer that they begin with.
    pub(crate) fn new(
        town: &Town,
        index: usize,
        anchors: &TrustAnchors,
        is_careful: bool,
    ) -> Rc<Self> {
        let person = everybody().nth(index).unwrap_or(&PEOPLE[0]);
        let papers = Rc::default();
        Rc::new(Self::at(
            town,
            (index, 0),
            person,
            papers,
            deployment(town, anchors),
            is_careful,
        ))
    }

    /// The same holder at the other computer, with a wallet of its own.
    pub(crate) fn beside(&self, town: &Town) -> Rc<Self> {
        let is_this = |person: &Person| std::ptr::eq(person, self.person);
        let index = everybody().position(is_this).unwrap_or(0);
        let papers = self.papers.clone();
        let deployment = self.deployment.clone();
        Rc::new(Self::at(
            town,
            (index, 1),
            self.person,
            papers,
            deployment,
            self.is_careful,
        ))
    }

    fn at(
        town: &Town,
        (index, computer): (usize, usize),
        person: &'static Person,
        papers: Rc<Papers>,
        deployment: Deployment,
        is_careful: bool,
    ) -> Self {
        let name = person.computers[computer];
        let dice = Dice::new(town.seed, name);
        let desk = OnTheDesk {
            clock: town.clock(&dice),
            network: SimulatedNetwork::new(town.me(), name),
            seed: format!("{}, {name}'s computer", town.seed),
            keys: keys_of(index, computer),
        };
        Self {
            name,
            person,
            papers,
            device: Device::new(&desk),
            network: desk.network,
            deployment,
            dice,
            life: Cell::new(0),
            puk: RefCell::default(),
            money: Money::new(town, name),
            meetings: Meetings::new(town, name),
            coupons: OwnCoupons::new(town, name),
            lending: Lending::new(town, name),
            wishes: RefCell::default(),
            goes_to_island: Cell::new(false),
            is_careful,
            is_calm: Cell::new(false),
            looks_again_ms: Cell::new(u64::MAX),
            looked_at: RefCell::default(),
            cancels: Dice::new(town.seed, &format!("{name} cancels")),
            approved: RefCell::default(),
            orders: RefCell::default(),
            is_settled: Cell::new(false),
            follows_parcels: Cell::new(false),
            refusals: Cell::new(0),
        }
    }

    /// Whether this is the computer that they begin with.
    pub(crate) fn is_first(&self) -> bool {
        self.name == self.person.computers[0]
    }

    fn owner(&self) -> Owner {
        (self.name, self.life.get())
    }

    /// The wallet starts over what its computer stored.
    pub(crate) fn start(self: &Rc<Self>, town: &Rc<Town>) {
        town.scheduler.kill(self.owner());
        self.device.mend();
        self.life.set(self.life.get() + 1);
        let (holder, town_then) = (self.clone(), Rc::downgrade(town));
        town.scheduler.spawn(self.owner(), async move {
            let device = holder.device.clone();
            let Ok(wallet) = Wallet::open_with(device, &holder.deployment, CHEAP).await else {
                return;
            };
            let wallet = Rc::new(wallet);
            let Some(town) = town_then.upgrade() else {
                return;
            };
            let (follower, followed, town_there) =
                (holder.clone(), wallet.clone(), Rc::downgrade(&town));
            town.scheduler.spawn(holder.owner(), async move {
                while let Some(town) = town_there.upgrade() {
                    let pause_ms = follower.follow(&followed).await;
                    town.scheduler.sleep(pause_ms).await;
                }
            });
            holder.stays_connected(&town, &wallet, holder.owner());
            loop {
                let acted = holder.tend(&town, &wallet).await;
                if let Err(error) = &acted {
                    let line = format!("    {}: {}", holder.name, error.kind.name());
                    town.journal.show(town.scheduler.now_ms(), &line);
                }
                let pause_ms = match acted {
                    Ok(true) => holder.dice.between(50, 1_500),
                    _ if holder.is_calm.get() => 60_000,
                    _ => holder.dice.between(1_000, 4_000),
                };
                town.scheduler.sleep(pause_ms).await;
            }
        });
    }

    /// The computer stops.
    pub(crate) fn stop(&self, town: &Town) {
        town.scheduler.kill(self.owner());
        town.hang_up(self.name);
        if self.dice.chance(300) {
            self.device.forget_session();
        }
    }

    /// Moves orders on; says when to do it again.
    async fn follow(&self, wallet: &OwnWallet) -> u64 {
        let outcome = wallet.advance().await;
        if self.follows_parcels.get() {
            let _ = wallet.follow_parcels(None).await;
        }
        self.is_settled.set(outcome == Ok(None));
        // As the extension, which looks again as soon as the holder has done something.
        let longest_ms = if self.is_calm.get() { 15_000 } else { 1_000 };
        match outcome {
            Ok(Some(pause_ms)) => pause_ms.clamp(20, longest_ms),
            _ => longest_ms,
        }
    }

    /// Looks at the wallet and does the next thing. Says whether there was one.
    async fn tend(&self, town: &Rc<Town>, wallet: &OwnWallet) -> Result<bool, WalletError> {
        let view = wallet.view().await?;
        match view.phase {
            Phase::New => self.begin(town, wallet, &view).await,
            Phase::Offered => {
                let codes = self.set_up(wallet, &view).await?;
                *self.puk.borrow_mut() = codes.puk;
                Ok(true)
            }
            Phase::Locked => wallet.unlock(PASSPHRASE).await.map(|()| true),
            Phase::Enrolling | Phase::Ready => {
                self.look_at(town, &view);
                self.look_at_money(town, &view);
                self.go_on(town, wallet, &view).await
            }
        }
    }

    /// With a wallet that is open: what is under way comes first, then what is wanted.
    async fn go_on(
        &self,
        town: &Rc<Town>,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        if view.pin_tries_left == 0 {
            let puk = self.puk.borrow().clone();
            if let Some(puk) = puk {
                wallet.unblock_pin(&puk, PIN, KeyPlace::Software).await?;
            }
            return Ok(false);
        }
        if self.has_more_keys(wallet, view).await? || self.has_office_keys(wallet, view).await? {
            return Ok(true);
        }
        if view.phase == Phase::Ready {
            return self.live(town, wallet, view).await;
        }
        Ok(false)
    }

    async fn live(
        &self,
        town: &Rc<Town>,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        if self.is_with_others(town, wallet, view).await? {
            return Ok(true);
        }
        if self.has_to_decide(town, wallet, view).await? {
            return Ok(true);
        }
        if self.tends_money(town, wallet, view).await? {
            return Ok(true);
        }
        if self.tends_lending(town, wallet, view).await? {
            return Ok(true);
        }
        if self.tends_coupons(town, wallet, view).await? {
            return Ok(true);
        }
        if self.is_calm.get() {
            return self.looks_again(town, wallet, view).await;
        }
        if self.changes_mind(wallet, view).await? {
            return Ok(true);
        }
        if view.cards.is_empty() && self.is_first() {
            return self.apply(town, wallet, self.person.issuer).await;
        }
        let wish = self.wishes.borrow_mut().pop_front();
        match wish {
            None => Ok(false),
            Some(Wish::Card(issuer)) => self.apply(town, wallet, issuer).await,
            Some(Wish::NoCard) => self.remove_some_card(town, wallet, view).await,
            Some(Wish::Account) => self.move_here(town, wallet, view).await,
            Some(Wish::Backup) => self.back_up(wallet).await,
            Some(Wish::Restore) => self.restore(town, wallet).await,
            Some(Wish::Coupons(errand)) => self.uses_coupons(town, wallet, view, errand).await,
            Some(Wish::Away(wish)) => self.lends(town, wallet, view, wish).await,
            Some(Wish::AtTheBank(errand)) => self.runs(town, wallet, view, errand).await,
            Some(wish) => self.ask_for(wallet, wish).await,
        }
    }

    /// The PIN, or now and then another one.
    fn typed_pin(&self) -> &'static str {
        let knows_puk = self.puk.borrow().is_some();
        let slips = knows_puk && !self.is_careful && self.dice.chance(40);
        if slips { WRONG_PIN } else { PIN }
    }

    /// What a page fetches, if an answer came.
    async fn page(&self, to: &str, path: &str, kind: &str, body: Vec<u8>) -> Option<Vec<u8>> {
        let request = Request::builder()
            .method("POST")
            .uri(format!("https://{to}{path}"))
            .header("content-type", kind)
            .body(body)
            .ok()?;
        let answer = self.network.send(request).await.ok()?;
        answer.status().is_success().then(|| answer.into_body())
    }
}

/// The fixed keys of a computer: those who come only sometimes have some that nobody else has.
fn keys_of(index: usize, computer: usize) -> KeyPool {
    let buyers = PEOPLE.len();
    if index < buyers {
        KeyPool {
            first: index + computer * buyers,
            step: 2 * buyers,
        }
    } else {
        KeyPool {
            first: MIXED_KEYS + index - buyers + computer * buyers,
            step: 2 * buyers,
        }
    }
}
