//! One Durable Object class a role. Only the classes of the roles that are compiled in exist.
//!
//! The macros of the `worker` crate generate public methods without documentation.
#![allow(missing_docs)]

use tallystick_protocol::identifier::Role;
use worker::{DurableObject, Env, Request, Response, Result, State, Storage, durable_object};

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

type Opened<P> = std::result::Result<P, SettingsError>;

book_of!("shop", ShopBook, tallystick_parties::shop::Shop<WorkerPorts>, open_shop);

#[cfg(feature = "shop")]
fn open_shop(env: &Env, storage: Storage) -> Opened<tallystick_parties::shop::Shop<WorkerPorts>> {
    use tallystick_parties::shop::{FORM_LIFETIME_SECONDS, Shop, ShopConfig};
    let config = ShopConfig {
        settings: settings::read(env, Role::Shop)?,
        origin: settings::origin(env)?,
        courier: settings::domain(env, "COURIER")?,
        courier_name: settings::text(env, "COURIER_NAME")?,
        issuers: settings::domains(env, "ISSUERS")?,
        form_lifetime_seconds: FORM_LIFETIME_SECONDS,
    };
    Ok(Shop::new(WorkerPorts::new(storage), config))
}
