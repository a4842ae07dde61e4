//! Orders: asked for, approved, followed.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use super::{JsWallet, done, given, pause, said, shown, thrown};
use crate::arguments;

#[wasm_bindgen(js_class = Wallet)]
impl JsWallet {
    /// Takes an order form; returns the request's id. `origin` must be `sender.origin`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn receive_form(&self, origin: String, form: Vec<u8>) -> Promise {
        let wallet = self.0.clone();
        said(Box::pin(async move {
            wallet.receive_form(&origin, &form).await
        }))
    }

    /// Looks whether a form is the page's own, before anything opens; returns the id of the request that
    /// it has led to already, or null. `origin` must be `sender.origin`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string | null>")]
    pub fn check_form(&self, origin: String, form: Vec<u8>) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            let request_id = thrown(wallet.check_form(&origin, &form).await)?;
            Ok(request_id.map_or(JsValue::NULL, JsValue::from))
        }))
    }

    /// Looks whether a form is the page's own, and says what it is about. `origin` must be `sender.origin`.
    #[wasm_bindgen(unchecked_return_type = "Promise<FormView>")]
    pub fn look_at_form(&self, origin: String, form: Vec<u8>) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.look_at_form(&origin, &form).await)?)
        }))
    }

    /// Approves an order with the PIN: splits, seals and persists it. Sends nothing.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn approve(
        &self,
        request_id: String,
        #[wasm_bindgen(unchecked_param_type = "Choice")] choice: JsValue,
        pin: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            let choice = arguments::choice(&choice)?;
            wallet.approve(&request_id, &choice, &pin).await
        }))
    }

    /// What these coupons would pay of an order that waits for the holder. Signs and stores nothing.
    #[wasm_bindgen(unchecked_return_type = "Promise<PricedView>")]
    pub fn price_with_coupons(&self, request_id: String, coupons: Vec<String>) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(
                wallet.price_with_coupons(&request_id, &coupons).await,
            )?)
        }))
    }

    /// Declines an order that has not been sent.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn decline(&self, request_id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.decline(&request_id).await }))
    }

    /// Cancels an order: declines what was not sent, and tells the shop of what was.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn cancel(&self, request_id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.cancel(&request_id).await }))
    }

    /// Looks once more at the money of a paid order: some of it may have been given back.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn follow_money(&self, request_id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(
            async move { wallet.follow_money(&request_id).await },
        ))
    }

    /// Asks how far parcels are; `request_id` names the order that the holder looks at. Resolves to the milliseconds until
    /// the next call, or null if no parcel is under way.
    #[wasm_bindgen(unchecked_return_type = "Promise<number | null>")]
    pub fn follow_parcels(&self, request_id: Option<String>) -> Promise {
        let wallet = self.0.clone();
        pause(Box::pin(async move {
            wallet.follow_parcels(request_id.as_deref()).await
        }))
    }

    /// What others signed for an order, by its digests.
    #[wasm_bindgen(unchecked_return_type = "Promise<EvidenceView[]>")]
    pub fn evidence(&self, request_id: String) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.evidence(&request_id).await)?)
        }))
    }
}
