//! Purchases with what is lent, while they are under way: in memory alone. If the wallet dies meanwhile, an order that was
//! not signed stays asked, and one that was goes on as any approved order.

use tallystick_protocol::wire::identifier::HomeId;

use crate::checkout::view::AwayStep;

/// A session with a shop, in which an order goes to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShopSession {
    /// Where records go, at the shop: `/v1/sessions/…`.
    pub path: String,
    /// Whose card signed.
    pub home: HomeId,
    /// Where records of the session with the proxy go, at the proxy.
    pub records: String,
}

/// One purchase.
struct Purchase {
    request_id: String,
    step: AwayStep,
    session: Option<ShopSession>,
}

/// All of them.
#[derive(Default)]
pub struct UnderWay(Vec<Purchase>);

impl UnderWay {
    /// How far it is with that order.
    #[must_use]
    pub fn step_of(&self, request_id: &str) -> Option<AwayStep> {
        let one = self.0.iter().find(|one| one.request_id == request_id);
        one.map(|one| one.step)
    }

    /// It is here with that order.
    pub fn step(&mut self, request_id: &str, step: AwayStep) {
        match self.find(request_id) {
            Some(one) => one.step = step,
            None => self.0.push(Purchase {
                request_id: request_id.to_owned(),
                step,
                session: None,
            }),
        }
    }

    /// That order goes to its shop in this session.
    pub fn enter(&mut self, request_id: &str, session: ShopSession) {
        if let Some(one) = self.find(request_id) {
            one.session = Some(session);
        }
    }

    /// The session in which that order goes to its shop.
    #[must_use]
    pub fn session_of(&self, request_id: &str) -> Option<&ShopSession> {
        let one = self.0.iter().find(|one| one.request_id == request_id);
        one.and_then(|one| one.session.as_ref())
    }

    /// The access card begins another procedure, and forgets the keys of sessions: what has not gone yet goes as from
    /// home.
    pub fn leave_sessions(&mut self) {
        self.0.clear();
    }

    /// Nothing is under way with that order any more.
    pub fn end(&mut self, request_id: &str) {
        self.0.retain(|one| one.request_id != request_id);
    }

    fn find(&mut self, request_id: &str) -> Option<&mut Purchase> {
        self.0.iter_mut().find(|one| one.request_id == request_id)
    }
}
