//! Charging (T003-11): the account pays value onto a card. The account's key signs, the front sets the amount aside, and the
//! card takes it by the security server's signature alone.

use core::cell::RefCell;

use tallystick_protocol::settlement::{
    BALANCE_MAX, ChargeAnswer, ChargeRefusal, ChargeRequest, ChargeState, signed_digest,
};
use tallystick_protocol::trust::holder::UnsignedByHolder;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::problem::ProblemKind;

use super::record::{ChargeRecord, FORMAT};
use super::server::{refusal, unfit};
use super::settlements::CHARGES_MAX;
use super::taking::named;
use crate::core::access::check_pin;
use crate::core::ask::{self, Answer, Ask, COSE, CallError};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, signature};
use crate::core::wallet::Wallet;
use crate::holder::card_account::CardAccount;

/// Where a front takes charges.
const PATH: &str = "/v1/charges";

/// How old a charge is, in seconds, that a front does not know and therefore takes no more: well over what clocks may differ.
const STALE_SECONDS: u64 = 3_600;

/// Which charge a front is asked about.
pub(super) struct Question([u8; 32]);

/// A charge that is being signed.
struct Signing {
    account: CardAccount,
    request: ChargeRequest,
    unsigned: UnsignedByHolder<ChargeRequest>,
}

impl<P: Ports> Wallet<P> {
    /// Has the account at the front put so much, in minor units, on a card. Afterwards it waits for the card:
    /// [`Wallet::collect_contactless`]. Returns how the charge is named.
    ///
    /// # Errors
    /// [`ErrorKind::AmountInvalid`], [`ErrorKind::NoSuchContactless`], [`ErrorKind::NoSettlementAccount`],
    /// [`ErrorKind::ChargeDeclined`], [`ErrorKind::ChargeTooMuch`], [`ErrorKind::ChargeExpired`],
    /// [`ErrorKind::SettlementRefused`], [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a
    /// failure of reader, card or storage. Not that the front could not be reached: then it is under way.
    pub async fn charge_contactless(
        &self,
        id: &str,
        minor: u64,
        pin: &str,
    ) -> Result<String, WalletError> {
        self.know_revocations().await?;
        let signing: RefCell<Option<Signing>> = RefCell::new(None);
        let mut number = [0; 32];
        self.at_one_go(
            &mut |desk| {
                desk.stay_unlocked();
                let made = desk.charge_to_sign(id, minor)?;
                check_pin(pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
                let slot = made.account.enrolment.slot;
                let sign = Command::sign(slot, &made.unsigned.to_be_signed(), desk.rng)?;
                let needed = made.account.needed();
                signing.replace(Some(made));
                Ok(Some((needed, vec![Command::present_pin(pin), sign])))
            },
            &mut |desk, replies| {
                let (Some(made), [_, signed]) = (signing.take(), replies) else {
                    return Err(WalletError::new(ErrorKind::CardFailed));
                };
                let signed = made.unsigned.finish(&signature(signed)?);
                let signed =
                    signed.map_err(|error| WalletError::caused(ErrorKind::CardFailed, &error))?;
                number = signed_digest(&signed);
                desk.begin_charge(&made.account, &made.request, signed)
            },
        )
        .await?;
        self.ask_charges(Some(number)).await?;
        self.perform(&mut |desk| desk.charge_went(number)).await?;
        Ok(base16ct::lower::encode_string(&number))
    }

    /// Says charges to their fronts that are not over: one of them, or all. Returns whether anything came of it.
    pub(super) async fn ask_charges(&self, only: Option<[u8; 32]>) -> Result<bool, WalletError> {
        let mut asks = Vec::new();
        self.perform(&mut |desk| {
            asks = desk.charge_asks(only)?;
            Ok(())
        })
        .await?;
        if asks.is_empty() {
            return Ok(false);
        }
        self.know_revocations().await?;
        let answers = self.ask(asks).await;
        let mut has_moved = false;
        self.perform(&mut |desk| {
            has_moved = false;
            for answer in &answers {
                has_moved |= desk.take_charge_answer(answer)?;
            }
            Ok(())
        })
        .await?;
        Ok(has_moved)
    }

    /// Asks the fronts what became of charges that the card has taken. That one does not answer is no error.
    pub(super) async fn tell_charges(&self) -> Result<(), WalletError> {
        self.ask_charges(None).await.map(drop)
    }
}

impl Desk<'_> {
    fn charge_to_sign(&mut self, id: &str, minor: u64) -> Result<Signing, WalletError> {
        if minor == 0 {
            return Err(WalletError::new(ErrorKind::AmountInvalid));
        }
        let settlements = self.settlements()?;
        let card = settlements.card(named(id)?)?.clone();
        let coming = settlements
            .charges()
            .filter(|charge| charge.alias == card.alias && charge.is_to_be_written())
            .fold(0_u64, |sum, charge| sum.saturating_add(charge.amount.minor));
        let on_it = card.balance.map_or(0, |balance| balance.minor);
        if on_it.saturating_add(coming).saturating_add(minor) > BALANCE_MAX {
            return Err(WalletError::new(ErrorKind::ChargeTooMuch));
        }
        let account = self.account_of(&card)?;
        let certificate = account.enrolment.certificate.clone();
        let certificate = certificate.ok_or_else(|| WalletError::new(ErrorKind::NotEnrolled))?;
        let mut nonce = [0; 16];
        self.rng.fill_bytes(&mut nonce);
        let request = ChargeRequest {
            front: card.front,
            holder: account.enrolment.holder(),
            alias: card.alias,
            amount: Money::new(minor, card.currency),
            at: self.now(),
            nonce,
        };
        Ok(Signing {
            unsigned: UnsignedByHolder::new(&request, &certificate),
            account,
            request,
        })
    }

    fn begin_charge(
        &mut self,
        account: &CardAccount,
        request: &ChargeRequest,
        signed: Vec<u8>,
    ) -> Result<(), WalletError> {
        let over: Vec<_> = self.settlements()?.charges().cloned().collect();
        let oldest = over.iter().filter(|charge| !charge.is_open());
        if over.len() >= CHARGES_MAX
            && let Some(oldest) = oldest.min_by_key(|charge| charge.at)
        {
            self.drop_settlement(oldest)?;
        }
        self.settlements()?.hurry();
        self.keep_settlement(ChargeRecord {
            format: FORMAT,
            number: signed_digest(&signed),
            account: account.id.clone(),
            alias: request.alias,
            amount: request.amount,
            at: request.at,
            signed,
            state: None,
            refusal: None,
            until: None,
            is_written: false,
            told: None,
        })
    }

    fn charge_asks(&mut self, only: Option<[u8; 32]>) -> Result<Vec<Ask<Question>>, WalletError> {
        let open = self
            .settlements()?
            .charges()
            .filter(|charge| charge.is_open() && only.is_none_or(|number| charge.number == number));
        let open: Vec<_> = open.cloned().collect();
        let mut asks = Vec::new();
        for charge in open {
            let Ok(card) = self.settlements()?.card(charge.alias).cloned() else {
                continue;
            };
            let url = self.context.urls.url(&card.front, PATH);
            let question = Question(charge.number);
            asks.push(ask::post_signed(question, url, charge.signed, COSE));
        }
        Ok(asks)
    }

    /// Takes up what a front said of a charge. Only what it signs ends it. Returns whether that is new.
    fn take_charge_answer(&mut self, answer: &Answer<Question>) -> Result<bool, WalletError> {
        let Some(mut charge) = self.settlements()?.charge(&answer.question.0).cloned() else {
            return Ok(false);
        };
        let front = self.settlements()?.card(charge.alias)?.front.clone();
        let before = charge.clone();
        let age = self.now().seconds_since(charge.at);
        let is_stale = charge.state.is_none() && age > STALE_SECONDS;
        match &answer.said {
            Ok(signed) => match self.charge_answer(&front, &charge, signed) {
                Ok(said) => {
                    charge.state = Some(said.state);
                    charge.refusal = said.refusal;
                    charge.until = Some(said.until);
                    charge.told = None;
                }
                Err(error) => charge.told = Some(error.kind),
            },
            Err(CallError::Later(_)) => return Ok(false),
            // What it never had it takes only while it is fresh: this one never will be taken.
            Err(CallError::Refused(ProblemKind::WrongClock)) if is_stale => {
                charge.state = Some(ChargeState::Refused);
                charge.refusal = Some(ChargeRefusal::Expired);
            }
            Err(error) => charge.told = Some(refusal(error, front.as_str()).kind),
        }
        let has_moved = charge != before;
        if has_moved {
            self.keep_settlement(charge)?;
        }
        Ok(has_moved)
    }

    fn charge_answer(
        &self,
        front: &tallystick_protocol::wire::identifier::Domain,
        charge: &ChargeRecord,
        signed: &[u8],
    ) -> Result<ChargeAnswer, WalletError> {
        let said = self.by_front::<ChargeAnswer>(front, signed)?;
        said.require_transaction(&charge.number)
            .and_then(|()| said.require_recipient(&Audience::Holder))
            .map_err(|error| unfit(&error))?;
        Ok(said.message)
    }

    /// What the holder is told at once.
    fn charge_went(&mut self, number: [u8; 32]) -> Result<(), WalletError> {
        let Some(charge) = self.settlements()?.charge(&number).cloned() else {
            return Ok(());
        };
        let kind = match (charge.state, charge.refusal, charge.told) {
            (Some(ChargeState::Refused), Some(ChargeRefusal::TooMuch), _) => {
                ErrorKind::ChargeTooMuch
            }
            (Some(ChargeState::Refused), Some(ChargeRefusal::Expired), _) => {
                ErrorKind::ChargeExpired
            }
            (Some(ChargeState::Refused), ..) => ErrorKind::ChargeDeclined,
            (None, _, Some(told)) => told,
            _ => return Ok(()),
        };
        let front = self.settlements()?.card(charge.alias)?.front.clone();
        Err(WalletError::new(kind).about(front.as_str()))
    }
}
