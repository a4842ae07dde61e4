//! Conversations with the access card.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;
use tallystick_protocol::home::PublicKeys;
use tallystick_protocol::wire::identifier::HomeId;
use tallystick_protocol::wire::time::Timestamp;

use super::away::record::AwayRecord;
use super::card;
use crate::core::conversation::{Errand, Needed};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

impl<P: Ports> Wallet<P> {
    /// Asks the access card by which that home lets this wallet in: the software card, or the one in a reader that
    /// joined.
    ///
    /// # Errors
    /// [`ErrorKind::OtherAccessCard`] if another card is in the reader, or what the card refuses, or a failure of reader,
    /// card or storage.
    pub(crate) async fn ask_access_card(
        &self,
        away: &AwayRecord,
        commands: Vec<Command>,
    ) -> Result<Vec<Reply>, WalletError> {
        let mut asking = Asking {
            away,
            at: self.time(),
            challenge: None,
            commands: Some(commands),
            replies: Vec::new(),
        };
        self.run(&mut asking).await?;
        Ok(asking.replies)
    }

    /// As [`Wallet::ask_access_card`], with one command.
    pub(crate) async fn ask_access_card_once(
        &self,
        away: &AwayRecord,
        command: Command,
    ) -> Result<Reply, WalletError> {
        let replies = self.ask_access_card(away, vec![command]).await?;
        last(&replies).cloned()
    }
}

/// Questions to the access card of which nothing is kept but its state.
///
/// A card in a reader shows before each of them that it is the one that joined: passwords go to no other. It signs a
/// request to a home that there is not, whose name is drawn by lot, and which is good for nothing else.
struct Asking<'a> {
    away: &'a AwayRecord,
    at: Timestamp,
    challenge: Option<HomeId>,
    commands: Option<Vec<Command>>,
    replies: Vec<Reply>,
}

impl Asking<'_> {
    fn challenge(&mut self, rng: &mut dyn CryptoRng) -> Command {
        let home = HomeId(crate::random_32(rng));
        self.challenge = Some(home);
        card::prove_access(home, &self.away.proxy, self.at)
    }

    fn require_proof(&self, keys: &PublicKeys) -> Result<(), WalletError> {
        let other = || WalletError::new(ErrorKind::OtherAccessCard);
        let home = self.challenge.ok_or_else(other)?;
        card::require_access(last(&self.replies)?, home, keys)
    }
}

impl Errand for Asking<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.unlocked()?;
        Ok(Some(Needed::at(self.away.place())))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        self.replies = replies.to_vec();
        if let (Some(keys), Some(_)) = (&self.away.access, &self.commands) {
            if self.challenge.is_none() {
                return Ok(vec![self.challenge(rng)]);
            }
            self.require_proof(keys)?;
        }
        Ok(self.commands.take().unwrap_or_default())
    }

    fn keep(&mut self, _: &mut Desk<'_>) -> Result<(), WalletError> {
        Ok(())
    }
}

/// What was answered last.
pub fn last(replies: &[Reply]) -> Result<&Reply, WalletError> {
    replies
        .last()
        .ok_or_else(|| WalletError::new(ErrorKind::CardFailed))
}
