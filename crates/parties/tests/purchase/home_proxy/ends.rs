//! The two ends of a home proxy, played: a home card with its browser, and a terminal.

use core::cell::RefCell;
use std::rc::Rc;

use http::Response;
use rand_core::Rng as _;
use rsa::RsaPrivateKey;
use sha2::{Digest, Sha256};
use tallystick_parties::native::{Line, Machine};
use tallystick_protocol::home::agreement::{
    Agreed, Confirmation, Finish, Handover, HelloAnswer, Initiator, Profile, verify_responder,
};
use tallystick_protocol::home::calls::{
    Enter, EnterCall, HomeCall, HomeCallKind, HomeConnect, HomeReply, SessionAnswer, SessionAsk,
    SessionAskKind, TerminalProof,
};
use tallystick_protocol::home::channel::ReleaseAnswer;
use tallystick_protocol::home::password::{answer_keys, channel_keys};
use tallystick_protocol::home::records::{RecordKeys, Side};
use tallystick_protocol::home::{
    AccessAnswer, AccessPurpose, AccessRequest, Entrance, HomeRefusal, HomeRegistration, Opening,
    OpeningAnswer, PublicKeys, Release,
};
use tallystick_protocol::keys::sealed::Exported;
use tallystick_protocol::keys::sealed_share::enrolment_public_key;
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::trust::holder::UnsignedByHolder;
use tallystick_protocol::trust::keyed::{self, KeyedMessage};
use tallystick_protocol::trust::signature::{Algorithm, Es256Key, VerifyingKey, sign_pss};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{HolderId, HomeId, Role, TerminalId};
use tallystick_protocol::wire::time::Timestamp;
use tallystick_simulation::cast::Running;

use super::super::holder::{CBOR, COSE, Holder};
use super::super::world::{HOME_PROXY, SHOP, World, domain, problem, text};

pub const FIRST: &str = "plum blossom";
pub const SECOND: &str = "autumn moon";
const CERTIFIED: &[u8] = b"certificate";

/// Keys of either end.
#[derive(Clone)]
pub struct Keys {
    signing: [u8; 32],
    sealing: [u8; 32],
}

impl Keys {
    pub fn of(number: u8) -> Self {
        Self {
            signing: [number; 32],
            sealing: [number ^ 0x55; 32],
        }
    }

    pub fn public(&self) -> PublicKeys {
        let signing = VerifyingKey::of_es256(&self.signing).unwrap();
        PublicKeys {
            signing: signing.to_spki().unwrap(),
            sealing: enrolment_public_key(&self.sealing).unwrap(),
        }
    }

    pub fn sign<M: KeyedMessage>(&self, message: &M) -> Vec<u8> {
        let key = Es256Key::from_secret(&self.signing).unwrap();
        let signed = keyed::to_be_signed(message, Algorithm::Es256);
        let signature = key.sign(&signed).unwrap();
        keyed::assemble(&encode(message), Algorithm::Es256, &signature)
    }
}

/// What the card at home keeps of the one terminal that uses it.
#[derive(Default)]
pub struct Card {
    pub calls: Vec<HomeCallKind>,
    /// What it refuses, whatever it is asked.
    pub refuses: Option<HomeRefusal>,
    /// Whether its browser says nothing at all.
    pub is_silent: bool,
    /// Whether it says something else than it is asked for.
    pub lies: bool,
    nonce: [u8; 32],
    second_nonce: [u8; 32],
    gate: [u8; 32],
    channel: Option<RecordKeys>,
}

/// A home with its card and the account of a holder.
pub struct Home {
    pub keys: Keys,
    pub card: Rc<RefCell<Card>>,
    pub token: [u8; 32],
    terminals: Vec<PublicKeys>,
    version: u32,
}

impl Home {
    pub fn new(number: u8, terminals: &[&Terminal<'_>]) -> Self {
        Self {
            keys: Keys::of(number),
            card: Rc::default(),
            token: [number; 32],
            terminals: terminals.iter().map(|one| one.keys.public()).collect(),
            version: 0,
        }
    }

    pub fn id(&self) -> HomeId {
        self.keys.public().home()
    }

    pub fn path(&self, what: &str) -> String {
        format!("/v1/homes/{}/{what}", self.id())
    }

    pub fn registration(&self, world: &World) -> HomeRegistration {
        HomeRegistration {
            keys: self.keys.public(),
            proxy: domain(HOME_PROXY),
            verifier: Sha256::digest(self.token).into(),
            terminals: self.terminals.clone(),
            version: self.version,
            at: world.now(),
        }
    }

    pub fn register(&mut self, world: &World) {
        self.version += 1;
        let signed = self.keys.sign(&self.registration(world));
        let answer = world.post(HOME_PROXY, "/v1/homes", COSE, signed);
        assert_eq!(answer.status(), 204, "{}", text(&answer));
    }

    /// Registers anew without its terminals.
    pub fn revoke_all(&mut self, world: &World) {
        self.terminals.clear();
        self.register(world);
    }

    /// Opens a connection without a word.
    pub fn arrive(&self, world: &World, holder: &Holder) -> Option<Line<Running<Machine>>> {
        self.arrive_at(world, holder, world.running(HOME_PROXY))
    }

    /// As [`Home::arrive`], to this proxy.
    pub fn arrive_at(
        &self,
        world: &World,
        holder: &Holder,
        proxy: Running<Machine>,
    ) -> Option<Line<Running<Machine>>> {
        let machine = world.machine(HOME_PROXY);
        let party = Rc::new(proxy);
        let address = format!("https://{HOME_PROXY}{}", self.path("connection"));
        let (card, signer) = (self.card.clone(), self.signer(world, holder));
        let clock = world.clock.clone();
        machine.sockets.connect(&party, &address, move |message| {
            let now = tallystick_parties::ports::Clock::now_ms(&clock) / 1000;
            signer.hear(&mut card.borrow_mut(), Timestamp(now), message)
        })
    }

    /// Who answers at the other end of its connection.
    pub fn signer(&self, world: &World, holder: &Holder) -> Signer {
        let roots = world.anchors.roots().iter();
        Signer {
            keys: self.keys.clone(),
            holder: holder.id,
            certificate: holder.certificate.clone(),
            key: holder.key.clone(),
            roots: roots.map(|root| root.as_der().to_vec()).collect(),
        }
    }

    /// Connects and shows its token.
    pub fn connect(&self, world: &World, holder: &Holder) -> Line<Running<Machine>> {
        let line = self.arrive(world, holder).unwrap();
        line.say(&self.token());
        line
    }

    /// The first message of its browser.
    pub fn token(&self) -> Vec<u8> {
        encode(&HomeConnect {
            home: self.id(),
            token: self.token,
        })
    }

    pub fn calls(&self) -> Vec<HomeCallKind> {
        self.card.borrow().calls.clone()
    }
}

/// The home card's keys and the account's, with what its browser does around them.
#[derive(Clone)]
pub struct Signer {
    keys: Keys,
    holder: HolderId,
    certificate: Vec<u8>,
    key: RsaPrivateKey,
    roots: Vec<Vec<u8>>,
}

impl Signer {
    /// What is said to a call of the proxy; nothing, if its browser is silent.
    pub fn hear(&self, card: &mut Card, now: Timestamp, message: &[u8]) -> Option<Vec<u8>> {
        let call: HomeCall = decode(message).unwrap();
        card.calls.push(call.kind);
        if card.is_silent {
            return None;
        }
        let done = match (card.refuses, card.lies) {
            (Some(refusal), _) => Err(refusal),
            (None, true) => Ok(b"something else".to_vec()),
            (None, false) => card.answer(&call, &self.keys, |enter| self.enter(enter, now)),
        };
        let (refusal, content) = match done {
            Ok(content) => (None, content),
            Err(refusal) => (Some(refusal), Vec::new()),
        };
        let number = call.number;
        Some(encode(&HomeReply {
            number,
            refusal,
            content,
        }))
    }

    /// H6: shows the holder to the shop, once that has shown itself.
    fn enter(&self, enter: &EnterCall, now: Timestamp) -> Result<Vec<u8>, HomeRefusal> {
        let (hello, answer, proof) = (&enter.hello, &enter.answer, &enter.proof);
        let anchors = TrustAnchors::from_der(&self.roots).unwrap();
        let transcript = verify_responder(hello, answer, proof, &anchors, now, Role::Shop)
            .map_err(|_| HomeRefusal::ShopNotConfirmed)?;
        let entrance = Entrance {
            holder: self.holder,
            shop: hello.to.clone(),
            transcript,
            expires_at: now.plus_seconds(300),
        };
        let unsigned = UnsignedByHolder::new(&entrance, &self.certificate);
        let mut rng = TestRng::new(8);
        let signature = sign_pss(&mut rng, &self.key, &unsigned.to_be_signed());
        Ok(unsigned.finish(&signature.unwrap()).unwrap())
    }
}

impl Card {
    fn answer(
        &mut self,
        call: &HomeCall,
        keys: &Keys,
        enter: impl FnOnce(&EnterCall) -> Result<Vec<u8>, HomeRefusal>,
    ) -> Result<Vec<u8>, HomeRefusal> {
        let mut rng = TestRng::new(u64::from(self.calls.len() as u32));
        let mut drawn = || {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            bytes
        };
        match call.kind {
            HomeCallKind::Access => {
                self.nonce = drawn();
                Ok(encode(&AccessAnswer { nonce: self.nonce }))
            }
            HomeCallKind::Open => {
                let opening: Opening = keyed::unverified(&call.content).unwrap();
                let (password, exported) = opening.open(&keys.sealing).unwrap();
                if opening.nonce != self.nonce {
                    return Err(HomeRefusal::BadSignature);
                }
                if *password != FIRST.as_bytes() {
                    return Err(HomeRefusal::WrongFirstPassword);
                }
                (self.gate, self.second_nonce) = (drawn(), drawn());
                let answer = OpeningAnswer {
                    gate: self.gate,
                    nonce: self.second_nonce,
                };
                let mut keys = answer_keys(&exported, &self.nonce, Side::Responder);
                Ok(keys.seal(&encode(&answer), true).unwrap())
            }
            HomeCallKind::Release => {
                let release: Release = keyed::unverified(&call.content).unwrap();
                let released = release.open(&keys.sealing);
                let released = released.map_err(|_| HomeRefusal::BadSignature)?;
                if *released.password != SECOND.as_bytes() {
                    return Err(HomeRefusal::WrongSecondPassword);
                }
                let mut channel =
                    channel_keys(&released.channel, &release.session, Side::Responder);
                let answer = ReleaseAnswer { key: [4; 32] };
                let record = channel.seal(&encode(&answer), false).unwrap();
                self.channel = Some(channel);
                Ok(record)
            }
            HomeCallKind::Enter => enter(&decode(&call.content).unwrap()),
            HomeCallKind::Sign => {
                // A card reads an order; this one says back what it was asked.
                let channel = self.channel.as_mut().ok_or(HomeRefusal::OutOfOrder)?;
                let asked = channel.open(&call.content).unwrap();
                Ok(channel.seal(&asked, false).unwrap())
            }
            HomeCallKind::Stop | HomeCallKind::End => {
                self.channel = None;
                Ok(Vec::new())
            }
        }
    }
}

/// An access card with its wallet.
pub struct Terminal<'w> {
    pub keys: Keys,
    pub rng: TestRng,
    world: &'w World,
}

/// A session with the proxy.
pub struct Session {
    pub keys: RecordKeys,
    pub path: String,
    pub agreed: Agreed,
    /// The card's own channel, once it was released.
    pub channel: Option<RecordKeys>,
}

/// What the opening brought.
pub struct Opened {
    pub answer: OpeningAnswer,
}

impl<'w> Terminal<'w> {
    pub fn new(world: &'w World, number: u8) -> Self {
        Self {
            keys: Keys::of(number),
            rng: TestRng::new(u64::from(number)),
            world,
        }
    }

    pub fn id(&self) -> TerminalId {
        self.keys.public().terminal()
    }

    pub fn post(&self, path: &str, body: Vec<u8>) -> Response<Vec<u8>> {
        self.world
            .send("terminal", HOME_PROXY, "POST", path, CBOR, body)
    }

    pub fn request(&mut self, home: &Home, purpose: AccessPurpose) -> AccessRequest {
        let proxy = domain(HOME_PROXY);
        let (id, now) = (self.id(), self.world.now());
        AccessRequest::new(&mut self.rng, home.id(), id, proxy, purpose, now)
    }

    pub fn signed(&mut self, home: &Home, purpose: AccessPurpose) -> Vec<u8> {
        let request = self.request(home, purpose);
        self.keys.sign(&request)
    }

    /// H1.
    pub fn asks(&mut self, home: &Home) -> Response<Vec<u8>> {
        let signed = self.signed(home, AccessPurpose::Open);
        self.post(&home.path("requests"), signed)
    }

    pub fn stops(&mut self, home: &Home) -> Response<Vec<u8>> {
        let signed = self.signed(home, AccessPurpose::Stop);
        self.post(&home.path("stops"), signed)
    }

    /// H4, with what the answer will be sealed under.
    pub fn opening(&mut self, home: &Home, nonce: [u8; 32], password: &str) -> (Vec<u8>, Exported) {
        let public = home.keys.public();
        let to = (home.id(), &public.sealing);
        let id = self.id();
        let (opening, exported) = Opening::new(&mut self.rng, to, id, nonce, password).unwrap();
        (self.keys.sign(&opening), exported)
    }

    /// H1 and H2, with the card's nonce.
    pub fn nonce(&mut self, home: &Home) -> [u8; 32] {
        let answer = self.asks(home);
        assert!(answer.status().is_success(), "{}", text(&answer));
        let AccessAnswer { nonce } = decode(answer.body()).unwrap();
        nonce
    }

    pub fn opens(&mut self, home: &Home) -> Opened {
        let nonce = self.nonce(home);
        self.opens_by(home, nonce)
    }

    /// H4, by that nonce.
    pub fn opens_by(&mut self, home: &Home, nonce: [u8; 32]) -> Opened {
        let (signed, exported) = self.opening(home, nonce, FIRST);
        let answer = self.post(&home.path("openings"), signed);
        assert!(answer.status().is_success(), "{}", text(&answer));
        let mut keys = answer_keys(&exported, &nonce, Side::Initiator);
        let opened = keys.open(answer.body()).unwrap();
        Opened {
            answer: decode(&opened).unwrap(),
        }
    }

    /// H3, up to what shows who it is.
    pub fn greets(&mut self, home: &Home) -> Result<(Finish, Agreed, String), String> {
        self.greets_as(home, |_| {})
    }

    pub fn greets_as(
        &mut self,
        home: &Home,
        change: impl FnOnce(&mut TerminalProof),
    ) -> Result<(Finish, Agreed, String), String> {
        let proxy = domain(HOME_PROXY);
        let initiator = Initiator::new(&mut self.rng, proxy, Profile::KeyAgreement, None);
        let path = home.path("sessions");
        let answer = self.post(&path, encode(initiator.hello()));
        if !answer.status().is_success() {
            return Err(problem(&answer));
        }
        let answer: HelloAnswer = decode(answer.body()).unwrap();
        let (world, role) = (self.world, Role::HomeProxy);
        let received = initiator.receive(answer, &world.anchors, world.now(), role);
        let received = received.unwrap();
        let mut proof = TerminalProof {
            home: home.id(),
            terminal: self.id(),
            proxy: domain(HOME_PROXY),
            transcript: *received.transcript(),
        };
        change(&mut proof);
        let signed = self.keys.sign(&proof);
        let (finish, agreed) = received.finish(&mut self.rng, &signed).unwrap();
        let name = data_encoding::HEXLOWER.encode(&agreed.session);
        Ok((finish, agreed, format!("{path}/{name}")))
    }

    pub fn begins(&mut self, home: &Home) -> Result<Session, String> {
        let (finish, agreed, path) = self.greets(home)?;
        let answer = self.post(&path, encode(&finish));
        if !answer.status().is_success() {
            return Err(problem(&answer));
        }
        let again = self.post(&path, encode(&finish));
        assert_eq!(answer.body(), again.body());
        let confirmation: Confirmation = decode(answer.body()).unwrap();
        let key = agreed.confirm(&confirmation).unwrap();
        Ok(Session {
            keys: key.record_keys(Side::Initiator),
            path: format!("{path}/records"),
            agreed,
            channel: None,
        })
    }

    pub fn release(
        &mut self,
        home: &Home,
        opened: &Opened,
        session: &Session,
        password: &str,
    ) -> (Vec<u8>, Exported) {
        let public = home.keys.public();
        let to = (home.id(), &public.sealing);
        let (id, bound) = (self.id(), session.agreed.transcript);
        let answer = &opened.answer;
        let made = Release::new(&mut self.rng, to, id, answer, bound, password);
        let (release, exported) = made.unwrap();
        (self.keys.sign(&release), exported)
    }

    /// H5.
    pub fn releases(
        &mut self,
        home: &Home,
        opened: &Opened,
        session: &mut Session,
        password: &str,
    ) -> Option<HomeRefusal> {
        let (signed, exported) = self.release(home, opened, session, password);
        let answer = self.asks_within(session, SessionAskKind::Release, signed, None);
        if answer.refusal.is_none() {
            let bound = session.agreed.transcript;
            let mut channel = channel_keys(&exported, &bound, Side::Initiator);
            let opened = channel.open(&answer.content).unwrap();
            decode::<ReleaseAnswer>(&opened).unwrap();
            session.channel = Some(channel);
        }
        answer.refusal
    }

    pub fn asks_within(
        &self,
        session: &mut Session,
        kind: SessionAskKind,
        sealed: Vec<u8>,
        enter: Option<Enter>,
    ) -> SessionAnswer {
        let ask = SessionAsk {
            kind,
            sealed,
            enter,
        };
        let is_last = kind == SessionAskKind::End;
        let record = session.keys.seal(&encode(&ask), is_last).unwrap();
        let answer = self.post(&session.path, record);
        assert!(answer.status().is_success(), "{}", text(&answer));
        decode(&session.keys.open(answer.body()).unwrap()).unwrap()
    }

    /// Everything up to the second password.
    pub fn released(&mut self, home: &Home) -> Session {
        let opened = self.opens(home);
        let mut session = self.begins(home).unwrap();
        assert_eq!(self.releases(home, &opened, &mut session, SECOND), None);
        session
    }

    /// H6 and H7.
    pub fn enters(
        &mut self,
        session: &mut Session,
        start: u8,
        second: Option<[u8; 32]>,
    ) -> Result<Handover, HomeRefusal> {
        self.enters_in(Profile::KeyAgreement, session, start, second)
    }

    /// As [`Terminal::enters`], in that profile.
    pub fn enters_in(
        &mut self,
        profile: Profile,
        session: &mut Session,
        start: u8,
        second: Option<[u8; 32]>,
    ) -> Result<Handover, HomeRefusal> {
        let enter = Enter {
            shop: domain(SHOP),
            form_start: start,
            profile,
            second,
            certificate: CERTIFIED.to_vec(),
        };
        let kind = SessionAskKind::Enter;
        let answer = self.asks_within(session, kind, vec![1; 40], Some(enter));
        match answer.refusal {
            Some(refusal) => Err(refusal),
            None => Ok(decode(&answer.content).unwrap()),
        }
    }
}
