//! The offer of a card: verified against the page's real origin and the trust anchors, then kept until
//! the holder takes it or declines it, or it expires; and no longer. In a wallet that has been set up it
//! is sealed as all records are. Before, there is no passphrase yet, and the device key is all there is.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::account::AccountOffer;
use tallystick_protocol::trust::statement;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::registry::context;
use zeroize::Zeroizing;

use crate::account::cards::CARDS_MAX;
use crate::account::view::OfferView;
use crate::account::view::card_view;
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::party_url;
use crate::core::ports::{DeviceKey, Ports, Record};
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;
use crate::slices::Opened;

const CONTEXT: &str = context::WALLET_OFFER;
/// The name of its record: under the device key, and once the wallet is set up under the state key.
const RECORD: &str = "offer";
const BYTES_MAX: usize = 16 * 1024;
/// The longest signed offer that is kept, in bytes: the account code is asked for with it.
const SIGNED_BYTES_MAX: usize = 12 * 1024;
/// How the card on offer is named in calls.
pub const OFFERED: &str = "offer";

/// An offer that was verified.
#[derive(Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct OfferRecord {
    /// What the issuer said.
    #[n(0)]
    pub offer: AccountOffer,
    /// The issuer's certified name.
    #[n(1)]
    pub issuer_name: String,
    /// As the issuer signed it; absent where an earlier release took it.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub signed: Option<Vec<u8>>,
}

impl OfferRecord {
    /// For the pages.
    #[must_use]
    pub fn view(&self) -> OfferView {
        let issuer = &self.offer.envelope.from;
        OfferView {
            issuer_name: self.issuer_name.clone(),
            issuer_domain: issuer.as_str().to_owned(),
            card: card_view(
                OFFERED,
                issuer,
                &self.issuer_name,
                &self.offer.card,
                self.offer.limit,
            ),
        }
    }
}

/// The card on offer, which is there also while the wallet is empty or locked.
#[derive(Default)]
pub struct Offering {
    /// What is on offer.
    pub record: Option<OfferRecord>,
    /// It rests under the device key alone although there is a state key.
    is_unsealed: bool,
    /// The card that was on offer last is no more, because its time was up.
    has_expired: bool,
}

impl Offering {
    /// As the vault has it, as far as the device key alone opens it. One that no longer opens is as good as
    /// none: the issuer's page hands out another.
    pub async fn read_again(
        &self,
        records: &[Record],
        device_key: &impl DeviceKey,
        is_set_up: bool,
    ) -> Self {
        let wrapped = records.iter().find(|record| record.name == RECORD);
        let record = match wrapped {
            Some(wrapped) => unwrapped(device_key, &wrapped.bytes).await,
            None => None,
        };
        Self {
            is_unsealed: record.is_some() && is_set_up,
            has_expired: self.has_expired,
            record,
        }
    }

    /// As the state key opens it, if it is one that was sealed.
    pub fn unlock(&mut self, records: &[Record], open: impl Fn(&Record) -> Opened) {
        let sealed = records.iter().find(|record| record.name == RECORD);
        if let (None, Some(sealed)) = (&self.record, sealed) {
            let bytes = open(sealed).ok();
            self.record = bytes.and_then(|bytes| decode_value(&bytes, BYTES_MAX).ok());
        }
    }
}

async fn unwrapped(device_key: &impl DeviceKey, wrapped: &[u8]) -> Option<OfferRecord> {
    let bytes = device_key.unwrap(CONTEXT, wrapped).await.ok()?;
    decode_value(&bytes, BYTES_MAX).ok()
}

impl<P: Ports> Wallet<P> {
    /// Takes an issuer's offer that a page handed over. `origin` must be what the browser says.
    ///
    /// # Errors
    /// [`ErrorKind::OfferInvalid`], [`ErrorKind::OfferFromElsewhere`],
    /// [`ErrorKind::OfferExpired`], [`ErrorKind::CardAlreadyHeld`], [`ErrorKind::CardLimit`],
    /// [`ErrorKind::OfferWaiting`] while another issuer's offer waits for the holder, or
    /// [`ErrorKind::Locked`] if a wallet is here that cannot say what it holds.
    pub async fn receive_offer(&self, origin: &str, offer: &[u8]) -> Result<(), WalletError> {
        self.know_revocations().await?;
        let mut verified = None;
        self.perform(&mut |desk| {
            verified = Some(desk.verified_offer(origin, offer)?);
            Ok(())
        })
        .await?;
        let Some(record) = verified else {
            return Err(WalletError::new(ErrorKind::OfferInvalid));
        };
        let bytes = Zeroizing::new(encode_value(&record));
        let wrapped = self.ports.device_key().wrap(CONTEXT, &bytes).await?;
        self.perform(&mut |desk| {
            desk.require_room(&record)?;
            desk.state.beside.offering.record = Some(record.clone());
            desk.state.beside.offering.has_expired = false;
            match desk.state.header {
                Some(_) => desk.seal_offer(&record),
                None => {
                    desk.put(RECORD, wrapped.clone());
                    Ok(())
                }
            }
        })
        .await
    }
}

impl<P: Ports> Wallet<P> {
    /// Looks whether an offer is the page's own and in order, also while the wallet is locked: nothing
    /// is opened for an offer that is not. Nothing is stored.
    ///
    /// # Errors
    /// [`ErrorKind::OfferInvalid`], [`ErrorKind::OfferFromElsewhere`], [`ErrorKind::OfferExpired`].
    pub async fn check_offer(&self, origin: &str, offer: &[u8]) -> Result<(), WalletError> {
        self.know_revocations().await?;
        self.perform(&mut |desk| desk.verified_offer(origin, offer).map(|_| ()))
            .await
    }
}

impl Desk<'_> {
    /// Deletes an offer that has expired, and seals one that an earlier release left under the device key
    /// alone.
    ///
    /// # Errors
    /// None, but of sealing.
    pub fn tidy_offer(&mut self) -> Result<(), WalletError> {
        let Some(record) = &self.state.beside.offering.record else {
            return Ok(());
        };
        if record.offer.envelope.expires_at < self.now() {
            self.forget_offer();
            self.state.beside.offering.has_expired = true;
            return Ok(());
        }
        if self.state.beside.offering.is_unsealed && self.state.unlocked.is_some() {
            let record = record.clone();
            return self.seal_offer(&record);
        }
        Ok(())
    }

    fn seal_offer(&mut self, record: &OfferRecord) -> Result<(), WalletError> {
        let bytes = Zeroizing::new(encode_value(record));
        self.put_sealed(RECORD, &bytes)?;
        self.state.beside.offering.is_unsealed = false;
        Ok(())
    }

    /// Nothing is on offer any more.
    pub(super) fn forget_offer(&mut self) {
        self.state.beside.offering.record = None;
        self.state.beside.offering.is_unsealed = false;
        self.delete(RECORD.to_owned());
    }

    /// The card on offer, while the offer stands.
    ///
    /// # Errors
    /// [`ErrorKind::NoOffer`] or [`ErrorKind::OfferExpired`].
    pub(super) fn offer(&self) -> Result<OfferRecord, WalletError> {
        let offer = self.state.beside.offering.record.clone();
        offer.ok_or_else(|| {
            WalletError::new(match self.state.beside.offering.has_expired {
                true => ErrorKind::OfferExpired,
                false => ErrorKind::NoOffer,
            })
        })
    }

    /// An empty wallet takes any card; one that has been set up, a card that it does not hold.
    fn require_room(&mut self, offered: &OfferRecord) -> Result<(), WalletError> {
        let OfferRecord { offer, .. } = offered;
        // Nobody else's page takes the place of the offer that its holder may be reading.
        if let Some(waiting) = &self.state.beside.offering.record
            && waiting.offer.envelope.expires_at >= self.now()
            && waiting.offer.envelope.from != offer.envelope.from
        {
            return Err(WalletError::new(ErrorKind::OfferWaiting).about(&waiting.issuer_name));
        }
        if self.state.header.is_none() {
            return Ok(());
        }
        let profile = &self.profile()?;
        let is_same = |card: &CardAccount| {
            card.issuer == offer.envelope.from && card.card.number == offer.card.number
        };
        if profile.cards.iter().any(is_same) {
            return Err(WalletError::new(ErrorKind::CardAlreadyHeld));
        }
        if profile.cards.len() < usize::from(CARDS_MAX) {
            Ok(())
        } else {
            Err(WalletError::new(ErrorKind::CardLimit))
        }
    }

    fn verified_offer(&self, origin: &str, offer: &[u8]) -> Result<OfferRecord, WalletError> {
        let now = self.now();
        let verified = statement::open::<AccountOffer>(offer, self.anchors(), now, Role::Issuer)
            .map_err(|error| {
                let (late, otherwise) = (ErrorKind::OfferExpired, ErrorKind::OfferInvalid);
                WalletError::refused(&error, late, otherwise).about(party_url::host(origin))
            })?;
        let issuer = &verified.message.envelope.from;
        if !self.context.urls.is_origin_of(origin, issuer) {
            return Err(WalletError::new(ErrorKind::OfferFromElsewhere).about(issuer.as_str()));
        }
        if !verified.message.card.expiry.is_current_at(now) {
            return Err(WalletError::new(ErrorKind::OfferExpired));
        }
        Ok(OfferRecord {
            issuer_name: verified.signer.name,
            offer: verified.message,
            signed: (offer.len() <= SIGNED_BYTES_MAX).then(|| offer.to_vec()),
        })
    }
}
