//! The plainest line: on standard input command APDUs, on standard output response APDUs, each after
//! its length as four bytes, big-endian. What a card costs without a browser is measured over it.

use std::{
    io::{self, Read, Write},
    path::Path,
};

use zeroize::Zeroizing;

use crate::card_file::{CardFile, CardFileError};

/// The longest command APDU, in bytes: an extended one with all its data (ISO/IEC 7816-4 §5.1).
const COMMAND_MAX: usize = 4 + 3 + 65_535 + 2;

/// Why the line broke.
#[derive(Debug, thiserror::Error)]
pub enum PipeError {
    /// The card cannot be read or kept.
    #[error(transparent)]
    Card(#[from] CardFileError),
    /// Standard input or output failed.
    #[error("The pipe broke: {0}.")]
    Pipe(#[from] io::Error),
    /// A length that no command has.
    #[error("A command of {0} bytes is longer than any.")]
    TooLong(usize),
}

/// Answers until standard input ends.
///
/// # Errors
/// [`PipeError`] if card or pipe fail.
pub fn run(state: &Path) -> Result<(), PipeError> {
    let mut card = CardFile::power(state)?;
    serve(&mut card, &mut io::stdin().lock(), &mut io::stdout().lock())
}

fn serve(
    card: &mut CardFile,
    input: &mut impl Read,
    output: &mut impl Write,
) -> Result<(), PipeError> {
    while let Some(command) = read(input)? {
        let response = card.transmit(&command);
        let mut framed = Zeroizing::new(Vec::with_capacity(4 + response.len()));
        framed.extend_from_slice(&(response.len() as u32).to_be_bytes());
        framed.extend_from_slice(&response);
        output.write_all(&framed)?;
        output.flush()?;
    }
    Ok(())
}

/// The next command; nothing at the end of the input.
fn read(input: &mut impl Read) -> Result<Option<Zeroizing<Vec<u8>>>, PipeError> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error.into()),
    }
    let length = u32::from_be_bytes(length) as usize;
    if length > COMMAND_MAX {
        return Err(PipeError::TooLong(length));
    }
    let mut command = Zeroizing::new(vec![0; length]);
    input.read_exact(&mut command)?;
    Ok(Some(command))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_card::{Applet, host};

    fn answers(test: &str, input: &[u8]) -> Result<Vec<u8>, PipeError> {
        let name = format!("tallystick-{}-pipe-{test}.card", std::process::id());
        let path = std::env::temp_dir().join(name);
        let mut card = CardFile::power(&path)?;
        std::fs::remove_file(&path)?;
        let mut output = Vec::new();
        serve(&mut card, &mut &*input, &mut output).map(|()| output)
    }

    #[test]
    fn each_command_is_answered_after_its_length() {
        let apdu = host::select(Applet::Keys).unwrap();
        let one = [&(apdu.len() as u32).to_be_bytes(), &apdu[..]].concat();
        let answers = answers("two", &[one.clone(), one].concat()).unwrap();
        let length = answers[3] as usize;
        assert_eq!(answers.len(), 2 * (4 + length));
        assert_eq!(answers[4 + length - 2..4 + length], [0x90, 0]);
    }

    #[test]
    fn a_length_that_no_command_has_is_refused() {
        assert!(matches!(
            answers("long", &[0, 2, 0, 0]),
            Err(PipeError::TooLong(131_072))
        ));
    }

    #[test]
    fn a_command_that_breaks_off_is_an_error() {
        assert!(matches!(
            answers("short", &[0, 0, 0, 5, 0]),
            Err(PipeError::Pipe(_))
        ));
    }
}
