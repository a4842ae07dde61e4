//! The card that the home proxy hosts for a holder without a reader: which one it is, and how it is reached. It is a card
//! in a reader whose reader is the proxy: command and response APDUs go over HTTPS, and it keeps its state itself.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::hosted::{HostedCard, HostedCommand, HostedPower, HostedResponse};
use tallystick_protocol::wire::cbor::{Message, decode, decode_value, encode, encode_value};
use tallystick_protocol::wire::identifier::Domain;
use zeroize::Zeroizing;

use crate::core::ask::CBOR;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::json;
use crate::core::ports::{
    CardFault, CardResponse, FaultKind, Later, Method, Network, Ports, PoweredCard, Request,
};
use crate::core::secure_element::unreachable;
use crate::core::state::name;
use crate::core::wallet::Wallet;

/// How often something is sent whose answer may have been lost: the same is answered with the same.
const SENDINGS: usize = 3;
/// The longest record, in bytes.
const RECORD_BYTES_MAX: usize = 1024;

/// Which card it is. Without the token nobody reaches it.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct HostedRecord {
    /// The proxy.
    #[n(0)]
    pub proxy: Domain,
    /// With which the wallet shows that it is its card.
    #[n(1)]
    pub card: HostedCard,
}

impl HostedRecord {
    /// As it is stored; nothing if it is none.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        decode_value(bytes, RECORD_BYTES_MAX).ok()
    }

    fn path(&self, what: &str) -> String {
        let name = base16ct::lower::encode_string(&self.card.name());
        ["/v1/hosted-cards/", &name, what].concat()
    }
}

/// The hosted card with power.
struct Powered<'w, P: Ports> {
    wallet: &'w Wallet<P>,
    record: HostedRecord,
    power: [u8; 16],
    /// Of the last command.
    number: u32,
}

impl<P: Ports> PoweredCard for Powered<'_, P> {
    fn transmit<'a>(&'a mut self, apdu: &'a [u8]) -> Later<'a, CardResponse> {
        Box::pin(async move {
            self.number += 1;
            let command = HostedCommand {
                token: self.record.card.token,
                power: self.power,
                number: self.number,
                apdu: apdu.to_vec(),
            };
            let path = self.record.path("/commands");
            let said = self.wallet.ask_host(&self.record, &path, &command).await?;
            let mut said: HostedResponse = decode(&said).map_err(CardFault::new)?;
            Ok(Zeroizing::new(core::mem::take(&mut said.response)))
        })
    }
}

impl<P: Ports> Wallet<P> {
    /// Gives power to the hosted card.
    pub(super) async fn hosted(&self) -> Result<Box<dyn PoweredCard + '_>, WalletError> {
        let record = self.hosted_record().await?;
        let record = record.ok_or_else(|| WalletError::new(ErrorKind::HostedGone))?;
        let path = record.path("/power");
        let said = self.ask_host(&record, &path, &record.card).await;
        let said = said.map_err(unreachable)?;
        let HostedPower { power } =
            decode(&said).map_err(|error| unreachable(CardFault::new(error)))?;
        Ok(Box::new(Powered {
            wallet: self,
            record,
            power,
            number: 0,
        }))
    }

    /// Has the home proxy make a card, unless there is one. Its token is kept before anybody hears of it.
    ///
    /// # Errors
    /// [`ErrorKind::HostedNowhere`], [`ErrorKind::HostedUnreachable`], [`ErrorKind::Locked`], or a failure of the storage.
    pub(crate) async fn be_hosted(&self) -> Result<(), WalletError> {
        let proxy = self.context.home_proxy.clone();
        let proxy = proxy.ok_or_else(|| WalletError::new(ErrorKind::HostedNowhere))?;
        let mut kept = None;
        self.perform(&mut |desk| {
            let record = match desk.unlocked()?.hosted.clone() {
                Some(record) => record,
                None => HostedRecord {
                    proxy: proxy.clone(),
                    card: HostedCard {
                        token: crate::random_32(desk.rng),
                    },
                },
            };
            kept = Some(record.clone());
            desk.keep_hosted(record)
        })
        .await?;
        let record = kept.ok_or_else(|| WalletError::new(ErrorKind::HostedGone))?;
        let made = self.ask_host(&record, "/v1/hosted-cards", &record.card);
        let made = made.await.map_err(unreachable);
        made.map(drop).map_err(|error| match error.kind {
            // There is no such address: this proxy hosts nothing.
            ErrorKind::HostedGone => WalletError::new(ErrorKind::HostedNowhere),
            _ => error,
        })
    }

    /// Has the proxy delete the card with everything in it, and forgets it.
    ///
    /// # Errors
    /// [`ErrorKind::HostedUnreachable`], [`ErrorKind::Locked`], or a failure of the storage.
    pub(crate) async fn unhost(&self) -> Result<(), WalletError> {
        let Some(record) = self.hosted_record().await? else {
            return Ok(());
        };
        let path = record.path("/removal");
        let removed = self.ask_host(&record, &path, &record.card);
        removed.await.map_err(unreachable)?;
        self.perform(&mut |desk| {
            let unlocked = desk.unlocked()?;
            (unlocked.hosted, unlocked.hosted_tries) = (None, None);
            desk.delete(name::HOSTED.to_owned());
            Ok(())
        })
        .await
    }

    async fn hosted_record(&self) -> Result<Option<HostedRecord>, WalletError> {
        let mut record = None;
        self.perform(&mut |desk| {
            record = desk.unlocked()?.hosted.clone();
            Ok(())
        })
        .await?;
        Ok(record)
    }

    async fn ask_host(
        &self,
        record: &HostedRecord,
        path: &str,
        message: &impl Message,
    ) -> Result<Zeroizing<Vec<u8>>, CardFault> {
        let url = self.context.urls.url(&record.proxy, path);
        let body = Zeroizing::new(encode(message));
        let fault = |kind, reason: &dyn core::fmt::Display| CardFault {
            kind,
            reader: record.proxy.as_str().to_owned(),
            reason: reason.to_string(),
        };
        let send = || {
            self.ports.network().send(Request {
                method: Method::Post,
                url: url.clone(),
                content_type: CBOR,
                body: body.to_vec(),
            })
        };
        let mut sent = send().await;
        for _ in 1..SENDINGS {
            if sent.is_ok() {
                break;
            }
            sent = send().await;
        }
        let response = sent.map_err(|error| fault(FaultKind::Unreachable, &error))?;
        let said = Zeroizing::new(response.body);
        let kind = match response.status {
            200..300 => return Ok(said),
            _ if is_refusal(&said, HomeRefusal::NoSession) => FaultKind::Interrupted,
            404 => FaultKind::Gone,
            _ => FaultKind::Unreachable,
        };
        Err(fault(kind, &format_args!("status {}", response.status)))
    }
}

/// Whether a problem (RFC 9457) names that refusal.
fn is_refusal(problem: &[u8], refusal: HomeRefusal) -> bool {
    let uri = json::member(problem, "type").and_then(json::plain_string);
    let name = uri.and_then(|uri| uri.rsplit('/').next()?.strip_prefix("home-"));
    name == Some(refusal.as_str())
}

impl Desk<'_> {
    fn keep_hosted(&mut self, record: HostedRecord) -> Result<(), WalletError> {
        let bytes = Zeroizing::new(encode_value(&record));
        self.put_sealed(name::HOSTED, &bytes)?;
        self.unlocked()?.hosted = Some(record);
        Ok(())
    }
}
