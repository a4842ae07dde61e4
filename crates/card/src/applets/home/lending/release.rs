//! RELEASE (80 54 00 00): the second password (H5).

use rand_core::CryptoRng;
use tallystick_protocol::home::password::channel_keys;
use tallystick_protocol::home::records::Side;
use tallystick_protocol::home::{HomeRefusal, Release};

use super::call::Said;
use super::released::{RELEASES_MAX, Released};
use super::stored::{lending, lending_mut};
use crate::StatusWord;
use crate::applets::home::refused;
use crate::door::Behind;
use crate::iso::apdu::Command;
use crate::outcome::Outcome;
use crate::state::{Keep, State};

/// A known terminal's second password and gate, after the right first password. The try is kept before anything is
/// compared. Answers with the first record of the channel; it has the key without which the card signs nothing.
pub(crate) fn take_release(
    state: &mut State,
    command: &Command<'_>,
    keep: Keep<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let said: Said<Release> = Said::read(state, command)?;
    let release = &said.message;
    said.require(release.terminal, release.home)?;
    let known = lending(state)?;
    if known.second.tries_left == 0 {
        return Err(refused(HomeRefusal::Blocked));
    }
    match known.terminal(&release.terminal)?.opened {
        None => return Err(refused(HomeRefusal::OutOfOrder)),
        Some(nonce) if nonce != release.nonce => {
            return Err(refused(HomeRefusal::BadSignature));
        }
        Some(_) => {}
    }
    let brought = release
        .open(known.keys.sealing()?)
        .map_err(|_| refused(HomeRefusal::Malformed))?;
    let lending = lending_mut(state)?;
    lending.terminal_mut(&release.terminal)?.opened = None;
    lending.second.take_try()?;
    keep(state)?;
    let lending = lending_mut(state)?;
    let behind = Behind::SecondPassword(&brought.gate);
    let Some(safe) = lending.second.open(behind, &brought.password)? else {
        return Ok(Outcome::ended(refused(HomeRefusal::WrongSecondPassword)).changing(true));
    };
    let channel = channel_keys(&brought.channel, &release.session, Side::Responder);
    let (released, record) = Released::new(release.terminal, channel, &safe, rng)?;
    lending
        .releases
        .retain(|other| other.terminal != release.terminal);
    if lending.releases.len() >= RELEASES_MAX {
        lending.releases.remove(0);
    }
    lending.releases.push(released);
    Ok(Outcome::data(record).changing(true))
}
