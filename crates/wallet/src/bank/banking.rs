//! What the wallet keeps about banks: accounts on their way, purses and movements, each in a record of its own.

use minicbor::{Decode, Encode};
use tallystick_protocol::purse::PurseState;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::{Domain, TransactionId};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::instruction_record::InstructionRecord;
use super::local::record::LocalRecord;
use super::pausing::Pausing;
use super::prepaid::record::PrepaidRecord;
use super::record::{BYTES_MAX, MovementRecord, OpeningRecord, PurseRecord};
use crate::bank::view::MovementState;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::slices::{Opened, Slice};

/// In front of the identifiers of accounts on their way, in the names of records.
const OPENINGS: &str = "bank/opening/";
/// In front of the identifiers of purses.
const PURSES: &str = "bank/purse/";
/// In front of the numbers of movements.
const MOVEMENTS: &str = "bank/movement/";
/// In front of the names of instructions to banks.
const INSTRUCTIONS: &str = "bank/instruction/";
/// In front of the identifiers of prepaid cards.
const PREPAID: &str = "bank/prepaid/";
/// In front of the names of payments between purses.
const LOCALS: &str = "bank/local/";
/// The most payments between purses that are kept; of those that have ended the oldest makes room.
const LOCALS_MAX: usize = 200;
/// The most movements that are kept; of those that have ended the oldest makes room.
const MOVEMENTS_MAX: usize = 500;

/// All of it, in no particular order.
#[derive(Default)]
pub struct Banking {
    openings: Vec<OpeningRecord>,
    purses: Vec<PurseRecord>,
    movements: Vec<MovementRecord>,
    instructions: Vec<InstructionRecord>,
    prepaid: Vec<PrepaidRecord>,
    locals: Vec<LocalRecord>,
    /// When parties are asked again; in memory alone.
    pub pausing: Pausing,
    /// How many records cannot be read any more. They stay as they are.
    unreadable: usize,
}

/// What has a record of its own here.
pub trait Kept: Encode<()> + for<'b> Decode<'b, ()> + Clone {
    /// The name of its record.
    fn record(&self) -> String;
    /// Where its kind is.
    fn all(banking: &mut Banking) -> &mut Vec<Self>;
}

impl Kept for OpeningRecord {
    fn record(&self) -> String {
        [OPENINGS, &self.id].concat()
    }

    fn all(banking: &mut Banking) -> &mut Vec<Self> {
        &mut banking.openings
    }
}

impl Kept for PurseRecord {
    fn record(&self) -> String {
        [PURSES, &self.id].concat()
    }

    fn all(banking: &mut Banking) -> &mut Vec<Self> {
        &mut banking.purses
    }
}

impl Kept for MovementRecord {
    fn record(&self) -> String {
        [MOVEMENTS, &self.transaction.to_string()].concat()
    }

    fn all(banking: &mut Banking) -> &mut Vec<Self> {
        &mut banking.movements
    }
}

impl Kept for InstructionRecord {
    fn record(&self) -> String {
        [INSTRUCTIONS, &self.id()].concat()
    }

    fn all(banking: &mut Banking) -> &mut Vec<Self> {
        &mut banking.instructions
    }
}

impl Kept for PrepaidRecord {
    fn record(&self) -> String {
        [PREPAID, &self.id].concat()
    }

    fn all(banking: &mut Banking) -> &mut Vec<Self> {
        &mut banking.prepaid
    }
}

impl Kept for LocalRecord {
    fn record(&self) -> String {
        [LOCALS, &self.id()].concat()
    }

    fn all(banking: &mut Banking) -> &mut Vec<Self> {
        &mut banking.locals
    }
}

impl Banking {
    /// The payments between purses.
    pub fn locals(&self) -> impl Iterator<Item = &LocalRecord> {
        self.locals.iter()
    }

    /// The accounts on their way.
    pub fn openings(&self) -> impl Iterator<Item = &OpeningRecord> {
        self.openings.iter()
    }

    /// The purses.
    pub fn purses(&self) -> impl Iterator<Item = &PurseRecord> {
        self.purses.iter()
    }

    /// The movements.
    pub fn movements(&self) -> impl Iterator<Item = &MovementRecord> {
        self.movements.iter()
    }

    /// What banks were told.
    pub fn instructions(&self) -> impl Iterator<Item = &InstructionRecord> {
        self.instructions.iter()
    }

    /// The prepaid cards.
    pub fn prepaid(&self) -> impl Iterator<Item = &PrepaidRecord> {
        self.prepaid.iter()
    }

    /// What a bank was told, by its name.
    #[must_use]
    pub fn instruction(&self, id: &str) -> Option<&InstructionRecord> {
        self.instructions.iter().find(|told| told.id() == id)
    }

    /// The purse of an account that was neither refused nor closed nor blocked.
    #[must_use]
    pub fn purse_of(&self, account: &str) -> Option<&PurseRecord> {
        let mut purses = self.purses.iter();
        purses.find(|purse| purse.account == account && purse.is_current())
    }

    /// The newest certificate (DER) that is known of the key with which a bank signs purses.
    #[must_use]
    pub fn bank_certificate(&self, bank: &Domain) -> Option<&[u8]> {
        let of_bank = self.purses.iter().filter(|purse| purse.bank == *bank);
        let opened = of_bank.filter_map(|purse| purse.opened.as_ref());
        let newest = opened.max_by_key(|opened| opened.key_ends_at);
        newest.map(|opened| opened.bank_certificate.as_slice())
    }

    /// A purse.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`].
    pub fn purse(&self, id: &str) -> Result<&PurseRecord, WalletError> {
        let purse = self.purses.iter().find(|purse| purse.id == id);
        purse.ok_or_else(|| WalletError::new(ErrorKind::NoSuchPurse))
    }

    /// A movement.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchMovement`].
    pub fn movement(&self, transaction: TransactionId) -> Result<&MovementRecord, WalletError> {
        let mut movements = self.movements.iter();
        let movement = movements.find(|movement| movement.transaction == transaction);
        movement.ok_or_else(|| WalletError::new(ErrorKind::NoSuchMovement))
    }

    /// Whether keys of that account may go: a purse or prepaid card that holds something, or from which something is
    /// under way, would be lost with them.
    #[must_use]
    pub fn has_value_of(&self, account: &str) -> bool {
        let mut prepaid = self.prepaid.iter();
        let is_on_card = prepaid.any(|card| card.account == account && card.has_value());
        is_on_card
            || self.purses.iter().any(|purse| {
                let holds = purse.state.as_ref().is_some_and(|state| {
                    state.amount > 0 || state.pending_out > 0 || state.pending_in > 0
                });
                let is_moving = self
                    .movements
                    .iter()
                    .any(|movement| movement.purse == purse.id && !movement.state.has_ended());
                let is_here = purse.closed_at.is_none() && purse.blocked.is_none();
                purse.account == account && is_here && (holds || is_moving)
            })
    }

    fn take<T: Kept>(&mut self, bytes: &[u8]) -> bool {
        let read = decode_value::<T>(bytes, BYTES_MAX);
        let is_read = read.is_ok();
        T::all(self).extend(read);
        is_read
    }
}

impl MovementState {
    /// Whether nothing is left to be done or asked.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::NotCompleted)
    }
}

impl Slice for Banking {
    fn owns(name: &str) -> bool {
        [OPENINGS, PURSES, MOVEMENTS, INSTRUCTIONS, PREPAID, LOCALS]
            .iter()
            .any(|prefix| name.starts_with(prefix))
    }

    /// One that is damaged keeps nobody from the others.
    fn take_up(&mut self, name: &str, opened: Opened) -> Result<(), WalletError> {
        let bytes = match opened {
            Err(error) if error.kind == ErrorKind::StorageNewer => return Err(error),
            opened => opened.unwrap_or_default(),
        };
        let is_read = match name {
            name if name.starts_with(OPENINGS) => self.take::<OpeningRecord>(&bytes),
            name if name.starts_with(PURSES) => self.take::<PurseRecord>(&bytes),
            name if name.starts_with(INSTRUCTIONS) => self.take::<InstructionRecord>(&bytes),
            name if name.starts_with(PREPAID) => self.take::<PrepaidRecord>(&bytes),
            name if name.starts_with(LOCALS) => self.take::<LocalRecord>(&bytes),
            _ => self.take::<MovementRecord>(&bytes),
        };
        self.unreadable += usize::from(!is_read);
        Ok(())
    }

    /// Value in a purse would be lost with the wallet, and so would what it alone follows.
    fn is_under_way(&self) -> bool {
        let purses = self.purses.iter().map(|purse| &purse.account);
        let mut accounts = purses.chain(self.prepaid.iter().map(|card| &card.account));
        accounts.any(|account| self.has_value_of(account))
    }
}

impl Desk<'_> {
    /// What is kept about banks.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn banking(&mut self) -> Result<&mut Banking, WalletError> {
        Ok(&mut self.unlocked()?.slices.banking)
    }

    /// Replaces a record, or adds it.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep_banking<T: Kept>(&mut self, kept: T) -> Result<(), WalletError> {
        let (name, bytes) = (kept.record(), Zeroizing::new(encode_value(&kept)));
        self.put_sealed(&name, &bytes)?;
        let all = T::all(self.banking()?);
        match all.iter_mut().find(|other| other.record() == name) {
            Some(other) => *other = kept,
            None => all.push(kept),
        }
        Ok(())
    }

    /// Forgets a record.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn drop_banking<T: Kept>(&mut self, kept: &T) -> Result<(), WalletError> {
        let name = kept.record();
        T::all(self.banking()?).retain(|other| other.record() != name);
        self.delete(name);
        Ok(())
    }

    /// Keeps a movement that has just begun, in the place of the oldest that has ended if there are many.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn begin_movement(&mut self, movement: MovementRecord) -> Result<(), WalletError> {
        let movements = &self.banking()?.movements;
        let ended = movements.iter().filter(|other| other.state.has_ended());
        let oldest = ended.min_by_key(|other| other.updated_at).cloned();
        if movements.len() >= MOVEMENTS_MAX
            && let Some(oldest) = oldest
        {
            self.drop_banking(&oldest)?;
        }
        self.keep_banking(movement)
    }

    /// Keeps a payment between purses that has just begun, in the place of the oldest that has ended if there are many.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn begin_local(&mut self, local: LocalRecord) -> Result<(), WalletError> {
        let locals = &self.banking()?.locals;
        let ended = locals.iter().filter(|other| other.has_ended());
        let oldest = ended.min_by_key(|other| other.updated_at).cloned();
        if locals.len() >= LOCALS_MAX
            && let Some(oldest) = oldest
        {
            self.drop_banking(&oldest)?;
        }
        self.keep_banking(local)
    }

    /// Keeps what a purse holds, as its card has just signed it, and of which moment.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], or if the wallet is locked.
    pub fn keep_signed(
        &mut self,
        purse: &str,
        state: PurseState,
        at: Timestamp,
    ) -> Result<(), WalletError> {
        let mut purse = self.banking()?.purse(purse)?.clone();
        purse.state = Some(state);
        purse.signed_at = Some(at);
        self.keep_banking(purse)
    }
}
