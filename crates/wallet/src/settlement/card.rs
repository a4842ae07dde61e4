//! What an element is asked about its contactless card, and which commands a security server may have passed on to it.

use minicbor::Encode;
use tallystick_card::Applet;
use tallystick_card::host::{self, CardError, purse};
use tallystick_codec::DecodeMap;
use tallystick_protocol::settlement::Alias;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply, SecureElement};

const RESPONSE_MAX: usize = 512;

#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
struct View {
    #[n(0)]
    card: Option<Shown>,
    #[n(1)]
    is_prepared: bool,
}

/// What a card says of itself in clear.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Shown {
    /// The security server that has its keys.
    #[n(0)]
    pub server: Domain,
    /// What it holds.
    #[n(1)]
    pub currency: Currency,
    /// Its alias.
    #[n(2)]
    pub alias: Alias,
    /// The version of its keys.
    #[n(3)]
    pub key_version: u8,
}

/// Tells the card whom it trusts. Needs the PIN.
pub fn put_roots(roots: &[Vec<u8>]) -> Command {
    Command::of(Applet::Purse, purse::put_roots(roots), failed)
}

/// Whose contactless card it is; none if it is nobody's yet.
pub async fn show(element: &mut SecureElement<'_>) -> Result<Option<Shown>, WalletError> {
    let reply = asked(element, 3, &[]).await?;
    let data = host::data(&reply).map_err(failed)?;
    let view: View = decode_value(data, RESPONSE_MAX)
        .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
    Ok(view.card)
}

/// Has the card make the key (X25519) to which its keys are to be sealed; the same until it has them.
pub async fn prepare(element: &mut SecureElement<'_>) -> Result<[u8; 32], WalletError> {
    let reply = asked(element, 0, &[]).await?;
    let key = host::data(&reply).map_err(failed)?.try_into();
    key.map_err(|_| failed(CardError::Malformed))
}

/// Gives the card its keys.
pub async fn personalise(
    element: &mut SecureElement<'_>,
    signed: &[u8],
    at: Timestamp,
) -> Result<(), WalletError> {
    let bytes = minicbor::bytes::ByteVec::from(signed.to_vec());
    asked(element, 1, &encode_value(&(bytes, at)))
        .await
        .map(drop)
}

/// Has the card forget that it is one, once it is empty. Needs the PIN.
pub async fn forget(element: &mut SecureElement<'_>) -> Result<(), WalletError> {
    asked(element, 2, &[]).await.map(drop)
}

async fn asked(
    element: &mut SecureElement<'_>,
    what: u8,
    data: &[u8],
) -> Result<Reply, WalletError> {
    let select = [
        0, 0xa4, 4, 0, 0, 0, 7, 0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 5, 0, 0,
    ];
    host::done(&element.pass(&select).await?).map_err(failed)?;
    let mut apdu = vec![0x80, 0xd6, what, 0, 0];
    if !data.is_empty() {
        let [.., high, low] = data.len().to_be_bytes();
        apdu.extend([high, low]);
        apdu.extend(data);
    }
    apdu.extend([0, 0]);
    let reply = element.pass(&apdu).await?;
    host::done(&reply).map_err(failed)?;
    Ok(reply)
}

fn failed(error: CardError) -> WalletError {
    let kind = match error {
        CardError::NotFound => ErrorKind::NoSettlementInCard,
        CardError::NotSettled => ErrorKind::ContactlessInUse,
        CardError::BadSignature => ErrorKind::SettlementAnswerInvalid,
        _ => ErrorKind::CardFailed,
    };
    WalletError::caused(kind, &error)
}

/// What a command that is passed on does, as far as its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It opens the channel, reads the card, or says that its last transaction is known.
    Channel,
    /// It pays.
    Debit,
    /// It writes value.
    TopUp,
}

/// What a command of the settlement applet does; none if it is not one that a security server sends.
#[must_use]
pub fn kind_of(command: &[u8]) -> Option<Kind> {
    match command {
        [0x80, 0x50, ..] | [0x84, 0x82 | 0xd8 | 0xde, ..] => Some(Kind::Channel),
        [0x84, 0xda, ..] => Some(Kind::Debit),
        [0x84, 0xdc, ..] => Some(Kind::TopUp),
        _ => None,
    }
}
