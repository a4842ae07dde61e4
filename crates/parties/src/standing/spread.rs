//! How shards come to the party's identity: RSA key, certificate, root and key shares are the office's, and
//! a shard keeps a copy of the rows, sealed as they rest there. The office also remembers over how many
//! shards the party is spread, once and for all, and whether it had orders before.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};
use tallystick_protocol::keys::{Epoch, KeyContext, Space};
use tallystick_protocol::wire::time::Timestamp;

use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Place, Shards};
use crate::office::siblings::Spreading;
use crate::ports::{DatabaseError, Ports, Row, Tables};
use crate::standing::identity::{CERTIFICATE, PUBLIC_KEY, ROOT, RSA_KEY};
use crate::standing::revocations::REVOCATIONS;
use crate::standing::shares;
use crate::store::{facts, key_id, rows, secrets};

/// Over how many shards, since when, and what was there before.
const SPREAD: &str = "spread";
/// For how long after it was spread a party may be asked to begin what the office had begun before, in
/// seconds: longer than any order lives and any letter about it is sent.
const OLD_SECONDS: u64 = 31 * 86_400;
/// Where a shard asks the office for what the party is.
const STANDING: &str = "/siblings/standing";
/// Where a shard asks the office for the share of a key space.
const SHARES: &str = "/siblings/shares";
/// Where a shard asks the office for the share of a key space of an earlier epoch.
const EARLIER_SHARES: &str = "/siblings/earlier-shares";

/// How a party is spread, as it is stored.
#[derive(Clone, Copy, Debug, Encode, Decode)]
#[cbor(map)]
struct Stored {
    #[n(0)]
    shards: u16,
    #[n(1)]
    at: Timestamp,
    #[n(2)]
    has_old: bool,
}

/// How a party is spread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    /// Over how many shards.
    pub(crate) shards: Shards,
    /// Whether the office had orders before.
    pub(crate) has_old: bool,
    /// Until when one of those can still be begun by a request that comes late.
    pub(crate) old_until: Timestamp,
}

/// A certificate and what belongs to it.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Standing {
    #[n(0)]
    spread: Stored,
    #[n(1)]
    certificate: ByteVec,
    #[n(2)]
    public_key: ByteVec,
    #[n(3)]
    root: Option<ByteVec>,
    #[n(4)]
    sealed_key: ByteVec,
    /// Not at an office that looks up no revoked certificates.
    #[n(5)]
    revocations: Option<ByteVec>,
}

/// A row of a key share.
#[derive(Encode, Decode)]
#[cbor(map)]
struct SharePiece {
    #[n(0)]
    space: u32,
    #[n(1)]
    centre: String,
    #[n(2)]
    piece: u32,
    #[n(3)]
    sealed: ByteVec,
}

impl<P: Ports> Office<P> {
    /// How this party is spread.
    ///
    /// # Errors
    /// [`Kind::Starting`] if the operator's setting is another one than at first.
    pub(crate) fn spread(&self) -> Result<Spread, Fault> {
        if let Some(spread) = self.spread.get() {
            return Ok(spread);
        }
        let stored = stored(self.tables())?;
        let is_settled = stored.is_some();
        let spread = match stored {
            Some(stored) => Spread {
                shards: Shards::new(stored.shards).ok_or_else(Fault::internal)?,
                has_old: stored.has_old,
                old_until: if stored.has_old {
                    stored.at.plus_seconds(OLD_SECONDS)
                } else {
                    Timestamp(0)
                },
            },
            // Until the first shard has asked what it is, everything is at the office.
            None => Spread {
                shards: Shards::NONE,
                has_old: false,
                old_until: Timestamp(0),
            },
        };
        if is_settled && spread.shards != self.settings.shards {
            return Err(Fault::new(Kind::Starting, "SHARDS is not what it was."));
        }
        if is_settled || !self.is_shard() {
            self.spread.set(Some(spread));
        }
        Ok(spread)
    }

    /// At the office: what shards of every role ask it for; `None` if it is something else.
    pub(crate) async fn serve_sibling(
        &self,
        request: &Incoming,
        role: &impl Spreading,
    ) -> Result<Option<Answer>, Fault> {
        if self.is_shard() {
            return Ok(None);
        }
        let body = web::body_as(request, web::CBOR)?;
        match request.uri().path() {
            STANDING => self.show_standing(read(body)?, role).map(Some),
            SHARES => self.show_shares(read(body)?).await.map(Some),
            EARLIER_SHARES => self.show_earlier_shares(read(body)?).map(Some),
            _ => Ok(None),
        }
    }

    fn show_standing(&self, shards: u16, role: &impl Spreading) -> Result<Answer, Fault> {
        let identity = self.identity()?;
        let chosen = Shards::new(shards).filter(|shards| *shards == self.settings.shards);
        chosen.ok_or_else(|| Fault::new(Kind::Starting, "SHARDS differs."))?;
        let spread = self.decide_spread(role)?;
        let standing = Standing {
            spread,
            certificate: identity.certificate.clone().into(),
            public_key: self.fact(PUBLIC_KEY)?.ok_or_else(Fault::internal)?,
            root: self.fact(ROOT)?,
            sealed_key: secrets::sealed(self.tables(), RSA_KEY)?
                .ok_or_else(Fault::internal)?
                .into(),
            revocations: self.fact(REVOCATIONS)?,
        };
        Ok(web::cbor(written(&standing)?))
    }

    /// At the office: has this party spread over its operator's shards from now on at the latest.
    ///
    /// # Errors
    /// [`Kind::Starting`] if the operator's setting is another one than at first.
    pub fn settle_spread(&self, role: &impl Spreading) -> Result<(), Fault> {
        if !self.settings.shards.is_none() {
            self.decide_spread(role)?;
        }
        self.spread().map(|_| ())
    }

    /// At the office: notes the operator's number of shards, unless one was noted before.
    fn decide_spread(&self, role: &impl Spreading) -> Result<Stored, Fault> {
        let has_old = role.has_any()?;
        let spread = self.transaction(|tables| match stored(tables)? {
            Some(before) => Ok::<_, DatabaseError>(before),
            None => {
                let first = Stored {
                    shards: self.settings.shards.count(),
                    at: self.now(),
                    has_old,
                };
                facts::put(tables, SPREAD, &written(&first)?)?;
                Ok(first)
            }
        })?;
        self.spread.set(None);
        self.spread()?;
        Ok(spread)
    }

    fn fact(&self, name: &str) -> Result<Option<ByteVec>, DatabaseError> {
        Ok(facts::get(self.tables(), name)?.map(Into::into))
    }

    /// The share of this space, or of the first; fetched, if the office has it not yet.
    async fn show_shares(&self, wanted: Option<u32>) -> Result<Answer, Fault> {
        self.identity()?;
        let space = match wanted {
            Some(space) => {
                self.ensure_share(&self.context_of(space)?).await?;
                space
            }
            None => *self
                .spaces()?
                .first()
                .ok_or_else(|| Fault::new(Kind::Starting, "It has no key share yet."))?,
        };
        self.show_pieces(self.epoch(), space)
    }

    /// The share of that space of an epoch that is over, and good still; nothing, if the office has none.
    fn show_earlier_shares(&self, (epoch, space): (u32, u32)) -> Result<Answer, Fault> {
        self.identity()?;
        if !self.is_good_epoch(Epoch(epoch))? {
            return Err(Fault::new(Kind::UnknownSpace, ""));
        }
        self.show_pieces(Epoch(epoch), space)
    }

    fn show_pieces(&self, epoch: Epoch, space: u32) -> Result<Answer, Fault> {
        let rows = self.tables().run(
            "SELECT space, centre, piece, head, sealed FROM key_shares WHERE space = ? AND epoch = ?",
            &[space.into(), epoch.0.into()],
        )?;
        let piece = |row: &Row| {
            let head = rows::optional_blob(row, 3)?;
            Ok(SharePiece {
                space: row.number(0)?,
                centre: row.text(1)?.to_owned(),
                piece: row.number(2)?,
                sealed: key_id::joined(head.as_deref(), row.blob(4)?).into(),
            })
        };
        let pieces = rows.iter().map(piece);
        let pieces = pieces.collect::<Result<Vec<_>, DatabaseError>>()?;
        Ok(web::cbor(written(&pieces)?))
    }

    fn context_of(&self, index: u32) -> Result<KeyContext, Fault> {
        Ok(KeyContext {
            space: Space {
                role: self.settings.role,
                index,
            },
            epoch: self.epoch(),
            centres: self.centres()?,
        })
    }

    /// At a shard: takes over the office's key and certificate as they are now.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] or [`Kind::Starting`] while the office cannot say.
    pub(crate) async fn copy_standing(&self) -> Result<(), Fault> {
        let asked = written(&self.settings.shards.count())?;
        let answer = self.ask_sibling(Place::Office, STANDING, asked).await?;
        let said: Standing = read(&answer)?;
        self.transaction(|tables| {
            self.name_keys_like(tables, &said.sealed_key)?;
            let sealed_key = self.as_sealed_here(RSA_KEY, &said.sealed_key)?;
            facts::put(tables, SPREAD, &written(&said.spread)?)?;
            facts::put(tables, PUBLIC_KEY, &said.public_key)?;
            if let Some(root) = &said.root {
                facts::put(tables, ROOT, root)?;
            }
            secrets::put(tables, RSA_KEY, &sealed_key)?;
            facts::put(tables, CERTIFICATE, &said.certificate)
        })?;
        self.identity.replace(None);
        if let Some(list) = &said.revocations
            && self.checks_revocations()
        {
            self.take_list(list)?;
        }
        self.signing_key.replace(None);
        self.spread.set(None);
        self.spread().map(|_| ())
    }

    /// At a shard: takes over the office's share of this space, or of the first.
    ///
    /// # Errors
    /// As of [`Office::ensure_share`] at the office; [`Kind::Unreachable`] while it does not answer.
    pub(crate) async fn copy_share(&self, space: Option<u32>) -> Result<(), Fault> {
        let answer = self
            .ask_sibling(Place::Office, SHARES, written(&space)?)
            .await?;
        self.keep_pieces(self.epoch(), &read::<Vec<SharePiece>>(&answer)?)?;
        Ok(())
    }

    /// At a shard: takes over the office's share of this space of an epoch that is over.
    ///
    /// # Errors
    /// [`Kind::UnknownSpace`] if the office has none; [`Kind::Unreachable`] while it does not answer.
    pub(crate) async fn copy_earlier_share(&self, epoch: Epoch, space: u32) -> Result<(), Fault> {
        let asked = written(&(epoch.0, space))?;
        let answer = self
            .ask_sibling(Place::Office, EARLIER_SHARES, asked)
            .await?;
        let pieces: Vec<SharePiece> = read(&answer)?;
        if pieces.is_empty() {
            return Err(Fault::new(Kind::UnknownSpace, ""));
        }
        self.keep_pieces(epoch, &pieces)?;
        Ok(())
    }

    fn keep_pieces(&self, epoch: Epoch, pieces: &[SharePiece]) -> Result<(), DatabaseError> {
        self.transaction(|tables| {
            for piece in pieces {
                let place = (epoch, piece.space);
                let name = shares::piece_name(place, &piece.centre, piece.piece);
                let sealed = self.as_sealed_here(&name, &piece.sealed)?;
                self.put_piece(tables, place, &piece.centre, piece.piece, &sealed)?;
            }
            Ok::<_, DatabaseError>(())
        })
    }
}

fn stored(tables: &(impl Tables + ?Sized)) -> Result<Option<Stored>, DatabaseError> {
    let stored = facts::get(tables, SPREAD)?;
    let read = |bytes: Vec<u8>| minicbor::decode(&bytes).map_err(|_| DatabaseError::Shape(0));
    stored.map(read).transpose()
}

fn written<T: Encode<()>>(value: &T) -> Result<Vec<u8>, DatabaseError> {
    minicbor::to_vec(value).map_err(|_| DatabaseError::Shape(0))
}

/// What a sibling said. It is of the same release, or of the one before or after.
fn read<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, Fault> {
    minicbor::decode(bytes).map_err(|_| Fault::malformed("A sibling says something else."))
}
