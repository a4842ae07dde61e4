//! The card behind a software USB device in Ledger framing, which Chromium's own WebHID stack sees:
//! a pseudo-terminal where the device node would be, and the files that udev would read of it.
//!
//! Standard input takes one instruction a line ([`control::Instruction`]), each answered by one line
//! on standard output, `ok` or `error` first. A card that goes by an instruction given earlier says
//! `pulled`. The program ends with its standard input.

mod announcement;
mod control;
mod framing;
mod hold;
mod slot;
mod sysfs;
mod terminal;

use std::{
    io::{self, Write as _},
    os::fd::AsFd as _,
    path::Path,
    time::{Duration, Instant},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use self::slot::Slot;
pub use self::slot::SlotError;

/// Makes the device, puts the card of this file in, and serves both until standard input ends.
///
/// # Errors
/// [`SlotError`] if the device cannot be made or fails.
pub fn run(state: &Path) -> Result<(), SlotError> {
    let mut slot = Slot::new(state)?;
    let inserted = slot.insert(None)?;
    say(&inserted)?;
    let mut lines = control::Lines::default();
    loop {
        let (instruction, report) = wait(&slot)?;
        if instruction && !lines.read()? {
            return Ok(());
        }
        while let Some(line) = lines.next() {
            say(&answer(&mut slot, &line))?;
        }
        if report && let Some(event) = slot.receive()? {
            say(event)?;
        }
        slot.answer_what_is_due()?;
    }
}

/// One line for an instruction. A mistake in it ends nothing.
fn answer(slot: &mut Slot, line: &str) -> String {
    let done = control::Instruction::read(line)
        .map_err(Into::into)
        .and_then(|instruction| slot.follow(&instruction));
    match done {
        Ok(said) => format!("ok {said}").trim_end().to_owned(),
        Err(error) => format!("error {error}"),
    }
}

fn say(line: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()
}

/// Until an instruction or a report comes, or an answer is due: whether each of the first two came.
fn wait(slot: &Slot) -> io::Result<(bool, bool)> {
    let input = io::stdin();
    let mut waited = vec![PollFd::from_borrowed_fd(input.as_fd(), PollFlags::IN)];
    waited.extend(
        slot.line()
            .map(|line| PollFd::from_borrowed_fd(line, PollFlags::IN)),
    );
    let due = slot
        .due()
        .map(|due| due.saturating_duration_since(Instant::now()));
    match poll(&mut waited, due.map(timespec).as_ref()) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(error) => return Err(error.into()),
    }
    let came = |place: usize| waited.get(place).is_some_and(|fd| !fd.revents().is_empty());
    Ok((came(0), came(1)))
}

fn timespec(time: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: time.subsec_nanos().into(),
    }
}
