//! The prepaid card at an end of a movement, for which a purse signs as agent (Sd2).

use tallystick_card::host::purse::{MovementTerms, Prepared};
use tallystick_protocol::purse::{Endpoint, PrepaidState};
use tallystick_protocol::wire::identifier::TransactionId;

use super::record::PrepaidRecord;
use crate::bank::card;
use crate::bank::record::{MovementRecord, OpenedPurse, PurseRecord};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

/// A prepaid card that is prepared for a movement, step by step, before its agent signs.
#[derive(Clone)]
pub struct Relayed {
    place: u8,
    agent: u8,
    /// The agent takes the value: it has to draw the movement's number first.
    draws: bool,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Begin,
    Looked,
    Asked,
    Done,
}

impl Relayed {
    /// Of that card, by that purse.
    ///
    /// # Errors
    /// [`ErrorKind::PurseState`] if it is not in the card, [`ErrorKind::EndInvalid`] if the purse cannot be its agent.
    pub fn new(
        card: &PrepaidRecord,
        agent: (&PurseRecord, &OpenedPurse),
        destination: &Endpoint,
    ) -> Result<Self, WalletError> {
        let (purse, opened) = agent;
        // Both have to be in the card that is there.
        let is_agent = card.account == purse.account && card.currency == opened.currency;
        if !is_agent {
            return Err(WalletError::new(ErrorKind::EndInvalid));
        }
        Ok(Self {
            place: card.in_card()?,
            agent: purse.place,
            draws: *destination == Endpoint::Purse(opened.number),
            step: Step::Begin,
        })
    }

    /// What the card is asked next, given what it answered last; nothing once the terms are complete, with which the agent
    /// is asked then.
    ///
    /// # Errors
    /// [`ErrorKind::PurseHistoryFull`] of the agent; those of the card.
    pub fn next(
        &mut self,
        pin: &str,
        terms: &mut MovementTerms,
        replies: &[Reply],
    ) -> Result<Option<Vec<Command>>, WalletError> {
        let failed = || WalletError::new(ErrorKind::CardFailed);
        match self.step {
            // What the agent could not do must not be set aside in the prepaid card.
            Step::Begin => {
                self.step = Step::Looked;
                let look = card::read(self.agent);
                let mut commands = vec![Command::present_pin(pin), look];
                commands.extend(self.draws.then(|| card::draw(self.agent, terms.at)));
                Ok(Some(commands))
            }
            Step::Looked => {
                let look = replies.get(1).ok_or_else(failed)?;
                if card::view(look)?.is_full {
                    return Err(WalletError::new(ErrorKind::PurseHistoryFull));
                }
                if self.draws {
                    let drawn = replies.get(2).ok_or_else(failed)?;
                    terms.transaction = Some(card::drawn(drawn)?);
                }
                self.step = Step::Asked;
                Ok(Some(vec![card::request(self.place, terms)]))
            }
            Step::Asked => {
                let shown = replies.last().ok_or_else(failed)?;
                terms.prepaid = Some(card::prepared(shown)?);
                terms.transaction = None;
                self.step = Step::Done;
                Ok(None)
            }
            Step::Done => Ok(None),
        }
    }
}

/// What a prepaid card shows for a movement that it has begun already.
///
/// # Errors
/// [`ErrorKind::CardFailed`] if nothing is open there.
pub fn shown_again(
    transaction: TransactionId,
    view: tallystick_card::host::purse::PurseView,
) -> Result<Prepared, WalletError> {
    let failed = || WalletError::new(ErrorKind::CardFailed);
    Ok(Prepared {
        transaction,
        state: PrepaidState {
            certificate: view.certificate.ok_or_else(failed)?,
            checkpoint: view.checkpoint_message.ok_or_else(failed)?,
            state: view.state.ok_or_else(failed)?,
        },
    })
}

impl Desk<'_> {
    /// The wallet's own prepaid card at one of those ends; nothing if none of them is a prepaid card.
    ///
    /// # Errors
    /// [`ErrorKind::EndInvalid`] of a card that is not here, and of two: each has to be prepared first.
    pub(in crate::bank) fn prepaid_at(
        &mut self,
        (source, destination): (&Endpoint, &Endpoint),
    ) -> Result<Option<PrepaidRecord>, WalletError> {
        let is_prepaid = |end: &Endpoint| matches!(end, Endpoint::Prepaid(_));
        let end = match (is_prepaid(source), is_prepaid(destination)) {
            (false, false) => return Ok(None),
            (true, false) => source,
            (false, true) => destination,
            (true, true) => return Err(WalletError::new(ErrorKind::EndInvalid)),
        };
        let mut all = self.banking()?.prepaid();
        let found = all.find(|record| record.is(end)).cloned();
        let found = found.ok_or_else(|| WalletError::new(ErrorKind::EndInvalid))?;
        Ok(Some(found))
    }

    /// The prepaid card that a movement changes, if it is still here.
    pub(in crate::bank) fn prepaid_in(
        &mut self,
        movement: &MovementRecord,
    ) -> Option<PrepaidRecord> {
        let ends = (&movement.source, &movement.destination);
        self.prepaid_at(ends).ok().flatten()
    }
}

impl<P: Ports> Wallet<P> {
    /// What a movement did to its prepaid card, the card hears, and the wallet what is left on the account: the bank's word
    /// about a prepaid card does not say that.
    pub(in crate::bank) async fn follow_relayed(
        &self,
        movement: TransactionId,
        pin: &str,
    ) -> Result<(), WalletError> {
        let mut relayed = None;
        self.perform(&mut |desk| {
            let movement = desk.banking()?.movement(movement)?.clone();
            let card = desk.prepaid_in(&movement);
            relayed = card.map(|card| (card.id, movement));
            Ok(())
        })
        .await?;
        let Some((id, movement)) = relayed else {
            return Ok(());
        };
        self.tell_prepaid(&id).await?;
        let is_account = |end: &Endpoint| matches!(end, Endpoint::Account(_));
        if is_account(&movement.source) || is_account(&movement.destination) {
            // If that does not come now, it comes with the next report.
            let _later = self.report_settled(&movement.purse, pin).await;
        }
        Ok(())
    }
}
