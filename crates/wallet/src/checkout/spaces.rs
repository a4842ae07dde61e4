//! A party of an order may be in another key space or epoch than the order was made for ([`crate::account::spaces`]). Then the
//! holder is asked once more.

use tallystick_protocol::keys::{Epoch, KeyContext, Space};
use tallystick_protocol::wire::identifier::{Domain, Role};

use crate::account::question as account;
use crate::account::spaces::{Newest, newest_space};
use crate::checkout::attention::Elsewhere;
use crate::checkout::order::event::Event;
use crate::checkout::order::record::{Failure, OrderRecord};
use crate::checkout::order::state::OrderState;
use crate::checkout::question::Question;
use crate::core::ask::{Answer, Ask, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Puts the shares of a round into the cards that lack them.
    pub(super) async fn take_shares(
        &self,
        answers: &[Answer<Question>],
    ) -> Result<(), WalletError> {
        for Answer { question, said } in answers {
            let Question::Share { order, wanted } = question else {
                continue;
            };
            let share = account::Question::Share(wanted.clone());
            if let Err(error) = self.take_enrolment(&share, said).await {
                self.perform(&mut |desk| desk.miss_share(order, &error))
                    .await?;
            }
        }
        Ok(())
    }

    /// Takes the accounts of orders whose parties are in a later epoch into it.
    pub(super) async fn enter_epochs(&self) -> Result<(), WalletError> {
        let mut waiting = Vec::new();
        self.perform(&mut |desk| {
            waiting = desk.orders_before_an_epoch()?;
            Ok(())
        })
        .await?;
        for (order, account, epoch) in waiting {
            let entered = self.enter_epoch(&account, epoch).await;
            self.perform(&mut |desk| match &entered {
                Ok(()) => desk.ask_again_in_epoch(&order),
                Err(error) => desk.miss_share(&order, error),
            })
            .await?;
        }
        Ok(())
    }
}

impl Desk<'_> {
    /// Orders of this round that wait for another epoch, with account and epoch.
    fn orders_before_an_epoch(&mut self) -> Result<Vec<(String, String, Epoch)>, WalletError> {
        if self.state.unlocked.is_none() {
            return Ok(Vec::new());
        }
        let profile = self.profile()?.clone();
        let orders = self.orders()?.iter();
        let waiting = orders.filter(|order| order.attention.is_asking);
        let waiting = waiting.filter_map(|order| match order.attention.renewing {
            Some((_, Elsewhere::Epoch(epoch))) => {
                let account = profile.card_of(&order.record)?.id.clone();
                Some((order.record.request_id.clone(), account, epoch))
            }
            _ => None,
        });
        Ok(waiting.collect())
    }

    /// Asks the party for its space; then the centres for what the card lacks of it.
    pub(super) fn renewal_asks(
        &mut self,
        order: &OrderRecord,
        role: Role,
        place: Elsewhere,
        asks: &mut Vec<Ask<Question>>,
    ) -> Result<(), WalletError> {
        let Some((party, _)) = met(order, role) else {
            return Ok(());
        };
        let index = match place {
            Elsewhere::Space(index) => index,
            Elsewhere::Epoch(_) => return Ok(()),
            Elsewhere::Unknown => {
                let question = Question::Identity {
                    order: order.request_id.clone(),
                    role,
                };
                asks.push(self.identity_ask(&party, question));
                return Ok(());
            }
        };
        let space = Space { role, index };
        let Some(card) = self.profile()?.card_of(order).cloned() else {
            let name = order.party_name(role);
            let failure = match self.meet_from_away(order, &party, space)? {
                Some(true) => return self.ask_again_at(order.clone(), &party, space),
                Some(false) => ErrorKind::LentKeysMissing,
                None => ErrorKind::PartyRefused,
            };
            return self.fail_unsent(order.clone(), failure, &name);
        };
        let missing = self.missing_share_asks(&card, space)?;
        if missing.is_empty() {
            return self.ask_again_at(order.clone(), &party, space);
        }
        asks.extend(missing.into_iter().map(|ask| {
            let order = order.request_id.clone();
            ask.map(|wanted| Question::Share { order, wanted })
        }));
        Ok(())
    }

    pub(super) fn take_identity(
        &mut self,
        id: &str,
        role: Role,
        said: &Said,
    ) -> Result<(), WalletError> {
        let order = self.order(id)?;
        let Some((_, used)) = met(&order, role) else {
            return Ok(());
        };
        let place = match newest_space(said, &used) {
            Newest::NotYet => return Ok(()),
            Newest::Index(index) => Elsewhere::Space(index),
            // Only the home of what is lent can take it there.
            Newest::Epoch(_) if self.profile()?.card_of(&order).is_none() => {
                let party = order.party_name(role);
                return self.fail_unsent(order, ErrorKind::LentKeysMissing, &party);
            }
            Newest::Epoch(epoch) => Elsewhere::Epoch(epoch),
            Newest::Nowhere => {
                let party = order.party_name(role);
                return self.fail_unsent(order, ErrorKind::PartyUnconfirmed, &party);
            }
        };
        if let Some(attention) = self.attention(id) {
            attention.renewing = Some((role, place));
        }
        Ok(())
    }

    /// What it means for an order that a missing share did not reach the card.
    fn miss_share(&mut self, id: &str, error: &WalletError) -> Result<(), WalletError> {
        if self.state.unlocked.is_none() {
            // Locked meanwhile. The centre can be asked again.
            return Ok(());
        }
        match error.kind {
            ErrorKind::EnrolmentUnreachable => {
                self.wait_for(id, ErrorKind::PartyUnreachable, &error.about);
                Ok(())
            }
            // The holder may still put the card in.
            kind if kind.is_about_the_card() => {
                self.wait_for(id, kind, &error.about);
                Ok(())
            }
            ErrorKind::EnrolmentRefused => {
                let order = self.order(id)?;
                self.fail_unsent(order, ErrorKind::PartyRefused, &error.about)
            }
            _ => Err(error.clone()),
        }
    }

    /// What the order fails of, unless it comes in time.
    fn wait_for(&mut self, id: &str, kind: ErrorKind, about: &str) {
        if let Some(attention) = self.attention(id) {
            attention.absent = Some((kind, about.to_owned()));
        }
    }

    /// Unless the wallet was locked or the order ended meanwhile.
    fn ask_again_in_epoch(&mut self, id: &str) -> Result<(), WalletError> {
        if self.state.unlocked.is_none() {
            return Ok(());
        }
        let order = self.order(id)?;
        match order.state {
            OrderState::Approved => self.ask_again(order),
            _ => Ok(()),
        }
    }

    /// From now on the party is met there.
    fn ask_again_at(
        &mut self,
        order: OrderRecord,
        party: &Domain,
        space: Space,
    ) -> Result<(), WalletError> {
        self.know_space(party, space)?;
        self.ask_again(order)
    }

    fn ask_again(&mut self, mut order: OrderRecord) -> Result<(), WalletError> {
        let attention = self.attention(&order.request_id);
        let Some((role, _)) = attention.and_then(|attention| attention.renewing.take()) else {
            return Ok(());
        };
        let about = order.party_name(role);
        order.move_to(OrderState::Asked, Event::KeysRenewed, self.now())?;
        order.approval = None;
        order.failure = Some(Failure {
            kind: ErrorKind::KeysRenewed,
            about,
        });
        self.keep_order(order)
    }
}

/// The party of that role, and with which keys the order was to meet it.
fn met(order: &OrderRecord, role: Role) -> Option<(Domain, KeyContext)> {
    let mut confirmations = order.approval.as_ref()?.confirmations.iter();
    let pair = &confirmations.find(|one| one.pair.role == role)?.pair;
    Some((pair.party.clone(), pair.key.clone()))
}
