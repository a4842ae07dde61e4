//! A shop that answers a proxy.

use tallystick_protocol::home::Entrance;
use tallystick_protocol::home::agreement::{
    Answered, Confirmation, Finish, Hello, HelloAnswer, Responder,
};
use tallystick_protocol::home::records::{RecordKeys, Side};
use tallystick_protocol::test_keys::{TestAuthority, TestRng, test_statement};
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::trust::holder::verify_holder;
use tallystick_protocol::wire::identifier::{Domain, HolderId, Role};
use tallystick_protocol::wire::time::Timestamp;

use super::NOW;

/// A shop that answers a proxy.
#[derive(Clone)]
pub(in crate::tests::home) struct Shop {
    pub(in crate::tests::home) domain: Domain,
    pub(in crate::tests::home) role: Role,
    /// What it is certified as.
    pub(super) certified: Domain,
    pub(super) anchors: TrustAnchors,
    pub(super) answered: Option<Answered>,
    /// Who entered, under what.
    pub(in crate::tests::home) session: Option<(HolderId, RecordKeys)>,
}

impl Shop {
    pub(super) fn hello(&mut self, hello: Hello, at: Timestamp, rng: &mut TestRng) -> HelloAnswer {
        let responder = Responder::new(rng, hello);
        let proof = responder.proof(self.domain.clone(), at, None);
        let mut authority = TestAuthority::new(NOW);
        let certificate = authority.party(self.role, self.certified.as_str(), "Tea", 2);
        let signed = test_statement(&proof, &certificate, 2);
        let (answer, answered) = responder.answer(&signed).unwrap();
        self.answered = Some(answered);
        answer
    }

    pub(super) fn finish(&mut self, finish: &Finish, at: Timestamp) -> Confirmation {
        let answered = self.answered.take().unwrap();
        let said = answered.receive(finish).unwrap();
        let entrance = verify_holder::<Entrance>(&said, &self.anchors, at).unwrap();
        let entrance = entrance.message;
        assert_eq!(entrance.transcript, answered.transcript);
        assert_eq!(entrance.shop, self.domain);
        assert!(entrance.expires_at > at);
        let (key, confirmation) = answered.agree(finish, None).unwrap();
        self.session = Some((entrance.holder, key.record_keys(Side::Responder)));
        confirmation
    }
}
