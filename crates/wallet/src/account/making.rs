//! A card account of its own keys: so that two issuers who compare what they hold find no identifier,
//! key or certificate in common.

use rand_core::CryptoRng;
use tallystick_protocol::account::EnrolmentRequest;
use tallystick_protocol::wire::cbor::encode;

use super::offer::OfferRecord;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::place::KeyPlace;
use crate::core::secure_element::{
    Command, Reply, enrolment_public_key, signature, signing_public_key,
};
use crate::holder::card_account::{CardAccount, Enrolment};

/// An account in the making: the card makes the keys of a slot, then signs the request to enrol them.
pub struct Making {
    account: CardAccount,
    grant: [u8; 32],
    request: Option<EnrolmentRequest>,
}

impl Making {
    /// An account of that offer, with keys in that slot.
    pub fn new(
        OfferRecord {
            offer, issuer_name, ..
        }: OfferRecord,
        id: String,
        place: KeyPlace,
        slot: u8,
    ) -> Self {
        let account = CardAccount {
            id,
            issuer: offer.envelope.from.clone(),
            issuer_name,
            card: offer.card.clone(),
            limit: offer.limit,
            enrolment: Enrolment::begin(slot),
            place: place.is_outside().then_some(place),
            handover: None,
            face: None,
            instrument: offer.instrument,
            account: None,
            account_expires_at: None,
            currency: None,
            registration: None,
        };
        Self::anew(account, offer.grant)
    }

    /// That account, with keys that are enrolled with that grant in the slot that it names.
    pub const fn anew(account: CardAccount, grant: [u8; 32]) -> Self {
        let request = None;
        Self {
            account,
            grant,
            request,
        }
    }

    /// Makes the keys: for [`Making::sign`].
    pub fn begin(&self, pin: &str) -> Vec<Command> {
        vec![
            Command::present_pin(pin),
            Command::generate_signing_key(self.account.enrolment.slot),
            Command::generate_enrolment_key(self.account.enrolment.slot),
        ]
    }

    /// Signs the request: for [`Making::finish`]. `replies` end with those to [`Making::begin`].
    pub fn sign(
        &mut self,
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let [.., signing, made] = replies else {
            return Err(WalletError::new(ErrorKind::CardFailed));
        };
        let CardAccount {
            issuer, enrolment, ..
        } = &mut self.account;
        enrolment.enrolment_public_key = enrolment_public_key(made)?;
        let request = EnrolmentRequest::unsigned(
            issuer.clone(),
            self.grant,
            enrolment.enrolment_public_key,
            signing_public_key(signing)?,
        );
        let sign = Command::sign(enrolment.slot, &request.to_be_signed(), rng)?;
        self.request = Some(request);
        Ok(vec![sign])
    }

    /// The account, once its request is signed; nothing before.
    pub fn finish(&mut self, replies: &[Reply]) -> Result<Option<CardAccount>, WalletError> {
        let ([reply], Some(request)) = (replies, self.request.take()) else {
            return Ok(None);
        };
        let mut account = self.account.clone();
        account.enrolment.request = encode(&request.signed(signature(reply)?.to_vec()));
        Ok(Some(account))
    }
}
