//! The card asks for a movement (EP 1 221 669, Sa2, Sd2): it sets aside what its purse gives, and signs. The request
//! is sealed and stored; nothing leaves the wallet here.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::MovementTerms;
use tallystick_protocol::purse::{Endpoint, MovementRequest, PurseState};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::card;
use super::prepaid::relayed::Relayed;
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
    /// The prepaid card at one of its ends, which is asked first.
    relayed: Option<Relayed>,
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
        let card = desk.prepaid_at((&terms.source, &terms.destination))?;
        let relayed = match card {
            Some(card) => {
                require_lasting(&purse, desk.now())?;
                let agent = (&purse, purse.usable()?);
                Some(Relayed::new(&card, agent, &terms.destination)?)
            }
            None => None,
        };
        self.prepared = Some(Prepared {
            purse,
            speaking,
            terms,
            relayed,
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
        if let Some(relayed) = &mut prepared.relayed
            && let Some(commands) = relayed.next(self.pin, &mut prepared.terms, replies)?
        {
            return Ok(commands);
        }
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
        let said = (&prepared.speaking, key);
        let signed = card::signed(signed)?;
        self.signed = Some(begun(&prepared.purse.id, said, &signed, rng)?);
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

/// What has a key that ends cannot be an agent: its bank would not hear of what a prepaid card has set aside.
fn require_lasting(purse: &PurseRecord, now: Timestamp) -> Result<(), WalletError> {
    match purse.usable()?.key_ends_at > now {
        true => Ok(()),
        false => Err(WalletError::new(ErrorKind::PurseKeyEnded).about(&purse.bank_name)),
    }
}

/// The movement that a purse has just signed for, with what it holds since.
pub fn begun(
    purse: &str,
    (speaking, key): (&Speaking, &Reply),
    signed: &[u8],
    rng: &mut dyn CryptoRng,
) -> Result<(MovementRecord, PurseState), WalletError> {
    // The wallet's own card has just signed it.
    let request: MovementRequest = keyed::unverified(signed)
        .map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
    let movement = MovementRecord {
        format: FORMAT,
        transaction: request.transaction,
        purse: purse.to_owned(),
        source: request.source,
        destination: request.destination,
        amount: request.amount,
        state: MovementState::Asking,
        created_at: request.at,
        updated_at: request.at,
        said: Some(speaking.clone().say(key, signed, rng)?),
        offer: None,
        verdict: None,
        reference: None,
        request_id: None,
        refunded: None,
        failure: None,
    };
    Ok((movement, request.state))
}
