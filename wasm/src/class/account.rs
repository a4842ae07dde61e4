//! Accounts, which people call cards: offered, enrolled, moved, with the PIN of their card.

use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use super::{JsWallet, done, given, said, shown, thrown};
use crate::arguments;

#[wasm_bindgen(js_class = Wallet)]
impl JsWallet {
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

    /// Adds the card on offer to a wallet that has been set up, with keys in the software card or in the
    /// card in the reader, whose PIN it is; `enrol` goes on from there. Returns the account's code for the holder's sheet.
    #[wasm_bindgen(unchecked_return_type = "Promise<CodesView>")]
    pub fn add_card(
        &self,
        pin: String,
        #[wasm_bindgen(unchecked_param_type = "KeyPlace")] place: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        given(Box::pin(async move {
            let place = thrown(arguments::place(&place))?;
            shown(&thrown(wallet.add_card(&pin, place).await)?)
        }))
    }

    /// Goes on with enrolment to its end. What is finished stays finished.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn enrol(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.enrol().await }))
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

    /// As `move_card`, to the hosted card.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn move_to_hosted(&self, id: String, browser_pin: String, hosted_pin: String) -> Promise {
        let wallet = self.0.clone();
        let (browser_pin, hosted_pin) = (Zeroizing::new(browser_pin), Zeroizing::new(hosted_pin));
        done(Box::pin(async move {
            wallet.move_to_hosted(&id, &browser_pin, &hosted_pin).await
        }))
    }

    /// Removes a card with its keys. Without the PIN: the one on offer, or one whose keys are in a card
    /// in a reader; they stay in that card then.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn remove_card(&self, id: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move { wallet.remove_card(&id, &pin).await }))
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

    /// Has the home proxy host a card, and gives it its PIN. Returns its PUK, to be shown once.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn host_card(&self, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move { wallet.host_card(&pin).await }))
    }

    /// What the hosted card is.
    #[wasm_bindgen(unchecked_return_type = "Promise<ReaderCardView>")]
    pub fn hosted_card(&self) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.hosted_card().await)?)
        }))
    }

    /// Has the proxy delete the hosted card with everything in it.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn unhost_card(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.unhost_card().await }))
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
}
