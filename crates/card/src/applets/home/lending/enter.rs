//! ENTER (80 56 00 00): the holder shows itself to a shop (H6).

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::home::agreement::verify_responder;
use tallystick_protocol::home::calls::EnterCall;
use tallystick_protocol::home::channel::EnterAsk;
use tallystick_protocol::home::{Entrance, HomeRefusal};
use tallystick_protocol::trust::holder::UnsignedByHolder;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{Role, TerminalId};
use tallystick_protocol::wire::time::Timestamp;

use super::call::call;
use super::rules;
use super::sign::{signature, slot_of};
use super::stored::{Lending, lending, lending_mut};
use crate::StatusWord;
use crate::applets::home::refused;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::State;

/// How long what is signed is good, in seconds: the same as the shop's own proof.
const ENTRANCE_SECONDS: u64 = 300;

/// A terminal's record with an [`EnterAsk`], and what proxy and shop have said. Once the card has verified the shop's proof
/// over that, it signs an [`Entrance`] over the same. The record counts as read whatever comes of it.
pub(crate) fn enter(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let call = call(command)?;
    let asked: EnterCall = decode(&call.content).map_err(|_| refused(HomeRefusal::Malformed))?;
    let mut next = lending(state)?.clone();
    next.terminal(&call.terminal)?;
    let released = next.released_mut(&call.terminal)?;
    let content = released.channel.open(&asked.record);
    let content = content.map_err(|_| refused(HomeRefusal::BadSignature))?;
    let signed = decided(
        state,
        &mut next,
        call.terminal,
        &content,
        &asked,
        call.at,
        rng,
    );
    *lending_mut(state)? = next;
    let outcome = match signed {
        Ok(entrance) => Outcome::data(entrance),
        Err(reason) => Outcome::ended(refused(reason)),
    };
    Ok(outcome.changing(true))
}

fn decided(
    state: &State,
    next: &mut Lending,
    terminal: TerminalId,
    content: &[u8],
    call: &EnterCall,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, HomeRefusal> {
    let ask: EnterAsk = decode(content).map_err(|_| HomeRefusal::Malformed)?;
    let released = next.released_mut(&terminal);
    let safe = released.ok().and_then(|one| one.safe_key(&ask.key));
    let safe = safe.ok_or(HomeRefusal::OutOfOrder)?;
    let lent = rules::loan(&next.loans, ask.loan, &terminal)?;
    let slot = slot_of(state, &lent.loan.holder).ok_or(HomeRefusal::Unreadable)?;
    if !lent.loan.is_for(&ask.shop) {
        return Err(HomeRefusal::OtherShop);
    }
    if lent.loan.ends_at <= now {
        return Err(HomeRefusal::AfterEnd);
    }
    if call.hello.to != ask.shop {
        return Err(HomeRefusal::ShopNotConfirmed);
    }
    let anchors = state.purses.as_ref().and_then(|purses| purses.anchors());
    let anchors = anchors.ok_or(HomeRefusal::ShopNotConfirmed)?;
    let transcript = verify_responder(
        &call.hello,
        &call.answer,
        &call.proof,
        &anchors,
        now,
        Role::Shop,
    )
    .map_err(|_| HomeRefusal::ShopNotConfirmed)?;
    let entrance = Entrance {
        holder: lent.loan.holder,
        shop: ask.shop.clone(),
        transcript,
        expires_at: now.plus_seconds(ENTRANCE_SECONDS),
    };
    let unsigned = UnsignedByHolder::new(&entrance, &call.certificate);
    let signature = signature(state, slot, &safe, &unsigned, &call.certificate, rng)?;
    unsigned.finish(&signature).map_err(|_| HomeRefusal::NoCard)
}
