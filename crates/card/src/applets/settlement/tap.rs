//! INITIALIZE UPDATE (80 50 version 00) and EXTERNAL AUTHENTICATE (84 82 33 00): how a channel is opened.

use rand_core::CryptoRng;
use tallystick_protocol::settlement::channel::{CardChannel, CardOpening, ChannelError};

use super::stored::{Settlement, StoredCard};
use crate::Header;
use crate::StatusWord;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// How far a channel is. Volatile.
pub(crate) enum Tap {
    /// The card has shown that it has its keys.
    Opening(CardOpening),
    /// And the server.
    Open(CardChannel),
}

/// Answers a challenge of 16 bytes (S16) or 8 (S8) with the alias, the version of the keys, a challenge and a cryptogram. P1
/// is the version that is wanted, or 0.
pub(crate) fn initialize_update(
    state: &State,
    session: &mut Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let card = card(state)?;
    let Header { p1, p2, .. } = command.header;
    if p2 != 0 {
        return Err(StatusWord::WrongParameters);
    }
    if p1 != 0 && p1 != card.key_version {
        return Err(StatusWord::ReferenceNotFound);
    }
    let mut challenge = [0; 16];
    rng.fill_bytes(&mut challenge);
    let label = (&card.alias, card.key_version);
    let answered = CardOpening::answer(&card.keys()?, label, command.data, &challenge);
    let (opening, answer) = answered.map_err(|_| StatusWord::WrongLength)?;
    session.tap = Some(Tap::Opening(opening));
    Ok(Outcome::data(answer))
}

/// Verifies that the server has the keys, too. Whatever is wrong, INITIALIZE UPDATE has to come anew.
pub(crate) fn external_authenticate(
    session: &mut Session,
    tap: Option<Tap>,
    command: &Command<'_>,
) -> Result<Outcome, StatusWord> {
    let Some(Tap::Opening(opening)) = tap else {
        return Err(StatusWord::ConditionsNotSatisfied);
    };
    let opened = opening.authenticate(bytes(command.header), command.data);
    let channel = opened.map_err(|error| match error {
        ChannelError::Level => StatusWord::WrongParameters,
        _ => StatusWord::BadSecureMessaging,
    })?;
    session.tap = Some(Tap::Open(channel));
    Ok(Outcome::done())
}

/// The card, once it is personalised.
pub(super) fn card(state: &State) -> Result<&StoredCard, StatusWord> {
    let card = state.settlement.as_ref();
    let card = card.and_then(|Settlement { card, .. }| card.as_ref());
    card.ok_or(StatusWord::ConditionsNotSatisfied)
}

/// The header as its MAC covers it.
pub(super) const fn bytes(header: Header) -> [u8; 4] {
    [header.cla, header.ins, header.p1, header.p2]
}
