//! What went over the line, counted where the card is.

use std::fmt;

/// Commands and bytes since the program started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Command APDUs, each answered by one response APDU.
    pub commands: u64,
    /// Bytes of command APDUs.
    pub command_bytes: u64,
    /// Bytes of response APDUs, status words included.
    pub response_bytes: u64,
    /// Reports or other frames that carried them, both ways.
    pub frames: u64,
}

impl Counters {
    /// A command with its response went over the line.
    pub fn count(&mut self, command: &[u8], response: &[u8]) {
        self.commands += 1;
        self.command_bytes += command.len() as u64;
        self.response_bytes += response.len() as u64;
    }
}

impl fmt::Display for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "commands={} command_bytes={} response_bytes={} frames={}",
            self.commands, self.command_bytes, self.response_bytes, self.frames
        )
    }
}
