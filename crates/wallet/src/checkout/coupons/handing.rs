//! The card signs the coupons of an order over to its shop, and that is stored before anything else is made of it. Signed
//! once, a coupon is the shop's to present until the form's end: for this order alone, since the shop gets it with it.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::coupon::Moment;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::time::Timestamp;

use super::paying::PaidByCoupons;
use crate::checkout::view::Choice;
use crate::core::access::check_pin;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;
use crate::coupon::spending::Spendable;

impl<P: Ports> Wallet<P> {
    /// Has the card sign over to the shop those coupons of a choice that are not yet, if it has any.
    pub(in crate::checkout) async fn hand_coupons(
        &self,
        request_id: &str,
        choice: &Choice,
        pin: &str,
    ) -> Result<(), WalletError> {
        if choice.coupons.is_empty() {
            return Ok(());
        }
        self.run(&mut Handing {
            request_id,
            choice,
            pin,
            asked: None,
            signed: Vec::new(),
        })
        .await
    }
}

/// Coupons on their way into an order.
struct Handing<'a> {
    request_id: &'a str,
    choice: &'a Choice,
    pin: &'a str,
    asked: Option<Asked>,
    signed: Vec<Vec<u8>>,
}

/// What the card is asked to sign.
struct Asked {
    coupons: Vec<(Spendable, Moment)>,
    shop: Domain,
    until: Timestamp,
    is_said: bool,
}

impl Errand for Handing<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        let Some(purchase) = desk.purchase(self.request_id, self.choice)? else {
            return Ok(None);
        };
        if purchase.lent().is_some() {
            return Err(WalletError::new(ErrorKind::CallInvalid));
        }
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let coupons = purchase.coupons();
        let coupons = coupons.into_iter().flat_map(PaidByCoupons::to_be_signed);
        let coupons: Vec<_> = coupons.map(|one| (one, desk.coupon_moment())).collect();
        let Some((first, _)) = coupons.first() else {
            return Ok(None);
        };
        let account = desk.profile()?.card(&first.account)?;
        let needed = account.needed();
        let form = purchase.form();
        self.asked = Some(Asked {
            shop: form.envelope.from.clone(),
            until: form.envelope.expires_at,
            coupons,
            is_said: false,
        });
        Ok(Some(needed))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(asked) = &mut self.asked else {
            return Ok(Vec::new());
        };
        if asked.is_said {
            // A PIN, and a signature, of each.
            let signed = replies
                .chunks_exact(2)
                .map(|pair| Spendable::transfer(&pair[1]));
            self.signed = signed.collect::<Result<_, _>>()?;
            return Ok(Vec::new());
        }
        asked.is_said = true;
        let mut commands = Vec::new();
        for (coupon, moment) in &asked.coupons {
            commands.push(Command::present_pin(self.pin));
            commands.push(coupon.to_shop(&asked.shop, asked.until, *moment));
        }
        Ok(commands)
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let Some(asked) = self.asked.take() else {
            return Ok(());
        };
        if self.signed.len() != asked.coupons.len() {
            return Err(WalletError::new(ErrorKind::CardFailed));
        }
        // The card has done it, whatever has become of the order meanwhile.
        let order = (self.request_id, asked.shop.as_str());
        for ((coupon, _), transfer) in asked.coupons.iter().zip(&self.signed) {
            desk.order_coupon(&coupon.id, order, transfer, asked.until)?;
        }
        Ok(())
    }
}
