//! A holder with a contactless card, and the orders that it pays.

use std::cell::RefCell;
use std::rc::Rc;

use data_encoding::HEXLOWER;
use tallystick_parties::Party;
use tallystick_parties::native::block_on;
use tallystick_parties::ports::Clock as _;
use tallystick_protocol::checkout::form::form_digest;
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::settlement::{
    Bill, BillProposal, CardReading, SettlementOrder, SettlementRequest, TapAnswer, TapAsk,
    TapPurpose, goods_digest, signed_digest,
};
use tallystick_protocol::test_keys::test_statement;
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::statement::{Audience, Envelope, unverified};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::{OrderId, Root};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;
use tallystick_simulation::reader::HeldCard;
use tallystick_wallet::WalletError;
use tallystick_wallet::view::{Choice, ContactlessView, KeyPlace, OrderView};

use super::front::{FRONT_KEY, Front, post};
use super::holder::{Holder, PIN, TEA, form};
use super::security::Security;
use super::world::{ISSUER, ORIGIN, SECURITY, SHOP, World, domain};

/// A packet of tea and its delivery, in yen.
pub const PRICE: u64 = 2_000;
/// The number of the shop's test key.
pub const SHOP_KEY: usize = 2;
/// The PIN of the card in the reader.
pub const CARD_PIN: &str = "161803";
const BOTH: &[Instrument] = &[Instrument::CardAccount, Instrument::Contactless];

pub struct Pay {
    pub world: World,
    pub security: Rc<Security>,
    pub front: Rc<Front>,
}

impl Pay {
    pub fn new() -> Self {
        let mut world = World::that_takes(BOTH);
        let security = Security::start(&mut world);
        let clock = world.clock.clone();
        let front = Rc::new(Front {
            inner: world.running(ISSUER),
            security: security.clone(),
            leaf: certificate(&world, ISSUER),
            anchors: world.anchors.clone(),
            now: Box::new(move || Timestamp(clock.now_ms() / 1000)),
            relayed: RefCell::new(Vec::new()),
        });
        world.hub.connect(ISSUER, front.clone());
        Self {
            world,
            security,
            front,
        }
    }

    /// Holders' wallets, each with an account at the front.
    pub fn holder(&self) -> Holder<'_> {
        Holder::ready(&self.world)
    }

    /// How many requests the security server has had.
    pub fn asked(&self) -> usize {
        self.security.said().len()
    }

    /// The last reading that it has signed.
    pub fn reading(&self) -> CardReading {
        let said = self.security.said().into_iter().rev();
        let mut ends = said.filter_map(|said| match TapAnswer::decode(&said.answered) {
            Ok(TapAnswer::End(end)) => end.reading,
            _ => None,
        });
        unverified(&ends.next().unwrap()).unwrap()
    }

    /// The root of the order for which a card was held to a reader last.
    pub fn root(&self) -> Root {
        let said = self.security.said().into_iter().rev();
        let mut roots = said.filter_map(|said| match decode::<TapAsk>(&said.asked) {
            Ok(TapAsk {
                purpose: TapPurpose::Settle(root),
                ..
            }) => Some(root),
            _ => None,
        });
        roots.next().unwrap()
    }

    /// What the shop signs for an order (SIG1).
    pub fn request(&self, order: &Ordered, root: Root) -> SettlementRequest {
        let id = order.id();
        let to = Audience::Party(domain(ISSUER));
        SettlementRequest {
            envelope: Envelope::new(domain(SHOP), to, id.0, self.world.now(), 900),
            mall: domain(ISSUER),
            root,
            goods: goods_digest(&form_digest(&order.form), &id),
            amount: yen(PRICE),
        }
    }

    /// As the shop signs it.
    pub fn signed(&self, request: &SettlementRequest) -> Vec<u8> {
        test_statement(request, &certificate(&self.world, SHOP), SHOP_KEY)
    }

    /// Shop and front do what they do (ST9 to ST12): from now on the card may be held to the reader.
    pub fn bill(&self, order: &Ordered) {
        let request = self.signed(&self.request(order, self.root()));
        let (id, to) = (order.id(), Audience::Party(domain(SECURITY)));
        let told = SettlementOrder {
            envelope: self.front.envelope(to.clone(), id.0),
            request: request.clone(),
            reading: self.reading().reading,
        };
        let told = test_statement(&told, &self.front.leaf, FRONT_KEY);
        let proposal = block_on(self.security.serve(post("/v1/settlements", told)));
        let proposal: BillProposal = unverified(proposal.body()).unwrap();
        let bill = Bill {
            envelope: Envelope::new(domain(SHOP), to, id.0, self.world.now(), 900),
            request: signed_digest(&request),
            amount: yen(PRICE),
            card: proposal.card,
        };
        let bill = test_statement(&bill, &certificate(&self.world, SHOP), SHOP_KEY);
        let answer = block_on(self.security.serve(post("/v1/bills", bill)));
        assert!(answer.status().is_success());
    }
}

/// An order that was asked for, with its form as signed.
pub struct Ordered<'h, 'w> {
    pub holder: &'h Holder<'w>,
    pub request_id: String,
    pub form: Vec<u8>,
}

impl Ordered<'_, '_> {
    pub fn view(&self) -> OrderView {
        self.holder.order(&self.request_id)
    }

    pub fn id(&self) -> OrderId {
        let id = HEXLOWER.decode(self.view().order_id.unwrap().as_bytes());
        OrderId(id.unwrap().try_into().unwrap())
    }

    pub fn approve(&self, card: &str) -> Result<(), WalletError> {
        let choice = Choice {
            card_id: card.to_owned(),
            address_id: self.holder.view().addresses[0].id.clone().unwrap(),
            accept_extra: false,
            coupons: Vec::new(),
            gift: None,
        };
        let approved = self.holder.wallet.approve(&self.request_id, &choice, PIN);
        block_on(approved)
    }

    /// Lets the wallet work for so long.
    pub fn go_on(&self, milliseconds: u64) {
        let end = self.holder.world.clock.now_ms() + milliseconds;
        while self.holder.world.clock.now_ms() < end {
            let pause_ms = block_on(self.holder.wallet.advance()).unwrap();
            self.holder
                .world
                .run_for(pause_ms.unwrap_or(100).clamp(50, 500));
        }
    }
}

/// A shop asks for an order.
pub fn ordered<'h, 'w>(holder: &'h Holder<'w>) -> Ordered<'h, 'w> {
    let form = form(holder.world, TEA);
    let request_id = block_on(holder.wallet.receive_form(ORIGIN, &form)).unwrap();
    Ordered {
        holder,
        request_id,
        form,
    }
}

pub fn certificate(world: &World, party: &str) -> Certificate {
    let identity = world.get_json(party, "/v1/identity");
    let der = identity["certificate"].as_str().unwrap().as_bytes();
    Certificate::from_der(&data_encoding::BASE64.decode(der).unwrap()).unwrap()
}

pub const fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

/// Makes the software card a contactless card; its name.
pub fn get(holder: &Holder<'_>) -> String {
    let got = holder
        .wallet
        .get_contactless(ISSUER, KeyPlace::Software, PIN);
    block_on(got).unwrap()
}

/// Puts a new card into the reader and makes it a contactless card; the card, and its name.
pub fn get_in_reader(holder: &Holder<'_>) -> (HeldCard, String) {
    let held = HeldCard::new("a card held in the hand");
    holder.device.reader().insert(&held);
    block_on(holder.wallet.prepare_reader_card(CARD_PIN)).unwrap();
    let got = holder
        .wallet
        .get_contactless(ISSUER, KeyPlace::Reader, CARD_PIN);
    (held, block_on(got).unwrap())
}

/// Puts so much on a card, and has it take it.
pub fn fill(holder: &Holder<'_>, id: &str, minor: u64) {
    block_on(holder.wallet.charge_contactless(id, minor, PIN)).unwrap();
    // The real front tells the security server by a letter.
    holder.world.run_for(3_000);
    assert!(block_on(holder.wallet.collect_contactless(id)).unwrap());
}

pub fn read(holder: &Holder<'_>, id: &str) {
    block_on(holder.wallet.read_contactless(id)).unwrap();
}

pub fn card(holder: &Holder<'_>, id: &str) -> ContactlessView {
    let cards = holder.view().contactless.into_iter();
    cards.into_iter().find(|card| card.id == id).unwrap()
}

/// What is on it, as a new reading says.
pub fn balance(holder: &Holder<'_>, id: &str) -> u64 {
    read(holder, id);
    card(holder, id).balance_minor.unwrap()
}
