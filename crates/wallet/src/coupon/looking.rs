//! What a text or link is, before anything is done with it: verified by its office's key, with the office's verdict if it answers.

use tallystick_protocol::coupon::{
    Coupon, CouponTerms, CouponTransfer, CouponVerdict, CouponVerification, Owner, VerdictKind,
};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Domain;

use super::shown::short;
use super::taking::opened;
use super::text::Carried;
use super::view::{CouponTextKind, LookedAt, LookedAtCoupon};
use crate::core::ask::{self, COSE};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Says what a text or link is. Nothing is done with it; of a coupon its office is asked whether it is good.
    ///
    /// # Errors
    /// [`ErrorKind::CouponTextInvalid`], [`ErrorKind::CouponElsewhere`] of an office that is not known here,
    /// [`ErrorKind::CouponForged`], [`ErrorKind::CouponExpired`], [`ErrorKind::OfficeUnreachable`] if its key is not known,
    /// [`ErrorKind::Locked`].
    pub async fn look_at_coupon(&self, text: &str) -> Result<LookedAt, WalletError> {
        let context = &self.context;
        match Carried::from_text(text, context.urls, &context.coupon_offices) {
            Some(Carried::Given(given)) => {
                let transfer = keyed::unverified::<CouponTransfer>(&given.transfer);
                let to = transfer
                    .map_err(|error| WalletError::caused(ErrorKind::CouponTextInvalid, &error))?;
                self.look_at(CouponTextKind::Given, &given.coupon, Some(to.to))
                    .await
            }
            Some(Carried::Shown(coupon)) => {
                self.look_at(CouponTextKind::Shown, &coupon, None).await
            }
            Some(other) => {
                let mut looked = None;
                self.perform(&mut |desk| {
                    looked = desk.look_at_other(&other)?;
                    Ok(())
                })
                .await?;
                looked.ok_or_else(|| WalletError::new(ErrorKind::CouponTextInvalid))
            }
            None => Err(WalletError::new(ErrorKind::CouponTextInvalid)),
        }
    }

    async fn look_at(
        &self,
        what: CouponTextKind,
        coupon: &[u8],
        to: Option<Owner>,
    ) -> Result<LookedAt, WalletError> {
        let unreadable = |error| WalletError::caused(ErrorKind::CouponTextInvalid, &error);
        let read: Coupon = decode(coupon)
            .map_err(|error| WalletError::caused(ErrorKind::CouponTextInvalid, &error))?;
        let claimed: CouponTerms = keyed::unverified(&read.terms).map_err(unreadable)?;
        let office = claimed.office;
        if !self.context.coupon_offices.contains(&office) {
            return Err(WalletError::new(ErrorKind::CouponElsewhere).about(office.as_str()));
        }
        let key = self.office_key_of(&office).await?;
        let mut looked = None;
        self.perform(&mut |desk| {
            let opened = opened(coupon, (&office, &key), desk.now())?;
            let whose = to.clone().unwrap_or_else(|| opened.owner().clone());
            let mut view = desk.looked_at(what, &office)?;
            view.mine = desk.is_mine(&office, &whose)?;
            view.to = to.as_ref().map(short);
            view.coupon = Some(looked_at(&opened.terms));
            looked = Some(view);
            Ok(())
        })
        .await?;
        let mut looked = looked.ok_or_else(|| WalletError::new(ErrorKind::CouponTextInvalid))?;
        let verdict = self.verdict(&office, &key, &read).await?;
        looked.verdict = verdict.map(VerdictKind::as_str);
        Ok(looked)
    }

    /// Whether the office says that a coupon is good (C9, C10); none if it does not answer.
    async fn verdict(
        &self,
        office: &Domain,
        key: &VerifyingKey,
        coupon: &Coupon,
    ) -> Result<Option<VerdictKind>, WalletError> {
        let nonce = crate::random_32(&mut self.ports.random());
        let asked = encode(&CouponVerification {
            coupon: encode(coupon),
            nonce,
        });
        let url = self.context.urls.url(office, "/v1/coupon-verifications");
        let answers = self.ask(vec![ask::post((), url, asked, COSE)]).await;
        let said = answers.into_iter().find_map(|answer| answer.said.ok());
        let said = said.and_then(|said| keyed::open::<CouponVerdict>(&said, key).ok());
        let is_about_it = |said: &CouponVerdict| {
            said.nonce == nonce && said.shown == coupon.digest() && said.office == *office
        };
        Ok(said.filter(is_about_it).map(|said| said.verdict))
    }
}

impl Desk<'_> {
    fn looked_at(
        &mut self,
        what: CouponTextKind,
        office: &Domain,
    ) -> Result<LookedAt, WalletError> {
        let accounts = self.coupon_accounts()?.into_iter();
        let accounts: Vec<_> = accounts.filter(|one| one.issuer == *office).collect();
        Ok(LookedAt {
            what,
            office_name: accounts
                .first()
                .map_or_else(String::new, |one| one.issuer_name.clone()),
            office_domain: office.as_str().to_owned(),
            to: None,
            coupon: None,
            verdict: None,
            mine: false,
            account_ids: accounts.into_iter().map(|one| one.id).collect(),
        })
    }

    fn is_mine(&mut self, office: &Domain, owner: &Owner) -> Result<bool, WalletError> {
        let accounts = self.coupon_accounts()?;
        Ok(accounts
            .iter()
            .any(|one| one.issuer == *office && owner.holder() == Some(&one.enrolment.holder())))
    }

    fn look_at_other(&mut self, carried: &Carried) -> Result<Option<LookedAt>, WalletError> {
        let offices = &self.context.coupon_offices;
        Ok(match carried {
            Carried::Address(address) if offices.contains(&address.office) => {
                let owner = Owner::Holder(address.holder);
                Some(LookedAt {
                    to: Some(short(&owner)),
                    mine: self.is_mine(&address.office, &owner)?,
                    ..self.looked_at(CouponTextKind::Address, &address.office)?
                })
            }
            Carried::Link(link) => {
                let known = self.coupons()?.numbered(&link.office, link.coupon);
                let mine =
                    known.is_some_and(|known| !known.standing.is_over() && !known.is_coming());
                Some(LookedAt {
                    mine,
                    ..self.looked_at(CouponTextKind::Link, &link.office)?
                })
            }
            Carried::Campaign(link) => Some(LookedAt {
                coupon: Some(LookedAtCoupon {
                    kind: tallystick_protocol::coupon::CouponKind::Voucher.as_str(),
                    value: link.value.into(),
                    valid_until: None,
                    shops: Vec::new(),
                    minimum_total: None,
                    condition: None,
                }),
                ..self.looked_at(CouponTextKind::Campaign, &link.office)?
            }),
            _ => None,
        })
    }
}

fn looked_at(terms: &CouponTerms) -> LookedAtCoupon {
    LookedAtCoupon {
        kind: terms.kind.as_str(),
        value: terms.value.into(),
        valid_until: Some(terms.valid_until.seconds()),
        shops: terms.shops.iter().map(ToString::to_string).collect(),
        minimum_total: terms.conditions.minimum_total.map(Into::into),
        condition: terms.conditions.condition.clone(),
    }
}
