//! What a holder does with cards: the first one, further ones, fewer, and an account that moves from one
//! computer to the other.

use tallystick_wallet::ErrorKind;
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{CardView, CodesView, KeyPlace, Phase, WalletView};

use super::desk::origin;
use super::{Holder, JSON, OwnWallet, PASSPHRASE, PIN, Wish};
use crate::people::AccountName;
use crate::town::Town;

/// How the wallet calls the card on offer.
const OFFERED: &str = "offer";
/// After so many refusals in a row a card that never got its keys is thrown away.
const REFUSALS_MAX: u32 = 4;

/// By what a card's account is known on paper.
pub(super) fn account_of(card: &CardView) -> AccountName {
    (card.issuer_domain.clone(), card.last4.clone())
}

/// The account that a card, an account at the bank or a purse of this name pays from, and where its keys live.
pub(super) fn means(view: &WalletView, id: &str) -> (Option<AccountName>, KeyPlace) {
    if let Some(card) = view.cards.iter().find(|card| card.id == id) {
        return (Some(account_of(card)), card.place);
    }
    let purse = view.purses.iter().find(|purse| purse.id == id);
    let id = purse.map_or(id, |purse| &purse.account_id);
    let Some(account) = view.accounts.iter().find(|account| account.id == id) else {
        return (None, KeyPlace::Software);
    };
    let last4 = account.number.len().saturating_sub(4);
    let name = (
        account.bank_domain.clone(),
        account.number[last4..].to_owned(),
    );
    (Some(name), account.place)
}

impl Holder {
    /// With an empty wallet: a new card, or on the other computer one that was there before.
    pub(super) async fn begin(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        if self.is_first() {
            return self.apply(town, wallet, self.person.issuer).await;
        }
        if self.is_calm.get() || !self.takes_wish(Wish::Account) {
            return Ok(false);
        }
        self.move_here(town, wallet, view).await
    }

    /// Whether that is wanted, which it is no more then.
    fn takes_wish(&self, wish: Wish) -> bool {
        let mut wishes = self.wishes.borrow_mut();
        let place = wishes.iter().position(|wanted| *wanted == wish);
        place.and_then(|place| wishes.remove(place)).is_some()
    }

    pub(super) async fn set_up(
        &self,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<CodesView, WalletError> {
        let outcome = wallet.set_up(PASSPHRASE, PIN).await;
        let codes = self.unless_expired(wallet, outcome).await?;
        self.write_down(view, &codes);
        Ok(codes)
    }

    /// Opens an account.
    pub(super) async fn apply(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        issuer: &'static str,
    ) -> Result<bool, WalletError> {
        let application = serde_json::json!({
            "name": self.person.name,
            "telephone": self.person.telephone,
        });
        let application = application.to_string().into_bytes();
        self.papers.applied(issuer);
        let Some(offer) = self.page(issuer, "/v1/accounts", JSON, application).await else {
            return Ok(true);
        };
        wallet.receive_offer(&origin(issuer), &offer).await?;
        let Some(offered) = wallet.view().await?.offer else {
            return Ok(true);
        };
        let account = account_of(&offered.card);
        let now_ms = town.scheduler.now_ms();
        self.papers.opened(account.clone(), now_ms, self.name);
        Ok(true)
    }

    /// Writes the code of an account down that has just come, as its sheet shows it. Who is careful does not move cards.
    fn write_down(&self, view: &WalletView, codes: &CodesView) {
        let offered = view.offer.as_ref().map(|offer| account_of(&offer.card));
        if !self.is_careful
            && let (Some(account), [.., shown]) = (offered, codes.accounts.as_slice())
        {
            self.papers.keep_code(&account, shown.code.clone());
        }
    }

    /// A card on offer, or one that has no keys yet, is on its way into the wallet. Says whether something was
    /// done for it.
    pub(super) async fn has_more_keys(
        &self,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        if view.offer.is_some() {
            if !self.is_careful && self.dice.chance(50) {
                wallet.remove_card(OFFERED, "").await?;
            } else {
                let place = self.card_place(wallet).await?;
                let outcome = wallet.add_card(self.pin_at(place), place).await;
                let codes = self.unless_expired(wallet, outcome).await?;
                self.write_down(view, &codes);
            }
            return Ok(true);
        }
        let Some(unready) = view.cards.iter().find(|card| !card.ready) else {
            self.refusals.set(0);
            return Ok(false);
        };
        // With another card to live from, it can wait.
        if view.phase == Phase::Ready && self.refusals.get() > 0 && !self.dice.chance(200) {
            return Ok(false);
        }
        match wallet.enrol().await {
            Ok(()) => Ok(true),
            Err(error) => {
                self.refusals.set(self.refusals.get() + 1);
                let is_refused = error.kind == ErrorKind::EnrolmentRefused;
                if is_refused && self.refusals.get() >= REFUSALS_MAX {
                    self.refusals.set(0);
                    wallet.remove_card(&unready.id, PIN).await?;
                }
                Err(error)
            }
        }
    }

    /// Where a new card's keys are to live: in the card in the reader, if that is to stay at home.
    async fn card_place(&self, wallet: &OwnWallet) -> Result<KeyPlace, WalletError> {
        let place = self.lending.place;
        if place == KeyPlace::Reader && self.device.reader().card().is_none() {
            self.device.reader().insert(&self.money.card);
            wallet.prepare_reader_card(PIN).await?;
        }
        Ok(place)
    }

    pub(super) async fn remove_some_card(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        if view.cards.is_empty() {
            return Ok(false);
        }
        let card = self.dice.pick(&view.cards);
        wallet.remove_card(&card.id, self.typed_pin()).await?;
        let line = format!(
            "    {}: the card that ends in {} is gone",
            self.name, card.last4
        );
        town.journal.show(town.scheduler.now_ms(), &line);
        Ok(true)
    }

    /// Shows an account code at its issuer, which revokes whoever has the card and offers it anew.
    pub(super) async fn move_here(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        let Some((account, issuer, code)) = self.papers.some_code(&self.dice) else {
            return Ok(false);
        };
        let mut cards = view.cards.iter();
        if let Some(card) = cards.find(|card| account_of(card) == account) {
            if self
                .papers
                .is_at(&account, self.name, town.scheduler.now_ms())
            {
                return Ok(false);
            }
            // It was here before: the old one goes, so that the new one has room.
            wallet.remove_card(&card.id, PIN).await?;
        }
        let body = serde_json::json!({ "code": code }).to_string();
        let Some(offer) = self.page(issuer, "/v1/renewals", JSON, body.into()).await else {
            self.wishes.borrow_mut().push_back(Wish::Account);
            return Ok(false);
        };
        let (now_ms, last4) = (town.scheduler.now_ms(), &account.1);
        let line = format!(
            "    {}: the account that ends in {last4} moves here",
            self.name
        );
        town.journal.show(now_ms, &line);
        wallet.receive_offer(&origin(issuer), &offer).await?;
        // Somebody in between may have told an older offer, of another account.
        let offered = wallet.view().await?.offer;
        if offered.is_some_and(|offer| account_of(&offer.card) == account) {
            self.papers.moved(&account, now_ms, self.name);
        }
        Ok(true)
    }

    /// An offer that waited too long is forgotten.
    async fn unless_expired<T>(
        &self,
        wallet: &OwnWallet,
        outcome: Result<T, WalletError>,
    ) -> Result<T, WalletError> {
        if let Err(error) = &outcome
            && error.kind == ErrorKind::OfferExpired
        {
            wallet.remove_card(OFFERED, "").await?;
        }
        outcome
    }
}
