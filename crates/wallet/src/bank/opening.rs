//! Making the keys of an account that the bank has opened, and with them the key of its purse: everything that needs
//! the PIN in one conversation with the card.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;

use super::applying::{Applying, Given};
use super::record::{OpenedAccount, OpeningRecord, PurseRecord};
use crate::account::cards::{CARDS_MAX, free_slot};
use crate::account::making::Making;
use crate::account::offer::OfferRecord;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;

impl<P: Ports> Wallet<P> {
    /// Makes the keys of an account that the bank has opened, in the software card or in the card in the reader,
    /// with that card's PIN, and the key of its purse. [`Wallet::enrol`] goes on from there, then
    /// [`Wallet::tend_purse`]. Returns how the account is named.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchOpening`], [`ErrorKind::OfferExpired`] if the bank's offer has to be asked for again
    /// ([`Wallet::continue_opening`]), [`ErrorKind::NoOffer`] before the bank has opened it,
    /// [`ErrorKind::CardLimit`], [`ErrorKind::NoPurseInCard`], [`ErrorKind::WrongPin`],
    /// [`ErrorKind::PinBlocked`], [`ErrorKind::MalformedPin`], [`ErrorKind::Locked`], or a failure of reader,
    /// card or storage.
    pub async fn open_account(
        &self,
        id: &str,
        pin: &str,
        place: KeyPlace,
    ) -> Result<String, WalletError> {
        let mut opening = Opening {
            id,
            pin,
            place,
            opening: None,
            slot: None,
            step: Step::Begin,
            given: None,
            made: None,
            purse: None,
        };
        self.run(&mut opening).await?;
        let made = opening
            .made
            .ok_or_else(|| WalletError::new(ErrorKind::NoSuchOpening))?;
        Ok(made.id)
    }
}

/// An account on its way into the wallet, with its purse.
struct Opening<'a> {
    id: &'a str,
    pin: &'a str,
    place: KeyPlace,
    opening: Option<(OpeningRecord, OpenedAccount)>,
    /// The slot in the software card; in another one it shows itself what is free.
    slot: Option<u8>,
    step: Step<'a>,
    given: Option<Given>,
    made: Option<CardAccount>,
    purse: Option<PurseRecord>,
}

/// What the card was asked last.
enum Step<'a> {
    /// Nothing.
    Begin,
    /// To make and prove the account's keys.
    Account(Box<Making>),
    /// To make the purse's key and sign with it.
    Purse(Box<Applying<'a>>),
    /// All.
    Done,
}

impl Errand for Opening<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let opening = desk.opening(self.id)?;
        let opened = opening.opened.clone();
        let opened = opened.ok_or_else(|| WalletError::new(ErrorKind::NoOffer))?;
        if opened.offer.envelope.expires_at <= desk.now() {
            return Err(WalletError::new(ErrorKind::OfferExpired));
        }
        let cards = &desk.profile()?.cards;
        if cards.len() >= usize::from(CARDS_MAX) {
            return Err(WalletError::new(ErrorKind::CardLimit));
        }
        if self.place == KeyPlace::Software {
            let here = cards
                .iter()
                .filter(|card| card.place() == KeyPlace::Software);
            self.slot = Some(free_slot(&mut here.map(|card| card.enrolment.slot))?);
        }
        self.opening = Some((opening, opened));
        self.given = Some(Given::at(desk));
        Ok(Some(Needed::at(self.place)))
    }

    fn next(
        &mut self,
        taken: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        match core::mem::replace(&mut self.step, Step::Done) {
            Step::Begin => {
                let making = self.making(taken, rng)?;
                let commands = making.begin(self.pin);
                self.step = Step::Account(Box::new(making));
                Ok(commands)
            }
            Step::Account(mut making) => {
                if let Some(account) = making.finish(replies)? {
                    return self.apply(account, rng);
                }
                let commands = making.sign(replies, rng)?;
                self.step = Step::Account(making);
                Ok(commands)
            }
            Step::Purse(mut applying) => {
                let commands = applying.next(replies, rng)?;
                match applying.finished() {
                    Some(purse) => self.purse = Some(purse),
                    None => self.step = Step::Purse(applying),
                }
                Ok(commands)
            }
            Step::Done => Ok(Vec::new()),
        }
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let mut profile = desk.profile()?.clone();
        let face = free_slot(&mut profile.cards.iter().map(CardAccount::face))?;
        profile
            .cards
            .extend(self.made.clone().map(|made| CardAccount {
                face: Some(face),
                ..made
            }));
        desk.keep_profile(profile)?;
        if let Some(purse) = self.purse.take() {
            desk.keep_banking(purse)?;
        }
        match desk.opening(self.id) {
            Ok(opening) => desk.drop_banking(&opening),
            // The holder has forgotten it meanwhile; the account is made all the same.
            Err(_) => Ok(()),
        }
    }
}

impl Opening<'_> {
    fn making(&self, taken: &[TakenSlot], rng: &mut dyn CryptoRng) -> Result<Making, WalletError> {
        let slot = match self.slot {
            Some(slot) => slot,
            None => free_slot(&mut taken.iter().map(|taken| taken.slot))?,
        };
        let opening = self.opening.as_ref();
        let (opening, opened) = opening.ok_or_else(|| WalletError::new(ErrorKind::NoOffer))?;
        let offer = OfferRecord {
            offer: opened.offer.clone(),
            issuer_name: opening.bank_name.clone().unwrap_or_default(),
            // A bank gives no account codes.
            signed: None,
        };
        Ok(Making::new(offer, crate::random_id(rng), self.place, slot))
    }

    /// The account's keys are made: now the purse's.
    fn apply(
        &mut self,
        account: CardAccount,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let opening = self.opening.as_ref();
        let (opening, opened) = opening.ok_or_else(|| WalletError::new(ErrorKind::NoOffer))?;
        let account = CardAccount {
            account: Some(opened.account),
            account_expires_at: Some(opened.expires_at),
            currency: Some(opening.currency),
            registration: Some(opening.number),
            ..account
        };
        let given = self.given.clone();
        let given = given.ok_or_else(|| WalletError::new(ErrorKind::NoOffer))?;
        let mut applying = Applying::new(account.clone(), self.pin, given);
        self.made = Some(account);
        let commands = applying.next(&[], rng)?;
        self.step = Step::Purse(Box::new(applying));
        Ok(commands)
    }
}
