//! A party of whatever role, as one value.

use std::rc::Rc;

use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_parties::bank::Bank;
use tallystick_parties::banking_system::BankingSystem;
use tallystick_parties::ca::Ca;
use tallystick_parties::coupon_office::CouponOffice;
use tallystick_parties::courier::Courier;
use tallystick_parties::directory::Directory;
use tallystick_parties::home_proxy::HomeProxy;
use tallystick_parties::issuer::Issuer;
use tallystick_parties::key_centre::KeyCentre;
use tallystick_parties::ports::Ports;
use tallystick_parties::registration_authority::RegistrationAuthority;
use tallystick_parties::security_server::SecurityServer;
use tallystick_parties::settlement::SettlementServer;
use tallystick_parties::shop::Shop;
use tallystick_protocol::wire::time::Timestamp;

use crate::banking::Outside;

/// A party of whatever role, started.
pub enum Running<P: Ports> {
    /// The certification authority.
    Ca(Rc<Ca<P>>),
    /// The key centre.
    Centre(Rc<KeyCentre<P>>),
    /// A shop.
    Shop(Rc<Shop<P>>),
    /// The issuer.
    Issuer(Rc<Issuer<P>>),
    /// The courier.
    Courier(Rc<Courier<P>>),
    /// The registration authority.
    Authority(Rc<RegistrationAuthority<P>>),
    /// The directory.
    Directory(Rc<Directory<P>>),
    /// The bank.
    Bank(Rc<Bank<P, Outside>>),
    /// The ordinary bank outside.
    BankingSystem(Rc<BankingSystem<P>>),
    /// The coupon office.
    Coupons(Rc<CouponOffice<P>>),
    /// The front of settlement with contactless cards.
    Settlement(Rc<SettlementServer<P>>),
    /// The security server.
    Security(Rc<SecurityServer<P>>),
    /// The home proxy.
    HomeProxy(Rc<HomeProxy<P>>),
}

impl<P: Ports> Clone for Running<P> {
    fn clone(&self) -> Self {
        match self {
            Self::Ca(party) => Self::Ca(party.clone()),
            Self::Centre(party) => Self::Centre(party.clone()),
            Self::Shop(party) => Self::Shop(party.clone()),
            Self::Issuer(party) => Self::Issuer(party.clone()),
            Self::Courier(party) => Self::Courier(party.clone()),
            Self::Authority(party) => Self::Authority(party.clone()),
            Self::Directory(party) => Self::Directory(party.clone()),
            Self::Bank(party) => Self::Bank(party.clone()),
            Self::BankingSystem(party) => Self::BankingSystem(party.clone()),
            Self::Coupons(party) => Self::Coupons(party.clone()),
            Self::Settlement(party) => Self::Settlement(party.clone()),
            Self::Security(party) => Self::Security(party.clone()),
            Self::HomeProxy(party) => Self::HomeProxy(party.clone()),
        }
    }
}

impl<P: Ports> Party for Running<P> {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        match self {
            Self::Ca(party) => party.serve(request).await,
            Self::Centre(party) => party.serve(request).await,
            Self::Shop(party) => party.serve(request).await,
            Self::Issuer(party) => party.serve(request).await,
            Self::Courier(party) => party.serve(request).await,
            Self::Authority(party) => party.serve(request).await,
            Self::Directory(party) => party.serve(request).await,
            Self::Bank(party) => party.serve(request).await,
            Self::BankingSystem(party) => party.serve(request).await,
            Self::Coupons(party) => party.serve(request).await,
            Self::Settlement(party) => party.serve(request).await,
            Self::Security(party) => party.serve(request).await,
            Self::HomeProxy(party) => party.serve(request).await,
        }
    }

    async fn wake(&self) {
        match self {
            Self::Ca(party) => party.wake().await,
            Self::Centre(party) => party.wake().await,
            Self::Shop(party) => party.wake().await,
            Self::Issuer(party) => party.wake().await,
            Self::Courier(party) => party.wake().await,
            Self::Authority(party) => party.wake().await,
            Self::Directory(party) => party.wake().await,
            Self::Bank(party) => party.wake().await,
            Self::BankingSystem(party) => party.wake().await,
            Self::Coupons(party) => party.wake().await,
            Self::Settlement(party) => party.wake().await,
            Self::Security(party) => party.wake().await,
            Self::HomeProxy(party) => party.wake().await,
        }
    }

    fn goes_back_to(&self) -> Option<Timestamp> {
        match self {
            Self::Courier(party) => party.goes_back_to(),
            Self::Shop(party) => party.goes_back_to(),
            Self::Issuer(party) => party.goes_back_to(),
            _ => None,
        }
    }

    async fn message(&self, tag: &str, message: &[u8]) {
        if let Self::HomeProxy(party) = self {
            party.message(tag, message).await;
        }
    }

    async fn closed(&self, tag: &str) {
        if let Self::HomeProxy(party) = self {
            party.closed(tag).await;
        }
    }
}
