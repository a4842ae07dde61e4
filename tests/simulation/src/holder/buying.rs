//! What a holder does at the shop, and when the wallet asks.

use tallystick_wallet::WalletError;
use tallystick_wallet::view::{Address, Choice, OrderState, OrderView, WalletView};

use super::cards::means;
use super::{Approved, Holder, JSON, OwnWallet, PIN, Payer, Wish};
use crate::cast::{COUPONS, COURIERS, ORIGIN, SHOP, goods};
use crate::town::Town;

/// Where no courier goes.
const ISLAND: &str = "Okinotorishima";

impl Holder {
    /// Addresses and orders that wait for the holder. Says whether there was something to do.
    pub(super) async fn has_to_decide(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        if view.addresses.len() < 2 {
            let address = self.address(view.addresses.is_empty());
            wallet.save_address(&address).await?;
            return Ok(true);
        }
        let mut asked = view.orders.iter();
        let Some(order) = asked.find(|order| order.state == OrderState::Asked) else {
            return Ok(false);
        };
        self.decide(town, wallet, view, order).await?;
        Ok(true)
    }

    async fn decide(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
        order: &OrderView,
    ) -> Result<(), WalletError> {
        let request = &order.request_id;
        let declines = !self.is_careful && self.dice.chance(80);
        if self.is_calm.get() || declines || order.payable.is_empty() {
            return wallet.decline(request).await;
        }
        let chosen = match &order.proposed_card {
            Some(card) if self.is_careful || self.dice.chance(600) => card,
            _ => self.dice.pick(&order.payable),
        };
        // The purse comes last, if there is enough in one.
        let last = order.payable.last();
        let from_bank = town.has_bank && (self.is_careful || self.money.dice.chance(500));
        let chosen = last.filter(|_| from_bank).unwrap_or(chosen);
        let lent = self.would_borrow(town, view, order);
        let chosen = lent.map_or(chosen, |loan| &loan.card_id);
        let to_island = self.goes_to_island.take();
        let mut addresses = view.addresses.iter();
        let address = addresses.find(|address| address.lines.contains(ISLAND) == to_island);
        let choice = Choice {
            card_id: chosen.clone(),
            address_id: address
                .and_then(|address| address.id.clone())
                .unwrap_or_default(),
            accept_extra: false,
            coupons: self.pays_with(order),
            gift: None,
        };
        let mut lent = view.away.iter().flat_map(|away| &away.loans);
        if let Some(loan) = lent.find(|loan| loan.card_id == *chosen) {
            return self.buys_away(town, wallet, request, (loan, &choice)).await;
        }
        let (account, place) = means(view, chosen);
        let pin = self.pin_at(place);
        // If coupons pay for everything, their office's account signs for it.
        let at_office = self.papers.at_issuer(COUPONS);
        let at_office = at_office.into_iter().filter(|_| !choice.coupons.is_empty());
        for account in account.into_iter().chain(at_office).filter(|_| pin == PIN) {
            self.approved.borrow_mut().push(Approved {
                request_id: request.clone(),
                payer: Payer::Own(account),
                at_ms: town.scheduler.now_ms(),
            });
        }
        wallet.approve(request, &choice, pin).await
    }

    /// Cancels something that is on its way, now and then.
    pub(super) async fn changes_mind(
        &self,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        let mut orders = view.orders.iter().filter(|order| order.can_cancel);
        let Some(order) = orders.next().filter(|_| !self.is_careful) else {
            return Ok(false);
        };
        if !self.cancels.chance(60) {
            return Ok(false);
        }
        wallet.cancel(&order.request_id).await?;
        Ok(true)
    }

    /// Looks once more at the money of each paid order.
    pub(super) async fn looks_again(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        if town.scheduler.now_ms() < self.looks_again_ms.get() {
            return Ok(false);
        }
        let paid = |order: &&OrderView| order.state == OrderState::Delivering;
        for order in view.orders.iter().filter(paid) {
            if self.looked_at.borrow_mut().insert(order.request_id.clone()) {
                wallet.follow_money(&order.request_id).await?;
                return Ok(true);
            }
        }
        Ok(false)
    }

    pub(super) fn look_at(&self, town: &Town, view: &WalletView) {
        for order in &view.orders {
            let strands = &order.strands;
            let words = (
                order.state,
                strands.shop.word,
                strands.issuer.word,
                strands.courier.as_ref().map_or("none", |one| one.word),
            );
            let known = self.orders.borrow().iter().any(|before| {
                let before_words = (
                    before.state,
                    before.strands.shop.word,
                    before.strands.issuer.word,
                    before
                        .strands
                        .courier
                        .as_ref()
                        .map_or("none", |one| one.word),
                );
                before.request_id == order.request_id && before_words == words
            });
            if !known {
                let id = order.order_id.as_deref().unwrap_or(&order.request_id);
                let line = format!(
                    "    {}: order {} is {} (shop: {}, money: {}, parcel: {})",
                    self.name,
                    id.get(..8).unwrap_or(id),
                    order.state.as_str(),
                    words.1,
                    words.2,
                    words.3
                );
                town.journal.show(town.scheduler.now_ms(), &line);
            }
        }
        view.orders.clone_into(&mut self.orders.borrow_mut());
    }

    /// Puts goods into the basket, chooses a courier and hands the shop's form to the wallet.
    pub(super) async fn ask_for(
        &self,
        wallet: &OwnWallet,
        wish: Wish,
    ) -> Result<bool, WalletError> {
        self.goes_to_island.set(wish == Wish::ToTheIsland);
        let mut basket = self.basket(wish);
        if !self.is_careful {
            basket["courier"] = (*self.dice.pick(&COURIERS)).into();
        }
        let basket = basket.to_string().into_bytes();
        if let Some(form) = self.page(SHOP, "/v1/forms", JSON, basket).await {
            wallet.receive_form(ORIGIN, &form).await?;
        }
        Ok(true)
    }

    fn basket(&self, wish: Wish) -> serde_json::Value {
        let one =
            |sku, quantity| serde_json::json!({ "items": [{ "sku": sku, "quantity": quantity }] });
        match wish {
            Wish::Tea | Wish::ToTheIsland => return one("sencha-100", 1),
            Wish::TooMuch => return one("kyusu-pot", 9),
            _ => {}
        }
        let lines = self.dice.between(1, 2);
        let items = (0..lines).map(|_| {
            let product = self.dice.pick(&goods().products);
            serde_json::json!({ "sku": product.sku, "quantity": self.dice.between(1, 4) })
        });
        serde_json::json!({ "items": items.collect::<Vec<_>>() })
    }

    fn address(&self, home: bool) -> Address {
        let person = self.person;
        let lines = if home { person.street } else { ISLAND };
        Address {
            id: None,
            label: if home { "Home" } else { "Island" }.to_owned(),
            name: person.recipient.to_owned(),
            telephone: person.recipient_telephone.to_owned(),
            postal_code: person.postal_code.to_owned(),
            lines: lines.to_owned(),
            country: "JP".to_owned(),
        }
    }
}
