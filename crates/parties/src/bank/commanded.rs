//! Keeps the operator's signed command beside whatever it had booked, for the auditor.

use tallystick_protocol::bank::ProofKind;

use super::Bank;
use super::banking_system::BankingSystem;
use crate::console::commands::Arguments;
use crate::office::fault::Fault;
use crate::payer::evidence::{self, Signed};
use crate::ports::{Ports, Tables};
use crate::store::typed;

/// What a command booked after that number; what only changes its place among the objects is not its.
const BOOKED: &str = "SELECT id FROM transfers WHERE number > ? AND id NOT LIKE 'across %'";

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// Does a command, and keeps it as the reason of all that it booked. Call it in the transaction that notes it.
    ///
    /// # Errors
    /// Those of the command.
    pub(super) fn carry_out_and_keep(
        &self,
        tables: &dyn Tables,
        command: &str,
        told: &Arguments<'_>,
    ) -> Result<(), Fault> {
        let newest = "SELECT coalesce(max(number), 0) FROM transfers";
        let before: u64 = typed::one(tables, newest, &[])?.unwrap_or(0);
        self.carry_out(tables, command, told)?;
        let Some(signed) = told.signed() else {
            return Ok(());
        };
        let booked: Vec<String> = typed::all(tables, BOOKED, &[before.into()])?;
        for transfer in &booked {
            let key = signed.key.to_spki()?;
            let proof = Signed {
                kind: ProofKind::Command,
                bytes: signed.bytes,
                key: Some(&key),
            };
            evidence::keep(tables, transfer, proof, self.issuer.office.now())?;
        }
        Ok(())
    }
}
