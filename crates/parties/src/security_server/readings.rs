//! What cards were found to be, by which orders name them.

use tallystick_protocol::settlement::{Alias, CardReading, READING_SECONDS, ReadingId};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use super::cards::Card;
use super::{SecurityServer, credits};
use crate::office::fault::Fault;
use crate::ports::{DatabaseError, Ports, Random, Tables};
use crate::store::typed::{self, typed_row};

typed_row! {
    /// What a card was found to be.
    pub(super) struct Reading in "security_readings" {
        /// Its number.
        pub reading: ReadingId = "reading",
        /// Of which card.
        pub alias: Alias = "alias",
        /// What was on it.
        pub balance: Money = "minor, currency",
        /// How many transactions it had done.
        pub counter: u32 = "counter",
        /// Until when an order may name it.
        pub expires_at: Timestamp = "expires_at",
    }
}

/// The reading of this number.
///
/// # Errors
/// Only the database's own.
pub(super) fn find(
    tables: &(impl Tables + ?Sized),
    reading: &ReadingId,
) -> Result<Option<Reading>, DatabaseError> {
    typed::find(tables, "reading = ?", &[(*reading).into()])
}

impl<P: Ports> SecurityServer<P> {
    /// Says what a card was found to be just now, in the tap of this nonce.
    pub(super) async fn say_reading(&self, card: &Card, nonce: [u8; 32]) -> Result<Vec<u8>, Fault> {
        let office = &self.office;
        let mut id = ReadingId([0; 16]);
        office.ports.random().fill(&mut id.0);
        let envelope = office.envelope(Audience::Anyone, nonce, READING_SECONDS);
        let reading = Reading {
            reading: id,
            alias: card.alias,
            balance: card.balance,
            counter: card.counter,
            expires_at: envelope.expires_at,
        };
        let waiting = office.transaction(|tables| {
            typed::insert(tables, &reading)?;
            credits::waiting(tables, &card.alias, office.now())
        })?;
        office
            .say(&CardReading {
                envelope,
                reading: id,
                alias: card.alias,
                balance: card.balance,
                waiting,
            })
            .await
    }
}
