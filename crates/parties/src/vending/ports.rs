//! What the wallet of the machine's purse runs on: this party's own ports.

use core::cell::RefCell;
use core::convert::Infallible;
use core::future::ready;
use std::rc::Rc;

use http::Request;
use http::header::CONTENT_TYPE;
use rand_core::{CryptoRng, TryCryptoRng, TryRng};
use tallystick_wallet::core::ports as wallet;
use tallystick_wallet::core::ports::{
    CardFault, CardResponse, Change, DeviceKeyError, Later, NetworkError, PoweredCard, Record,
    SessionError, VaultError,
};
use tallystick_wallet::sealing::StateKey;
use tallystick_wallet::sealing::header::Header;
use tallystick_wallet::sealing::software_card::SoftwareCard;
use tallystick_wallet::sealing::stretch::Stretch;
use zeroize::Zeroizing;

use crate::office::Office;
use crate::ports::{Clock as _, DatabaseError, Network as _, Ports, Random as _};
use crate::store::sealed::Sealed;
use crate::store::typed;

/// What guessing costs: next to nothing, because nothing is guessed. Passphrase and PIN are drawn, and rest in the same
/// tables as what they open, sealed by the operator's key.
pub(super) const STRETCH: Stretch = Stretch {
    memory_kib: 64,
    passes: 1,
};

/// The ports of the purse's wallet.
pub(super) struct PursePorts<P: Ports> {
    office: Rc<Office<P>>,
    session: RefCell<Option<Zeroizing<Vec<u8>>>>,
}

impl<P: Ports> PursePorts<P> {
    /// Those of this office.
    pub(super) fn new(office: Rc<Office<P>>) -> Self {
        Self {
            office,
            session: RefCell::new(None),
        }
    }
}

/// The office's random source.
pub(super) struct PurseRandom<P: Ports>(Rc<Office<P>>);

impl<P: Ports> TryRng for PurseRandom<P> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.ports.random().fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.ports.random().fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, destination: &mut [u8]) -> Result<(), Infallible> {
        self.0.ports.random().fill(destination);
        Ok(())
    }
}

impl<P: Ports> TryCryptoRng for PurseRandom<P> {}

impl<P: Ports> wallet::Vault for PursePorts<P> {
    async fn load(&self) -> Result<Vec<Record>, VaultError> {
        let sql = "SELECT name, bytes FROM vending_records ORDER BY name";
        let rows: Vec<(String, Vec<u8>)> =
            typed::all(self.office.tables(), sql, &[]).map_err(vault)?;
        let record = |(name, bytes)| Record { name, bytes };
        Ok(rows.into_iter().map(record).collect())
    }

    async fn store(&self, changes: &[Change]) -> Result<(), VaultError> {
        let store = |change: &Change, tables: &dyn crate::ports::Tables| match change {
            Change::Put { name, bytes } => tables.run(
                "INSERT INTO vending_records (name, bytes) VALUES (?, ?)
                 ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes",
                &[name.into(), bytes.into()],
            ),
            Change::Delete { name } => {
                tables.run("DELETE FROM vending_records WHERE name = ?", &[name.into()])
            }
        };
        let stored = self.office.transaction(|tables| {
            for change in changes {
                store(change, tables)?;
            }
            Ok::<_, DatabaseError>(())
        });
        stored.map_err(vault)
    }
}

/// The wallet logs nothing and shows nothing of it: the database's words are not needed there.
fn vault(_: DatabaseError) -> VaultError {
    VaultError("the machine's tables failed".to_owned())
}

impl<P: Ports> wallet::Network for PursePorts<P> {
    async fn send(&self, request: wallet::Request) -> Result<wallet::Response, NetworkError> {
        let unreachable = || NetworkError::Unreachable("no answer came".to_owned());
        let method = match request.method {
            wallet::Method::Get => http::Method::GET,
            wallet::Method::Post => http::Method::POST,
        };
        let asked = Request::builder().method(method).uri(request.url);
        let asked = match request.content_type {
            "" => asked,
            content_type => asked.header(CONTENT_TYPE, content_type),
        };
        let asked = asked.body(request.body).map_err(|_| unreachable())?;
        let answer = self.office.ports.network().send(asked).await;
        let answer = answer.map_err(|_| unreachable())?;
        if answer.body().len() > wallet::RESPONSE_BYTES_MAX {
            return Err(NetworkError::TooLong);
        }
        let content_type = answer.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let content_type = content_type.and_then(|value| value.split(';').next());
        Ok(wallet::Response {
            status: answer.status().as_u16(),
            content_type: content_type.unwrap_or_default().trim().to_lowercase(),
            body: answer.into_body(),
        })
    }
}

impl<P: Ports> wallet::Clock for PursePorts<P> {
    fn now_ms(&self) -> u64 {
        self.office.ports.clock().now_ms()
    }
}

/// Before each name under which the wallet's header has something wrapped.
const WRAPPED: &str = "vending-wallet|";

fn wrapped_as(context: &str) -> String {
    format!("{WRAPPED}{context}")
}

/// What the wallet's header has wrapped. All its other records are sealed by the wallet.
pub(super) const SEALED: Sealed = Sealed {
    only: Some("name = 'header'"),
    name: |_| Ok(WRAPPED.to_owned()),
    within: Some(|header, anew| {
        let header = Header::from_bytes(header).map_err(|_| DatabaseError::Sealed)?;
        Ok(header.wrapped_anew(anew)?.map(|header| header.to_bytes()))
    }),
    ..Sealed::whole("vending_records", "bytes")
};

impl<P: Ports> wallet::DeviceKey for PursePorts<P> {
    async fn wrap(&self, context: &str, bytes: &[u8]) -> Result<Vec<u8>, DeviceKeyError> {
        let sealed = self.office.seal(&wrapped_as(context), bytes);
        sealed.map_err(|error| DeviceKeyError(error.to_string()))
    }

    async fn unwrap(
        &self,
        context: &str,
        bytes: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, DeviceKeyError> {
        let opened = self.office.unseal(&wrapped_as(context), bytes);
        opened.map_err(|error| DeviceKeyError(error.to_string()))
    }
}

impl<P: Ports> wallet::Session for PursePorts<P> {
    async fn get(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SessionError> {
        Ok(self.session.borrow().clone())
    }

    async fn put(&self, bytes: &[u8]) -> Result<(), SessionError> {
        *self.session.borrow_mut() = Some(bytes.to_vec().into());
        Ok(())
    }

    async fn clear(&self) -> Result<(), SessionError> {
        *self.session.borrow_mut() = None;
        Ok(())
    }
}

/// The machine's card with power.
struct Powered<R>(SoftwareCard<R>);

impl<R: CryptoRng> PoweredCard for Powered<R> {
    fn transmit<'a>(&'a mut self, apdu: &'a [u8]) -> Later<'a, CardResponse> {
        Box::pin(ready(Ok(self.0.execute(apdu))))
    }

    fn unsaved(&mut self, key: &StateKey) -> Result<Option<Vec<u8>>, CardFault> {
        self.0.unsaved(key).map_err(CardFault::new)
    }
}

impl<P: Ports + 'static> wallet::Cards for PursePorts<P> {
    fn blank(&self) -> Result<Box<dyn PoweredCard>, CardFault> {
        let card = SoftwareCard::blank(PurseRandom(self.office.clone())).costing(STRETCH);
        Ok(Box::new(Powered(card)))
    }

    fn power(&self, key: &StateKey, sealed: &[u8]) -> Result<Box<dyn PoweredCard>, CardFault> {
        let random = PurseRandom(self.office.clone());
        let card = SoftwareCard::open(key, sealed, random).map_err(CardFault::new)?;
        Ok(Box::new(Powered(card)))
    }

    fn in_reader(&self) -> Later<'_, Result<Box<dyn PoweredCard>, CardFault>> {
        Box::pin(ready(Err(CardFault::new("the machine has no reader"))))
    }
}

impl<P: Ports + 'static> wallet::Ports for PursePorts<P> {
    type Vault = Self;
    type Network = Self;
    type Clock = Self;
    type DeviceKey = Self;
    type Session = Self;
    type Cards = Self;
    type Random = PurseRandom<P>;

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

    fn random(&self) -> PurseRandom<P> {
        PurseRandom(self.office.clone())
    }
}
