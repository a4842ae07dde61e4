//! Terminal, home card, proxy and shop together, and whoever is none of them.

mod agreement;
mod altered;
mod debug;
mod handed_over;
mod known_answers;
mod limits;
mod loan;
mod passwords;
mod records;
mod strangers;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use rsa::Oaep;
use sha2::Sha256;

use super::Entrance;
use super::agreement::{
    Agreed, AgreementError, Answered, Confirmation, Finish, Hello, HelloAnswer, Initiator, Profile,
    Received, Responder, SessionKey,
};
use crate::test_keys::{
    TestAuthority, TestRng, test_key, test_signature, test_spki, test_statement,
};
use crate::trust::certificate::{Certificate, TrustAnchors};
use crate::trust::holder::{UnsignedByHolder, verify_holder};
use crate::wire::identifier::{Domain, HolderId, Role};
use crate::wire::time::Timestamp;

const NOW: Timestamp = Timestamp(1_800_000_000);
const PROFILES: [Profile; 2] = [Profile::KeyAgreement, Profile::KeyTransport];
/// The secret of the terminal's share, and the share.
const SECOND: [u8; 32] = [9; 32];
/// Test keys of the shop, of its transport, of the holder's card, and of somebody else.
const SHOP_KEY: usize = 1;
const TRANSPORT_KEY: usize = 4;
const HOLDER_KEY: usize = 2;
const OTHER_KEY: usize = 5;

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

fn shop() -> Domain {
    domain("shop.localhost")
}

fn second_share() -> [u8; 32] {
    crate::keys::sealed::public_key(&SECOND).unwrap()
}

/// A shop, and a holder whose card signs.
struct Scene {
    authority: TestAuthority,
    shop: Certificate,
    holder: Certificate,
    rng: TestRng,
}

/// An agreement, from its first message to its last.
struct Whole {
    hello: Hello,
    answer: HelloAnswer,
    finish: Finish,
    confirmation: Confirmation,
    /// What the initiator has.
    agreed: Agreed,
    /// What the responder has.
    key: SessionKey,
}

impl Scene {
    fn new() -> Self {
        let mut authority = TestAuthority::new(NOW);
        let shop = authority.party(Role::Shop, "shop.localhost", "Shop", SHOP_KEY);
        let holder = authority.holder("account 1", HOLDER_KEY);
        let rng = TestRng::new(7);
        Self {
            authority,
            shop,
            holder,
            rng,
        }
    }

    fn anchors(&self) -> TrustAnchors {
        self.authority.anchors()
    }

    fn initiator(&mut self, profile: Profile, second: Option<[u8; 32]>) -> Initiator {
        Initiator::new(&mut self.rng, shop(), profile, second)
    }

    /// The shop's answer.
    fn answer(&mut self, hello: &Hello) -> Result<(HelloAnswer, Answered), AgreementError> {
        let certificate = self.shop.clone();
        self.answer_as(hello, (&shop(), &certificate, SHOP_KEY))
    }

    /// The answer of whoever has that domain, certificate and key.
    fn answer_as(
        &mut self,
        hello: &Hello,
        (domain, certificate, key): (&Domain, &Certificate, usize),
    ) -> Result<(HelloAnswer, Answered), AgreementError> {
        let responder = Responder::new(&mut self.rng, hello.clone());
        let transports = hello.profile == Profile::KeyTransport;
        let transport_key = transports.then(|| test_spki(TRANSPORT_KEY));
        let proof = responder.proof(domain.clone(), NOW, transport_key);
        responder.answer(&test_statement(&proof, certificate, key))
    }

    fn receive(
        &self,
        initiator: &Initiator,
        answer: HelloAnswer,
    ) -> Result<Received, AgreementError> {
        initiator.receive(answer, &self.anchors(), NOW, Role::Shop)
    }

    /// What the holder's card signs.
    fn entrance(&self, transcript: &[u8; 32]) -> Vec<u8> {
        let entrance = Entrance {
            holder: HolderId([6; 32]),
            shop: shop(),
            transcript: *transcript,
            expires_at: Timestamp(NOW.0 + 60),
        };
        let unsigned = UnsignedByHolder::new(&entrance, self.holder.as_der());
        let signature = test_signature(HOLDER_KEY, &unsigned.to_be_signed());
        unsigned.finish(&signature).unwrap()
    }

    /// What a shop does with the last message; or why it does not.
    fn accept(
        &self,
        answered: &Answered,
        finish: &Finish,
    ) -> Result<(SessionKey, Confirmation), String> {
        let signed = answered.receive(finish).map_err(|e| e.to_string())?;
        let entrance = verify_holder::<Entrance>(&signed, &self.anchors(), NOW);
        let entrance = entrance.map_err(|e| e.to_string())?.message;
        if entrance.shop != shop() || entrance.transcript != answered.transcript {
            return Err("The entrance is to something else.".into());
        }
        let transported = match &finish.transported {
            Some(sent) => Some(transported(sent)?),
            None => None,
        };
        let agreed = answered.agree(finish, transported.as_ref());
        agreed.map_err(|e| e.to_string())
    }

    fn agree(&mut self, profile: Profile, second: Option<[u8; 32]>) -> Whole {
        let initiator = self.initiator(profile, second);
        let hello = initiator.hello().clone();
        let (answer, answered) = self.answer(&hello).unwrap();
        let received = self.receive(&initiator, answer.clone()).unwrap();
        assert_eq!(received.transcript(), &answered.transcript);
        let signed = self.entrance(received.transcript());
        let (finish, agreed) = received.finish(&mut self.rng, &signed).unwrap();
        let (key, confirmation) = self.accept(&answered, &finish).unwrap();
        Whole {
            hello,
            answer,
            finish,
            confirmation,
            agreed,
            key,
        }
    }
}

/// What was sent under the shop's RSA key.
fn transported(sent: &[u8]) -> Result<[u8; 32], String> {
    let opened = test_key(TRANSPORT_KEY).decrypt(Oaep::<Sha256>::new(), sent);
    let opened = opened.map_err(|e| e.to_string())?;
    opened.try_into().map_err(|_| "It is no key.".into())
}

/// Bytes with one altered, each in its turn.
fn each_altered(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let flips = [0x01, 0x80];
    let places = (0..bytes.len()).flat_map(move |place| flips.map(|flip| (place, flip)));
    places.map(|(place, flip)| {
        let mut altered = bytes.to_vec();
        altered[place] ^= flip;
        altered
    })
}
