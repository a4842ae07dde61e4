//! Opens sealed parts with this party's own keys.

use tallystick_protocol::checkout::order::{OpenedPart, PartError, SealedPart};
use tallystick_protocol::keys::{KeyContext, PairContext, Purpose, Space, Suite};

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::ports::Ports;

impl<P: Ports> Office<P> {
    /// Opens the part of this party, fetching its key share first if the order uses another space.
    ///
    /// # Errors
    /// [`Kind::WrongRecipient`] if it is sealed for somebody else; [`Kind::BadSignature`] if it was
    /// altered or does not belong to its order; those of [`Office::ensure_share`].
    pub async fn open_part(&self, sealed: &SealedPart) -> Result<OpenedPart, Fault> {
        self.require_own_pair(&sealed.pair)?;
        self.ensure_share(&sealed.pair.key).await?;
        let key = self.pairwise(&sealed.pair, Purpose::OrderPart, &sealed.nonce)?;
        sealed.open(&key).map_err(part_fault)
    }

    /// Tries every key that this party can derive for the part's holder and nonce, whoever the part
    /// is sealed for: what a console shows as open was really opened, and what it shows as closed
    /// really stayed closed.
    pub fn try_own_keys(&self, sealed: &SealedPart) -> Option<OpenedPart> {
        let spaces = self.spaces().ok()?;
        let centres = self.centres().ok()?;
        for index in spaces {
            let own = PairContext {
                suite: Suite::NamesOnly,
                key: KeyContext {
                    space: Space {
                        role: self.settings.role,
                        index,
                    },
                    epoch: self.epoch(),
                    centres: centres.clone(),
                },
                holder: sealed.pair.holder,
                role: self.settings.role,
                party: self.settings.domain.clone(),
            };
            for purpose in [Purpose::OrderPart, Purpose::Confirmation] {
                let key = self.pairwise(&own, purpose, &sealed.nonce).ok()?;
                if let Ok(opened) = sealed.open(&key) {
                    return Some(opened);
                }
            }
        }
        None
    }
}

/// What is wrong with a part, as a problem.
pub fn part_fault(error: PartError) -> Fault {
    let kind = match error {
        PartError::TooLong => Kind::TooLarge,
        PartError::Malformed | PartError::MissingField(_) => Kind::Malformed,
        PartError::WrongOrder => Kind::WrongTransaction,
        _ => Kind::BadSignature,
    };
    Fault::new(kind, error)
}
