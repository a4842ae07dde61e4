//! Our mail as a program, so that others' servers can judge it.
//!
//! `cargo run --example mail -p tallystick-parties --all-features -- PORT implicit|start-tls PASSWORD` mails one decision
//! through a server at that port of this machine until it is taken, at most eight times, and says how each try ended. A
//! connection is encrypted by whoever listens there: it takes plain bytes, and passes them on encrypted from the first
//! one, or from where the server was asked to.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use tallystick_parties::mail::{self, Account, Decision, Post};
use tallystick_parties::native::{Hub, Machine, SetClock, block_on};
use tallystick_parties::office::Office;
use tallystick_parties::office::fault::Fault;
use tallystick_parties::office::settings::Settings;
use tallystick_parties::ports::mail::{Connect, Security, WIRE_PATIENCE_MS, Wire, WireError};
use tallystick_parties::post::due::{Job, Next};
use tallystick_parties::post::waking::Duties;
use tallystick_parties::store::vault::SealingKey;
use tallystick_protocol::wire::identifier::{Domain, Role};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

type Outcome<T> = Result<T, Box<dyn Error>>;

const START_MS: u64 = 1_800_000_000_000;
const HOUR_MS: u64 = 3_600_000;
const DECISION: [u8; 32] = [0xab; 32];
/// Its name as a mail: the same in hexadecimal digits.
const NAME: &str = "abababababababababababababababababababababababababababababababab";

/// Whoever listens at that port of this machine.
struct Local(u16);

struct Stream(TcpStream);

fn wire_error(error: impl ToString) -> WireError {
    WireError(error.to_string())
}

impl Connect for Local {
    type Wire = Stream;

    async fn connect(&self, _: &str, _: u16, _: Security) -> Result<Stream, WireError> {
        let stream = TcpStream::connect(("127.0.0.1", self.0)).map_err(wire_error)?;
        let patience = Some(Duration::from_millis(WIRE_PATIENCE_MS));
        stream.set_read_timeout(patience).map_err(wire_error)?;
        Ok(Stream(stream))
    }
}

impl Wire for Stream {
    async fn read(&mut self) -> Result<Vec<u8>, WireError> {
        let mut bytes = vec![0; 4096];
        let count = self.0.read(&mut bytes).map_err(wire_error)?;
        bytes.truncate(count);
        Ok(bytes)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), WireError> {
        self.0.write_all(bytes).map_err(wire_error)
    }

    async fn start_tls(self) -> Result<Self, WireError> {
        Ok(self)
    }
}

struct Mailing<'a> {
    office: &'a Office<Machine>,
    connect: Local,
    account: &'a Account,
}

impl Duties for Mailing<'_> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        mail::deliver(self.office, &self.connect, self.account, job).await
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [port, security, password] = arguments.as_slice() else {
        return Err("say which port, implicit or start-tls, and the password".into());
    };
    let security = match security.as_str() {
        "implicit" => Security::Implicit,
        "start-tls" => Security::StartTls,
        _ => return Err("say implicit or start-tls".into()),
    };
    let own = Domain::parse("hearth.localhost")?;
    let (clock, hub) = (SetClock::at(START_MS), Hub::default());
    let machine = Machine::new(&hub, own.as_str(), &clock)?;
    let key = SealingKey::new([1; 32]);
    let ca = Domain::parse("ca.localhost")?;
    let settings = Settings::new(Role::HomeProxy, own.clone(), "Hearth", ca, key);
    let office = Office::new(machine, settings, &[]).with_schema("mail", mail::SCHEMA);
    office.migrate()?;
    let host = (Domain::parse("mail.localhost")?, security);
    let from = "hearth@hearth.localhost".parse()?;
    let account = Account::new(host, own, from, ("hearth", password));
    let account = account.ok_or("that is no password")?;
    let to = "aiko@example.jp".parse()?;
    let decision = Decision {
        id: DECISION,
        terminal: "愛子の携帯\r\nBcc: everybody@example.jp",
        shop: &Domain::parse("kiso-tea.localhost")?,
        amount: Money::new(2_000, Currency::Jpy),
        at: Timestamp(START_MS / 1000),
    };
    let post = Post::Server(account.clone());
    // Said twice, it is one mail.
    for _ in 0..2 {
        office.transaction(|tables| {
            mail::decision(tables, &post, ("aiko", &to), &decision, office.now_ms())
        })?;
    }
    let duties = Mailing {
        office: &office,
        connect: Local(port.parse()?),
        account: &account,
    };
    for _ in 0..8 {
        match block_on(office.try_now(&duties, mail::JOB, NAME)) {
            Ok(Next::Done) => {
                println!("taken");
                return Ok(());
            }
            Ok(_) => println!("later"),
            Err(fault) => println!("{} {} {}", fault.kind.as_str(), fault.detail, fault.said),
        }
        clock.set(office.now_ms() + 24 * HOUR_MS);
    }
    Ok(())
}
