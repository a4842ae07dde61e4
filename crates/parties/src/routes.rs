//! All routes of the roles in this build, for whoever stands in front of the parties.

use tallystick_protocol::wire::identifier::Role;

use crate::console;
use crate::office::http::{BODY_LIMIT, Incoming};
use crate::office::place::{Asked, Belongs, Key, Place, Shards};
use crate::office::routes::{Route, Shape, Verb, methods, segments};
use crate::office::{reception, siblings};
use crate::store::handles::Handles;

fn any(mut holds: impl FnMut(&Shape) -> bool) -> bool {
    fn some<T>(table: &[Route<T>], holds: &mut impl FnMut(&Shape) -> bool) -> bool {
        table.iter().any(|route| holds(&route.shape))
    }
    let holds = &mut holds;
    let mut found = some(reception::ROUTES, holds) || some(console::ROUTES, holds);
    #[cfg(feature = "ca")]
    {
        found = found || some(crate::ca::ROUTES, holds);
    }
    #[cfg(feature = "directory")]
    {
        found = found || some(crate::directory::ROUTES, holds);
    }
    #[cfg(feature = "key-centre")]
    {
        found = found || some(crate::key_centre::ROUTES, holds);
    }
    #[cfg(feature = "shop")]
    {
        found = found || some(crate::shop::ROUTES, holds);
    }
    #[cfg(any(
        feature = "issuer",
        feature = "bank",
        feature = "coupon-office",
        feature = "settlement"
    ))]
    {
        found = found || some(crate::issuer::ROUTES, holds);
    }
    #[cfg(feature = "bank")]
    {
        found = found || some(crate::bank::ROUTES, holds);
    }
    #[cfg(feature = "coupon-office")]
    {
        found = found || some(crate::coupon_office::ROUTES, holds);
    }
    #[cfg(feature = "settlement")]
    {
        found = found || some(crate::settlement::ROUTES, holds);
    }
    #[cfg(feature = "courier")]
    {
        found = found || some(crate::courier::ROUTES, holds);
    }
    #[cfg(feature = "banking-system")]
    {
        found = found || some(crate::banking_system::ROUTES, holds);
    }
    #[cfg(feature = "home-proxy")]
    {
        found = found || some(crate::home_proxy::ROUTES, holds);
    }
    #[cfg(feature = "registration-authority")]
    {
        found = found || some(crate::registration_authority::ROUTES, holds);
    }
    #[cfg(feature = "security-server")]
    {
        found = found || some(crate::security_server::ROUTES, holds);
    }
    #[cfg(feature = "vending")]
    {
        found = found || some(crate::vending::ROUTES, holds);
    }
    found
}

/// What a request in this role says of where it belongs: its route's, and what it chose of the path.
fn shape_of(role: Role, verb: Verb, path: &str) -> Option<(Shape, Option<&str>)> {
    fn find<'p, T: Copy>(
        table: &[Route<T>],
        verb: Verb,
        path: &'p str,
    ) -> Option<(Shape, Option<&'p str>)> {
        let mut shapes = table.iter().map(|route| route.shape);
        shapes.find_map(|shape| {
            let chosen = shape.parts(path).filter(|_| shape.verb == verb)?;
            Some((shape, chosen.first().copied()))
        })
    }
    let own = match role {
        // A bank or a coupon office is an issuer to others, and answers at routes of its own beside.
        #[cfg(any(
            feature = "issuer",
            feature = "bank",
            feature = "coupon-office",
            feature = "settlement"
        ))]
        Role::Issuer => {
            let found = find(crate::issuer::ROUTES, verb, path);
            #[cfg(feature = "bank")]
            let found = found.or_else(|| find(crate::bank::ROUTES, verb, path));
            #[cfg(feature = "coupon-office")]
            let found = found.or_else(|| find(crate::coupon_office::ROUTES, verb, path));
            found
        }
        #[cfg(feature = "courier")]
        Role::Courier => find(crate::courier::ROUTES, verb, path),
        #[cfg(feature = "shop")]
        Role::Shop => find(crate::shop::ROUTES, verb, path),
        _ => None,
    };
    own.or_else(|| find(reception::ROUTES, verb, path))
        .or_else(|| find(console::ROUTES, verb, path))
}

/// Whether parties of this role can have shards.
#[must_use]
pub fn can_be_spread(role: Role) -> bool {
    matches!(role, Role::Shop | Role::Issuer | Role::Courier)
}

/// Which object of a party in `role` answers a request from outside. Computed from what is in clear, and
/// unverified: whoever says something wrong is sent where nothing is known of it. `handles` are the party's own
/// ([`Vault::handles`](crate::store::vault::Vault::handles)). An operator's request
/// goes to the object that it names by `shard=`, two hexadecimal digits or "stock".
#[must_use]
pub fn place(role: Role, shards: Shards, handles: &Handles, request: &Incoming) -> Place {
    if shards.is_none() {
        return Place::Office;
    }
    let shape = verb_of(request).and_then(|verb| shape_of(role, verb, request.uri().path()));
    let Some((shape, chosen)) = shape else {
        return Place::Office;
    };
    if shape.is_private {
        return siblings::named(request, role, shards).unwrap_or(Place::Office);
    }
    let key = match shape.belongs {
        Belongs::ToOffice => None,
        Belongs::Anywhere(key)
        | Belongs::ToAnyShard(key)
        | Belongs::ToShard(key)
        | Belongs::ToShardWhileNew(key) => key(&asked(request, chosen, handles)),
    };
    let start = key.and_then(|key| key.start);
    start.map_or(Place::Office, |start| shards.of(start))
}

/// HEAD asks for what GET answers.
fn verb_of(request: &Incoming) -> Option<Verb> {
    if request.method() == http::Method::HEAD {
        return Some(Verb::Get);
    }
    Verb::of(request.method())
}

fn asked<'a>(request: &'a Incoming, chosen: Option<&'a str>, handles: &'a Handles) -> Asked<'a> {
    let correlation = request.headers().get("x-correlation-id");
    Asked {
        chosen,
        query: request.uri().query().unwrap_or_default(),
        body: request.body(),
        correlation: correlation
            .map(http::HeaderValue::as_bytes)
            .unwrap_or_default(),
        handles,
    }
}

/// Where what a request asks for belongs, with its key; `None`: to whoever is asked.
pub(crate) fn belongs(role: Role, handles: &Handles, request: &Incoming) -> Option<(Belongs, Key)> {
    let (shape, chosen) = shape_of(role, verb_of(request)?, request.uri().path())?;
    match shape.belongs {
        Belongs::ToOffice | Belongs::Anywhere(_) => None,
        Belongs::ToAnyShard(key) | Belongs::ToShard(key) | Belongs::ToShardWhileNew(key) => {
            Some((shape.belongs, key(&asked(request, chosen, handles))?))
        }
    }
}

/// `path` as a log line may have it: the words of our own routes, and `{}` for everything else, which
/// may be an identifier.
#[must_use]
pub fn without_identifiers(path: &str) -> String {
    let mut said = String::new();
    for part in segments(path).take(8) {
        said.push('/');
        let is_word = any(|shape| segments(shape.path).any(|word| word == part));
        said.push_str(if is_word { part } else { "{}" });
    }
    said
}

/// Whether a message to this path makes a party compute or store something for whoever asks.
#[must_use]
pub fn is_dear(path: &str) -> bool {
    any(|shape| shape.is_dear && shape.is_at(path))
}

/// Whether a path is of requests between the objects of a party. Nobody outside may ask there.
#[must_use]
pub fn is_between_siblings(path: &str) -> bool {
    segments(path).next() == Some(siblings::FIRST_SEGMENT)
}

/// Whether only the operator's own page may read what is at this path.
#[must_use]
pub fn is_private(path: &str) -> bool {
    any(|shape| shape.is_private && shape.is_at(path))
}

/// The methods of a path at a party in `role`, as the header `Allow` has them; those of reading, if nothing is there.
#[must_use]
pub fn allowed(role: Role, path: &str) -> &'static str {
    let own = |verb| shape_of(role, verb, path).is_some();
    let everybodys = |verb| any(|shape| shape.verb == verb && shape.is_at(path));
    let (reads, posts, puts) = (own(Verb::Get), own(Verb::Post), own(Verb::Put));
    methods(reads, posts, puts)
        .or_else(|| {
            methods(
                everybodys(Verb::Get),
                everybodys(Verb::Post),
                everybodys(Verb::Put),
            )
        })
        .unwrap_or("GET, HEAD, OPTIONS")
}

/// The longest body that is taken at a path, in bytes: that of the route there that takes most. Between the objects of a
/// party goes whatever any route takes.
#[must_use]
pub fn body_limit(path: &str) -> usize {
    let is_between = is_between_siblings(path);
    let mut limit = BODY_LIMIT;
    any(|shape| {
        if is_between || shape.is_at(path) {
            limit = limit.max(shape.body_limit);
        }
        false
    });
    limit
}
