//! Holder, party and centre together.

mod agreement;
mod contexts;
mod shares;

use alloc::{format, vec, vec::Vec};

use super::*;
use crate::test_keys::TestRng;
use crate::wire::identifier::{Domain, HolderId, Role};

const SMALL: Degrees = Degrees {
    holder: 6,
    party: 3,
};

fn domain(name: &str) -> Domain {
    Domain::parse(name).unwrap()
}

fn key_context(role: Role) -> KeyContext {
    KeyContext {
        space: Space { role, index: 0 },
        epoch: Epoch(1),
        centres: Centres::one(domain("keys.localhost")),
    }
}

fn pair(holder: HolderId, party: &Domain) -> PairContext {
    let (suite, role) = (Suite::NamesOnly, Role::Shop);
    PairContext {
        suite,
        key: key_context(role),
        holder,
        role,
        party: party.clone(),
    }
}

struct Centre {
    degrees: Degrees,
    rows: Vec<MasterRow>,
}

impl Centre {
    fn new(seed: u64, degrees: Degrees) -> Self {
        let mut rng = TestRng::new(seed);
        let row = |_| MasterRow::generate(&mut rng, degrees).unwrap();
        Self {
            degrees,
            rows: (0..degrees.rows()).map(row).collect(),
        }
    }

    fn holder_share(&self, holder: &HolderId) -> HolderShare {
        let point = holder_point(holder, &key_context(Role::Shop)).unwrap();
        let mut builder = HolderShareBuilder::new(self.degrees, point).unwrap();
        for (j, row) in self.rows.iter().enumerate() {
            builder.add_row(j, row).unwrap();
        }
        builder.finish().unwrap()
    }

    fn party_share(&self, party: &Domain) -> PartyShare {
        let point = party_point(party, &key_context(Role::Shop)).unwrap();
        let mut builder = PartyShareBuilder::new(self.degrees, &point).unwrap();
        for (j, row) in self.rows.iter().enumerate().rev() {
            builder.add_row(j, row).unwrap();
        }
        builder.finish().unwrap()
    }
}

fn holder_side(share: &HolderShare, holder: HolderId, party: &Domain) -> DerivedKey {
    let point = party_point(party, &key_context(Role::Shop)).unwrap();
    let raw = share.pairwise(&point);
    raw.derive(&pair(holder, party), Purpose::OrderPart, &[9; 32])
        .unwrap()
}

fn party_side(share: &PartyShare, holder: HolderId, party: &Domain) -> DerivedKey {
    let point = holder_point(&holder, &key_context(Role::Shop)).unwrap();
    let raw = share.pairwise(&point);
    raw.derive(&pair(holder, party), Purpose::OrderPart, &[9; 32])
        .unwrap()
}
