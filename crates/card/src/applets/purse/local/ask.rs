//! ASK (80 B4 place 00): a purse asks to be paid (Sb1, Sb2).

use rand_core::CryptoRng;
use tallystick_protocol::keys::sealed::public_key;
use tallystick_protocol::purse::local::{Credentials, LocalRequest};
use zeroize::Zeroizing;

use super::own_key;
use super::stored::{ASKED_MAX, Asked};
use crate::StatusWord;
use crate::applets::purse::stored::Value;
use crate::applets::purse::work::Work;
use crate::applets::purse::{asked, place_alone};
use crate::host::purse::PaymentWanted;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::state::State;

/// The signed request. A key is made for it alone, so that nobody else opens what comes.
pub(crate) fn ask(
    state: &mut State,
    session: &Session,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let place = place_alone(command.header)?;
    let wanted: PaymentWanted = asked(command)?;
    let mut work = Work::begin(state, place, wanted.at)?;
    session.require_verified()?;
    work.require_current()?;
    if wanted.amount == Some(0) {
        return Err(StatusWord::WrongData);
    }
    if work.value.is_full() {
        return Err(StatusWord::HistoryFull);
    }
    work.value.require_may_hold(wanted.amount.unwrap_or(0))?;
    let mut secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(secret.as_mut());
    let mut nonce = [0; 32];
    rng.fill_bytes(&mut nonce);
    let credentials = Credentials::new(work.value.certificate.clone(), &own_key(&work)?);
    let request = LocalRequest {
        payee: credentials.map_err(|_| StatusWord::MemoryFailure)?,
        nonce,
        sealing: public_key(&secret).map_err(|_| StatusWord::MemoryFailure)?,
        amount: wanted.amount,
        at: wanted.at,
    };
    let signed = work.sign(session, &request, rng)?;
    work.value.make_room_to_ask()?;
    work.value.asked.push(Asked {
        nonce,
        secret: secret.as_slice().into(),
        amount: wanted.amount,
        at: wanted.at,
        answered: None,
    });
    Ok(Outcome::data(signed).changing(work.finish(state)))
}

impl Value {
    /// One that was answered makes room, the oldest first; one that waits does not: a payment to it may be on its way.
    fn make_room_to_ask(&mut self) -> Result<(), StatusWord> {
        if self.asked.len() < ASKED_MAX {
            return Ok(());
        }
        let mut asked = self.asked.iter();
        let answered = asked.position(|asked| asked.answered.is_some());
        self.asked.remove(answered.ok_or(StatusWord::PendingFull)?);
        Ok(())
    }
}
