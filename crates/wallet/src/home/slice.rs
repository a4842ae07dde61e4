//! What the wallet keeps of homes: of its own, and of those that let it in.

use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::HomeId;
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use super::away::record::AwayRecord;
use super::lending::mail_record::MailRecord;
use super::lending::record::HomeRecord;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::slices::{Opened, Slice};

/// In front of the names of all its records.
const PREFIX: &str = "home/";
/// The name of the record of this wallet's own home.
const LENDING: &str = "home/lending";
/// The name of the record of what is mailed.
const MAIL: &str = "home/mail";
/// In front of the names of homes that let this wallet in.
const AWAY: &str = "home/away/";
/// The longest record, in bytes.
const BYTES_MAX: usize = 1024 * 1024;

/// All of it.
#[derive(Default)]
pub struct Homes {
    /// This wallet's own, once it was set up.
    pub own: Option<HomeRecord>,
    /// To which address its decisions are mailed.
    pub mail: Option<MailRecord>,
    /// Those that let it in, in no particular order.
    pub away: Vec<AwayRecord>,
    /// The holder's stops since the wallet was unlocked.
    pub stops: Stops,
    /// Whether all was taken up that the card has logged. Until it was read once, and wherever a conversation ended
    /// early, nobody knows.
    pub is_log_read: bool,
}

/// The holder's stops. They count from the press on, whatever the card is at: its answer to what was asked before does
/// not go out any more.
#[derive(Default)]
pub struct Stops {
    /// How often *stop* was pressed.
    pub pressed: u64,
    /// How many of them the card has heard.
    pub heard: u64,
}

impl Stops {
    /// Whether the card has not heard of the last one yet.
    #[must_use]
    pub const fn are_waiting(&self) -> bool {
        self.heard < self.pressed
    }
}

impl Homes {
    /// Whether terminals are let in through this wallet: then time does not lock it. A hosted card needs none.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        let own = self.own.as_ref();
        own.is_some_and(|own| own.is_on(now) && own.place != KeyPlace::Hosted)
    }

    /// A home that lets this wallet in.
    #[must_use]
    pub fn away(&self, home: &HomeId) -> Option<&AwayRecord> {
        self.away.iter().find(|away| away.home() == *home)
    }
}

fn record_of(home: &HomeId) -> String {
    [AWAY, &home.to_string()].concat()
}

impl Slice for Homes {
    fn owns(name: &str) -> bool {
        name.starts_with(PREFIX)
    }

    /// One that is damaged keeps nobody from the others: what is lent is in the card at home.
    fn take_up(&mut self, name: &str, opened: Opened) -> Result<(), WalletError> {
        let bytes = match opened {
            Err(error) if error.kind == ErrorKind::StorageNewer => return Err(error),
            Err(_) => return Ok(()),
            Ok(bytes) => bytes,
        };
        if name == LENDING {
            self.own = decode_value(&bytes, BYTES_MAX).ok();
        } else if name == MAIL {
            self.mail = decode_value(&bytes, BYTES_MAX).ok();
        } else if let Ok(away) = decode_value(&bytes, BYTES_MAX) {
            self.away.push(away);
        }
        Ok(())
    }
}

impl Desk<'_> {
    /// What is kept of homes.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub(super) fn homes(&mut self) -> Result<&mut Homes, WalletError> {
        Ok(&mut self.unlocked()?.slices.homes)
    }

    /// A copy of what is kept of this wallet's own home.
    ///
    /// # Errors
    /// [`ErrorKind::HomeNotSetUp`], or if the wallet is locked.
    pub(super) fn own_home(&mut self) -> Result<HomeRecord, WalletError> {
        let own = self.homes()?.own.clone();
        own.ok_or_else(|| WalletError::new(ErrorKind::HomeNotSetUp))
    }

    /// Replaces it.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub(super) fn keep_own_home(&mut self, home: HomeRecord) -> Result<(), WalletError> {
        let bytes = Zeroizing::new(encode_value(&home));
        self.put_sealed(LENDING, &bytes)?;
        self.homes()?.own = Some(home);
        Ok(())
    }

    /// Replaces what is kept of mail.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub(super) fn keep_home_mail(&mut self, mail: MailRecord) -> Result<(), WalletError> {
        let bytes = Zeroizing::new(encode_value(&mail));
        self.put_sealed(MAIL, &bytes)?;
        self.homes()?.mail = Some(mail);
        Ok(())
    }

    /// Forgets this wallet's own home: its card is no more.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub(super) fn drop_own_home(&mut self) -> Result<(), WalletError> {
        self.homes()?.own = None;
        self.delete(LENDING.to_owned());
        Ok(())
    }

    /// A copy of what is kept of a home that lets this wallet in.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchLoan`], or if the wallet is locked.
    pub(crate) fn away_home(&mut self, home: &HomeId) -> Result<AwayRecord, WalletError> {
        let away = self.homes()?.away(home).cloned();
        away.ok_or_else(|| WalletError::new(ErrorKind::NoSuchLoan))
    }

    /// Replaces it, or adds it.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub(crate) fn keep_away_home(&mut self, away: AwayRecord) -> Result<(), WalletError> {
        let home = away.home();
        let bytes = Zeroizing::new(encode_value(&away));
        self.put_sealed(&record_of(&home), &bytes)?;
        let all = &mut self.homes()?.away;
        match all.iter_mut().find(|kept| kept.home() == home) {
            Some(kept) => *kept = away,
            None => all.push(away),
        }
        Ok(())
    }

    /// Forgets it.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub(super) fn drop_away_home(&mut self, home: &HomeId) -> Result<(), WalletError> {
        self.homes()?.away.retain(|away| away.home() != *home);
        self.delete(record_of(home));
        Ok(())
    }
}
