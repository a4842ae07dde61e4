//! The machine a simulated party runs on: as in the other tests, but for its network and its pen.

use std::rc::Weak;

use tallystick_parties::native::{KeptLog, SeededRandom, SetClock, SqliteDatabase};
use tallystick_parties::ports::Ports;

use crate::network::SimulatedNetwork;
use crate::pen::Pen;
use crate::town::Town;

/// All ports of one party. A clone is the same machine.
#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) database: SqliteDatabase,
    pub(crate) clock: SetClock,
    pub(crate) random: SeededRandom,
    pub(crate) pen: Pen,
    pub(crate) network: SimulatedNetwork,
    pub(crate) log: KeptLog,
}

impl Machine {
    pub(crate) fn new(town: &Weak<Town>, name: &'static str, clock: SetClock, seed: u64) -> Self {
        let random = SeededRandom::new(&format!("{seed}, {name}"));
        Self {
            database: SqliteDatabase::new().unwrap(),
            clock,
            pen: Pen::new(town.clone(), random.clone()),
            random,
            network: SimulatedNetwork::new(town.clone(), name),
            log: KeptLog::default(),
        }
    }
}

impl Ports for Machine {
    type Database = SqliteDatabase;
    type Clock = SetClock;
    type Random = SeededRandom;
    type Signing = Pen;
    type Network = SimulatedNetwork;
    type Log = KeptLog;

    fn database(&self) -> &SqliteDatabase {
        &self.database
    }

    fn clock(&self) -> &SetClock {
        &self.clock
    }

    fn random(&self) -> &SeededRandom {
        &self.random
    }

    fn signing(&self) -> &Pen {
        &self.pen
    }

    fn network(&self) -> &SimulatedNetwork {
        &self.network
    }

    fn log(&self) -> &KeptLog {
        &self.log
    }
}
