//! The machine a simulated party runs on: as in the other tests, but for its network, its lines and its pen.

use std::rc::Weak;

use tallystick_parties::native::{
    self, KeptLog, MailServer, SeededRandom, SetClock, SqliteDatabase,
};

use crate::lines::Lines;
use crate::network::SimulatedNetwork;
use crate::pen::Pen;
use crate::town::Town;

/// All ports of one party. A clone is the same machine.
pub(crate) type Machine = native::Machine<Pen, SimulatedNetwork, Lines>;

/// A new machine of that name; its random source is seeded with both.
pub(crate) fn machine(
    town: &Weak<Town>,
    name: &'static str,
    clock: SetClock,
    seed: u64,
) -> Machine {
    let random = SeededRandom::new(&format!("{seed}, {name}"));
    Machine {
        database: SqliteDatabase::new().unwrap(),
        sockets: Lines::new(town.clone()),
        clock,
        signing: Pen::new(town.clone(), random.clone()),
        random,
        network: SimulatedNetwork::new(town.clone(), name),
        mail: MailServer::default(),
        log: KeptLog::default(),
    }
}
