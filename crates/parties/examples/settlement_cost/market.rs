//! A shop at which cards pay, one after the other, and whose time that takes.

use std::rc::Rc;

use http::{Method, Response};
use tallystick_parties::Party as _;
use tallystick_parties::native::{Machine, block_on};
use tallystick_parties::office::http::{CBOR, COSE, request_to};
use tallystick_parties::ports::{Clock as _, Network as _, Tables as _};
use tallystick_parties::security_server::SecurityServer;
use tallystick_protocol::settlement::*;
use tallystick_protocol::trust::statement::{SignedMessage, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::{OrderId, Role, Root};

use super::clocks::{Clocks, Counted, Took, Who};
use super::copies;
use super::field::ContactlessCard;
use super::world::{FRONT, Order, SERVER, World, carried, domain, yen};

/// How many cards pay in turn.
const CARDS: u32 = 8;
/// What is on each at first, and what each order takes off it, in yen.
const ON_CARD: u64 = 10_000_000;
const ORDER: u64 = 120;
/// Between two orders.
const PAUSE_MS: u64 = 1_000;

/// Shop, front, security server and cards.
pub struct Market {
    world: World,
    server: Rc<Counted<SecurityServer<Machine>>>,
    cards: Vec<ContactlessCard>,
    clocks: Clocks,
    next: usize,
}

impl Market {
    /// With so many cards and settlements in the security server's tables, beside those of the cards that pay.
    pub fn new(others: u32) -> Self {
        let clocks = Clocks::new();
        let world = World::new();
        let cards = (0..CARDS).map(|_| world.card(ON_CARD)).collect();
        let server = Rc::new(Counted {
            party: Rc::new(world.started()),
            who: Who::Server,
            clocks: clocks.clone(),
        });
        let front = Counted {
            party: world.front.clone(),
            who: Who::Front,
            clocks: clocks.clone(),
        };
        world.hub.connect(SERVER, server.clone());
        world.hub.connect(FRONT, Rc::new(front));
        block_on(server.wake());
        let mut market = Self {
            world,
            server,
            cards,
            clocks,
            next: 0,
        };
        market.settle();
        if others > 0 {
            copies::add(&market.world.server.database, others);
        }
        market.clocks.take(1);
        market
    }

    /// So many orders are paid, one after the other: what reading a card takes, and what settling takes.
    pub fn pay(&mut self, count: u32) -> (Took, Took) {
        let paid = self.world.debits();
        let (mut read, mut settled) = (Vec::new(), Vec::new());
        self.clocks.take(1);
        for _ in 0..count {
            let order = self.read();
            add(&mut read, self.clocks.take(count));
            self.settle_order(&order);
            add(&mut settled, self.clocks.take(count));
        }
        assert_eq!(self.world.debits() - paid, i64::from(count));
        (read, settled)
    }

    /// The HTTP requests of a reading and of a settlement, in their order: who asked whom for what; and what goes over the line to
    /// the card in each: commands, and bytes both ways.
    pub fn exchanges(&mut self) -> [Exchanges; 2] {
        let mut seen = self.world.hub.received().len();
        let order = self.read();
        let read = self.since(&mut seen);
        self.settle_order(&order);
        [read, self.since(&mut seen)]
    }

    fn since(&self, seen: &mut usize) -> Exchanges {
        let received = self.world.hub.received();
        let requests = received[*seen..]
            .iter()
            .filter(|one| one.bytes.starts_with(one.what.as_bytes()))
            .map(|one| [one.from.clone(), one.by.clone(), one.what.clone()])
            .collect();
        *seen = received.len();
        let card = &self.cards[self.next % self.cards.len()];
        Exchanges {
            requests,
            commands: card.commands.get(),
        }
    }

    fn settle(&mut self) {
        let order = self.read();
        self.settle_order(&order);
    }

    /// The next card is read, and the shop asks to be paid by it.
    fn read(&mut self) -> Order {
        self.next += 1;
        let end = self.tap(TapPurpose::Read);
        let signed = end.reading.unwrap();
        let reading = self.by(Who::Wallet, Role::SecurityServer, &signed);
        self.pass();
        // What the shop signs belongs to the settlement.
        self.request(reading)
    }

    fn request(&self, reading: CardReading) -> Order {
        let shop = &self.world.shop;
        let order = OrderId(self.world.number());
        let request = SettlementRequest {
            envelope: shop.envelope(&domain(FRONT), order.0),
            mall: domain(FRONT),
            root: Root(self.world.number()),
            goods: goods_digest(&[1; 32], &order),
            amount: yen(ORDER),
        };
        Order {
            request,
            signed: Vec::new(),
            reading,
        }
    }

    /// SIG1 to the outcome: what the card pays.
    fn settle_order(&self, order: &Order) {
        let (world, clocks) = (&self.world, &self.clocks);
        let signed = clocks.during(Who::Shop, || world.shop.sign(&order.request));
        let _: SettlementRequest = self.by(Who::Front, Role::Shop, &signed);
        let said = SettlementOrder {
            envelope: world
                .front
                .envelope(&domain(SERVER), order.request.envelope.transaction),
            request: signed,
            reading: order.reading.reading,
        };
        let said = clocks.during(Who::Front, || world.front.sign(&said));
        let proposal = self.post(FRONT, "/v1/settlements", COSE, said);
        let proposal = self.by(Who::Shop, Role::SecurityServer, proposal.body());
        let bill = clocks.during(Who::Shop, || world.shop.sign(&world.bill_for(&proposal)));
        let taken = self.post(FRONT, "/v1/bills", COSE, bill);
        let taken: SettlementOutcome = self.by(Who::Front, Role::SecurityServer, taken.body());
        assert_eq!(taken.state, SettlementState::Ready);
        let end = self.tap(TapPurpose::Settle(order.root()));
        let outcome: SettlementOutcome =
            self.by(Who::Wallet, Role::SecurityServer, &end.outcomes[0]);
        assert_eq!(outcome.state, SettlementState::Settled);
        self.pass();
    }

    /// The card is held to the reader until the server has said the last word.
    fn tap(&self, purpose: TapPurpose) -> TapEnd {
        let (clocks, nonce) = (&self.clocks, self.world.number());
        let card = &self.cards[self.next % self.cards.len()];
        clocks.during(Who::Card, || card.enter());
        let ask = clocks.during(Who::Wallet, || encode(&TapAsk { nonce, purpose }));
        let mut answer = self.post("wallet", "/v1/taps", CBOR, ask);
        loop {
            let said = clocks.during(Who::Wallet, || TapAnswer::decode(answer.body()).unwrap());
            let step = match said {
                TapAnswer::End(end) => return end,
                TapAnswer::Step(step) => step,
            };
            if let Some(request) = &step.request {
                let _: SettlementRequest = self.by(Who::Wallet, Role::Shop, request);
            }
            let responses = carried(&step, &mut |command| {
                Some(clocks.during(Who::Card, || card.transmit(command)))
            });
            let body = clocks.during(Who::Wallet, || {
                let responses = responses.into_iter().map(Into::into).collect();
                encode(&TapAnswers {
                    tap: step.tap,
                    responses,
                })
            });
            answer = self.post("wallet", "/v1/taps/answers", CBOR, body);
        }
    }

    fn post(
        &self,
        from: &str,
        path: &str,
        media_type: &'static str,
        body: Vec<u8>,
    ) -> Response<Vec<u8>> {
        let request = request_to(SERVER, Method::POST, path, Some(media_type), body).unwrap();
        let answer = block_on(self.world.hub.network(from).send(request)).unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer
    }

    /// What one verifies of what another has signed.
    fn by<M: SignedMessage>(&self, who: Who, role: Role, signed: &[u8]) -> M {
        let office = &self.world.front.office;
        let identity = office.identity().unwrap();
        let now = office.now();
        let opened = || open::<M>(signed, &identity.anchors, now, role).unwrap();
        self.clocks.during(who, opened).message
    }

    /// Lets time pass for the security server.
    fn pass(&self) {
        let end = self.world.clock.now_ms() + PAUSE_MS;
        self.world.clock.set(end);
        let database = &self.world.server.database;
        while database.alarm().unwrap().is_some_and(|at| at <= end) {
            database.take_alarm().unwrap();
            block_on(self.server.wake());
        }
    }

    /// Requires that nothing is open and every debit is in the log.
    pub fn require_books(&self) {
        assert_eq!(
            self.world
                .count("security_pending WHERE resolved_at IS NULL"),
            0
        );
        assert_eq!(
            self.world
                .count("security_settlements WHERE state <> 'settled'"),
            0
        );
        let rows = "SELECT count(*) FROM security_settlements";
        let settled = self.world.server.database.run(rows, &[]).unwrap();
        assert_eq!(settled[0].integer(0).unwrap(), self.world.debits());
    }
}

/// What went where.
pub struct Exchanges {
    /// Who asked whom for what.
    pub requests: Vec<[String; 3]>,
    /// How many commands the card got.
    pub commands: usize,
}

fn add(sum: &mut Took, more: Took) {
    if sum.is_empty() {
        *sum = more;
        return;
    }
    for ((_, sum), (_, more)) in sum.iter_mut().zip(more) {
        *sum += more;
    }
}
