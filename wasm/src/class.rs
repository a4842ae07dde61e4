//! The class `Wallet`. Each method is one call of the wallet; errors are thrown as `WalletError`.

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

    /// What others signed for an order, by its digests.
    #[wasm_bindgen(unchecked_return_type = "Promise<EvidenceView[]>")]
    pub fn evidence(&self, request_id: String) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.evidence(&request_id).await)?)
        }))
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

    /// Takes an issuer's offer. `origin` must be `sender.origin`.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn receive_offer(&self, origin: String, offer: Vec<u8>) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move {
            wallet.receive_offer(&origin, &offer).await
        }))
    }

    /// Looks whether an offer is the page's own, before anything opens. `origin` must be `sender.origin`.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn check_offer(&self, origin: String, offer: Vec<u8>) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move {
            wallet.check_offer(&origin, &offer).await
        }))
    }

    /// Makes and seals the card. Returns PUK and recovery code, to be shown once.
    #[wasm_bindgen(unchecked_return_type = "Promise<CodesView>")]
    pub fn set_up(&self, passphrase: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let (passphrase, pin) = (normalised(passphrase), Zeroizing::new(pin));
        given(Box::pin(async move {
            shown(&thrown(wallet.set_up(&passphrase, &pin).await)?)
        }))
    }

    /// Makes a new PUK and a new recovery code, to be shown once.
    #[wasm_bindgen(unchecked_return_type = "Promise<CodesView>")]
    pub fn new_codes(&self, passphrase: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let (passphrase, pin) = (normalised(passphrase), Zeroizing::new(pin));
        given(Box::pin(async move {
            shown(&thrown(wallet.new_codes(&passphrase, &pin).await)?)
        }))
    }

    /// Adds the card on offer to a wallet that has been set up, with keys in the software card or in the
    /// card in the reader, whose PIN it is; `enrol` goes on from there.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn add_card(
        &self,
        pin: String,
        #[wasm_bindgen(unchecked_param_type = "KeyPlace")] place: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            wallet.add_card(&pin, arguments::place(&place)?).await
        }))
    }

    /// What is in the reader.
    #[wasm_bindgen(unchecked_return_type = "Promise<ReaderCardView>")]
    pub fn reader_card(&self) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.reader_card().await)?)
        }))
    }

    /// Gives the new card in the reader its PIN. Returns its PUK, to be shown once.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn prepare_reader_card(&self, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(
            async move { wallet.prepare_reader_card(&pin).await },
        ))
    }

    /// Removes a card with its keys. Without the PIN: the one on offer, or one whose keys are in a card
    /// in a reader; they stay in that card then.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn remove_card(&self, id: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move { wallet.remove_card(&id, &pin).await }))
    }

    /// Moves an account from the software card to the card in the reader: new keys there, which `enrol`
    /// then enrols in place of the old ones. Each PIN is that card's.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn move_card(&self, id: String, browser_pin: String, reader_pin: String) -> Promise {
        let wallet = self.0.clone();
        let (browser_pin, reader_pin) = (Zeroizing::new(browser_pin), Zeroizing::new(reader_pin));
        done(Box::pin(async move {
            wallet.move_card(&id, &browser_pin, &reader_pin).await
        }))
    }

    /// Goes on with enrolment to its end. What is finished stays finished.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn enrol(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.enrol().await }))
    }

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

    /// Changes the PIN of the software card or of the card in the reader.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn change_pin(
        &self,
        old: String,
        new: String,
        #[wasm_bindgen(unchecked_param_type = "KeyPlace")] place: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let (old, new) = (Zeroizing::new(old), Zeroizing::new(new));
        done(Box::pin(async move {
            let place = arguments::place(&place)?;
            wallet.change_pin(&old, &new, place).await
        }))
    }

    /// Sets a new PIN with the PUK of that card.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn unblock_pin(
        &self,
        puk: String,
        new_pin: String,
        #[wasm_bindgen(unchecked_param_type = "KeyPlace")] place: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let (puk, new_pin) = (Zeroizing::new(puk), Zeroizing::new(new_pin));
        done(Box::pin(async move {
            let place = arguments::place(&place)?;
            wallet.unblock_pin(&puk, &new_pin, place).await
        }))
    }

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

    /// Does what is due on all open orders. Returns the milliseconds until the next call, or null
    /// if nothing is open.
    #[wasm_bindgen(unchecked_return_type = "Promise<number | null>")]
    pub fn advance(&self) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            let pause_ms = thrown(wallet.advance().await)?;
            Ok(pause_ms.map_or(JsValue::NULL, |ms| JsValue::from_f64(ms as f64)))
        }))
    }

    /// Removes everything, as if the wallet had never been.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn erase(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.erase().await }))
    }
}
