//! PERSONALISE (80 D6 01 00): the security server says which card it is, and gives it its keys.

use tallystick_protocol::settlement::card::CardPersonalisation;
use tallystick_protocol::trust::statement::{self, StatementError};
use tallystick_protocol::wire::identifier::Role;

use super::stored::{Settlement, StoredCard};
use crate::StatusWord;
use crate::applets::issuers::refused;
use crate::applets::purse::asked;
use crate::host::purse::Signed;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::secret_bytes::SecretBytes;
use crate::state::State;

/// The signed [`CardPersonalisation`] and the time. It is verified by the card's roots, which PUT ROOTS of the purse applet
/// sets; it has to be for the key that the card has prepared; and it counts once.
pub(super) fn personalise(state: &mut State, command: &Command<'_>) -> Result<Outcome, StatusWord> {
    let given: Signed = asked(command)?;
    let settlement = state.settlement.as_ref();
    let settlement = settlement.ok_or(StatusWord::ReferenceNotFound)?;
    if settlement.card.is_some() {
        return Err(StatusWord::AlreadyThere);
    }
    let secret = settlement.secret.as_ref().map(SecretBytes::as_slice);
    let secret = secret.and_then(|secret| secret.try_into().ok());
    let secret: &[u8; 32] = secret.ok_or(StatusWord::MemoryFailure)?;
    let anchors = state.purses.as_ref().and_then(|purses| purses.anchors());
    let anchors = anchors.ok_or(StatusWord::ConditionsNotSatisfied)?;
    let role = Role::SecurityServer;
    let said = statement::open::<CardPersonalisation>(&given.bytes, &anchors, given.at, role);
    let said = said.map_err(|error| unsigned(&error))?.message;
    if !settlement.is_recipient(&said.recipient)? {
        return Err(StatusWord::NotForThisPurse);
    }
    let keys = said.open(secret).map_err(|_| StatusWord::WrongData)?;
    let card = StoredCard {
        server: said.envelope.from,
        alias: said.alias,
        identifier: said.identifier,
        currency: said.currency,
        key_version: said.key_version,
        keys: SecretBytes::from(keys.to_bytes().as_slice()),
        balance: 0,
        counter: 0,
        last: None,
        acknowledged: None,
    };
    state.settlement = Some(Settlement {
        secret: None,
        card: Some(card),
    });
    Ok(Outcome::done().changing(true))
}

/// What is wrong with a statement, as a card says it.
fn unsigned(error: &StatementError) -> StatusWord {
    match error {
        StatementError::Certificate(error) => refused(error),
        StatementError::BadSignature | StatementError::WrongSender { .. } => {
            StatusWord::BadSignature
        }
        StatementError::Expired | StatementError::NotYetSent => StatusWord::Expired,
        _ => StatusWord::WrongData,
    }
}
