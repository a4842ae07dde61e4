//! Which terminals are whose (H2): in the party's tables as homes register them, or in memory as its operator lists
//! them (source document 000: "internal or external memory").

use std::collections::BTreeMap;

use tallystick_protocol::home::PublicKeys;
use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use tallystick_protocol::wire::identifier::{HomeId, TerminalId};

use crate::ports::{DatabaseError, Tables};
use crate::store::typed;

/// The longest that keys are, in bytes.
const KEYS_BYTES_MAX: usize = 256;

/// Looks up terminals.
pub trait KnownTerminals {
    /// The keys of a terminal, if it is this home's.
    ///
    /// # Errors
    /// Only the database's own.
    fn find(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
        terminal: &TerminalId,
    ) -> Result<Option<PublicKeys>, DatabaseError>;

    /// Takes in which terminals a home says it has. Call it in the transaction that stores the registration.
    ///
    /// # Errors
    /// Only the database's own.
    fn replace(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
        terminals: &[PublicKeys],
    ) -> Result<(), DatabaseError>;
}

/// Those that homes registered, in the party's tables.
pub struct Registered;

impl KnownTerminals for Registered {
    fn find(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
        terminal: &TerminalId,
    ) -> Result<Option<PublicKeys>, DatabaseError> {
        let sql = "SELECT keys FROM home_terminals WHERE home = ? AND terminal = ?";
        let keys: Option<Vec<u8>> = typed::one(tables, sql, &[home.0.into(), terminal.0.into()])?;
        keys.map(|keys| read_keys(&keys)).transpose()
    }

    fn replace(
        &self,
        tables: &dyn Tables,
        home: &HomeId,
        terminals: &[PublicKeys],
    ) -> Result<(), DatabaseError> {
        let sql = "DELETE FROM home_terminals WHERE home = ?";
        tables.run(sql, &[home.0.into()])?;
        for keys in terminals {
            tables.run(
                "INSERT INTO home_terminals (home, terminal, keys) VALUES (?, ?, ?)
                 ON CONFLICT (home, terminal) DO NOTHING",
                &[
                    home.0.into(),
                    keys.terminal().0.into(),
                    encode_value(keys).into(),
                ],
            )?;
        }
        Ok(())
    }
}

/// Those that the operator lists, in memory: whatever homes register, nobody else is known.
pub struct Listed(BTreeMap<(HomeId, TerminalId), PublicKeys>);

impl Listed {
    /// These terminals, each of its home.
    #[must_use]
    pub fn new(terminals: impl IntoIterator<Item = (HomeId, PublicKeys)>) -> Self {
        let named = terminals.into_iter();
        let named = named.map(|(home, keys)| ((home, keys.terminal()), keys));
        Self(named.collect())
    }
}

impl KnownTerminals for Listed {
    fn find(
        &self,
        _: &dyn Tables,
        home: &HomeId,
        terminal: &TerminalId,
    ) -> Result<Option<PublicKeys>, DatabaseError> {
        Ok(self.0.get(&(*home, *terminal)).cloned())
    }

    fn replace(&self, _: &dyn Tables, _: &HomeId, _: &[PublicKeys]) -> Result<(), DatabaseError> {
        Ok(())
    }
}

/// Keys as they are stored.
pub(super) fn read_keys(stored: &[u8]) -> Result<PublicKeys, DatabaseError> {
    decode_value(stored, KEYS_BYTES_MAX).map_err(|_| DatabaseError::Shape(0))
}
