//! Three payloads for three readers, from ready keys and from names.

use rand_core::Rng;
use tallystick_protocol::keys::{HolderShare, Purpose, party_point};
use tallystick_protocol::wire::identifier::HolderId;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::cast::{pairs, share};
use crate::envelope::{About, seal};
use crate::random;

fn random_32() -> [u8; 32] {
    let mut bytes = [0; 32];
    random().fill_bytes(&mut bytes);
    bytes
}

fn abouts() -> Result<Vec<About>, JsError> {
    let (order_id, root) = (random_32(), random_32());
    let pairs = pairs(HolderId::of_enrolment_key(&random_32()))?;
    let about = |pair| About {
        pair,
        nonce: random_32(),
        order_id,
        root,
    };
    Ok(pairs.into_iter().map(about).collect())
}

/// Sealing under keys that are there already.
#[wasm_bindgen]
pub struct ReadySealing {
    keys: Vec<[u8; 32]>,
    abouts: Vec<About>,
}

#[wasm_bindgen]
impl ReadySealing {
    /// Three random keys.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<ReadySealing, JsError> {
        let abouts = abouts()?;
        let keys = abouts.iter().map(|_| random_32()).collect();
        Ok(Self { keys, abouts })
    }

    /// Seals a payload for each reader; the three messages one after the other.
    pub fn seal(&self, shop: &[u8], issuer: &[u8], courier: &[u8]) -> Result<Vec<u8>, JsError> {
        let mut out = Vec::with_capacity(2048);
        for ((key, about), payload) in self
            .keys
            .iter()
            .zip(&self.abouts)
            .zip([shop, issuer, courier])
        {
            seal(key, about, payload, &mut out)?;
        }
        Ok(out)
    }
}

/// Sealing for names: each key is derived from the reader's domain and the holder's share.
#[wasm_bindgen]
pub struct NamesSealing {
    shares: Vec<HolderShare>,
    abouts: Vec<About>,
}

#[wasm_bindgen]
impl NamesSealing {
    /// Shares of three spaces, each of which withstands `parties` corrupt parties.
    #[wasm_bindgen(constructor)]
    pub fn new(parties: u16) -> Result<NamesSealing, JsError> {
        let abouts = abouts()?;
        let shares: Result<_, JsError> = abouts
            .iter()
            .map(|about| share(&about.pair, parties))
            .collect();
        Ok(Self {
            shares: shares?,
            abouts,
        })
    }

    /// Derives each reader's key with a fresh nonce and seals a payload for it.
    pub fn seal(&mut self, shop: &[u8], issuer: &[u8], courier: &[u8]) -> Result<Vec<u8>, JsError> {
        let mut out = Vec::with_capacity(2048);
        for ((share, about), payload) in self
            .shares
            .iter()
            .zip(&mut self.abouts)
            .zip([shop, issuer, courier])
        {
            about.nonce = random_32();
            let point = party_point(&about.pair.party, &about.pair.key)?;
            let key =
                share
                    .pairwise(&point)
                    .derive(&about.pair, Purpose::OrderPart, &about.nonce)?;
            seal(key.as_bytes(), about, payload, &mut out)?;
        }
        Ok(out)
    }
}
