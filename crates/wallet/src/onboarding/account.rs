//! A card account of its own keys: so that two issuers who compare what they hold find no identifier,
//! key or certificate in common.

use rand_core::CryptoRng;
use tallystick_protocol::cbor::encode;
use tallystick_protocol::enrolment::EnrolmentRequest;

use super::offer::OfferRecord;
use crate::error::WalletError;
use crate::profile::{CardAccount, Enrolment};
use crate::secure_element::SecureElement;

/// Makes the keys of a slot and signs the request to enrol them.
pub async fn account(
    offer: OfferRecord,
    id: String,
    slot: u8,
    element: &mut SecureElement,
    pin: &str,
    rng: &mut dyn CryptoRng,
) -> Result<CardAccount, WalletError> {
    let OfferRecord { offer, issuer_name } = offer;
    element.present_pin(pin).await?;
    let signing_public_key = element.generate_signing_key(slot).await?;
    let enrolment_public_key = element.generate_enrolment_key(slot).await?;
    let issuer = offer.envelope.from.clone();
    let request = EnrolmentRequest::unsigned(
        issuer.clone(),
        offer.grant,
        enrolment_public_key,
        signing_public_key,
    );
    let signature = element.sign(slot, &request.to_be_signed(), rng).await?;
    let request = encode(&request.signed(signature));
    Ok(CardAccount {
        id,
        issuer,
        issuer_name,
        card: offer.card.clone(),
        limit: offer.limit,
        enrolment: Enrolment {
            slot,
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
