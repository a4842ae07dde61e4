//! The homes that are registered: their keys, their terminals, what they left for them.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tallystick_protocol::home::calls::LentList;
use tallystick_protocol::home::loan::Lent;
use tallystick_protocol::home::{HomeRefusal, HomeRegistration, Loan, PublicKeys};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{decode, decode_value, encode_value};
use tallystick_protocol::wire::identifier::{HomeId, TerminalId};

use super::HomeProxy;
use super::known::read_keys;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// A home.
    pub(super) struct Home in "homes" {
        /// Its keys, encoded.
        pub keys: Vec<u8> = "keys",
        /// SHA-256 of the token with which its browser connects.
        pub verifier: [u8; 32] = "verifier",
        /// Counts its registrations.
        pub version: u32 = "version",
        /// SHA-256 of the newest registration.
        pub digest: [u8; 32] = "digest",
        /// What a terminal wants stopped, until home has heard it.
        pub stop: Option<Vec<u8>> = "stop",
        /// Which terminal.
        pub stop_by: Option<[u8; 32]> = "stop_by",
    }
}

impl Home {
    /// Its keys.
    pub(super) fn keys(&self) -> Result<PublicKeys, DatabaseError> {
        read_keys(&self.keys)
    }

    /// Whether this is the token of its browser.
    pub(super) fn has_token(&self, token: &[u8; 32]) -> bool {
        let digest = <[u8; 32]>::from(Sha256::digest(token));
        digest.ct_eq(&self.verifier).into()
    }
}

/// The home of this name, if it is registered.
pub(super) fn find(tables: &dyn Tables, home: &HomeId) -> Result<Option<Home>, DatabaseError> {
    typed::find(tables, "home = ?", &[home.0.into()])
}

/// The connection of a home.
pub(super) fn connection(
    tables: &dyn Tables,
    home: &HomeId,
) -> Result<Option<String>, DatabaseError> {
    let sql = "SELECT connection FROM homes WHERE home = ?";
    let found: Option<Option<String>> = typed::one(tables, sql, &[home.0.into()])?;
    Ok(found.flatten())
}

/// Forgets a home whose card there is no more, and what it left for its terminals.
pub(super) fn forget(tables: &dyn Tables, home: &HomeId) -> Result<(), DatabaseError> {
    for table in [
        "homes",
        "home_terminals",
        "home_lent",
        "home_gates",
        "home_sessions",
    ] {
        let sql = format!("DELETE FROM {table} WHERE home = ?");
        tables.run(&sql, &[home.0.into()])?;
    }
    Ok(())
}

/// The name of a home in a path.
pub(super) fn home_in(path: &str) -> Result<HomeId, Fault> {
    path.parse().map_err(|_| Fault::not_found())
}

/// What is posted: CBOR, or a COSE message.
pub(super) fn body_of(request: &Incoming) -> Result<&[u8], Fault> {
    web::body_as(request, web::CBOR).or_else(|fault| {
        let is_cose = web::body_as(request, web::COSE);
        is_cose.map_err(|_| fault)
    })
}

/// Done, and there is nothing to say.
pub(super) fn done() -> Answer {
    let mut answer = Answer::new(Vec::new());
    *answer.status_mut() = http::StatusCode::NO_CONTENT;
    answer
}

/// A signed message that does not hold.
pub(super) fn unsigned(error: keyed::KeyedError) -> Fault {
    match error {
        keyed::KeyedError::BadSignature => HomeRefusal::BadSignature.into(),
        keyed::KeyedError::TooLong(_) => Fault::new(Kind::TooLarge, error),
        other => Fault::malformed(other),
    }
}

impl<P: Ports> HomeProxy<P> {
    /// `POST /v1/homes`: a home says which keys and terminals it has. The newest version counts; a terminal that is
    /// missing in it is let through no more, whatever it has begun.
    pub(super) async fn register(&self, request: &Incoming) -> Result<Answer, Fault> {
        let bytes = body_of(request)?;
        let office = &self.office;
        let claimed = keyed::unverified::<HomeRegistration>(bytes).map_err(unsigned)?;
        if claimed.proxy != office.settings.domain {
            return Err(Fault::new(Kind::WrongRecipient, "This is another proxy."));
        }
        let registration = office.trying("homes", async {
            let key = claimed.keys.verifying()?;
            keyed::open::<HomeRegistration>(bytes, &key).map_err(unsigned)
        });
        let registration = registration.await?;
        for terminal in &registration.terminals {
            terminal.verifying()?;
        }
        let home = registration.keys.home();
        let limits = &office.settings.limits;
        office.admit(&[
            (&format!("register|{home}"), limits.home),
            ("homes", limits.homes),
        ])?;
        let digest = Sha256::digest(bytes).into();
        office.transaction(|tables| {
            if let Some(before) = find(tables, &home)? {
                if before.digest == digest {
                    return Ok(());
                }
                if before.version >= registration.version {
                    return Err(Fault::new(Kind::Replayed, "A newer one was registered."));
                }
            }
            self.store(tables, &home, &registration, &digest)
        })?;
        office.log("home-registered", None, "ok");
        Ok(done())
    }

    fn store(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
        registration: &HomeRegistration,
        digest: &[u8; 32],
    ) -> Result<(), Fault> {
        tables.run(
            "INSERT INTO homes (home, keys, verifier, version, digest, used_at) VALUES (?, ?, ?, ?, ?, ?)
             ON CONFLICT (home) DO UPDATE SET verifier = excluded.verifier, version = excluded.version,
                digest = excluded.digest, used_at = excluded.used_at",
            &[
                home.0.into(),
                encode_value(&registration.keys).into(),
                registration.verifier.into(),
                registration.version.into(),
                (*digest).into(),
                self.office.now().into(),
            ],
        )?;
        self.known.replace(tables, home, &registration.terminals)?;
        // Whoever is not known any more has nothing here any more.
        for table in ["home_gates", "home_lent", "home_sessions"] {
            let sql = format!(
                "SELECT DISTINCT terminal FROM {table} WHERE home = ? AND terminal IS NOT NULL"
            );
            let there: Vec<[u8; 32]> = typed::all(tables, &sql, &[home.0.into()])?;
            for terminal in there {
                if self.known.find(tables, home, &terminal.into())?.is_none() {
                    let sql = format!("DELETE FROM {table} WHERE home = ? AND terminal = ?");
                    tables.run(&sql, &[home.0.into(), terminal.into()])?;
                }
            }
        }
        Ok(())
    }

    /// The home of this name, if this is the token of its browser; `what` it says is counted.
    pub(super) fn by_token(
        &self,
        what: &str,
        home: &HomeId,
        token: &[u8; 32],
    ) -> Result<Home, Fault> {
        let office = &self.office;
        let bucket = format!("{what}|{home}");
        office.admit(&[(&bucket, office.settings.limits.home)])?;
        let found = find(office.tables(), home)?.ok_or(HomeRefusal::Unknown)?;
        if !found.has_token(token) {
            return Err(Fault::new(Kind::Unauthorised, "This is not its token."));
        }
        Ok(found)
    }

    /// `POST /v1/homes/lent`: a home leaves what it lends to one terminal. It replaces what was left before.
    pub(super) fn take_lent(&self, request: &Incoming) -> Result<Answer, Fault> {
        let list: LentList = decode(body_of(request)?)?;
        let office = &self.office;
        let unknown = || Fault::from(HomeRefusal::Unknown);
        let home = self.by_token("lent", &list.home, &list.token)?;
        let known = self
            .known
            .find(office.tables(), &list.home, &list.terminal)?;
        known.ok_or_else(unknown)?;
        for lent in &list.lent {
            require_own_loan(&home.keys()?, &list, lent)?;
        }
        let lent = encode_value(&list.lent);
        office.transaction(|tables| {
            tables.run(
                "INSERT INTO home_lent (home, terminal, lent, left_at) VALUES (?, ?, ?, ?)
                 ON CONFLICT (home, terminal) DO UPDATE SET lent = excluded.lent, left_at = excluded.left_at",
                &[
                    list.home.0.into(),
                    list.terminal.0.into(),
                    lent.into(),
                    office.now().into(),
                ],
            )
        })?;
        Ok(done())
    }

    /// What a home left for a terminal, as a list without the token.
    pub(super) fn lent_to(&self, home: &HomeId, terminal: &TerminalId) -> Result<LentList, Fault> {
        let sql = "SELECT lent FROM home_lent WHERE home = ? AND terminal = ?";
        let is_this = [home.0.into(), terminal.0.into()];
        let stored: Option<Vec<u8>> = typed::one(self.office.tables(), sql, &is_this)?;
        let lent = match stored {
            Some(lent) => {
                let most = <LentList as tallystick_protocol::wire::cbor::Message>::LEN_MAX;
                decode_value(&lent, most).map_err(|_| Fault::internal())?
            }
            None => Vec::new(),
        };
        Ok(LentList {
            home: *home,
            token: [0; 32],
            terminal: *terminal,
            lent,
        })
    }
}

/// What is left is a loan of this very card to this very terminal.
fn require_own_loan(home: &PublicKeys, list: &LentList, lent: &[u8]) -> Result<(), Fault> {
    let lent: Lent = decode(lent)?;
    let loan = keyed::open::<Loan>(&lent.loan, &home.verifying()?).map_err(unsigned)?;
    if loan.home == list.home && loan.terminal == list.terminal {
        Ok(())
    } else {
        Err(Fault::malformed(
            "The loan is another home's or terminal's.",
        ))
    }
}
