//! Accounts at banks and purses: opened, loaded, unloaded, reported.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use super::{JsWallet, done, given, normalised, said, shown, thrown};
use crate::arguments;

#[wasm_bindgen(js_class = Wallet)]
impl JsWallet {
    /// Registers for an account at a bank and asks for it once. Returns the `id` of the opening. Takes about half a
    /// second on purpose.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn register(
        &self,
        #[wasm_bindgen(unchecked_param_type = "RegistrationForm")] form: JsValue,
        password: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let password = normalised(password);
        said(Box::pin(async move {
            let form = arguments::registration(&form)?;
            wallet.register(&form, &password).await
        }))
    }

    /// Asks again for an account that is on its way; throws why the bank refused it.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn continue_opening(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.continue_opening(&id).await }))
    }

    /// Forgets an account that is on its way.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn forget_opening(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.forget_opening(&id).await }))
    }

    /// Makes the keys of an account that the bank has opened, and the key of its purse, in the software card or in
    /// the card in the reader, whose PIN it is; `enrol` goes on, then `tend_purse`. Returns the account's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn open_account(
        &self,
        id: String,
        pin: String,
        #[wasm_bindgen(unchecked_param_type = "KeyPlace")] place: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            let place = arguments::place(&place)?;
            wallet.open_account(&id, &pin, place).await
        }))
    }

    /// Applies for a purse of an account that has none. Returns the purse's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn apply_for_purse(&self, account: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            wallet.apply_for_purse(&account, &pin).await
        }))
    }

    /// Does what is due for a purse and needs no PIN; a card in a reader must be there for it.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn tend_purse(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.tend_purse(&id).await }))
    }

    /// Moves value. Returns the movement's `id`: what becomes of it stands in the view.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn move_value(
        &self,
        #[wasm_bindgen(unchecked_param_type = "MoveChoice")] choice: JsValue,
        amount_minor: f64,
        pin: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            let choice = arguments::move_choice(&choice)?;
            let amount = arguments::amount(amount_minor)?;
            wallet.move_value(&choice, amount, &pin).await
        }))
    }

    /// Accepts what the bank offered for a movement, or turns it down.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn answer_movement(&self, id: String, accept: bool, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            wallet.answer_movement(&id, accept, &pin).await
        }))
    }

    /// Brings purse and bank together, and takes into the purse what waits for it.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn report_purse(&self, id: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(
            async move { wallet.report_purse(&id, &pin).await },
        ))
    }

    /// Asks a purse's bank what a new key costs: then it stands in the view.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn look_up_fees(&self, purse: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.look_up_fees(&purse).await }))
    }

    /// Renews a purse's key for the fee that its holder was shown, or goes on with a renewal that was begun.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn renew_purse(
        &self,
        purse: String,
        #[wasm_bindgen(unchecked_param_type = "FeeName")] fee: String,
        amount_minor: f64,
        pin: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            let fee = arguments::fee(&fee)?;
            let amount = arguments::amount(amount_minor)?;
            wallet.renew_purse(&purse, fee, amount, &pin).await
        }))
    }

    /// Has an empty purse closed by its bank, and takes it out of the card.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn close_purse(&self, purse: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(
            async move { wallet.close_purse(&purse, &pin).await },
        ))
    }

    /// Has an account without purses closed by its bank, which pays out what is on it, and forgets its keys.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn close_account(&self, account: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            wallet.close_account(&account, &pin).await
        }))
    }

    /// Has a purse blocked whose card is lost, with the account's keys.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn block_purse(&self, purse: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(
            async move { wallet.block_purse(&purse, &pin).await },
        ))
    }

    /// Asks the bank of an account for an empty prepaid card. Returns the card's `id`.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn get_prepaid(&self, account: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(
            async move { wallet.get_prepaid(&account, &pin).await },
        ))
    }

    /// Does what is due for a prepaid card and needs no PIN; a card in a reader must be there for it.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn tend_prepaid(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.tend_prepaid(&id).await }))
    }

    /// Calls off what a prepaid card has set aside without its bank having been told.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn settle_prepaid(&self, id: String, pin: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(
            async move { wallet.settle_prepaid(&id, &pin).await },
        ))
    }

    /// What a prepaid card says of itself, without the bank and without the PIN.
    #[wasm_bindgen(unchecked_return_type = "Promise<PrepaidReading>")]
    pub fn read_prepaid(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.read_prepaid(&id).await)?)
        }))
    }

    /// Takes an empty prepaid card out of the card.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn remove_prepaid(&self, id: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.remove_prepaid(&id).await }))
    }

    /// The statement of an account from one day to another (days since 1970-01-01, UTC): its pages, each a camt.053
    /// document.
    #[wasm_bindgen(unchecked_return_type = "Promise<string[]>")]
    pub fn account_statement(
        &self,
        account: String,
        first_day: u32,
        last_day: u32,
        pin: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        given(Box::pin(async move {
            let days = (first_day, last_day);
            shown(&thrown(
                wallet.account_statement(&account, days, &pin).await,
            )?)
        }))
    }
}
