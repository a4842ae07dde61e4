//! A holder: a device, what the holder knows by heart, and the usual doings.

use tallystick_parties::native::block_on;
use tallystick_wallet::Wallet;
use tallystick_wallet::WalletError;
use tallystick_wallet::sealing::stretch::Stretch;
use tallystick_wallet::view::{
    Address, Choice, Deployment, KeyPlace, OrderView, Phase, SettlementServer, WalletView,
};

use super::device::Device;
use super::world::{
    AUTHORITY, BANK, CENTRE, COUPONS, COURIER, DIRECTORY, HOME_PROXY, ISSUER, ORIGIN, SECURITY,
    SETTLEMENT, SHOP, World, text,
};

pub const PASSPHRASE: &str = "five split tally sticks";
pub const PIN: &str = "271828";
pub const ISSUER_ORIGIN: &str = "http://asahi-card.localhost:8787";

/// One packet of tea.
pub const TEA: &str = r#"[{"sku":"sencha-100","quantity":1}]"#;

/// Guessing costs next to nothing in tests.
const CHEAP: Stretch = Stretch {
    memory_kib: 64,
    passes: 1,
};

pub fn deployment(world: &World) -> Deployment {
    let roots = world.anchors.roots().iter();
    let has = |party: &str| world.machines.iter().any(|(name, _)| *name == party);
    Deployment {
        root_certificates: roots
            .map(|root| data_encoding::BASE64.encode(root.as_der()))
            .collect(),
        key_centres: vec![CENTRE.to_owned()],
        welcome_url: "http://asahi-card.localhost:8787/".to_owned(),
        local_port: Some(8787),
        registration: has(AUTHORITY).then(|| AUTHORITY.to_owned()),
        banks: Vec::from_iter(has(BANK).then(|| BANK.to_owned())),
        coupon_offices: Vec::from_iter(has(COUPONS).then(|| COUPONS.to_owned())),
        settlement_servers: Vec::from_iter(has(SECURITY).then(|| SettlementServer {
            // Where there is no real one, the card issuer's domain is that of a reference.
            front: if has(SETTLEMENT) { SETTLEMENT } else { ISSUER }.to_owned(),
            security: SECURITY.to_owned(),
        })),
        directory: has(DIRECTORY).then(|| DIRECTORY.to_owned()),
        home_proxy: has(HOME_PROXY).then(|| HOME_PROXY.to_owned()),
    }
}

pub struct Holder<'w> {
    pub world: &'w World,
    pub device: Device,
    pub wallet: Wallet<Device>,
    pub puk: String,
    pub recovery_code: String,
    /// The code of the first card's account; none where it had one before.
    pub account_code: Option<String>,
}

pub fn open(world: &World, device: &Device) -> Result<Wallet<Device>, WalletError> {
    block_on(Wallet::open_with(device.clone(), &deployment(world), CHEAP))
}

pub fn offer(world: &World) -> Vec<u8> {
    offer_of(world, ISSUER)
}

pub fn offer_of(world: &World, issuer: &str) -> Vec<u8> {
    let body = r#"{"name":"Hana Mori","telephone":"+81 90 0000 0000"}"#;
    let answer = world.send(
        "page",
        issuer,
        "POST",
        "/v1/accounts",
        "application/json",
        body.into(),
    );
    assert!(answer.status().is_success(), "{}", text(&answer));
    answer.into_body()
}

pub fn form(world: &World, items: &str) -> Vec<u8> {
    form_by(world, COURIER, items)
}

pub fn form_by(world: &World, courier: &str, items: &str) -> Vec<u8> {
    let body = format!(r#"{{"items":{items},"courier":"{courier}"}}"#);
    let answer = world.send(
        "page",
        SHOP,
        "POST",
        "/v1/forms",
        "application/json",
        body.into(),
    );
    assert!(answer.status().is_success(), "{}", text(&answer));
    answer.into_body()
}

pub fn address() -> Address {
    Address {
        id: None,
        label: "Home".to_owned(),
        name: "Hana Mori".to_owned(),
        telephone: "+81 3 0000 0000".to_owned(),
        postal_code: "101-0051".to_owned(),
        lines: "Jimbocho 1-2-3\nChiyoda, Tokyo".to_owned(),
        country: "JP".to_owned(),
    }
}

impl<'w> Holder<'w> {
    /// A wallet that can pay.
    pub fn ready(world: &'w World) -> Self {
        let holder = Self::with_card(world, &offer(world));
        block_on(holder.wallet.save_address(&address())).unwrap();
        holder
    }

    /// A wallet on a new computer that has no card, with an address.
    #[allow(dead_code, reason = "the vending machine's tests use it")]
    pub fn without_card(world: &'w World) -> Self {
        let device = Device::new(world);
        let wallet = open(world, &device).unwrap();
        let codes = block_on(wallet.set_up_empty(PASSPHRASE, PIN)).unwrap();
        block_on(wallet.save_address(&address())).unwrap();
        Self {
            world,
            device,
            wallet,
            puk: codes.puk.unwrap(),
            recovery_code: codes.recovery_code.unwrap(),
            account_code: codes.accounts.first().map(|account| account.code.clone()),
        }
    }

    /// A wallet on a new computer that has taken this offer, still without an address.
    pub fn with_card(world: &'w World, offer: &[u8]) -> Self {
        let (holder, enrolled) = Self::who_tries(world, offer);
        enrolled.unwrap();
        holder
    }

    /// As [`Self::with_card`], and how its enrolment ended.
    pub fn who_tries(world: &'w World, offer: &[u8]) -> (Self, Result<(), WalletError>) {
        let device = Device::new(world);
        let wallet = open(world, &device).unwrap();
        block_on(wallet.receive_offer(ISSUER_ORIGIN, offer)).unwrap();
        let codes = block_on(wallet.set_up(PASSPHRASE, PIN)).unwrap();
        let enrolled = block_on(wallet.enrol());
        let holder = Self {
            world,
            device,
            wallet,
            puk: codes.puk.unwrap(),
            recovery_code: codes.recovery_code.unwrap(),
            account_code: codes.accounts.first().map(|account| account.code.clone()),
        };
        (holder, enrolled)
    }

    /// Adds another card of that issuer; its name in the wallet.
    pub fn add_card(&self, issuer: &str) -> String {
        let origin = format!("http://{issuer}:8787");
        let offer = offer_of(self.world, issuer);
        block_on(self.wallet.receive_offer(&origin, &offer)).unwrap();
        block_on(self.wallet.add_card(PIN, KeyPlace::Software)).unwrap();
        block_on(self.wallet.enrol()).unwrap();
        self.view().cards.last().unwrap().id.clone()
    }

    /// Buys with that card, by that courier, to that address.
    pub fn buy(&self, card: &str, courier: &str, address: &str) -> OrderView {
        let form = form_by(self.world, courier, TEA);
        let request = block_on(self.wallet.receive_form(ORIGIN, &form)).unwrap();
        let choice = Choice {
            card_id: card.to_owned(),
            address_id: address.to_owned(),
            accept_extra: false,
            coupons: Vec::new(),
            gift: None,
        };
        block_on(self.wallet.approve(&request, &choice, PIN)).unwrap();
        // An order that waits for the holder is looked at again only when it expires.
        while let Some(pause_ms @ ..60_000) = block_on(self.wallet.advance()).unwrap() {
            self.world.run_for(pause_ms.max(50));
        }
        self.order(&request)
    }

    /// The wallet dies and comes back from what was stored.
    pub fn restart(&mut self) {
        self.wallet = open(self.world, &self.device).unwrap();
    }

    pub fn view(&self) -> WalletView {
        block_on(self.wallet.view()).unwrap()
    }

    pub fn order(&self, request: &str) -> OrderView {
        let orders = self.view().orders;
        orders
            .into_iter()
            .find(|order| order.request_id == request)
            .unwrap()
    }

    pub fn choice(&self) -> Choice {
        let view = self.view();
        Choice {
            card_id: view.cards[0].id.clone(),
            address_id: view.addresses[0].id.clone().unwrap(),
            accept_extra: false,
            coupons: Vec::new(),
            gift: None,
        }
    }

    pub fn asked(&self, items: &str) -> String {
        let form = form(self.world, items);
        block_on(self.wallet.receive_form(ORIGIN, &form)).unwrap()
    }

    pub fn approve(&self, request: &str) -> Result<(), WalletError> {
        block_on(self.wallet.approve(request, &self.choice(), PIN))
    }

    /// Lets wallet and parties work until the wallet has nothing left to do.
    pub fn finish(&self) {
        for _ in 0..400 {
            match block_on(self.wallet.advance()).unwrap() {
                Some(pause_ms) => self.world.run_for(pause_ms.max(50)),
                // It locks itself; its holder comes back.
                None if self.view().phase == Phase::Locked => {
                    block_on(self.wallet.unlock(PASSPHRASE)).unwrap();
                }
                None => return,
            }
        }
        panic!("the wallet never comes to rest");
    }
}
