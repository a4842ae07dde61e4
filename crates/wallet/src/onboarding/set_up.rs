//! Setting up: the card is made, PIN and PUK are set, and everything is sealed, in one step that
//! either happens whole or not at all.

use tallystick_protocol::cbor::encode;
use tallystick_protocol::enrolment::EnrolmentRequest;

use super::offer::OfferRecord;
use crate::access::{check_passphrase, check_pin};
use crate::error::{ErrorKind, WalletError};
use crate::ports::Ports;
use crate::profile::{CardAccount, Enrolment, Profile};
use crate::sealing::header::Header;
use crate::sealing::{StateKey, puk};
use crate::secure_element::SecureElement;
use crate::state::{Batch, Unlocked, name};
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
        let mut state = self.enter().await?;
        if state.header.is_some() {
            return Err(WalletError::new(ErrorKind::AlreadySetUp));
        }
        let offer = state
            .offer
            .clone()
            .ok_or_else(|| WalletError::new(ErrorKind::NoOffer))?;
        if offer.offer.envelope.expires_at < self.now() {
            return Err(WalletError::new(ErrorKind::OfferExpired));
        }
        let rng = &mut self.ports.random();
        let (key, puk) = (StateKey::generate(rng), puk::generate(rng));
        let header = Header::new(
            &key,
            self.stretch,
            passphrase.as_bytes(),
            puk.as_slice(),
            self.ports.device_key(),
            rng,
        )
        .await?;
        let mut element = SecureElement::blank();
        element.initialise(pin, &puk, rng)?;
        let profile = Profile::new(first_card(offer, &mut element, pin, rng)?);
        Batch::new(&self.ports, &key)
            .clear(name::HEADER, header.to_bytes())
            .profile(&profile)?
            .sealed(name::CARD, &element.state())?
            .delete(name::OFFER)
            .store()
            .await?;
        let tries = element.tries(&mut self.ports.random())?;
        state.header = Some(header);
        state.offer = None;
        state.unlocked = Some(Unlocked {
            key,
            locks_at_ms: 0,
            profile,
            orders: std::collections::BTreeMap::new(),
            tries,
        });
        self.keep_unlocked(&mut state).await?;
        Ok(puk::display(&puk))
    }
}

/// Makes the keys of a card and signs the request to enrol them.
fn first_card(
    offer: OfferRecord,
    element: &mut SecureElement,
    pin: &str,
    rng: &mut impl rand_core::CryptoRng,
) -> Result<CardAccount, WalletError> {
    let OfferRecord { offer, issuer_name } = offer;
    let signing_public_key = element.generate_signing_key(rng)?;
    let enrolment_public_key = element.generate_enrolment_key(FIRST_SLOT, rng)?;
    let issuer = offer.envelope.from.clone();
    let request = EnrolmentRequest::unsigned(
        issuer.clone(),
        offer.grant,
        enrolment_public_key,
        signing_public_key,
    );
    element.present_pin(pin, rng)?;
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
