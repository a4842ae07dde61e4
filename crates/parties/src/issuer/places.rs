//! Where an issuer's accounts and orders are: an account at the shard of the holder whose wallet has it, and what
//! that holder orders there, too. Opening, enrolling and moving accounts is the office's.

use tallystick_protocol::checkout::answers::{Acceptance, AuthorisationRequest, Refusal};
use tallystick_protocol::checkout::handing::HandingOver;
use tallystick_protocol::checkout::refunds::RefundRequest;
use tallystick_protocol::trust::statement::unverified;
use tallystick_protocol::wire::identifier::{Handle, HolderId, Root};

use super::{Issuer, homes};
use crate::office::across;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{Answer, Incoming};
use crate::office::place::{Asked, Key, named_at};
use crate::office::siblings::Spreading;
use crate::payer::{Keeper, reservations};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports};

/// The holder who orders, whom the part names in clear.
pub(super) fn of_authorisation(asked: &Asked<'_>) -> Option<Key> {
    let request = unverified::<AuthorisationRequest>(asked.body).ok()?;
    Some(request.part.pair.holder.0.into())
}

/// The root of an order that a statement is about, whichever it is, at the shard where its money is set aside: that
/// follows from the handle that the issuer gave out, or from what the request names.
pub(super) fn of_statement(asked: &Asked<'_>) -> Option<Key> {
    let (root, handle) = said(asked.body)?;
    let shard = handle.and_then(|handle| asked.handles.shard_in(&handle, &root));
    Some(Key {
        start: shard.or_else(|| named_at(asked)),
        name: root.0,
    })
}

/// The order that a statement is about, and the handle that it says back.
fn said(body: &[u8]) -> Option<(Root, Option<Handle>)> {
    unverified::<Acceptance>(body)
        .map(|said| (said.root, said.handle))
        .or_else(|_| unverified::<Refusal>(body).map(|said| (said.root, said.handle)))
        .or_else(|_| unverified::<HandingOver>(body).map(|said| (said.root, said.handle)))
        .or_else(|_| unverified::<RefundRequest>(body).map(|said| (said.root, said.handle)))
        .ok()
}

pub(super) fn of_answer(asked: &Asked<'_>) -> Option<Key> {
    Some(Key {
        start: named_at(asked),
        name: asked.chosen?.parse::<Root>().ok()?.0,
    })
}

impl<P: Ports> Spreading for Issuer<P> {
    /// A holder whose account is here or was here before it was revoked, or an order's root.
    fn knows(&self, key: &[u8; 32]) -> Result<bool, DatabaseError> {
        let tables = self.office.tables();
        let sql = "SELECT 1 WHERE EXISTS (SELECT 1 FROM issuer_reservations WHERE root = ?1)
            OR (EXISTS (SELECT 1 FROM issuer_holders WHERE holder = ?1)
                OR EXISTS (SELECT 1 FROM issuer_revoked_holders WHERE holder = ?1))
            AND NOT EXISTS (SELECT 1 FROM issuer_homes WHERE holder = ?1)";
        Ok(first(tables, sql, &[(*key).into()])?.is_some())
    }

    fn has_any(&self) -> Result<bool, DatabaseError> {
        let sql = "SELECT 1 WHERE EXISTS (SELECT 1 FROM issuer_reservations)
            OR EXISTS (SELECT 1 FROM issuer_holders) OR EXISTS (SELECT 1 FROM issuer_revoked_holders)";
        Ok(first(self.office.tables(), sql, &[])?.is_some())
    }

    async fn answer_sibling(&self, request: &Incoming) -> Result<Answer, Fault> {
        match request.uri().path() {
            across::PATH => self.take_in(request),
            across::ASK_PATH => self.office.give(self, request).await,
            homes::PATH => self.take_over(request).await,
            _ => Err(Fault::not_found()),
        }
    }
}

impl<P: Ports> Keeper for Issuer<P> {
    fn require_here(&self, holder: &HolderId) -> Result<(), Fault> {
        self.office.require_own(self, &holder.0)
    }
}

impl<P: Ports> Issuer<P> {
    /// At an office with shards: the answer of the shard that knows the order of a statement that names no shard,
    /// as release 0.1.0 said it. `None`: none does, and the office says what it knows.
    pub(super) async fn of_some_shard(&self, request: &Incoming) -> Result<Option<Answer>, Fault> {
        if !self.has_shards()? {
            return Ok(None);
        }
        let (root, _) =
            said(request.body()).ok_or_else(|| Fault::malformed("It names no order."))?;
        let is_here = reservations::find(self.office.tables(), &root)?.is_some();
        if is_here {
            return Ok(None);
        }
        let from = self.payer()?.signer_of(request)?;
        self.office.admit_sender("strays", &from)?;
        self.office.answer_of_a_shard(request).await
    }

    /// At an office with shards: what it does not know may be known to a shard, so that it does not say that
    /// nothing is.
    pub(super) fn require_known(&self, root: &str) -> Result<(), Fault> {
        let root: Root = root.parse().map_err(|_| Fault::not_found())?;
        if self.has_shards()? && reservations::find(self.office.tables(), &root)?.is_none() {
            let which = "This issuer has shards: say with at= which one to ask.";
            return Err(Fault::new(Kind::NotFound, which));
        }
        Ok(())
    }

    /// Whether this is the office of an issuer with shards.
    pub(crate) fn has_shards(&self) -> Result<bool, Fault> {
        Ok(!self.office.is_shard() && !self.office.spread()?.shards.is_none())
    }
}
