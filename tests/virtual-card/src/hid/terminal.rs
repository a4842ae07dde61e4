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
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags, fstat, major, minor, open},
    io::{Errno, read, write},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{OptionalActions, QueueSelector, tcflush, tcgetattr, tcsetattr},
};

use super::framing::{REPORT, Report};

/// A terminal holds 4,095 bytes for its reader and splits the report that goes beyond. So many bytes go in, and the next
/// only when all of them have been read.
const UNREAD_MAX: usize = 2_048;
/// How long a host may leave reports unread before they are given up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks at whether they were read.
const PAUSE: Duration = Duration::from_micros(200);

/// Both ends. The host's is kept open too: a terminal without it reports an error instead of waiting.
pub struct Terminal {
    ours: OwnedFd,
    hosts: OwnedFd,
    node: PathBuf,
    /// Bytes at most that the host has not read.
    unread: usize,
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
            unread: 0,
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
    pub fn send(&mut self, report: &Report) -> io::Result<()> {
        if self.unread + report.len() > UNREAD_MAX {
            let since = Instant::now();
            while !self.is_read()? {
                if since.elapsed() >= PATIENCE {
                    return Ok(());
                }
                thread::sleep(PAUSE);
            }
            self.unread = 0;
        }
        let mut gone = 0;
        while gone < report.len() {
            gone += retry(|| write(&self.ours, &report[gone..]))?;
        }
        self.unread += report.len();
        Ok(())
    }

    /// Whether the host has read all there was. What is still on its way to the host's end is counted by no terminal, and
    /// a look at whether there is something to read is what brings it there.
    fn is_read(&self) -> io::Result<bool> {
        let mut hosts = [PollFd::new(&self.hosts, PollFlags::IN)];
        Ok(retry(|| poll(&mut hosts, Some(&Timespec::default())))? == 0)
    }

    /// Forgets what the host did not read: a hidraw node has nothing for who opens it anew.
    ///
    /// # Errors
    /// If the terminal fails.
    pub fn forget_unread(&mut self) -> io::Result<()> {
        self.unread = 0;
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
        let mut terminal = Terminal::open().unwrap();
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
    fn every_report_of_long_answers_is_read_whole_and_by_itself() {
        const REPORTS: u16 = 5_000;
        let mut terminal = Terminal::open().unwrap();
        let host = terminal.hosts.try_clone().unwrap();
        let reading = thread::spawn(move || {
            for number in 0..REPORTS {
                let mut input = [0; REPORT];
                assert_eq!(retry(|| read(&host, &mut input)).unwrap(), REPORT);
                assert_eq!(input[..2], number.to_be_bytes());
            }
        });
        for number in 0..REPORTS {
            let mut report = [0x5c; REPORT];
            report[..2].copy_from_slice(&number.to_be_bytes());
            terminal.send(&report).unwrap();
        }
        reading.join().unwrap();
    }

    #[test]
    fn what_was_not_read_is_forgotten() {
        let mut terminal = Terminal::open().unwrap();
        terminal.send(&[1; REPORT]).unwrap();
        terminal.forget_unread().unwrap();
        terminal.send(&[2; REPORT]).unwrap();
        let mut input = [0; REPORT];
        assert_eq!(read(&terminal.hosts, &mut input), Ok(64));
        assert_eq!(input, [2; REPORT]);
    }
}
