//! What was said, by whomever, as it travels.

use std::collections::HashMap;

/// Which of all messages.
pub type MessageId = u32;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A purse asks to be paid: so much, if it says so.
    Request(Option<u64>),
    /// A sealed payment.
    Payment,
    /// A sealed answer to one.
    Answer,
    /// The signed report of this card.
    Report(usize),
    /// How a movement ended, by the bank.
    Verdict,
    /// A checkpoint, by the bank.
    Notice,
}

/// All messages that were ever said, each once: the same bytes are the same message.
#[derive(Default)]
pub struct Messages {
    all: Vec<(Kind, Vec<u8>)>,
    by_bytes: HashMap<Vec<u8>, MessageId>,
}

impl Messages {
    pub fn number(&mut self, kind: Kind, bytes: Vec<u8>) -> MessageId {
        if let Some(known) = self.by_bytes.get(&bytes) {
            return *known;
        }
        let id = MessageId::try_from(self.all.len()).unwrap();
        self.by_bytes.insert(bytes.clone(), id);
        self.all.push((kind, bytes));
        id
    }

    pub fn kind(&self, id: MessageId) -> Kind {
        self.all[id as usize].0
    }

    pub fn bytes(&self, id: MessageId) -> &[u8] {
        &self.all[id as usize].1
    }
}
