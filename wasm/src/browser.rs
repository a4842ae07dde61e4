//! All ports of the wallet, as the browser supplies them.

use getrandom::SysRng;
use rand_core::UnwrapErr;
use tallystick_wallet::WalletError;
use tallystick_wallet::core::ports::{Clock, Ports};

use crate::cards::BrowserCards;
use crate::device_key::WebCryptoKey;
use crate::indexed_db::IndexedDb;
use crate::network::Fetch;
use crate::session::BrowserSession;

/// The browser.
pub struct Browser {
    vault: IndexedDb,
    device_key: WebCryptoKey,
    session: BrowserSession,
    cards: BrowserCards,
}

impl Browser {
    /// Opens the wallet's database of that name; `cards` says where its cards are.
    ///
    /// # Errors
    /// If IndexedDB or WebCrypto are not to be had.
    pub async fn open(database: &str, cards: BrowserCards) -> Result<Self, WalletError> {
        let vault = IndexedDb::open(database).await?;
        let device_key = WebCryptoKey::open(&vault).await?;
        Ok(Self {
            vault,
            device_key,
            session: BrowserSession::find(),
            cards,
        })
    }
}

/// The computer's clock.
pub struct Date;

impl Clock for Date {
    fn now_ms(&self) -> u64 {
        // Positive and whole for every time after 1970; `as` saturates elsewhere.
        js_sys::Date::now() as u64
    }
}

impl Ports for Browser {
    type Vault = IndexedDb;
    type Network = Fetch;
    type Clock = Date;
    type DeviceKey = WebCryptoKey;
    type Session = BrowserSession;
    type Cards = BrowserCards;
    type Random = UnwrapErr<SysRng>;

    fn vault(&self) -> &IndexedDb {
        &self.vault
    }

    fn network(&self) -> &Fetch {
        &Fetch
    }

    fn clock(&self) -> &Date {
        &Date
    }

    fn device_key(&self) -> &WebCryptoKey {
        &self.device_key
    }

    fn session(&self) -> &BrowserSession {
        &self.session
    }

    fn cards(&self) -> &BrowserCards {
        &self.cards
    }

    fn random(&self) -> UnwrapErr<SysRng> {
        UnwrapErr(SysRng)
    }
}
