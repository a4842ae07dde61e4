//! What the objects of one party say to each other. They are reached by the platform alone: the edge lets
//! nobody in at these paths. An object knows its siblings by a MAC under a key that is derived from the
//! sealing key, so that it need not rely on that.

use data_encoding::HEXLOWER;
use futures_util::StreamExt as _;
use futures_util::stream;
use hmac::Mac;
use http::{HeaderValue, Method, StatusCode};
use sha2::{Digest, Sha256};
use tallystick_protocol::wire::identifier::{Handle, Role, Root};

use crate::office::Office;
use crate::office::every_shard::AT_ONCE;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{Belongs, Place, Shards};
use crate::ports::{DatabaseError, Ports, Siblings};
use crate::store::handles::Handles;

/// The first segment of every path between siblings.
pub(crate) const FIRST_SEGMENT: &str = "siblings";
/// A request from outside that a shard shows the office, in case that knows what it is about.
const KNOWN: &str = "/siblings/known";
/// As [`KNOWN`], with what it is about in the path before the request's own, because only its part says so.
const KNOWN_BY: &str = "/siblings/known-by/";
/// The MAC of a request between siblings, in hexadecimal: under the sealing key of before while that changes, because an
/// object may not have heard of the new one yet.
const HEADER: &str = "x-sibling";
/// The MAC under the present sealing key, beside that under the one of before: an object may not have that any more.
const HEADER_PRESENT: &str = "x-sibling-present";
/// Names the shard that an operator's request is for.
const SHARD: &str = "shard=";

/// What a role that can have shards says of what it stores.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see `ports`
pub trait Spreading {
    /// Whether anything is stored here, or was decided, under this key of a route.
    ///
    /// # Errors
    /// Only the database's own.
    fn knows(&self, key: &[u8; 32]) -> Result<bool, DatabaseError>;

    /// Whether anything at all is stored under any key.
    ///
    /// # Errors
    /// Only the database's own.
    fn has_any(&self) -> Result<bool, DatabaseError>;

    /// Answers what another object of this party asks, at a path of the role's own. It may ask again what was
    /// done before.
    ///
    /// # Errors
    /// [`Kind::NotFound`] if there is nothing at this path.
    async fn answer_sibling(&self, _request: &Incoming) -> Result<Answer, Fault> {
        Err(Fault::not_found())
    }
}

/// The object beside the office that an operator's request names, if it is one.
pub(crate) fn named(request: &Incoming, role: Role, shards: Shards) -> Option<Place> {
    if !names_one(request) {
        return None;
    }
    let query = request.uri().query().unwrap_or_default();
    let name = query.split('&').find_map(|part| part.strip_prefix(SHARD))?;
    Place::beside_the_office(role, shards).find(|place| place.short_name() == name)
}

/// Whether an operator's request is for one shard. What is to be done is done by the whole party.
pub(crate) fn names_one(request: &Incoming) -> bool {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return false;
    }
    let query = request.uri().query().unwrap_or_default();
    query.split('&').any(|part| part.starts_with(SHARD))
}

impl<P: Ports> Office<P> {
    /// Which object this is.
    pub fn place(&self) -> Place {
        self.ports.siblings().place()
    }

    /// What the party gives out to find orders again.
    pub fn handles(&self) -> &Handles {
        self.vault.handles()
    }

    /// The handle of an order that this object takes; `None` at the office, where everybody is sent who has none.
    pub fn handle_of(&self, root: &Root) -> Option<Handle> {
        match self.place() {
            Place::Shard(shard) => Some(self.handles().make(shard, root)),
            Place::Office | Place::Stock => None,
        }
    }

    /// Whether this object has its identity from the office.
    pub(crate) fn is_shard(&self) -> bool {
        self.place() != Place::Office
    }

    /// Answers a request of a role that can have shards: here, if it belongs here; otherwise where it does.
    /// What the office knew before there were shards, it answers for good.
    ///
    /// # Errors
    /// What `handle` fails with; [`Kind::Unreachable`] if it belongs to an object that does not answer.
    pub async fn where_it_belongs(
        &self,
        request: &Incoming,
        role: &impl Spreading,
        handle: impl AsyncFnOnce(&Incoming) -> Result<Answer, Fault>,
    ) -> Result<Answer, Fault> {
        let path = request.uri().path();
        if crate::routes::is_between_siblings(path) {
            self.require_sibling(request)?;
            if let Some(about) = About::of(request)? {
                return self.answer_if_known(about, role, handle).await;
            }
            return match self.serve_sibling(request, role).await? {
                Some(answer) => Ok(answer),
                None => role.answer_sibling(request).await,
            };
        }
        if !self.is_shard() && self.spread().is_ok_and(|spread| spread.shards.is_none()) {
            return handle(request).await;
        }
        let belongs = crate::routes::belongs(self.settings.role, self.handles(), request);
        let Some((belongs, key)) = belongs else {
            if self.is_shard() {
                return handle(request).await;
            }
            return self.console_of_all(request, handle).await;
        };
        if self.is_shard() && self.bootstrap().await.is_err() && !self.is_ready() {
            return Err(Fault::new(Kind::Starting, "Try again in a few seconds."));
        }
        let spread = self.spread()?;
        if self.is_shard() && matches!(belongs, Belongs::ToAnyShard(_)) {
            return handle(request).await;
        }
        let place = match key.start {
            Some(start) => spread.shards.of(start),
            None => Place::Office,
        };
        if place == self.place() {
            let may_be_old = match belongs {
                _ if !self.is_shard() => false,
                Belongs::ToShardWhileNew(_) => self.now() < spread.old_until,
                _ => spread.has_old,
            };
            if may_be_old && !role.knows(&key.name)? {
                let known = format!("{KNOWN}{path}");
                if let Some(answer) = self.answer_of_the_office(request, &known).await? {
                    return Ok(answer);
                }
            }
            return handle(request).await;
        }
        if self.is_shard() {
            return Err(Fault::new(Kind::Starting, "It belongs to another shard."));
        }
        if role.knows(&key.name)? {
            return handle(request).await;
        }
        Ok(self.ports.siblings().ask(place, request.clone()).await?)
    }

    /// Whether this object may decide about a key. Call it in the transaction that decides: while a request
    /// was verified at the office, the party may have been spread.
    ///
    /// # Errors
    /// [`Kind::Starting`] if that is another object's by now.
    pub fn require_own(&self, role: &impl Spreading, key: &[u8; 32]) -> Result<(), Fault> {
        let shards = self.spread()?.shards;
        if shards.is_none() || shards.of(key[0]) == self.place() || role.knows(key)? {
            return Ok(());
        }
        Err(Fault::new(Kind::Starting, "Ask again in a moment."))
    }

    /// Whether this is a shard whose office may still be asked to begin what it had begun before there were shards.
    ///
    /// # Errors
    /// As of [`Office::spread`].
    pub fn has_young_office(&self) -> Result<bool, Fault> {
        Ok(self.is_shard() && self.now() < self.spread()?.old_until)
    }

    /// At a shard: the office's answer to a request about what has this name, if the office knew that before there
    /// were shards. For what is in a sealed part alone; everything else the office was asked about already.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if the office does not answer.
    pub async fn answer_of_the_office_about(
        &self,
        request: &Incoming,
        name: &[u8; 32],
    ) -> Result<Option<Answer>, Fault> {
        let name = HEXLOWER.encode(name);
        let known = format!("{KNOWN_BY}{name}{}", request.uri().path());
        self.answer_of_the_office(request, &known).await
    }

    /// At the office: answers what a shard asks it about, if it is stored here.
    async fn answer_if_known(
        &self,
        about: About,
        role: &impl Spreading,
        handle: impl AsyncFnOnce(&Incoming) -> Result<Answer, Fault>,
    ) -> Result<Answer, Fault> {
        let About { original, name } = about;
        let name = name.or_else(|| {
            let key = crate::routes::belongs(self.settings.role, self.handles(), &original);
            key.map(|(_, key)| key.name)
        });
        match name {
            Some(name) if role.knows(&name)? => handle(&original).await,
            _ => {
                let mut answer = Answer::new(Vec::new());
                *answer.status_mut() = StatusCode::NO_CONTENT;
                Ok(answer)
            }
        }
    }

    /// The office's answer to a request, if it knew what that is about before there were shards.
    async fn answer_of_the_office(
        &self,
        request: &Incoming,
        known: &str,
    ) -> Result<Option<Answer>, Fault> {
        self.answer_of(Place::Office, request, known).await
    }

    /// At the office: the answer of whichever shard knows what a request is about that names no shard. It wakes
    /// every shard, so let nobody ask whose signature was not verified.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if one of them did not say whether it knows it, and none does.
    pub async fn answer_of_a_shard(&self, request: &Incoming) -> Result<Option<Answer>, Fault> {
        let known = &format!("{KNOWN}{}", request.uri().path());
        let ask = |place: Place| self.answer_of(place, request, known);
        let asked = stream::iter(self.spread()?.shards.all().map(ask)).buffered(AT_ONCE);
        let answers: Vec<_> = asked.collect().await;
        let (said, failed): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        if let Some(answer) = said.into_iter().flatten().flatten().next() {
            return Ok(Some(answer));
        }
        failed.into_iter().next().unwrap_or(Ok(None))
    }

    /// The answer of another object to a request, if it knows what that is about.
    async fn answer_of(
        &self,
        place: Place,
        request: &Incoming,
        known: &str,
    ) -> Result<Option<Answer>, Fault> {
        let mut asked = at_path(request, known)?;
        self.sign_as_sibling(&mut asked)?;
        let answer = self.ports.siblings().ask(place, asked).await?;
        match answer.status() {
            StatusCode::NO_CONTENT => Ok(None),
            status if status.as_u16() == Kind::Internal.status() => Err(Fault::internal()),
            _ => Ok(Some(answer)),
        }
    }

    /// Asks another object of this party.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] if it does not answer; the problem that it answered with.
    pub(crate) async fn ask_sibling(
        &self,
        place: Place,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, Fault> {
        let domain = self.settings.domain.as_str();
        let mut request = web::request_to(domain, Method::POST, path, Some(web::CBOR), body)?;
        self.sign_as_sibling(&mut request)?;
        let answer = self.ports.siblings().ask(place, request).await?;
        Ok(web::answer_as(&answer, web::CBOR)?.to_vec())
    }

    fn sign_as_sibling(&self, request: &mut Incoming) -> Result<(), Fault> {
        let (present, before) = {
            let mut macs = self.sibling_macs(request);
            (macs.next(), macs.next())
        };
        let macs = match before {
            Some(before) => [(HEADER_PRESENT, present), (HEADER, Some(before))],
            None => [(HEADER_PRESENT, None), (HEADER, present)],
        };
        for (header, mac) in macs {
            let Some(mac) = mac else { continue };
            let mac = HEXLOWER.encode(&mac.finalize().into_bytes());
            let mac = HeaderValue::from_str(&mac).map_err(|_| Fault::internal())?;
            request.headers_mut().insert(header, mac);
        }
        Ok(())
    }

    /// Whether a request is of an object of this party.
    fn require_sibling(&self, request: &Incoming) -> Result<(), Fault> {
        let given = [HEADER, HEADER_PRESENT].map(|header| request.headers().get(header));
        let given = given.into_iter().flatten();
        let mut given = given.filter_map(|mac| HEXLOWER.decode(mac.as_bytes()).ok());
        let is_one = given.any(|given| {
            let mut macs = self.sibling_macs(request);
            macs.any(|mac| mac.verify_slice(&given).is_ok())
        });
        if is_one {
            Ok(())
        } else {
            Err(Fault::not_found())
        }
    }

    /// Under the present sealing key, then under the one of before, if there is one.
    fn sibling_macs(&self, request: &Incoming) -> impl Iterator<Item = hmac::Hmac<Sha256>> {
        let target = request.uri().path_and_query();
        let target = target.map_or("", |target| target.as_str());
        let digest = Sha256::digest(request.body());
        self.vault.sibling_macs().map(move |mut mac| {
            for part in [request.method().as_str(), target] {
                mac.update(part.as_bytes());
                mac.update(b"\n");
            }
            mac.update(&digest);
            mac
        })
    }
}

/// What a shard shows the office.
struct About {
    /// The request from outside.
    original: Incoming,
    /// By what the office may know it, if that does not follow from the request.
    name: Option<[u8; 32]>,
}

impl About {
    /// What a sibling shows; `None` if it asks something else.
    fn of(request: &Incoming) -> Result<Option<Self>, Fault> {
        let path = request.uri().path();
        let (path, name) = match path.strip_prefix(KNOWN_BY) {
            Some(about) => {
                let (name, path) = about.split_at_checked(64).ok_or_else(Fault::not_found)?;
                let name = HEXLOWER.decode(name.as_bytes()).unwrap_or_default();
                let name = <[u8; 32]>::try_from(name).map_err(|_| Fault::not_found())?;
                (path, Some(name))
            }
            None => match path.strip_prefix(KNOWN) {
                Some(path) => (path, None),
                None => return Ok(None),
            },
        };
        let original = at_path(request, path)?;
        Ok(Some(Self { original, name }))
    }
}

/// A copy of a request at another path, without the MAC that it may have.
fn at_path(request: &Incoming, path: &str) -> Result<Incoming, Fault> {
    let authority = request
        .uri()
        .authority()
        .map_or("", |authority| authority.as_str());
    let query = request.uri().query().map(|query| format!("?{query}"));
    let uri = format!("https://{authority}{path}{}", query.unwrap_or_default());
    let mut copy = request.clone();
    *copy.uri_mut() = uri.parse().map_err(|_| Fault::internal())?;
    for header in [HEADER, HEADER_PRESENT] {
        copy.headers_mut().remove(header);
    }
    Ok(copy)
}
