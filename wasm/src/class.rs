//! The class `Wallet`. Each method is one call of the wallet; errors are thrown as `WalletError`.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use tallystick_wallet::{Wallet, WalletError};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

use crate::arguments;
use crate::browser::Browser;
use crate::cards::SoftwareCards;
use crate::error::{bad_call, to_js};

/// The database of the wallet in this browser.
const DATABASE: &str = "tallystick";

type Thrown<T> = Result<T, JsValue>;

fn thrown<T>(result: Result<T, WalletError>) -> Thrown<T> {
    result.map_err(|error| to_js(&error))
}

fn shown(view: &impl Serialize) -> Thrown<JsValue> {
    let serializer = Serializer::new().serialize_missing_as_null(true);
    view.serialize(&serializer)
        .map_err(|error| bad_call(&error))
}

/// Passphrases are the same however a keyboard composes their accents (Unicode NFC).
fn normalised(passphrase: String) -> Zeroizing<String> {
    let typed = Zeroizing::new(passphrase);
    let composed = js_sys::JsString::from(typed.as_str()).normalize("NFC");
    Zeroizing::new(
        composed
            .unchecked_into::<JsValue>()
            .as_string()
            .unwrap_or_default(),
    )
}

/// The holder's wallet. One service worker owns it; pages ask that service worker.
#[wasm_bindgen(js_name = Wallet)]
pub struct JsWallet(Wallet<Browser>);

#[wasm_bindgen(js_class = Wallet)]
impl JsWallet {
    /// Opens what this browser keeps, or an empty wallet. `cards` is the class `SoftwareCard` of the
    /// card's own module.
    pub async fn open(
        #[wasm_bindgen(unchecked_param_type = "Deployment")] deployment: JsValue,
        cards: SoftwareCards,
    ) -> Thrown<JsWallet> {
        let deployment = thrown(arguments::deployment(&deployment))?;
        let browser = thrown(Browser::open(DATABASE, cards).await)?;
        thrown(Wallet::open(browser, &deployment).await.map(Self))
    }

    /// Everything that the pages show.
    #[wasm_bindgen(unchecked_return_type = "WalletView")]
    pub async fn view(&self) -> Thrown<JsValue> {
        shown(&thrown(self.0.view().await)?)
    }

    /// What others signed for an order, by its digests.
    #[wasm_bindgen(unchecked_return_type = "EvidenceView[]")]
    pub async fn evidence(&self, request_id: String) -> Thrown<JsValue> {
        shown(&thrown(self.0.evidence(&request_id).await)?)
    }

    /// Addresses, orders and receipts in one file, sealed under a passphrase of its own.
    pub async fn backup(&self, passphrase: String) -> Thrown<Vec<u8>> {
        thrown(self.0.backup(&normalised(passphrase)).await)
    }

    /// Adds what a backup holds and the wallet does not.
    #[wasm_bindgen(unchecked_return_type = "RestoredView")]
    pub async fn restore(&self, file: Vec<u8>, passphrase: String) -> Thrown<JsValue> {
        let passphrase = normalised(passphrase);
        shown(&thrown(self.0.restore(&file, &passphrase).await)?)
    }

    /// Takes an issuer's offer. `origin` must be `sender.origin`.
    pub async fn receive_offer(&self, origin: String, offer: Vec<u8>) -> Thrown<()> {
        thrown(self.0.receive_offer(&origin, &offer).await)
    }

    /// Makes and seals the card. Returns the PUK, to be shown once.
    pub async fn set_up(&self, passphrase: String, pin: String) -> Thrown<String> {
        let (passphrase, pin) = (normalised(passphrase), Zeroizing::new(pin));
        thrown(self.0.set_up(&passphrase, &pin).await)
    }

    /// Adds the card on offer to a wallet that has been set up; `enrol` goes on from there.
    pub async fn add_card(&self, pin: String) -> Thrown<()> {
        let pin = Zeroizing::new(pin);
        thrown(self.0.add_card(&pin).await)
    }

    /// Forgets the card on offer.
    pub async fn decline_offer(&self) -> Thrown<()> {
        thrown(self.0.decline_offer().await)
    }

    /// Removes a card with its keys.
    pub async fn remove_card(&self, id: String, pin: String) -> Thrown<()> {
        let pin = Zeroizing::new(pin);
        thrown(self.0.remove_card(&id, &pin).await)
    }

    /// Goes on with enrolment to its end. What is finished stays finished.
    pub async fn enrol(&self) -> Thrown<()> {
        thrown(self.0.enrol().await)
    }

    /// Saves an address; without `id` a new one. Returns its `id`.
    pub async fn save_address(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Address")] address: JsValue,
    ) -> Thrown<String> {
        let address = thrown(arguments::address(&address))?;
        thrown(self.0.save_address(&address).await)
    }

    /// Removes an address.
    pub async fn remove_address(&self, id: String) -> Thrown<()> {
        thrown(self.0.remove_address(&id).await)
    }

    /// Makes an address the default.
    pub async fn set_default_address(&self, id: String) -> Thrown<()> {
        thrown(self.0.set_default_address(&id).await)
    }

    /// Unlocks; takes about half a second on purpose.
    pub async fn unlock(&self, passphrase: String) -> Thrown<()> {
        thrown(self.0.unlock(&normalised(passphrase)).await)
    }

    /// Locks.
    pub async fn lock(&self) -> Thrown<()> {
        thrown(self.0.lock().await)
    }

    /// Chooses after how many minutes the wallet locks itself; 0 when the browser closes.
    pub async fn set_lock_minutes(&self, minutes: u32) -> Thrown<()> {
        thrown(self.0.set_lock_minutes(minutes).await)
    }

    /// Puts off locking, because the holder is doing something.
    pub async fn stay_unlocked(&self) -> Thrown<()> {
        thrown(self.0.stay_unlocked().await)
    }

    /// Opens the wallet with the PUK and sets a new passphrase.
    pub async fn recover(&self, puk: String, passphrase: String) -> Thrown<()> {
        let (puk, passphrase) = (Zeroizing::new(puk), normalised(passphrase));
        thrown(self.0.recover(&puk, &passphrase).await)
    }

    /// Changes the PIN.
    pub async fn change_pin(&self, old: String, new: String) -> Thrown<()> {
        let (old, new) = (Zeroizing::new(old), Zeroizing::new(new));
        thrown(self.0.change_pin(&old, &new).await)
    }

    /// Sets a new PIN with the PUK.
    pub async fn unblock_pin(&self, puk: String, new_pin: String) -> Thrown<()> {
        let (puk, new_pin) = (Zeroizing::new(puk), Zeroizing::new(new_pin));
        thrown(self.0.unblock_pin(&puk, &new_pin).await)
    }

    /// Takes an order form; returns the request's id. `origin` must be `sender.origin`.
    pub async fn receive_form(&self, origin: String, form: Vec<u8>) -> Thrown<String> {
        thrown(self.0.receive_form(&origin, &form).await)
    }

    /// Approves an order with the PIN: splits, seals and persists it. Sends nothing.
    pub async fn approve(
        &self,
        request_id: String,
        #[wasm_bindgen(unchecked_param_type = "Choice")] choice: JsValue,
        pin: String,
    ) -> Thrown<()> {
        let choice = thrown(arguments::choice(&choice))?;
        let pin = Zeroizing::new(pin);
        thrown(self.0.approve(&request_id, &choice, &pin).await)
    }

    /// Declines an order that has not been sent.
    pub async fn decline(&self, request_id: String) -> Thrown<()> {
        thrown(self.0.decline(&request_id).await)
    }

    /// Does what is due on all open orders. Returns the milliseconds until the next call, or null
    /// if nothing is open.
    #[wasm_bindgen(unchecked_return_type = "number | null")]
    pub async fn advance(&self) -> Thrown<JsValue> {
        let pause_ms = thrown(self.0.advance().await)?;
        Ok(pause_ms.map_or(JsValue::NULL, |ms| JsValue::from_f64(ms as f64)))
    }

    /// Removes everything, as if the wallet had never been.
    pub async fn erase(&self) -> Thrown<()> {
        thrown(self.0.erase().await)
    }
}
