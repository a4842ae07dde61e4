//! The sheet that the holder is to keep: what it says rests under the PIN until the holder has typed two of its
//! characters, whatever becomes of the page that showed it. Then nothing of it is here any more.

use minicbor::Encode;
use rand_core::CryptoRng;
use tallystick_codec::DecodeMap;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::core::desk::Desk;
use crate::core::error::WalletError;
use crate::core::place::KeyPlace;
use crate::holder::codes::{AccountCodeView, CodesView};
use crate::holder::view::SheetView;
use crate::sealing::stretch::Stretch;
use crate::sealing::{sheet as sealed, written_code};
use crate::slices::{Opened, Slice};

/// The name of its record.
const RECORD: &str = "sheet";
/// The longest record accepted, in bytes.
const BYTES_MAX: usize = 64 * 1024;
/// The most parts that wait at once; of more the oldest makes room. There are no more cards than that.
const PARTS_MAX: usize = 16;

/// What resting under a PIN costs: no more than the card's own safe, which is opened at each purchase.
#[must_use]
pub fn cost(of_passphrases: Stretch) -> Stretch {
    Stretch {
        memory_kib: of_passphrases.memory_kib.min(Stretch::OF_A_PIN.memory_kib),
        passes: of_passphrases.passes.min(Stretch::OF_A_PIN.passes),
    }
}

/// The code of an account, as it stands on the sheet.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct AccountCode {
    /// Whose account it is: the certified name.
    #[n(0)]
    pub issuer_name: String,
    /// The last four digits of the number.
    #[n(1)]
    pub last4: String,
    /// The code.
    #[n(2)]
    pub code: String,
}

/// What stands on the sheet.
#[derive(Clone, Default, PartialEq, Eq, Encode, DecodeMap, Zeroize, ZeroizeOnDrop)]
#[cbor(map)]
pub struct SheetCodes {
    /// Sets a new PIN.
    #[n(0)]
    pub puk: Option<String>,
    /// Opens the wallet.
    #[n(1)]
    pub recovery_code: Option<String>,
    /// The codes of accounts.
    #[n(2)]
    pub accounts: Vec<AccountCode>,
}

impl SheetCodes {
    /// The code of one account alone.
    #[must_use]
    pub fn of_account(code: AccountCode) -> Self {
        Self {
            puk: None,
            recovery_code: None,
            accounts: vec![code],
        }
    }

    /// For the page that shows it.
    #[must_use]
    pub fn view(&self) -> CodesView {
        let accounts = self.accounts.iter().map(|account| AccountCodeView {
            issuer_name: account.issuer_name.clone(),
            last4: account.last4.clone(),
            code: account.code.clone(),
        });
        CodesView {
            puk: self.puk.clone(),
            recovery_code: self.recovery_code.clone(),
            accounts: accounts.collect(),
        }
    }

    /// The code that is asked for: the recovery code, or else the newest account's, with that issuer's name.
    fn asked(&self) -> Option<(Option<&str>, &str)> {
        let own = self.recovery_code.as_deref().map(|code| (None, code));
        let newest = self.accounts.last();
        own.or(newest.map(|account| (Some(account.issuer_name.as_str()), account.code.as_str())))
    }
}

/// What came onto the sheet at once.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
struct Part {
    /// [`SheetCodes`] under the PIN.
    #[cbor(n(0), with = "minicbor::bytes")]
    sealed: Vec<u8>,
    /// Whose PIN that is.
    #[n(1)]
    place: KeyPlace,
    /// Of whose account the code is that is asked for; none for the recovery code.
    #[n(2)]
    issuer_name: Option<String>,
    /// The place of the first character that is asked for, counted from 1 and without hyphens.
    #[n(3)]
    first: u8,
    /// The place of the second, after it.
    #[n(4)]
    second: u8,
    /// What stands there: ten bits of a hundred at least, so that they can be asked for without the PIN.
    #[n(5)]
    characters: String,
}

/// What the holder has not shown to have yet.
#[derive(Clone, Default, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct SheetRecord {
    /// Oldest first.
    #[n(0)]
    parts: Vec<Part>,
}

impl SheetRecord {
    /// Puts codes onto the sheet.
    ///
    /// # Errors
    /// Of sealing.
    pub fn add(
        &mut self,
        codes: &SheetCodes,
        stretch: Stretch,
        pin: &str,
        place: KeyPlace,
        rng: &mut impl CryptoRng,
    ) -> Result<(), WalletError> {
        let Some((issuer_name, code)) = codes.asked() else {
            return Ok(());
        };
        let characters: Vec<char> = code.chars().filter(|c| *c != '-').collect();
        let (first, second) = two_places(characters.len(), rng);
        let at = |place: u8| characters.get(usize::from(place) - 1);
        let bytes = Zeroizing::new(encode_value(codes));
        let part = Part {
            sealed: sealed::seal(stretch, pin.as_bytes(), &bytes, rng)?,
            place,
            issuer_name: issuer_name.map(str::to_owned),
            first,
            second,
            characters: at(first).into_iter().chain(at(second)).collect(),
        };
        if self.parts.len() >= PARTS_MAX {
            self.parts.remove(0);
        }
        self.parts.push(part);
        Ok(())
    }

    /// What rests under that PIN, together.
    #[must_use]
    pub fn opened(&self, pin: &str) -> Option<SheetCodes> {
        self.parted(pin).0
    }

    /// What rests under that PIN, together, and the sheet without it.
    #[must_use]
    pub fn parted(&self, pin: &str) -> (Option<SheetCodes>, Self) {
        let mut opened: Option<SheetCodes> = None;
        let mut rest = Self::default();
        for part in &self.parts {
            let bytes = sealed::open(&part.sealed, pin.as_bytes()).ok();
            let codes = bytes.and_then(|bytes| decode_value::<SheetCodes>(&bytes, BYTES_MAX).ok());
            match (codes, &mut opened) {
                (None, _) => rest.parts.push(part.clone()),
                (Some(codes), None) => opened = Some(codes),
                (Some(codes), Some(all)) => {
                    all.puk = codes.puk.clone().or(all.puk.take());
                    all.recovery_code = codes.recovery_code.clone().or(all.recovery_code.take());
                    all.accounts.extend(codes.accounts.iter().cloned());
                }
            }
        }
        (opened, rest)
    }

    /// The same under another PIN of that card, as far as the old one opens it.
    ///
    /// # Errors
    /// Of sealing.
    fn under_another(
        &self,
        place: KeyPlace,
        (old, new): (&str, &str),
        stretch: Stretch,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, WalletError> {
        let mut changed = self.clone();
        for part in changed.parts.iter_mut().filter(|part| part.place == place) {
            if let Ok(codes) = sealed::open(&part.sealed, old.as_bytes()) {
                part.sealed = sealed::seal(stretch, new.as_bytes(), &codes, rng)?;
            }
        }
        Ok(changed)
    }

    /// Whether nothing waits, or these are the characters that are asked for, however they were typed.
    #[must_use]
    pub fn is_confirmed_by(&self, characters: &str) -> bool {
        let Some(asked) = self.asked() else {
            return true;
        };
        written_code(characters).is_some_and(|typed| *typed == asked.characters)
    }

    /// The part whose code is asked for: that of the wallet itself, or else the newest account's.
    fn asked(&self) -> Option<&Part> {
        let own = self.parts.iter().rfind(|part| part.issuer_name.is_none());
        own.or(self.parts.last())
    }

    /// For the pages: what is asked for, and nothing that stands on the sheet.
    #[must_use]
    pub fn view(&self) -> Option<SheetView> {
        self.asked().map(|part| SheetView {
            issuer_name: part.issuer_name.clone(),
            first: part.first,
            second: part.second,
            place: part.place,
        })
    }
}

/// Two places among so many, in order, counted from 1.
fn two_places(count: usize, rng: &mut impl CryptoRng) -> (u8, u8) {
    let count = u8::try_from(count).unwrap_or(u8::MAX).max(2);
    let mut bytes = [0; 2];
    rng.fill_bytes(&mut bytes);
    let one = bytes[0] % count;
    let other = (one + 1 + bytes[1] % (count - 1)) % count;
    (one.min(other) + 1, one.max(other) + 1)
}

/// A sheet that cannot be read keeps nobody from the wallet: new codes can be made.
impl Slice for SheetRecord {
    fn owns(name: &str) -> bool {
        name == RECORD
    }

    fn take_up(&mut self, _: &str, opened: Opened) -> Result<(), WalletError> {
        let read = opened
            .ok()
            .and_then(|bytes| decode_value(&bytes, BYTES_MAX).ok());
        *self = read.unwrap_or_default();
        Ok(())
    }
}

impl Desk<'_> {
    /// The sheet, to be looked at.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn sheet(&mut self) -> Result<&SheetRecord, WalletError> {
        Ok(&self.unlocked()?.slices.sheet)
    }

    /// Replaces the sheet, or removes it if nothing is on it.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep_sheet(&mut self, sheet: SheetRecord) -> Result<(), WalletError> {
        let before = self.sheet()?;
        if sheet == *before {
            return Ok(());
        }
        if sheet.parts.is_empty() {
            self.delete(RECORD.to_owned());
        } else {
            let bytes = Zeroizing::new(encode_value(&sheet));
            self.put_sealed(RECORD, &bytes)?;
        }
        self.unlocked()?.slices.sheet = sheet;
        Ok(())
    }

    /// A card has another PIN: what rests under the old one rests under the new one from now on.
    ///
    /// # Errors
    /// If the wallet is locked; of sealing.
    pub fn keep_sheet_under(
        &mut self,
        place: KeyPlace,
        pins: (&str, &str),
        stretch: Stretch,
    ) -> Result<(), WalletError> {
        let sheet = self.sheet()?.clone();
        let changed = sheet.under_another(place, pins, cost(stretch), &mut self.rng)?;
        self.keep_sheet(changed)
    }
}
