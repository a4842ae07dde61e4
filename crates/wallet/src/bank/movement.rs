//! Moving value (EP 1 221 669, Sa1 to Sa17 and Sd1 to Sd10). The card signs the request after it has set aside what
//! it gives; the bank holds the value and offers; the holder accepts or not; the bank's verdict ends it, in the card
//! as well. Each step is stored before anything is sent, and what was sent is sent again until it is answered.
//!
//! What moves between the holder's own account, own purse and a prepaid card that is here, and what waited at the bank,
//! is accepted by the gesture that asked for it, if the offer is for what was asked: nobody else's name is to be read
//! there. Value for somebody else waits for the holder, who sees whose the destination is (Sa10, Sd6).

use tallystick_protocol::purse::{Endpoint, MovementOffer, MovementVerdict};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::identifier::TransactionId;

use super::answering::Answering;
use super::asking::Asking;
use super::ends;
use super::question::Question;
use super::record::{MovementRecord, Said as Asked};
use super::refusal;
use super::spaces::{Sealed, is_misplaced};
use crate::bank::view::{MoveChoice, MovementState};
use crate::core::ask::{self, Ask, CBOR, CallError, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Moves value, as far as it goes at once. Returns the movement's name: what becomes of it stands in the view.
    /// With the own account and the own purse at its ends it is accepted at once; otherwise
    /// [`Wallet::answer_movement`] does that. If it was interrupted after the card signed, it goes on by itself, and
    /// waits at the bank's offer.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseState`], [`ErrorKind::AmountInvalid`],
    /// [`ErrorKind::EndInvalid`], [`ErrorKind::PurseShort`], [`ErrorKind::PurseLimit`],
    /// [`ErrorKind::PurseBusy`], [`ErrorKind::PurseHistoryFull`]; the bank's reason if it refused:
    /// [`ErrorKind::AccountShort`], [`ErrorKind::UnknownDestination`], [`ErrorKind::DestinationClosed`],
    /// [`ErrorKind::AccountEnded`], [`ErrorKind::PurseBlocked`], [`ErrorKind::PurseDiffers`], [`ErrorKind::PurseFrozen`],
    /// [`ErrorKind::BankRefused`]; [`ErrorKind::WrongPin`], [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or
    /// a failure of reader, card or storage.
    pub async fn move_value(
        &self,
        choice: &MoveChoice,
        amount_minor: u64,
        pin: &str,
    ) -> Result<String, WalletError> {
        let ends = (ends::parse(&choice.from)?, ends::parse(&choice.to)?);
        let moved = self.transfer(&choice.purse_id, ends, amount_minor, pin);
        Ok(moved.await?.to_string())
    }

    /// Accepts what the bank offered, or turns it down (Sa12, Sd8).
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchMovement`], [`ErrorKind::MovementState`] unless it is offered,
    /// [`ErrorKind::MovementExpired`], [`ErrorKind::PurseLimit`], [`ErrorKind::WrongPin`],
    /// [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn answer_movement(
        &self,
        id: &str,
        accept: bool,
        pin: &str,
    ) -> Result<(), WalletError> {
        let transaction: TransactionId = id
            .parse()
            .map_err(|_| WalletError::new(ErrorKind::NoSuchMovement))?;
        self.answer_offer(transaction, accept, pin).await
    }

    pub(super) async fn transfer(
        &self,
        purse: &str,
        ends: (Endpoint, Endpoint),
        amount_minor: u64,
        pin: &str,
    ) -> Result<TransactionId, WalletError> {
        self.know_revocations().await?;
        let mut has_ended_bank = false;
        self.perform(&mut |desk| {
            desk.require_bank_of(purse)?;
            has_ended_bank = desk.has_ended_bank(purse)?;
            Ok(())
        })
        .await?;
        if has_ended_bank {
            self.report(purse, pin).await?;
        }
        let mut card = None;
        self.perform(&mut |desk| {
            card = desk.prepaid_at((&ends.0, &ends.1))?.map(|card| card.id);
            Ok(())
        })
        .await?;
        if card.is_some() {
            // What the card has set aside and nobody was told of is called off first.
            self.settle_relayed(purse, pin).await?;
        }
        let mut asking = Asking::new(purse, ends, amount_minor, pin);
        let asked = self.run(&mut asking).await;
        if let (Err(_), Some(card)) = (&asked, &card) {
            // It may have been prepared before its agent failed: that is seen then.
            let _seen = self.tell_prepaid(card).await;
        }
        asked?;
        let movement = asking.kept();
        let movement = movement.ok_or_else(|| WalletError::new(ErrorKind::PurseState))?;
        let id = movement.transaction;
        self.ask_sealed(Sealed::Movement(id), pin).await?;
        let (mut is_at_once, mut refused) = (false, None);
        self.perform(&mut |desk| {
            is_at_once = desk.is_accepted_at_once(id)?;
            refused = desk.banking()?.movement(id)?.failure;
            Ok(())
        })
        .await?;
        if let Some(kind) = refused {
            // What the card has set aside comes back by the bank's signed word, which a report brings. If that does
            // not come now, it is asked for later.
            let _later = self.report(purse, pin).await;
            return Err(WalletError::new(kind));
        }
        self.follow_refusal(id, pin).await?;
        if is_at_once {
            self.answer_offer(id, true, pin).await?;
        }
        Ok(id)
    }

    /// What a prepaid card was prepared for is refused by the bank's signed verdict, which names no reason: card and purse
    /// hear that, then the holder.
    async fn follow_refusal(&self, id: TransactionId, pin: &str) -> Result<(), WalletError> {
        let mut refused = None;
        self.perform(&mut |desk| {
            let movement = desk.banking()?.movement(id)?.clone();
            if movement.state == MovementState::Ending {
                refused = Some(desk.purse(&movement.purse)?);
            }
            Ok(())
        })
        .await?;
        let Some(purse) = refused else {
            return Ok(());
        };
        self.deliver(&purse.id).await?;
        self.follow_relayed(id, pin).await?;
        Err(WalletError::new(ErrorKind::BankRefused).about(&purse.bank_name))
    }

    pub(super) async fn answer_offer(
        &self,
        transaction: TransactionId,
        accept: bool,
        pin: &str,
    ) -> Result<(), WalletError> {
        self.know_revocations().await?;
        self.run(&mut Answering::new(transaction, accept, pin))
            .await?;
        self.ask_sealed(Sealed::Movement(transaction), pin).await?;
        let mut purse = String::new();
        self.perform(&mut |desk| {
            let movement = desk.banking()?.movement(transaction)?;
            purse.clone_from(&movement.purse);
            Ok(())
        })
        .await?;
        self.deliver(&purse).await?;
        self.follow_relayed(transaction, pin).await
    }
}

impl Desk<'_> {
    /// Whether the gesture that asked for it accepts what the bank offered.
    fn is_accepted_at_once(&mut self, id: TransactionId) -> Result<bool, WalletError> {
        let movement = self.banking()?.movement(id)?.clone();
        if movement.state != MovementState::Offered {
            return Ok(false);
        }
        let purse = self.purse(&movement.purse)?;
        let account = self.profile()?.card(&purse.account)?.account;
        let card = self.prepaid_in(&movement);
        let is_own = |end: &Endpoint| match end {
            Endpoint::Account(number) => Some(*number) == account,
            Endpoint::Purse(number) => purse
                .opened
                .as_ref()
                .is_some_and(|opened| opened.number == *number),
            Endpoint::Waiting(_) => true,
            Endpoint::Prepaid(_) => card.as_ref().is_some_and(|card| card.is(end)),
            Endpoint::Shop(_) => false,
        };
        Ok(is_own(&movement.source) && is_own(&movement.destination))
    }

    /// Asks the bank about everything that it has been asked and has not answered, or about one movement.
    pub(super) fn movement_asks(
        &mut self,
        only: Option<TransactionId>,
    ) -> Result<Vec<Ask<Question>>, WalletError> {
        let mut asks = Vec::new();
        let context = self.context;
        let banking = self.banking()?;
        for movement in banking.movements() {
            let is_meant = only.is_none_or(|only| movement.transaction == only);
            let said = movement.said.as_ref().and_then(Asked::to_send);
            let (true, Some(said)) = (is_meant, said) else {
                continue;
            };
            let Ok(purse) = banking.purse(&movement.purse) else {
                continue;
            };
            let path = match movement.state {
                MovementState::Asking => "/v1/movements",
                _ => "/v1/replies",
            };
            let url = context.urls.url(&purse.bank, path);
            let question = Question::Movement(movement.transaction);
            asks.push(ask::post(question, url, said, CBOR));
        }
        Ok(asks)
    }

    /// Takes up what the bank answered. Returns whether anything came of it.
    pub(super) fn take_movement(
        &mut self,
        transaction: TransactionId,
        said: &Said,
    ) -> Result<bool, WalletError> {
        let Ok(mut movement) = self.banking()?.movement(transaction).cloned() else {
            return Ok(false);
        };
        let Some(question) = movement.said.clone() else {
            return Ok(false);
        };
        match said {
            Ok(answer) => match question.answered(answer) {
                Some(said) => self.take_word(movement, &said),
                None => Ok(false),
            },
            Err(error) if is_misplaced(error) => {
                movement.said = Some(question.gone_astray());
                self.keep_banking(movement)?;
                Ok(true)
            }
            Err(CallError::Refused(problem)) => {
                // Nobody signed that, so nothing is ended by it: the next report tells what became of it.
                self.miss_movement(movement, refusal::kind(*problem))?;
                Ok(true)
            }
            Err(CallError::Later(_) | CallError::Strange { .. }) => Ok(false),
        }
    }

    /// Takes up an offer or a verdict.
    fn take_word(
        &mut self,
        mut movement: MovementRecord,
        said: &[u8],
    ) -> Result<bool, WalletError> {
        let purse = self.purse(&movement.purse)?;
        let Some(opened) = &purse.opened else {
            return Ok(false);
        };
        let Some(key) = self.word_key(&purse, opened)? else {
            return Ok(false);
        };
        if let Ok(verdict) = keyed::open::<MovementVerdict>(said, &key) {
            let is_its_own =
                verdict.transaction == movement.transaction && verdict.purse == opened.number;
            return match is_its_own {
                true => self.end_movement(movement, said.to_vec()),
                false => Ok(false),
            };
        }
        let Ok(offer) = keyed::open::<MovementOffer>(said, &key) else {
            return Ok(false);
        };
        let is_what_was_asked = offer.purse == opened.number
            && offer.transaction == movement.transaction
            && offer.source == movement.source
            && offer.destination == movement.destination
            && offer.amount == movement.amount;
        if !is_what_was_asked || movement.state != MovementState::Asking {
            return Ok(false);
        }
        movement.state = MovementState::Offered;
        movement.offer = Some(said.to_vec());
        movement.said = None;
        movement.updated_at = self.now();
        self.keep_banking(movement)?;
        Ok(true)
    }

    /// The bank has not done, and not signed, what it was asked.
    pub(super) fn miss_movement(
        &mut self,
        mut movement: MovementRecord,
        kind: ErrorKind,
    ) -> Result<(), WalletError> {
        let mut purse = self.purse(&movement.purse)?;
        purse.wants_report = true;
        self.keep_banking(purse)?;
        movement.failure = Some(kind);
        movement.said = None;
        movement.updated_at = self.now();
        self.keep_banking(movement)
    }

    /// The bank's verdict is here: stored, and on its way into the card. It was verified.
    pub(super) fn end_movement(
        &mut self,
        mut movement: MovementRecord,
        verdict: Vec<u8>,
    ) -> Result<bool, WalletError> {
        if movement.verdict.is_some() {
            return Ok(false);
        }
        let mut purse = self.purse(&movement.purse)?;
        purse.tell(verdict.clone().into());
        self.keep_banking(purse)?;
        let card = self.prepaid_in(&movement);
        if let Some(mut card) = card.filter(|card| card.is_told_by(&verdict)) {
            card.tell(verdict.clone().into());
            self.keep_banking(card)?;
        }
        movement.verdict = Some(verdict);
        movement.state = MovementState::Ending;
        movement.said = None;
        movement.updated_at = self.now();
        self.keep_banking(movement)?;
        Ok(true)
    }
}
