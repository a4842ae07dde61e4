//! The offer of a card: verified against the page's real origin and the trust anchors, then kept
//! under the device key until the holder has chosen passphrase and PIN.

use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::cbor::{decode_value, encode_value};
use tallystick_protocol::enrolment::AccountOffer;
use tallystick_protocol::identifier::Role;
use tallystick_protocol::statement;
use zeroize::Zeroizing;

use crate::desk::Desk;
use crate::error::{ErrorKind, WalletError};
use crate::party_url;
use crate::ports::{DeviceKey, Ports};
use crate::profile::card_view;
use crate::state::name;
use crate::view::OfferView;
use crate::wallet::Wallet;

const CONTEXT: &str = "tallystick/v1/wallet/offer";
const BYTES_MAX: usize = 8 * 1024;

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
                "offer",
                issuer,
                &self.issuer_name,
                &self.offer.card,
                self.offer.limit,
            ),
        }
    }
}

/// Opens a stored offer. One that no longer opens is as good as none: the issuer's page hands out
/// another.
pub async fn opened(device_key: &impl DeviceKey, wrapped: &[u8]) -> Option<OfferRecord> {
    let bytes = device_key.unwrap(CONTEXT, wrapped).await.ok()?;
    decode_value(&bytes, BYTES_MAX).ok()
}

impl<P: Ports> Wallet<P> {
    /// Takes an issuer's offer that a page handed over. `origin` must be what the browser says.
    ///
    /// # Errors
    /// [`ErrorKind::OfferInvalid`], [`ErrorKind::OfferFromElsewhere`],
    /// [`ErrorKind::OfferExpired`] or [`ErrorKind::CardAlreadyHeld`].
    pub async fn receive_offer(&self, origin: &str, offer: &[u8]) -> Result<(), WalletError> {
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
            desk.require_no_wallet()?;
            desk.put(name::OFFER, wrapped.clone());
            desk.state.offer = Some(record.clone());
            Ok(())
        })
        .await
    }
}

impl Desk<'_> {
    fn require_no_wallet(&self) -> Result<(), WalletError> {
        match self.state.header {
            Some(_) => Err(WalletError::new(ErrorKind::CardAlreadyHeld)),
            None => Ok(()),
        }
    }

    fn verified_offer(&self, origin: &str, offer: &[u8]) -> Result<OfferRecord, WalletError> {
        self.require_no_wallet()?;
        let now = self.now();
        let verified =
            statement::open::<AccountOffer>(offer, &self.context.anchors, now, Role::Issuer)
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
        })
    }
}
