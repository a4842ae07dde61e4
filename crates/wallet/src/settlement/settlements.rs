//! What the wallet keeps of contactless cards, each in a record of its own.

use minicbor::{Decode, Encode};
use tallystick_protocol::settlement::Alias;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::Root;
use zeroize::Zeroizing;

use super::record::{
    BYTES_MAX, CardRecord, ChargeRecord, GettingRecord, OutcomeRecord, SettingsRecord,
};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::slices::{Opened, Slice};

/// In front of the names of all its records.
const PREFIX: &str = "settlement/";
/// In front of the names of cards.
const CARDS: &str = "settlement/card/";
/// In front of the names of cards that are being had.
const GETTING: &str = "settlement/getting/";
/// In front of the names of charges.
const CHARGES: &str = "settlement/charge/";
/// In front of the names of outcomes.
const OUTCOMES: &str = "settlement/outcome/";
/// The name of what the holder has chosen.
const SETTINGS: &str = "settlement/settings";
/// The most outcomes that are kept; of more the oldest makes room. There are no more orders than that.
const OUTCOMES_MAX: usize = 200;
/// The most charges that are kept; of those that are over the oldest makes room.
pub const CHARGES_MAX: usize = 64;

/// The first pause between two questions, in milliseconds.
const PAUSE_MS_MIN: u64 = 1_000;
/// The longest pause, in milliseconds (ten minutes).
const PAUSE_MS_MAX: u64 = 600_000;

/// All of it, in no particular order.
#[derive(Default)]
pub struct Settlements {
    cards: Vec<CardRecord>,
    getting: Vec<GettingRecord>,
    charges: Vec<ChargeRecord>,
    outcomes: Vec<OutcomeRecord>,
    /// What the holder has chosen.
    pub settings: SettingsRecord,
    /// When fronts are asked again; in memory alone.
    due_ms: u64,
    pause_ms: u64,
    /// How many records cannot be read any more. They stay as they are.
    unreadable: usize,
}

/// What has a record of its own here.
pub trait Kept: Encode<()> + for<'b> Decode<'b, ()> + Clone {
    /// The name of its record.
    fn record(&self) -> String;
    /// Where its kind is.
    fn all(settlements: &mut Settlements) -> &mut Vec<Self>;
}

impl Kept for CardRecord {
    fn record(&self) -> String {
        [CARDS, &self.id()].concat()
    }

    fn all(settlements: &mut Settlements) -> &mut Vec<Self> {
        &mut settlements.cards
    }
}

impl Kept for GettingRecord {
    fn record(&self) -> String {
        [GETTING, &base16ct::lower::encode_string(&self.recipient)].concat()
    }

    fn all(settlements: &mut Settlements) -> &mut Vec<Self> {
        &mut settlements.getting
    }
}

impl Kept for ChargeRecord {
    fn record(&self) -> String {
        [CHARGES, &base16ct::lower::encode_string(&self.number)].concat()
    }

    fn all(settlements: &mut Settlements) -> &mut Vec<Self> {
        &mut settlements.charges
    }
}

impl Kept for OutcomeRecord {
    fn record(&self) -> String {
        [OUTCOMES, &base16ct::lower::encode_string(&self.root.0)].concat()
    }

    fn all(settlements: &mut Settlements) -> &mut Vec<Self> {
        &mut settlements.outcomes
    }
}

impl Settlements {
    /// The cards.
    pub fn cards(&self) -> impl Iterator<Item = &CardRecord> {
        self.cards.iter()
    }

    /// The card of that alias.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchContactless`].
    pub fn card(&self, alias: Alias) -> Result<&CardRecord, WalletError> {
        let card = self.cards.iter().find(|card| card.alias == alias);
        card.ok_or_else(|| WalletError::new(ErrorKind::NoSuchContactless))
    }

    /// The card that calls name so.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchContactless`].
    pub fn named(&self, id: &str) -> Result<&CardRecord, WalletError> {
        let none = |_| WalletError::new(ErrorKind::NoSuchContactless);
        self.card(id.parse().map_err(none)?)
    }

    /// The charges.
    pub fn charges(&self) -> impl Iterator<Item = &ChargeRecord> {
        self.charges.iter()
    }

    /// The charge of that number.
    #[must_use]
    pub fn charge(&self, number: &[u8; 32]) -> Option<&ChargeRecord> {
        let mut charges = self.charges.iter();
        charges.find(|charge| charge.number == *number)
    }

    /// What has become of an order, if anything is known.
    #[must_use]
    pub fn outcome(&self, root: &Root) -> Option<&OutcomeRecord> {
        self.outcomes.iter().find(|outcome| outcome.root == *root)
    }

    /// The request for the card that has made that key, if there was one.
    #[must_use]
    pub fn getting(&self, recipient: &[u8; 32]) -> Option<&GettingRecord> {
        let mut getting = self.getting.iter();
        getting.find(|getting| getting.recipient == *recipient)
    }

    /// The requests for a card there.
    pub fn gettings(&self, place: KeyPlace) -> impl Iterator<Item = &GettingRecord> {
        self.getting
            .iter()
            .filter(move |getting| getting.place == place)
    }

    /// Whether an account pays a charge that is not over: only its keys have signed it.
    #[must_use]
    pub fn has_charge_of(&self, account: &str) -> bool {
        let mut charges = self.charges.iter();
        charges.any(|charge| charge.account == account && charge.is_open())
    }

    /// When fronts are due to be asked, in milliseconds.
    #[must_use]
    pub const fn due_ms(&self) -> u64 {
        self.due_ms
    }

    /// They were asked: a growing pause, unless something moved.
    pub fn wait(&mut self, now_ms: u64, has_moved: bool) {
        let pause_ms = if has_moved { 0 } else { self.pause_ms };
        self.pause_ms = (pause_ms * 2).clamp(PAUSE_MS_MIN, PAUSE_MS_MAX);
        self.due_ms = now_ms.saturating_add(self.pause_ms);
    }

    /// Something was begun: they are asked at once.
    pub const fn hurry(&mut self) {
        (self.due_ms, self.pause_ms) = (0, 0);
    }

    fn take<T: Kept>(&mut self, bytes: &[u8]) {
        match decode_value::<T>(bytes, BYTES_MAX) {
            Ok(read) => T::all(self).push(read),
            Err(_) => self.unreadable += 1,
        }
    }
}

impl Slice for Settlements {
    fn owns(name: &str) -> bool {
        name.starts_with(PREFIX)
    }

    /// One that is damaged keeps nobody from the others.
    fn take_up(&mut self, name: &str, opened: Opened) -> Result<(), WalletError> {
        let bytes = match opened {
            Err(error) if error.kind == ErrorKind::StorageNewer => return Err(error),
            opened => opened.unwrap_or_default(),
        };
        if name == SETTINGS {
            self.settings = decode_value(&bytes, BYTES_MAX).unwrap_or_default();
        } else if name.starts_with(CARDS) {
            self.take::<CardRecord>(&bytes);
        } else if name.starts_with(GETTING) {
            self.take::<GettingRecord>(&bytes);
        } else if name.starts_with(CHARGES) {
            self.take::<ChargeRecord>(&bytes);
        } else {
            self.take::<OutcomeRecord>(&bytes);
        }
        Ok(())
    }

    /// What is on a software card would be lost with the wallet.
    fn is_under_way(&self) -> bool {
        let holds_value = |card: &CardRecord| {
            let has_balance = card.balance.is_some_and(|balance| balance.minor > 0);
            card.place == KeyPlace::Software && (has_balance || card.waiting > 0)
        };
        self.cards.iter().any(holds_value) || self.charges.iter().any(ChargeRecord::is_open)
    }
}

impl Desk<'_> {
    /// What is kept of contactless cards.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn settlements(&mut self) -> Result<&mut Settlements, WalletError> {
        Ok(&mut self.unlocked()?.slices.settlements)
    }

    /// Replaces a record, or adds it.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep_settlement<T: Kept>(&mut self, kept: T) -> Result<(), WalletError> {
        let bytes = Zeroizing::new(encode_value(&kept));
        let name = kept.record();
        self.put_sealed(&name, &bytes)?;
        let all = T::all(self.settlements()?);
        match all.iter_mut().find(|one| one.record() == name) {
            Some(one) => *one = kept,
            None => all.push(kept),
        }
        Ok(())
    }

    /// Removes a record.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn drop_settlement<T: Kept>(&mut self, kept: &T) -> Result<(), WalletError> {
        let name = kept.record();
        T::all(self.settlements()?).retain(|one| one.record() != name);
        self.delete(name);
        Ok(())
    }

    /// Keeps an outcome, in the place of the oldest if there are many.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep_outcome(&mut self, outcome: OutcomeRecord) -> Result<(), WalletError> {
        let outcomes = &self.settlements()?.outcomes;
        let is_new = !outcomes.iter().any(|other| other.root == outcome.root);
        let oldest = outcomes.iter().min_by_key(|other| other.at).cloned();
        if is_new
            && outcomes.len() >= OUTCOMES_MAX
            && let Some(oldest) = oldest
        {
            self.drop_settlement(&oldest)?;
        }
        self.keep_settlement(outcome)
    }

    /// Keeps what the holder has chosen.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep_settlement_settings(
        &mut self,
        settings: SettingsRecord,
    ) -> Result<(), WalletError> {
        self.put_sealed(SETTINGS, &encode_value(&settings))?;
        self.settlements()?.settings = settings;
        Ok(())
    }
}
