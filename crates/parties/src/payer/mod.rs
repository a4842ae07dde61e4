//! Pays for a holder: reserves what an order costs, captures it by the courier's word, releases it, and says
//! where the money is. Whose money that is, is the matter of [`Funds`], one for each instrument.

mod authorising;
mod books;
pub mod denied;
pub mod evidence;
mod funds;
mod inquiring;
mod judging;
mod recalling;
mod refunding;
pub mod refunds;
pub mod reservations;
mod settling;
pub mod state;
mod words;

pub use funds::{Claim, Funds, Owner};
#[cfg(feature = "settlement")]
pub(crate) use judging::Judged;
pub(crate) use recalling::Forgotten;

use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::wire::identifier::{Domain, HolderId};

use crate::office::Office;
use crate::office::fault::Fault;
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
    /// Whether the party has several objects, so that what becomes free on an account may have to be sent on.
    pub is_spread: bool,
    /// Whether what others sign for what is booked is kept for as long as the books ([`evidence`]).
    pub keeps_evidence: bool,
}

/// The kind of the job that looks at an account on which something became free; its reference is the account's
/// name in the ledger. Only a party of several objects has such.
pub(crate) const FREED: &str = "freed";

/// Who knows which holders' orders this object of the party takes.
pub trait Keeper {
    /// Requires that it takes this holder's. Called in the transaction that decides.
    ///
    /// # Errors
    /// [`Kind::Starting`](crate::office::fault::Kind::Starting) if they are another object's by now.
    fn require_here(&self, holder: &HolderId) -> Result<(), Fault>;
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
    /// Which orders it takes.
    pub(crate) keeper: &'a dyn Keeper,
}

impl<P: Ports> Payer<'_, P> {
    /// What is paid from by this instrument, if this party pays by it.
    fn funds_of(&self, instrument: Instrument) -> Option<&dyn Funds> {
        let mut funds = self.funds.iter().copied();
        funds.find(|funds| funds.instrument() == instrument)
    }
}
