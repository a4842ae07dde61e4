//! Key shares of a service party: fetched from the key centres, kept sealed, used to derive keys.

use std::rc::Rc;

use http::Method;
use tallystick_protocol::account::{PartyShareAnswer, PartyShareRequest};
use tallystick_protocol::keys::sealed_share::enrolment_public_key;
use tallystick_protocol::keys::{
    Centres, DerivedKey, Epoch, KeyContext, PairContext, PartyShare, Purpose, RawKey,
    ShareRecipient, holder_point, open_share,
};
use tallystick_protocol::trust::statement::{Audience, open};
use tallystick_protocol::wire::identifier::{Domain, Role};
use zeroize::Zeroizing;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http as web;
use crate::office::rate::RateLimit;
use crate::ports::{DatabaseError, Network, Ports, Random, Tables};
use crate::store::sealed::Sealed;
use crate::store::{key_id, rows, vault};

/// Pieces of shares. The table bounds what is beside the head.
pub(crate) const SEALED: Sealed = Sealed {
    head: Some("head"),
    named_by: &["epoch", "space", "centre", "piece"],
    name: |row| {
        let place = (Epoch(row.number(0)?), row.number(1)?);
        Ok(piece_name(place, row.text(2)?, row.number(3)?))
    },
    ..Sealed::whole("key_shares", "sealed")
};

/// A sealed piece has at most 1 MiB.
const PIECE: usize = 1024 * 1024 - vault::OVERHEAD;
/// How long a request for a share is valid, in seconds.
const REQUEST_SECONDS: u64 = 300;
/// How often holders can make this party ask for further shares.
const FETCHES: RateLimit = RateLimit {
    count: 20,
    seconds: 60,
};

impl<P: Ports> Office<P> {
    /// Numbers of the spaces of the present epoch for which this party has its whole share.
    ///
    /// # Errors
    /// Only the database's own.
    pub fn spaces(&self) -> Result<Vec<u32>, DatabaseError> {
        self.spaces_in(self.epoch())
    }

    fn spaces_in(&self, epoch: Epoch) -> Result<Vec<u32>, DatabaseError> {
        let centres = u64::try_from(self.settings.key_centres.len()).unwrap_or(u64::MAX);
        let rows = self.tables().run(
            "SELECT space FROM key_shares WHERE epoch = ? AND piece = 0
             GROUP BY space HAVING count(*) >= ? ORDER BY space",
            &[epoch.0.into(), centres.into()],
        )?;
        rows.iter().map(|row| row.number(0)).collect()
    }

    /// Whether this party has its whole share of some space of the present epoch.
    pub(crate) fn has_a_share(&self) -> bool {
        // What was opened is not asked for again.
        self.opened_shares.has(|(epoch, _)| *epoch == self.epoch())
            || self.spaces().is_ok_and(|spaces| !spaces.is_empty())
    }

    /// The key centres as keys name them.
    ///
    /// # Errors
    /// [`Kind::UnknownSpace`] if the operator set none, too many or one twice.
    pub fn centres(&self) -> Result<Centres, Fault> {
        Ok(Centres::new(self.settings.key_centres.iter().cloned())?)
    }

    /// The epoch of the key shares.
    pub fn epoch(&self) -> Epoch {
        Epoch(self.settings.epoch)
    }

    /// Makes sure that the share of this space is here: fetches it if it is not yet.
    /// Call it before [`Office::pairwise`]; it awaits, and `pairwise` does not.
    ///
    /// # Errors
    /// [`Kind::UnknownSpace`] for another role, epoch or set of centres; [`Kind::OverCap`] if the
    /// space takes no more parties; [`Kind::Unreachable`] while a centre does not answer.
    pub async fn ensure_share(&self, context: &KeyContext) -> Result<(), Fault> {
        self.require_good_context(context)?;
        let (epoch, index) = (context.epoch, context.space.index);
        let is_open = self.opened_shares.get(&(epoch, index)).is_some();
        if is_open || self.spaces_in(epoch)?.contains(&index) {
            return Ok(());
        }
        if epoch != self.epoch() {
            // The centres give no shares of it any more.
            return match self.is_shard() {
                true => self.copy_earlier_share(epoch, index).await,
                false => Err(Fault::new(Kind::UnknownSpace, "")),
            };
        }
        if self.is_shard() {
            return self.copy_share(Some(index)).await;
        }
        // Spaces open one after the other. Whatever number is asked for, the next one is fetched, so
        // that invented numbers use up nothing that the holder of a new space would need.
        let next = self.spaces()?.last().map_or(0, |newest| newest + 1);
        let index = context.space.index.min(next);
        self.admit(&[("share-fetches", FETCHES)])?;
        for centre in &self.settings.key_centres {
            self.fetch_share(centre, Some(index)).await?;
        }
        if index == context.space.index {
            Ok(())
        } else {
            Err(Fault::new(Kind::UnknownSpace, ""))
        }
    }

    /// At first start: the share of whatever space is open now.
    pub(crate) async fn ensure_some_share(&self) -> Result<(), Fault> {
        if !self.spaces()?.is_empty() {
            return Ok(());
        }
        if self.is_shard() {
            return self.copy_share(None).await;
        }
        let mut index = None;
        for centre in &self.settings.key_centres {
            index = Some(self.fetch_share(centre, index).await?);
        }
        Ok(())
    }

    /// The key between a holder and this party for one purpose and nonce.
    ///
    /// # Errors
    /// [`Kind::UnknownSpace`] if the share is not here; [`Kind::WrongRecipient`] if the pair names
    /// another party.
    pub fn pairwise(
        &self,
        pair: &PairContext,
        purpose: Purpose,
        nonce: &[u8; 32],
    ) -> Result<DerivedKey, Fault> {
        self.require_own_pair(pair)?;
        Ok(self.raw_key(pair)?.derive(pair, purpose, nonce)?)
    }

    /// What this party and a holder share, of a space that is good here. Whoever speaks twice in a
    /// row, as all who move value do, is computed once.
    fn raw_key(&self, pair: &PairContext) -> Result<Rc<RawKey>, Fault> {
        let name = (pair.key.epoch, pair.key.space.index, pair.holder.0);
        if let Some(key) = self.opened_pairs.get(&name) {
            return Ok(key);
        }
        let point = holder_point(&pair.holder, &pair.key)?;
        let share = self.own_share(pair.key.epoch, pair.key.space.index)?;
        let key = share.pairwise(&point);
        Ok(self.opened_pairs.keep(name, key, size_of::<RawKey>()))
    }

    /// Whether a pair is of this party and of shares that it can have.
    ///
    /// # Errors
    /// [`Kind::WrongRecipient`] or [`Kind::UnknownSpace`].
    pub fn require_own_pair(&self, pair: &PairContext) -> Result<(), Fault> {
        if pair.party != self.settings.domain || pair.role != self.settings.role {
            return Err(Fault::new(Kind::WrongRecipient, "It names another party."));
        }
        pair.check()?;
        self.require_good_context(&pair.key)
    }

    /// Of this party's role and centres, and of an epoch that is good.
    fn require_good_context(&self, context: &KeyContext) -> Result<(), Fault> {
        let is_good = context.space.role == self.settings.role
            && self.is_good_epoch(context.epoch)?
            && context.centres == self.centres()?;
        if is_good {
            Ok(())
        } else {
            Err(Fault::new(Kind::UnknownSpace, ""))
        }
    }

    fn own_share(&self, epoch: Epoch, index: u32) -> Result<Rc<PartyShare>, Fault> {
        let name = (epoch, index);
        if let Some(share) = self.opened_shares.get(&name) {
            return Ok(share);
        }
        let mut sum: Option<PartyShare> = None;
        let mut length = 0;
        for centre in &self.settings.key_centres {
            let bytes = self.stored_share(name, centre)?;
            length = bytes.len();
            let share = PartyShare::from_bytes(&bytes).map_err(|_| Fault::internal())?;
            sum = Some(match sum {
                None => share,
                Some(sum) => sum.add(&share)?,
            });
        }
        let sum = sum.ok_or_else(|| Fault::new(Kind::UnknownSpace, ""))?;
        Ok(self.opened_shares.keep(name, sum, length))
    }

    fn stored_share(
        &self,
        (epoch, space): (Epoch, u32),
        centre: &Domain,
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let rows = self.tables().run(
            "SELECT head, sealed FROM key_shares WHERE space = ? AND epoch = ? AND centre = ? ORDER BY piece",
            &[space.into(), epoch.0.into(), centre.as_str().into()],
        )?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(rows.len() * PIECE));
        for (piece, row) in (0..).zip(&rows) {
            let name = piece_name((epoch, space), centre.as_str(), piece);
            let head = rows::optional_blob(row, 0)?;
            let sealed = key_id::joined(head.as_deref(), row.blob(1)?);
            bytes.extend_from_slice(&self.unseal(&name, &sealed)?);
        }
        if bytes.is_empty() {
            return Err(Fault::new(Kind::UnknownSpace, ""));
        }
        Ok(bytes)
    }

    /// Fetches one centre's share and returns the number of its space.
    ///
    /// The key it is sealed to lives only in memory: whoever asks again gets the same share, sealed
    /// to another key, and is not counted again.
    async fn fetch_share(&self, centre: &Domain, space: Option<u32>) -> Result<u32, Fault> {
        let mut secret = Zeroizing::new([0; 32]);
        let mut transaction = [0; 32];
        self.ports.random().fill(&mut *secret);
        self.ports.random().fill(&mut transaction);
        let request = PartyShareRequest {
            envelope: self.envelope(
                Audience::Party(centre.clone()),
                transaction,
                REQUEST_SECONDS,
            ),
            sealing_public_key: enrolment_public_key(&secret)?,
            role: self.settings.role,
            space,
        };
        let request = web::request_to(
            centre.as_str(),
            Method::POST,
            "/v1/party-shares",
            Some(web::COSE),
            self.say(&request).await?,
        )?;
        let answer = self.ports.network().send(request).await?;
        let identity = self.identity()?;
        let answer = open::<PartyShareAnswer>(
            web::answer_as(&answer, web::COSE)?,
            &identity.anchors,
            self.now(),
            Role::KeyCentre,
        )?;
        answer.require_sender(centre)?;
        answer.require_recipient(&self.as_audience())?;
        answer.require_transaction(&transaction)?;
        let PartyShareAnswer { degrees, share, .. } = &answer.message;
        if share.context().epoch != self.epoch() {
            return Err(Fault::new(Kind::UnknownSpace, ""));
        }
        self.require_good_context(share.context())?;
        let index = share.context().space.index;
        if share.centre() != centre || space.is_some_and(|asked| asked != index) {
            return Err(Fault::untrusted(
                "The key centre sent another share than asked for.",
            ));
        }
        let recipient = ShareRecipient::Party(self.settings.domain.clone());
        let opened = open_share(&secret, &recipient, share)?;
        PartyShare::from_bytes(&opened)?;
        if opened.len() != degrees.party_share_bytes() {
            return Err(Fault::malformed(
                "The key share is not of its space's size.",
            ));
        }
        self.store_share(index, centre, &opened)?;
        Ok(index)
    }

    fn store_share(&self, space: u32, centre: &Domain, share: &[u8]) -> Result<(), Fault> {
        let pieces = (0..).zip(share.chunks(PIECE)).map(|(piece, bytes)| {
            let name = piece_name((self.epoch(), space), centre.as_str(), piece);
            let sealed = self.seal(&name, bytes)?;
            Ok((piece, sealed))
        });
        let pieces = pieces.collect::<Result<Vec<_>, DatabaseError>>()?;
        self.transaction(|tables| {
            for (piece, sealed) in pieces {
                let place = (self.epoch(), space);
                self.put_piece(tables, place, centre.as_str(), piece, &sealed)?;
            }
            Ok(())
        })
    }

    /// Stores a sealed piece of a share unless it is there.
    pub(crate) fn put_piece(
        &self,
        tables: &dyn Tables,
        (epoch, space): (Epoch, u32),
        centre: &str,
        piece: u32,
        sealed: &[u8],
    ) -> Result<(), DatabaseError> {
        let (head, rest) = key_id::parted(sealed);
        tables.run(
            "INSERT INTO key_shares (space, epoch, centre, piece, head, sealed)
             VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            &[
                space.into(),
                epoch.0.into(),
                centre.into(),
                piece.into(),
                head.into(),
                rest.into(),
            ],
        )?;
        Ok(())
    }
}

/// The name under which a piece of a share is sealed.
pub(crate) fn piece_name((epoch, space): (Epoch, u32), centre: &str, piece: u32) -> String {
    format!("key-share|{}|{space}|{centre}|{piece}", epoch.0)
}
