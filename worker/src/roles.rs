//! One Durable Object class a role. Only the classes of the roles that are compiled in exist.
//!
//! The macros of the `worker` crate generate public methods without documentation.
#![allow(missing_docs)]

use tallystick_protocol::wire::identifier::Role;
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use crate::book::Book;
use crate::ports::WorkerPorts;
use crate::settings::{self, SettingsError};

/// Declares the book of a role: its Durable Object class, the party it holds, and how that party
/// is made of settings and storage.
macro_rules! book_of {
    ($feature:literal, $class:ident, $party:ty, $open:ident) => {
        #[cfg(feature = $feature)]
        #[durable_object(alarm)]
        pub struct $class {
            book: Book<$party>,
        }

        #[cfg(feature = $feature)]
        impl DurableObject for $class {
            fn new(state: State, env: Env) -> Self {
                Self {
                    book: Book::new(state, env),
                }
            }

            async fn fetch(&self, request: Request) -> Result<Response> {
                self.book.fetch(request, $open).await
            }

            async fn alarm(&self) -> Result<Response> {
                self.book.alarm($open).await
            }
        }
    };
}

#[cfg(feature = "bank")]
use tallystick_parties::bank::banking_system::OrdinaryBank;

type Opened<P> = std::result::Result<P, SettingsError>;

book_of!(
    "ca",
    CaBook,
    tallystick_parties::ca::Ca<WorkerPorts>,
    open_ca
);
book_of!(
    "key-centre",
    KeyCentreBook,
    tallystick_parties::key_centre::KeyCentre<WorkerPorts>,
    open_key_centre
);
book_of!(
    "shop",
    ShopBook,
    tallystick_parties::shop::Shop<WorkerPorts>,
    open_shop
);
book_of!(
    "issuer",
    IssuerBook,
    tallystick_parties::issuer::Issuer<WorkerPorts>,
    open_issuer
);
book_of!(
    "courier",
    CourierBook,
    tallystick_parties::courier::Courier<WorkerPorts>,
    open_courier
);
book_of!(
    "bank",
    BankBook,
    tallystick_parties::bank::Bank<WorkerPorts, OrdinaryBank>,
    open_bank
);
book_of!(
    "banking-system",
    BankingSystemBook,
    tallystick_parties::banking_system::BankingSystem<WorkerPorts>,
    open_banking_system
);

book_of!(
    "directory",
    DirectoryBook,
    tallystick_parties::directory::Directory<WorkerPorts>,
    open_directory
);
book_of!(
    "registration-authority",
    RegistrationAuthorityBook,
    tallystick_parties::registration_authority::RegistrationAuthority<WorkerPorts>,
    open_registration_authority
);

book_of!(
    "vending",
    VendingBook,
    tallystick_parties::vending::Vending<WorkerPorts>,
    open_vending
);

book_of!(
    "coupon-office",
    CouponOfficeBook,
    tallystick_parties::coupon_office::CouponOffice<WorkerPorts>,
    open_coupon_office
);

book_of!(
    "security-server",
    SecurityServerBook,
    tallystick_parties::security_server::SecurityServer<WorkerPorts>,
    open_security_server
);

book_of!(
    "settlement",
    SettlementBook,
    tallystick_parties::settlement::SettlementServer<WorkerPorts>,
    open_settlement
);

/// The book of the home proxy, to which home browsers hold connections open.
#[cfg(feature = "home-proxy")]
#[durable_object]
pub struct HomeProxyBook {
    book: Book<tallystick_parties::home_proxy::HomeProxy<WorkerPorts>>,
}

#[cfg(feature = "home-proxy")]
impl DurableObject for HomeProxyBook {
    fn new(state: State, env: Env) -> Self {
        Self {
            book: Book::new(state, env),
        }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        self.book.fetch(request, open_home_proxy).await
    }

    async fn alarm(&self) -> Result<Response> {
        self.book.alarm(open_home_proxy).await
    }

    async fn websocket_message(
        &self,
        socket: worker::WebSocket,
        message: worker::WebSocketIncomingMessage,
    ) -> Result<()> {
        let message = match message {
            worker::WebSocketIncomingMessage::Binary(message) => message,
            worker::WebSocketIncomingMessage::String(_) => Vec::new(),
        };
        self.book.message(&socket, &message, open_home_proxy).await;
        Ok(())
    }

    async fn websocket_close(
        &self,
        socket: worker::WebSocket,
        _code: usize,
        _reason: String,
        _was_clean: bool,
    ) -> Result<()> {
        self.book.closed(&socket, open_home_proxy).await;
        Ok(())
    }

    async fn websocket_error(&self, socket: worker::WebSocket, _: worker::Error) -> Result<()> {
        self.book.closed(&socket, open_home_proxy).await;
        Ok(())
    }
}

#[cfg(feature = "ca")]
fn open_ca(env: &Env, ports: WorkerPorts) -> Opened<tallystick_parties::ca::Ca<WorkerPorts>> {
    use tallystick_parties::ca::{Ca, Config};
    let config = Config {
        settings: settings::read(env, Role::Ca)?,
        registration_key: settings::key(env, "REGISTRATION_KEY")?.into(),
    };
    Ok(Ca::new(ports, config))
}

#[cfg(feature = "key-centre")]
fn open_key_centre(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::key_centre::KeyCentre<WorkerPorts>> {
    use tallystick_parties::key_centre::{Config, KeyCentre, SpaceDegrees};
    let config = Config {
        settings: settings::read(env, Role::KeyCentre)?,
        degrees: SpaceDegrees {
            shop: settings::degrees(env, "DEGREES_SHOP")?,
            issuer: settings::degrees(env, "DEGREES_ISSUER")?,
            courier: settings::degrees(env, "DEGREES_COURIER")?,
        },
    };
    Ok(KeyCentre::new(ports, config))
}

#[cfg(feature = "shop")]
fn open_shop(env: &Env, ports: WorkerPorts) -> Opened<tallystick_parties::shop::Shop<WorkerPorts>> {
    use tallystick_parties::shop::{FORM_LIFETIME_SECONDS, Shop, ShopConfig};
    let own = settings::read(env, Role::Shop)?;
    let coupons = settings::coupons(env)?;
    let issuers = settings::issuers(env, coupons.is_some())?;
    let config = ShopConfig {
        webhook: settings::webhook(env, own.is_demo())?,
        settings: own,
        origin: settings::origin(env)?,
        couriers: settings::couriers(env)?,
        instruments: instruments(&issuers),
        issuers,
        form_lifetime_seconds: FORM_LIFETIME_SECONDS,
        coupons,
        origins: settings::origins(env)?,
        seller: settings::seller(env)?,
        api_keys: settings::api_keys(env)?,
    };
    Ok(Shop::new(ports, config))
}

/// What a shop takes in an order, of these issuers; nothing of none. Coupons are no account that pays: a shop takes them beside it
/// (COUPON_OFFICES), or alone.
#[cfg(feature = "shop")]
fn instruments(
    issuers: &[tallystick_protocol::wire::identifier::Domain],
) -> Vec<tallystick_protocol::instrument::Instrument> {
    use tallystick_protocol::instrument::Instrument;
    if issuers.is_empty() {
        return Vec::new();
    }
    let all = Instrument::ALL.iter().copied();
    all.filter(|instrument| *instrument != Instrument::Coupon)
        .collect()
}

#[cfg(feature = "issuer")]
fn open_issuer(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::issuer::Issuer<WorkerPorts>> {
    use tallystick_parties::issuer::{Issuer, IssuerConfig};
    use tallystick_protocol::wire::money::{Currency, Money};
    let mut config = IssuerConfig::new(settings::read(env, Role::Issuer)?);
    config.limit = Money::new(settings::number(env, "ACCOUNT_LIMIT")?, Currency::Jpy);
    config.opens_accounts = settings::opens_accounts(env)?;
    config.blocked = settings::blocked(env)?;
    config.require_safe()?;
    Ok(Issuer::new(ports, config))
}

#[cfg(feature = "courier")]
fn open_courier(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::courier::Courier<WorkerPorts>> {
    use tallystick_parties::courier::Courier;
    let settings = settings::read(env, Role::Courier)?;
    Ok(Courier::new(ports, settings))
}

/// How often a demo's bank reads the statement of its account outside: whoever pays in looks on.
#[cfg(feature = "bank")]
const DEMO_STATEMENT_SECONDS: u64 = 10;

#[cfg(feature = "bank")]
fn open_bank(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::bank::Bank<WorkerPorts, OrdinaryBank>> {
    use tallystick_parties::bank::{Bank, BankConfig};
    let settings = settings::read(env, Role::Bank)?;
    let mut config = BankConfig::new(settings, settings::key(env, "PURSE_KEY_TOKEN")?);
    config.registration_authorities = settings::domains(env, "REGISTRATION_AUTHORITIES")?;
    config.directory = config.settings.directory.clone();
    config.is_sandbox = settings::takes_open_deposits(env)?;
    if config.is_sandbox {
        config.statement_seconds = DEMO_STATEMENT_SECONDS;
    }
    if let Some(fees) = settings::fees(env)? {
        config.fees = fees;
    }
    config.reconciliation_seconds =
        settings::reconciliation_seconds(env, config.reconciliation_seconds)?;
    config.reconcile = settings::reconcile(env, config.reconcile)?;
    config.blocked = settings::blocked(env)?;
    config.require_safe()?;
    let outside = OrdinaryBank {
        domain: settings::domain(env, "BANKING_SYSTEM")?,
        token: settings::text(env, "BANKING_TOKEN")?.into(),
    };
    Ok(Bank::new(ports, config, outside))
}

#[cfg(feature = "banking-system")]
fn open_banking_system(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::banking_system::BankingSystem<WorkerPorts>> {
    use tallystick_parties::banking_system::{BankingConfig, BankingSystem};
    let mut config = BankingConfig::new(settings::read(env, Role::BankingSystem)?);
    config.clients = settings::bank_clients(env)?;
    config.opening_minor = settings::number(env, "OPENING_BALANCE")?;
    config.opens_accounts = settings::opens_play_accounts(env)?;
    config.is_no_real_money = settings::is_no_real_money(env)?;
    config.require_safe()?;
    Ok(BankingSystem::new(ports, config))
}

#[cfg(feature = "directory")]
fn open_directory(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::directory::Directory<WorkerPorts>> {
    use tallystick_parties::directory::Directory;
    let settings = settings::read(env, Role::Directory)?;
    Ok(Directory::new(ports, settings))
}

#[cfg(feature = "registration-authority")]
fn open_registration_authority(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::registration_authority::RegistrationAuthority<WorkerPorts>> {
    use tallystick_parties::registration_authority::{RegistrationAuthority, RegistrationConfig};
    let config = RegistrationConfig {
        settings: settings::read(env, Role::RegistrationAuthority)?,
        banks: settings::domains(env, "BANKS")?,
    };
    Ok(RegistrationAuthority::new(ports, config))
}

#[cfg(feature = "home-proxy")]
fn open_home_proxy(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::home_proxy::HomeProxy<WorkerPorts>> {
    use tallystick_parties::home_proxy::{HomeProxy, HomeProxyConfig};
    let mut config = HomeProxyConfig::new(settings::read(env, Role::HomeProxy)?);
    config.terminals = settings::terminals(env)?;
    config.post = settings::post(env)?;
    config.require_safe()?;
    config.hosted_max = settings::hosted_cards(env)?;
    Ok(HomeProxy::new(ports, config))
}

#[cfg(feature = "vending")]
fn open_vending(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::vending::Vending<WorkerPorts>> {
    use tallystick_parties::vending::{Vending, VendingConfig};
    let banks = (
        settings::domain(env, "BANK")?,
        settings::domain(env, "REGISTRATION_AUTHORITY")?,
    );
    let own = settings::read(env, Role::Vending)?;
    let products = settings::products(env)?;
    let mut config = VendingConfig::new(own, banks, products, settings::dealer(env)?);
    config.currency = settings::currency(env)?;
    config.collect_seconds = settings::collect_seconds(env)?;
    Ok(Vending::new(ports, config))
}

#[cfg(feature = "coupon-office")]
fn open_coupon_office(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::coupon_office::CouponOffice<WorkerPorts>> {
    use tallystick_parties::coupon_office::{CouponConfig, CouponOffice};
    use tallystick_protocol::wire::money::{Currency, Money};
    let own = settings::read(env, Role::CouponOffice)?;
    let mut config = CouponConfig::new(own, settings::key(env, "COUPON_KEY_TOKEN")?);
    config.limit = Money::new(settings::number(env, "ACCOUNT_LIMIT")?, Currency::Jpy);
    config.opens_accounts = settings::opens_accounts(env)?;
    config.value_max = settings::number(env, "COUPON_VALUE_MAX")?;
    config.valid_days = settings::coupon_days(env)?;
    config.issues_postpaid = settings::issues_postpaid(env)?;
    config.ask_seconds = settings::ask_seconds(env)?;
    config.hold_seconds = settings::hold_seconds(env, config.hold_seconds)?;
    config.period_seconds = settings::period_seconds(env)?;
    config.gateway_secret = settings::gateway_secret(env)?;
    config.blocked = settings::blocked(env)?;
    config.require_safe()?;
    Ok(CouponOffice::new(ports, config))
}

#[cfg(feature = "security-server")]
fn open_security_server(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::security_server::SecurityServer<WorkerPorts>> {
    use tallystick_parties::security_server::{SecurityConfig, SecurityServer};
    let config = SecurityConfig {
        settings: settings::read(env, Role::SecurityServer)?,
        master: settings::settlement_master(env)?,
        front: settings::domain(env, "FRONT")?,
    };
    Ok(SecurityServer::new(ports, config))
}

#[cfg(feature = "settlement")]
fn open_settlement(
    env: &Env,
    ports: WorkerPorts,
) -> Opened<tallystick_parties::settlement::SettlementServer<WorkerPorts>> {
    use tallystick_parties::settlement::{SettlementConfig, SettlementServer};
    use tallystick_protocol::wire::money::{Currency, Money};
    let own = settings::read(env, Role::Settlement)?;
    let mut config = SettlementConfig::new(own, settings::domain(env, "SECURITY_SERVER")?);
    config.limit = Money::new(settings::number(env, "ACCOUNT_LIMIT")?, Currency::Jpy);
    config.opens_accounts = settings::opens_accounts(env)?;
    config.charge_max = settings::number(env, "CHARGE_MAX")?;
    config.charge_seconds = settings::charge_seconds(env)?;
    config.blocked = settings::blocked(env)?;
    config.require_safe()?;
    Ok(SettlementServer::new(ports, config))
}
