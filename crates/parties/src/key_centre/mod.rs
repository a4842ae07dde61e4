//! The key centre: keeps the polynomials of all key spaces and gives holders and parties their
//! shares, each sealed to a key of its own, and never more than a space can bear.

mod config;
mod console;
mod holders;
mod issued;
mod masters;
mod parties;
mod schema;
mod spaces;

pub use config::{Config, SpaceDegrees};

use tallystick_protocol::identifier::Role;

use crate::common::fault::Fault;
use crate::common::http::{self as web, Answer, Incoming};
use crate::common::office::Office;
use crate::common::party::Party;
use crate::common::rate::{RateLimit, forget};
use crate::ports::Ports;

/// How many shares one holder or party gets.
const TO_ONE: RateLimit = RateLimit {
    count: 60,
    seconds: 60,
};
/// How many shares are computed for everybody together: each takes some ten milliseconds.
const TO_ALL: RateLimit = RateLimit {
    count: 600,
    seconds: 60,
};

/// The roles that have key spaces.
const ROLES: [Role; 3] = [Role::Shop, Role::Issuer, Role::Courier];

/// The key centre.
pub struct KeyCentre<P: Ports> {
    office: Office<P>,
    degrees: SpaceDegrees,
}

impl<P: Ports> KeyCentre<P> {
    /// A key centre on this machine.
    pub fn new(ports: P, config: Config) -> Self {
        Self {
            office: Office::new(ports, config.settings, schema::MIGRATIONS),
            degrees: config.degrees,
        }
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_common(request).await? {
            return Ok(answer);
        }
        let (method, path) = web::route(request);
        match (method, &path[..]) {
            ("POST", ["v1", "holder-shares"]) => self.share_for_holder(request).await,
            ("POST", ["v1", "party-shares"]) => self.share_for_party(request).await,
            ("GET", ["v1", "console"]) => {
                self.office.require_console(request)?;
                self.console()
            }
            _ => Err(Fault::not_found()),
        }
    }

    /// Counts a request whose ticket or signature was verified.
    fn admit(&self, asker: &str) -> Result<(), Fault> {
        forget(
            self.office.tables(),
            "shares|",
            TO_ONE,
            self.office.now_ms(),
        )?;
        let bucket = format!("shares|{asker}");
        self.office.admit(&[(&bucket, TO_ONE), ("shares", TO_ALL)])
    }

    async fn work(&self) -> Result<(), Fault> {
        let office = &self.office;
        office.bootstrap().await?;
        office.renew_if_due().await?;
        if !self.has_rows_to_draw()? {
            return Ok(());
        }
        for role in ROLES {
            let newest = office.transaction(|tables| self.newest_space(tables, role))?;
            if self.draw_rows(&newest)? {
                // One space a time; the alarm brings the next.
                return Ok(());
            }
        }
        Ok(())
    }
}

impl<P: Ports> Party for KeyCentre<P> {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| self.handle(request).await)
            .await
    }

    async fn wake(&self) {
        let outcome = self.work().await;
        let word = outcome
            .as_ref()
            .map_or_else(|fault| fault.kind.as_str(), |()| "ok");
        self.office.log("woken", None, word);
    }

    fn next_alarm(&self) -> Option<u64> {
        let drawing = self.office.is_ready() && self.has_rows_to_draw().unwrap_or(false);
        self.office
            .next_alarm(drawing.then(|| self.office.now_ms()))
    }
}
