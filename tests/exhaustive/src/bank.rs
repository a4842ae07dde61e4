//! The bank, as a machine: the real one over its database, which is put back for each report that it hears.
//!
//! A state is everything that it keeps of purses and money ([`TABLES`]). What is not in it is what two ways to the same
//! state may differ in and nothing is decided by: in which order rows were written, and what belongs to other matters. The clock
//! stands still.

use std::collections::HashMap;
use std::rc::Rc;

use http::Request;
use tallystick_parties::Party as _;
use tallystick_parties::native::{Machine, block_on};
use tallystick_parties::ports::Tables as _;
use tallystick_protocol::purse::{PurseNumber, PurseReportAnswer};
use tallystick_protocol::wire::cbor::decode;
use tallystick_simulation::cast::{Cast, Running};

use crate::books::{self, Books};
use crate::holder::{CBOR, Holder};
use crate::message::{Kind, MessageId, Messages};
use crate::people::Saying;
use crate::world::{BANK, World, problem};

/// Which of the bank's states.
pub type BankId = u32;

/// The tables, and what of them tells states apart.
pub const TABLES: [(&str, &str); 14] = [
    ("bank_purses", "*"),
    ("bank_movements", "*"),
    ("bank_waiting", "*"),
    ("bank_history", "*"),
    ("bank_statements", "*"),
    ("bank_alerts", "alert, purse, sequence, expected, reported"),
    ("bank_local", "*"),
    ("bank_claims", "*"),
    ("bank_contradictions", "*"),
    ("bank_shortfalls", "*"),
    ("bank_told_again", "*"),
    ("bank_frozen", "*"),
    (
        "accounts",
        "name, debits_pending, debits_posted, credits_pending, credits_posted",
    ),
    ("due", "kind, reference, peer, at_ms"),
];

/// Requests after which the party starts anew: it counts in memory how often somebody asks.
const REQUESTS_MAX: u32 = 20;

/// What can come of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The state that the bank is in.
    pub bank: BankId,
    /// What it answers: verdicts, and a notice last. Nothing if its power failed, or it refused.
    pub says: Vec<MessageId>,
    /// Why it refused.
    pub refused: Option<String>,
}

struct Known {
    database: Vec<u32>,
    books: Rc<Books>,
}

/// The bank.
pub struct BankMachine {
    machine: Machine,
    party: Running<Machine>,
    requests: u32,
    holders: [Holder; 2],
    purses: [PurseNumber; 2],
    known: Vec<Known>,
    by_digest: HashMap<[u8; 32], BankId>,
    heard: HashMap<(BankId, MessageId, bool), Rc<[Heard]>>,
    blocks: Blocks,
    /// How often its power was cut.
    pub cuts: u64,
}

impl BankMachine {
    /// The bank of this world, as it is now. The world stays as it is but for that.
    pub fn new(world: &World, holders: [Holder; 2], purses: [PurseNumber; 2]) -> Self {
        let machine = world.machine(BANK).clone();
        let mut bank = Self {
            party: Cast::default().start(machine.clone(), BANK),
            machine,
            requests: 0,
            holders,
            purses,
            known: Vec::new(),
            by_digest: HashMap::new(),
            heard: HashMap::new(),
            blocks: Blocks::default(),
            cuts: 0,
        };
        bank.intern();
        bank
    }

    /// What its books say.
    pub fn books(&self, id: BankId) -> &Rc<Books> {
        &self.known[id as usize].books
    }

    /// Everything that can come of a report of that card; with the power cut at every write, if it says so.
    pub fn hear(
        &mut self,
        id: BankId,
        (card, report): (usize, MessageId),
        is_cut: bool,
        said: &mut Messages,
    ) -> Rc<[Heard]> {
        if let Some(known) = self.heard.get(&(id, report, is_cut)) {
            return known.clone();
        }
        let mut all = vec![self.execute(id, (card, report), None, said).0];
        for writes in 0.. {
            if !is_cut {
                break;
            }
            let (heard, was_cut) = self.execute(id, (card, report), Some(writes), said);
            if !was_cut {
                break;
            }
            self.cuts += 1;
            if !all.contains(&heard) {
                all.push(heard);
            }
        }
        let all: Rc<[Heard]> = all.into();
        self.heard.insert((id, report, is_cut), all.clone());
        all
    }

    /// Has it hear a report; whether its power failed, after so many writes.
    fn execute(
        &mut self,
        id: BankId,
        (card, report): (usize, MessageId),
        writes: Option<u32>,
        said: &mut Messages,
    ) -> (Heard, bool) {
        let database = self.blocks.whole(&self.known[id as usize].database);
        self.machine.database.restore(&database).unwrap();
        self.requests += 1;
        if self.requests > REQUESTS_MAX || writes.is_some() {
            self.start();
        }
        let saying = Saying::new(&mut self.holders[card], said.bytes(report));
        let request = Request::builder()
            .method("POST")
            .uri(format!("https://{BANK}/v1/reports"))
            .header("content-type", CBOR)
            .body(saying.body.clone());
        if let Some(writes) = writes {
            self.machine.database.fail_after(writes);
        }
        let answer = block_on(self.party.serve(request.unwrap()));
        let was_cut = writes.is_some() && self.machine.database.is_spent();
        self.machine.database.mend();
        if was_cut {
            self.start();
        }
        let bank = self.intern();
        let mut heard = Heard {
            bank,
            says: Vec::new(),
            refused: None,
        };
        if answer.status().is_success() {
            let answer: PurseReportAnswer = decode(&saying.open(answer.body())).unwrap();
            let verdicts = answer.verdicts.into_iter();
            let says = verdicts.map(|one| said.number(Kind::Verdict, one.to_vec()));
            heard.says = says.collect();
            let notice = said.number(Kind::Notice, answer.notice.to_vec());
            heard.says.push(notice);
        } else if !was_cut {
            heard.refused = Some(problem(&answer));
        }
        if was_cut {
            heard.says.clear();
        }
        (heard, was_cut)
    }

    /// What the bank would be, had it booked each payment between purses once more, on both sides.
    pub fn book_again(&mut self, id: BankId) -> BankId {
        let database = self.blocks.whole(&self.known[id as usize].database);
        self.machine.database.restore(&database).unwrap();
        for (side, account, purse) in [
            ("credits_posted", "purse", "payee"),
            ("debits_posted", "given", "payer"),
        ] {
            let sql = format!(
                "UPDATE accounts SET {side} = {side} + minor FROM bank_local
                 WHERE name = '{account} ' || lower(hex({purse}))"
            );
            self.machine.database.run(&sql, &[]).unwrap();
        }
        self.intern()
    }

    fn start(&mut self) {
        self.party = Cast::default().start(self.machine.clone(), BANK);
        self.requests = 0;
    }

    fn intern(&mut self) -> BankId {
        let digest = books::digest(&self.machine.database);
        if let Some(known) = self.by_digest.get(&digest) {
            return *known;
        }
        let id = BankId::try_from(self.known.len()).unwrap();
        let books = Rc::new(Books::of(&self.machine.database, self.purses));
        let database = self.blocks.put(&self.machine.database.bytes().unwrap());
        self.known.push(Known { database, books });
        self.by_digest.insert(digest, id);
        id
    }
}

/// How much of a database is kept as one piece.
const BLOCK: usize = 4096;

/// Databases that differ in little: each piece is kept once.
#[derive(Default)]
struct Blocks {
    all: Vec<Vec<u8>>,
    by_bytes: HashMap<Vec<u8>, u32>,
}

impl Blocks {
    fn put(&mut self, database: &[u8]) -> Vec<u32> {
        let number = |block: &[u8]| match self.by_bytes.get(block) {
            Some(known) => *known,
            None => {
                let id = u32::try_from(self.all.len()).unwrap();
                self.all.push(block.to_vec());
                self.by_bytes.insert(block.to_vec(), id);
                id
            }
        };
        database.chunks(BLOCK).map(number).collect()
    }

    fn whole(&self, blocks: &[u32]) -> Vec<u8> {
        let blocks = blocks.iter().map(|id| &self.all[*id as usize][..]);
        blocks.collect::<Vec<_>>().concat()
    }
}
