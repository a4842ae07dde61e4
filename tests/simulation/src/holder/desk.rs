//! Where a holder's computer stands, and what the wallet that is packaged for it knows of the world.

use tallystick_parties::native::SetClock;
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_wallet::view::Deployment;

use crate::cast::{AUTHORITY, BANK, CENTRE, COUPONS, DIRECTORY, HOME_PROXY, ISSUER};
use crate::device::Place;
use crate::network::SimulatedNetwork;
use crate::prime_pool::KeyPool;
use crate::town::Town;

/// Where a holder's computer stands.
pub(super) struct OnTheDesk {
    pub(super) clock: SetClock,
    pub(super) network: SimulatedNetwork,
    pub(super) seed: String,
    pub(super) keys: KeyPool,
}

impl Place<SimulatedNetwork> for OnTheDesk {
    fn clock(&self) -> SetClock {
        self.clock.clone()
    }

    fn network(&self) -> SimulatedNetwork {
        self.network.clone()
    }

    fn seed(&self) -> String {
        self.seed.clone()
    }

    fn key_pool(&self) -> Option<KeyPool> {
        Some(self.keys)
    }
}

/// Where a party's pages are.
pub(super) fn origin(party: &str) -> String {
    format!("http://{party}:8787")
}

/// What is packaged with the wallet.
pub(super) fn deployment(town: &Town, anchors: &TrustAnchors) -> Deployment {
    let (has_bank, has_proxy) = (town.has_bank, town.lending.is_on());
    let roots = anchors.roots().iter();
    Deployment {
        root_certificates: roots
            .map(|root| data_encoding::BASE64.encode(root.as_der()))
            .collect(),
        key_centres: vec![CENTRE.to_owned()],
        welcome_url: origin(ISSUER),
        local_port: Some(8787),
        registration: has_bank.then(|| AUTHORITY.to_owned()),
        banks: Vec::from_iter(has_bank.then(|| BANK.to_owned())),
        settlement_servers: Vec::new(),
        coupon_offices: Vec::from_iter(town.coupons.is_on.then(|| COUPONS.to_owned())),
        directory: has_bank.then(|| DIRECTORY.to_owned()),
        home_proxy: has_proxy.then(|| HOME_PROXY.to_owned()),
    }
}
