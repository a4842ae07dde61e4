//! The card in a virtual reader of PC/SC: connects to `vpcd` of the vsmartcard project, a driver of
//! pcscd, behind which standard tools find it. Over TCP go messages after their length as two bytes,
//! big-endian; a message of one byte is about power, any other is a command APDU.

use std::{
    io::{self, Read, Write},
    net::{Ipv4Addr, TcpStream},
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use tallystick_card::ATR;
use zeroize::Zeroizing;

use crate::card_file::{CardFile, CardFileError};

/// Where vpcd listens unless it is told otherwise.
pub const DEFAULT_PORT: u16 = 35_963;
/// How long vpcd may take to start.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why the line broke.
#[derive(Debug, thiserror::Error)]
pub enum VpcdError {
    /// The card cannot be read or made.
    #[error(transparent)]
    Card(#[from] CardFileError),
    /// Nobody listens there.
    #[error("There is no vpcd on port {port}: {error}.")]
    Connect {
        /// Where it was looked for.
        port: u16,
        /// What the operating system says.
        error: io::Error,
    },
    /// The connection failed.
    #[error("The connection to vpcd broke: {0}.")]
    Connection(#[from] io::Error),
}

/// Is the card in the reader until vpcd goes.
///
/// # Errors
/// [`VpcdError`] if there is no vpcd, or card or connection fail.
pub fn run(state: &Path, port: u16) -> Result<(), VpcdError> {
    let mut stream = connect(port)?;
    stream.set_nodelay(true)?;
    serve(state, &mut stream)
}

fn connect(port: u16) -> Result<TcpStream, VpcdError> {
    let since = Instant::now();
    loop {
        match TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            Ok(stream) => return Ok(stream),
            Err(error) if since.elapsed() > PATIENCE => {
                return Err(VpcdError::Connect { port, error });
            }
            Err(_) => sleep(Duration::from_millis(100)),
        }
    }
}

fn serve(state: &Path, stream: &mut (impl Read + Write)) -> Result<(), VpcdError> {
    let mut card = None;
    while let Some(message) = receive(stream)? {
        match message[..] {
            [0] => card = None,
            // Power, or a reset while there is power: either way a new session.
            [1 | 2] => card = Some(CardFile::power(state)?),
            [4] => send(stream, &ATR)?,
            // Nothing else has one byte; an empty message is none.
            [] | [_] => {}
            _ => {
                let card = match &mut card {
                    Some(card) => card,
                    none => none.insert(CardFile::power(state)?),
                };
                send(stream, &card.transmit(&message))?;
            }
        }
    }
    Ok(())
}

/// The next message; nothing once vpcd is gone.
fn receive(stream: &mut impl Read) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let mut length = [0; 2];
    match stream.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut message = Zeroizing::new(vec![0; u16::from_be_bytes(length).into()]);
    stream.read_exact(&mut message)?;
    Ok(Some(message))
}

fn send(stream: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len()).map_err(io::Error::other)?;
    let framed = [&length.to_be_bytes(), message].concat();
    stream.write_all(&Zeroizing::new(framed))?;
    stream.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_card::{Applet, host};

    /// What is read, and what was written.
    struct Line<'a>(&'a [u8], Vec<u8>);

    impl Read for Line<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.0.read(into)
        }
    }

    impl Write for Line<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn said(messages: &[&[u8]]) -> Vec<Vec<u8>> {
        let name = format!("tallystick-{}-vpcd.card", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut input = Vec::new();
        for message in messages {
            send(&mut input, message).unwrap();
        }
        let mut line = Line(&input, Vec::new());
        serve(&path, &mut line).unwrap();
        std::fs::remove_file(path).unwrap();
        let (mut answers, mut rest) = (Vec::new(), &line.1[..]);
        while let Some(answer) = receive(&mut rest).unwrap() {
            answers.push(answer.to_vec());
        }
        answers
    }

    #[test]
    fn power_is_silent_and_a_reset_ends_the_session() {
        let select = host::select(Applet::Identity).unwrap();
        let tries = host::pin_tries().unwrap();
        let messages: [&[u8]; 7] = [&[1], &[4], &select, &tries, &[2], &tries, &[0]];
        let answers = said(&messages);
        assert_eq!(answers.len(), 4);
        assert_eq!(answers[0], ATR);
        assert_eq!(answers[1][answers[1].len() - 2..], [0x90, 0]);
        assert_eq!(answers[2], [0x63, 0xc3]);
        assert_eq!(answers[3], [0x69, 0x85], "nothing is selected any more");
    }
}
