//! A gift by a link: made, taken back, and redeemed. The link's secret key is in the link and in this wallet's sealed record alone;
//! the office learns its public half when the link is redeemed.

use core::cell::RefCell;

use rand_core::CryptoRng;
use tallystick_protocol::coupon::{
    ClaimCancellation, ClaimOffer, ClaimProof, ClaimRedemption, ClaimRequest, OwnerKey,
    asked_digest,
};
use tallystick_protocol::trust::keyed::{self, KeyedMessage};
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey, sign_es256};
use tallystick_protocol::wire::cbor::encode;
use zeroize::Zeroizing;

use super::card;
use super::record::UnderWay;
use super::taking::Wish;
use super::text::Link;
use super::view::{CouponEventKind, CouponWhat};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

/// The most days that a link counts.
const DAYS_MAX: u32 = 31;
const DAY_SECONDS: u64 = 86_400;

fn failed(error: &dyn core::fmt::Display) -> WalletError {
    WalletError::caused(ErrorKind::CardFailed, error)
}

/// The public half of a link's key.
fn link_key(secret: &[u8; 32]) -> Result<[u8; 33], WalletError> {
    let key = VerifyingKey::of_p256(secret);
    let key = key.map_err(|error| WalletError::caused(ErrorKind::CouponTextInvalid, &error))?;
    OwnerKey::short(&key).map_err(|error| failed(&error))
}

/// A new secret key with its public half.
fn drawn(rng: &mut dyn CryptoRng) -> (Zeroizing<[u8; 32]>, [u8; 33]) {
    loop {
        let secret = Zeroizing::new(crate::random_32(rng));
        if let Ok(public) = link_key(&secret) {
            return (secret, public);
        }
    }
}

impl<P: Ports> Wallet<P> {
    /// Makes a link with which whoever has it gets the coupon, for so many days. Returns the link.
    ///
    /// # Errors
    /// [`ErrorKind::CallInvalid`] unless it is for 1 to 31 days; as [`Wallet::give_coupon`].
    pub async fn offer_coupon(
        &self,
        id: &str,
        days: u32,
        pin: &str,
    ) -> Result<String, WalletError> {
        if !(1..=DAYS_MAX).contains(&days) {
            return Err(WalletError::new(ErrorKind::CallInvalid));
        }
        let account = self.account_of(id).await?;
        let made: RefCell<Option<Zeroizing<[u8; 32]>>> = RefCell::new(None);
        let mut text = String::new();
        let went = self
            .gesture(
                &account,
                pin,
                &mut |desk, _| {
                    let record = desk.coupon(id)?;
                    let now = desk.now();
                    let place = record.usable(now)?;
                    let ends = record.valid_until.unwrap_or(now);
                    let until = now.plus_seconds(u64::from(days) * DAY_SECONDS).min(ends);
                    let (secret, public) = drawn(desk.rng);
                    made.replace(Some(secret));
                    let claim = ClaimOffer::hash(&public);
                    let moment = desk.moment();
                    Ok(vec![card::sign_offer(place, claim, until, moment)])
                },
                &mut |desk, account, replies| {
                    let (Some(key), [signed]) = (made.take(), replies) else {
                        return Err(failed(&"the card signed nothing"));
                    };
                    let mut record = desk.coupon(id)?;
                    let said = card::signed(signed)?;
                    let offer: ClaimOffer =
                        keyed::unverified(&said).map_err(|error| failed(&error))?;
                    let link = Link {
                        office: account.issuer.clone(),
                        coupon: offer.coupon,
                        key,
                    };
                    text = link.to_text(desk.context.urls);
                    let under_way = UnderWay {
                        until: Some(offer.until),
                        text: Some(text.clone()),
                        ..desk.signed_now(CouponWhat::Offer, &offer, said)
                    };
                    record.begin(about(under_way, offer.coupon), CouponEventKind::Offered);
                    desk.keep_coupon(record)
                },
            )
            .await;
        self.or_taken_up(id, went).await?;
        self.follow_with_pin(id, pin).await?;
        Ok(text)
    }

    /// Takes a link back that nobody has redeemed.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchCoupon`], [`ErrorKind::CouponLinkVoid`] if there is none or it was redeemed; as
    /// [`Wallet::give_coupon`].
    pub async fn cancel_coupon_offer(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        let account = self.account_of(id).await?;
        self.gesture(
            &account,
            pin,
            &mut |desk, _| {
                let record = desk.coupon(id)?;
                let what = record.under_way.as_ref().map(|it| it.what);
                let (Some(CouponWhat::Offer), Some(place)) = (what, record.place) else {
                    return Err(WalletError::new(ErrorKind::CouponLinkVoid));
                };
                let moment = desk.moment();
                Ok(vec![card::sign_cancellation(place, moment)])
            },
            &mut |desk, _, replies| {
                let [signed] = replies else {
                    return Err(failed(&"the card signed nothing"));
                };
                let mut record = desk.coupon(id)?;
                let said = card::signed(signed)?;
                let told: ClaimCancellation =
                    keyed::unverified(&said).map_err(|error| failed(&error))?;
                let under_way = desk.signed_now(CouponWhat::CancelOffer, &told, said);
                record.under_way = Some(about(under_way, told.coupon));
                desk.keep_coupon(record)
            },
        )
        .await?;
        self.follow_with_pin(id, pin).await
    }

    /// Redeems a link for an account.
    pub(super) async fn redeem(
        &self,
        link: &Link,
        account: &str,
        pin: &str,
    ) -> Result<String, WalletError> {
        let asked: RefCell<Option<ClaimRedemption>> = RefCell::new(None);
        let kept = RefCell::new(String::new());
        self.gesture(
            account,
            pin,
            &mut |desk, account| {
                if link.office != account.issuer {
                    return Err(WalletError::new(ErrorKind::CouponElsewhere));
                }
                let moment = desk.moment();
                let redemption = ClaimRedemption {
                    office: account.issuer.clone(),
                    holder: account.enrolment.holder(),
                    coupon: link.coupon,
                    claim_key: link_key(&link.key)?,
                    at: moment.at,
                    nonce: moment.nonce,
                };
                let command = card::sign_redemption(&redemption);
                asked.replace(Some(redemption));
                Ok(vec![command])
            },
            &mut |desk, account, replies| {
                let (Some(redemption), [signed]) = (asked.take(), replies) else {
                    return Err(failed(&"the card signed nothing"));
                };
                let request = ClaimRequest {
                    redemption: card::signed(signed)?,
                    proof: proof(link, &redemption)?,
                };
                let wish = Wish {
                    what: CouponWhat::Redemption,
                    said: encode(&request),
                    asked: asked_digest(&redemption),
                    from: None,
                    until: None,
                    coupon: link.coupon,
                    whole: None,
                };
                kept.replace(desk.begin_coming(account, wish)?);
                Ok(())
            },
        )
        .await?;
        Ok(kept.take())
    }

    /// The account of a coupon.
    pub(super) async fn account_of(&self, id: &str) -> Result<String, WalletError> {
        let mut account = String::new();
        self.perform(&mut |desk| {
            account = desk.coupon(id)?.account;
            Ok(())
        })
        .await?;
        Ok(account)
    }
}

/// The link's key says for whom it is redeemed.
fn proof(link: &Link, redemption: &ClaimRedemption) -> Result<Vec<u8>, WalletError> {
    let proof = ClaimProof {
        office: redemption.office.clone(),
        coupon: redemption.coupon,
        holder: redemption.holder,
    };
    let to_sign = keyed::to_be_signed(&proof, Algorithm::Es256);
    let signature = sign_es256(&link.key, &to_sign).map_err(|error| failed(&error))?;
    Ok(keyed::assemble(
        &encode(&proof),
        Algorithm::Es256,
        &signature,
    ))
}

/// The same about that coupon.
pub(super) fn about(
    under_way: UnderWay,
    coupon: tallystick_protocol::coupon::CouponId,
) -> UnderWay {
    UnderWay {
        about: Some(coupon),
        ..under_way
    }
}

impl Desk<'_> {
    /// What the card has just signed, to be said to the office.
    pub(super) fn signed_now<M: KeyedMessage>(
        &self,
        what: CouponWhat,
        message: &M,
        said: Vec<u8>,
    ) -> UnderWay {
        UnderWay {
            what,
            since: self.now(),
            to: None,
            until: None,
            text: None,
            said,
            asked: asked_digest(message),
            is_answered: false,
            failure: None,
            about: None,
            told: None,
        }
    }
}
