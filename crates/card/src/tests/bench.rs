//! A card, a key centre and a party to test with.

use alloc::vec::Vec;

use tallystick_protocol::keys::{
    Centres, Degrees, DerivedKey, Epoch, HolderShareBuilder, KeyContext, MasterRow, PairContext,
    PartyShareBuilder, Purpose, SealedShare, ShareLabel, ShareRecipient, Space, Suite,
    holder_point, party_point, seal_share,
};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::wire::identifier::{Domain, HolderId, Role};
use zeroize::Zeroizing;

use crate::Applet;
use crate::Card;
use crate::Response;
use crate::host;
use crate::stretch::Stretch;

pub(super) const PIN: &str = "246810";
pub(super) const PUK: &[u8; 8] = b"7H3K9PQR";
/// So cheap that tests can do it often.
pub(super) const CHEAP: Stretch = Stretch {
    memory_kib: 8,
    passes: 1,
};
pub(super) const NONCE: [u8; 32] = [9; 32];
const DEGREES: Degrees = Degrees {
    holder: 5,
    party: 3,
};

/// A card in a reader.
pub(super) struct Bench {
    pub(super) card: Card,
    pub(super) rng: TestRng,
}

impl Bench {
    /// As it comes from the factory.
    pub(super) fn blank() -> Self {
        Self {
            card: Card::blank().costing(CHEAP),
            rng: TestRng::new(1),
        }
    }

    /// With its own PIN and PUK, identity applet selected.
    pub(super) fn personalised() -> Self {
        Self::seeded(1)
    }

    /// The same with other random numbers.
    pub(super) fn seeded(seed: u64) -> Self {
        let mut bench = Self::blank();
        bench.rng = TestRng::new(seed);
        bench.select(Applet::Identity);
        bench.ok(host::change_pin(host::FACTORY_PIN, PIN));
        bench.ok(host::change_puk(host::FACTORY_PUK, PUK));
        bench
    }

    pub(super) fn select(&mut self, applet: Applet) {
        self.ok(host::select(applet));
    }

    pub(super) fn raw(&mut self, apdu: &[u8]) -> Response {
        self.card.transmit(apdu, &mut self.rng)
    }

    /// Status word alone.
    pub(super) fn status(&mut self, apdu: &[u8]) -> u16 {
        let bytes = self.raw(apdu).bytes;
        u16::from_be_bytes(*bytes.last_chunk().unwrap())
    }

    pub(super) fn send(&mut self, apdu: Result<Zeroizing<Vec<u8>>, host::CardError>) -> Response {
        self.raw(&apdu.unwrap())
    }

    pub(super) fn ok(&mut self, apdu: Result<Zeroizing<Vec<u8>>, host::CardError>) -> Vec<u8> {
        let response = self.send(apdu);
        host::data(&response.bytes).unwrap().to_vec()
    }

    pub(super) fn verify(&mut self) {
        self.select(Applet::Identity);
        self.ok(host::verify_pin(PIN));
    }

    pub(super) fn forget_pin(&mut self) {
        let selected = self.card.state();
        self.card = Card::restore(&selected).unwrap().costing(CHEAP);
        self.select(Applet::Purse);
    }

    pub(super) fn enrol(&mut self, slot: u8) -> [u8; 32] {
        self.select(Applet::Keys);
        let response = self.send(host::generate_enrolment_key(slot));
        host::enrolment_public_key(&response.bytes).unwrap()
    }
}

pub(super) fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

pub(super) fn context(epoch: u32, centres: &[&str]) -> KeyContext {
    KeyContext {
        space: Space {
            role: Role::Issuer,
            index: 0,
        },
        epoch: Epoch(epoch),
        centres: Centres::new(centres.iter().map(|name| domain(name))).unwrap(),
    }
}

pub(super) fn pair(holder: HolderId, key: &KeyContext) -> PairContext {
    PairContext {
        suite: Suite::NamesOnly,
        key: key.clone(),
        holder,
        role: Role::Issuer,
        party: domain("asahi-card.localhost"),
    }
}

/// A key centre with one polynomial.
pub(super) struct Centre {
    name: Domain,
    rows: Vec<MasterRow>,
    degrees: Degrees,
    rng: TestRng,
}

impl Centre {
    pub(super) fn new(name: &str) -> Self {
        Self::with_degrees(name, DEGREES)
    }

    pub(super) fn with_degrees(name: &str, degrees: Degrees) -> Self {
        let mut rng = TestRng::new(name.len() as u64 + 100);
        let row = |_| MasterRow::generate(&mut rng, degrees).unwrap();
        let rows = (0..degrees.rows()).map(row).collect();
        Self {
            name: domain(name),
            rows,
            degrees,
            rng,
        }
    }

    /// The same polynomials under another centre's name.
    pub(super) fn named(self, name: &str) -> Self {
        let name = domain(name);
        Self { name, ..self }
    }

    /// The holder's share in clear.
    pub(super) fn holder_share(&self, holder: &HolderId, key: &KeyContext) -> Zeroizing<Vec<u8>> {
        let point = holder_point(holder, key).unwrap();
        let mut builder = HolderShareBuilder::new(self.degrees, point).unwrap();
        for (j, row) in self.rows.iter().enumerate() {
            builder.add_row(j, row).unwrap();
        }
        builder.finish().unwrap().to_bytes()
    }

    /// The holder's share, sealed to the enrolment key.
    pub(super) fn sealed(&mut self, enrolment_key: &[u8; 32], key: &KeyContext) -> SealedShare {
        let holder = HolderId::of_enrolment_key(enrolment_key);
        let label = ShareLabel {
            context: key.clone(),
            centre: self.name.clone(),
            recipient: ShareRecipient::Holder(holder),
        };
        let share = self.holder_share(&holder, key);
        seal_share(&mut self.rng, enrolment_key, label, &share).unwrap()
    }
}

/// What the party of `pair` derives from the shares of these centres.
pub(super) fn party_side(centres: &[&Centre], pair: &PairContext, purpose: Purpose) -> DerivedKey {
    let share = |centre: &&Centre| {
        let point = party_point(&pair.party, &pair.key).unwrap();
        let mut builder = PartyShareBuilder::new(centre.degrees, &point).unwrap();
        for (j, row) in centre.rows.iter().enumerate() {
            builder.add_row(j, row).unwrap();
        }
        builder.finish().unwrap()
    };
    let share = centres
        .iter()
        .map(share)
        .reduce(|sum, share| sum.add(&share).unwrap())
        .unwrap();
    let point = holder_point(&pair.holder, &pair.key).unwrap();
    share
        .pairwise(&point)
        .derive(pair, purpose, &NONCE)
        .unwrap()
}
