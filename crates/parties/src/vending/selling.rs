//! A sale (V1 to V8). The drink is chosen first, so that V5 has a price to compare with; the request for its price is shown
//! as a text and as a code, the payer's text is put into the slot, and the answer is taken out of it. No bank is asked.
//!
//! A payment is taken once, because the card remembers what it answered; a drink falls once, because a request moves from
//! *waiting* to *sold* once. Should the power go between the two, the machine owes the drink: it falls when the same
//! payment is put into the slot again.

use http::StatusCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tallystick_protocol::wire::money::Money;
use tallystick_wallet::view::{LocalState, LocalView, SeenText};
use tallystick_wallet::{ErrorKind, WalletError, asked_by_text};

use super::log::{self, Choice, ChoiceState, Sale};
use super::purse::{PurseWallet, broken};
use super::{Product, Vending};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming, json, json_body};
use crate::ports::Ports;
use crate::store::typed;

/// A button was pressed.
#[derive(Deserialize)]
struct Pressed {
    product: String,
    /// The payer's purse says how much (V2), instead of the request.
    #[serde(default)]
    leaves_amount_open: bool,
}

/// What the machine shows then (V1).
#[derive(Serialize)]
struct Asks {
    product: String,
    amount_minor: u64,
    /// For the payer's purse: a text, and what a code shows.
    text: String,
}

/// Something was put into the slot.
#[derive(Deserialize)]
struct Inserted {
    text: String,
}

/// What comes out of it.
#[derive(Serialize)]
struct Comes {
    /// `dropped`, `dropped-before` (it is the same payment again), or `refused`.
    outcome: &'static str,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<String>,
    /// What the payer's purse wants to hear: the receipt (V7), or that the payment is its own again (T004-41).
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

/// Why nothing falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    /// Less than the price (T004-41).
    ShortMoney,
    /// Another payment was first.
    PaidBefore,
    /// This payment was refused before.
    RefusedBefore,
    /// The card takes nothing more before its log is uploaded.
    Full,
    /// Somebody signed who is no purse of the bank's, or not this (T004-40).
    Forged,
    /// It is no purse of this bank.
    OtherBank,
    /// What its bank says of the purse is over.
    Expired,
    /// The machine has asked for no such payment.
    NotAsked,
}

impl Refusal {
    const fn as_str(self) -> &'static str {
        match self {
            Self::ShortMoney => "short-money",
            Self::PaidBefore => "paid-before",
            Self::RefusedBefore => "refused-before",
            Self::Full => "machine-full",
            Self::Forged => "forged",
            Self::OtherBank => "other-bank",
            Self::Expired => "expired",
            Self::NotAsked => "not-asked",
        }
    }

    /// Whether the payer is to blame, or somebody in between: then it is logged (T004-40).
    const fn is_improper(self) -> bool {
        !matches!(self, Self::Full | Self::PaidBefore | Self::RefusedBefore)
    }

    /// What the wallet's card said of a payment, if that is a refusal and no trouble of the machine's own.
    fn of(kind: ErrorKind) -> Option<Self> {
        Some(match kind {
            ErrorKind::PaymentForged => Self::Forged,
            ErrorKind::PaymentElsewhere => Self::OtherBank,
            ErrorKind::PaymentExpired => Self::Expired,
            ErrorKind::PaymentNotAsked => Self::NotAsked,
            ErrorKind::PurseHistoryFull | ErrorKind::PaymentLimit => Self::Full,
            _ => return None,
        })
    }
}

/// A payment that is to be decided.
struct Payment<'a> {
    text: &'a str,
    choice: Choice,
    seen: SeenText,
}

impl<P: Ports + 'static> Vending<P> {
    /// `POST /v1/choices` (V1, V2): the request that is shown for a product. As long as nobody pays it, everybody who
    /// chooses the same is shown the same.
    pub(super) async fn choose(&self, request: &Incoming) -> Result<Answer, Fault> {
        let pressed: Pressed = json_body(request)?;
        let limit = self.office.settings.limits.machine;
        self.office.admit(&[("machine", limit)])?;
        let product = self.config.product(&pressed.product);
        let product = product.ok_or_else(Fault::not_found)?;
        let amount = (!pressed.leaves_amount_open).then_some(product.price_minor);
        let wanted = (product.price_minor, amount);
        let known = log::waiting(self.office.tables(), &product.id, wanted)?;
        let choice = match known {
            Some(choice) => choice,
            None => self.ask(product, amount).await?,
        };
        let asks = Asks {
            product: choice.product,
            amount_minor: choice.price,
            text: choice.shown,
        };
        Ok(json(StatusCode::OK, &asks))
    }

    /// V1: the purse asks.
    async fn ask(&self, product: &Product, amount: Option<u64>) -> Result<Choice, Fault> {
        let wallet = self.wallet().await?;
        let _turn = self.slot.take().await;
        let view = wallet.view().await.map_err(broken)?;
        let purse = Self::open_purse(&view)?;
        // One that the power cut off from its product is as good as new, and the card has room for few.
        let mut unused = None;
        for asked in view
            .payments
            .iter()
            .filter(|one| one.state == LocalState::Asked)
        {
            let is_known = log::choice(self.office.tables(), &asked.id)?.is_some();
            if asked.amount_minor == amount && !is_known {
                unused = Some(asked.id.clone());
            }
        }
        let id = match unused {
            Some(id) => id,
            None => {
                let pin = self.secrets()?.pin;
                let asked = wallet.ask_for_payment(&purse.id, amount, &pin);
                asked.await.map_err(no_request)?
            }
        };
        let asked = payment(&wallet, &id).await?;
        let choice = Choice {
            request: id,
            product: product.id.clone(),
            price: product.price_minor,
            amount,
            shown: asked.text.ok_or_else(Fault::internal)?,
            state: ChoiceState::Waiting,
            answer: None,
            payment: None,
            chosen_at: self.office.now(),
        };
        self.office
            .transaction(|tables| typed::insert(tables, &choice))?;
        self.office.log("vending-choice", None, "asked");
        Ok(choice)
    }

    /// `POST /v1/payments` (V3 to V8): what the payer's purse said is put into the slot.
    pub(super) async fn take_payment(&self, request: &Incoming) -> Result<Answer, Fault> {
        let Inserted { text } = json_body(request)?;
        let limit = self.office.settings.limits.machine;
        self.office.admit(&[("machine", limit)])?;
        let name = asked_by_text(&text);
        let name = name.ok_or_else(|| Fault::malformed("This is no payment from a purse."))?;
        let wallet = self.wallet().await?;
        let _turn = self.slot.take().await;
        let choice = log::choice(self.office.tables(), &name)?;
        let comes = match choice {
            None => self.turn_away(&text, None, Refusal::NotAsked)?,
            Some(choice) => self.look(&wallet, &text, choice).await?,
        };
        self.office.log("vending-payment", None, comes.outcome);
        Ok(json(StatusCode::OK, &comes))
    }

    /// V4: the machine's card verifies the bank's signature (SGN1) and the payer's.
    async fn look(
        &self,
        wallet: &PurseWallet<P>,
        text: &str,
        choice: Choice,
    ) -> Result<Comes, Fault> {
        let choice = self.after_a_power_cut(wallet, choice).await?;
        if choice.payment == Some(digest(text)) {
            return Ok(said_before(choice));
        }
        match wallet.look_at_text(text).await {
            Ok(seen) => {
                let payment = Payment { text, choice, seen };
                self.decide(wallet, payment).await
            }
            Err(error) => match Refusal::of(error.kind) {
                Some(refusal) => self.turn_away(text, None, refusal),
                None if error.kind == ErrorKind::PaymentTextInvalid => {
                    Err(Fault::malformed("This is no payment from a purse."))
                }
                None => Err(broken(error)),
            },
        }
    }

    /// If the purse has taken the payment of a request that still waits, its drink is owed.
    async fn after_a_power_cut(
        &self,
        wallet: &PurseWallet<P>,
        choice: Choice,
    ) -> Result<Choice, Fault> {
        if choice.state != ChoiceState::Waiting {
            return Ok(choice);
        }
        let asked = payment(wallet, &choice.request).await?;
        let state = match asked.state {
            LocalState::Taken => ChoiceState::Owed,
            LocalState::Refused => ChoiceState::Refused,
            _ => return Ok(choice),
        };
        let answer = asked.text.ok_or_else(Fault::internal)?;
        // Which payment it was, the card knows.
        self.office
            .transaction(|tables| log::settle(tables, &choice, state, (&answer, None)))?;
        let known = log::choice(self.office.tables(), &choice.request)?;
        known.ok_or_else(Fault::internal)
    }

    async fn decide(&self, wallet: &PurseWallet<P>, payment: Payment<'_>) -> Result<Comes, Fault> {
        let Payment { text, choice, seen } = &payment;
        let pin = self.secrets()?.pin;
        let payer = Some(seen.partner.as_str());
        if choice.state != ChoiceState::Waiting {
            // What was answered once has its answer; another payment for it is refused by the card.
            let answered = wallet.answer_payment(text, true, &pin).await;
            let answer = answer(wallet, answered.map_err(broken)?).await?;
            return match choice.answer.as_ref() == Some(&answer) {
                true if choice.state == ChoiceState::Owed => self.drop_drink(&payment, answer),
                true => Ok(said_before(payment.choice)),
                false => Ok(Comes::refused(Refusal::PaidBefore, Some(answer))),
            };
        }
        // V5 (T004-41).
        let is_short = seen.amount_minor.is_none_or(|paid| paid < choice.price);
        let taken = match is_short {
            true => Err(Refusal::ShortMoney),
            false => match wallet.answer_payment(text, true, &pin).await {
                Ok(id) => Ok(answer(wallet, id).await?),
                Err(error) => Err(Refusal::of(error.kind).ok_or_else(|| broken(error))?),
            },
        };
        match taken {
            Ok(receipt) => self.drop_drink(&payment, receipt),
            Err(refusal) => {
                let refused = wallet.answer_payment(text, false, &pin).await;
                let answer = answer(wallet, refused.map_err(broken)?).await?;
                let said = (answer.as_str(), Some(digest(text)));
                self.office.transaction(|tables| {
                    log::settle(tables, choice, ChoiceState::Refused, said)
                })?;
                self.turn_away(text, payer, refusal)?;
                Ok(Comes::refused(refusal, Some(answer)))
            }
        }
    }

    /// V6 to V8: logged, and the drink falls, both at once and once.
    fn drop_drink(&self, payment: &Payment<'_>, receipt: String) -> Result<Comes, Fault> {
        let Payment { text, choice, seen } = payment;
        let said = (receipt.as_str(), Some(digest(text)));
        let paid = Money::new(seen.amount_minor.unwrap_or(0), self.config.currency);
        let sale = Sale {
            choice,
            paid,
            payer: &seen.partner,
        };
        let now = self.office.now();
        let falls = self.office.transaction(|tables| {
            let falls = log::settle(tables, choice, ChoiceState::Sold, said)?;
            if falls {
                log::sold(tables, &sale, now)?;
            }
            Ok::<_, Fault>(falls)
        })?;
        Ok(Comes {
            outcome: if falls { "dropped" } else { "dropped-before" },
            reason: None,
            product: Some(choice.product.clone()),
            text: Some(receipt),
        })
    }

    /// Nothing falls. Who is to blame for it is logged (T004-40).
    fn turn_away(&self, text: &str, payer: Option<&str>, refusal: Refusal) -> Result<Comes, Fault> {
        if refusal.is_improper() {
            let (reason, now) = (refusal.as_str(), self.office.now());
            self.office
                .transaction(|tables| log::improper(tables, digest(text), (reason, payer), now))?;
            self.office.log("vending-improper", None, reason);
        }
        Ok(Comes::refused(refusal, None))
    }
}

impl Comes {
    fn refused(refusal: Refusal, text: Option<String>) -> Self {
        Self {
            outcome: "refused",
            reason: Some(refusal.as_str()),
            product: None,
            text,
        }
    }
}

/// The same payment again has the same answer.
fn said_before(choice: Choice) -> Comes {
    match choice.state {
        ChoiceState::Sold => Comes {
            outcome: "dropped-before",
            reason: None,
            product: Some(choice.product),
            text: choice.answer,
        },
        _ => Comes::refused(Refusal::RefusedBefore, choice.answer),
    }
}

/// Names what was put into the slot; space counts for nothing.
fn digest(text: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in text.split_whitespace() {
        digest.update(part);
    }
    digest.finalize().into()
}

/// What the wallet keeps of a payment.
async fn payment<P: Ports + 'static>(
    wallet: &PurseWallet<P>,
    id: &str,
) -> Result<LocalView, Fault> {
    let payments = wallet.view().await.map_err(broken)?.payments;
    let mut payments = payments.into_iter();
    let found = payments.find(|payment| payment.id == id);
    found.ok_or_else(Fault::internal)
}

/// What the card answered to the payment of that name just now.
async fn answer<P: Ports + 'static>(wallet: &PurseWallet<P>, id: String) -> Result<String, Fault> {
    payment(wallet, &id).await?.text.ok_or_else(Fault::internal)
}

/// Why there is no request.
fn no_request(error: WalletError) -> Fault {
    match error.kind {
        ErrorKind::PurseHistoryFull | ErrorKind::PaymentLimit | ErrorKind::PurseBusy => {
            let full = "The machine takes no money before its log is uploaded.";
            Fault::new(Kind::OverCap, full)
        }
        _ => broken(error),
    }
}
