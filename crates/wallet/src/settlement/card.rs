//! What an element is asked about its contactless card, and which commands a security server may have passed on to it.

use tallystick_card::Applet;
use tallystick_card::host::settlement::{self, ShownCard};
use tallystick_card::host::{CardError, purse};
use tallystick_protocol::settlement::card::{ACKNOWLEDGE, DEBIT, READ, TOP_UP};
use tallystick_protocol::settlement::channel::{
    EXTERNAL_AUTHENTICATE, INITIALIZE_UPDATE, SECURE_CLASS,
};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply, SecureElement};

/// The class of INITIALIZE UPDATE: an applet's own, in clear.
const CLEAR_CLASS: u8 = 0x80;

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
        [CLEAR_CLASS, INITIALIZE_UPDATE, ..] | [SECURE_CLASS, EXTERNAL_AUTHENTICATE, ..] => {
            Some(Kind::Channel)
        }
        command if is_one(command, READ) || is_one(command, ACKNOWLEDGE) => Some(Kind::Channel),
        command if is_one(command, DEBIT) => Some(Kind::Debit),
        command if is_one(command, TOP_UP) => Some(Kind::TopUp),
        _ => None,
    }
}

fn is_one(command: &[u8], header: [u8; 4]) -> bool {
    command.starts_with(&header)
}

/// Tells the card whom it trusts. Needs the PIN.
pub fn put_roots(roots: &[Vec<u8>]) -> Command {
    Command::of(Applet::Purse, purse::put_roots(roots), failed)
}

/// Whose contactless card it is; none if it is nobody's yet.
pub async fn show(element: &mut SecureElement<'_>) -> Result<Option<ShownCard>, WalletError> {
    let reply = asked(element, settlement::show()).await?;
    let view = settlement::view(&reply).map_err(failed)?;
    Ok(view.card)
}

/// Has the card make the key (X25519) to which its keys are to be sealed; the same until it has them.
pub async fn prepare(element: &mut SecureElement<'_>) -> Result<[u8; 32], WalletError> {
    let reply = asked(element, settlement::prepare()).await?;
    settlement::prepared(&reply).map_err(failed)
}

/// Gives the card its keys.
pub async fn personalise(
    element: &mut SecureElement<'_>,
    signed: &[u8],
    at: Timestamp,
) -> Result<(), WalletError> {
    asked(element, settlement::personalise(signed, at))
        .await
        .map(drop)
}

/// Has the card forget that it is one, once it is empty. Needs the PIN.
pub async fn forget(element: &mut SecureElement<'_>) -> Result<(), WalletError> {
    asked(element, settlement::forget()).await.map(drop)
}

async fn asked(
    element: &mut SecureElement<'_>,
    apdu: Result<Zeroizing<Vec<u8>>, CardError>,
) -> Result<Reply, WalletError> {
    let command = Command::of(Applet::Settlement, apdu, failed);
    let mut replies = element.execute(vec![command]).await?;
    replies
        .pop()
        .ok_or_else(|| WalletError::new(ErrorKind::CardFailed))
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
