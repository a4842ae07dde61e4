//! Reading a prepaid card out: what it holds, and its history. Nobody is asked but the card.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::PurseView;
use tallystick_protocol::purse::{ENTRIES_MAX, HistoryEntry};

use super::shown;
use super::view::PrepaidReading;
use crate::bank::card;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// What a prepaid card holds and what happened to it, by the card itself: without network and without the PIN. A card
    /// in a reader must be there for it.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseState`] if it is not in the card yet, [`ErrorKind::OtherCard`],
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn read_prepaid(&self, id: &str) -> Result<PrepaidReading, WalletError> {
        let mut reading = Reading {
            id,
            place: 0,
            view: None,
            entries: Vec::new(),
            read: None,
        };
        self.run(&mut reading).await?;
        reading
            .read
            .ok_or_else(|| WalletError::new(ErrorKind::PurseState))
    }
}

struct Reading<'a> {
    id: &'a str,
    place: u8,
    view: Option<PurseView>,
    entries: Vec<HistoryEntry>,
    read: Option<PrepaidReading>,
}

impl Errand for Reading<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        let record = desk.prepaid(self.id)?;
        self.place = record.in_card()?;
        Ok(Some(desk.profile()?.card(&record.account)?.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let history = |after| vec![card::read_history(self.place, after)];
        let Some(reply) = replies.last() else {
            return Ok(vec![card::read(self.place)]);
        };
        if self.view.is_none() {
            self.view = Some(card::view(reply)?);
            return Ok(history(0));
        }
        let entries = card::history(reply)?;
        let is_last = entries.len() < ENTRIES_MAX;
        self.entries.extend(entries);
        let newest = self.entries.last().map(|entry| entry.sequence);
        Ok(match newest {
            Some(newest) if !is_last => history(newest),
            _ => Vec::new(),
        })
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let Some(view) = self.view.take() else {
            return Ok(());
        };
        let record = desk.prepaid(self.id)?;
        let record = desk.seen_in_card(record, &view)?;
        let slices = &desk.unlocked()?.slices;
        self.read = Some(shown::reading(&view, &self.entries, slices));
        desk.keep_banking(record)
    }
}
