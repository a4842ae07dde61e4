//! What the wallet holds in memory, and how it is read from the vault's records.

use zeroize::Zeroizing;

use crate::core::error::{ErrorKind, WalletError};
use crate::core::hosted::HostedRecord;
use crate::core::ports::Record;
use crate::core::revocations::Revocations;
use crate::core::secure_element::Tries;
use crate::sealing::header::Header;
use crate::sealing::{StateKey, record as sealed};
use crate::slices::{Beside, Opened, Slices};

/// The names of the core's own records.
pub mod name {
    /// The wrapped state key, in clear.
    pub const HEADER: &str = "header";
    /// The software card.
    pub const CARD: &str = crate::sealing::software_card::RECORD;
    /// Which card the home proxy hosts.
    pub const HOSTED: &str = "hosted-card";
    /// The newest list of revoked certificates, in clear.
    pub const REVOCATIONS: &str = "revocations";
}

/// What is only there while the wallet is unlocked.
pub struct Unlocked {
    /// The state key.
    pub key: StateKey,
    /// When it locks itself, in milliseconds.
    pub locks_at_ms: u64,
    /// After how many minutes it does, if the holder has chosen; 0 when the browser closes.
    pub lock_minutes: Option<u32>,
    /// The card's state, sealed.
    pub card: Vec<u8>,
    /// Tries left on the software card.
    pub tries: Tries,
    /// Tries left on the card that was last in the reader.
    pub reader_tries: Option<Tries>,
    /// The card that the home proxy hosts.
    pub hosted: Option<HostedRecord>,
    /// Tries left on it, once it has said so.
    pub hosted_tries: Option<Tries>,
    /// What the slices keep.
    pub slices: Slices,
}

impl Unlocked {
    /// Of a wallet in which nothing is yet. It locks itself at once, unless that is put off.
    #[must_use]
    pub fn new(key: StateKey) -> Self {
        Self {
            key,
            locks_at_ms: 0,
            lock_minutes: None,
            card: Vec::new(),
            tries: Tries::FULL,
            reader_tries: None,
            hosted: None,
            hosted_tries: None,
            slices: Slices::default(),
        }
    }
}

/// What the wallet holds in memory.
#[derive(Default)]
pub struct State {
    /// The header, once the wallet is set up.
    pub header: Option<Header>,
    /// What is known of revoked certificates.
    pub revocations: Revocations,
    /// What the slices keep, locked or not.
    pub beside: Beside,
    /// What the vault holds, while it is locked.
    pub records: Vec<Record>,
    /// What they contain, while it is unlocked.
    pub unlocked: Option<Unlocked>,
    /// Memory does not follow the vault any more: read it again before anything else.
    pub is_stale: bool,
}

impl State {
    /// Opens the records under the state key.
    ///
    /// # Errors
    /// [`ErrorKind::StorageDamaged`] or [`ErrorKind::StorageNewer`].
    pub fn unlock(&mut self, key: StateKey, locks_at_ms: u64) -> Result<(), WalletError> {
        let open = |record: &Record| opened(&key, &record.name, &record.bytes);
        let card = self.record(name::CARD)?.to_vec();
        let hosted = self.record(name::HOSTED).ok();
        let hosted = hosted.and_then(|bytes| opened(&key, name::HOSTED, bytes).ok());
        let hosted = hosted.and_then(|bytes| HostedRecord::read(&bytes));
        let slices = Slices::of(&self.records, open)?;
        self.beside.unlock(&self.records, open);
        self.unlocked = Some(Unlocked {
            locks_at_ms,
            lock_minutes: slices.lock_minutes(),
            card,
            hosted,
            slices,
            ..Unlocked::new(key)
        });
        self.records = Vec::new();
        Ok(())
    }

    /// Forgets everything that only the state key opens.
    pub fn lock(&mut self) {
        self.unlocked = None;
        self.is_stale = true;
    }

    fn record(&self, name: &str) -> Result<&[u8], WalletError> {
        let mut records = self.records.iter();
        let record = records.find(|record| record.name == name);
        let record = record.ok_or_else(|| WalletError::new(ErrorKind::StorageDamaged))?;
        Ok(&record.bytes)
    }
}

/// Opens a sealed record.
///
/// # Errors
/// [`ErrorKind::StorageDamaged`] or [`ErrorKind::StorageNewer`].
pub fn opened(key: &StateKey, name: &str, bytes: &[u8]) -> Opened {
    let bytes: Zeroizing<Vec<u8>> = sealed::open(key, name, bytes)?;
    Ok(bytes)
}
