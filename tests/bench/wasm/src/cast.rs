//! Who takes part: the parties of the demonstration, and a key centre that gives out shares.

use tallystick_protocol::checkout::policy::READERS;
use tallystick_protocol::keys::{
    Centres, Degrees, Epoch, HolderShare, HolderShareBuilder, KeyContext, MasterRow, PairContext,
    Space, Suite, holder_point,
};
use tallystick_protocol::wire::identifier::{Domain, HolderId, Role};
use wasm_bindgen::JsError;

use crate::random;

/// The key centre's domain.
pub const CENTRE: &str = "keys.localhost";

/// The domain of a reader.
pub const fn domain_of(role: Role) -> &'static str {
    match role {
        Role::Issuer => "asahi-card.localhost",
        Role::Courier => "hayate.localhost",
        _ => "kiso-tea.localhost",
    }
}

/// The pairs of this holder with the three readers.
pub fn pairs(holder: HolderId) -> Result<Vec<PairContext>, JsError> {
    READERS
        .into_iter()
        .map(|role| {
            let space = Space { role, index: 0 };
            Ok(PairContext {
                suite: Suite::NamesOnly,
                key: KeyContext {
                    space,
                    epoch: Epoch(1),
                    centres: Centres::one(Domain::parse(CENTRE)?),
                },
                holder,
                role,
                party: Domain::parse(domain_of(role))?,
            })
        })
        .collect()
}

/// The holder's share in the space of this pair, from a master of its own. How many holders the
/// master withstands makes no difference to the holder, so it is small; `parties` is the degree b.
pub fn share(pair: &PairContext, parties: u16) -> Result<HolderShare, JsError> {
    let degrees = Degrees::new(4, parties)?;
    let point = holder_point(&pair.holder, &pair.key)?;
    let mut builder = HolderShareBuilder::new(degrees, point)?;
    for j in 0..degrees.rows() {
        builder.add_row(j, &MasterRow::generate(&mut random(), degrees)?)?;
    }
    Ok(builder.finish()?)
}
