//! The codes that the holder writes down: made with the wallet, and made anew whenever the holder likes,
//! because what is shown once can be lost, also on the way to the page.

use rand_core::CryptoRng;
use serde::Serialize;
use tallystick_card::host::TakenSlot;
#[cfg(feature = "typescript")]
use tsify::Tsify;

use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::state::name;
use crate::core::wallet::Wallet;
use crate::sealing::header::{Header, Secret};
use crate::sealing::puk::{self, Puk};
use crate::sealing::recovery_code::{self, RecoveryCode};

/// What the holder writes down: shown once.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(Tsify))]
pub struct CodesView {
    /// Sets a new PIN: eight characters.
    pub puk: String,
    /// Opens the wallet if the passphrase is lost: twenty characters.
    pub recovery_code: String,
}

/// Both codes.
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

    /// To be shown, once.
    #[must_use]
    pub fn view(&self) -> CodesView {
        CodesView {
            puk: puk::display(&self.puk),
            recovery_code: recovery_code::display(&self.recovery_code),
        }
    }
}

impl<P: Ports> Wallet<P> {
    /// Makes a new recovery code and a new PUK of the software card, which are shown once and kept
    /// nowhere in clear. The ones before open nothing any more.
    ///
    /// # Errors
    /// [`ErrorKind::WrongPassphrase`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`],
    /// [`ErrorKind::MalformedPin`], [`ErrorKind::Locked`], or a failure of card or storage.
    pub async fn new_codes(&self, passphrase: &str, pin: &str) -> Result<CodesView, WalletError> {
        let before = self.header_while_unlocked().await?;
        let device_key = self.ports.device_key();
        let key = before
            .unwrap(Secret::Passphrase, passphrase.as_bytes(), device_key)
            .await?;
        let rng = &mut self.ports.random();
        let codes = Codes::generate(rng);
        let code = codes.recovery_code.as_slice();
        let header = before
            .with_recovery_code(&key, self.stretch, code, device_key, rng)
            .await?;
        self.run(&mut Reissuing {
            pin,
            puk: &codes.puk,
            before,
            header,
        })
        .await?;
        Ok(codes.view())
    }
}

/// New codes on their way into card and header, both or neither.
struct Reissuing<'a> {
    pin: &'a str,
    puk: &'a Puk,
    before: Header,
    header: Header,
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
            Command::new_puk(self.puk),
        ])
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        desk.replace_header(&self.before, &self.header)
    }
}
