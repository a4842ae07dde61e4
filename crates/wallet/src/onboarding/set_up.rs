//! Setting up: the card is made, PIN and PUK are set, and everything is sealed, in one step that
//! either happens whole or not at all.

use rand_core::CryptoRng;
use tallystick_protocol::cbor::encode;
use tallystick_protocol::enrolment::EnrolmentRequest;

use super::offer::OfferRecord;
use crate::access::{check_passphrase, check_pin};
use crate::desk::Desk;
use crate::error::{ErrorKind, WalletError};
use crate::ports::Ports;
use crate::profile::{CardAccount, Enrolment, Profile};
use crate::sealing::header::Header;
use crate::sealing::{StateKey, puk};
use crate::secure_element::{SecureElement, Tries};
use crate::state::{Unlocked, name};
use crate::wallet::Wallet;

/// The slot of the first enrolment key in the keys applet.
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
        let offer = self.state.offer.clone();
        let offer = offer.ok_or_else(|| WalletError::new(ErrorKind::NoOffer))?;
        if offer.offer.envelope.expires_at < self.now() {
            return Err(WalletError::new(ErrorKind::OfferExpired));
        }
        let key = StateKey::generate(&mut self.rng);
        let puk = puk::generate(&mut self.rng);
        let mut card = self.blank_card()?;
        card.initialise(pin, &puk)?;
        let profile = Profile::new(first_card(offer, &mut card, pin, self.rng)?);
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

/// Makes the keys of a card and signs the request to enrol them.
fn first_card(
    offer: OfferRecord,
    element: &mut SecureElement,
    pin: &str,
    rng: &mut dyn CryptoRng,
) -> Result<CardAccount, WalletError> {
    let OfferRecord { offer, issuer_name } = offer;
    let signing_public_key = element.generate_signing_key()?;
    let enrolment_public_key = element.generate_enrolment_key(FIRST_SLOT)?;
    let issuer = offer.envelope.from.clone();
    let request = EnrolmentRequest::unsigned(
        issuer.clone(),
        offer.grant,
        enrolment_public_key,
        signing_public_key,
    );
    element.present_pin(pin)?;
    let signature = element.sign(&request.to_be_signed(), rng)?;
    let request = encode(&request.signed(signature));
    Ok(CardAccount {
        id: FIRST_CARD.to_owned(),
        issuer,
        issuer_name,
        card: offer.card.clone(),
        limit: offer.limit,
        enrolment: Enrolment {
            slot: FIRST_SLOT,
            enrolment_public_key,
            request,
            certificate: None,
            ticket: None,
            epoch: None,
            centres: None,
            shares: Vec::new(),
        },
    })
}
