//! The card answers what the bank offered (EP 1 221 669, Sa10 to Sa12, Sd7 and Sd8).

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::purse::{MovementOffer, MovementReply};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::record::{MovementRecord, Said};
use super::said::Speaking;
use crate::bank::view::MovementState;
use crate::core::access::check_pin;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply};

/// An offer that is to be accepted or turned down.
pub struct Answering<'a> {
    transaction: TransactionId,
    accept: bool,
    pin: &'a str,
    prepared: Option<Prepared>,
    said: Option<(Said, MovementReply)>,
}

struct Prepared {
    place: u8,
    /// Where the prepaid card is that the purse relays: it accepts what its agent accepts, and before it.
    relayed: Option<u8>,
    speaking: Speaking,
    offer: Vec<u8>,
    at: Timestamp,
    was_asked: bool,
}

impl<'a> Answering<'a> {
    /// Of that movement.
    pub const fn new(transaction: TransactionId, accept: bool, pin: &'a str) -> Self {
        Self {
            transaction,
            accept,
            pin,
            prepared: None,
            said: None,
        }
    }
}

impl MovementRecord {
    /// What the bank offered, as it was verified before it was stored.
    #[must_use]
    pub fn offered(&self) -> Option<MovementOffer> {
        keyed::unverified(self.offer.as_deref()?).ok()
    }
}

impl Errand for Answering<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let movement = desk.banking()?.movement(self.transaction)?.clone();
        let offer = movement.offer.clone();
        let (MovementState::Offered, Some(offer)) = (movement.state, offer) else {
            return Err(WalletError::new(ErrorKind::MovementState));
        };
        let now = desk.now();
        let is_over = movement
            .offered()
            .is_none_or(|offer| offer.expires_at <= now);
        if self.accept && is_over {
            return Err(WalletError::new(ErrorKind::MovementExpired));
        }
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let purse = desk.purse(&movement.purse)?;
        desk.require_bank_of(&movement.purse)?;
        let card = desk.prepaid_in(&movement).filter(|_| self.accept);
        let relayed = card.map(|card| card.in_card()).transpose()?;
        let profile = desk.profile()?.clone();
        let account = profile.card(&purse.account)?;
        self.prepared = Some(Prepared {
            place: purse.place,
            relayed,
            speaking: Speaking::new(&profile, account, &purse.bank, desk.rng)?,
            offer,
            at: purse.next_moment(now),
            was_asked: false,
        });
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(prepared) = &mut self.prepared else {
            return Ok(Vec::new());
        };
        if !prepared.was_asked {
            prepared.was_asked = true;
            let Prepared {
                place, offer, at, ..
            } = prepared;
            let first = prepared.relayed;
            let first = first.map(|place| card::answer(place, self.accept, offer, *at));
            let answered = [
                prepared.speaking.derive(),
                card::answer(*place, self.accept, offer, *at),
            ];
            let pin = Command::present_pin(self.pin);
            return Ok([pin].into_iter().chain(first).chain(answered).collect());
        }
        let [_, .., key, signed] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        let signed = card::signed(signed)?;
        // The wallet's own card has just signed it.
        let reply: MovementReply = keyed::unverified(&signed)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        let said = prepared.speaking.clone().say(key, &signed, rng)?;
        self.said = Some((said, reply));
        Ok(Vec::new())
    }

    /// The bank's non-completion may have come meanwhile; then the reply says what the card did, and the bank has
    /// the last word.
    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let Some((said, reply)) = self.said.take() else {
            return Ok(());
        };
        let mut movement = desk.banking()?.movement(self.transaction)?.clone();
        desk.keep_signed(&movement.purse, reply.state, reply.at)?;
        if movement.verdict.is_some() {
            return Ok(());
        }
        movement.said = Some(said);
        movement.state = match self.accept {
            true => MovementState::Accepted,
            false => MovementState::TurnedDown,
        };
        movement.updated_at = desk.now();
        desk.keep_banking(movement)
    }
}
