//! The home proxy: a card that stays at home and is lent, and what others lend to this wallet.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use super::{JsWallet, done, given, said, shown, thrown};
use crate::arguments;

#[wasm_bindgen(js_class = Wallet)]
impl JsWallet {
    /// Sets up home in the software card or in the card in the reader, whose PIN it is, with the two passwords that open
    /// it from away; again: with new passwords. Tells the proxy.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn home_set_up(
        &self,
        pin: String,
        first: String,
        second: String,
        #[wasm_bindgen(unchecked_param_type = "KeyPlace")] place: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        let (first, second) = (Zeroizing::new(first), Zeroizing::new(second));
        done(Box::pin(async move {
            let place = arguments::place(&place)?;
            wallet.home_set_up(&pin, &first, &second, place).await
        }))
    }

    /// Lets another wallet in, by its access code, under that name. Returns the invitation for it.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn home_enrol(&self, pin: String, code: String, name: String) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        said(Box::pin(async move {
            wallet.home_enrol(&pin, &code, &name).await
        }))
    }

    /// The invitation, to be shown once more. It is no secret.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn home_invitation(&self) -> Promise {
        let wallet = self.0.clone();
        said(Box::pin(async move { wallet.home_invitation().await }))
    }

    /// Lets that terminal in no more: its loans are gone with it.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn home_revoke(&self, terminal: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.home_revoke(&terminal).await }))
    }

    /// Lends an account to a terminal, within those terms.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn home_lend(
        &self,
        pin: String,
        #[wasm_bindgen(unchecked_param_type = "LoanTerms")] terms: JsValue,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            let terms = arguments::loan_terms(&terms)?;
            wallet.home_lend(&pin, &terms).await
        }))
    }

    /// Stops a loan. Counts from the moment at which the card has it, whether or not the proxy hears of it.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn home_stop(&self, number: u32) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.home_stop(number).await }))
    }

    /// Stops all loans.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn home_stop_everything(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.home_stop_everything().await }))
    }

    /// Lends more by a loan that has lent `from` in all so far: in minor units, and so many orders more.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn home_top_up(
        &self,
        pin: String,
        number: u32,
        from: f64,
        more: f64,
        orders: u32,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            let (from, more) = (arguments::amount(from)?, arguments::amount(more)?);
            wallet.home_top_up(&pin, number, from, (more, orders)).await
        }))
    }

    /// Asks the issuers what became of what was bought; what is not charged is the loan's again. Returns what the card
    /// signed and this wallet has not heard of before.
    #[wasm_bindgen(unchecked_return_type = "Promise<UseView[]>")]
    pub fn home_follow_uses(&self) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.home_follow_uses().await)?)
        }))
    }

    /// Where the home browser connects, and what it says first; null while nothing is lent or the wallet is locked.
    #[wasm_bindgen(unchecked_return_type = "Promise<HomeConnection | null>")]
    pub fn home_connection(&self) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            match thrown(wallet.home_connection().await)? {
                Some(connection) => shown(&connection),
                None => Ok(JsValue::NULL),
            }
        }))
    }

    /// Answers what the proxy asked over the connection, also while locked.
    #[wasm_bindgen(unchecked_return_type = "Promise<HomeAnswered>")]
    pub fn home_call(&self, call: Vec<u8>) -> Promise {
        let wallet = self.0.clone();
        given(Box::pin(async move {
            shown(&thrown(wallet.home_call(&call).await)?)
        }))
    }

    /// Tells the proxy what is to be mailed and it has not heard of.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn home_tell(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.home_tell().await }))
    }

    /// Has the proxy mail a code to this address.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn home_mail_ask(&self, address: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(
            async move { wallet.home_mail_ask(&address).await },
        ))
    }

    /// Confirms the address by the code that was mailed to it: from here on each purchase is mailed.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn home_mail_confirm(&self, code: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(
            async move { wallet.home_mail_confirm(&code).await },
        ))
    }

    /// Nothing is mailed any more.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn home_mail_remove(&self) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.home_mail_remove().await }))
    }

    /// The access code of the card there, for the holder of a home. It is no secret.
    #[wasm_bindgen(unchecked_return_type = "Promise<string>")]
    pub fn away_code(
        &self,
        #[wasm_bindgen(unchecked_param_type = "KeyPlace")] place: String,
    ) -> Promise {
        let wallet = self.0.clone();
        said(Box::pin(async move {
            wallet.away_code(arguments::place(&place)?).await
        }))
    }

    /// Joins a home by its invitation with the card there, whose PIN lets it take up whom it trusts.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn away_join(
        &self,
        invitation: String,
        pin: String,
        #[wasm_bindgen(unchecked_param_type = "KeyPlace")] place: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let pin = Zeroizing::new(pin);
        done(Box::pin(async move {
            let place = arguments::place(&place)?;
            wallet.away_join(&invitation, &pin, place).await
        }))
    }

    /// Fetches what a home lends to this wallet.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn away_fetch(&self, home: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.away_fetch(&home).await }))
    }

    /// Approves an order with a lent account, by the two passwords: has it signed at home and sent to the shop. Follow
    /// `away_step` of the order meanwhile. If it fails, nothing was ordered, unless the order is approved.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn away_approve(
        &self,
        request_id: String,
        #[wasm_bindgen(unchecked_param_type = "Choice")] choice: JsValue,
        first: String,
        second: String,
    ) -> Promise {
        let wallet = self.0.clone();
        let (first, second) = (Zeroizing::new(first), Zeroizing::new(second));
        done(Box::pin(async move {
            let choice = arguments::choice(&choice)?;
            wallet
                .away_approve(&request_id, &choice, &first, &second)
                .await
        }))
    }

    /// Tries the whole way to the card at home by the two passwords, without buying. Follow `away_trial` meanwhile.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn away_try(&self, home: String, first: String, second: String) -> Promise {
        let wallet = self.0.clone();
        let (first, second) = (Zeroizing::new(first), Zeroizing::new(second));
        done(Box::pin(async move {
            wallet.away_try(&home, &first, &second).await
        }))
    }

    /// Stops everything that a home lends, to whomever.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn away_stop(&self, home: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.away_stop(&home).await }))
    }

    /// Forgets a home and what it lends.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn away_leave(&self, home: String) -> Promise {
        let wallet = self.0.clone();
        done(Box::pin(async move { wallet.away_leave(&home).await }))
    }
}
