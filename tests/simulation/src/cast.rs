//! Who takes part: the demo's parties and a second shop, over whatever ports they are given.

use std::rc::Rc;
use std::sync::OnceLock;

use tallystick_parties::bank::{Bank, BankConfig, PurseKeyKind, Reconcile};
use tallystick_parties::banking_system::{BankingConfig, BankingSystem, Client};
use tallystick_parties::ca::{self, Ca};
use tallystick_parties::coupon_office::{CouponConfig, CouponOffice};
use tallystick_parties::courier::Courier;
use tallystick_parties::directory::Directory;
use tallystick_parties::home_proxy::{HomeProxy, HomeProxyConfig};
use tallystick_parties::issuer::{Issuer, IssuerConfig};
use tallystick_parties::key_centre::{self, KeyCentre, SpaceDegrees};
use tallystick_parties::mail::{Account, Post};
use tallystick_parties::office::place::{Place, Shards};
use tallystick_parties::office::rate::RateLimit;
use tallystick_parties::office::settings::{ConsoleAccess, Settings, registration_token};
use tallystick_parties::ports::Ports;
use tallystick_parties::ports::mail::Security;
use tallystick_parties::registration_authority::{RegistrationAuthority, RegistrationConfig};
use tallystick_parties::security_server::{SecurityConfig, SecurityServer};
use tallystick_parties::settlement::{SettlementConfig, SettlementServer};
use tallystick_parties::shop::catalogue::Replacement;
use tallystick_parties::shop::merchant::{self, ApiKey, Webhook};
use tallystick_parties::shop::{CouponOffer, CourierOffer, NamedCondition, Shop, ShopConfig};
use tallystick_parties::store::handles::Handles;
use tallystick_parties::store::vault::{SealingKey, Vault};
use tallystick_protocol::bank::{Fee, FeeOption};
use tallystick_protocol::checkout::coupons::RefundOrder;
use tallystick_protocol::checkout::names::LocalText;
use tallystick_protocol::checkout::seller::Seller;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::keys::Degrees;
use tallystick_protocol::purse::HistoryPolicy;
use tallystick_protocol::settlement::channel::MasterKey;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::money::{Currency, Money};

use crate::banking::{Outside, TOKEN};
pub use crate::running::Running;

/// The shop.
pub const SHOP: &str = "kiso-tea.localhost";
/// Another shop, certified under its own name.
pub const OTHER_SHOP: &str = "other-tea.localhost";
/// The card issuer.
pub const ISSUER: &str = "asahi-card.localhost";
/// Another card issuer.
pub const OTHER_ISSUER: &str = "ume-card.localhost";
/// The bank.
pub const BANK: &str = "midori-bank.localhost";
/// The registration authority.
pub const AUTHORITY: &str = "register.localhost";
/// The courier.
pub const COURIER: &str = "hayate.localhost";
/// Another courier.
pub const OTHER_COURIER: &str = "tsubame.localhost";
/// The key centre.
pub const CENTRE: &str = "keys.localhost";
/// The certification authority.
pub const CA: &str = "ca.localhost";
/// The directory of certificates, where there is one.
pub const DIRECTORY: &str = "directory.localhost";
/// The ordinary bank outside, in a sandbox.
pub const BANKING_SYSTEM: &str = "kitsune-bank.localhost";
/// The home proxy, where there is one.
pub const HOME_PROXY: &str = "hearth.localhost";
/// The coupon office, where there is one.
pub const COUPONS: &str = "warifu.localhost";
/// The front of settlement with contactless cards, where there is one.
pub const SETTLEMENT: &str = "kazaguruma.localhost";
/// The security server that has the cards' keys, where there is one.
pub const SECURITY: &str = "kazaguruma-security.localhost";
/// The bank, and who is there only if it is.
pub const BESIDE_THE_BANK: [&str; 4] = [BANK, AUTHORITY, DIRECTORY, BANKING_SYSTEM];
/// Everybody but those only some shops take, in the order in which they are given the test keys.
pub const NAMES: [&str; 6] = [CA, CENTRE, SHOP, ISSUER, COURIER, OTHER_SHOP];
/// Everybody.
pub const EVERYBODY: [&str; 8] = [
    CA,
    CENTRE,
    SHOP,
    ISSUER,
    COURIER,
    OTHER_SHOP,
    OTHER_ISSUER,
    OTHER_COURIER,
];
/// All card issuers.
pub const ISSUERS: [&str; 2] = [ISSUER, OTHER_ISSUER];
/// All couriers.
pub const COURIERS: [&str; 2] = [COURIER, OTHER_COURIER];
/// The parties of the demo.
const DEMO: &str = include_str!("../../../worker/demo/parties.json");
/// With this the merchant's own server uses a shop's API.
pub const API_KEY: &str = "a-key-of-the-merchants-server";
/// The merchant's own server, which is told what happens to orders where [`Cast::tells_server`] says so.
pub const SERVER: &str = "server.kiso-tea.localhost";
/// Where it is told.
const WEBHOOK: &str = "https://server.kiso-tea.localhost/webhook";
/// What the demo's shop sells.
pub const CATALOGUE: &str = include_str!("../../../worker/demo/catalogues/kiso-tea.json");
/// The courier's shards, if it has all of them.
pub const COURIER_SHARDS: [&str; 4] = [
    "hayate.localhost/shard-00",
    "hayate.localhost/shard-01",
    "hayate.localhost/shard-02",
    "hayate.localhost/shard-03",
];
/// The shop's shards, if it has all of them.
pub const SHOP_SHARDS: [&str; 4] = [
    "kiso-tea.localhost/shard-00",
    "kiso-tea.localhost/shard-01",
    "kiso-tea.localhost/shard-02",
    "kiso-tea.localhost/shard-03",
];
/// The goods of a shop with shards.
pub const SHOP_STOCK: &str = "kiso-tea.localhost/stock";
/// The issuer's shards, if it has all of them.
pub const ISSUER_SHARDS: [&str; 4] = [
    "asahi-card.localhost/shard-00",
    "asahi-card.localhost/shard-01",
    "asahi-card.localhost/shard-02",
    "asahi-card.localhost/shard-03",
];
/// The bank's shards, if it has all of them.
pub const BANK_SHARDS: [&str; 4] = [
    "midori-bank.localhost/shard-00",
    "midori-bank.localhost/shard-01",
    "midori-bank.localhost/shard-02",
    "midori-bank.localhost/shard-03",
];
/// The coupon office's shards, if it has all of them.
pub const COUPON_SHARDS: [&str; 4] = [
    "warifu.localhost/shard-00",
    "warifu.localhost/shard-01",
    "warifu.localhost/shard-02",
    "warifu.localhost/shard-03",
];
/// Where the shop's pages are.
pub const ORIGIN: &str = "http://kiso-tea.localhost:8787";
/// 20 November 2026, 10:00 UTC, in seconds since 1970.
pub const START: u64 = 1_795_168_800;
/// Seals every party's secrets at rest.
pub const SEALING_KEY: [u8; 32] = [5; 32];
/// With this the bank's key for purses is certified.
pub const PURSE_KEY_TOKEN: [u8; 32] = [11; 32];
/// What a mobile gateway shares with the coupon office.
pub const GATEWAY_SECRET: [u8; 32] = [12; 32];
/// With this the CA makes the tokens with which parties register.
pub const REGISTRATION_KEY: [u8; 32] = [9; 32];

/// The name as a domain.
///
/// # Panics
/// If it is none.
#[must_use]
pub fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

/// What the party calls itself in the demo, from the file that the demo is made from; who is only here, and who
/// stands behind the others, goes by the domain.
fn display_name(role: Role, name: &str) -> String {
    let demo: serde_json::Value = serde_json::from_str(DEMO).unwrap();
    let is_seen = matches!(role, Role::Shop | Role::Issuer | Role::Courier);
    let mut parties = demo.as_array().unwrap().iter();
    let known = parties.find(|party| is_seen && party["domain"] == name);
    let display = known.and_then(|party| party["name"].as_str());
    display.unwrap_or(name).to_owned()
}

/// All objects that parties can have beside their offices.
pub fn beside_offices() -> impl Iterator<Item = &'static str> {
    let shards = [
        COURIER_SHARDS,
        SHOP_SHARDS,
        ISSUER_SHARDS,
        BANK_SHARDS,
        COUPON_SHARDS,
    ];
    let stock = core::iter::once(SHOP_STOCK);
    shards.into_iter().flatten().chain(stock)
}

/// What every shop here sells from the beginning: the demo's catalogue.
///
/// # Panics
/// If that is none.
#[must_use]
pub fn goods() -> &'static Replacement {
    static GOODS: OnceLock<Replacement> = OnceLock::new();
    GOODS.get_or_init(|| merchant::catalogue::read(CATALOGUE.as_bytes()).unwrap())
}

/// How many pieces of a product there are at the beginning.
///
/// # Panics
/// If they are not counted.
#[must_use]
pub fn opening_stock(sku: &str) -> u32 {
    let mut counts = goods().counts.iter();
    let count = counts.find(|count| count.sku == sku).unwrap();
    count.pieces.unwrap()
}

/// The party that an object belongs to, by its domain.
#[must_use]
pub fn party_of(object: &str) -> &str {
    object.split('/').next().unwrap_or(object)
}

/// Which of its party's objects it is.
///
/// # Panics
/// If there is none of that name.
#[must_use]
pub fn place_of(object: &str) -> Place {
    let shard = object.split_once('/');
    shard.map_or(Place::Office, |(_, name)| Place::of_object(name).unwrap())
}

/// With this the CA certifies the bank's key for purses.
#[must_use]
pub fn purse_key_token() -> [u8; 32] {
    let name = display_name(Role::Issuer, BANK);
    registration_token(&REGISTRATION_KEY, Role::Bank, &domain(BANK), &name)
}

/// With this the CA certifies the coupon office's key for coupons.
#[must_use]
pub fn coupon_key_token() -> [u8; 32] {
    let name = display_name(Role::Issuer, COUPONS);
    registration_token(
        &REGISTRATION_KEY,
        Role::CouponOffice,
        &domain(COUPONS),
        &name,
    )
}

/// The settings of a party in this role.
#[must_use]
pub fn settings(role: Role, name: &str) -> Settings {
    let own = domain(name);
    let display = display_name(role, name);
    let sealing_key = SealingKey::new(SEALING_KEY);
    let mut settings = Settings::new(role, own.clone(), &display, domain(CA), sealing_key);
    settings.key_centres = vec![domain(CENTRE)];
    settings.registration_token = Some(registration_token(&REGISTRATION_KEY, role, &own, &display));
    settings.console = ConsoleAccess::Open;
    settings
}

/// As [`Cast::handles`], under the sealing key that nobody has changed.
#[must_use]
pub fn handles_of(role: Role, name: &str) -> Handles {
    Cast::default().handles(role, name)
}

/// How long things take at the coupon office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CouponTimes {
    /// How long an owner is asked, in seconds.
    pub asked_seconds: u64,
    /// How long a coupon is held for an order, in seconds.
    pub held_seconds: u64,
    /// How often what was charged is totalled, in seconds.
    pub period_seconds: u64,
    /// For how many days a coupon is good.
    pub valid_days: u32,
}

/// How they are set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cast {
    /// The epoch of everybody's key shares.
    pub epoch: u32,
    /// Everybody's sealing key.
    pub sealing_key: [u8; 32],
    /// The one of before, while it changes.
    pub sealing_key_before: Option<[u8; 32]>,
    /// How many parties of a role have room in one key space.
    pub parties_in_a_space: u16,
    /// Whose memory is brought back to an earlier moment, and in which generation that party runs from now on.
    pub restored: Option<(&'static str, u32)>,
    /// Whether key spaces have the degrees that the key centre's example settings give them, for thousands of
    /// colluding holders, instead of small ones.
    pub real_degrees: bool,
    /// Whether the shop takes the other issuer's cards too, and lets the buyer choose the courier.
    pub offers_a_choice: bool,
    /// Whether the shop takes the card issuer's cards.
    pub takes_cards: bool,
    /// What the shop can be paid with.
    pub instruments: &'static [Instrument],
    /// Whether there is a directory, by whose list everybody looks up revoked certificates, and where the bank
    /// looks for those of purses' keys.
    pub has_directory: bool,
    /// Over how many objects the courier's orders are spread.
    pub shards: Shards,
    /// Over how many objects the shop's orders are spread.
    pub shop_shards: Shards,
    /// Over how many objects the issuer's accounts and orders are spread.
    pub issuer_shards: Shards,
    /// Whether the shop takes the bank's accounts and purses.
    pub takes_the_bank: bool,
    /// Over how many objects the bank's accounts and purses are spread.
    pub bank_shards: Shards,
    /// Over how many objects the coupon office's coupons and accounts are spread.
    pub coupon_shards: Shards,
    /// How long things take at the coupon office, if not as long as there is usual.
    pub coupon_times: Option<CouponTimes>,
    /// Whether the coupon office hears a mobile gateway.
    pub has_gateway: bool,
    /// Whether holders may ask the coupon office as often as they like.
    pub has_rush: bool,
    /// Whether the bank asks an ordinary bank outside over the network, instead of one that is played.
    pub has_ordinary_bank: bool,
    /// How long the bank waits for the reply to an offer, in seconds.
    pub offer_seconds: u64,
    /// How the bank's key for purses signs.
    pub purse_key: PurseKeyKind,
    /// What its purses do when their history is full.
    pub purse_policy: HistoryPolicy,
    /// By whose history the bank books what purses paid each other.
    pub reconcile: Reconcile,
    /// How long the bank waits for the other history of such a payment, and for what is missing of one, in seconds.
    pub reconciliation_seconds: u64,
    /// With this the bank's key for purses is certified.
    pub purse_key_token: [u8; 32],
    /// Whether the shop takes coupons of the office.
    pub takes_coupons: bool,
    /// Whether the shop takes contactless cards.
    pub takes_contactless: bool,
    /// Whether shops tell the merchant's own server what happens to orders.
    pub tells_server: bool,
    /// What of a refund goes back first.
    pub coupon_refund: RefundOrder,
    /// What the bank takes for a new key, in yen, by the ways of paying that it offers.
    pub fees: &'static [(FeeOption, u64)],
}

impl Default for Cast {
    fn default() -> Self {
        Self {
            epoch: 1,
            sealing_key: SEALING_KEY,
            sealing_key_before: None,
            parties_in_a_space: 4,
            restored: None,
            real_degrees: false,
            offers_a_choice: false,
            takes_cards: true,
            instruments: &[Instrument::CardAccount],
            has_directory: false,
            shards: Shards::NONE,
            shop_shards: Shards::NONE,
            issuer_shards: Shards::NONE,
            takes_the_bank: false,
            bank_shards: Shards::NONE,
            coupon_shards: Shards::NONE,
            coupon_times: None,
            has_gateway: true,
            has_rush: false,
            has_ordinary_bank: false,
            offer_seconds: 120,
            purse_key: PurseKeyKind::P256,
            purse_policy: HistoryPolicy::UploadFirst,
            reconcile: Reconcile::Either,
            reconciliation_seconds: 7 * 86_400,
            purse_key_token: PURSE_KEY_TOKEN,
            takes_coupons: false,
            takes_contactless: false,
            tells_server: false,
            coupon_refund: RefundOrder::CouponsFirst,
            fees: &[(FeeOption::Account, 300)],
        }
    }
}

impl Cast {
    /// Whether this is one of the objects of its party.
    #[must_use]
    pub fn has(&self, object: &str) -> bool {
        let (role, shards) = self.spread(party_of(object));
        let place = place_of(object);
        place == Place::Office || Place::beside_the_office(role, shards).any(|other| other == place)
    }

    /// All objects of a party, its office first.
    #[must_use]
    pub fn objects(&self, party: &'static str) -> Vec<&'static str> {
        let beside = beside_offices().filter(|object| party_of(object) == party);
        let beside = beside.filter(|object| self.has(object));
        core::iter::once(party).chain(beside).collect()
    }

    /// How requests to a domain are spread, as its edge does it.
    #[must_use]
    pub fn spread(&self, domain: &str) -> (Role, Shards) {
        match domain {
            COURIER => (Role::Courier, self.shards),
            SHOP => (Role::Shop, self.shop_shards),
            ISSUER => (Role::Issuer, self.issuer_shards),
            BANK => (Role::Issuer, self.bank_shards),
            COUPONS => (Role::Issuer, self.coupon_shards),
            _ => (Role::Shop, Shards::NONE),
        }
    }

    /// Starts an object of this name over what its ports hold. Who is none of the others is a shop.
    #[must_use]
    pub fn start<P: Ports>(&self, ports: P, object: &str) -> Running<P> {
        match party_of(object) {
            CA => Running::Ca(Rc::new(self.authority(ports))),
            CENTRE => Running::Centre(Rc::new(self.centre(ports))),
            DIRECTORY => {
                let settings = self.under_its_keys(settings(Role::Directory, DIRECTORY));
                Running::Directory(Rc::new(Directory::new(ports, settings)))
            }
            name @ (ISSUER | OTHER_ISSUER) => {
                let mut settings = self.settings(Role::Issuer, name);
                settings.shards = self.spread(name).1;
                let mut config = IssuerConfig::new(settings);
                config.opens_accounts = true;
                Running::Issuer(Rc::new(Issuer::new(ports, config)))
            }
            name @ (COURIER | OTHER_COURIER) => {
                let mut settings = self.settings(Role::Courier, name);
                settings.shards = self.spread(name).1;
                Running::Courier(Rc::new(Courier::new(ports, settings)))
            }
            AUTHORITY => {
                let config = RegistrationConfig {
                    settings: self.settings(Role::RegistrationAuthority, AUTHORITY),
                    banks: vec![domain(BANK)],
                };
                Running::Authority(Rc::new(RegistrationAuthority::new(ports, config)))
            }
            BANK => {
                let outside = match self.has_ordinary_bank {
                    true => Outside::ordinary(),
                    false => Outside::Played,
                };
                Running::Bank(Rc::new(Bank::new(ports, self.bank(), outside)))
            }
            COUPONS => Running::Coupons(Rc::new(CouponOffice::new(ports, self.coupons()))),
            SETTLEMENT => {
                Running::Settlement(Rc::new(SettlementServer::new(ports, self.settlement())))
            }
            SECURITY => Running::Security(Rc::new(SecurityServer::new(ports, self.security()))),
            HOME_PROXY => {
                let settings = self.settings(Role::HomeProxy, HOME_PROXY);
                let mut config = HomeProxyConfig::new(settings);
                config.post = Some(Post::Server(mail_account()));
                Running::HomeProxy(Rc::new(HomeProxy::new(ports, config)))
            }
            BANKING_SYSTEM => {
                let mut config = outside_bank();
                config.settings = self.under_its_keys(config.settings);
                Running::BankingSystem(Rc::new(BankingSystem::new(ports, config)))
            }
            name => {
                let shop = Shop::new(ports, self.shop(name));
                // Should its power fail in it, it has none until it is started again.
                let _opened = shop.open_with(goods());
                Running::Shop(Rc::new(shop))
            }
        }
    }

    /// With these a party, and its edge, finds orders again.
    #[must_use]
    pub fn handles(&self, role: Role, name: &str) -> Handles {
        let settings = self.under_its_keys(settings(role, name));
        let before = settings.sealing_key_before.as_ref();
        let vault = Vault::new(&settings.sealing_key, settings.owner()).after(before);
        vault.handles().clone()
    }

    fn under_its_keys(&self, mut settings: Settings) -> Settings {
        settings.sealing_key = SealingKey::new(self.sealing_key);
        settings.sealing_key_before = self.sealing_key_before.map(SealingKey::new);
        settings
    }

    /// As [`settings`], with the sealing keys, the directory if there is one, the epoch and the generation.
    fn settings(&self, role: Role, name: &str) -> Settings {
        let mut settings = self.under_its_keys(settings(role, name));
        settings.directory = self.has_directory.then(|| domain(DIRECTORY));
        settings.epoch = self.epoch;
        if let Some((party, generation)) = self.restored
            && party == name
        {
            settings.generation = generation;
        }
        settings
    }

    fn authority<P: Ports>(&self, ports: P) -> Ca<P> {
        let mut settings = self.settings(Role::Ca, CA);
        settings.registration_token = None;
        settings.key_centres = Vec::new();
        let config = ca::Config {
            settings,
            registration_key: REGISTRATION_KEY.into(),
        };
        Ca::new(ports, config)
    }

    fn centre<P: Ports>(&self, ports: P) -> KeyCentre<P> {
        let config = key_centre::Config {
            settings: self.settings(Role::KeyCentre, CENTRE),
            degrees: self.degrees(),
        };
        KeyCentre::new(ports, config)
    }

    fn degrees(&self) -> SpaceDegrees {
        let degrees = |holders, parties| Degrees::new(holders, parties).unwrap();
        if self.real_degrees {
            return SpaceDegrees {
                shop: degrees(4096, 64),
                issuer: degrees(4096, 16),
                courier: degrees(4096, 16),
            };
        }
        let small = degrees(8, self.parties_in_a_space);
        SpaceDegrees {
            shop: small,
            issuer: small,
            courier: small,
        }
    }

    fn bank(&self) -> BankConfig {
        let mut own = self.settings(Role::Issuer, BANK);
        own.shards = self.bank_shards;
        let mut config = BankConfig::new(own, self.purse_key_token);
        let fee = |&(option, minor): &(FeeOption, u64)| Fee {
            option,
            amount: Money::new(minor, Currency::Jpy),
        };
        config.fees = self.fees.iter().map(fee).collect();
        config.is_sandbox = true;
        if !self.has_ordinary_bank {
            // The one that is played has nothing to say, and some tests last for years.
            config.statement_seconds = 86_400;
        }
        config.purse_key = self.purse_key;
        config.policy = self.purse_policy;
        config.reconcile = self.reconcile;
        config.reconciliation_seconds = self.reconciliation_seconds;
        config.offer_seconds = self.offer_seconds;
        config.directory = self.has_directory.then(|| domain(DIRECTORY));
        config
    }

    fn coupons(&self) -> CouponConfig {
        let mut own = self.settings(Role::Issuer, COUPONS);
        own.shards = self.coupon_shards;
        if self.has_rush {
            own.limits.holder = RateLimit {
                count: 10_000,
                seconds: 60,
            };
        }
        let mut config = CouponConfig::new(own, coupon_key_token());
        config.opens_accounts = true;
        if let Some(times) = self.coupon_times {
            config.ask_seconds = times.asked_seconds;
            config.hold_seconds = times.held_seconds;
            config.period_seconds = times.period_seconds;
            config.valid_days = times.valid_days;
        }
        config.gateway_secret = self.has_gateway.then(|| GATEWAY_SECRET.into());
        config
    }

    fn settlement(&self) -> SettlementConfig {
        let own = self.settings(Role::Issuer, SETTLEMENT);
        let mut config = SettlementConfig::new(own, domain(SECURITY));
        config.opens_accounts = true;
        config
    }

    fn security(&self) -> SecurityConfig {
        SecurityConfig {
            settings: self.settings(Role::SecurityServer, SECURITY),
            master: MasterKey::new([13; 16].into()),
            front: domain(SETTLEMENT),
        }
    }

    fn shop(&self, name: &str) -> ShopConfig {
        let origin = if name == SHOP {
            ORIGIN.to_owned()
        } else {
            format!("https://{name}")
        };
        let (mut own, courier) = (self.settings(Role::Shop, name), domain(COURIER));
        own.shards = self.spread(name).1;
        let mut config = ShopConfig::new(own, &origin, courier, "Hayate Courier", domain(ISSUER));
        config.couriers[0].names = in_two_languages("Hayate Courier", "ハヤテ宅配便");
        config.couriers[0].tax_basis_points = Some(1000);
        config.seller = Some(Seller {
            name: "木曽茶舗".to_owned(),
            address: Some("長野県塩尻市奈良井 4-17".to_owned()),
            registration: Some("T1234567890123".to_owned()),
        });
        config.webhook = self
            .tells_server
            .then(|| Webhook::parse(WEBHOOK, true).unwrap());
        config.api_keys = ApiKey::parse_all(&format!("test={API_KEY}")).unwrap();
        config.instruments = self.instruments.to_vec();
        if !self.takes_cards {
            config.issuers.clear();
            let is_card = |instrument: &Instrument| *instrument == Instrument::CardAccount;
            config.instruments.retain(|one| !is_card(one));
        }
        config.coupons = self.takes_coupons.then(|| CouponOffer {
            refund: self.coupon_refund,
            conditions: vec![NamedCondition {
                name: "tea".to_owned(),
                goods: vec!["sencha-100".to_owned()],
            }],
            ..CouponOffer::new(vec![domain(COUPONS)])
        });
        if self.takes_the_bank {
            config.issuers.push(domain(BANK));
        }
        if self.takes_contactless {
            config.issuers.push(domain(SETTLEMENT));
            config.instruments.push(Instrument::Contactless);
        }
        if self.offers_a_choice {
            config.issuers.push(domain(OTHER_ISSUER));
            config.couriers.push(CourierOffer {
                domain: domain(OTHER_COURIER),
                name: "Tsubame Express".to_owned(),
                price_minor: 860,
                days: (0, 1),
                names: in_two_languages("Tsubame Express", "ツバメ急便"),
                tax_basis_points: Some(1000),
            });
        }
        config
    }
}

fn in_two_languages(english: &str, japanese: &str) -> Vec<LocalText> {
    let texts = [("en", english), ("ja", japanese)].map(|(language, text)| LocalText {
        language: language.to_owned(),
        text: text.to_owned(),
    });
    texts.into()
}

/// The ordinary bank outside: whoever asks gets an account, and the bank is its client.
fn outside_bank() -> BankingConfig {
    let mut config = BankingConfig::new(settings(Role::BankingSystem, BANKING_SYSTEM));
    config.clients = Client::new(domain(BANK), TOKEN).into_iter().collect();
    config.opening_minor = 100_000;
    config.opens_accounts = true;
    config
}

/// By which server the home proxy mails.
fn mail_account() -> Account {
    let host = (domain("mail.localhost"), Security::StartTls);
    let from = "hearth@hearth.localhost".parse().unwrap();
    Account::new(host, domain(HOME_PROXY), from, ("hearth", "a password")).unwrap()
}
