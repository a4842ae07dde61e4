//! The card asks for a movement (EP 1 221 669, Sa2, Sd2): it sets aside what its purse gives, and signs. The request
//! is sealed and stored; nothing leaves the wallet here.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::MovementTerms;
use tallystick_protocol::purse::{Endpoint, MovementRequest, PurseState};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::money::Money;

use super::card;
use super::record::{FORMAT, MovementRecord, PurseRecord};
use super::said::Speaking;
use crate::bank::view::MovementState;
use crate::core::access::check_pin;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::secure_element::{Command, Reply};

/// A movement that is to be asked for.
pub struct Asking<'a> {
    purse: &'a str,
    ends: (Endpoint, Endpoint),
    amount_minor: u64,
    pin: &'a str,
    prepared: Option<Prepared>,
    signed: Option<(MovementRecord, PurseState)>,
    kept: Option<MovementRecord>,
}

struct Prepared {
    purse: PurseRecord,
    speaking: Speaking,
    terms: MovementTerms,
    was_asked: bool,
}

impl<'a> Asking<'a> {
    /// From that purse, between those ends: source and destination.
    pub const fn new(
        purse: &'a str,
        ends: (Endpoint, Endpoint),
        amount_minor: u64,
        pin: &'a str,
    ) -> Self {
        Self {
            purse,
            ends,
            amount_minor,
            pin,
            prepared: None,
            signed: None,
            kept: None,
        }
    }

    /// The movement, once it is stored.
    pub fn kept(self) -> Option<MovementRecord> {
        self.kept
    }

    fn terms(&self, desk: &Desk<'_>, purse: &PurseRecord) -> Result<MovementTerms, WalletError> {
        let opened = purse.usable()?;
        let (source, destination) = self.ends.clone();
        if self.amount_minor == 0 {
            return Err(WalletError::new(ErrorKind::AmountInvalid));
        }
        let is_taken = matches!(destination, Endpoint::Waiting(_) | Endpoint::Shop(_));
        let is_shop = matches!(source, Endpoint::Shop(_));
        if source == destination || is_taken || is_shop {
            return Err(WalletError::new(ErrorKind::EndInvalid));
        }
        // A prepaid card has to be there and to be asked first; this release has none.
        let is_prepaid = |end: &Endpoint| matches!(end, Endpoint::Prepaid(_));
        if is_prepaid(&source) || is_prepaid(&destination) {
            return Err(WalletError::new(ErrorKind::EndInvalid));
        }
        Ok(MovementTerms {
            source,
            destination,
            amount: Money::new(self.amount_minor, opened.currency),
            at: purse.next_moment(desk.now()),
            prepaid: None,
            transaction: None,
        })
    }
}

impl Errand for Asking<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let purse = desk.purse(self.purse)?;
        let terms = self.terms(desk, &purse)?;
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let profile = desk.profile()?.clone();
        let account = profile.card(&purse.account)?;
        let speaking = Speaking::new(&profile, account, &purse.bank, desk.rng)?;
        self.prepared = Some(Prepared {
            purse,
            speaking,
            terms,
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
            return Ok(vec![
                Command::present_pin(self.pin),
                prepared.speaking.derive(),
                card::request(prepared.purse.place, &prepared.terms),
            ]);
        }
        let [_, key, signed] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        self.signed = Some(prepared.movement(key, signed, rng)?);
        Ok(Vec::new())
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let Some((movement, state)) = self.signed.take() else {
            return Ok(());
        };
        desk.keep_signed(&movement.purse, state, movement.created_at)?;
        desk.begin_movement(movement.clone())?;
        self.kept = Some(movement);
        Ok(())
    }
}

impl Prepared {
    fn movement(
        &self,
        key: &Reply,
        signed: &Reply,
        rng: &mut dyn CryptoRng,
    ) -> Result<(MovementRecord, PurseState), WalletError> {
        let signed = card::signed(signed)?;
        // The wallet's own card has just signed it.
        let request: MovementRequest = keyed::unverified(&signed)
            .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
        let movement = MovementRecord {
            format: FORMAT,
            transaction: request.transaction,
            purse: self.purse.id.clone(),
            source: request.source,
            destination: request.destination,
            amount: request.amount,
            state: MovementState::Asking,
            created_at: request.at,
            updated_at: request.at,
            said: Some(self.speaking.clone().say(key, &signed, rng)?),
            offer: None,
            verdict: None,
            reference: None,
            request_id: None,
            refunded: None,
            failure: None,
        };
        Ok((movement, request.state))
    }
}
