//! Where the card is put in and taken out: with it the device comes and goes, as a token's does.

use std::{
    io,
    os::fd::BorrowedFd,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use zeroize::Zeroizing;

use super::{
    announcement::{Announcer, Event},
    control::{Instruction, Moment, NoInstruction},
    framing::{Assembler, Command, reports},
    hold::Hold,
    sysfs,
    terminal::Terminal,
};
use crate::{
    card_file::{CardFile, CardFileError},
    counters::Counters,
};

/// Why the device cannot be made, or what was asked of it cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum SlotError {
    /// The card cannot be read or kept.
    #[error(transparent)]
    Card(#[from] CardFileError),
    /// The operating system refused.
    #[error("The software USB device failed: {0}.")]
    Device(#[from] io::Error),
    /// Not understood.
    #[error(transparent)]
    Instruction(#[from] NoInstruction),
    /// The card is to be put in where one is.
    #[error("there is a card in already")]
    Occupied,
    /// The card is to be taken out where none is.
    #[error("there is no card in")]
    Empty,
}

/// The slot, with or without a card.
pub struct Slot {
    state: PathBuf,
    inserted: Option<Inserted>,
    /// The node of the card that was taken out last, for as long as the slot is empty. A terminal that
    /// hangs up reads as an empty report, which no real device sends: the host is to hear that the
    /// device is gone, and close it, before that.
    gone: Option<Terminal>,
    announcer: Announcer,
    counters: Counters,
    delay: Duration,
    pull: Option<Moment>,
}

/// A card with power, behind its device.
struct Inserted {
    card: CardFile,
    hold: Option<Hold>,
    terminal: Terminal,
    assembler: Assembler,
    answer: Option<Answer>,
}

/// What the host gets, and when.
struct Answer {
    channel: [u8; 2],
    response: Zeroizing<Vec<u8>>,
    due: Instant,
}

impl Slot {
    /// An empty slot for the card of this file.
    ///
    /// # Errors
    /// [`SlotError`] if there can be no software device here.
    pub fn new(state: &Path) -> Result<Self, SlotError> {
        sysfs::cover()?;
        Ok(Self {
            state: state.to_owned(),
            inserted: None,
            gone: None,
            announcer: Announcer::new(),
            counters: Counters::default(),
            delay: Duration::ZERO,
            pull: None,
        })
    }

    /// Puts in the card of `file`, or the one that was in last; says where the device's node is.
    ///
    /// # Errors
    /// [`SlotError`] if there is one in, or the device cannot be made.
    pub fn insert(&mut self, file: Option<&Path>) -> Result<String, SlotError> {
        if self.inserted.is_some() {
            return Err(SlotError::Occupied);
        }
        let file = file.unwrap_or(&self.state).to_owned();
        let card = CardFile::power(&file)?;
        let terminal = Terminal::open()?;
        let node = terminal.node().to_owned();
        sysfs::add(&node, terminal.numbers()?)?;
        self.announcer
            .say(Event::Add, &sysfs::device_path(), &node)?;
        self.state = file;
        self.gone = None;
        self.inserted = Some(Inserted {
            card,
            hold: None,
            terminal,
            assembler: Assembler::default(),
            answer: None,
        });
        Ok(format!("inserted {}", node.display()))
    }

    /// Takes the card out, its device with it.
    fn pull(&mut self) -> Result<(), SlotError> {
        let inserted = self.inserted.take().ok_or(SlotError::Empty)?;
        sysfs::remove()?;
        let (path, node) = (sysfs::device_path(), inserted.terminal.node());
        self.announcer.say(Event::Remove, &path, node)?;
        self.gone = Some(inserted.terminal);
        Ok(())
    }

    fn hold(&mut self) -> Result<(), SlotError> {
        let inserted = self.inserted.as_mut().ok_or(SlotError::Empty)?;
        if inserted.hold.is_none() {
            inserted.hold = Some(Hold::of(inserted.terminal.node())?);
        }
        Ok(())
    }

    /// Does what a test says; what there is to say of it.
    ///
    /// # Errors
    /// [`SlotError`] if it cannot be done.
    pub fn follow(&mut self, instruction: &Instruction) -> Result<String, SlotError> {
        match instruction {
            Instruction::Insert(file) => return self.insert(file.as_deref()),
            Instruction::Pull => self.pull()?,
            Instruction::Hold => self.hold()?,
            Instruction::Release => self.inserted.as_mut().ok_or(SlotError::Empty)?.hold = None,
            Instruction::PullAt(moment) => self.pull = Some(*moment),
            Instruction::Delay(delay) => self.delay = *delay,
            Instruction::Counters => return Ok(self.counters.to_string()),
        }
        Ok(String::new())
    }

    /// What becomes readable with a report; nothing without a card.
    pub fn line(&self) -> Option<BorrowedFd<'_>> {
        self.inserted
            .as_ref()
            .map(|inserted| inserted.terminal.line())
    }

    /// When an answer is due.
    pub fn due(&self) -> Option<Instant> {
        let answer = self.inserted.as_ref()?.answer.as_ref();
        answer.map(|answer| answer.due)
    }

    /// Takes in a report. With the last one of a command it is executed. Says so if the card went.
    ///
    /// # Errors
    /// [`SlotError`] if the device or the card fails.
    pub fn receive(&mut self) -> Result<Option<&'static str>, SlotError> {
        let Some(inserted) = &mut self.inserted else {
            return Ok(None);
        };
        let report = inserted.terminal.receive()?;
        self.counters.frames += 1;
        let Some(Command { channel, apdu }) = inserted.assembler.receive(&report) else {
            return Ok(None);
        };
        inserted.terminal.forget_unread()?;
        let pull = self.pull_now(&apdu);
        if pull.is_some_and(|moment| !moment.executed) {
            self.pull()?;
            return Ok(Some("pulled"));
        }
        self.execute(channel, &apdu)?;
        if pull.is_some() {
            self.pull()?;
            return Ok(Some("pulled"));
        }
        Ok(None)
    }

    fn pull_now(&mut self, apdu: &[u8]) -> Option<Moment> {
        let moment = self.pull.take()?;
        match moment.at.is(apdu) {
            Ok(()) => Some(moment),
            Err(at) => {
                self.pull = Some(Moment { at, ..moment });
                None
            }
        }
    }

    fn execute(&mut self, channel: [u8; 2], apdu: &[u8]) -> Result<(), SlotError> {
        let Some(inserted) = &mut self.inserted else {
            return Ok(());
        };
        let response = inserted.card.transmit(apdu);
        self.counters.count(apdu, &response);
        inserted.answer = Some(Answer {
            channel,
            response,
            due: Instant::now() + self.delay,
        });
        Ok(())
    }

    /// Sends the answer if there is one whose time has come.
    ///
    /// # Errors
    /// [`SlotError`] if the device fails.
    pub fn answer_what_is_due(&mut self) -> Result<(), SlotError> {
        let Some(inserted) = &mut self.inserted else {
            return Ok(());
        };
        let Some(answer) = inserted
            .answer
            .take_if(|answer| answer.due <= Instant::now())
        else {
            return Ok(());
        };
        for report in reports(answer.channel, &answer.response).unwrap_or_default() {
            inserted.terminal.send(&report)?;
            self.counters.frames += 1;
        }
        Ok(())
    }
}
