//! The card, with its non-volatile memory in a file: what ends this program at any moment takes the power
//! from a card, and leaves one.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use getrandom::SysRng;
use rand_core::UnwrapErr;
use tallystick_card::{MemoryFault, PAGE_BYTES, Page, Pages, PersistentCard, StartError};
use zeroize::Zeroizing;

/// Pages of a card: 1 MiB, as a large card has. The file has holes where nothing was written.
const PAGES: usize = 16 * 1024;

/// Why the file is no card, or cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum CardFileError {
    /// Not a card's memory.
    #[error("{} is no card: {error}.", .path.display())]
    Start {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: StartError,
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
#[derive(Debug)]
pub struct CardFile {
    card: PersistentCard<FilePages>,
}

impl CardFile {
    /// Gives power to the card of this file; where there is none, to one from the factory.
    ///
    /// # Errors
    /// [`CardFileError`] if the file cannot be read or is no card.
    pub fn power(path: &Path) -> Result<Self, CardFileError> {
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = match file {
            Err(error) if error.kind() == io::ErrorKind::NotFound => from_the_factory(path),
            other => other.map_err(|error| failed(path, error)),
        };
        let card = PersistentCard::power(FilePages(file?)).map_err(|error| start(path, error))?;
        Ok(Self { card })
    }

    /// Executes one command APDU; the response APDU, given out only when what it changed is kept, and
    /// otherwise 6581.
    pub fn transmit(&mut self, apdu: &[u8]) -> Zeroizing<Vec<u8>> {
        self.card.transmit(apdu, &mut UnwrapErr(SysRng))
    }
}

/// Makes a new card beside the place and renames it, so that there never is half of one.
fn from_the_factory(path: &Path) -> Result<File, CardFileError> {
    let beside = path.with_extension("new");
    let options = || {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(true);
        options.open(&beside)
    };
    let file = options().and_then(|file| {
        file.set_len((PAGES * PAGE_BYTES) as u64)?;
        Ok(file)
    });
    let file = file.map_err(|error| failed(path, error))?;
    let card = PersistentCard::format(FilePages(file)).map_err(|error| start(path, error))?;
    fs::rename(&beside, path).map_err(|error| failed(path, error))?;
    Ok(card.into_pages().0)
}

fn failed(path: &Path, error: io::Error) -> CardFileError {
    let path = path.to_owned();
    CardFileError::File { path, error }
}

fn start(path: &Path, error: StartError) -> CardFileError {
    let path = path.to_owned();
    CardFileError::Start { path, error }
}

/// A file as a card's memory. What was written is there for the next process, whenever this one ends;
/// it is not meant to outlive the machine's own power.
struct FilePages(File);

impl FilePages {
    fn at(&mut self, page: usize) -> io::Result<&mut File> {
        self.0.seek(SeekFrom::Start((page * PAGE_BYTES) as u64))?;
        Ok(&mut self.0)
    }
}

impl Pages for FilePages {
    fn count(&self) -> usize {
        let length = self.0.metadata().map_or(0, |metadata| metadata.len());
        usize::try_from(length).unwrap_or(0) / PAGE_BYTES
    }

    fn read(&mut self, page: usize) -> Result<Page, MemoryFault> {
        let mut bytes = [0; PAGE_BYTES];
        let read = self.at(page).and_then(|file| file.read_exact(&mut bytes));
        read.map(|()| bytes).map_err(|_| MemoryFault)
    }

    fn write(&mut self, page: usize, bytes: &Page) -> Result<(), MemoryFault> {
        let written = self.at(page).and_then(|file| file.write_all(bytes));
        written.map_err(|_| MemoryFault)
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
        let response = card.transmit(&apdu.unwrap());
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
    fn a_card_that_cannot_be_made_says_where() {
        let error = CardFile::power(Path::new("/nowhere/at/all.card")).unwrap_err();
        assert!(
            error.to_string().contains("/nowhere/at/all.card"),
            "{error}"
        );
    }

    #[test]
    fn what_cannot_be_kept_is_not_answered() {
        let path = scratch("read-only");
        drop(CardFile::power(&path).unwrap());
        let file = File::open(&path).unwrap();
        let card = PersistentCard::power(FilePages(file)).unwrap();
        let mut card = CardFile { card };
        assert_eq!(send(&mut card, host::select(Applet::Identity)), 0x9000);
        assert_eq!(send(&mut card, host::verify_pin("000000")), 0x6581);
        fs::remove_file(path).unwrap();
    }
}
