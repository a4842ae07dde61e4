//! A pseudo-terminal in the place of a hidraw node. Raw, it moves bytes as they are: one output
//! report is 65 bytes (its identifier, 0, first), one input report 64.

use std::{
    ffi::OsString,
    io,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::ffi::OsStringExt as _,
    },
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rustix::{
    fs::{Mode, OFlags, fstat, major, minor, open},
    io::{Errno, ioctl_fionread, read, write},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr},
};

use super::framing::{REPORT, Report};

/// A terminal holds 4,095 bytes for its reader and would split a report that goes beyond: no more than
/// this is put in unread.
const UNREAD_MAX: u64 = 2_048;
/// How long a host may leave reports unread before they are given up, in milliseconds.
const PATIENCE: u32 = 2_000;

/// Both ends. The host's is kept open too: a terminal without it reports an error instead of waiting.
pub struct Terminal {
    ours: OwnedFd,
    hosts: OwnedFd,
    node: PathBuf,
}

impl Terminal {
    /// A new one.
    ///
    /// # Errors
    /// If the system has none to give.
    pub fn open() -> io::Result<Self> {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&ours)?;
        unlockpt(&ours)?;
        let node = ptsname(&ours, Vec::new())?.into_bytes();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let hosts = open(node.as_slice(), flags, Mode::empty())?;
        let mut settings = tcgetattr(&hosts)?;
        settings.make_raw();
        tcsetattr(&hosts, OptionalActions::Now, &settings)?;
        Ok(Self {
            ours,
            hosts,
            node: PathBuf::from(OsString::from_vec(node)),
        })
    }

    /// Where the host opens it.
    pub fn node(&self) -> &Path {
        &self.node
    }

    /// Major and minor device number.
    ///
    /// # Errors
    /// If the system does not say.
    pub fn numbers(&self) -> io::Result<(u32, u32)> {
        let device = fstat(&self.hosts)?.st_rdev;
        Ok((major(device), minor(device)))
    }

    /// What becomes readable with a report.
    pub fn line(&self) -> BorrowedFd<'_> {
        self.ours.as_fd()
    }

    /// The next output report, without its identifier; waits for it.
    ///
    /// # Errors
    /// If the terminal fails.
    pub fn receive(&self) -> io::Result<Report> {
        let mut with_identifier = [0; 1 + REPORT];
        let mut there = 0;
        while there < with_identifier.len() {
            there += retry(|| read(&self.ours, &mut with_identifier[there..]))?;
        }
        let mut report = [0; REPORT];
        report.copy_from_slice(&with_identifier[1..]);
        Ok(report)
    }

    /// Gives the host an input report.
    ///
    /// # Errors
    /// If the terminal fails. A host that does not read is none.
    pub fn send(&self, report: &Report) -> io::Result<()> {
        let mut waited = 0;
        while ioctl_fionread(&self.hosts)? > UNREAD_MAX && waited < PATIENCE {
            thread::sleep(Duration::from_millis(1));
            waited += 1;
        }
        let mut gone = 0;
        while waited < PATIENCE && gone < report.len() {
            gone += retry(|| write(&self.ours, &report[gone..]))?;
        }
        Ok(())
    }

    /// Forgets what the host did not read: a hidraw node has nothing for who opens it anew.
    ///
    /// # Errors
    /// If the terminal fails.
    pub fn forget_unread(&self) -> io::Result<()> {
        Ok(tcflush(&self.hosts, QueueSelector::IFlush)?)
    }
}

fn retry<T>(mut call: impl FnMut() -> Result<T, Errno>) -> io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            done => return Ok(done?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_go_both_ways_unchanged() {
        let terminal = Terminal::open().unwrap();
        let report: Report = std::array::from_fn(|place| place as u8 ^ 0x0d);
        let output = [&[0], &report[..]].concat();
        assert_eq!(write(&terminal.hosts, &output), Ok(65));
        assert_eq!(terminal.receive().unwrap(), report);
        terminal.send(&report).unwrap();
        let mut input = [0; REPORT];
        assert_eq!(read(&terminal.hosts, &mut input), Ok(64));
        assert_eq!(input, report);
    }

    #[test]
    fn what_was_not_read_is_forgotten() {
        let terminal = Terminal::open().unwrap();
        terminal.send(&[1; REPORT]).unwrap();
        terminal.forget_unread().unwrap();
        terminal.send(&[2; REPORT]).unwrap();
        let mut input = [0; REPORT];
        assert_eq!(read(&terminal.hosts, &mut input), Ok(64));
        assert_eq!(input, [2; REPORT]);
    }
}
