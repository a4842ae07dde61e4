//! Setting up: the card is made, PIN and PUK are set, and everything is sealed, in one step that
//! either happens whole or not at all.

use super::account::account;
use crate::access::{check_passphrase, check_pin};
use crate::desk::Desk;
use crate::error::{ErrorKind, WalletError};
use crate::ports::Ports;
use crate::profile::Profile;
use crate::sealing::header::Header;
use crate::sealing::{StateKey, puk};
use crate::secure_element::{SecureElement, Tries};
use crate::state::{Unlocked, name};
use crate::wallet::Wallet;

/// The slot of the first card.
const FIRST_SLOT: u8 = 0;
/// How the first card is named.
const FIRST_CARD: &str = "1";

impl<P: Ports> Wallet<P> {
    /// Makes the card for the offer, sets the PIN, seals everything under the passphrase and
    /// unlocks. Returns the PUK, which is shown once and kept nowhere in clear.
    ///
    /// Everything that needs the PIN is done here, so that [`Wallet::enrol`] can go on without it.
    ///
    /// # Errors
    /// [`ErrorKind::NoOffer`], [`ErrorKind::AlreadySetUp`], [`ErrorKind::WeakPassphrase`],
    /// [`ErrorKind::MalformedPin`], [`ErrorKind::OfferExpired`] or a failure of card or storage.
    pub async fn set_up(&self, passphrase: &str, pin: &str) -> Result<String, WalletError> {
        check_passphrase(passphrase)?;
        check_pin(pin)?;
        let mut draft = None;
        self.perform(&mut |desk| {
            draft = Some(desk.draft(pin)?);
            Ok(())
        })
        .await?;
        let mut draft = draft.ok_or_else(|| WalletError::new(ErrorKind::NoOffer))?;
        let header = Header::new(
            &draft.key,
            self.stretch,
            passphrase.as_bytes(),
            draft.puk.as_slice(),
            self.ports.device_key(),
            &mut self.ports.random(),
        )
        .await?;
        self.perform(&mut |desk| desk.keep_draft(&mut draft, &header))
            .await?;
        Ok(puk::display(&draft.puk))
    }
}

/// A wallet that is not stored yet.
struct Draft {
    key: StateKey,
    puk: puk::Puk,
    card: SecureElement,
    profile: Profile,
}

impl Desk<'_> {
    fn draft(&mut self, pin: &str) -> Result<Draft, WalletError> {
        if self.state.header.is_some() {
            return Err(WalletError::new(ErrorKind::AlreadySetUp));
        }
        let offer = self.offer()?;
        let key = StateKey::generate(&mut self.rng);
        let puk = puk::generate(&mut self.rng);
        let id = FIRST_CARD.to_owned();
        let mut card = self.blank_card()?;
        card.initialise(pin, &puk)?;
        let profile = Profile::new(account(offer, id, FIRST_SLOT, &mut card, pin, self.rng)?);
        Ok(Draft {
            key,
            puk,
            card,
            profile,
        })
    }

    fn keep_draft(&mut self, draft: &mut Draft, header: &Header) -> Result<(), WalletError> {
        if self.state.header.is_some() {
            return Err(WalletError::new(ErrorKind::AlreadySetUp));
        }
        self.state.header = Some(header.clone());
        self.state.offer = None;
        self.state.unlocked = Some(Unlocked {
            key: draft.key.clone(),
            locks_at_ms: 0,
            profile: draft.profile.clone(),
            orders: Vec::new(),
            card: Vec::new(),
            tries: Tries::FULL,
        });
        self.put(name::HEADER, header.to_bytes());
        self.delete(name::OFFER.to_owned());
        self.keep_profile(draft.profile.clone())?;
        self.keep_card(&mut draft.card)?;
        self.stay_unlocked();
        Ok(())
    }
}
