//! A card reader at a computer, and the cards that are put into it. Faults come on demand.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;

use tallystick_wallet::core::ports::{CardFault, CardResponse, FaultKind, Later, PoweredCard};
use zeroize::Zeroizing;

pub use crate::held_card::HeldCard;

/// The reader's product name.
pub const NAME: &str = "Pretend reader";

/// What happens to a card in the middle of a conversation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pulled {
    Before,
    After,
}

/// The reader.
#[derive(Default)]
pub struct Reader(Rc<ReaderState>);

#[derive(Default)]
struct ReaderState {
    is_absent: Cell<bool>,
    is_held: Cell<bool>,
    card: RefCell<Option<HeldCard>>,
    /// How many APDUs still go through, and what happens at the next.
    pull: Cell<Option<(u32, Pulled)>>,
    transmitted: Cell<u32>,
    /// Waits at every APDU until somebody else had a turn.
    is_slow: Cell<bool>,
    is_short: Cell<bool>,
    /// Never answers an APDU.
    is_silent: Cell<bool>,
    /// Repeats what is known of a card, and makes up what only the card can know.
    is_impostor: Cell<bool>,
    pins: Cell<u32>,
}

impl Reader {
    /// Puts a card in, in place of what is there.
    pub fn insert(&self, card: &HeldCard) {
        *self.0.card.borrow_mut() = Some(card.clone());
    }

    /// What is in it.
    #[must_use]
    pub fn card(&self) -> Option<HeldCard> {
        self.0.card.borrow().clone()
    }

    /// Takes the card out.
    pub fn eject(&self) {
        *self.0.card.borrow_mut() = None;
    }

    /// Unplugs the reader, or plugs it in.
    pub fn unplug(&self, is_absent: bool) {
        self.0.is_absent.set(is_absent);
    }

    /// Another program takes the reader, or lets it go.
    pub fn hold(&self, is_held: bool) {
        self.0.is_held.set(is_held);
    }

    /// The card is pulled out after so many APDUs, before the next one reaches it, or with `executed`
    /// after it has, before it answers.
    pub fn pull_after(&self, apdus: u32, executed: bool) {
        let when = if executed {
            Pulled::After
        } else {
            Pulled::Before
        };
        self.0.pull.set(Some((apdus, when)));
    }

    /// Nobody pulls at the card.
    pub fn leave_alone(&self) {
        self.0.pull.set(None);
    }

    /// Lets everybody else go on before each answer.
    pub fn slow_down(&self) {
        self.0.is_slow.set(true);
    }

    /// The reader, or the card, takes no extended lengths: 6700 (ISO/IEC 7816-4 §5.6).
    pub fn take_short_apdus_only(&self) {
        self.0.is_short.set(true);
    }

    /// Answers no APDU any more, however long one waits, or does again.
    pub fn fall_silent(&self, is_silent: bool) {
        self.0.is_silent.set(is_silent);
    }

    /// The card is one that lists the accounts of the true one and has none of its keys.
    pub fn replace_by_impostor(&self) {
        self.0.is_impostor.set(true);
    }

    /// How many PINs were presented to cards.
    #[must_use]
    pub fn pins(&self) -> u32 {
        self.0.pins.get()
    }

    /// How many APDUs went through.
    #[must_use]
    pub fn transmitted(&self) -> u32 {
        self.0.transmitted.get()
    }

    pub(crate) async fn power(&self) -> Result<Box<dyn PoweredCard>, CardFault> {
        if self.0.is_absent.get() {
            return Err(fault(FaultKind::NoReader, ""));
        }
        if self.0.is_held.get() {
            return Err(fault(FaultKind::Held, NAME));
        }
        let card = self.0.card.borrow().clone();
        let card = card.ok_or_else(|| fault(FaultKind::NoCard, NAME))?;
        card.lose_power();
        let reader = self.0.clone();
        Ok(Box::new(InReader { reader, card }))
    }
}

fn fault(kind: FaultKind, reader: &str) -> CardFault {
    CardFault {
        kind,
        reader: reader.to_owned(),
        reason: "as the test wants it".to_owned(),
    }
}

/// A card in the reader, with power.
struct InReader {
    reader: Rc<ReaderState>,
    card: HeldCard,
}

impl InReader {
    fn answer(&self, apdu: &[u8]) -> CardResponse {
        let removed = || fault(FaultKind::Removed, NAME);
        let is_there = |card: &HeldCard| card.is_same(&self.card);
        if !self.reader.card.borrow().as_ref().is_some_and(is_there) {
            return Err(removed());
        }
        let pulled = match self.reader.pull.get() {
            Some((0, pulled)) => Some(pulled),
            Some((left, pulled)) => {
                self.reader.pull.set(Some((left - 1, pulled)));
                None
            }
            None => None,
        };
        if pulled.is_some() {
            *self.reader.card.borrow_mut() = None;
        }
        if pulled == Some(Pulled::Before) {
            return Err(removed());
        }
        self.reader
            .transmitted
            .set(self.reader.transmitted.get() + 1);
        // Asking how many tries are left is the same command without a PIN.
        if matches!(apdu, [_, 0x20, ..]) && apdu.len() > 8 {
            self.reader.pins.set(self.reader.pins.get() + 1);
        }
        if self.reader.is_impostor.get() && matches!(apdu, [0x80, 0x1C, ..]) {
            let made_up = [[0x2A; 32].as_slice(), &[0x90, 0x00]].concat();
            return Ok(Zeroizing::new(made_up));
        }
        let is_extended = apdu.len() > 5 && apdu[4] == 0;
        let response = if is_extended && self.reader.is_short.get() {
            Zeroizing::new(vec![0x67, 0x00])
        } else {
            self.card.execute(apdu)
        };
        if self.card.is_dead() {
            *self.reader.card.borrow_mut() = None;
            return Err(removed());
        }
        match pulled {
            Some(_) => Err(removed()),
            None => Ok(response),
        }
    }
}

impl PoweredCard for InReader {
    fn transmit<'a>(&'a mut self, apdu: &'a [u8]) -> Later<'a, CardResponse> {
        Box::pin(async move {
            if self.reader.is_slow.get() {
                others_turn().await;
            }
            if self.reader.is_silent.get() {
                pending::<()>().await;
            }
            self.answer(apdu)
        })
    }
}

/// Is pending once.
async fn others_turn() {
    let mut waited = false;
    poll_fn(|context| {
        if waited {
            return Poll::Ready(());
        }
        waited = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
