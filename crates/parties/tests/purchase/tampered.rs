//! T002-13: whoever carries an order changes it on the way, each field and each class of bytes of it
//! once: it is refused, nothing is charged or delivered, and nothing stays set aside.

use tallystick_protocol::checkout::answers::ShopState;
use tallystick_protocol::checkout::order::{SealedPart, SplitOrder};
use tallystick_protocol::checkout::policy::READERS;
use tallystick_protocol::keys::{Centres, Epoch, Suite};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{HolderId, OrderId, Role, Root};

use super::holder::{CBOR, Holder, Order};
use super::talk::{receipt, send_order};
use super::world::{COURIER, ISSUER, OTHER_SHOP, SHOP, World, domain, problem};

const MINUTE: u64 = 60_000;

/// What is changed in an order, and how.
type OfOrder = (&'static str, fn(&mut SplitOrder));
/// What is changed in one part, and how.
type OfPart = (&'static str, fn(&mut SealedPart));

const HEADER_AND_WHOLE: [OfOrder; 14] = [
    ("the order's number", |order| {
        order.header.order_id = OrderId([9; 32])
    }),
    ("the holder", |order| order.header.holder = somebody()),
    ("the shop", |order| order.header.shop = domain(OTHER_SHOP)),
    ("the issuer", |order| {
        order.header.issuer = domain(OTHER_SHOP)
    }),
    ("the courier", |order| {
        order.header.courier = Some(domain(OTHER_SHOP))
    }),
    ("when it was sent", |order| order.header.sent_at.0 -= 1),
    ("when it expires", |order| order.header.expires_at.0 -= 1),
    ("the root", |order| order.root = Root([9; 32])),
    ("no parts", |order| order.parts.clear()),
    ("a part too few", |order| drop(order.parts.pop())),
    ("a part twice", |order| {
        order.parts[2] = order.parts[1].clone()
    }),
    ("a fourth part", |order| {
        order.parts.push(order.parts[0].clone())
    }),
    ("parts in another order", |order| order.parts.swap(0, 2)),
    ("parts under each other's names", |order| {
        let (one, rest) = order.parts.split_at_mut(1);
        std::mem::swap(&mut one[0].ciphertext, &mut rest[0].ciphertext);
    }),
];

const OF_A_PART: [OfPart; 23] = [
    ("suite", |part| part.pair.suite = Suite::Hybrid),
    ("role of the space", |part| {
        part.pair.key.space.role = Role::Ca
    }),
    ("number of the space", |part| part.pair.key.space.index += 1),
    ("epoch", |part| part.pair.key.epoch = Epoch(7)),
    ("key centres", |part| {
        part.pair.key.centres = Centres::one(domain(SHOP))
    }),
    ("holder", |part| part.pair.holder = somebody()),
    ("role of the reader", |part| part.pair.role = Role::Ca),
    ("reader", |part| part.pair.party = domain(OTHER_SHOP)),
    ("nonce", |part| part.nonce[31] ^= 1),
    ("order's number", |part| part.order_id = OrderId([9; 32])),
    ("root", |part| part.root = Root([9; 32])),
    ("first byte of the COSE envelope", |part| {
        part.ciphertext[0] ^= 1
    }),
    ("length of the protected header", |part| {
        part.ciphertext[1] ^= 1
    }),
    ("algorithm", |part| part.ciphertext[4] ^= 2),
    ("length of the initialisation vector", |part| {
        part.ciphertext[7] ^= 1
    }),
    ("initialisation vector", |part| part.ciphertext[10] ^= 1),
    ("length of the ciphertext", |part| part.ciphertext[22] ^= 1),
    ("first bytes of the content", |part| {
        part.ciphertext[24] ^= 0x80
    }),
    ("content", |part| flip(part, |length| length / 3)),
    ("padding", |part| flip(part, |length| length - 20)),
    ("authentication tag", |part| flip(part, |length| length - 1)),
    ("a byte less", |part| {
        part.ciphertext.truncate(part.ciphertext.len() - 1)
    }),
    ("a byte more", |part| part.ciphertext.push(0)),
];

fn somebody() -> HolderId {
    HolderId::of_enrolment_key(&[9; 32])
}

fn flip(part: &mut SealedPart, place: fn(usize) -> usize) {
    let place = place(part.ciphertext.len());
    part.ciphertext[place] ^= 1;
}

/// A world in which orders are tampered with, and the holder whose orders they are.
struct Scene {
    world: World,
    holder: Holder,
}

impl Scene {
    fn new() -> Self {
        let world = World::new();
        let holder = Holder::enrol(&world, 1, "Hanako Yamada", "090-1234-5678");
        Self { world, holder }
    }

    fn order(&mut self) -> Order {
        self.holder.usual_order(&self.world, &[("sencha-100", 1)])
    }

    /// Sends an order; sooner or later it must be refused, whoever it is that notices.
    fn is_refused(&self, order: &Order, what: &str) {
        let before = self.world.number(SHOP, "SELECT count(*) FROM shop_orders");
        let answer = send_order(&self.world, order);
        if answer.status().is_success() {
            self.world.run_for(40 * MINUTE);
            let state = receipt(&self.world, order).state;
            assert!(
                matches!(state, ShopState::Refused | ShopState::Expired),
                "{what}: {state:?}"
            );
        } else {
            let after = self.world.number(SHOP, "SELECT count(*) FROM shop_orders");
            assert_eq!(before, after, "{what}: {}", problem(&answer));
        }
        self.nothing_is_left_of_it(what);
    }

    fn nothing_is_left_of_it(&self, what: &str) {
        let world = &self.world;
        assert_eq!(world.balance("holder 1 available"), 50_000, "{what}");
        assert_eq!(world.balance("holder 1 reserved"), 0, "{what}");
        assert_eq!(world.stock("sencha-100"), 60, "{what}");
        let parcels = world.console(COURIER);
        let parcels = parcels["orders"].as_array().unwrap();
        assert!(
            parcels.iter().all(|parcel| parcel["state"] == "refused"),
            "{what}: {parcels:?}"
        );
    }
}

#[test]
fn t002_13_an_order_whose_header_or_make_up_was_changed_is_refused() {
    let mut scene = Scene::new();
    for (what, change) in HEADER_AND_WHOLE {
        let mut order = scene.order();
        change(&mut order.split);
        order.bytes = encode(&order.split);
        scene.is_refused(&order, what);
    }
}

#[test]
fn t002_13_a_part_in_which_any_field_or_class_of_bytes_was_changed_is_refused() {
    let mut tried = 0;
    for (reader, role) in READERS.into_iter().enumerate() {
        let mut scene = Scene::new();
        for (what, change) in OF_A_PART {
            let mut order = scene.order();
            let before = order.split.clone();
            change(&mut order.split.parts[reader]);
            assert!(order.split != before, "{what} is as it was");
            order.bytes = encode(&order.split);
            scene.is_refused(&order, &format!("{what}, {role:?}"));
            tried += 1;
        }
    }
    assert_eq!(tried, 69, "23 fields and classes of bytes, three readers");
}

#[test]
fn t002_13_an_order_with_any_byte_of_its_message_changed_cut_or_added_is_refused() {
    let mut scene = Scene::new();
    let order = scene.order();
    let mut wrong = Vec::new();
    // The frame around the parts' contents is tried byte by byte, the contents here and there.
    let places = (0..200).chain((200..order.bytes.len()).step_by(293));
    for place in places {
        let mut bytes = order.bytes.clone();
        bytes[place] ^= 1;
        wrong.push((format!("byte {place}"), bytes));
    }
    for length in (0..order.bytes.len()).step_by(1021) {
        wrong.push((format!("{length} bytes"), order.bytes[..length].to_vec()));
    }
    wrong.push(("a byte more".to_owned(), [&order.bytes[..], &[0]].concat()));
    for (what, bytes) in wrong {
        // What still is a message is one of another order, and tried above by field.
        if decode::<SplitOrder>(&bytes).is_ok_and(|split| split.parts[0] == order.split.parts[0]) {
            continue;
        }
        let answer = scene.world.post(SHOP, "/v1/orders", CBOR, bytes);
        assert!(!problem(&answer).is_empty(), "{what}");
    }
    assert_eq!(
        scene.world.number(SHOP, "SELECT count(*) FROM shop_orders"),
        0
    );
    assert_eq!(scene.world.requests(ISSUER, "/v1/authorisations"), 0);
    scene.nothing_is_left_of_it("every byte");
}
