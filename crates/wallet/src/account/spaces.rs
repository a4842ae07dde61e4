//! A party may be in another key space than the one whose share came with enrolment: the one that was open when the party
//! came, and that was full when the holder did. Here is what every slice does then: it asks the party where it is, has
//! the centres' shares of that space put into the card, and remembers where to meet that party. What was made for the
//! old space has to be made anew, with the PIN: only that lets a card use a share.

use tallystick_protocol::keys::{Epoch, KeyContext, Space};
use tallystick_protocol::wire::identifier::Domain;

use crate::account::question::{Question, ShareWanted};
use crate::core::ask::{self, Ask, CallError, JSON, Said};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::json;
use crate::core::ports::Ports;
use crate::core::wallet::Wallet;
use crate::holder::card_account::{CardAccount, HeldShare};
use crate::holder::profile::KnownSpace;

impl<P: Ports> Wallet<P> {
    /// Finds out where a party is that has no keys of `used`, and puts what an account lacks of its space or epoch into
    /// its card. From then on it is met there.
    ///
    /// # Errors
    /// [`ErrorKind::EnrolmentUnreachable`] while party or centre do not answer, [`ErrorKind::EnrolmentRefused`] if the
    /// party names no other space or a centre refuses, [`ErrorKind::Locked`], or a failure of reader, card or storage.
    pub(crate) async fn find_space(
        &self,
        account: &str,
        party: &Domain,
        used: &KeyContext,
    ) -> Result<(), WalletError> {
        let mut asks = Vec::new();
        self.perform(&mut |desk| {
            asks = vec![desk.identity_ask(party, ())];
            Ok(())
        })
        .await?;
        let said = self.ask(asks).await.pop();
        let said = said.map_or_else(|| Err(CallError::Later(String::new())), |one| one.said);
        let failed = |kind| WalletError::new(kind).about(party.as_str());
        let index = match newest_space(&said, used) {
            Newest::NotYet => return Err(failed(ErrorKind::EnrolmentUnreachable)),
            Newest::Epoch(epoch) => return self.enter_epoch(account, epoch).await,
            Newest::Index(index) => index,
            Newest::Nowhere => return Err(failed(ErrorKind::EnrolmentRefused)),
        };
        let space = Space {
            index,
            ..used.space
        };
        let mut asks = Vec::new();
        self.perform(&mut |desk| {
            let account = desk.profile()?.card(account)?.clone();
            asks = desk.missing_share_asks(&account, space)?;
            Ok(())
        })
        .await?;
        for answer in self.ask(asks).await {
            let share = Question::Share(answer.question);
            self.take_enrolment(&share, &answer.said).await?;
        }
        self.perform(&mut |desk| desk.know_space(party, space))
            .await
    }
}

impl Desk<'_> {
    /// Asks a party in which spaces it is.
    pub(crate) fn identity_ask<Q>(&self, party: &Domain, question: Q) -> Ask<Q> {
        let url = self.context.urls.url(party, "/v1/identity");
        ask::get(question, url, JSON)
    }

    /// Asks the centres for what an account's card lacks of a space.
    ///
    /// # Errors
    /// [`ErrorKind::NotEnrolled`].
    pub(crate) fn missing_share_asks(
        &self,
        account: &CardAccount,
        space: Space,
    ) -> Result<Vec<Ask<ShareWanted>>, WalletError> {
        let held = &account.enrolment.shares;
        let missing = self.context.key_centres.iter().filter(|centre| {
            let centre = (*centre).clone();
            !held.contains(&HeldShare { space, centre })
        });
        missing
            .map(|centre| self.share_ask(account, space.role, centre, Some(space.index)))
            .collect()
    }

    /// From now on a party is met in that space.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub(crate) fn know_space(&mut self, party: &Domain, space: Space) -> Result<(), WalletError> {
        let mut profile = self.profile()?.clone();
        let known = &mut profile.spaces;
        known.retain(|known| known.party != *party || known.space.role != space.role);
        known.push(KnownSpace {
            party: party.clone(),
            space,
        });
        self.keep_profile(profile)
    }
}

/// What a party's identity says of where it is.
pub(crate) enum Newest {
    /// Nobody answered yet.
    NotYet,
    /// Nothing that can be used, or nothing else than what was used.
    Nowhere,
    /// In a later epoch.
    Epoch(Epoch),
    /// In the space with this number, its newest.
    Index(u32),
}

/// The epoch and the newest of the spaces in a party's identity, as far as that is something else than `used`.
pub(crate) fn newest_space(said: &Said, used: &KeyContext) -> Newest {
    let identity = match said {
        Err(CallError::Later(_)) => return Newest::NotYet,
        Err(_) => return Newest::Nowhere,
        Ok(identity) => identity,
    };
    let epoch = json::member(identity, "epoch").and_then(|number| number.parse().ok());
    match epoch.map_or(used.epoch, Epoch) {
        later if later > used.epoch => return Newest::Epoch(later),
        // Its operator has not come to the epoch that we are in.
        earlier if earlier < used.epoch => return Newest::NotYet,
        _ => {}
    }
    let spaces = json::member(identity, "spaces").and_then(json::numbers);
    let newest = spaces.and_then(|spaces| spaces.into_iter().max());
    match newest {
        Some(index) if index != used.space.index => Newest::Index(index),
        _ => Newest::Nowhere,
    }
}
