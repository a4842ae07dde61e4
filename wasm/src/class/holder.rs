//! The holder's addresses.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::{JsWallet, done, said};
use crate::arguments;

#[wasm_bindgen(js_class = Wallet)]
impl JsWallet {
    /// Saves an address; without `id` a new one. Returns its `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn save_address(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Address")] address: JsValue,
    ) -> Promise {
        let wallet = self.0.clone();
        said(Box::pin(async move {
            let address = arguments::address(&address)?;
            wallet.save_address(&address).await
        }))
    }

    /// Adds an address under the `id` that its page chose, at a place in the list or at its end. Twice is
    /// once.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn insert_address(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Address")] address: JsValue,
        place: Option<u32>,
    ) -> Promise {
        let wallet = self.0.clone();
        said(Box::pin(async move {
            let address = arguments::address(&address)?;
            wallet
                .insert_address(&address, place.map(|place| place as usize))
                .await
        }))
    }

    /// Removes an address.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn remove_address(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.remove_address(&id).await }))
    }

    /// Makes an address the default.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn set_default_address(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(
            async move { wallet.set_default_address(&id).await },
        ))
    }
}
