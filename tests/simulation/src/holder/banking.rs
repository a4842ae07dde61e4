//! What a holder does at the bank: opens an account, puts money in, moves it between account, purse and other people,
//! answers what the bank offers, in time or late, and brings card and bank together.

use tallystick_wallet::view::{
    BankAccountView, KeyPlace, MoveChoice, MovementState, MovementView, OpeningStep, PurseStep,
    PurseView, ReaderCardKind, RegistrationForm, WalletView,
};
use tallystick_wallet::{ErrorKind, WalletError};

use super::money::Deposit;
use super::{Holder, JSON, OwnWallet, PIN, Wish};
use crate::cast::{BANK, BANKING_SYSTEM};
use crate::town::Town;

const PASSWORD: &str = "green tea, no sugar";
const ADDRESS: &str = "Jimbocho 1-2-3\nChiyoda, Tokyo";
/// How often a calm holder brings card and bank together, in milliseconds.
const REPORTS_EVERY_MS: u64 = 15 * 60_000;

/// What a holder wants of the bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Money is put in.
    PutIn(u64),
    /// From the account into the purse.
    Load(u64),
    /// From the purse to the account.
    Unload(u64),
    /// From the account or the purse to somebody else's.
    Give(u64),
    /// Card and bank are brought together.
    Report,
}

impl Holder {
    /// What is under way with the bank goes on. Says whether something was done.
    pub(super) async fn tends_money(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        if view.banks.is_empty() || !self.is_first() {
            return Ok(false);
        }
        self.holds_card();
        if self.opens(wallet, view).await? || self.makes_purse(wallet, view).await? {
            return Ok(true);
        }
        let mut offered = view.movements.iter();
        let offered = offered.find(|movement| movement.state == MovementState::Offered);
        if let Some(movement) = offered
            && self.answers(town, wallet, movement).await?
        {
            return Ok(true);
        }
        match view.purses.first() {
            Some(purse) => self.synchronises(town, wallet, purse).await,
            None => Ok(false),
        }
    }

    /// The card is in the reader, or soon.
    pub(super) fn holds_card(&self) {
        if self.money.place != KeyPlace::Reader || self.money.is_lost.get() {
            return;
        }
        let reader = self.device.reader();
        if self.is_calm.get() {
            reader.leave_alone();
        }
        if reader.card().is_none() && (self.is_calm.get() || self.money.dice.chance(300)) {
            reader.insert(&self.money.card);
        }
    }

    /// The PIN of the card in which the bank's keys live.
    pub(super) fn pin_at(&self, place: KeyPlace) -> &'static str {
        match place {
            KeyPlace::Reader | KeyPlace::Hosted => PIN,
            KeyPlace::Software => self.typed_pin(),
        }
    }

    /// The account is on its way.
    async fn opens(&self, wallet: &OwnWallet, view: &WalletView) -> Result<bool, WalletError> {
        if let Some(opening) = view.openings.first() {
            match opening.step {
                OpeningStep::Registering => wallet.continue_opening(&opening.id).await?,
                OpeningStep::Refused => wallet.forget_opening(&opening.id).await?,
                OpeningStep::Keys => self.makes_keys(wallet, &opening.id).await?,
            }
            return Ok(true);
        }
        if view.accounts.iter().any(|account| !account.ready) {
            wallet.enrol().await?;
            return Ok(true);
        }
        if let Some(account) = view.accounts.first() {
            return self.puts_in_first(account).await;
        }
        if self.is_calm.get() {
            return Ok(false);
        }
        let known = self.money.iban.borrow().clone();
        let Some(iban) = known else {
            return Ok(self.is_at_home_outside().await);
        };
        self.papers.applied(BANK);
        let form = RegistrationForm {
            bank: BANK.to_owned(),
            name: self.person.name.to_owned(),
            address: ADDRESS.to_owned(),
            telephone: self.person.telephone.to_owned(),
            iban,
            currency: "JPY".to_owned(),
        };
        wallet.register(&form, PASSWORD).await?;
        Ok(true)
    }

    /// A new account gets something to begin with.
    async fn puts_in_first(&self, account: &BankAccountView) -> Result<bool, WalletError> {
        if self.is_calm.get() || !self.money.deposits.borrow().is_empty() {
            return Ok(false);
        }
        let number = account.number.parse().unwrap_or_default();
        let minor = self.money.dice.between(10_000, 30_000);
        self.puts_in(number, minor).await;
        Ok(true)
    }

    /// Opens an account at the ordinary bank outside.
    async fn is_at_home_outside(&self) -> bool {
        let application = serde_json::json!({ "name": self.person.name, "key": self.name });
        let application = application.to_string().into_bytes();
        let opened = self
            .page(BANKING_SYSTEM, "/v1/accounts", JSON, application)
            .await;
        let opened: Option<serde_json::Value> =
            opened.and_then(|opened| serde_json::from_slice(&opened).ok());
        let iban = opened.as_ref().and_then(|opened| opened["iban"].as_str());
        *self.money.iban.borrow_mut() = iban.map(str::to_owned);
        iban.is_some()
    }

    async fn makes_keys(&self, wallet: &OwnWallet, opening: &str) -> Result<(), WalletError> {
        let place = self.money.place;
        if place == KeyPlace::Reader && wallet.reader_card().await?.kind == ReaderCardKind::New {
            wallet.prepare_reader_card(PIN).await?;
        }
        let opened = wallet
            .open_account(opening, self.pin_at(place), place)
            .await;
        opened.map(|_| ())
    }

    /// The purse is on its way, or its card has something to hear.
    async fn makes_purse(
        &self,
        wallet: &OwnWallet,
        view: &WalletView,
    ) -> Result<bool, WalletError> {
        let Some(purse) = view.purses.first() else {
            let Some(account) = view.accounts.first() else {
                return Ok(false);
            };
            let pin = self.pin_at(account.place);
            wallet.apply_for_purse(&account.id, pin).await?;
            return Ok(true);
        };
        match purse.step {
            PurseStep::Refused => {
                let pin = self.pin_at(purse.place);
                wallet.apply_for_purse(&purse.account_id, pin).await?;
            }
            PurseStep::Ready if !purse.wants_card => return Ok(false),
            _ => wallet.tend_purse(&purse.id).await?,
        }
        Ok(true)
    }

    /// The holder decides about an offer, often only when its time is over.
    async fn answers(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        movement: &MovementView,
    ) -> Result<bool, WalletError> {
        let dice = &self.money.dice;
        if !self.is_calm.get() && !self.is_careful && dice.chance(600) {
            return Ok(false);
        }
        let expires_at = movement.offer.as_ref().map(|offer| offer.expires_at);
        let now = town.scheduler.now_ms() / 1000;
        let is_over = expires_at.is_none_or(|at| at <= now);
        let accepts = self.is_careful || (!is_over && dice.chance(800));
        let pin = self.pin_at(self.money.place);
        match wallet.answer_movement(&movement.id, accepts, pin).await {
            Err(error) if error.kind == ErrorKind::MovementExpired => {
                wallet.answer_movement(&movement.id, false, pin).await?;
            }
            outcome => outcome?,
        }
        Ok(true)
    }

    /// Brings card and bank together now and then if the wallet wants it; in the end always.
    async fn synchronises(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        purse: &PurseView,
    ) -> Result<bool, WalletError> {
        let now_ms = town.scheduler.now_ms();
        let since_ms = now_ms.saturating_sub(self.money.reported_ms.get());
        let is_due = match self.is_calm.get() {
            true => since_ms >= REPORTS_EVERY_MS,
            false => purse.wants_report && since_ms >= 5_000 && self.money.dice.chance(300),
        };
        if !is_due {
            return Ok(false);
        }
        self.money.reported_ms.set(now_ms);
        wallet
            .report_purse(&purse.id, self.pin_at(purse.place))
            .await?;
        Ok(true)
    }

    /// Does what is wanted of the bank, if there are account and purse.
    pub(super) async fn runs(
        &self,
        town: &Town,
        wallet: &OwnWallet,
        view: &WalletView,
        errand: Errand,
    ) -> Result<bool, WalletError> {
        let (Some(account), Some(purse)) = (view.accounts.first(), view.purses.first()) else {
            return Ok(false);
        };
        if let Errand::PutIn(minor) = errand {
            let number = account.number.parse().unwrap_or_default();
            return Ok(self.puts_in(number, minor).await);
        }
        if purse.step != PurseStep::Ready {
            return Ok(false);
        }
        let pin = self.pin_at(purse.place);
        if errand == Errand::Report {
            wallet.report_purse(&purse.id, pin).await?;
            return Ok(true);
        }
        let Some((from, to, minor)) = self.ends_of(town, errand, &account.end, &purse.end) else {
            return Ok(false);
        };
        let choice = MoveChoice {
            purse_id: purse.id.clone(),
            from,
            to,
        };
        wallet.move_value(&choice, minor, pin).await?;
        Ok(true)
    }

    /// Where an errand takes value from, to whom, and how much.
    fn ends_of(
        &self,
        town: &Town,
        errand: Errand,
        account: &str,
        purse: &str,
    ) -> Option<(String, String, u64)> {
        let (account, purse) = (account.to_owned(), purse.to_owned());
        match errand {
            Errand::Load(minor) => Some((account, purse, minor)),
            Errand::Unload(minor) => Some((purse, account, minor)),
            Errand::Give(minor) => {
                let holders = town.holders.borrow();
                let others = holders.iter().filter(|other| other.name != self.name);
                let ends: Vec<_> = others
                    .flat_map(|other| other.money.ends.borrow().clone())
                    .collect();
                let from = if self.money.dice.chance(500) {
                    account
                } else {
                    purse
                };
                let to = (!ends.is_empty()).then(|| self.money.dice.pick(&ends).clone())?;
                Some((from, to, minor))
            }
            Errand::PutIn(_) | Errand::Report => None,
        }
    }

    /// Puts money in, under a name of its own; asks again under the same name until the bank has said that it is booked.
    async fn puts_in(&self, account: u64, minor: u64) -> bool {
        let open = {
            let mut deposits = self.money.deposits.borrow_mut();
            if deposits.last().is_none_or(|last| last.is_booked) {
                let reference = format!("{} {}", self.name, deposits.len());
                deposits.push(Deposit {
                    reference,
                    account,
                    minor,
                    is_booked: false,
                });
            }
            deposits.last().cloned()
        };
        let Some(deposit) = open else {
            return false;
        };
        let body = serde_json::json!({
            "account": deposit.account.to_string(),
            "amount": deposit.minor,
            "currency": "JPY",
            "reference": deposit.reference,
        });
        let body = body.to_string().into_bytes();
        let answer = self.page(BANK, "/v1/deposits", JSON, body).await;
        let said: Option<serde_json::Value> =
            answer.and_then(|answer| serde_json::from_slice(&answer).ok());
        let is_booked = said.is_some_and(|said| said["booked"] == true);
        if let Some(last) = self.money.deposits.borrow_mut().last_mut() {
            last.is_booked |= is_booked;
        }
        if !is_booked {
            let again = Wish::AtTheBank(Errand::PutIn(deposit.minor));
            self.wishes.borrow_mut().push_back(again);
        }
        is_booked
    }
}
