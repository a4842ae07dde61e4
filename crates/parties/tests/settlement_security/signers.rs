//! Shops and fronts that sign what a test tells them.

use core::cell::{Cell, RefCell};

use tallystick_parties::Party;
use tallystick_parties::native::{Machine, block_on};
use tallystick_parties::office::Office;
use tallystick_parties::office::fault::{Fault, Kind};
use tallystick_parties::office::http::{self as web, Answer, COSE, Incoming, body_as};
use tallystick_parties::office::settings::Settings;
use tallystick_parties::post::waking::NoDuties;
use tallystick_parties::store::schema::Migration;
use tallystick_protocol::settlement::{OutcomeReceipt, signed_digest};
use tallystick_protocol::trust::statement::{
    Audience, Envelope, SignedMessage, unverified_envelope,
};
use tallystick_protocol::wire::identifier::Domain;

const NO_TABLES: &[Migration] = &[];

/// Somebody with a certificate, who signs anything.
pub struct Signer {
    pub office: Office<Machine>,
    /// What was brought, path and body.
    pub heard: RefCell<Vec<(String, Vec<u8>)>>,
    /// Whether it answers no letter.
    pub is_deaf: Cell<bool>,
    /// What it answers to a letter in place of its receipt.
    pub forged: RefCell<Option<Vec<u8>>>,
}

impl Signer {
    pub fn new(machine: Machine, settings: Settings) -> Self {
        Self {
            office: Office::new(machine, settings, NO_TABLES),
            heard: RefCell::default(),
            is_deaf: Cell::default(),
            forged: RefCell::default(),
        }
    }

    pub fn domain(&self) -> &Domain {
        &self.office.settings.domain
    }

    /// An envelope from it, good for ten minutes.
    pub fn envelope(&self, to: &Domain, transaction: [u8; 32]) -> Envelope {
        self.office
            .envelope(Audience::Party(to.clone()), transaction, 600)
    }

    pub fn sign<M: SignedMessage>(&self, message: &M) -> Vec<u8> {
        block_on(self.office.say(message)).unwrap()
    }

    /// The letters that came to this path.
    pub fn letters(&self, path: &str) -> Vec<Vec<u8>> {
        let heard = self.heard.borrow();
        let there = heard.iter().filter(|(at, _)| at == path);
        there.map(|(_, body)| body.clone()).collect()
    }

    async fn handle(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_common(request).await? {
            return Ok(answer);
        }
        let body = body_as(request, COSE)?;
        let path = request.uri().path().to_owned();
        self.heard.borrow_mut().push((path, body.to_vec()));
        if self.is_deaf.get() {
            return Err(Fault::new(Kind::Starting, "Not now."));
        }
        let told = unverified_envelope(body, web::BODY_LIMIT)?;
        let receipt = OutcomeReceipt {
            envelope: self.envelope(&told.from, told.transaction),
            outcome: signed_digest(body),
        };
        let forged = self.forged.borrow().clone();
        let said = match forged {
            Some(forged) => forged,
            None => self.office.say(&receipt).await?,
        };
        Ok(web::cose(said))
    }
}

impl Party for Signer {
    async fn serve(&self, request: Incoming) -> Answer {
        self.office
            .receive(request, async |request| self.handle(request).await)
            .await
    }

    async fn wake(&self) {
        self.office.wake(&NoDuties).await;
    }
}
