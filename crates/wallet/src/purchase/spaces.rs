//! A party may be in a further key space than the first of its role. Then the wallet fetches its
//! share of that space and asks the holder once more: only the PIN lets the card use the new share.

use tallystick_protocol::identifier::{Domain, Role};
use tallystick_protocol::keys::Space;

use super::advance::Progress;
use crate::call::{self, CallError, JSON};
use crate::error::{ErrorKind, WalletError};
use crate::json;
use crate::order::event::Event;
use crate::order::record::{Failure, OrderRecord};
use crate::ports::Ports;
use crate::profile::KnownSpace;
use crate::state::Batch;
use crate::view::OrderState;
use crate::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Fetches the share with which the party in that role can be met, and puts the order back
    /// before the holder.
    pub(super) async fn renew_keys(
        &self,
        order: &OrderRecord,
        role: Role,
    ) -> Result<Progress, WalletError> {
        let used = order.approval.as_ref().and_then(|approval| {
            let mut confirmations = approval.confirmations.iter();
            confirmations.find(|one| one.pair.role == role)
        });
        let Some(pair) = used.map(|one| &one.pair) else {
            return Ok(Progress::Settled);
        };
        let space = match self.space_of_party(&pair.party, role).await {
            Ok(Some(space)) if space != pair.key.space => space,
            Err(CallError::Later(_)) => return Ok(Progress::Waiting),
            _ => return self.without_keys(order, role).await,
        };
        match self.fetch_space(space).await {
            Ok(()) => self.ask_again(order, role, &pair.party, space).await,
            Err(error) if error.kind == ErrorKind::EnrolmentUnreachable => Ok(Progress::Waiting),
            Err(error) if error.kind == ErrorKind::EnrolmentRefused => {
                self.without_keys(order, role).await
            }
            Err(error) => Err(error),
        }
    }

    /// The newest space that the party is in.
    async fn space_of_party(&self, party: &Domain, role: Role) -> Result<Option<Space>, CallError> {
        let url = self.urls.url(party, "/v1/identity");
        let identity = call::get(&self.ports, url, JSON).await?;
        let spaces = json::member(&identity, "spaces").and_then(json::numbers);
        let newest = spaces.unwrap_or_default().into_iter().max();
        Ok(newest.map(|index| Space { role, index }))
    }

    async fn without_keys(&self, order: &OrderRecord, role: Role) -> Result<Progress, WalletError> {
        self.change(order, |order, now| {
            let failure = Failure {
                kind: ErrorKind::PartyUnconfirmed,
                about: order.party_name(role),
            };
            order.end(OrderState::Failed, Event::Failed, failure, now)?;
            order.settled = true;
            Ok(Progress::Settled)
        })
        .await
    }

    async fn ask_again(
        &self,
        found: &OrderRecord,
        role: Role,
        party: &Domain,
        space: Space,
    ) -> Result<Progress, WalletError> {
        let mut state = self.enter().await?;
        let Some(unlocked) = state.unlocked.as_mut() else {
            return Ok(Progress::Waiting);
        };
        let order = unlocked.orders.get(&found.request_id);
        let Some(mut order) = order.filter(|order| order.state == found.state).cloned() else {
            return Ok(Progress::Moved);
        };
        let mut profile = unlocked.profile.clone();
        profile
            .spaces
            .retain(|known| known.party != *party || known.space.role != role);
        profile.spaces.push(KnownSpace {
            party: party.clone(),
            space,
        });
        let about = order.party_name(role);
        order.move_to(OrderState::Asked, Event::KeysRenewed, self.now().seconds())?;
        order.approval = None;
        order.failure = Some(Failure {
            kind: ErrorKind::KeysRenewed,
            about,
        });
        Batch::new(&self.ports, &unlocked.key)
            .profile(&profile)?
            .order(&order)?
            .store()
            .await?;
        unlocked.profile = profile;
        unlocked.orders.insert(order.request_id.clone(), order);
        Ok(Progress::Settled)
    }
}
