//! A state of all three, and how one leads to others.

use crate::bank::BankId;
use crate::card::{CardId, Command};
use crate::message::MessageId;

/// Two cards, the bank, and everything that was said: what is on its way may arrive at any time, in any order and any number of
/// times, or never, so that nothing leaves this set. A message that is lost is one that nobody takes any more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub cards: [CardId; 2],
    pub bank: BankId,
    /// How often the bank was told something. It counts its checkpoints, so that without a bound there is no end.
    pub told: u8,
    /// In ascending order.
    pub said: Box<[MessageId]>,
}

impl State {
    /// The same with one more message.
    pub fn saying(&self, message: Option<MessageId>) -> Box<[MessageId]> {
        let Some(message) = message else {
            return self.said.clone();
        };
        match self.said.binary_search(&message) {
            Ok(_) => self.said.clone(),
            Err(place) => {
                let (before, after) = self.said.split_at(place);
                [before, &[message], after].concat().into()
            }
        }
    }

    pub fn with_card(&self, index: usize, card: CardId, says: Option<MessageId>) -> Self {
        let mut cards = self.cards;
        cards[index] = card;
        Self {
            cards,
            bank: self.bank,
            told: self.told,
            said: self.saying(says),
        }
    }
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// A card is told something.
    Card(usize, Command),
    /// The bank hears a report.
    Bank(usize, MessageId),
    /// Somebody puts a card's pages back to what they were before its last command.
    OldPages(usize),
    /// Somebody puts the bank's database back to what it was in the beginning.
    OldDatabase,
    /// The bank books what was paid once more.
    BookAgain,
}
