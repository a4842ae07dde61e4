//! Setting up: the card is made, PIN and PUK are set, and everything is sealed, in one step that
//! either happens whole or not at all.

use super::making::Making;
use super::offer::OfferRecord;
use crate::core::access::{check_passphrase, check_pin};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::ports::{Cards, Ports};
use crate::core::secure_element::{Command, SecureElement, Tries, unreachable};
use crate::core::state::{Unlocked, name};
use crate::core::wallet::Wallet;
use crate::holder::codes::{Codes, CodesView};
use crate::holder::profile::Profile;
use crate::holder::sheet::{self, SheetRecord};
use crate::sealing::StateKey;
use crate::sealing::header::Header;

/// The slot of the first card.
const FIRST_SLOT: u8 = 0;
/// How the first card is named.
const FIRST_CARD: &str = "1";

impl<P: Ports> Wallet<P> {
    /// Makes the card for the offer, sets the PIN, seals everything under the passphrase and
    /// unlocks. Returns PUK, recovery code and the account's own code, which the issuer is asked for first. They are
    /// kept under the PIN until the holder has shown to have them, and nowhere in clear.
    ///
    /// Everything that needs the PIN is done here, so that [`Wallet::enrol`] can go on without it.
    ///
    /// # Errors
    /// [`ErrorKind::NoOffer`], [`ErrorKind::AlreadySetUp`], [`ErrorKind::WeakPassphrase`],
    /// [`ErrorKind::MalformedPin`], [`ErrorKind::OfferExpired`], [`ErrorKind::EnrolmentUnreachable`] if the
    /// issuer does not answer, or a failure of card or storage.
    pub async fn set_up(&self, passphrase: &str, pin: &str) -> Result<CodesView, WalletError> {
        check_passphrase(passphrase)?;
        check_pin(pin)?;
        let mut offer = None;
        self.perform(&mut |desk| {
            desk.require_nothing_set_up()?;
            offer = Some(desk.offer()?);
            Ok(())
        })
        .await?;
        let offer = offer.ok_or_else(|| WalletError::new(ErrorKind::NoOffer))?;
        self.set_up_with(Some(offer), passphrase, pin).await
    }

    /// As [`Wallet::set_up`], with nothing in the card yet: for a machine, whose one account is at a bank. Nobody keeps a
    /// sheet for it, so none is waited for.
    ///
    /// # Errors
    /// As [`Wallet::set_up`], without those about an offer.
    pub async fn set_up_empty(
        &self,
        passphrase: &str,
        pin: &str,
    ) -> Result<CodesView, WalletError> {
        check_passphrase(passphrase)?;
        check_pin(pin)?;
        self.perform(&mut |desk| desk.require_nothing_set_up())
            .await?;
        self.set_up_with(None, passphrase, pin).await
    }

    async fn set_up_with(
        &self,
        offer: Option<OfferRecord>,
        passphrase: &str,
        pin: &str,
    ) -> Result<CodesView, WalletError> {
        let (is_held, code) = match &offer {
            Some(offer) => (true, self.account_code(offer).await?),
            None => (false, None),
        };
        let mut draft = self.draft(offer, pin).await?;
        let mut written = draft.codes.on_sheet();
        written.accounts.extend(code);
        if is_held {
            let (cost, place) = (sheet::cost(self.stretch), KeyPlace::Software);
            let rng = &mut self.ports.random();
            draft.sheet.add(&written, cost, pin, place, rng)?;
        }
        let header = Header::new(
            &draft.key,
            self.stretch,
            passphrase.as_bytes(),
            draft.codes.recovery_code.as_slice(),
            self.ports.device_key(),
            &mut self.ports.random(),
        )
        .await?;
        self.perform(&mut |desk| desk.keep_draft(&mut draft, &header))
            .await?;
        Ok(written.view())
    }

    async fn draft(&self, offer: Option<OfferRecord>, pin: &str) -> Result<Draft, WalletError> {
        let rng = &mut self.ports.random();
        let codes = Codes::generate(rng);
        let card = self.ports.cards().blank();
        let card = card.map_err(unreachable)?;
        let mut card = SecureElement::new(card, Vec::new());
        let first = vec![Command::first_pin(pin), Command::first_puk(&codes.puk)];
        card.execute(first).await?;
        let profile = match offer {
            None => Profile::default(),
            Some(offer) => {
                let mut making =
                    Making::new(offer, FIRST_CARD.to_owned(), KeyPlace::Software, FIRST_SLOT);
                let replies = card.execute(making.begin(pin)).await?;
                let replies = card.execute(making.sign(&replies, rng)?).await?;
                let account = making.finish(&replies)?;
                Profile::new(account.ok_or_else(|| WalletError::new(ErrorKind::CardFailed))?)
            }
        };
        Ok(Draft {
            key: StateKey::generate(rng),
            codes,
            card,
            profile,
            sheet: SheetRecord::default(),
        })
    }
}

/// A wallet that is not stored yet.
struct Draft {
    key: StateKey,
    codes: Codes,
    card: SecureElement<'static>,
    profile: Profile,
    sheet: SheetRecord,
}

impl Desk<'_> {
    fn require_nothing_set_up(&mut self) -> Result<(), WalletError> {
        match self.state.header {
            None => Ok(()),
            Some(_) => Err(WalletError::new(ErrorKind::AlreadySetUp)),
        }
    }

    fn keep_draft(&mut self, draft: &mut Draft, header: &Header) -> Result<(), WalletError> {
        self.require_nothing_set_up()?;
        self.state.header = Some(header.clone());
        self.state.unlocked = Some(Unlocked::new(draft.key.clone()));
        self.put(name::HEADER, header.to_bytes());
        self.forget_offer();
        self.keep_profile(draft.profile.clone())?;
        self.keep_sheet(draft.sheet.clone())?;
        self.keep_card(&mut draft.card, KeyPlace::Software, Some(Ok(Tries::FULL)))?;
        self.stay_unlocked();
        Ok(())
    }
}
