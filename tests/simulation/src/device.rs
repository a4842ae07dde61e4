//! A computer with a browser, in memory: what the wallet stores survives the wallet, and faults come on
//! demand. Its clock and its way to the parties come from the place where it stands.

use core::future::ready;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use rand_core::CryptoRng;
use tallystick_card::host::home::access::SignTerms;
use tallystick_card::host::purse::PurseView;
use tallystick_parties::native::{SeededRandom, SetClock};
use tallystick_parties::ports::{Clock as _, Network as PartyNetwork};
use tallystick_protocol::purse::{HistoryEntry, PurseNumber};
use tallystick_wallet::core::ports::{
    CardFault, CardResponse, Cards, Change, Clock, DeviceKey, DeviceKeyError, Later, Method,
    Network, NetworkError, Ports, PoweredCard, Record, Request, Response, Session, SessionError,
    Vault, VaultError,
};
use tallystick_wallet::sealing::StateKey;
use tallystick_wallet::sealing::software_card::{RECORD, SoftwareCard};
use tallystick_wallet::sealing::stretch::Stretch;
use zeroize::Zeroizing;

use crate::lending::{AccessCard, HomeCard};
use crate::prime_pool::{DeviceRandom, KeyPool};
use crate::purses;
use crate::reader::Reader;

/// Guessing costs nothing here, so that wallets are made and cards asked quickly.
pub const CHEAP: Stretch = Stretch {
    memory_kib: 64,
    passes: 1,
};

/// What may still happen before everything stops: writes to the vault and to the session, and calls.
#[derive(Default)]
struct Fuse(Cell<Option<u32>>);

impl Fuse {
    fn burn(&self) -> bool {
        match self.0.get() {
            Some(0) => false,
            Some(left) => {
                self.0.set(Some(left - 1));
                true
            }
            None => true,
        }
    }
}

#[derive(Default)]
struct Inner {
    records: RefCell<BTreeMap<String, Vec<u8>>>,
    session: RefCell<Option<Vec<u8>>>,
    fuse: Fuse,
    /// What went through, in order.
    journal: RefCell<Vec<String>>,
    /// The line is cut; the disk is as it was.
    offline: Cell<bool>,
    /// What is plugged in.
    reader: Reader,
    /// A call that goes through although its answer is lost.
    lose_answers: Cell<bool>,
    /// The key under which the software card was opened last.
    state_key: RefCell<Option<StateKey>>,
    /// What the software card was asked and told of other people's cards.
    access: Rc<RefCell<AccessCard>>,
    /// How many keys of the pool cards have made here.
    keys: Rc<Cell<usize>>,
}

/// Where a computer stands.
pub trait Place<N> {
    /// Its clock.
    fn clock(&self) -> SetClock;
    /// Its way to the parties.
    fn network(&self) -> N;
    /// What its random numbers come from. Equal seeds give equal keys.
    fn seed(&self) -> String;
    /// Which of the fixed keys cards make there; if none, they look for keys of their own.
    fn key_pool(&self) -> Option<KeyPool> {
        None
    }
}

/// The computer. A clone is the same computer.
#[derive(Clone)]
pub struct Device<N> {
    inner: Rc<Inner>,
    clock: SetClock,
    network: N,
    random: SeededRandom,
    key_pool: Option<KeyPool>,
}

impl<N> Device<N> {
    /// A new computer at this place.
    #[must_use]
    pub fn new(place: &impl Place<N>) -> Self {
        Self {
            inner: Rc::default(),
            clock: place.clock(),
            network: place.network(),
            random: SeededRandom::new(&place.seed()),
            key_pool: place.key_pool(),
        }
    }

    /// Puts this computer's clock forward, or back, by so many milliseconds. Open the wallet anew.
    pub fn skew(&mut self, off_ms: i64) {
        self.clock = self.clock.skewed(off_ms);
    }

    /// The same computer at another place.
    #[must_use]
    pub fn moved_to(&self, place: &impl Place<N>) -> Self {
        Self {
            inner: self.inner.clone(),
            clock: place.clock(),
            network: place.network(),
            random: self.random.clone(),
            key_pool: self.key_pool,
        }
    }

    /// Lets that many writes and calls through; everything after fails until [`Device::mend`]. With
    /// `lose_answers` the write or call at which it stops is still done, and nobody hears of it.
    pub fn fail_after(&self, events: u32, lose_answers: bool) {
        self.inner.fuse.0.set(Some(events));
        self.inner.lose_answers.set(lose_answers);
    }

    /// Cuts this computer's line, or mends it.
    pub fn fail_calls(&self, offline: bool) {
        self.inner.offline.set(offline);
    }

    /// Lets everything through again.
    pub fn mend(&self) {
        self.inner.fuse.0.set(None);
    }

    /// Every write and call that went through: "store …", "session", "GET …" and "POST …".
    #[must_use]
    pub fn journal(&self) -> Vec<String> {
        self.inner.journal.borrow().clone()
    }

    /// Whether that may still happen.
    fn lets(&self, event: impl FnOnce() -> String) -> bool {
        let passes = self.inner.fuse.burn();
        if passes {
            self.inner.journal.borrow_mut().push(event());
        }
        passes
    }

    /// The card reader at this computer.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.inner.reader
    }

    /// Whether the fuse has blown.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.inner.fuse.0.get() == Some(0)
    }

    /// Restarting the browser: the session is forgotten.
    pub fn forget_session(&self) {
        *self.inner.session.borrow_mut() = None;
    }

    /// Every byte on the disk.
    #[must_use]
    pub fn disk(&self) -> Vec<u8> {
        let records = self.inner.records.borrow();
        records
            .iter()
            .flat_map(|(name, bytes)| [name.as_bytes(), bytes].concat())
            .collect()
    }

    /// The purses in the software card, as it is stored.
    ///
    /// # Panics
    /// If what is stored is no card.
    #[must_use]
    pub fn purses(&self) -> Vec<PurseView> {
        let key = self.inner.state_key.borrow();
        let (Some(key), Some(sealed)) = (&*key, self.record(RECORD)) else {
            return Vec::new();
        };
        let random = DeviceRandom::new(self.random.clone(), None);
        let mut card = SoftwareCard::open(key, &sealed, random).unwrap();
        purses::in_card(|apdu| card.execute(apdu))
    }

    /// What the software card keeps of the histories of its purses.
    pub(crate) fn histories(&self) -> Vec<(PurseNumber, Vec<HistoryEntry>)> {
        let key = self.inner.state_key.borrow();
        let (Some(key), Some(sealed)) = (&*key, self.record(RECORD)) else {
            return Vec::new();
        };
        let random = DeviceRandom::new(self.random.clone(), None);
        let mut card = SoftwareCard::open(key, &sealed, random).unwrap();
        purses::histories_in_card(|apdu| card.execute(apdu))
    }

    /// The software card as a home, if it is one.
    pub(crate) fn home_card(&self) -> Option<HomeCard> {
        let key = self.inner.state_key.borrow().clone()?;
        let sealed = self.record(RECORD)?;
        let random = DeviceRandom::new(self.random.clone(), None);
        let mut card = SoftwareCard::open(&key, &sealed, random).ok()?;
        HomeCard::read(|apdu| card.execute(apdu))
    }

    /// The orders that this computer wanted signed by a card at somebody's home.
    #[must_use]
    pub fn asked_home(&self) -> Vec<SignTerms> {
        self.inner.access.borrow().asked.clone()
    }

    /// What it asked for is forgotten here; nothing else is.
    pub(crate) fn forget_asking(&self) {
        self.inner.access.borrow_mut().asked.clear();
    }

    /// The keys that it was told for them.
    #[must_use]
    pub fn told_by_home(&self) -> Vec<[u8; 32]> {
        self.inner.access.borrow().told.clone()
    }

    /// Changes a stored record.
    ///
    /// # Panics
    /// If there is none of that name.
    pub fn tamper(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        change(self.inner.records.borrow_mut().get_mut(name).unwrap());
    }

    /// What is stored under that name.
    #[must_use]
    pub fn record(&self, name: &str) -> Option<Vec<u8>> {
        self.inner.records.borrow().get(name).cloned()
    }
}

impl<N> Vault for Device<N> {
    async fn load(&self) -> Result<Vec<Record>, VaultError> {
        let records = self.inner.records.borrow();
        Ok(records
            .iter()
            .map(|(name, bytes)| Record {
                name: name.clone(),
                bytes: bytes.clone(),
            })
            .collect())
    }

    async fn store(&self, changes: &[Change]) -> Result<(), VaultError> {
        let passes = self.lets(|| stored(changes));
        let failed = || VaultError("the disk is full".to_owned());
        if !passes && !self.inner.lose_answers.replace(false) {
            return Err(failed());
        }
        let mut records = self.inner.records.borrow_mut();
        for change in changes {
            match change {
                Change::Put { name, bytes } => records.insert(name.clone(), bytes.clone()),
                Change::Delete { name } => records.remove(name),
            };
        }
        if passes { Ok(()) } else { Err(failed()) }
    }
}

impl<N: PartyNetwork> Network for Device<N> {
    async fn send(&self, request: Request) -> Result<Response, NetworkError> {
        let broken = || NetworkError::Unreachable("the line is cut".to_owned());
        if self.inner.offline.get() {
            return Err(broken());
        }
        let passes = self.lets(|| called(&request));
        if !passes && !self.inner.lose_answers.replace(false) {
            return Err(broken());
        }
        let method = match request.method {
            Method::Get => "GET",
            Method::Post => "POST",
        };
        let url = request
            .url
            .replace("http://", "https://")
            .replace(":8787", "");
        let request = http::Request::builder()
            .method(method)
            .uri(url)
            .header("content-type", request.content_type)
            .body(request.body)
            .unwrap();
        let answer = self.network.send(request).await.map_err(|_| broken())?;
        if !passes {
            return Err(broken());
        }
        let content_type = answer.headers().get("content-type");
        let content_type = content_type
            .and_then(|value| value.to_str().ok())
            .unwrap_or("");
        Ok(Response {
            status: answer.status().as_u16(),
            content_type: content_type.split(';').next().unwrap_or("").to_owned(),
            body: answer.into_body(),
        })
    }
}

fn stored(changes: &[Change]) -> String {
    let names = changes.iter().map(|change| match change {
        Change::Put { name, .. } | Change::Delete { name } => name.split('/').next().unwrap(),
    });
    let mut names: Vec<_> = names.collect();
    names.dedup();
    format!("store {}", names.join(" "))
}

/// The method and the path, without what stands for this one order.
fn called(request: &Request) -> String {
    let method = match request.method {
        Method::Get => "GET",
        Method::Post => "POST",
    };
    let path: Vec<_> = request.url.split('/').skip(3).take(2).collect();
    format!("{method} /{}", path.join("/"))
}

impl<N> Clock for Device<N> {
    fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }
}

/// Stands for a key that never leaves this computer.
const LABEL: &[u8] = b"wrapped by this device:";

impl<N> DeviceKey for Device<N> {
    async fn wrap(&self, context: &str, bytes: &[u8]) -> Result<Vec<u8>, DeviceKeyError> {
        let hidden: Vec<u8> = bytes.iter().map(|byte| byte ^ 0x5a).collect();
        Ok([LABEL, context.as_bytes(), &hidden].concat())
    }

    async fn unwrap(
        &self,
        context: &str,
        bytes: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DeviceKeyError> {
        let hidden = bytes
            .strip_prefix(LABEL)
            .and_then(|bytes| bytes.strip_prefix(context.as_bytes()))
            .ok_or_else(|| DeviceKeyError("not wrapped here".to_owned()))?;
        Ok(Zeroizing::new(
            hidden.iter().map(|byte| byte ^ 0x5a).collect(),
        ))
    }
}

impl<N> Session for Device<N> {
    async fn get(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SessionError> {
        Ok(self.inner.session.borrow().clone().map(Zeroizing::new))
    }

    async fn put(&self, bytes: &[u8]) -> Result<(), SessionError> {
        if !self.lets(|| "session".to_owned()) {
            return Err(SessionError("the browser went away".to_owned()));
        }
        *self.inner.session.borrow_mut() = Some(bytes.to_vec());
        Ok(())
    }

    async fn clear(&self) -> Result<(), SessionError> {
        self.forget_session();
        Ok(())
    }
}

/// The software card where there is no module of its own for it.
struct Powered<R>(SoftwareCard<R>, Rc<RefCell<AccessCard>>);

impl<R: CryptoRng> PoweredCard for Powered<R> {
    fn transmit<'a>(&'a mut self, apdu: &'a [u8]) -> Later<'a, CardResponse> {
        let response = self.0.execute(apdu);
        self.1.borrow_mut().watch(apdu, &response);
        Box::pin(ready(Ok(response)))
    }

    fn unsaved(&mut self, key: &StateKey) -> Result<Option<Vec<u8>>, CardFault> {
        self.0.unsaved(key).map_err(CardFault::new)
    }
}

impl<N: PartyNetwork> Cards for Device<N> {
    fn blank(&self) -> Result<Box<dyn PoweredCard>, CardFault> {
        let card = SoftwareCard::blank(self.random()).costing(CHEAP);
        Ok(Box::new(Powered(card, self.inner.access.clone())))
    }

    fn power(&self, key: &StateKey, sealed: &[u8]) -> Result<Box<dyn PoweredCard>, CardFault> {
        let card = SoftwareCard::open(key, sealed, self.random()).map_err(CardFault::new)?;
        *self.inner.state_key.borrow_mut() = Some(key.clone());
        Ok(Box::new(Powered(card, self.inner.access.clone())))
    }

    fn in_reader(&self) -> Later<'_, Result<Box<dyn PoweredCard>, CardFault>> {
        Box::pin(self.inner.reader.power())
    }
}

impl<N: PartyNetwork> Ports for Device<N> {
    type Vault = Self;
    type Network = Self;
    type Clock = Self;
    type DeviceKey = Self;
    type Session = Self;
    type Cards = Self;
    type Random = DeviceRandom;

    fn vault(&self) -> &Self {
        self
    }

    fn network(&self) -> &Self {
        self
    }

    fn clock(&self) -> &Self {
        self
    }

    fn device_key(&self) -> &Self {
        self
    }

    fn session(&self) -> &Self {
        self
    }

    fn cards(&self) -> &Self {
        self
    }

    fn random(&self) -> DeviceRandom {
        let key = self.key_pool.map(|pool| (pool, self.inner.keys.clone()));
        DeviceRandom::new(self.random.clone(), key)
    }
}
