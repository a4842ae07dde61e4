//! CA, key centre, security server, a front, two shops and their holders' cards in one process.

use core::cell::Cell;
use std::rc::Rc;

use http::{Method, Response};
use tallystick_parties::Party;
use tallystick_parties::ca::{self, Ca};
use tallystick_parties::key_centre::{self, KeyCentre, SpaceDegrees};
use tallystick_parties::native::{Hub, Machine, SetClock, block_on};
use tallystick_parties::office::http::{CBOR, COSE, problem_in, request_to};
use tallystick_parties::office::settings::{ConsoleAccess, Settings, registration_token};
use tallystick_parties::ports::{Network, Tables as _};
use tallystick_parties::security_server::{SecurityConfig, SecurityServer};
use tallystick_parties::store::vault::SealingKey;
use tallystick_protocol::keys::Degrees;
use tallystick_protocol::settlement::channel::MasterKey;
use tallystick_protocol::settlement::*;
use tallystick_protocol::test_keys::TEST_KEYS;
use tallystick_protocol::trust::statement::{SignedMessage, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{Domain, OrderId, Role, Root};
use tallystick_protocol::wire::money::{Currency, Money};
use zeroize::Zeroizing;

use crate::field::{Carrier, ContactlessCard};
use crate::signers::Signer;

pub const CA: &str = "ca.localhost";
pub const KEYS: &str = "keys.localhost";
pub const SERVER: &str = "kazaguruma-security.localhost";
pub const FRONT: &str = "kazaguruma.localhost";
pub const OTHER_FRONT: &str = "other-front.localhost";
pub const SHOP: &str = "kiso-tea.localhost";
pub const OTHER_SHOP: &str = "other-shop.localhost";
const START_MS: u64 = 1_790_000_000_000;
const REGISTRATION_KEY: [u8; 32] = [7; 32];

pub fn domain(text: &str) -> Domain {
    Domain::parse(text).unwrap()
}

pub fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

pub struct World {
    pub hub: Hub,
    pub clock: SetClock,
    pub server: Machine,
    pub front: Rc<Signer>,
    pub other_front: Rc<Signer>,
    pub shop: Rc<Signer>,
    pub other_shop: Rc<Signer>,
    numbers: Cell<u64>,
}

/// What a tap came to.
pub type Tapped = Result<TapEnd, &'static str>;

impl World {
    pub fn new() -> Self {
        let (hub, clock) = (Hub::default(), SetClock::at(START_MS));
        let mut keys_made = 0;
        let mut machine = |name: &str| {
            let machine = Machine::new(&hub, name, &clock).unwrap();
            machine.signing.prepare(TEST_KEYS[keys_made]);
            keys_made += 1;
            machine
        };
        let config = ca::Config {
            settings: settings(Role::Ca, CA),
            registration_key: REGISTRATION_KEY.into(),
        };
        hub.connect(CA, Rc::new(Ca::new(machine(CA), config)));
        let degrees = Degrees {
            holder: 3,
            party: 4,
        };
        let config = key_centre::Config {
            settings: settings(Role::KeyCentre, KEYS),
            degrees: SpaceDegrees {
                shop: degrees,
                issuer: degrees,
                courier: degrees,
            },
        };
        hub.connect(KEYS, Rc::new(KeyCentre::new(machine(KEYS), config)));
        let server = machine(SERVER);
        let mut signer = |role, name: &str| {
            let signer = Rc::new(Signer::new(machine(name), settings(role, name)));
            hub.connect(name, signer.clone());
            block_on(signer.office.bootstrap()).unwrap();
            signer
        };
        let front = signer(Role::Issuer, FRONT);
        let other_front = signer(Role::Issuer, OTHER_FRONT);
        let shop = signer(Role::Shop, SHOP);
        let other_shop = signer(Role::Shop, OTHER_SHOP);
        let world = Self {
            hub,
            clock,
            server,
            front,
            other_front,
            shop,
            other_shop,
            numbers: Cell::new(1),
        };
        world.restart();
        world
    }

    /// The security server anew, over what it stored: what was in memory alone is gone.
    pub fn restart(&self) {
        let server = Rc::new(self.started());
        self.hub.connect(SERVER, server.clone());
        block_on(server.wake());
    }

    /// The security server over what it stored, not connected yet.
    pub fn started(&self) -> SecurityServer<Machine> {
        let config = SecurityConfig {
            settings: settings(Role::SecurityServer, SERVER),
            master: MasterKey::new(Zeroizing::new([5; 16])),
            front: domain(FRONT),
        };
        SecurityServer::new(self.server.clone(), config)
    }

    /// Lets so many seconds pass in which the server does what is due.
    pub fn run_for(&self, seconds: u64) {
        self.clock.advance(seconds * 1000);
        self.restart();
    }

    pub fn post(&self, path: &str, media_type: &'static str, body: Vec<u8>) -> Response<Vec<u8>> {
        let request = request_to(SERVER, Method::POST, path, Some(media_type), body).unwrap();
        block_on(self.hub.network("somebody").send(request)).unwrap()
    }

    /// A statement of the security server in an answer, or the problem.
    pub fn said<M: SignedMessage>(&self, answer: &Response<Vec<u8>>) -> Result<M, &'static str> {
        match problem_in(answer) {
            Some(problem) => Err(problem.kind.as_str()),
            None => Ok(self.opened(answer.body())),
        }
    }

    /// What the security server signed.
    pub fn opened<M: SignedMessage>(&self, bytes: &[u8]) -> M {
        let office = &self.front.office;
        let identity = office.identity().unwrap();
        let role = Role::SecurityServer;
        let said = open::<M>(bytes, &identity.anchors, office.now(), role).unwrap();
        said.require_sender(&domain(SERVER)).unwrap();
        said.message
    }

    pub fn number(&self) -> [u8; 32] {
        self.numbers.set(self.numbers.get() + 1);
        let mut number = [0; 32];
        number[..8].copy_from_slice(&self.numbers.get().to_be_bytes());
        number
    }

    /// A new card, which is personalised and holds nothing.
    pub fn empty_card(&self) -> ContactlessCard {
        let nonce = self.number();
        let identity = self.front.office.identity().unwrap();
        let root = identity.anchors.roots()[0].as_der().to_vec();
        let (card, recipient) = ContactlessCard::prepared(&format!("{nonce:?}"), &root);
        let request = CardRequest {
            nonce,
            recipient,
            currency: Currency::Jpy,
        };
        let answer = self.post("/v1/cards", CBOR, encode(&request));
        assert_eq!(answer.status(), 200);
        card.personalise(answer.body(), self.front.office.now());
        card
    }

    /// A new card that holds so much.
    pub fn card(&self, minor: u64) -> ContactlessCard {
        let card = self.empty_card();
        let alias = self.reading(&card).alias;
        let order = self.credit_order(alias, minor);
        let credit: CreditOutcome = self.credit(&order).unwrap();
        assert_eq!(credit.state, CreditState::Waiting);
        let end = self.tap(TapPurpose::Collect, &card).unwrap();
        let credit: CreditOutcome = self.opened(&end.credits[0]);
        assert_eq!(credit.state, CreditState::Written);
        self.run_for(0);
        card
    }

    pub fn credit_order(&self, alias: Alias, minor: u64) -> CreditOrder {
        CreditOrder {
            envelope: self.front.envelope(&domain(SERVER), self.number()),
            alias,
            amount: yen(minor),
            reason: CreditReason::Refunded,
            until: None,
        }
    }

    pub fn credit(&self, order: &CreditOrder) -> Result<CreditOutcome, &'static str> {
        self.said(&self.post("/v1/credits", COSE, self.front.sign(order)))
    }

    /// A tap with nobody in between who does any harm.
    pub fn tap(&self, purpose: TapPurpose, card: &ContactlessCard) -> Tapped {
        card.enter();
        self.carry(purpose, &mut |command| Some(card.transmit(command)))
    }

    /// A tap; `carrier` is between server and card.
    pub fn carry(&self, purpose: TapPurpose, carrier: Carrier<'_>) -> Tapped {
        let nonce = self.number();
        let ask = TapAsk { nonce, purpose };
        let mut answer = self.post("/v1/taps", CBOR, encode(&ask));
        loop {
            if let Some(problem) = problem_in(&answer) {
                return Err(problem.kind.as_str());
            }
            let step = match TapAnswer::decode(answer.body()).unwrap() {
                TapAnswer::End(end) => return Ok(end),
                TapAnswer::Step(step) => step,
            };
            if let Some(update) = &step.update {
                let update: ValueUpdate = self.opened(update);
                assert_eq!(update.block, block_digest(&step.block));
                assert_eq!(update.envelope.transaction, nonce);
            }
            answer = self.answer(step.tap, &carried(&step, carrier));
        }
    }

    pub fn answer(&self, tap: TapId, responses: &[Vec<u8>]) -> Response<Vec<u8>> {
        let responses = responses.iter().map(|one| one.clone().into()).collect();
        let answers = TapAnswers { tap, responses };
        self.post("/v1/taps/answers", CBOR, encode(&answers))
    }

    /// Reads a card.
    pub fn reading(&self, card: &ContactlessCard) -> CardReading {
        let end = self.tap(TapPurpose::Read, card).unwrap();
        self.opened(&end.reading.unwrap())
    }

    /// What is on a card by its own word.
    pub fn on(&self, card: &ContactlessCard) -> u64 {
        self.reading(card).balance.minor
    }

    /// How many rows a table has of which this holds.
    pub fn count(&self, rows: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM {rows}");
        self.server.database.run(&sql, &[]).unwrap()[0]
            .integer(0)
            .unwrap()
    }

    /// How many debits the log has.
    pub fn debits(&self) -> i64 {
        self.count("security_log WHERE kind = 'debit'")
    }
}

/// What is carried of a step: the first response that is not 9000 ends the block, and so does silence.
pub fn carried(step: &TapStep, carrier: Carrier<'_>) -> Vec<Vec<u8>> {
    let mut responses = Vec::new();
    for command in &step.block {
        let Some(response) = carrier(command) else {
            break;
        };
        let goes_on = response.ends_with(&[0x90, 0x00]);
        responses.push(response);
        if !goes_on {
            break;
        }
    }
    responses
}

fn settings(role: Role, name: &str) -> Settings {
    let key = SealingKey::new([role.number(); 32]);
    let mut settings = Settings::new(role, domain(name), name, domain(CA), key);
    settings.key_centres = vec![domain(KEYS)];
    let token = registration_token(&REGISTRATION_KEY, role, &domain(name), name);
    settings.registration_token = Some(token);
    settings.console = ConsoleAccess::Open;
    settings
}

/// An order, as shop and front say it.
pub struct Order {
    pub request: SettlementRequest,
    /// SIG1.
    pub signed: Vec<u8>,
    pub reading: CardReading,
}

impl Order {
    pub fn root(&self) -> Root {
        self.request.root
    }
}

impl World {
    /// An order of so much at the shop, to be paid by this card, which is read for it.
    pub fn order(&self, card: &ContactlessCard, minor: u64) -> Order {
        let reading = self.reading(card);
        let order = OrderId(self.number());
        let request = SettlementRequest {
            envelope: self.shop.envelope(&domain(FRONT), order.0),
            mall: domain(FRONT),
            root: Root(self.number()),
            goods: goods_digest(&[1; 32], &order),
            amount: yen(minor),
        };
        let signed = self.shop.sign(&request);
        Order {
            request,
            signed,
            reading,
        }
    }

    /// The front hands it on.
    pub fn ask(&self, order: &Order) -> Response<Vec<u8>> {
        self.ask_with(&order.signed, &order.request, &order.reading)
    }

    pub fn ask_with(
        &self,
        signed: &[u8],
        request: &SettlementRequest,
        reading: &CardReading,
    ) -> Response<Vec<u8>> {
        let said = SettlementOrder {
            envelope: self
                .front
                .envelope(&domain(SERVER), request.envelope.transaction),
            request: signed.to_vec(),
            reading: reading.reading,
        };
        self.post("/v1/settlements", COSE, self.front.sign(&said))
    }

    pub fn proposal(&self, order: &Order) -> BillProposal {
        self.said(&self.ask(order)).unwrap()
    }

    /// What the shop bills.
    pub fn bill_for(&self, proposal: &BillProposal) -> Bill {
        Bill {
            envelope: self
                .shop
                .envelope(&domain(SERVER), proposal.envelope.transaction),
            request: proposal.request,
            amount: proposal.amount,
            card: proposal.card,
        }
    }

    pub fn bring(&self, bill: &Bill) -> Result<SettlementOutcome, &'static str> {
        self.said(&self.post("/v1/bills", COSE, self.shop.sign(bill)))
    }

    /// An order that its card can pay now.
    pub fn ready(&self, card: &ContactlessCard, minor: u64) -> Order {
        let order = self.order(card, minor);
        let bill = self.bill_for(&self.proposal(&order));
        assert_eq!(self.bring(&bill).unwrap().state, SettlementState::Ready);
        order
    }

    /// The one outcome of a tap for this order.
    pub fn settle(&self, order: &Order, card: &ContactlessCard) -> SettlementOutcome {
        let end = self.tap(TapPurpose::Settle(order.root()), card).unwrap();
        self.outcome(&end)
    }

    pub fn outcome(&self, end: &TapEnd) -> SettlementOutcome {
        assert_eq!(end.outcomes.len(), 1);
        self.opened(&end.outcomes[0])
    }

    pub fn end(&self, order: &Order) -> Result<SettlementOutcome, &'static str> {
        let end = SettlementEnd {
            envelope: self
                .front
                .envelope(&domain(SERVER), order.request.envelope.transaction),
            root: order.root(),
            request: signed_digest(&order.signed),
            amount: order.request.amount,
        };
        self.said(&self.post("/v1/settlement-ends", COSE, self.front.sign(&end)))
    }
}
