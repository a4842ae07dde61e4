//! What the command line says.

use std::path::PathBuf;

use crate::vpcd;

/// How the program is called.
pub const USAGE: &str = "tallystick-virtual-card pipe|hid|vpcd --state FILE [--port PORT]
  pipe          command APDUs on standard input, response APDUs on standard output
  hid           a software USB device that Chromium sees, in this process's own mount namespace (Linux, root)
  vpcd          the card in a virtual reader of PC/SC, for standard tools
  --state FILE  what the card keeps; a file that is not there becomes a card from the factory
  --port PORT   where vpcd listens, unless on 35963";

/// Read and checked.
#[derive(Debug, PartialEq, Eq)]
pub struct Arguments {
    /// What the card hangs on.
    pub line: Line,
    /// Where its state is kept.
    pub state: PathBuf,
    /// Where vpcd listens.
    pub port: u16,
}

/// A kind of line between the card and whoever uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// Standard input and output.
    Pipe,
    /// A software USB device.
    Hid,
    /// A virtual reader of PC/SC.
    Vpcd,
}

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let line = match words.next().as_deref() {
            Some("pipe") => Line::Pipe,
            Some("hid") => Line::Hid,
            Some("vpcd") => Line::Vpcd,
            Some(other) => return Err(format!("{other} is no kind of line.")),
            None => return Err("It is not said what the card hangs on.".into()),
        };
        let mut state = None;
        let mut port = vpcd::DEFAULT_PORT;
        while let Some(word) = words.next() {
            match (word.as_str(), words.next()) {
                ("--state", Some(file)) => state = Some(PathBuf::from(file)),
                ("--port", Some(number)) => {
                    port = number
                        .parse()
                        .map_err(|_| format!("{number} is no port."))?;
                }
                _ => return Err(format!("{word} is no option, or lacks its value.")),
            }
        }
        Ok(Self {
            line,
            state: state.ok_or("The card needs a file for its state.")?,
            port,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Arguments, String> {
        Arguments::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_line_and_a_state_are_read() {
        let read = read("hid --state a.card").unwrap();
        assert_eq!(read.line, Line::Hid);
        assert_eq!(read.state, PathBuf::from("a.card"));
        assert_eq!(read.port, 35_963);
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert!(read("").unwrap_err().contains("not said"));
        assert!(read("serial").unwrap_err().contains("serial"));
        assert!(read("pipe").unwrap_err().contains("file"));
        assert!(read("pipe --state").unwrap_err().contains("--state"));
        assert!(read("vpcd --port high").unwrap_err().contains("high"));
        assert!(read("pipe --fast yes").unwrap_err().contains("--fast"));
    }
}
