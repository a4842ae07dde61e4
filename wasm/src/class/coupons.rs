//! Coupons: bought, given, received, offered by a link, shown, converted, locked.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use super::{JsWallet, done, given, normalised, said, shown, thrown};
use crate::arguments;

#[wasm_bindgen(js_class = Wallet)]
impl JsWallet {
    /// Buys a coupon at the office of an account. Returns the coupon's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn get_coupon(
        &self,
        account: String,
        #[wasm_bindgen(unchecked_param_type = "'voucher' | 'electronic-money'")] kind: String,
        amount_minor: f64,
        #[wasm_bindgen(unchecked_param_type = "'prepaid' | 'postpaid'")] funding: String,
        pin: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            let minor = arguments::amount(amount_minor)?;
            wallet
                .get_coupon(&account, &kind, minor, &funding, &pin)
                .await
        }))
    }

    /// Has a coupon of the campaign that a link names. Returns the coupon's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn get_campaign_coupon(&self, text: String, account: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            wallet.get_campaign_coupon(&text, &account, &pin).await
        }))
    }

    /// The text by which others give coupons to an account.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn coupon_address(&self, account: String) -> Promise {
        let wallet = self.0.clone();
        said(Box::pin(
            async move { wallet.coupon_address(&account).await },
        ))
    }

    /// Hands a coupon to whoever's address it is, network or not. Returns the text to hand over.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn give_coupon(&self, id: String, to: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(
            async move { wallet.give_coupon(&id, &to, &pin).await },
        ))
    }

    /// The text with which somebody can ask for a coupon.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn show_coupon(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        said(Box::pin(async move { wallet.show_coupon(&id).await }))
    }

    /// Says what a text or link is.
    #[wasm_bindgen(unchecked_return_type = "Promise<LookedAt>")]
    pub fn look_at_coupon(&self, text: String) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.look_at_coupon(&text).await)?)
        }))
    }

    /// Takes what was given, asks for what was shown, redeems a link. Returns the coupon's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn take_coupon(&self, text: String, account: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            wallet.take_coupon(&text, &account, &pin).await
        }))
    }

    /// Answers somebody who wants a coupon.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn answer_coupon(&self, id: String, agrees: bool, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            wallet.answer_coupon(&id, agrees, &pin).await
        }))
    }

    /// Makes a link with which whoever has it gets the coupon, for so many days. Returns the link.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn offer_coupon(&self, id: String, days: u32, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            wallet.offer_coupon(&id, days, &pin).await
        }))
    }

    /// Takes a link back.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn cancel_coupon_offer(&self, id: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            wallet.cancel_coupon_offer(&id, &pin).await
        }))
    }

    /// Has a coupon's value set against what was charged.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn convert_coupon(&self, id: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(
            async move { wallet.convert_coupon(&id, &pin).await },
        ))
    }

    /// Locks a coupon, once there is a password.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn lock_coupon(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.lock_coupon(&id).await }))
    }

    /// Unlocks a coupon.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn unlock_coupon(&self, id: String, password: String) -> Promise {
        let wallet = self.0.clone();
        let password = normalised(password);
        done(Box::pin(async move {
            wallet.unlock_coupon(&id, &password).await
        }))
    }

    /// Sets the password of locked coupons of the card in which an account is; `old` is empty while there is none.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn set_coupon_password(
        &self,
        account: String,
        old: String,
        new: String,
        pin: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let (old, new, pin) = (normalised(old), normalised(new), Zeroizing::new(pin));
        done(Box::pin(async move {
            wallet.set_coupon_password(&account, &old, &new, &pin).await
        }))
    }

    /// Asks the offices how every coupon is, and goes on with what is under way.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn follow_coupons(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.follow_coupons().await }))
    }

    /// What an office has charged to an account.
    #[wasm_bindgen(unchecked_return_type = "Promise<BillView>")]
    pub fn coupon_bill(&self, account: String) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.coupon_bill(&account).await)?)
        }))
    }

    /// Forgets a coupon that is over.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn forget_coupon(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.forget_coupon(&id).await }))
    }
}
