//! Who has an account at the front and a contactless card, and orders with it. What a wallet does is done by the functions of the
//! protocol.

use core::cell::{Cell, RefCell};

use http::Response;
use minicbor::bytes::ByteVec;
use tallystick_parties::ledger::trial_balance;
use tallystick_protocol::checkout::answers::{Refusal, ShopReceipt, ShopState};
use tallystick_protocol::instrument::{ContactlessDetails, Payment};
use tallystick_protocol::settlement::*;
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::holder::UnsignedByHolder;
use tallystick_protocol::trust::signature::sign_pss;
use tallystick_protocol::trust::statement::{SignedMessage, open};
use tallystick_protocol::wire::cbor::encode;
use tallystick_protocol::wire::identifier::Role;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_simulation::cast::Cast;

use super::field::{Carrier, ContactlessCard};
use super::holder::{CBOR, COSE, Holder, Order, Wish};
use super::talk::{form, receipt, send_order};
use super::world::{CA, COURIER, SECURITY, SETTLEMENT, SHOP, World, domain, problem, text};

pub const MINUTE: u64 = 60_000;
/// A bag of tea and its delivery, in yen.
pub const PRICE: u64 = 2_000;
pub const TEA: &[(&str, u32)] = &[("sencha-100", 1)];
pub const PAYABLE: &str = "payable to kiso-tea.localhost";
/// The numbers of the test keys of shop and other shop.
pub const SHOP_KEY: usize = 2;
pub const OTHER_SHOP_KEY: usize = 6;

pub fn world() -> World {
    World::with_settlement(Cast::default())
}

pub fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

/// By whom a wallet's taps reach the security server (source document 003, figures 1 to 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stack {
    /// Directly.
    Direct,
    /// By way of the front.
    ThroughFront,
}

impl Stack {
    pub fn host(self) -> &'static str {
        match self {
            Self::Direct => SECURITY,
            Self::ThroughFront => SETTLEMENT,
        }
    }
}

/// A holder with an account at the front, and a card.
pub struct Buyer {
    pub holder: Holder,
    pub card: ContactlessCard,
    pub alias: Alias,
    pub stack: Stack,
    /// The statement about the block that wrote value last, and that block.
    pub update: RefCell<Option<(Vec<u8>, Vec<ByteVec>)>>,
    numbers: Cell<u64>,
}

impl Buyer {
    /// Somebody with so much on a card, by what was charged to it.
    pub fn with(world: &World, minor: u64) -> Self {
        Self::by(world, Stack::ThroughFront, minor)
    }

    pub fn by(world: &World, stack: Stack, minor: u64) -> Self {
        let holder = Holder::enrol_at(world, SETTLEMENT, 1, "Hanako Yamada", "090-1234-5678");
        let card = card(world, stack, 1);
        let mut buyer = Self {
            holder,
            card,
            alias: Alias([0; 10]),
            stack,
            update: RefCell::new(None),
            numbers: Cell::new(100),
        };
        buyer.alias = buyer.read(world).alias;
        if minor > 0 {
            buyer.charge_now(world, minor);
        }
        buyer
    }

    fn nonce(&self) -> [u8; 32] {
        self.numbers.set(self.numbers.get() + 1);
        let mut nonce = [0; 32];
        nonce[..8].copy_from_slice(&self.numbers.get().to_be_bytes());
        nonce
    }

    /// The card held to the reader, with nobody in between who does any harm.
    pub fn tap(&self, world: &World, purpose: TapPurpose) -> Result<TapEnd, String> {
        self.card.enter();
        self.carry(world, purpose, &mut |command| {
            Some(self.card.transmit(command))
        })
    }

    /// A tap; `carrier` is between server and card.
    pub fn carry(
        &self,
        world: &World,
        purpose: TapPurpose,
        carrier: Carrier<'_>,
    ) -> Result<TapEnd, String> {
        let nonce = self.nonce();
        let host = self.stack.host();
        let ask = TapAsk { nonce, purpose };
        let mut answer = world.post(host, "/v1/taps", CBOR, encode(&ask));
        loop {
            if !answer.status().is_success() {
                return Err(problem(&answer));
            }
            let step = match TapAnswer::decode(answer.body()).unwrap() {
                TapAnswer::End(end) => return Ok(end),
                TapAnswer::Step(step) => step,
            };
            if let Some(update) = &step.update {
                // As a wallet does: nothing reaches the card before this is verified.
                let said: ValueUpdate = said(world, update);
                assert_eq!(said.block, block_digest(&step.block));
                assert_eq!(said.envelope.transaction, nonce);
                let seen = (update.clone(), step.block.clone());
                self.update.replace(Some(seen));
            }
            let responses = carried(&step, carrier);
            let tap = step.tap;
            let answers = TapAnswers {
                tap,
                responses: responses.into_iter().map(Into::into).collect(),
            };
            answer = world.post(host, "/v1/taps/answers", CBOR, encode(&answers));
        }
    }

    pub fn read(&self, world: &World) -> CardReading {
        let end = self.tap(world, TapPurpose::Read).unwrap();
        said(world, &end.reading.unwrap())
    }

    /// What is on the card by its own word.
    pub fn on_card(&self, world: &World) -> u64 {
        self.read(world).balance.minor
    }

    /// The order is paid by tapping. How it is said to stand.
    pub fn settle(&self, world: &World, order: &Order) -> Result<SettlementOutcome, String> {
        let end = self.tap(world, TapPurpose::Settle(order.root))?;
        assert_eq!(end.outcomes.len(), 1);
        Ok(said(world, &end.outcomes[0]))
    }

    /// What waits is written to the card.
    pub fn collect(&self, world: &World) -> usize {
        let end = self.tap(world, TapPurpose::Collect).unwrap();
        world.run_for(5_000);
        end.credits.len()
    }

    /// An order of a bag of tea that this card is to pay, after it was read.
    pub fn order(&mut self, world: &World) -> Order {
        self.order_as(world, |_| {})
    }

    pub fn order_as(&mut self, world: &World, change: impl FnOnce(&mut Wish)) -> Order {
        let reading = self.read(world).reading;
        let mut wish = self.holder.wish();
        wish.payment = Some(Payment::Contactless(ContactlessDetails { reading }));
        change(&mut wish);
        let form = form(world, TEA);
        self.holder.order(world, &form, &wish)
    }

    /// Orders, and waits until the card may be held to the reader.
    pub fn asked(&mut self, world: &World) -> Order {
        let order = self.order(world);
        asked(world, &order);
        order
    }

    /// A charge, as the account's key signs it.
    pub fn charge_request(&mut self, world: &World, minor: u64) -> Vec<u8> {
        let mut nonce = [0; 16];
        nonce.copy_from_slice(&self.nonce()[..16]);
        let request = ChargeRequest {
            front: domain(SETTLEMENT),
            holder: self.holder.id,
            alias: self.alias,
            amount: yen(minor),
            at: world.now(),
            nonce,
        };
        self.sign(&request)
    }

    pub fn sign(&mut self, request: &ChargeRequest) -> Vec<u8> {
        let unsigned = UnsignedByHolder::new(request, &self.holder.certificate);
        let key = self.holder.key.clone();
        let signature = sign_pss(&mut self.holder.rng, &key, &unsigned.to_be_signed());
        unsigned.finish(&signature.unwrap()).unwrap()
    }

    /// Puts so much on the card.
    pub fn charge_now(&mut self, world: &World, minor: u64) {
        let signed = self.charge_request(world, minor);
        assert_eq!(charge(world, &signed).unwrap().state, ChargeState::Waiting);
        world.run_for(2_000);
        assert_eq!(self.collect(world), 1);
        assert_eq!(charge(world, &signed).unwrap().state, ChargeState::Done);
    }
}

/// A new card, personalised.
pub fn card(world: &World, stack: Stack, number: u8) -> ContactlessCard {
    let root = world.get(CA, "/v1/root.cer").into_body();
    let (card, recipient) = ContactlessCard::prepared(&format!("card {number}"), &root);
    let request = CardRequest {
        nonce: [number; 32],
        recipient,
        currency: Currency::Jpy,
    };
    let answer = world.post(stack.host(), "/v1/cards", CBOR, encode(&request));
    assert!(answer.status().is_success(), "{}", text(&answer));
    card.personalise(answer.body(), world.now());
    card
}

/// What is carried of a step: the first response that is not 9000 ends the block, and so does silence.
fn carried(step: &TapStep, carrier: Carrier<'_>) -> Vec<Vec<u8>> {
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

/// What the security server signed.
pub fn said<M: SignedMessage>(world: &World, bytes: &[u8]) -> M {
    let said = open::<M>(bytes, &world.anchors, world.now(), Role::SecurityServer).unwrap();
    said.require_sender(&domain(SECURITY)).unwrap();
    said.message
}

/// What the front says of a charge.
pub fn charge(world: &World, signed: &[u8]) -> Result<ChargeAnswer, String> {
    let answer = world.post(SETTLEMENT, "/v1/charges", COSE, signed.to_vec());
    if !answer.status().is_success() {
        return Err(problem(&answer));
    }
    let said = open::<ChargeAnswer>(answer.body(), &world.anchors, world.now(), Role::Issuer);
    Ok(said.unwrap().message)
}

/// The order is sent, and everybody has asked everybody.
pub fn asked(world: &World, order: &Order) {
    let answer = send_order(world, order);
    assert!(answer.status().is_success(), "{}", text(&answer));
    world.run_for(1_000);
    assert_eq!(receipt(world, order).state, ShopState::Asking);
}

/// The holder asks how the order stands until something comes of it.
pub fn ends(world: &World, order: &Order) -> ShopReceipt {
    for _ in 0..10 {
        let receipt = receipt(world, order);
        if matches!(
            receipt.state,
            ShopState::Accepted | ShopState::Refused | ShopState::Expired
        ) {
            return receipt;
        }
        world.run_for(1_100);
    }
    receipt(world, order)
}

/// Who refused an order, and why, as whoever refused signed it.
pub fn refused(world: &World, receipt: &ShopReceipt, by: Role) -> String {
    assert_eq!(receipt.state, ShopState::Refused);
    let signed = receipt.refusal.as_ref().unwrap();
    let said = open::<Refusal>(signed, &world.anchors, world.now(), by).unwrap();
    said.message.reason.as_str().to_owned()
}

/// What stands on an account of the front's ledger.
pub fn balance(world: &World, name: &str) -> i64 {
    let sql = format!(
        "SELECT coalesce(sum(credits_posted - debits_posted), 0) FROM accounts WHERE name = '{name}'"
    );
    world.number(SETTLEMENT, &sql)
}

/// What of it can be spent.
pub fn available(world: &World, name: &str) -> i64 {
    let sql = format!(
        "SELECT coalesce(sum(credits_posted - debits_posted - debits_pending), 0)
         FROM accounts WHERE name = '{name}'"
    );
    world.number(SETTLEMENT, &sql)
}

/// What front and security server have logged that cards paid, or took.
pub fn logged(world: &World, kind: &str) -> i64 {
    let count = |table: &str| format!("SELECT count(*) FROM {table} WHERE kind = '{kind}'");
    world.number(SETTLEMENT, &count("settlement_log"))
}

/// How many debits the security server logged.
pub fn debits_at_server(world: &World) -> i64 {
    let sql = "SELECT count(*) FROM security_log WHERE kind = 'debit'";
    world.number(SECURITY, sql)
}

/// Nothing is left to be said, the books are right, and what the ledger has for cards is on the card or waits for it.
pub fn require_rest(world: &World, buyer: &Buyer) {
    for name in [SHOP, SETTLEMENT, SECURITY, COURIER] {
        let left = world.number(name, "SELECT count(*) FROM outbox");
        assert_eq!(left, 0, "letters left at {name}");
    }
    let tables = &world.machine(SETTLEMENT).database;
    let trial = trial_balance(tables, world.now().0 * 1000).unwrap();
    assert_eq!(trial.wrong, 0);
    let sum = "SELECT coalesce(sum(credits_posted - debits_posted), 0) FROM accounts";
    assert_eq!(world.number(SETTLEMENT, sum), 0);
    let reading = buyer.read(world);
    let on_card = i64::try_from(reading.balance.minor + reading.waiting).unwrap();
    assert_eq!(available(world, &format!("card {}", buyer.alias)), on_card);
    let unresolved = "SELECT count(*) FROM settlements WHERE stage NOT IN ('settled', 'refused')";
    assert_eq!(world.number(SETTLEMENT, unresolved), 0);
}

/// Signed with a party's own key, as if its operator had gone astray.
pub fn signed_as<M: SignedMessage>(world: &World, party: &str, key: usize, said: &M) -> Vec<u8> {
    let identity = world.get_json(party, "/v1/identity");
    let der = data_encoding::BASE64
        .decode(identity["certificate"].as_str().unwrap().as_bytes())
        .unwrap();
    test_statement(said, &Certificate::from_der(&der).unwrap(), key)
}

/// What a party answers to a signed question.
pub fn tell(world: &World, to: &str, path: &str, signed: &[u8]) -> Response<Vec<u8>> {
    world.post(to, path, COSE, signed.to_vec())
}

/// The last message that a party got at this path.
pub fn last_received(world: &World, by: &str, path: &str) -> Vec<u8> {
    let what = format!("POST {path}");
    let all = world.hub.received();
    let last = all.iter().rev();
    let mut last = last.filter(|message| message.by == by && message.what == what);
    let bytes = last.next().unwrap().bytes.clone();
    // After the line with address and headers.
    let body = bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    bytes[body..].to_vec()
}
