//! A holder with a wallet: gets a card, wants things, approves or declines, types a wrong PIN now and then, and
//! comes back after whatever happened.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use http::Request;
use tallystick_parties::native::SetClock;
use tallystick_parties::ports::Network as _;
use tallystick_parties::shop::catalogue::PRODUCTS;
use tallystick_protocol::certificate::TrustAnchors;
use tallystick_wallet::sealing::stretch::Stretch;
use tallystick_wallet::view::{
    Address, Choice, Deployment, OrderState, OrderView, Phase, WalletView,
};
use tallystick_wallet::{Wallet, WalletError};

use crate::cast::{CENTRE, ISSUER, ORIGIN, SHOP};
use crate::device::{Device, Place};
use crate::dice::Dice;
use crate::network::SimulatedNetwork;
use crate::scheduler::Owner;
use crate::town::Town;

const PASSPHRASE: &str = "five split tally sticks";
const PIN: &str = "271828";
const ISSUER_ORIGIN: &str = "http://asahi-card.localhost:8787";
/// Guessing costs next to nothing in a simulation.
const CHEAP: Stretch = Stretch {
    memory_kib: 64,
    passes: 1,
};
/// Where no courier goes.
const ISLAND: &str = "Okinotorishima";

/// Who they are, in the words that other parties than the issuer must never read.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) telephone: &'static str,
    pub(crate) recipient: &'static str,
    pub(crate) recipient_telephone: &'static str,
    pub(crate) street: &'static str,
    pub(crate) postal_code: &'static str,
}

/// The names of the holders' computers, and the people.
pub(crate) const PEOPLE: [(&str, Person); 3] = [
    (
        "holder-1",
        Person {
            name: "Hanako Yamada",
            telephone: "+81 90 1234 5678",
            recipient: "Grandmother Sato",
            recipient_telephone: "+81 264 34 3160",
            street: "Narai-juku 7",
            postal_code: "399-6303",
        },
    ),
    (
        "holder-2",
        Person {
            name: "Jiro Kitamura",
            telephone: "+81 80 8765 4321",
            recipient: "Kumiko Ogawa",
            recipient_telephone: "+81 75 411 2299",
            street: "Karasuma-dori 88",
            postal_code: "604-8152",
        },
    ),
    (
        "holder-3",
        Person {
            name: "Mitsuko Endo",
            telephone: "+81 70 5555 0199",
            recipient: "Taro Watanabe",
            recipient_telephone: "+81 11 700 1357",
            street: "Susukino-kita 14",
            postal_code: "064-0804",
        },
    ),
];

/// Where a holder's computer stands.
struct OnTheDesk {
    clock: SetClock,
    network: SimulatedNetwork,
    seed: String,
    card: usize,
}

impl Place<SimulatedNetwork> for OnTheDesk {
    fn clock(&self) -> SetClock {
        self.clock.clone()
    }

    fn network(&self) -> SimulatedNetwork {
        self.network.clone()
    }

    fn seed(&self) -> String {
        self.seed.clone()
    }

    fn pooled_card(&self) -> Option<usize> {
        Some(self.card)
    }
}

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
}

/// One of them.
pub(crate) struct Holder {
    pub(crate) name: &'static str,
    pub(crate) person: &'static Person,
    pub(crate) device: Device<SimulatedNetwork>,
    network: SimulatedNetwork,
    dice: Dice,
    deployment: Deployment,
    life: Cell<u32>,
    puk: RefCell<Option<String>>,
    /// What is still wanted.
    pub(crate) wishes: RefCell<VecDeque<Wish>>,
    /// Where the next parcel goes.
    goes_to_island: Cell<bool>,
    /// Declines nothing and never types a wrong PIN.
    is_careful: bool,
    /// Nothing new is begun and nothing declined; what is open is finished.
    pub(crate) is_calm: Cell<bool>,
    /// What the holder has typed the PIN for, by the wallet's own name for it.
    pub(crate) approved: RefCell<BTreeSet<String>>,
    /// How each order stood when it was looked at last.
    pub(crate) orders: RefCell<Vec<OrderView>>,
    /// Whether the wallet has nothing left to follow.
    pub(crate) is_settled: Cell<bool>,
}

impl Holder {
    pub(crate) fn new(
        town: &Town,
        index: usize,
        anchors: &TrustAnchors,
        is_careful: bool,
    ) -> Rc<Self> {
        let (name, person) = &PEOPLE[index];
        let dice = Dice::new(town.seed, name);
        let desk = OnTheDesk {
            clock: town.clock(&dice),
            network: SimulatedNetwork::new(town.me(), name),
            seed: format!("{}, {name}'s computer", town.seed),
            card: index,
        };
        Rc::new(Self {
            name,
            person,
            device: Device::new(&desk),
            network: desk.network,
            deployment: deployment(anchors),
            dice,
            life: Cell::new(0),
            puk: RefCell::default(),
            wishes: RefCell::default(),
            goes_to_island: Cell::new(false),
            is_careful,
            is_calm: Cell::new(false),
            approved: RefCell::default(),
            orders: RefCell::default(),
            is_settled: Cell::new(false),
        })
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
            loop {
                let acted = holder.tend(&town, &wallet).await;
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
        if self.dice.chance(300) {
            self.device.forget_session();
        }
    }

    /// Moves orders on; says when to do it again.
    async fn follow(&self, wallet: &OwnWallet) -> u64 {
        let outcome = wallet.advance().await;
        self.is_settled.set(outcome == Ok(None));
        // As the extension, which looks again as soon as the holder has done something.
        let longest_ms = if self.is_calm.get() { 15_000 } else { 1_000 };
        match outcome {
            Ok(Some(pause_ms)) => pause_ms.clamp(20, longest_ms),
            _ => longest_ms,
        }
    }

    /// Looks at the wallet and does the next thing. Says whether there was one.
    async fn tend(&self, town: &Town, wallet: &OwnWallet) -> Result<bool, WalletError> {
        let view = wallet.view().await?;
        match view.phase {
            Phase::New => {
                let application = serde_json::json!({
                    "name": self.person.name,
                    "telephone": self.person.telephone,
                });
                if let Some(offer) = self.page(ISSUER, "/v1/accounts", &application).await {
                    wallet.receive_offer(ISSUER_ORIGIN, &offer).await?;
                }
            }
            Phase::Offered => {
                let puk = wallet.set_up(PASSPHRASE, PIN).await?;
                *self.puk.borrow_mut() = Some(puk);
            }
            Phase::Locked => wallet.unlock(PASSPHRASE).await?,
            Phase::Enrolling => wallet.enrol().await?,
            Phase::Ready => return self.buy(town, wallet, &view).await,
        }
        Ok(true)
    }

    async fn buy(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        self.look_at(town, view);
        if view.addresses.len() < 2 {
            wallet
                .save_address(&self.address(view.addresses.is_empty()))
                .await?;
            return Ok(true);
        }
        let puk = self.puk.borrow().clone();
        if view.pin_tries_left == 0 {
            if let Some(puk) = puk {
                wallet.unblock_pin(&puk, PIN).await?;
            }
            return Ok(false);
        }
        let mut asked = view.orders.iter();
        if let Some(order) = asked.find(|order| order.state == OrderState::Asked) {
            self.decide(wallet, view, order, puk.is_some()).await?;
            return Ok(true);
        }
        let wish = self.wishes.borrow_mut().pop_front();
        let Some(wish) = wish.filter(|_| !self.is_calm.get()) else {
            return Ok(false);
        };
        self.goes_to_island.set(wish == Wish::ToTheIsland);
        if let Some(form) = self.page(SHOP, "/v1/forms", &self.basket(wish)).await {
            wallet.receive_form(ORIGIN, &form).await?;
        }
        Ok(true)
    }

    async fn decide(
        &self,
        wallet: &OwnWallet,
        view: &WalletView,
        order: &OrderView,
        knows_puk: bool,
    ) -> Result<(), WalletError> {
        let request = &order.request_id;
        if self.is_calm.get() || !self.is_careful && self.dice.chance(80) {
            return wallet.decline(request).await;
        }
        let home = view
            .addresses
            .iter()
            .find(|address| !address.lines.contains(ISLAND));
        let island = view
            .addresses
            .iter()
            .find(|address| address.lines.contains(ISLAND));
        let address = if self.goes_to_island.take() {
            island
        } else {
            home
        };
        let choice = Choice {
            card_id: view
                .cards
                .first()
                .map(|card| card.id.clone())
                .unwrap_or_default(),
            address_id: address
                .and_then(|address| address.id.clone())
                .unwrap_or_default(),
            accept_extra: false,
        };
        let slips = knows_puk && !self.is_careful && self.dice.chance(40);
        let pin = if slips { "000000" } else { PIN };
        if pin == PIN {
            self.approved.borrow_mut().insert(request.clone());
        }
        wallet.approve(request, &choice, pin).await
    }

    fn look_at(&self, town: &Town, view: &WalletView) {
        for order in &view.orders {
            let strands = &order.strands;
            let words = (
                order.state,
                strands.shop.word,
                strands.issuer.word,
                strands.courier.word,
            );
            let known = self.orders.borrow().iter().any(|before| {
                let before_words = (
                    before.state,
                    before.strands.shop.word,
                    before.strands.issuer.word,
                    before.strands.courier.word,
                );
                before.request_id == order.request_id && before_words == words
            });
            if !known {
                let id = order.order_id.as_deref().unwrap_or(&order.request_id);
                let line = format!(
                    "    {}: order {} is {} (shop: {}, money: {}, parcel: {})",
                    self.name,
                    id.get(..8).unwrap_or(id),
                    order.state.name(),
                    words.1,
                    words.2,
                    words.3
                );
                town.journal.show(town.scheduler.now_ms(), &line);
            }
        }
        view.orders.clone_into(&mut self.orders.borrow_mut());
    }

    /// What the page fetches, if an answer came.
    async fn page(&self, to: &str, path: &str, body: &serde_json::Value) -> Option<Vec<u8>> {
        let request = Request::builder()
            .method("POST")
            .uri(format!("https://{to}{path}"))
            .header("content-type", "application/json")
            .body(body.to_string().into_bytes())
            .ok()?;
        let answer = self.network.send(request).await.ok()?;
        answer.status().is_success().then(|| answer.into_body())
    }

    fn basket(&self, wish: Wish) -> serde_json::Value {
        let one =
            |sku, quantity| serde_json::json!({ "items": [{ "sku": sku, "quantity": quantity }] });
        match wish {
            Wish::Anything => {}
            Wish::Tea | Wish::ToTheIsland => return one("sencha-100", 1),
            Wish::TooMuch => return one("kyusu-pot", 9),
        }
        let lines = self.dice.between(1, 2);
        let items = (0..lines).map(|_| {
            let product = self.dice.pick(&PRODUCTS);
            serde_json::json!({ "sku": product.sku, "quantity": self.dice.between(1, 4) })
        });
        serde_json::json!({ "items": items.collect::<Vec<_>>() })
    }

    fn address(&self, home: bool) -> Address {
        let person = self.person;
        let lines = if home { person.street } else { ISLAND };
        Address {
            id: None,
            label: if home { "Home" } else { "Island" }.to_owned(),
            name: person.recipient.to_owned(),
            telephone: person.recipient_telephone.to_owned(),
            postal_code: person.postal_code.to_owned(),
            lines: lines.to_owned(),
            country: "JP".to_owned(),
        }
    }
}

fn deployment(anchors: &TrustAnchors) -> Deployment {
    let roots = anchors.roots().iter();
    Deployment {
        root_certificates: roots
            .map(|root| data_encoding::BASE64.encode(root.as_der()))
            .collect(),
        key_centres: vec![CENTRE.to_owned()],
        welcome_url: ISSUER_ORIGIN.to_owned(),
        local_port: Some(8787),
    }
}
