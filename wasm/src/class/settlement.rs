//! Contactless cards: had of a settlement server, read, charged, and held to the reader for an order.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use super::{JsWallet, done, given, said, thrown};
use crate::arguments;

#[wasm_bindgen(js_class = Wallet)]
impl JsWallet {
    /// Makes a card a contactless card of the settlement server with that front. Returns the card's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn get_contactless(
        &self,
        front: String,
        #[wasm_bindgen(unchecked_param_type = "KeyPlace")] place: String,
        pin: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            let place = arguments::place(&place)?;
            wallet.get_contactless(&front, place, &pin).await
        }))
    }

    /// Reads what is on a contactless card, and what waits for it.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn read_contactless(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.read_contactless(&id).await }))
    }

    /// Lets a contactless card take what waits for it. Returns whether it has taken something.
    #[wasm_bindgen(unchecked_return_type = "Promise<boolean>")]
    pub fn collect_contactless(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            thrown(wallet.collect_contactless(&id).await).map(JsValue::from)
        }))
    }

    /// Has the account at the front put so much on a contactless card, which waits then. Returns the charge's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn charge_contactless(&self, id: String, amount_minor: f64, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            let minor = arguments::amount(amount_minor)?;
            wallet.charge_contactless(&id, minor, &pin).await
        }))
    }

    /// Forgets a contactless card: with the PIN in its element, which must be empty; without it, here alone.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn forget_contactless(&self, id: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            wallet.forget_contactless(&id, &pin).await
        }))
    }

    /// Chooses how cards talk to their security server.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn set_settlement_route(
        &self,
        #[wasm_bindgen(unchecked_param_type = "SettlementRoute")] route: String,
    ) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move {
            wallet.set_settlement_route(&route).await
        }))
    }

    /// Holds the contactless card that pays an order to its reader, once. Returns how far the order is then.
    #[wasm_bindgen(unchecked_return_type = "Promise<TapState>")]
    pub fn tap_order(&self, request_id: String) -> Promise {
        let wallet = self.0.clone();
        said(Box::pin(async move {
            let state = wallet.tap_order(&request_id).await?;
            Ok(state.as_str().to_owned())
        }))
    }
}
