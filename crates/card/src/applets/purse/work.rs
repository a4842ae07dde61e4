//! A purse that a command works on: a copy, so that a command is done as a whole or not at all.

use alloc::vec::Vec;

use rand_core::CryptoRng;
use tallystick_protocol::purse::{Checkpoint, Endpoint, PurseCertificate, PurseKind};
use tallystick_protocol::trust::keyed::KeyedMessage;
use tallystick_protocol::wire::time::Timestamp;

use super::key::PurseKey;
use super::stored::{Purse, Purses, Value};
use crate::StatusWord;
use crate::safe::SafeKey;
use crate::session::Session;
use crate::state::State;

pub(super) struct Work {
    /// The place and its keys.
    pub(super) purse: Purse,
    /// What the purse is.
    pub(super) terms: PurseCertificate,
    /// What it holds, as it will be.
    pub(super) value: Value,
    /// The later of what the wallet says and the bank has signed.
    pub(super) now: Timestamp,
    /// The newest time that the bank has signed in what was given now.
    heard: Timestamp,
}

impl Work {
    /// Begins with an open purse.
    pub(super) fn begin(state: &State, place: u8, at: Timestamp) -> Result<Self, StatusWord> {
        let purses = purses(state)?;
        let purse = purses.at(place).ok_or(StatusWord::ReferenceNotFound)?;
        let value = purse.value.clone();
        let value = value.ok_or(StatusWord::ConditionsNotSatisfied)?;
        let terms = value.terms()?;
        let now = purses.known_banks().now(&terms.bank, at)?;
        Ok(Self {
            purse: purse.clone(),
            terms,
            value,
            now,
            heard: Timestamp(0),
        })
    }

    /// Keeps what came of it; whether that is something else than before.
    pub(super) fn finish(mut self, state: &mut State) -> bool {
        let Some(purses) = &mut state.purses else {
            return false;
        };
        self.purse.value = Some(self.value);
        let newer = (purses.known_banks().find(&self.terms.bank))
            .is_ok_and(|bank| bank.newest < self.heard);
        let changed = newer || purses.at(self.purse.place) != Some(&self.purse);
        if changed {
            purses.hear(&self.terms.bank, self.heard);
            purses.put(self.purse);
        }
        changed
    }

    /// Verifies that the purse's bank signed this.
    pub(super) fn open<M: KeyedMessage>(
        &self,
        state: &State,
        signed: &[u8],
    ) -> Result<M, StatusWord> {
        purses(state)?
            .known_banks()
            .open(&self.terms.bank, signed, self.now)
    }

    /// What the bank signed last says what time it is at least.
    pub(super) fn hear(&mut self, at: Timestamp) {
        self.heard = self.heard.max(at);
        self.now = self.now.max(at);
    }

    /// Has the purse's key sign, after the PIN; a prepaid purse has none.
    pub(super) fn sign<M: KeyedMessage>(
        &self,
        session: &Session,
        message: &M,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, StatusWord> {
        let key = self.key()?;
        key.sign(self.purse.place, session.require_verified()?, message, rng)
    }

    /// Has the purse's key sign by whatever opened the safe.
    pub(super) fn sign_by<M: KeyedMessage>(
        &self,
        safe: &SafeKey,
        message: &M,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, StatusWord> {
        self.key()?.sign(self.purse.place, safe, message, rng)
    }

    fn key(&self) -> Result<&PurseKey, StatusWord> {
        let key = self.purse.key.as_ref();
        key.ok_or(StatusWord::ConditionsNotSatisfied)
    }

    /// Whether it is a purse of an account: only that signs, and wants the PIN for it. A prepaid one belongs to whoever
    /// has it.
    pub(super) fn require_bearer(&self, session: &Session) -> Result<bool, StatusWord> {
        if self.terms.kind == PurseKind::Prepaid {
            return Ok(false);
        }
        session.require_verified().map(|_| true)
    }

    /// Requires that the purse has not expired.
    pub(super) fn require_current(&self) -> Result<(), StatusWord> {
        if self.now < self.terms.expires_at {
            Ok(())
        } else {
            Err(StatusWord::Expired)
        }
    }

    /// The purse as one end of a movement.
    pub(super) fn endpoint(&self) -> Endpoint {
        match self.terms.kind {
            PurseKind::Prepaid => Endpoint::Prepaid(self.terms.number),
            _ => Endpoint::Purse(self.terms.number),
        }
    }

    /// Takes a checkpoint over, with the signed message that brought it.
    pub(super) fn take(&mut self, checkpoint: Checkpoint, message: &[u8]) {
        self.hear(checkpoint.at);
        self.value.checkpoint = checkpoint;
        self.value.checkpoint_message = message.to_vec();
    }

    /// Whether a checkpoint is of this purse, newer than the one it has, and knows of no entry that it does not have.
    pub(super) fn is_newer(&self, checkpoint: &Checkpoint) -> bool {
        checkpoint.purse == self.terms.number
            && checkpoint.number > self.value.checkpoint.number
            && checkpoint.through <= self.value.sequence
    }
}

pub(super) fn purses(state: &State) -> Result<&Purses, StatusWord> {
    state.purses.as_ref().ok_or(StatusWord::ReferenceNotFound)
}
