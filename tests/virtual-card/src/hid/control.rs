//! What a test tells the program while it runs.

use std::{collections::VecDeque, io, path::PathBuf, time::Duration};

/// An instruction; one line of standard input each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// `insert [FILE]`: put in the card of this file, or the one that was in last.
    Insert(Option<PathBuf>),
    /// `pull`: take it out.
    Pull,
    /// `pull-before COUNT` or `pull-before ins=HEX`: take it out when such a command comes.
    /// `pull-after …`: take it out when such a command was executed, before it is answered.
    PullAt(Moment),
    /// `hold`: let nobody open the device, as another program does that has it for itself.
    Hold,
    /// `release`: let it be opened again.
    Release,
    /// `delay MILLISECONDS`: answer each command so much later.
    Delay(Duration),
    /// `counters`: say what went over the line so far.
    Counters,
}

/// When to take the card out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// At which command.
    pub at: At,
    /// It is executed before the card goes.
    pub executed: bool,
}

/// A command to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The first, second … from now on.
    Count(u32),
    /// The first one with this instruction byte.
    Ins(u8),
}

/// Why a line is no instruction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no instruction")]
pub struct NoInstruction(String);

impl Instruction {
    /// Reads a line.
    ///
    /// # Errors
    /// [`NoInstruction`] if it is none.
    pub fn read(line: &str) -> Result<Self, NoInstruction> {
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        let pull_at = |executed| At::read(rest).map(|at| Self::PullAt(Moment { at, executed }));
        let read = match (word, rest) {
            ("insert", "") => Some(Self::Insert(None)),
            ("insert", file) => Some(Self::Insert(Some(file.into()))),
            ("pull", "") => Some(Self::Pull),
            ("hold", "") => Some(Self::Hold),
            ("release", "") => Some(Self::Release),
            ("pull-before", _) => pull_at(false),
            ("pull-after", _) => pull_at(true),
            ("delay", time) => {
                (time.parse().ok()).map(|time| Self::Delay(Duration::from_millis(time)))
            }
            ("counters", "") => Some(Self::Counters),
            _ => None,
        };
        read.ok_or_else(|| NoInstruction(line.to_owned()))
    }
}

impl At {
    fn read(text: &str) -> Option<Self> {
        if let Some(ins) = text.strip_prefix("ins=") {
            return u8::from_str_radix(ins, 16).ok().map(Self::Ins);
        }
        text.parse()
            .ok()
            .filter(|count| *count > 0)
            .map(Self::Count)
    }

    /// Whether this command is it; if not, what is to wait for from now on.
    pub fn is(self, apdu: &[u8]) -> Result<(), Self> {
        match self {
            Self::Count(1) => Ok(()),
            Self::Count(count) => Err(Self::Count(count - 1)),
            Self::Ins(ins) if apdu.get(1) == Some(&ins) => Ok(()),
            Self::Ins(_) => Err(self),
        }
    }
}

/// Lines from standard input, which is read only when something is there.
#[derive(Default)]
pub struct Lines {
    begun: Vec<u8>,
    whole: VecDeque<String>,
}

impl Lines {
    /// Takes in what is there; `false` at the end of the input.
    ///
    /// # Errors
    /// If standard input fails.
    pub fn read(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 4096];
        let length = rustix::io::read(rustix::stdio::stdin(), &mut buffer)?;
        self.take(&buffer[..length]);
        Ok(length > 0)
    }

    fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.begun);
                self.whole
                    .push_back(String::from_utf8_lossy(&line).into_owned());
            } else {
                self.begun.push(byte);
            }
        }
    }

    /// The next whole line.
    pub fn next(&mut self) -> Option<String> {
        self.whole.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_is_read() {
        let read = |line| Instruction::read(line).unwrap();
        let pull = |at, executed| Instruction::PullAt(Moment { at, executed });
        assert_eq!(read("insert"), Instruction::Insert(None));
        assert_eq!(
            read("insert b.card"),
            Instruction::Insert(Some("b.card".into()))
        );
        assert_eq!(read("pull"), Instruction::Pull);
        assert_eq!(read("pull-before 3"), pull(At::Count(3), false));
        assert_eq!(read("pull-after ins=87"), pull(At::Ins(0x87), true));
        assert_eq!(
            read("delay 250"),
            Instruction::Delay(Duration::from_millis(250))
        );
        assert_eq!(read("hold"), Instruction::Hold);
        assert_eq!(read("release"), Instruction::Release);
        assert_eq!(read("counters"), Instruction::Counters);
    }

    #[test]
    fn what_is_no_instruction_is_named() {
        for line in [
            "",
            "jump",
            "pull now",
            "pull-after",
            "pull-after 0",
            "pull-before ins=1234",
            "delay soon",
        ] {
            assert_eq!(Instruction::read(line), Err(NoInstruction(line.into())));
        }
    }

    #[test]
    fn commands_are_counted_down_or_known_by_their_instruction() {
        assert_eq!(At::Count(2).is(&[]), Err(At::Count(1)));
        assert_eq!(At::Count(1).is(&[]), Ok(()));
        assert_eq!(At::Ins(0x20).is(&[0, 0x20]), Ok(()));
        assert_eq!(At::Ins(0x20).is(&[0, 0x24]), Err(At::Ins(0x20)));
    }

    #[test]
    fn lines_come_whole_however_they_are_cut() {
        let mut lines = Lines::default();
        lines.take(b"pu");
        assert_eq!(lines.next(), None);
        lines.take(b"ll\ninsert\nde");
        assert_eq!(lines.next().as_deref(), Some("pull"));
        assert_eq!(lines.next().as_deref(), Some("insert"));
        assert_eq!(lines.next(), None);
    }
}
