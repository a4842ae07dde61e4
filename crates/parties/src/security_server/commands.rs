//! What the security server's operators command.

use crate::console::commands::{Argument, ArgumentKind, Arguments, CommandShape};
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};

use super::{SecurityServer, cards};

/// Why a card is blocked by an operator.
const BY_OPERATOR: &str = "operator";

const CARD: Argument = Argument {
    name: "card",
    kind: ArgumentKind::Card,
};

/// A card that is blocked pays nothing and takes nothing; what is open at it is still found out.
pub(super) const COMMANDS: &[CommandShape] = &[
    CommandShape {
        name: "block-card",
        arguments: &[CARD],
    },
    CommandShape {
        name: "unblock-card",
        arguments: &[CARD],
    },
];

impl<P: Ports> SecurityServer<P> {
    /// Does one of them.
    ///
    /// # Errors
    /// If there is no such card, or no such command.
    pub(super) fn carry_out(
        &self,
        tables: &dyn Tables,
        command: &str,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        match command {
            "block-card" => cards::block(tables, &told.card()?, Some(BY_OPERATOR)),
            "unblock-card" => cards::block(tables, &told.card()?, None),
            _ => Err(Fault::not_found()),
        }
    }
}
