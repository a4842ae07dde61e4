//! What a prepaid card has set aside and its bank was never told of, because the card was gone before its agent had
//! signed: the agent tells the bank after all, and turns the offer down. A prepaid card reports nothing, so it has its
//! value back by the bank's word about that movement alone; a report of the agent before that would keep it from it.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_card::host::purse::{MovementTerms, PendingView, PurseView};
use tallystick_protocol::purse::PurseState;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::record::PrepaidRecord;
use super::relayed::shown_again;
use crate::bank::asking::begun;
use crate::bank::card;
use crate::bank::record::{MovementRecord, PurseRecord};
use crate::bank::said::Speaking;
use crate::bank::spaces::Sealed;
use crate::bank::view::MovementState;
use crate::core::access::check_pin;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

/// The most that is called off at once.
const ROUNDS_MAX: usize = 8;

impl<P: Ports> Wallet<P> {
    /// Calls off what a prepaid card has set aside without its bank having been told.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchPurse`], [`ErrorKind::PurseState`] if the account has no purse that could be its agent,
    /// [`ErrorKind::BankUnreachable`] if no answer came (it is asked for again by itself), [`ErrorKind::WrongPin`],
    /// [`ErrorKind::PinBlocked`], [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub async fn settle_prepaid(&self, id: &str, pin: &str) -> Result<(), WalletError> {
        let mut agent = None;
        self.perform(&mut |desk| {
            let account = desk.prepaid(id)?.account;
            agent = desk.banking()?.purse_of(&account).map(|one| one.id.clone());
            Ok(())
        })
        .await?;
        let agent = agent.ok_or_else(|| WalletError::new(ErrorKind::PurseState))?;
        self.settle_relayed(&agent, pin).await
    }

    /// Has the bank hear of everything that a purse relays, and calls off what nobody was told of.
    pub(in crate::bank) async fn settle_relayed(
        &self,
        agent: &str,
        pin: &str,
    ) -> Result<(), WalletError> {
        let (mut cards, mut asked) = (Vec::new(), Vec::new());
        self.perform(&mut |desk| {
            let purse = desk.purse(agent)?;
            asked = desk.relayed_and_asked(&purse)?;
            let all = desk.banking()?.prepaid();
            let own = all.filter(|card| card.account == purse.account && card.place.is_some());
            cards = own.map(|card| card.id.clone()).collect();
            Ok(())
        })
        .await?;
        for movement in asked {
            self.ask_sealed(Sealed::Movement(movement), pin).await?;
        }
        for card in cards {
            self.tell_prepaid(&card).await?;
            self.call_off(&card, agent, pin).await?;
        }
        Ok(())
    }

    async fn call_off(&self, card: &str, agent: &str, pin: &str) -> Result<(), WalletError> {
        for _ in 0..ROUNDS_MAX {
            let mut is_unsettled = false;
            self.perform(&mut |desk| {
                is_unsettled = desk.prepaid(card)?.is_unsettled;
                Ok(())
            })
            .await?;
            if !is_unsettled {
                return Ok(());
            }
            let mut settling = Settling {
                card,
                agent,
                pin,
                prepared: None,
                signed: None,
                kept: None,
            };
            self.run(&mut settling).await?;
            let Some(id) = settling.kept else {
                return Ok(());
            };
            self.ask_sealed(Sealed::Movement(id), pin).await?;
            let mut state = MovementState::Asking;
            self.perform(&mut |desk| {
                state = desk.banking()?.movement(id)?.state;
                Ok(())
            })
            .await?;
            match state {
                MovementState::Offered => self.answer_offer(id, false, pin).await?,
                _ => self.deliver(agent).await?,
            }
            self.tell_prepaid(card).await?;
        }
        Ok(())
    }
}

/// Something that is to be called off.
struct Settling<'a> {
    card: &'a str,
    agent: &'a str,
    pin: &'a str,
    prepared: Option<Prepared>,
    signed: Option<(MovementRecord, PurseState)>,
    kept: Option<TransactionId>,
}

struct Prepared {
    place: u8,
    card: PrepaidRecord,
    agent: PurseRecord,
    speaking: Speaking,
    at: Timestamp,
    /// The movements of which the wallet knows.
    known: Vec<TransactionId>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Begin,
    Looked,
    /// The agent had signed for it before, or signed now.
    Signed {
        before: bool,
    },
}

impl Errand for Settling<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.stay_unlocked();
        let (card, agent) = (desk.prepaid(self.card)?, desk.purse(self.agent)?);
        agent.usable()?;
        check_pin(self.pin).map_err(|_| WalletError::new(ErrorKind::WrongPin))?;
        let profile = desk.profile()?.clone();
        let account = profile.card(&agent.account)?;
        let movements = desk.banking()?.movements();
        let known = movements.map(|movement| movement.transaction).collect();
        self.prepared = Some(Prepared {
            place: card.in_card()?,
            speaking: Speaking::new(&profile, account, &agent.bank, desk.rng)?,
            at: agent.next_moment(desk.now()),
            card,
            agent,
            known,
            step: Step::Begin,
        });
        Ok(Some(account.needed()))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        let Some(prepared) = &mut self.prepared else {
            return Ok(Vec::new());
        };
        match (prepared.step, replies) {
            (Step::Begin, _) => {
                prepared.step = Step::Looked;
                let agent = prepared.agent.place;
                Ok(vec![card::read(prepared.place), card::read(agent)])
            }
            (Step::Looked, [shown, agent]) => {
                let views = (card::view(shown)?, card::view(agent)?);
                let Some(command) = prepared.ask(views)? else {
                    return Ok(Vec::new());
                };
                let pin = Command::present_pin(self.pin);
                Ok(vec![pin, prepared.speaking.derive(), command])
            }
            (Step::Signed { before }, [_, key, signed]) => {
                let signed = match before {
                    true => card::asked(signed)?,
                    false => card::signed(signed)?,
                };
                let said = (&prepared.speaking, key);
                self.signed = Some(begun(&prepared.agent.id, said, &signed, rng)?);
                Ok(Vec::new())
            }
            _ => Err(WalletError::new(ErrorKind::CardFailed)),
        }
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        let Some((movement, state)) = self.signed.take() else {
            return Ok(());
        };
        self.kept = Some(movement.transaction);
        desk.keep_signed(&movement.purse, state, movement.created_at)?;
        desk.begin_movement(movement)
    }
}

impl Prepared {
    /// Has the agent sign for the first movement of which the wallet does not know, or show what it signed.
    fn ask(
        &mut self,
        (card, agent): (PurseView, PurseView),
    ) -> Result<Option<Command>, WalletError> {
        let is_unknown = |pending: &&PendingView| !self.known.contains(&pending.transaction);
        let Some(pending) = card.pending.iter().find(is_unknown).cloned() else {
            return Ok(None);
        };
        let transaction = pending.transaction;
        let before = agent
            .pending
            .iter()
            .any(|one| one.transaction == transaction);
        self.step = Step::Signed { before };
        if before {
            return Ok(Some(card::read_messages(self.agent.place, &transaction)));
        }
        let terms = MovementTerms {
            source: pending.source,
            destination: pending.destination,
            amount: Money::new(pending.amount, self.card.currency),
            at: self.at,
            prepaid: Some(shown_again(transaction, card)?),
            transaction: None,
        };
        Ok(Some(card::request(self.agent.place, &terms)))
    }
}

impl Desk<'_> {
    /// The movements that a purse relays and that the bank has been asked for and has not answered.
    fn relayed_and_asked(
        &mut self,
        agent: &PurseRecord,
    ) -> Result<Vec<TransactionId>, WalletError> {
        let movements = self.banking()?.movements();
        let asked = movements.filter(|movement| {
            let is_asked = movement.state == MovementState::Asking && movement.said.is_some();
            movement.purse == agent.id && is_asked
        });
        let asked: Vec<_> = asked.cloned().collect();
        let relayed = asked.iter().filter(|one| self.prepaid_in(one).is_some());
        Ok(relayed.map(|movement| movement.transaction).collect())
    }

    /// Requires that the bank has heard of everything that a purse relays: what the purse reports first is never done, and
    /// the prepaid card would not hear so.
    ///
    /// # Errors
    /// [`ErrorKind::BankUnreachable`], [`ErrorKind::PurseBusy`].
    pub(in crate::bank) fn require_relayed_answered(
        &mut self,
        agent: &PurseRecord,
    ) -> Result<(), WalletError> {
        let refused = |kind| Err(WalletError::new(kind).about(&agent.bank_name));
        if !self.relayed_and_asked(agent)?.is_empty() {
            return refused(ErrorKind::BankUnreachable);
        }
        let mut cards = self.banking()?.prepaid();
        if cards.any(|card| card.account == agent.account && card.is_unsettled) {
            return refused(ErrorKind::PurseBusy);
        }
        Ok(())
    }
}
