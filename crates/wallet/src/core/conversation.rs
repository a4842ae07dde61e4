//! Conversations with cards. A card in a reader takes its time, and the desk waits for nothing: so an
//! errand that needs a card is prepared at the desk, then the card is talked to away from it, and what
//! came of it is kept at the desk again, together with the card's new state.
//!
//! Between the two the wallet may have been locked or erased, or an order declined: whoever keeps
//! looks again. One conversation with each card at a time, so that two never start from the same stored
//! state; a card in a reader that takes its time keeps nobody from the software card.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;

use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::exclusive::{Ahead, Exclusive, Guard};
use crate::core::place::KeyPlace;
use crate::core::ports::{Cards, Ports};
use crate::core::secure_element::{Command, Reply, SecureElement, Tries, unreachable};
use crate::core::state::name;
use crate::core::wallet::Wallet;

/// Whose turn it is to talk to each card.
pub struct Conversing {
    browser: Exclusive<()>,
    reader: Exclusive<()>,
    hosted: Exclusive<()>,
}

impl Default for Conversing {
    fn default() -> Self {
        Self {
            browser: Exclusive::new(()),
            reader: Exclusive::new(()),
            hosted: Exclusive::new(()),
        }
    }
}

impl Conversing {
    /// Waits until nobody else talks to the card there.
    pub async fn turn(&self, place: KeyPlace) -> Guard<'_, ()> {
        self.at(place).take().await
    }

    /// As [`Conversing::turn`], before all who wait by that.
    async fn turn_ahead(&self, place: KeyPlace) -> Guard<'_, ()> {
        self.at(place).take_ahead().await
    }

    fn ahead(&self, place: KeyPlace) -> Ahead {
        self.at(place).ahead()
    }

    const fn at(&self, place: KeyPlace) -> &Exclusive<()> {
        match place {
            KeyPlace::Software => &self.browser,
            KeyPlace::Reader => &self.reader,
            KeyPlace::Hosted => &self.hosted,
        }
    }
}

/// Which card is needed.
#[derive(Clone, Copy)]
pub struct Needed {
    /// Where it is.
    pub place: KeyPlace,
    /// Whose account it must have: shown and proven before any PIN is presented to it.
    pub account: Option<Held>,
}

/// An account in a card.
#[derive(Clone, Copy)]
pub struct Held {
    slot: TakenSlot,
    /// X25519 (RFC 7748).
    enrolment_key: [u8; 32],
}

impl Needed {
    /// Any card there.
    pub const fn at(place: KeyPlace) -> Self {
        Self {
            place,
            account: None,
        }
    }

    /// The card in which that slot has the keys of that account. `enrolment_key` is X25519 (RFC 7748).
    pub const fn holding(place: KeyPlace, slot: TakenSlot, enrolment_key: [u8; 32]) -> Self {
        Self {
            place,
            account: Some(Held {
                slot,
                enrolment_key,
            }),
        }
    }
}

/// Something that a card is needed for.
pub trait Errand {
    /// Prepares it at the desk: which card is needed. None if nothing is left to do. Called again once it
    /// is this errand's turn to talk to that card: by then another may have changed what is stored.
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError>;

    /// What the card is asked next, given the slots that are taken in it if it is outside, and what
    /// it answered last; nothing, once that is all.
    fn next(
        &mut self,
        taken: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError>;

    /// Keeps what came of it. The card's new state is kept with it.
    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError>;

    /// How it stands to the other errands that need the card.
    fn urgency(&self) -> Urgency {
        Urgency::InTurn
    }
}

/// How an errand stands to the others that need the same card.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// It waits for its turn, and is done to the end.
    InTurn,
    /// It waits for its turn, shows no PIN, and ends before its next APDU once one that goes ahead waits.
    GivesWay,
    /// It goes before all that wait, and shows no PIN.
    Ahead,
}

impl<P: Ports> Wallet<P> {
    /// Runs an errand. What the card answered counts only once its new state is stored: a wrong PIN
    /// has cost a try even if the errand came to nothing.
    pub(crate) async fn run(&self, errand: &mut dyn Errand) -> Result<(), WalletError> {
        let Some(Needed { place, .. }) = self.prepare(errand).await? else {
            return Ok(());
        };
        let urgency = errand.urgency();
        let _turn = match urgency {
            Urgency::Ahead => self.conversing.turn_ahead(place).await,
            _ => self.conversing.turn(place).await,
        };
        let Some(needed) = self.prepare(errand).await? else {
            return Ok(());
        };
        if needed.place != place {
            // Moved to the other card meanwhile: whoever asks again finds it there.
            return Err(WalletError::new(ErrorKind::OtherCard));
        }
        let mut card = self.card(needed.place).await?;
        if urgency == Urgency::GivesWay && place == KeyPlace::Reader {
            card.give_way_to(self.conversing.ahead(place));
        }
        let talked = self.talk(&mut card, needed, errand).await;
        let tries = match (urgency, place) {
            // Without a PIN the tries are what they were, and asking a card in a reader takes its time.
            (Urgency::GivesWay | Urgency::Ahead, KeyPlace::Reader) => None,
            _ => Some(card.tries().await),
        };
        self.perform(&mut |desk| {
            desk.keep_card(&mut card, needed.place, tries.clone())?;
            talked.clone()?;
            errand.keep(desk)
        })
        .await
    }

    async fn prepare(&self, errand: &mut dyn Errand) -> Result<Option<Needed>, WalletError> {
        let mut needed = None;
        self.perform(&mut |desk| {
            needed = errand.prepare(desk)?;
            Ok(())
        })
        .await?;
        Ok(needed)
    }

    /// The card there, with power: the one line in which cards elsewhere differ.
    pub(crate) async fn card(&self, place: KeyPlace) -> Result<SecureElement<'_>, WalletError> {
        let mut card = None;
        match place {
            KeyPlace::Software => {
                self.perform(&mut |desk| {
                    card = Some(desk.card()?);
                    Ok(())
                })
                .await?;
            }
            KeyPlace::Reader => {
                let powered = self.ports.cards().in_reader().await;
                let powered = powered.map_err(unreachable)?;
                card = Some(SecureElement::new(powered, Vec::new()));
            }
            KeyPlace::Hosted => card = Some(SecureElement::new(self.hosted().await?, Vec::new())),
        }
        card.ok_or_else(|| WalletError::new(ErrorKind::CardFailed))
    }

    async fn talk(
        &self,
        card: &mut SecureElement<'_>,
        needed: Needed,
        errand: &mut dyn Errand,
    ) -> Result<(), WalletError> {
        let mut taken = Vec::new();
        if needed.place.is_outside() {
            let slots = card.slots().await?;
            taken = slots.ok_or_else(|| WalletError::new(ErrorKind::OtherCard))?;
            if let Some(account) = needed.account
                && !self.is_held(card, &taken, account).await?
            {
                return Err(WalletError::new(ErrorKind::OtherCard));
            }
        }
        let mut replies = Vec::new();
        loop {
            let commands = errand.next(&taken, &replies, &mut self.ports.random())?;
            if commands.is_empty() {
                return Ok(());
            }
            replies = card.execute(commands).await?;
        }
    }

    /// Whether the card has the account. What it lists tells, and anybody can list the same: it must open
    /// what was sealed to the account's enrolment key as well.
    async fn is_held(
        &self,
        card: &mut SecureElement<'_>,
        taken: &[TakenSlot],
        Held {
            slot,
            enrolment_key,
        }: Held,
    ) -> Result<bool, WalletError> {
        if !taken.contains(&slot) {
            return Ok(false);
        }
        let mut random = self.ports.random();
        card.proves(slot.slot, &enrolment_key, &mut random).await
    }

    /// Remembers how many tries the software card has left, unless somebody talks to a card: who does,
    /// tells.
    pub(crate) async fn look_at_card(&self) -> Result<(), WalletError> {
        let Some(_turn) = self.conversing.browser.try_take() else {
            return Ok(());
        };
        let mut card = self.card(KeyPlace::Software).await?;
        let tries = Some(card.tries().await);
        self.perform(&mut |desk| desk.keep_card(&mut card, KeyPlace::Software, tries.clone()))
            .await
    }
}

impl Desk<'_> {
    /// Replaces the card's state, if it is another one now, and remembers how many tries it has left, if it was asked.
    /// To be called before anything is made of what the card answered.
    ///
    /// # Errors
    /// If the wallet is locked, or if the card fails.
    pub fn keep_card(
        &mut self,
        card: &mut SecureElement<'_>,
        place: KeyPlace,
        tries: Option<Result<Tries, WalletError>>,
    ) -> Result<(), WalletError> {
        let unlocked = self.unlocked()?;
        // One outside keeps its state itself; and if it was pulled out, what it did before is what counts.
        match place {
            KeyPlace::Reader => {
                unlocked.reader_tries = tries.and_then(Result::ok).or(unlocked.reader_tries);
                return Ok(());
            }
            KeyPlace::Hosted => {
                unlocked.hosted_tries = tries.and_then(Result::ok).or(unlocked.hosted_tries);
                return Ok(());
            }
            KeyPlace::Software => {}
        }
        if let Some(tries) = tries {
            unlocked.tries = tries?;
        }
        if let Some(record) = card.unsaved(&unlocked.card, &unlocked.key)? {
            unlocked.card.clone_from(&record);
            card.saved(record.clone());
            self.put(name::CARD, record);
        }
        Ok(())
    }
}
