//! Payments from purse to purse without a bank.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use super::{JsWallet, given, said, shown, thrown};
use crate::arguments;

#[wasm_bindgen(js_class = Wallet)]
impl JsWallet {
    /// Has a purse ask to be paid so much; 0 lets the payer say how much. Returns the payment's `id`: its text stands in
    /// the view.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn ask_for_payment(&self, purse: String, amount_minor: f64, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            let amount = Some(arguments::amount(amount_minor)?).filter(|amount| *amount > 0);
            wallet.ask_for_payment(&purse, amount, &pin).await
        }))
    }

    /// Says what a text from another wallet is.
    #[wasm_bindgen(unchecked_return_type = "Promise<SeenText>")]
    pub fn look_at_text(&self, text: String) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.look_at_text(&text).await)?)
        }))
    }

    /// Pays what a text asks for. Returns the payment's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn pay_purse(
        &self,
        purse: String,
        text: String,
        amount_minor: f64,
        pin: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            let amount = arguments::amount(amount_minor)?;
            wallet.pay_purse(&purse, &text, amount, &pin).await
        }))
    }

    /// Takes the payment in a text, or refuses it for good. Returns the payment's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn answer_payment(&self, text: String, accept: bool, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            wallet.answer_payment(&text, accept, &pin).await
        }))
    }

    /// Tells the card the payee's answer in a text. Returns the payment's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn settle_payment(&self, text: String) -> Promise {
        let wallet = self.0.clone();
        said(Box::pin(async move { wallet.settle_payment(&text).await }))
    }
}
