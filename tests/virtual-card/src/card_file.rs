//! The card, with its state kept in a file: what a hardware card has in its non-volatile memory.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use getrandom::SysRng;
use rand_core::UnwrapErr;
use tallystick_card::{Card, RestoreError};
use zeroize::Zeroizing;

/// Why the file is no card, or cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum CardFileError {
    /// Not a card's state.
    #[error("{} is no card: {error}.", .path.display())]
    Restore {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: RestoreError,
    },
    /// The file cannot be read or written.
    #[error("{} cannot be read or written: {error}.", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        error: io::Error,
    },
}

/// A card with power. Its session ends when the value is dropped.
pub struct CardFile {
    card: Card,
    path: PathBuf,
}

impl CardFile {
    /// Gives power to the card of this file; where there is none, to one from the factory.
    ///
    /// # Errors
    /// [`CardFileError`] if the file cannot be read or is no card.
    pub fn power(path: &Path) -> Result<Self, CardFileError> {
        let path = path.to_owned();
        let card = match fs::read(&path).map(Zeroizing::new) {
            Ok(state) => match Card::restore(&state) {
                Ok(card) => card,
                Err(error) => return Err(CardFileError::Restore { path, error }),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Card::blank(),
            Err(error) => return Err(CardFileError::File { path, error }),
        };
        Ok(Self { card, path })
    }

    /// Executes one command APDU; the response APDU, given out only when what it changed is kept.
    ///
    /// # Errors
    /// [`CardFileError`] if the new state cannot be kept.
    pub fn transmit(&mut self, apdu: &[u8]) -> Result<Zeroizing<Vec<u8>>, CardFileError> {
        let response = self.card.transmit(apdu, &mut UnwrapErr(SysRng));
        if response.changed {
            self.keep().map_err(|error| CardFileError::File {
                path: self.path.clone(),
                error,
            })?;
        }
        Ok(response.bytes)
    }

    /// Writes beside the file and renames, so that at every moment one whole state is there.
    fn keep(&self) -> io::Result<()> {
        let beside = self.path.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(&self.card.state())?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_card::{
        Applet,
        host::{self, CardError},
    };

    fn scratch(name: &str) -> PathBuf {
        let path =
            std::env::temp_dir().join(format!("tallystick-{}-{name}.card", std::process::id()));
        let _ = fs::remove_file(&path);
        path
    }

    fn send(card: &mut CardFile, apdu: Result<Zeroizing<Vec<u8>>, CardError>) -> u16 {
        let response = card.transmit(&apdu.unwrap()).unwrap();
        u16::from_be_bytes(*response.last_chunk().unwrap())
    }

    #[test]
    fn what_a_command_changed_is_there_after_the_power_was_lost() {
        let path = scratch("kept");
        let mut card = CardFile::power(&path).unwrap();
        assert_eq!(send(&mut card, host::select(Applet::Identity)), 0x9000);
        assert_eq!(send(&mut card, host::verify_pin("000000")), 0x63c2);
        drop(card);
        let mut card = CardFile::power(&path).unwrap();
        assert_eq!(send(&mut card, host::select(Applet::Identity)), 0x9000);
        assert_eq!(send(&mut card, host::pin_tries()), 0x63c2);
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_file_that_is_no_card_is_named() {
        let path = scratch("no-card");
        fs::write(&path, b"a shopping list").unwrap();
        let error = CardFile::power(&path).err().unwrap().to_string();
        assert!(error.contains("no-card.card is no card"), "{error}");
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_card_that_cannot_be_kept_says_so_instead_of_answering() {
        let mut card = CardFile::power(Path::new("/nowhere/at/all.card")).unwrap();
        card.transmit(&host::select(Applet::Identity).unwrap())
            .unwrap();
        let error = card
            .transmit(&host::verify_pin("000000").unwrap())
            .unwrap_err();
        assert!(
            error.to_string().contains("/nowhere/at/all.card"),
            "{error}"
        );
    }
}
