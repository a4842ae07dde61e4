//! A party may be in a further key space than the first of its role. Then the wallet fetches its
//! share of that space and asks the holder once more: only the PIN lets the card use the new share.

use tallystick_protocol::keys::Space;
use tallystick_protocol::wire::identifier::{Domain, Role};

use crate::account::question as account;
use crate::checkout::order::event::Event;
use crate::checkout::order::record::{Failure, OrderRecord};
use crate::checkout::order::state::OrderState;
use crate::checkout::question::Question;
use crate::core::ask::{self, Answer, Ask, CallError, JSON, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::json;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::holder::card_account::HeldShare;
use crate::holder::profile::KnownSpace;

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
}

impl Desk<'_> {
    /// Asks the party for its space; then the centres for what the card lacks of it.
    pub(super) fn renewal_asks(
        &mut self,
        order: &OrderRecord,
        role: Role,
        index: Option<u32>,
        asks: &mut Vec<Ask<Question>>,
    ) -> Result<(), WalletError> {
        let Some((party, _)) = met(order, role) else {
            return Ok(());
        };
        let Some(index) = index else {
            let url = self.context.urls.url(&party, "/v1/identity");
            let question = Question::Identity {
                order: order.request_id.clone(),
                role,
            };
            asks.push(ask::get(question, url, JSON));
            return Ok(());
        };
        let space = Space { role, index };
        let Some(card) = self.profile()?.card_of(order).cloned() else {
            return Ok(());
        };
        let held = &card.enrolment.shares;
        let context = self.context;
        let missing = context.key_centres.iter().filter(|centre| {
            let centre = (*centre).clone();
            !held.contains(&HeldShare { space, centre })
        });
        let before = asks.len();
        for centre in missing {
            let order = order.request_id.clone();
            let ask = self.share_ask(&card, role, centre, Some(index))?;
            asks.push(ask.map(|wanted| Question::Share { order, wanted }));
        }
        if asks.len() == before {
            return self.ask_again(order.clone(), party, space);
        }
        Ok(())
    }

    pub(super) fn take_identity(
        &mut self,
        id: &str,
        role: Role,
        said: &Said,
    ) -> Result<(), WalletError> {
        let order = self.order(id)?;
        let newest = match said {
            Err(CallError::Later(_)) => return Ok(()),
            Err(_) => None,
            Ok(identity) => json::member(identity, "spaces")
                .and_then(json::numbers)
                .and_then(|spaces| spaces.into_iter().max()),
        };
        let used = met(&order, role).map(|(_, space)| space.index);
        let Some(index) = newest.filter(|newest| Some(*newest) != used) else {
            let party = order.party_name(role);
            return self.fail_unsent(order, ErrorKind::PartyUnconfirmed, &party);
        };
        if let Some(attention) = self.attention(id) {
            attention.renewing = Some((role, Some(index)));
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

    fn ask_again(
        &mut self,
        mut order: OrderRecord,
        party: Domain,
        space: Space,
    ) -> Result<(), WalletError> {
        let mut profile = self.profile()?.clone();
        let known = &mut profile.spaces;
        known.retain(|known| known.party != party || known.space.role != space.role);
        known.push(KnownSpace { party, space });
        let about = order.party_name(space.role);
        order.move_to(OrderState::Asked, Event::KeysRenewed, self.now())?;
        order.approval = None;
        order.failure = Some(Failure {
            kind: ErrorKind::KeysRenewed,
            about,
        });
        if let Some(attention) = self.attention(&order.request_id) {
            attention.renewing = None;
        }
        self.keep_profile(profile)?;
        self.keep_order(order)
    }
}

/// The party of that role, and the space in which the order was to meet it.
fn met(order: &OrderRecord, role: Role) -> Option<(Domain, Space)> {
    let mut confirmations = order.approval.as_ref()?.confirmations.iter();
    let pair = &confirmations.find(|one| one.pair.role == role)?.pair;
    Some((pair.party.clone(), pair.key.space))
}
