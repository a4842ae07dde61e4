//! The cards: how one comes to its keys, and what each said of itself last.

use tallystick_protocol::settlement::card::{CardLabel, CardPersonalisation};
use tallystick_protocol::settlement::{Alias, CardIdentifier, CardRequest};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

use super::{SecurityServer, words};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{DatabaseError, Ports, Random, Tables};
use crate::store::sealed::Sealed;
use crate::store::typed::{self, typed_row};

/// The version of the keys that cards are given.
pub(super) const KEY_VERSION: u8 = 1;
/// How long a card can be made what it is to be, in seconds (seven days).
const PERSONALISATION_SECONDS: u64 = 7 * 86_400;

typed_row! {
    /// A card, as it said last what it is.
    #[derive(Clone)]
    pub(super) struct Card in "security_cards" {
        /// What it says in clear.
        pub alias: Alias = "alias",
        /// Its identifier, sealed under its alias.
        identifier: Vec<u8> = "identifier",
        /// The nonce of the request for it.
        nonce: [u8; 32] = "nonce",
        /// The key that it made to be given its own.
        recipient: [u8; 32] = "recipient",
        made_at: Timestamp = "made_at",
        /// When it was read last.
        read_at: Option<Timestamp> = "read_at",
        /// Its counter of transactions.
        pub counter: u32 = "counter",
        /// What was on it.
        pub balance: Money = "minor, currency",
        /// Why it is blocked, as a fixed word.
        pub blocked: Option<String> = "blocked",
    }
}

impl Card {
    /// In which currency it is.
    pub(super) const fn currency(&self) -> Currency {
        self.balance.currency
    }

    /// Which card it is.
    ///
    /// # Errors
    /// If what is sealed does not open.
    pub(super) fn identifier<P: Ports>(&self, office: &Office<P>) -> Result<CardIdentifier, Fault> {
        let identifier = office.unseal(&sealed_as(&self.alias), &self.identifier)?;
        CardIdentifier::try_from(identifier.as_slice()).map_err(|_| Fault::internal())
    }
}

/// The name under which a card's identifier is sealed.
fn sealed_as(alias: &Alias) -> String {
    format!("card/identifier/{alias}")
}

/// Identifiers of cards.
pub(super) const SEALED: Sealed = Sealed {
    named_by: &["alias"],
    name: |row| {
        let alias = Alias::try_from(row.blob(0)?).map_err(|_| DatabaseError::Shape(0))?;
        Ok(sealed_as(&alias))
    },
    ..Sealed::whole("security_cards", "identifier")
};

/// The card of this alias.
///
/// # Errors
/// Only the database's own.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    alias: &Alias,
) -> Result<Option<Card>, DatabaseError> {
    typed::find(tables, "alias = ?", &[(*alias).into()])
}

/// Notes what a card proved of itself. Of what is older than what is known nothing is kept.
///
/// # Errors
/// Only the database's own.
pub(super) fn note(
    tables: &dyn Tables,
    alias: &Alias,
    (counter, balance): (u32, u64),
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE security_cards SET counter = ?, minor = ?, read_at = ? WHERE alias = ? AND counter <= ?";
    let values = [
        counter.into(),
        balance.into(),
        now.into(),
        (*alias).into(),
        counter.into(),
    ];
    tables.run(sql, &values)?;
    Ok(())
}

/// Blocks a card, for the reason of this fixed word, or lets it pay again.
///
/// # Errors
/// [`Kind::NotFound`] if there is none of this alias.
pub(super) fn block(tables: &dyn Tables, alias: &Alias, why: Option<&str>) -> Result<(), Fault> {
    let sql = "UPDATE security_cards SET blocked = ? WHERE alias = ? RETURNING alias";
    let changed = tables.run(sql, &[why.into(), (*alias).into()])?;
    changed.first().map(|_| ()).ok_or_else(Fault::not_found)
}

impl<P: Ports> SecurityServer<P> {
    /// `POST /v1/cards`: keys for a card, sealed to the key that it made. The same request again is the same card.
    pub(super) async fn give_card(&self, request: &Incoming) -> Result<Answer, Fault> {
        let asked: CardRequest = decode(web::body_as(request, web::CBOR)?)?;
        let office = &self.office;
        office.admit(&[("cards", office.settings.limits.cards)])?;
        let alias = office.transaction(|tables| match of_request(tables, &asked)? {
            Some(alias) => Ok::<_, Fault>(alias),
            None => self.make_card(tables, &asked),
        })?;
        let signed = office
            .signed(words::PERSONALISATION, &alias.to_string())
            .await;
        let gone = |fault: Fault| match fault.kind {
            Kind::NotFound => Fault::new(Kind::Expired, "This card was asked for too long ago."),
            _ => fault,
        };
        Ok(web::cose(signed.map_err(gone)?))
    }

    fn make_card(&self, tables: &dyn Tables, asked: &CardRequest) -> Result<Alias, Fault> {
        let office = &self.office;
        let (mut alias, mut identifier) = (Alias([0; 10]), CardIdentifier([0; 8]));
        office.ports.random().fill(&mut alias.0);
        office.ports.random().fill(&mut identifier.0);
        let label = CardLabel {
            alias,
            identifier,
            currency: asked.currency,
            key_version: KEY_VERSION,
        };
        let envelope = office.envelope(Audience::Anyone, asked.nonce, PERSONALISATION_SECONDS);
        let personalisation = CardPersonalisation::new(
            &mut office.rng(),
            envelope,
            asked.recipient,
            label,
            &self.master.card(&alias),
        )?;
        let card = Card {
            alias,
            identifier: office.seal(&sealed_as(&alias), &identifier.0)?,
            nonce: asked.nonce,
            recipient: asked.recipient,
            made_at: office.now(),
            read_at: None,
            counter: 0,
            balance: Money::zero(asked.currency),
            blocked: None,
        };
        typed::insert(tables, &card)?;
        let reference = alias.to_string();
        office.decide(tables, words::PERSONALISATION, &reference, &personalisation)?;
        office.log("card", None, "made");
        Ok(alias)
    }
}

/// The card that this very request was given.
fn of_request(tables: &dyn Tables, asked: &CardRequest) -> Result<Option<Alias>, Fault> {
    let Some(card) = typed::find::<Card>(tables, "nonce = ?", &[asked.nonce.into()])? else {
        return Ok(None);
    };
    if card.recipient == asked.recipient && card.currency() == asked.currency {
        return Ok(Some(card.alias));
    }
    let other = "This was asked for before, in other words.";
    Err(Fault::new(Kind::Replayed, other))
}
