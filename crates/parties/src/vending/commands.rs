//! What the dealer commands.

use super::Vending;
use crate::console::commands::{Argument, ArgumentKind, Arguments, CommandShape};
use crate::office::fault::Fault;
use crate::ports::{Ports, Tables};

/// The commands.
pub(super) const COMMANDS: &[CommandShape] = &[
    CommandShape {
        name: "set-up-purse",
        arguments: &[Argument {
            name: "iban",
            kind: ArgumentKind::Iban,
        }],
    },
    CommandShape {
        name: "upload-now",
        arguments: &[],
    },
];

impl<P: Ports + 'static> Vending<P> {
    /// Does one of [`COMMANDS`].
    pub(super) fn carry_out_command(
        &self,
        tables: &dyn Tables,
        command: &str,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        match command {
            "set-up-purse" => self.begin_opening(tables, told.iban()?),
            "upload-now" => {
                self.purse_id()?.ok_or_else(Fault::not_found)?;
                super::collecting::put(tables, self.office.now_ms())
            }
            _ => Err(Fault::not_found()),
        }
    }
}
