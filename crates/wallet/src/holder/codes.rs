//! The codes that the holder writes down: made with the wallet or with an account, made anew whenever the holder
//! likes, shown again until the holder has shown to have them.

use rand_core::CryptoRng;
use serde::Serialize;
use tallystick_card::host::TakenSlot;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use crate::core::access::Telling;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::holder::sheet::{self, SheetCodes, SheetRecord};
use crate::sealing::header::{Header, Secret};
use crate::sealing::puk::{self, Puk};
use crate::sealing::recovery_code::{self, RecoveryCode};

/// What the holder writes down.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct CodesView {
    /// Sets a new PIN: eight characters. Only with a recovery code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub puk: Option<String>,
    /// Opens the wallet if the passphrase is lost: twenty characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub recovery_code: Option<String>,
    /// The accounts that came since the holder last showed to have the sheet.
    pub accounts: Vec<AccountCodeView>,
}

/// The code of an account.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct AccountCodeView {
    /// Whose account it is: the certified name.
    pub issuer_name: String,
    /// The last four digits of the number.
    pub last4: String,
    /// Moves the account to another device, and stops the one that had it.
    pub code: String,
}

/// Both codes of a wallet.
pub struct Codes {
    /// Sets a new PIN.
    pub puk: Puk,
    /// Opens the wallet.
    pub recovery_code: RecoveryCode,
}

impl Codes {
    /// New ones.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self {
            puk: puk::generate(rng),
            recovery_code: recovery_code::generate(rng),
        }
    }

    /// As they stand on a sheet.
    #[must_use]
    pub fn on_sheet(&self) -> SheetCodes {
        SheetCodes {
            puk: Some(puk::display(&self.puk)),
            recovery_code: Some(recovery_code::display(&self.recovery_code)),
            accounts: Vec::new(),
        }
    }
}

impl<P: Ports> Wallet<P> {
    /// Makes a new recovery code and a new PUK of the software card. The ones before open nothing any more. They are
    /// shown with the codes of accounts whose holder has not shown to have them, as far as this PIN opens those.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPassphrase`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::MalformedPin`], [`ErrorKind::Locked`], or a failure of card or storage.
    pub async fn new_codes(&self, passphrase: &str, pin: &str) -> Result<CodesView, WalletError> {
        let (before, key) = self.opened_by(passphrase).await?;
        let device_key = self.ports.device_key();
        let rng = &mut self.ports.random();
        let codes = Codes::generate(rng);
        let code = codes.recovery_code.as_slice();
        let header = before
            .with_recovery_code(&key, self.stretch, code, device_key, rng)
            .await?;
        let mut reissuing = Reissuing {
            pin,
            stretch: sheet::cost(self.stretch),
            codes,
            before,
            header,
            shown: None,
        };
        self.run(&mut reissuing).await?;
        let shown = reissuing.shown;
        shown.ok_or_else(|| WalletError::new(ErrorKind::CardFailed))
    }

    /// Shows once more what the holder has not shown to have yet: with the passphrase, and the PIN that it rests
    /// under, which is that of the card named by [`crate::view::SheetView::place`].
    ///
    /// # Errors
    /// [`ErrorKind::WrongPassphrase`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::MalformedPin`], [`ErrorKind::CodesSealed`] if nothing rests under this PIN,
    /// [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn show_codes(
        &self,
        passphrase: &str,
        pin: &str,
        place: KeyPlace,
    ) -> Result<CodesView, WalletError> {
        self.opened_by(passphrase).await?;
        // The card counts the tries, so that nobody tries PINs on the sheet instead.
        let command = Some(Command::present_pin(pin));
        self.run(&mut Telling { place, command }).await?;
        let mut codes = None;
        self.perform(&mut |desk| {
            codes = desk.sheet()?.opened(pin);
            Ok(())
        })
        .await?;
        let codes = codes.ok_or_else(|| WalletError::new(ErrorKind::CodesSealed))?;
        Ok(codes.view())
    }

    /// Takes the two characters that the sheet is asked for. Nothing of it is kept any more if they are right.
    ///
    /// # Errors
    /// [`ErrorKind::CodesWrong`], [`ErrorKind::Locked`], or a failure of the storage.
    pub async fn confirm_codes(&self, characters: &str) -> Result<(), WalletError> {
        self.perform(&mut |desk| {
            desk.stay_unlocked();
            let sheet = desk.sheet()?;
            if !sheet.is_confirmed_by(characters) {
                return Err(WalletError::new(ErrorKind::CodesWrong));
            }
            desk.keep_sheet(SheetRecord::default())
        })
        .await
    }
}

/// New codes on their way into card, header and sheet, all or none.
struct Reissuing<'a> {
    pin: &'a str,
    stretch: crate::sealing::stretch::Stretch,
    codes: Codes,
    before: Header,
    header: Header,
    shown: Option<CodesView>,
}

impl Errand for Reissuing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.unlocked()?;
        Ok(Some(Needed::at(KeyPlace::Software)))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        if !replies.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![
            Command::present_pin(self.pin),
            Command::new_puk(&self.codes.puk),
        ])
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        desk.replace_header(&self.before, &self.header)?;
        let sheet = desk.sheet()?.clone();
        let mut codes = self.codes.on_sheet();
        let (opened, mut rest) = sheet.parted(self.pin);
        codes.accounts = opened
            .map(|opened| opened.accounts.clone())
            .unwrap_or_default();
        self.shown = Some(codes.view());
        rest.add(
            &codes,
            self.stretch,
            self.pin,
            KeyPlace::Software,
            &mut desk.rng,
        )?;
        desk.keep_sheet(rest)
    }
}

impl<P: Ports> Wallet<P> {
    /// The header and the state key in it, for who knows the passphrase and has the wallet open.
    async fn opened_by(
        &self,
        passphrase: &str,
    ) -> Result<(Header, crate::sealing::StateKey), WalletError> {
        let before = self.header_while_unlocked().await?;
        let device_key = self.ports.device_key();
        let key = before
            .unwrap(Secret::Passphrase, passphrase.as_bytes(), device_key)
            .await?;
        Ok((before, key))
    }
}
