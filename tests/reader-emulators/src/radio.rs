//! The air between a reader and what lies on it.

/// How a reader speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Air {
    /// ISO/IEC 14443 type A.
    A,
    /// ISO/IEC 14443 type B.
    B,
    /// FeliCa.
    F,
}

/// A frame on the air.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// Its bytes without checksum.
    pub bytes: Vec<u8>,
    /// How many bits of the last byte were sent.
    pub bits: u8,
    /// Whether a checksum was sent with it.
    pub checksum: bool,
}

/// What a reader hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sound {
    /// A frame.
    Frame(Vec<u8>),
    /// A frame with a wrong checksum.
    Garbled,
    /// Two frames at once.
    Collision,
    /// Nothing.
    Silence,
}

/// What lies on a reader.
pub trait Listener {
    /// Hears a frame, and perhaps answers.
    fn hear(&mut self, air: Air, spoken: &Spoken) -> Option<Vec<u8>>;
    /// The field is gone, and with it the power.
    fn field_off(&mut self);
}

/// What happens to one exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Nothing special.
    Well,
    /// The card does not get the frame.
    CommandLost,
    /// The reader does not get the answer.
    AnswerLost,
    /// The reader gets the answer with a wrong checksum.
    AnswerGarbled,
    /// Everything is taken off the reader.
    TakenAway,
}

/// The field of a reader, with cards in it.
pub struct Radio {
    listeners: Vec<Box<dyn Listener>>,
    events: Box<dyn FnMut(usize) -> Event>,
    exchanges: usize,
}

impl Radio {
    /// Puts cards on a reader.
    #[must_use]
    pub fn with(listeners: Vec<Box<dyn Listener>>) -> Self {
        Self {
            listeners,
            events: Box::new(|_| Event::Well),
            exchanges: 0,
        }
    }

    /// Says what happens to each exchange, counted from 0.
    #[must_use]
    pub fn disturbed(mut self, events: impl FnMut(usize) -> Event + 'static) -> Self {
        self.events = Box::new(events);
        self
    }

    pub(crate) fn field_off(&mut self) {
        for listener in &mut self.listeners {
            listener.field_off();
        }
    }

    pub(crate) fn speak(&mut self, air: Air, spoken: &Spoken) -> Sound {
        let event = (self.events)(self.exchanges);
        self.exchanges += 1;
        match event {
            Event::TakenAway => self.listeners.clear(),
            Event::CommandLost => return Sound::Silence,
            _ => {}
        }
        let answers = self.listeners.iter_mut();
        let answers: Vec<_> = answers
            .filter_map(|listener| listener.hear(air, spoken))
            .collect();
        match (&answers[..], event) {
            ([], _) | (_, Event::AnswerLost) => Sound::Silence,
            (_, Event::AnswerGarbled) => Sound::Garbled,
            ([first, others @ ..], _) if others.iter().all(|other| other == first) => {
                Sound::Frame(first.clone())
            }
            _ => Sound::Collision,
        }
    }
}
