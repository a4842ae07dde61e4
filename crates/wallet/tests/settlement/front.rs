//! A reference front at the card issuer's domain: what wallet and security server say goes through it byte for byte, and a charge
//! becomes a credit. Everything else is the real issuer's, but that it authorises nothing.

use std::cell::RefCell;
use std::rc::Rc;

use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_parties::native::Machine;
use tallystick_protocol::settlement::{
    ChargeAnswer, ChargeRequest, ChargeState, CreditOrder, CreditOutcome, CreditReason,
    CreditState, signed_digest,
};
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::certificate::{Certificate, TrustAnchors};
use tallystick_protocol::trust::holder::verify_holder;
use tallystick_protocol::trust::statement::{Audience, Envelope, unverified};
use tallystick_protocol::wire::problem::{PROBLEM_MEDIA_TYPE, Problem, ProblemKind};
use tallystick_protocol::wire::time::Timestamp;
use tallystick_simulation::cast::Running;

use super::security::Security;
use super::world::{ISSUER, SECURITY, domain};

/// The number of its test key: the issuer's.
pub const FRONT_KEY: usize = 3;
const COSE: &str = "application/cose";

pub struct Front {
    pub inner: Running<Machine>,
    pub security: Rc<Security>,
    pub leaf: Certificate,
    pub anchors: TrustAnchors,
    pub now: Box<dyn Fn() -> Timestamp>,
    /// What the wallet asked through it.
    pub relayed: RefCell<Vec<String>>,
}

impl Front {
    pub fn envelope(&self, to: Audience, transaction: [u8; 32]) -> Envelope {
        Envelope::new(domain(ISSUER), to, transaction, (self.now)(), 600)
    }

    async fn charge(&self, signed: &[u8]) -> Response<Vec<u8>> {
        let now = (self.now)();
        let said = verify_holder::<ChargeRequest>(signed, &self.anchors, now).unwrap();
        let number = signed_digest(signed);
        let order = CreditOrder {
            envelope: self.envelope(Audience::Party(domain(SECURITY)), number),
            alias: said.message.alias,
            amount: said.message.amount,
            reason: CreditReason::Charged,
            until: Some(Timestamp(said.message.at.seconds() + 600)),
        };
        let order = test_statement(&order, &self.leaf, FRONT_KEY);
        let outcome = self.security.serve(post("/v1/credits", order)).await;
        let outcome: CreditOutcome = unverified(outcome.body()).unwrap();
        let answer = ChargeAnswer {
            envelope: self.envelope(Audience::Holder, number),
            state: match outcome.state {
                CreditState::Written => ChargeState::Done,
                CreditState::Withdrawn => ChargeState::Refused,
                _ => ChargeState::Waiting,
            },
            refusal: None,
            until: now.plus_seconds(600),
        };
        cose(test_statement(&answer, &self.leaf, FRONT_KEY))
    }
}

/// A signed statement to the security server.
pub fn post(path: &str, body: Vec<u8>) -> Request<Vec<u8>> {
    Request::builder()
        .method("POST")
        .uri(format!("https://{SECURITY}{path}"))
        .header("content-type", COSE)
        .body(body)
        .unwrap()
}

fn cose(body: Vec<u8>) -> Response<Vec<u8>> {
    let answer = Response::builder().header("content-type", COSE);
    answer.body(body).unwrap()
}

impl Party for Front {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let path = request.uri().path().to_owned();
        match path.as_str() {
            "/v1/cards" | "/v1/taps" | "/v1/taps/answers" => {
                self.relayed.borrow_mut().push(path);
                self.security.serve(request).await
            }
            "/v1/charges" => self.charge(request.body()).await,
            "/v1/authorisations" => Response::builder()
                .status(409)
                .header("content-type", PROBLEM_MEDIA_TYPE)
                .body(Problem::from(ProblemKind::RateLimited).to_json())
                .unwrap(),
            _ => self.inner.serve(request).await,
        }
    }

    async fn wake(&self) {}
}
