//! A hosted card as it rests: its state, sealed under its name, and which home it is.

use data_encoding::HEXLOWER;
use tallystick_card::host::{self, home::lending};
use tallystick_card::{Applet, Card};
use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::wire::identifier::HomeId;
use zeroize::Zeroizing;

use crate::home_proxy::{HomeProxy, homes};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Tables, Value};
use crate::store::sealed::Sealed;
use crate::store::typed;

/// SHA-256 of a card's token.
pub(super) type Name = [u8; 32];
/// How many cards are made in a day at most, for everybody together.
const A_DAY_MAX: u64 = 200;
const DAY_SECONDS: u64 = 24 * 60 * 60;
/// The longest state, in bytes: sixteen accounts with their shares take a quarter of it.
pub(super) const STATE_BYTES_MAX: usize = 512 * 1024;

/// A card's name as paths and seals have it.
pub(super) fn shown(name: &Name) -> String {
    HEXLOWER.encode(name)
}

fn sealed_as(name: &Name) -> String {
    format!("hosted-card|{}", shown(name))
}

/// States of cards.
pub(in crate::home_proxy) const SEALED: Sealed = Sealed {
    named_by: &["name"],
    name: |row| Ok(sealed_as(&row.bytes32(0)?)),
    ..Sealed::whole("hosted_cards", "sealed")
};

/// The home that a card is, as it says itself.
fn home_of<R: rand_core::CryptoRng>(card: &mut Card, rng: &mut R) -> Option<HomeId> {
    card.beside(|card| {
        let mut ask =
            |apdu: Result<Zeroizing<Vec<u8>>, _>| Some(card.transmit(&apdu.ok()?, rng).bytes);
        ask(host::select(Applet::Home))?;
        let view = lending::view(&ask(lending::status())?).ok()?;
        Some(view.keys?.home())
    })
}

impl<P: Ports> HomeProxy<P> {
    /// Makes a card from the factory; whether there was none.
    pub(super) fn make_card(&self, name: &Name) -> Result<bool, Fault> {
        let office = &self.office;
        let sealed = office.seal(&sealed_as(name), &Card::blank().state())?;
        let now = office.now();
        office.transaction(|tables| {
            if is_there(tables, name)? {
                return Ok(false);
            }
            let since = now.seconds().saturating_sub(DAY_SECONDS);
            let sql = "SELECT count(*), count(CASE WHEN made_at > ? THEN 1 END) FROM hosted_cards";
            let counted: Option<(u64, u64)> = typed::one(tables, sql, &[since.into()])?;
            let (all, today) = counted.unwrap_or_default();
            if all >= u64::from(self.hosted_max) || today >= A_DAY_MAX {
                return Err(HomeRefusal::TooMany.into());
            }
            tables.run(
                "INSERT INTO hosted_cards (name, sealed, is_blank, made_at, used_at) VALUES (?, ?, 1, ?, ?)",
                &[(*name).into(), sealed.into(), now.into(), now.into()],
            )?;
            Ok(true)
        })
    }

    /// Whether there is such a card.
    pub(super) fn is_stored(&self, name: &Name) -> Result<bool, DatabaseError> {
        is_there(self.office.tables(), name)
    }

    /// The card, without power.
    pub(super) fn stored_card(&self, name: &Name) -> Result<Card, Fault> {
        let sql = "SELECT sealed FROM hosted_cards WHERE name = ?";
        let sealed: Option<Vec<u8>> = typed::one(self.office.tables(), sql, &[(*name).into()])?;
        let sealed = sealed.ok_or(HomeRefusal::Unknown)?;
        let state = self.office.unseal(&sealed_as(name), &sealed)?;
        Card::restore(&state).map_err(|_| Fault::internal())
    }

    /// Stores what a card has become.
    pub(super) fn store_card(&self, name: &Name, card: &mut Card) -> Result<(), Fault> {
        let office = &self.office;
        let sealed = office.seal(&sealed_as(name), &card.state())?;
        let home = home_of(card, &mut office.rng());
        let home = home.map_or(Value::Null, |home| home.0.into());
        office.transaction(|tables| {
            tables.run(
                "UPDATE hosted_cards SET sealed = ?, home = ?, is_blank = 0, used_at = ? WHERE name = ?",
                &[sealed.into(), home, office.now().into(), (*name).into()],
            )?;
            Ok(())
        })
    }

    /// Deletes a card, and with it what is in it; and the home that it was.
    pub(super) fn delete_card(&self, name: &Name) -> Result<(), Fault> {
        let home = self.home_in(name)?;
        self.office.transaction(|tables| {
            let sql = "DELETE FROM hosted_cards WHERE name = ?";
            tables.run(sql, &[(*name).into()])?;
            if let Some(home) = home {
                homes::forget(tables, &home)?;
            }
            Ok(())
        })
    }

    fn home_in(&self, name: &Name) -> Result<Option<HomeId>, DatabaseError> {
        let sql = "SELECT home FROM hosted_cards WHERE name = ? AND home IS NOT NULL";
        let home: Option<[u8; 32]> = typed::one(self.office.tables(), sql, &[(*name).into()])?;
        Ok(home.map(HomeId))
    }

    /// Which card is this home's, if it is hosted here.
    pub(super) fn hosted(&self, home: &HomeId) -> Result<Option<Name>, DatabaseError> {
        let sql = "SELECT name FROM hosted_cards WHERE home = ?";
        typed::one(self.office.tables(), sql, &[home.0.into()])
    }
}

fn is_there(tables: &dyn Tables, name: &Name) -> Result<bool, DatabaseError> {
    let sql = "SELECT count(*) FROM hosted_cards WHERE name = ?";
    let there: Option<u64> = typed::one(tables, sql, &[(*name).into()])?;
    Ok(there.is_some_and(|there| there > 0))
}
