//! Pays for a holder: reserves what an order costs, captures it by the courier's word, releases it, and says
//! where the money is. Whose money that is, is the matter of [`Funds`], one for each instrument.

mod authorising;
mod books;
mod funds;
mod inquiring;
mod judging;
mod refunding;
pub mod refunds;
pub mod reservations;
mod settling;
pub mod state;
mod words;

pub use funds::{Claim, Funds, Owner};

use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::wire::identifier::Domain;

use crate::office::Office;
use crate::ports::Ports;

/// How long statements are good as evidence, in seconds (30 days).
pub(crate) const EVIDENCE_SECONDS: u64 = 30 * 86_400;

/// On what terms a party pays.
#[derive(Clone)]
pub struct Terms {
    /// How long after an order's expiry an acceptance that was made in time binds, in seconds.
    pub binding_seconds: u64,
    /// How long after an order's expiry the courier is asked what became of it, in seconds.
    pub inquiry_grace_seconds: u64,
    /// Shops and couriers that are stopped.
    pub blocked: Vec<Domain>,
}

impl Terms {
    fn is_blocked(&self, party: &Domain) -> bool {
        self.blocked.contains(party)
    }
}

/// A party, as far as it pays.
pub struct Payer<'a, P: Ports> {
    /// The party's office.
    pub(crate) office: &'a Office<P>,
    /// Its terms.
    pub(crate) terms: Terms,
    /// What it pays from.
    pub(crate) funds: &'a [&'a dyn Funds],
}

impl<P: Ports> Payer<'_, P> {
    /// What is paid from by this instrument, if this party pays by it.
    fn funds_of(&self, instrument: Instrument) -> Option<&dyn Funds> {
        let mut funds = self.funds.iter().copied();
        funds.find(|funds| funds.instrument() == instrument)
    }
}
