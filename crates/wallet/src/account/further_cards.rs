//! A further card in a wallet that has been set up, and its removal.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;

use super::making::Making;
use super::offer::{OFFERED, OfferRecord};
use crate::account::cards::{CARDS_MAX, free_slot};
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;
use crate::holder::codes::CodesView;
use crate::holder::sheet::{self, AccountCode, SheetCodes};
use crate::sealing::stretch::Stretch;

impl<P: Ports> Wallet<P> {
    /// Makes the keys of the card on offer, in the software card, in the card in the reader or in the hosted one, with that
    /// card's PIN, and keeps it; [`Wallet::enrol`] goes on from there. Returns the account's code, which the issuer is
    /// asked for first and which is kept under that PIN until the holder has shown to have it.
    ///
    /// # Errors
    /// [`ErrorKind::NoOffer`], [`ErrorKind::OfferExpired`], [`ErrorKind::CardLimit`], [`ErrorKind::EnrolmentUnreachable`],
    /// [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::MalformedPin`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn add_card(&self, pin: &str, place: KeyPlace) -> Result<CodesView, WalletError> {
        let mut adding = Adding {
            pin,
            place,
            stretch: sheet::cost(self.stretch),
            offer: None,
            slot: None,
            making: None,
            made: None,
            code: None,
        };
        self.perform(&mut |desk| adding.prepare(desk).map(|_| ()))
            .await?;
        if let Some(offer) = &adding.offer {
            adding.code = self
                .account_code(offer)
                .await?
                .map(|code| (offer.clone(), code));
        }
        self.run(&mut adding).await?;
        let codes = adding.code.as_ref().map(|(_, code)| code.clone());
        let codes = codes.map(SheetCodes::of_account).unwrap_or_default();
        Ok(codes.view())
    }

    /// Removes a card with its keys. What was paid with it stays in the orders, and the account stays
    /// with its issuer. The card on offer has no keys yet: it is forgotten without the PIN. So is one
    /// whose keys are in a card in a reader, for a card that is lost: they stay in that card then.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`], [`ErrorKind::CardInUse`] while an order that it pays is not
    /// settled, [`ErrorKind::PurseInUse`] while its purse holds something, [`ErrorKind::WrongPin`],
    /// [`ErrorKind::PinBlocked`], [`ErrorKind::MalformedPin`], [`ErrorKind::OtherCard`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn remove_card(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        self.run(&mut Removing { id, pin, slot: 0 }).await
    }
}

/// A card on its way into the wallet.
struct Adding<'a> {
    pin: &'a str,
    place: KeyPlace,
    /// What resting under the PIN costs.
    stretch: Stretch,
    offer: Option<OfferRecord>,
    /// The slot in the software card; in another one it shows itself what is free.
    slot: Option<u8>,
    making: Option<Making>,
    made: Option<CardAccount>,
    /// The account's code, and the offer that it was asked for with.
    code: Option<(OfferRecord, AccountCode)>,
}

impl Errand for Adding<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
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
        self.offer = Some(desk.offer()?);
        // Another offer may have come while the issuer was asked.
        self.code = self
            .code
            .take()
            .filter(|(of, _)| self.offer.as_ref() == Some(of));
        Ok(Some(Needed::at(self.place)))
    }

    fn next(
        &mut self,
        taken: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(making) = &mut self.making else {
            let slot = match self.slot {
                Some(slot) => slot,
                None => free_slot(&mut taken.iter().map(|taken| taken.slot))?,
            };
            let offer = self.offer.clone();
            let offer = offer.ok_or_else(|| WalletError::new(ErrorKind::NoOffer))?;
            let making = Making::new(offer, crate::random_id(rng), self.place, slot);
            return Ok(self.making.insert(making).begin(self.pin));
        };
        self.made = making.finish(replies)?;
        match self.made {
            Some(_) => Ok(Vec::new()),
            None => making.sign(replies, rng),
        }
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let mut profile = desk.profile()?.clone();
        let face = free_slot(&mut profile.cards.iter().map(CardAccount::face))?;
        profile
            .cards
            .extend(self.made.take().map(|made| CardAccount {
                face: Some(face),
                ..made
            }));
        if let Some((_, code)) = &self.code {
            let mut sheet = desk.sheet()?.clone();
            let codes = SheetCodes::of_account(code.clone());
            sheet.add(&codes, self.stretch, self.pin, self.place, &mut desk.rng)?;
            desk.keep_sheet(sheet)?;
        }
        // Another one may be on offer by now.
        if desk.state.beside.offering.record == self.offer {
            desk.forget_offer();
        }
        desk.keep_profile(profile)
    }
}

/// A card on its way out.
struct Removing<'a> {
    id: &'a str,
    pin: &'a str,
    slot: u8,
}

impl Errand for Removing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        if self.id == OFFERED {
            desk.forget_offer();
            return Ok(None);
        }
        let account = desk.unused_card(self.id)?;
        if desk.unlocked()?.slices.coupons.has_value_of(self.id) {
            return Err(WalletError::new(ErrorKind::CouponInUse));
        }
        if desk.settlements()?.has_charge_of(self.id) {
            return Err(WalletError::new(ErrorKind::CardInUse));
        }
        if account.place().is_outside() && self.pin.is_empty() {
            self.keep(desk)?;
            return Ok(None);
        }
        self.slot = account.enrolment.slot;
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        if !replies.is_empty() {
            return Ok(Vec::new());
        }
        let [signing, keys] = Command::delete(self.slot);
        Ok(vec![Command::present_pin(self.pin), signing, keys])
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let mut profile = desk.profile()?.clone();
        profile.cards.retain(|card| card.id != self.id);
        desk.keep_profile(profile)
    }
}

impl Desk<'_> {
    /// A card that pays no order which is not settled, and whose purse holds nothing.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCard`], [`ErrorKind::CardInUse`], [`ErrorKind::PurseInUse`], [`ErrorKind::Locked`].
    pub fn unused_card(&mut self, id: &str) -> Result<CardAccount, WalletError> {
        let unlocked = self.unlocked()?;
        let account = unlocked.slices.profile.card(id)?.clone();
        let mut open = unlocked
            .slices
            .orders
            .iter()
            .filter(|order| !order.record.settled);
        let holder = account.enrolment.holder();
        if unlocked.slices.banking.has_value_of(id) {
            return Err(WalletError::new(ErrorKind::PurseInUse));
        }
        if open.any(|order| order.record.holder() == Some(holder)) {
            return Err(WalletError::new(ErrorKind::CardInUse));
        }
        Ok(account)
    }
}
