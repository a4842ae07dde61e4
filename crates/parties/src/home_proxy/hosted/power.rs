//! Hosted cards with power, in memory: one power each, and each command once.

use core::cell::RefCell;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tallystick_card::Card;
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::hosted::{APDU_BYTES_MAX, HostedCommand, HostedResponse};
use zeroize::Zeroizing;

use super::keeping::Work;
use super::stored::Name;
use crate::home_proxy::HomeProxy;
use crate::office::fault::{Fault, Kind};
use crate::ports::Ports;

/// How long a card stays powered that is told nothing, in milliseconds.
const IDLE_MS: u64 = 30_000;
/// How long one power lasts at most, in milliseconds: making an account's key takes the longest.
const POWER_MS: u64 = 180_000;
/// How many cards have power at once.
const POWERED_MAX: usize = 64;

/// A card with power. Dropping it takes the power away.
struct Powered {
    power: [u8; 16],
    card: Card,
    /// The number of its last command; 0 before the first.
    number: u32,
    /// SHA-256 of that command.
    heard: [u8; 32],
    /// What was answered to it.
    said: Zeroizing<Vec<u8>>,
    until_ms: u64,
    over_ms: u64,
}

/// Where cards have power.
#[derive(Default)]
pub(in crate::home_proxy) struct Powers(RefCell<BTreeMap<Name, Powered>>);

impl Powers {
    /// Gives power to a card; it is taken from whoever had it before.
    pub(super) fn plug(
        &self,
        name: Name,
        power: [u8; 16],
        card: Card,
        now_ms: u64,
    ) -> Result<(), Fault> {
        self.sweep(now_ms);
        let mut all = self.0.borrow_mut();
        if all.len() >= POWERED_MAX && !all.contains_key(&name) {
            let said = "Many cards have power at the moment. Ask again in half a minute.";
            return Err(Fault::new(Kind::Starting, said));
        }
        let powered = Powered {
            power,
            card,
            number: 0,
            heard: [0; 32],
            said: Zeroizing::default(),
            until_ms: now_ms.saturating_add(IDLE_MS),
            over_ms: now_ms.saturating_add(POWER_MS),
        };
        all.insert(name, powered);
        Ok(())
    }

    /// Takes the power from a card.
    pub(super) fn unplug(&self, name: &Name) {
        self.0.borrow_mut().remove(name);
    }

    /// Takes the power from cards that nobody tells anything.
    pub(in crate::home_proxy) fn sweep(&self, now_ms: u64) {
        let mut all = self.0.borrow_mut();
        all.retain(|_, powered| now_ms < powered.until_ms.min(powered.over_ms));
    }

    /// Takes a card out, to be put back once what it did is stored; `None` if it has no power.
    pub(super) fn take(&self, name: &Name) -> Option<Taken<'_>> {
        let powered = self.0.borrow_mut().remove(name)?;
        Some(Taken {
            powers: self,
            name: *name,
            powered,
        })
    }
}

/// A powered card while it is at work. Unless it is put back, its power is gone: what is in memory is not stored then.
pub(super) struct Taken<'s> {
    powers: &'s Powers,
    name: Name,
    powered: Powered,
}

impl Taken<'_> {
    /// The card.
    pub(super) const fn card(&mut self) -> &mut Card {
        &mut self.powered.card
    }

    /// It keeps its power.
    pub(super) fn put_back(self) {
        let mut all = self.powers.0.borrow_mut();
        all.insert(self.name, self.powered);
    }
}

impl<P: Ports> HomeProxy<P> {
    /// Has a powered card execute a command, once.
    pub(super) fn transmit(
        &self,
        name: &Name,
        command: &HostedCommand,
    ) -> Result<HostedResponse, Fault> {
        let now_ms = self.office.now_ms();
        self.powers.sweep(now_ms);
        let no_power = || Fault::from(HomeRefusal::NoSession);
        if command.apdu.len() > APDU_BYTES_MAX {
            return Err(HomeRefusal::Malformed.into());
        }
        let mut taken = self.powers.take(name).ok_or_else(no_power)?;
        let powered = &mut taken.powered;
        if !bool::from(powered.power.ct_eq(&command.power)) {
            taken.put_back();
            return Err(no_power());
        }
        let heard = <[u8; 32]>::from(Sha256::digest(&command.apdu));
        if command.number == powered.number && heard == powered.heard {
            let response = powered.said.to_vec();
            taken.put_back();
            return Ok(HostedResponse { response });
        }
        if Some(command.number) != powered.number.checked_add(1) {
            taken.put_back();
            return Err(no_power());
        }
        if let Err(fault) = self.admit_work(name, Work::of(&command.apdu)) {
            taken.put_back();
            return Err(fault);
        }
        let said = self.execute(name, taken.card(), &[&command.apdu])?;
        // The clock of a party stands still while it computes.
        taken.powered.until_ms = now_ms.saturating_add(IDLE_MS);
        taken.powered.number = command.number;
        taken.powered.heard = heard;
        let response = said.to_vec();
        taken.powered.said = said;
        taken.put_back();
        Ok(HostedResponse { response })
    }
}
