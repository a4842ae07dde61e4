//! Searches what somebody has: sealed parts with every key.

use tallystick_parties::ports::Tables;
use tallystick_parties::store::key_id::joined;
use tallystick_parties::store::vault::{SealingKey, Vault};
use tallystick_protocol::checkout::order::{OpenedPart, SealedPart};
use tallystick_protocol::keys::{PairContext, PartyShare, Purpose, holder_point};
use tallystick_protocol::wire::identifier::Role;

use super::world::{CENTRE, SEALING_KEY, World};

pub use tallystick_simulation::search::holds;

/// The key share of a party, taken out of its database with its sealing key.
pub fn party_share(world: &World, party: &str, role: Role) -> PartyShare {
    let vault = Vault::new(
        &SealingKey::new(SEALING_KEY),
        format!("{}|{party}", role.as_str()),
    );
    let rows = world
        .machine(party)
        .database
        .run(
            "SELECT space, epoch, head, sealed FROM key_shares WHERE piece = 0",
            &[],
        )
        .unwrap();
    let row = &rows[0];
    let name = format!(
        "key-share|{}|{}|{CENTRE}|0",
        row.number::<u32>(1).unwrap(),
        row.number::<u32>(0).unwrap()
    );
    let head = (!row.is_null(2)).then(|| row.blob(2).unwrap());
    let sealed = joined(head, row.blob(3).unwrap());
    PartyShare::from_bytes(&vault.open(&name, &sealed).unwrap()).unwrap()
}

/// A part, opened with the share of the party that it is sealed for.
pub fn open_with(share: &PartyShare, part: &SealedPart) -> OpenedPart {
    let raw = share.pairwise(&holder_point(&part.pair.holder, &part.pair.key).unwrap());
    let key = raw.derive(&part.pair, Purpose::OrderPart, &part.nonce);
    part.open(&key.unwrap()).unwrap()
}

/// Tries every key that a share can give for any pair, purpose and nonce in these parts on each of
/// them; the roles whose parts opened.
pub fn try_everything(share: &PartyShare, parts: &[SealedPart]) -> Vec<Role> {
    let opens = |part: &&SealedPart| {
        parts.iter().any(|named| {
            let pair: &PairContext = &named.pair;
            let raw = share.pairwise(&holder_point(&pair.holder, &pair.key).unwrap());
            parts.iter().any(|other| {
                [Purpose::OrderPart, Purpose::Confirmation]
                    .into_iter()
                    .any(|purpose| {
                        let key = raw.derive(pair, purpose, &other.nonce).unwrap();
                        part.open(&key).is_ok()
                    })
            })
        })
    };
    parts.iter().filter(opens).map(SealedPart::role).collect()
}
