//! What the bank signed for a prepaid card is given to it: what it is, and verdicts. None of it needs the PIN. What the
//! card holds then is read and kept.

use std::collections::VecDeque;

use minicbor::bytes::ByteVec;
use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::{OpeningGiven, PendingView, PurseView};
use tallystick_protocol::bank::PurseOpening;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::time::Timestamp;

use super::record::{IssuedCard, PrepaidRecord};
use crate::bank::card;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Tells the card what it has to hear, and keeps what it holds then.
    pub(in crate::bank) async fn tell_prepaid(&self, id: &str) -> Result<(), WalletError> {
        self.run(&mut Hearing {
            id,
            at: Timestamp(0),
            given: None,
            step: Step::Begin,
            words: VecDeque::new(),
            heard: Vec::new(),
            found: None,
        })
        .await
    }
}

/// A prepaid card that is to be told.
struct Hearing<'a> {
    id: &'a str,
    at: Timestamp,
    /// What is to be written, while it is not in the card.
    given: Option<(IssuedCard, PurseOpening)>,
    step: Step,
    /// What is left to be told.
    words: VecDeque<ByteVec>,
    /// What it has been told.
    heard: Vec<ByteVec>,
    /// Where it is and what it holds.
    found: Option<(u8, PurseView)>,
}

/// What the card was asked last.
enum Step {
    /// Nothing.
    Begin,
    /// Which places are taken.
    List,
    /// To show what is at its place.
    Read(u8),
}

impl Errand for Hearing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        let record = desk.prepaid(self.id)?;
        let account = desk.profile()?.card(&record.account)?.clone();
        self.at = desk.now();
        self.words = record.undelivered.clone().into();
        self.step = match record.place {
            Some(place) => Step::Read(place),
            None => Step::Begin,
        };
        self.given = given(&record)?;
        let is_in_reach = record.place.is_some() || self.given.is_some();
        Ok(is_in_reach.then(|| account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let failed = || WalletError::new(ErrorKind::CardFailed);
        match self.step {
            Step::Begin => {
                self.step = Step::List;
                Ok(vec![card::list()])
            }
            Step::List => self.write(replies.last().ok_or_else(failed)?),
            Step::Read(place) if replies.is_empty() => Ok(self.tell(place)),
            Step::Read(place) => {
                let view = card::view(replies.last().ok_or_else(failed)?)?;
                self.found = Some((place, view));
                Ok(match self.words.is_empty() {
                    true => Vec::new(),
                    false => self.tell(place),
                })
            }
        }
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let (Some((place, view)), Ok(record)) = (self.found.take(), desk.prepaid(self.id)) else {
            return Ok(());
        };
        let mut record = desk.seen_in_card(record, &view)?;
        record.place = Some(place);
        record.opening = None;
        record.undelivered.retain(|word| !self.heard.contains(word));
        desk.keep_banking(record)
    }
}

impl Hearing<'_> {
    /// Writes it to a free place, unless it is there: the wallet may have died before it could note so.
    fn write(&mut self, listed: &Reply) -> Result<Vec<Command>, WalletError> {
        let none = || WalletError::new(ErrorKind::PurseState);
        let (issued, opening) = self.given.take().ok_or_else(none)?;
        if let Some(place) = card::place_of(listed, issued.number)? {
            self.step = Step::Read(place);
            return Ok(vec![card::read(place)]);
        }
        let place = card::free_place(listed)?;
        let given = OpeningGiven {
            certificate: opening.purse_certificate,
            notice: Some(opening.notice),
            at: self.at,
        };
        self.step = Step::Read(place);
        let [bank, open] = card::open(place, &opening.bank_certificate, &given);
        Ok(vec![bank, open, card::read(place)])
    }

    /// Tells it everything, and reads.
    fn tell(&mut self, place: u8) -> Vec<Command> {
        let words: Vec<_> = self.words.drain(..).collect();
        let told = words.iter();
        let told = told.map(|word| card::take_verdict(place, word, self.at));
        let commands = told.chain([card::read(place)]).collect();
        self.heard.extend(words);
        commands
    }
}

/// What the bank signed of a card that is to be written.
fn given(record: &PrepaidRecord) -> Result<Option<(IssuedCard, PurseOpening)>, WalletError> {
    let (Some(opening), Some(issued)) = (&record.opening, &record.issued) else {
        return Ok(None);
    };
    let opening =
        decode(opening).map_err(|error| WalletError::caused(ErrorKind::StorageDamaged, &error))?;
    Ok(Some((issued.clone(), opening)))
}

impl Desk<'_> {
    /// A prepaid card as its card has just shown it.
    pub(in crate::bank) fn seen_in_card(
        &mut self,
        mut record: PrepaidRecord,
        view: &PurseView,
    ) -> Result<PrepaidRecord, WalletError> {
        let banking = self.banking()?;
        let is_unknown = |pending: &PendingView| banking.movement(pending.transaction).is_err();
        record.is_unsettled = view.pending.iter().any(is_unknown);
        record.state.clone_from(&view.state);
        record.checkpoint.clone_from(&view.checkpoint);
        Ok(record)
    }
}
