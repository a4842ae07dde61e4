//! What a card does at one go: what it is asked is known before the conversation begins.

use rand_core::CryptoRng;
use tallystick_card::host::TakenSlot;

use crate::core::conversation::{Errand, Needed, Urgency};
use crate::core::desk::Desk;
use crate::core::error::WalletError;
use crate::core::ports::Ports;
use crate::core::secure_element::{Command, Reply};
use crate::core::wallet::Wallet;

/// Which card, and what it is asked, all at once.
pub type Prepared = Option<(Needed, Vec<Command>)>;
type Prepare<'a> = &'a mut dyn FnMut(&mut Desk<'_>) -> Result<Prepared, WalletError>;
type Keep<'a> = &'a mut dyn FnMut(&mut Desk<'_>, &[Reply]) -> Result<(), WalletError>;

/// Something that a card does at one go.
struct AtOneGo<'a> {
    urgency: Urgency,
    prepare: Prepare<'a>,
    keep: Keep<'a>,
    commands: Vec<Command>,
    replies: Vec<Reply>,
}

impl Errand for AtOneGo<'_> {
    fn prepare(&mut self, desk: &mut Desk<'_>) -> Result<Option<Needed>, WalletError> {
        desk.unlocked()?;
        let Some((needed, commands)) = (self.prepare)(desk)? else {
            return Ok(None);
        };
        self.commands = commands;
        Ok(Some(needed))
    }

    fn next(
        &mut self,
        _: &[TakenSlot],
        replies: &[Reply],
        _: &mut dyn CryptoRng,
    ) -> Result<Vec<Command>, WalletError> {
        self.replies = replies.to_vec();
        Ok(core::mem::take(&mut self.commands))
    }

    fn keep(&mut self, desk: &mut Desk<'_>) -> Result<(), WalletError> {
        (self.keep)(desk, &self.replies)
    }

    fn urgency(&self) -> Urgency {
        self.urgency
    }
}

impl<P: Ports> Wallet<P> {
    /// Has a card do something, and keeps what came of it with the card's new state. `prepare` is called twice.
    pub(crate) async fn at_one_go(
        &self,
        prepare: Prepare<'_>,
        keep: Keep<'_>,
    ) -> Result<(), WalletError> {
        self.at_one_go_as(Urgency::InTurn, prepare, keep).await
    }

    /// As [`Wallet::at_one_go`], before others that need the card or giving way to them.
    pub(crate) async fn at_one_go_as(
        &self,
        urgency: Urgency,
        prepare: Prepare<'_>,
        keep: Keep<'_>,
    ) -> Result<(), WalletError> {
        let mut errand = AtOneGo {
            urgency,
            prepare,
            keep,
            commands: Vec::new(),
            replies: Vec::new(),
        };
        self.run(&mut errand).await
    }
}
