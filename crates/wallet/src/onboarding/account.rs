//! A card account of its own keys: so that two issuers who compare what they hold find no identifier,
//! key or certificate in common.

use rand_core::CryptoRng;
use tallystick_protocol::cbor::encode;
use tallystick_protocol::enrolment::EnrolmentRequest;

use super::offer::OfferRecord;
use crate::error::{ErrorKind, WalletError};
use crate::profile::{CardAccount, Enrolment};
use crate::secure_element::{Command, Reply, enrolment_public_key, signature, signing_public_key};
use crate::view::Home;

/// An account in the making: the card makes the keys of a slot, then signs the request to enrol them.
pub struct Making {
    offer: OfferRecord,
    id: String,
    home: Home,
    slot: u8,
    request: Option<EnrolmentRequest>,
}

impl Making {
    /// An account of that offer, in that slot.
    pub const fn new(offer: OfferRecord, id: String, home: Home, slot: u8) -> Self {
        let request = None;
        Self {
            offer,
            id,
            home,
            slot,
            request,
        }
    }

    /// Makes the keys: for [`Making::sign`].
    pub fn begin(&self, pin: &str) -> Vec<Command> {
        vec![
            Command::present_pin(pin),
            Command::generate_signing_key(self.slot),
            Command::generate_enrolment_key(self.slot),
        ]
    }

    /// Signs the request: for [`Making::finish`]. `replies` end with those to [`Making::begin`].
    pub fn sign(
        &mut self,
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let [.., signing, enrolment] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        let offer = &self.offer.offer;
        let request = EnrolmentRequest::unsigned(
            offer.envelope.from.clone(),
            offer.grant,
            enrolment_public_key(enrolment)?,
            signing_public_key(signing)?,
        );
        let sign = Command::sign(self.slot, &request.to_be_signed(), rng)?;
        self.request = Some(request);
        Ok(vec![sign])
    }

    /// The account, once its request is signed; nothing before.
    pub fn finish(&mut self, replies: &[Reply]) -> Result<Option<CardAccount>, WalletError> {
        let ([reply], Some(request)) = (replies, self.request.take()) else {
            return Ok(None);
        };
        let OfferRecord { offer, issuer_name } = &self.offer;
        let enrolment_public_key = request.enrolment_public_key;
        let request = encode(&request.signed(signature(reply)?.to_vec()));
        Ok(Some(CardAccount {
            id: self.id.clone(),
            issuer: offer.envelope.from.clone(),
            issuer_name: issuer_name.clone(),
            card: offer.card.clone(),
            limit: offer.limit,
            enrolment: Enrolment {
                slot: self.slot,
                enrolment_public_key,
                request,
                certificate: None,
                ticket: None,
                epoch: None,
                centres: None,
                shares: Vec::new(),
            },
            home: (self.home == Home::Reader).then_some(self.home),
        }))
    }
}
