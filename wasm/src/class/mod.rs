//! The class `Wallet`. Each method is one call of the wallet; errors are thrown as `WalletError`. What is about
//! one slice stands in that slice's file; here is the wallet as a whole: opened, locked, shown, kept.

mod account;
mod bank;
mod checkout;
mod coupons;
mod holder;
mod home;
mod local;
mod settlement;

use core::pin::Pin;
use std::rc::Rc;

use js_sys::{Promise, Uint8Array};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use tallystick_wallet::Wallet;
use tallystick_wallet::WalletError;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;
use zeroize::Zeroizing;

use crate::arguments;
use crate::browser::Browser;
use crate::cards::{BrowserCards, Readers, SoftwareCards};
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

/// What a call does.
type Work<T> = Pin<Box<dyn Future<Output = T>>>;

/// The promise of a call. One way for all of them: a way for each would take twice the code.
fn given(work: Work<Thrown<JsValue>>) -> Promise {
    future_to_promise(work)
}

/// The promise of a call that gives nothing back.
fn done(work: Work<Result<(), WalletError>>) -> Promise {
    given(Box::pin(async move {
        thrown(work.await).map(|()| JsValue::UNDEFINED)
    }))
}

/// The promise of a call that gives a text back.
fn said(work: Work<Result<String, WalletError>>) -> Promise {
    given(Box::pin(
        async move { thrown(work.await).map(JsValue::from) },
    ))
}

/// The promise of a call that says when it is due again, in milliseconds; null: not by itself.
fn pause(work: Work<Result<Option<u64>, WalletError>>) -> Promise {
    given(Box::pin(async move {
        let pause_ms = thrown(work.await)?;
        Ok(pause_ms.map_or(JsValue::NULL, |ms| JsValue::from_f64(ms as f64)))
    }))
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
pub struct JsWallet(Rc<Wallet<Browser>>);

#[wasm_bindgen(js_class = Wallet)]
impl JsWallet {
    /// Opens what this browser keeps, or an empty wallet. `software` is the class `SoftwareCard` of the
    /// card's own module, `readers` gives power to the card in a reader; what it throws has the fields
    /// `kind` and `reader`.
    pub async fn open(
        #[wasm_bindgen(unchecked_param_type = "Deployment")] deployment: JsValue,
        software: SoftwareCards,
        readers: Readers,
    ) -> Thrown<JsWallet> {
        let cards = BrowserCards { software, readers };
        let deployment = thrown(arguments::deployment(&deployment))?;
        let browser = thrown(Browser::open(DATABASE, cards).await)?;
        let wallet = thrown(Wallet::open(browser, &deployment).await)?;
        Ok(Self(Rc::new(wallet)))
    }

    /// Everything that the pages show.
    #[wasm_bindgen(unchecked_return_type = "Promise<WalletView>")]
    pub fn view(&self) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(
            async move { shown(&thrown(wallet.view().await)?) },
        ))
    }

    /// Addresses, orders and receipts in one file, sealed under a passphrase of its own.
    #[wasm_bindgen(unchecked_return_type = "Promise<Uint8Array>")]
    pub fn backup(&self, passphrase: String) -> Promise {
        let wallet = self.0.clone();
        let passphrase = normalised(passphrase);
        given(Box::pin(async move {
            let file = thrown(wallet.backup(&passphrase).await)?;
            Ok(Uint8Array::from(file.as_slice()).into())
        }))
    }

    /// Adds what a backup holds and the wallet does not.
    #[wasm_bindgen(unchecked_return_type = "Promise<RestoredView>")]
    pub fn restore(&self, file: Vec<u8>, passphrase: String) -> Promise {
        let wallet = self.0.clone();
        let passphrase = normalised(passphrase);
        given(Box::pin(async move {
            shown(&thrown(wallet.restore(&file, &passphrase).await)?)
        }))
    }

    /// Makes and seals the card. Returns PUK, recovery code and account code for the holder's sheet.
    #[wasm_bindgen(unchecked_return_type = "Promise<CodesView>")]
    pub fn set_up(&self, passphrase: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let (passphrase, pin) = (normalised(passphrase), Zeroizing::new(pin));
        given(Box::pin(async move {
            shown(&thrown(wallet.set_up(&passphrase, &pin).await)?)
        }))
    }

    /// Makes a new PUK and a new recovery code for the holder's sheet.
    #[wasm_bindgen(unchecked_return_type = "Promise<CodesView>")]
    pub fn new_codes(&self, passphrase: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let (passphrase, pin) = (normalised(passphrase), Zeroizing::new(pin));
        given(Box::pin(async move {
            shown(&thrown(wallet.new_codes(&passphrase, &pin).await)?)
        }))
    }

    /// Shows once more what stands on the sheet, until `confirm_codes`.
    #[wasm_bindgen(unchecked_return_type = "Promise<CodesView>")]
    pub fn show_codes(
        &self,
        passphrase: String,
        pin: String,
        #[wasm_bindgen(unchecked_param_type = "KeyPlace")] place: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let (passphrase, pin) = (normalised(passphrase), Zeroizing::new(pin));
        given(Box::pin(async move {
            let place = thrown(arguments::place(&place))?;
            shown(&thrown(wallet.show_codes(&passphrase, &pin, place).await)?)
        }))
    }

    /// Takes the two characters that the sheet is asked for.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn confirm_codes(&self, characters: String) -> Promise {
        let wallet = self.0.clone();
        let characters = Zeroizing::new(characters);
        done(Box::pin(
            async move { wallet.confirm_codes(&characters).await },
        ))
    }

    /// Puts a new passphrase in the place of the old one; takes twice as long as unlocking.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn change_passphrase(&self, old: String, new: String) -> Promise {
        let wallet = self.0.clone();
        let (old, new) = (normalised(old), normalised(new));
        done(Box::pin(async move {
            wallet.change_passphrase(&old, &new).await
        }))
    }

    /// Unlocks; takes about half a second on purpose.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn unlock(&self, passphrase: String) -> Promise {
        let wallet = self.0.clone();
        let passphrase = normalised(passphrase);
        done(Box::pin(async move { wallet.unlock(&passphrase).await }))
    }

    /// Locks.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn lock(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.lock().await }))
    }

    /// Chooses after how many minutes the wallet locks itself; 0 when the browser closes.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn set_lock_minutes(&self, minutes: u32) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(
            async move { wallet.set_lock_minutes(minutes).await },
        ))
    }

    /// Puts off locking, because the holder is doing something.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn stay_unlocked(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.stay_unlocked().await }))
    }

    /// Opens the wallet with the recovery code, or an old one with the PUK, and sets a new passphrase.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn recover(&self, code: String, passphrase: String) -> Promise {
        let wallet = self.0.clone();
        let (code, passphrase) = (Zeroizing::new(code), normalised(passphrase));
        done(Box::pin(
            async move { wallet.recover(&code, &passphrase).await },
        ))
    }

    /// Does what is due on all open orders. Returns the milliseconds until the next call, or null
    /// if nothing is open.
    #[wasm_bindgen(unchecked_return_type = "Promise<number | null>")]
    pub fn advance(&self) -> Promise {
        let wallet = self.0.clone();
        pause(Box::pin(async move { wallet.advance().await }))
    }

    /// Asks the directory for the newest list of revoked certificates. Returns the milliseconds until the next call,
    /// or null if there is nothing to ask for.
    #[wasm_bindgen(unchecked_return_type = "Promise<number | null>")]
    pub fn renew_revocations(&self) -> Promise {
        let wallet = self.0.clone();
        pause(Box::pin(async move { wallet.renew_revocations().await }))
    }

    /// Removes everything, as if the wallet had never been.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn erase(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.erase().await }))
    }
}
