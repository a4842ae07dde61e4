//! A network in one process that records every byte each party receives.

use core::cell::RefCell;
use core::future::Future;
use core::pin::Pin;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use http::{Request, Response};

use crate::office::fault::Fault;
use crate::office::http as web;
use crate::office::party::Party;
use crate::office::place::{Place, Shards};
use crate::ports::{Network, NetworkError, Siblings};
use crate::store::handles::Handles;
use tallystick_protocol::wire::identifier::Role;

/// Bytes that somebody received: a request by its receiver, an answer by its asker.
#[derive(Clone)]
pub struct Received {
    /// Who received them: a domain, or the name a [`Hub::network`] was made with.
    pub by: String,
    /// Who sent them.
    pub from: String,
    /// Method and path of the request.
    pub what: String,
    /// Everything that was said: address, headers and body.
    pub bytes: Vec<u8>,
}

/// A party without its type, so that a map can hold several kinds.
trait Reachable {
    fn reach(
        &self,
        request: Request<Vec<u8>>,
    ) -> Pin<Box<dyn Future<Output = Response<Vec<u8>>> + '_>>;
}

impl<P: Party> Reachable for P {
    fn reach(
        &self,
        request: Request<Vec<u8>>,
    ) -> Pin<Box<dyn Future<Output = Response<Vec<u8>>> + '_>> {
        Box::pin(self.serve(request))
    }
}

#[derive(Default)]
struct Inner {
    parties: RefCell<BTreeMap<(String, Place), Rc<dyn Reachable>>>,
    spread: RefCell<BTreeMap<String, (Role, Shards, Handles)>>,
    unreachable: RefCell<BTreeSet<String>>,
    missed: RefCell<BTreeSet<String>>,
    received: RefCell<Vec<Received>>,
}

/// The network itself. Clones are the same network.
#[derive(Clone, Default)]
pub struct Hub(Rc<Inner>);

impl Hub {
    /// Puts a party at its domain, in place of whoever was there.
    pub fn connect(&self, domain: &str, party: Rc<impl Party + 'static>) {
        self.connect_at(domain, Place::Office, party);
    }

    /// Puts one of a party's objects there. Requests find it as soon as the party is [`Hub::spread`].
    pub fn connect_at(&self, domain: &str, place: Place, party: Rc<impl Party + 'static>) {
        let mut parties = self.0.parties.borrow_mut();
        parties.insert((domain.to_owned(), place), party);
    }

    /// Spreads requests to a domain over the objects of its party, as an edge does.
    pub fn spread(&self, domain: &str, role: Role, shards: Shards, handles: Handles) {
        let mut spread = self.0.spread.borrow_mut();
        spread.insert(domain.to_owned(), (role, shards, handles));
    }

    fn at(&self, domain: &str, place: Place) -> Option<Rc<dyn Reachable>> {
        let parties = self.0.parties.borrow();
        parties.get(&(domain.to_owned(), place)).cloned()
    }

    fn place(&self, domain: &str, request: &Request<Vec<u8>>) -> Place {
        let spread = self.0.spread.borrow();
        spread
            .get(domain)
            .map_or(Place::Office, |(role, shards, handles)| {
                crate::routes::place(*role, *shards, handles, request)
            })
    }

    /// Makes a domain unreachable, or reachable again.
    pub fn cut(&self, domain: &str, cut: bool) {
        let mut unreachable = self.0.unreachable.borrow_mut();
        if cut {
            unreachable.insert(domain.to_owned());
        } else {
            unreachable.remove(domain);
        }
    }

    /// The domains at which there is a party, each once, sorted.
    #[must_use]
    pub fn domains(&self) -> Vec<String> {
        let parties = self.0.parties.borrow();
        let domains: BTreeSet<_> = parties.keys().map(|(domain, _)| domain.clone()).collect();
        domains.into_iter().collect()
    }

    /// The domains that somebody has asked and at which there was no party, each once, sorted.
    #[must_use]
    pub fn missed(&self) -> Vec<String> {
        self.0.missed.borrow().iter().cloned().collect()
    }

    /// The network as `name` sees it.
    #[must_use]
    pub fn network(&self, name: &str) -> InProcessNetwork {
        InProcessNetwork {
            hub: self.clone(),
            name: name.to_owned(),
            place: Place::Office,
        }
    }

    /// Everything received so far, in order.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.0.received.borrow().clone()
    }

    fn record(&self, by: &str, from: &str, what: &str, bytes: Vec<u8>) {
        self.0.received.borrow_mut().push(Received {
            by: by.to_owned(),
            from: from.to_owned(),
            what: what.to_owned(),
            bytes,
        });
    }
}

/// One participant's way into a [`Hub`].
#[derive(Clone)]
pub struct InProcessNetwork {
    hub: Hub,
    name: String,
    place: Place,
}

impl InProcessNetwork {
    /// The same, for another object of the same party.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }
}

impl Network for InProcessNetwork {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, NetworkError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let what = format!("{} {}", request.method(), request.uri().path());
        let party = self.hub.at(&host, self.hub.place(&host, &request));
        let cut = self.hub.0.unreachable.borrow().contains(&host);
        let secure = request.uri().scheme_str() == Some("https");
        if crate::routes::is_between_siblings(request.uri().path()) {
            return Ok(web::problem(&Fault::not_found()));
        }
        if party.is_none() {
            self.hub.0.missed.borrow_mut().insert(host.clone());
        }
        let Some(party) = party.filter(|_| secure && !cut) else {
            return Err(NetworkError(format!("{host} does not answer")));
        };
        let head = format!("{what} {:?} {:?}\n", request.uri(), request.headers());
        let said = [head.as_bytes(), request.body()].concat();
        self.hub.record(&host, &self.name, &what, said);
        let answer = party.reach(request).await;
        let head = format!("{} {:?}\n", answer.status(), answer.headers());
        let said = [head.as_bytes(), answer.body()].concat();
        self.hub.record(&self.name, &host, &what, said);
        Ok(answer)
    }
}

impl Siblings for InProcessNetwork {
    fn place(&self) -> Place {
        self.place
    }

    async fn ask(
        &self,
        place: Place,
        request: Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, NetworkError> {
        let party = self.hub.at(&self.name, place);
        let party = party.ok_or_else(|| NetworkError(format!("{place} does not answer")))?;
        Ok(party.reach(request).await)
    }
}
