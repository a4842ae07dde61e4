//! What a role answers at: one table a role. Requests are routed by it, other methods are refused by
//! it (RFC 9110 §15.5.6), and the edge knows from it what costs much and what log lines may say.

use http::Method;

use crate::office::fault::Fault;
use crate::office::http::{BODY_LIMIT, Incoming};
use crate::office::place::Belongs;

/// Stands for a part of a path that a request chooses: an identifier.
pub const ANY: &str = "{}";

/// One thing that a role answers: a method, a path, and what is to be done (`T` is the role's own).
#[derive(Clone, Copy, Debug)]
pub struct Route<T> {
    /// What is to be done.
    pub task: T,
    /// Who may do it and what it costs.
    pub shape: Shape,
}

/// What a route does with what is at its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads it.
    Get,
    /// Takes a message.
    Post,
    /// Replaces it.
    Put,
}

impl Verb {
    /// The verb of a request's method, if any route takes it.
    #[must_use]
    pub fn of(method: &Method) -> Option<Self> {
        match *method {
            Method::GET => Some(Self::Get),
            Method::POST => Some(Self::Post),
            Method::PUT => Some(Self::Put),
            _ => None,
        }
    }
}

/// What can be said of a route without knowing its role.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// What it does.
    pub verb: Verb,
    /// Its path, with [`ANY`] for each part that a request chooses.
    pub path: &'static str,
    /// Whether it computes or stores something for whoever asks, so that addresses are held to few.
    pub is_dear: bool,
    /// Whether it is the operator's, so that no page of another origin may read it.
    pub is_private: bool,
    /// Which of the party's objects answers.
    pub belongs: Belongs,
    /// The longest body that it takes, in bytes.
    pub body_limit: usize,
}

impl<T: Copy> Route<T> {
    /// Reads what is at `path`.
    pub const fn get(path: &'static str, task: T) -> Self {
        Self::new(Verb::Get, path, task)
    }

    /// Takes a message at `path`.
    pub const fn post(path: &'static str, task: T) -> Self {
        Self::new(Verb::Post, path, task)
    }

    /// Replaces what is at `path`.
    pub const fn put(path: &'static str, task: T) -> Self {
        Self::new(Verb::Put, path, task)
    }

    const fn new(verb: Verb, path: &'static str, task: T) -> Self {
        let shape = Shape {
            verb,
            path,
            is_dear: false,
            is_private: false,
            belongs: Belongs::ToOffice,
            body_limit: BODY_LIMIT,
        };
        Self { task, shape }
    }

    /// It computes or stores something for whoever asks.
    #[must_use]
    pub const fn dear(mut self) -> Self {
        self.shape.is_dear = true;
        self
    }

    /// It is the operator's.
    #[must_use]
    pub const fn private(mut self) -> Self {
        self.shape.is_private = true;
        self
    }

    /// It takes bodies of up to so many bytes.
    #[must_use]
    pub const fn takes(mut self, body_limit: usize) -> Self {
        self.shape.body_limit = body_limit;
        self
    }

    /// It belongs elsewhere than to the office.
    #[must_use]
    pub const fn at(mut self, belongs: Belongs) -> Self {
        self.shape.belongs = belongs;
        self
    }
}

impl Shape {
    /// The parts of `path` that the request chose, if this is its path.
    pub(crate) fn parts<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut chosen = Vec::new();
        let (mut own, mut given) = (segments(self.path), segments(path));
        loop {
            match (own.next(), given.next()) {
                (None, None) => return Some(chosen),
                (Some(ANY), Some(part)) => chosen.push(part),
                (Some(word), Some(part)) if word == part => {}
                _ => return None,
            }
        }
    }

    /// Whether this is the path of a request.
    #[must_use]
    pub fn is_at(&self, path: &str) -> bool {
        self.parts(path).is_some()
    }
}

/// The segments of a path. Empty ones do not count.
pub fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// What a request asks for, with the parts of the path that it chose; `None` if there is nothing at
/// its path in this table.
///
/// # Errors
/// [`Kind::MethodNotAllowed`](crate::office::fault::Kind::MethodNotAllowed), which says what is allowed.
pub fn find<'r, T: Copy>(
    table: &[Route<T>],
    request: &'r Incoming,
) -> Result<Option<(T, Vec<&'r str>)>, Fault> {
    let path = request.uri().path();
    let asked = Verb::of(request.method());
    let (mut reads, mut posts, mut puts) = (false, false, false);
    for route in table {
        let Some(parts) = route.shape.parts(path) else {
            continue;
        };
        if asked == Some(route.shape.verb) {
            return Ok(Some((route.task, parts)));
        }
        match route.shape.verb {
            Verb::Get => reads = true,
            Verb::Post => posts = true,
            Verb::Put => puts = true,
        }
    }
    match methods(reads, posts, puts) {
        Some(allowed) => Err(Fault::method_not_allowed(allowed)),
        None => Ok(None),
    }
}

/// The methods of a path as the header `Allow` has them (RFC 9110 §10.2.1), by whether it is read, posted to and
/// replaced; `None` if it is nothing.
pub(crate) const fn methods(reads: bool, posts: bool, puts: bool) -> Option<&'static str> {
    match (reads, posts, puts) {
        (false, false, false) => None,
        (true, false, false) => Some("GET, HEAD, OPTIONS"),
        (false, true, false) => Some("POST, OPTIONS"),
        (false, false, true) => Some("PUT, OPTIONS"),
        (true, true, false) => Some("GET, HEAD, POST, OPTIONS"),
        (true, false, true) => Some("GET, HEAD, PUT, OPTIONS"),
        (false, true, true) => Some("POST, PUT, OPTIONS"),
        (true, true, true) => Some("GET, HEAD, POST, PUT, OPTIONS"),
    }
}
