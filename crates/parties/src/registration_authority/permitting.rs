//! Asks the bank whether a purse may have a new key, and for the fee (EP 1 221 669, S1 and S2).

use tallystick_protocol::bank::{RenewalOutcome, RenewalPermit};
use tallystick_protocol::wire::identifier::Role;

use super::RegistrationAuthority;
use super::purse_keys::{self, PurseKey};
use super::state::KeyState;
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};

/// The question whether the bank permits a new key.
pub(super) struct Permitting<'a, P: Ports>(pub(super) &'a RegistrationAuthority<P>);

/// What the bank signed.
pub(super) struct Decided {
    outcome: RenewalOutcome,
    signed: Vec<u8>,
}

impl<P: Ports> Exchange<P> for Permitting<'_, P> {
    type Subject = PurseKey;
    type Word = Decided;

    const CONFIRMED_AS: Option<Role> = Some(Role::Issuer);

    fn office(&self) -> &Office<P> {
        &self.0.office
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<PurseKey>, Fault> {
        purse_keys::in_state(tables, reference, KeyState::Asking)
    }

    fn verify(&self, key: &PurseKey, said: Said<'_>) -> Result<Decided, Fault> {
        let office = self.office();
        let bytes = said.bytes();
        let said =
            office.statement_in::<RenewalPermit>(bytes, Role::Issuer, &key.bank, &key.key)?;
        said.require_recipient(&office.as_audience())?;
        Ok(Decided {
            outcome: said.message.outcome,
            signed: said.bytes,
        })
    }

    fn apply(&self, tables: &dyn Tables, key: &PurseKey, word: Decided) -> Result<(), Fault> {
        let next = match word.outcome {
            RenewalOutcome::Permitted => KeyState::Certifying,
            _ => KeyState::Refused,
        };
        let key = purse_keys::move_on(tables, key, next, ("permit", word.signed.into()))?;
        self.office().log("renewal", None, word.outcome.as_str());
        self.0.step(tables, &key)
    }

    fn not_yet(
        &self,
        tables: &dyn Tables,
        key: &PurseKey,
        problem: Option<Kind>,
    ) -> Result<(), Fault> {
        purse_keys::note(tables, key, problem)
    }

    fn over(&self, _: &dyn Tables, _: &PurseKey) -> Result<(), Fault> {
        Ok(())
    }
}
