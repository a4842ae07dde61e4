//! PUT SHARE (80 12 slot 00).

use alloc::vec::Vec;

use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use tallystick_protocol::keys::{HolderShare, KeyContext, SealedShare, ShareRecipient, open_share};
use tallystick_protocol::wire::cbor::decode_value;
use tallystick_protocol::wire::identifier::Domain;
use zeroize::Zeroizing;

use super::slot_number;
use crate::StatusWord;
use crate::applets::keys::{SHARES_MAX, Slot, StoredShare};
use crate::iso::apdu::{Command, DATA_MAX};
use crate::outcome::Outcome;
use crate::safe::{KeptSecret, Place, SafeSlit};
use crate::state::State;

/// The bytes of a digest.
const DIGEST_BYTES: usize = 32;

/// A sealed share as CBOR. Opens it with the slot's enrolment key and adds it to the shares of other
/// centres. The share of a centre that is already in the sum is not added again: the same one is done
/// already, and another one is refused (6A89), because whoever knows the enrolment key can seal one,
/// and the first would otherwise keep the right one out without a word.
pub(crate) fn put_share(
    state: &mut State,
    command: &Command<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Outcome, StatusWord> {
    let number = slot_number(command.header)?;
    if command.header.p2 != 0 {
        return Err(StatusWord::WrongParameters);
    }
    let sealed: SealedShare =
        decode_value(command.data, DATA_MAX).map_err(|_| StatusWord::WrongData)?;
    let safe = state.safe;
    let slot = state.slots.iter_mut().find(|slot| slot.number == number);
    let slot = slot.ok_or(StatusWord::ReferenceNotFound)?;
    let share = open(slot, &sealed)?;
    let digest = Sha256::digest(share.to_bytes());
    make_room(slot, sealed.context());
    let full = slot.shares.len() >= SHARES_MAX;
    let known = slot
        .shares
        .iter_mut()
        .find(|share| share.context == *sealed.context());
    match known {
        Some(known) if known.received.contains(sealed.centre()) => {
            return match known.digest_of(sealed.centre()) {
                Some(before) if before != digest.as_slice() => Err(StatusWord::AlreadyThere),
                _ => Ok(Outcome::done()),
            };
        }
        Some(known) => known.add(number, safe.as_ref(), sealed.label.centre, &share, rng)?,
        None if full => return Err(StatusWord::NotEnoughMemory),
        None => {
            let mut new = StoredShare {
                context: sealed.label.context,
                received: Vec::new(),
                sum: None,
                digests: Some(Zeroizing::new(Vec::new()).into()),
                parts: None,
            };
            new.add(number, safe.as_ref(), sealed.label.centre, &share, rng)?;
            slot.shares.push(new);
        }
    }
    Ok(Outcome::done().changing(true))
}

/// In a full slot, the shares of the earliest epoch give way to one of an epoch at least two later: parties open nothing
/// under them any more. Those of the epoch just before stay, for what is under way.
fn make_room(slot: &mut Slot, context: &KeyContext) {
    let is_known = slot.share(context).is_some();
    if is_known || slot.shares.len() < SHARES_MAX {
        return;
    }
    let epochs = slot.shares.iter().map(|share| share.context.epoch);
    let Some(earliest) = epochs.min() else {
        return;
    };
    if context.epoch.0 >= earliest.0.saturating_add(2) {
        slot.shares.retain(|share| share.context.epoch != earliest);
    }
}

impl StoredShare {
    /// Adds a centre's share to the sum; or, since what is in the safe cannot be added to before the PIN,
    /// puts it there beside the others.
    fn add(
        &mut self,
        slot: u8,
        safe: Option<&SafeSlit>,
        centre: Domain,
        share: &HolderShare,
        rng: &mut impl CryptoRng,
    ) -> Result<(), StatusWord> {
        let bytes = share.to_bytes();
        let mut before = self.sum.iter().chain(self.parts.iter().flatten());
        // Centres of different degrees do not add up.
        if before.any(|kept| kept.len() != bytes.len()) {
            return Err(StatusWord::WrongData);
        }
        match (safe, &self.sum) {
            (None, Some(KeptSecret::Clear(sum))) => {
                let sum = HolderShare::from_bytes(sum.as_slice())
                    .and_then(|sum| sum.add(share))
                    .map_err(|_| StatusWord::WrongData)?;
                self.sum = Some(KeptSecret::Clear(sum.to_bytes().into()));
            }
            (None, _) => self.sum = Some(KeptSecret::Clear(bytes.into())),
            (Some(_), _) => {
                let place = Place::Share(slot, &self.context);
                let kept = KeptSecret::new(safe, &place, bytes.into(), rng)?;
                self.parts.get_or_insert_default().push(kept);
            }
        }
        self.add_digest(&Sha256::digest(share.to_bytes()));
        self.received.push(centre);
        Ok(())
    }

    /// The digest of the share that this centre gave; nothing if an earlier release took it.
    fn digest_of(&self, centre: &Domain) -> Option<&[u8]> {
        let place = self.received.iter().position(|name| name == centre)?;
        let digests = self.digests.as_ref()?.as_slice();
        digests.get(place * DIGEST_BYTES..(place + 1) * DIGEST_BYTES)
    }

    /// Keeps the digest of the next share, if those of all before it are kept.
    fn add_digest(&mut self, digest: &[u8]) {
        if let Some(digests) = &mut self.digests {
            let all = [digests.as_slice(), digest].concat();
            *digests = Zeroizing::new(all).into();
        }
    }
}

fn open(slot: &Slot, sealed: &SealedShare) -> Result<HolderShare, StatusWord> {
    let secret = slot
        .secret
        .as_slice()
        .try_into()
        .map_err(|_| StatusWord::MemoryFailure)?;
    let recipient = ShareRecipient::Holder(slot.holder);
    open_share(secret, &recipient, sealed)
        .and_then(|share| HolderShare::from_bytes(&share))
        .map_err(|_| StatusWord::WrongData)
}
