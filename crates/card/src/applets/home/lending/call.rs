//! What a proxy passes on, as it is read.

use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::trust::keyed::{self, KeyedError, KeyedMessage};
use tallystick_protocol::wire::identifier::{HomeId, TerminalId};

use super::stored::lending;
use crate::StatusWord;
use crate::applets::home::{asked, refused, require_no_parameters};
use crate::host::home::calls::Call;
use crate::iso::apdu::Command;
use crate::state::State;

/// What is asked for whom.
pub(super) fn call(command: &Command<'_>) -> Result<Call, StatusWord> {
    require_no_parameters(command.header)?;
    asked(command).map_err(|_| refused(HomeRefusal::Malformed))
}

/// Something that a known terminal signed.
pub(super) struct Said<M> {
    pub(super) message: M,
    terminal: TerminalId,
    home: HomeId,
}

impl<M: KeyedMessage> Said<M> {
    /// Verifies that the terminal that is named signed it.
    pub(super) fn read(state: &State, command: &Command<'_>) -> Result<Self, StatusWord> {
        let call = call(command)?;
        let lending = lending(state)?;
        let terminal = lending.terminal(&call.terminal)?;
        let key = terminal.keys.verifying();
        let key = key.map_err(|_| StatusWord::MemoryFailure)?;
        let message = keyed::open(&call.content, &key).map_err(|error| match error {
            KeyedError::BadSignature => refused(HomeRefusal::BadSignature),
            _ => refused(HomeRefusal::Malformed),
        })?;
        Ok(Self {
            message,
            terminal: call.terminal,
            home: lending.keys.public()?.home(),
        })
    }
}

impl<M> Said<M> {
    /// That the message itself is of this terminal, for this home.
    pub(super) fn require(&self, terminal: TerminalId, home: HomeId) -> Result<(), StatusWord> {
        if (terminal, home) == (self.terminal, self.home) {
            Ok(())
        } else {
            Err(refused(HomeRefusal::BadSignature))
        }
    }
}
