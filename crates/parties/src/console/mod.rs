//! The console of every role: a line an order, the page of one order with what this party could open
//! of it, tables of what else it keeps. A role says what is its own ([`Show`]); how it is asked for,
//! searched, paged and answered is here, once.
//!
//! Answers are values (`cells`): words for them are the pages'.

pub mod cells;
pub mod commands;
pub(crate) mod csv;
mod evidence;
pub mod lines;
mod merged;
pub(crate) mod metrics;
mod metrics_merged;
mod pieces;

use core::cell::{Cell as Changing, OnceCell};
use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use http::header::{ETAG, IF_NONE_MATCH};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tallystick_protocol::wire::identifier::OrderId;

pub use self::cells::{Cell, Fact, Table};
use self::commands::{Arguments, CommandShape, OperatorView};
use self::lines::{LINES, Line, Lines, Listing, Wanted};
use self::pieces::TriedPieces;
pub use self::pieces::{OpenedField, Piece};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::routes::{self, Route};
use crate::ports::{Ports, Random, Tables};
use crate::recollection::showing;

/// After this long, in milliseconds, a console is read anew even if nothing is known to have changed.
const UNCHANGED_FOR_MS: u64 = 60_000;

/// What a role shows on its console.
pub trait Show {
    /// Where its orders are; none at a role that has none.
    fn listing(&self) -> Option<&'static Listing> {
        None
    }

    /// What it holds of an order that it lists.
    ///
    /// # Errors
    /// Of the database, or if what is stored cannot be read.
    fn detail(&self, _: &OrderId) -> Result<Option<Detail>, Fault> {
        Ok(None)
    }

    /// The commands that it takes beside those that every party takes.
    fn commands(&self) -> &'static [CommandShape] {
        &[]
    }

    /// Does one of its commands. It is called once for each, in the transaction that notes it.
    ///
    /// # Errors
    /// Why it is not done; then nothing is.
    fn obey(&self, _: &dyn Tables, _: &str, _: &Arguments<'_>) -> Result<(), Fault> {
        Err(Fault::not_found())
    }

    /// Totals by name: "orders", "accepted".
    ///
    /// # Errors
    /// Of the database.
    fn counters(&self) -> Result<Counters, Fault>;

    /// What else it keeps, newest first, each of at most some dozens of rows.
    ///
    /// # Errors
    /// Of the database.
    fn tables(&self) -> Result<Vec<Table>, Fault> {
        Ok(Vec::new())
    }
}

/// Totals by name.
pub type Counters = BTreeMap<String, u64>;

/// What a party holds of one order.
#[derive(Clone, Debug, Serialize)]
pub struct Detail {
    /// The root over the order's fields in hex.
    pub root: String,
    /// What the role itself keeps of it.
    pub facts: Vec<Fact>,
    /// The fields that this party's own keys opened.
    pub opened: Vec<OpenedField>,
    /// Every sealed piece that this party holds.
    pub pieces: Vec<Piece>,
    /// The signed statements that it holds or made.
    pub statements: Vec<StatementLine>,
    /// The movements of money that belong to it.
    pub tables: Vec<Table>,
}

/// A signed statement that the party holds or made.
#[derive(Clone, Debug, Serialize)]
pub struct StatementLine {
    /// What it is: "authorisation".
    pub kind: &'static str,
    /// The signer's domain.
    pub from: String,
    /// What it says.
    pub says: Vec<Fact>,
}

impl StatementLine {
    /// A line about a statement.
    pub fn new(kind: &'static str, from: &impl ToString, says: Vec<Fact>) -> Self {
        Self {
            kind,
            from: from.to_string(),
            says,
        }
    }
}

/// An order with everything that is held of it.
#[derive(Debug, Serialize)]
struct OrderPage {
    #[serde(flatten)]
    line: Line,
    #[serde(flatten)]
    detail: Detail,
}

/// What the list can be asked for.
#[derive(Debug, Serialize)]
struct ListShape {
    states: &'static [&'static str],
    has_amount: bool,
    has_tracking: bool,
}

/// Who shows it.
#[derive(Debug, Serialize)]
struct Owner<'a> {
    role: &'static str,
    domain: &'a str,
    name: &'a str,
    /// What its operators can command.
    commands: Vec<CommandShape>,
    operators: Vec<OperatorView>,
    /// Whether a page becomes an operator by itself, as in a demo.
    registers_operators: bool,
}

/// The JSON of `GET /v1/console`.
#[derive(Debug, Serialize)]
struct Overview<'a> {
    #[serde(flatten)]
    owner: Owner<'a>,
    /// What can be asked of the lines; none at a role that has no orders.
    list: Option<ListShape>,
    #[serde(flatten)]
    lines: Lines,
    /// The newest order of all, with everything: what this party can read is seen at once.
    newest: Option<OrderPage>,
    tables: Vec<Table>,
    counters: Counters,
}

/// The JSON of `GET /v1/console/orders/{}`.
#[derive(Debug, Serialize)]
struct OneOrder<'a> {
    #[serde(flatten)]
    owner: Owner<'a>,
    order: OrderPage,
}

/// What every console answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Overview,
    Order,
    File,
    Command,
    Register,
    Metrics,
}

/// Where it answers.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::get("/v1/console", Task::Overview).private(),
    Route::get("/v1/console/orders/{}", Task::Order).private(),
    Route::get("/v1/console/orders.csv", Task::File).private(),
    Route::post(commands::COMMANDS_PATH, Task::Command).private(),
    Route::post("/v1/console/operators", Task::Register).private(),
    Route::get("/v1/metrics", Task::Metrics).private(),
];

/// What a party remembers of its console while it is in memory: whether something changed since
/// somebody looked, and what its keys opened.
#[derive(Default)]
pub(crate) struct ConsoleMemory {
    changes: Changing<u64>,
    life: OnceCell<[u8; 8]>,
    tried: TriedPieces,
}

impl ConsoleMemory {
    /// Something was stored.
    pub(crate) fn changed(&self) {
        self.changes.set(self.changes.get().wrapping_add(1));
    }
}

impl<P: Ports> Office<P> {
    /// Answers what is no matter of the role: what every party answers, then its console. `None`: the route is the role's own.
    ///
    /// # Errors
    /// As of [`Office::serve_common`] and [`Office::serve_console`].
    pub async fn serve_before(
        &self,
        role: &impl Show,
        request: &Incoming,
    ) -> Result<Option<Answer>, Fault> {
        match self.serve_common(request).await? {
            Some(answer) => Ok(Some(answer)),
            None => self.serve_console(role, request),
        }
    }

    /// Answers what every console answers, for whoever may see it. `None`: the route is the role's own.
    ///
    /// # Errors
    /// [`Kind::Unauthorised`](crate::office::fault::Kind::Unauthorised) or
    /// [`Kind::RateLimited`](crate::office::fault::Kind::RateLimited); what the role's own part fails with.
    pub fn serve_console(
        &self,
        role: &impl Show,
        request: &Incoming,
    ) -> Result<Option<Answer>, Fault> {
        let Some((task, chosen)) = routes::find(ROUTES, request)? else {
            return Ok(None);
        };
        let answer = match task {
            Task::Overview => self.if_new(request, || self.overview(role, request))?,
            Task::Order => {
                let number = chosen.first().copied().unwrap_or_default();
                self.if_new(request, || self.one_order(role, number))?
            }
            Task::File => {
                self.admit_to_console(request)?;
                self.file(role, request)?
            }
            Task::Command => {
                self.admit_to_console(request)?;
                self.take_command(role, request)?
            }
            Task::Metrics => {
                self.admit_to_console(request)?;
                self.metrics(role)?
            }
            Task::Register => {
                self.admit_to_console(request)?;
                self.register_operator(request)?
            }
        };
        Ok(Some(answer))
    }

    fn admit_to_console(&self, request: &Incoming) -> Result<(), Fault> {
        self.require_console(request)?;
        self.admit(&[("console", self.settings.limits.console)])
    }

    /// What `read` makes, or that nothing is new (304) if this state was shown to them before; then it
    /// is not called.
    fn if_new(
        &self,
        request: &Incoming,
        read: impl FnOnce() -> Result<Answer, Fault>,
    ) -> Result<Answer, Fault> {
        self.require_console(request)?;
        let tag = self.tag(request);
        let mut answer = if request.headers().get(IF_NONE_MATCH) == Some(&tag) {
            let mut answer = Answer::new(Vec::new());
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
            answer
        } else {
            self.admit_to_console(request)?;
            read()?
        };
        answer.headers_mut().insert(ETAG, tag);
        Ok(answer)
    }

    /// Names the present state of what is asked for: another one after each change, each restart and
    /// each minute.
    fn tag(&self, request: &Incoming) -> HeaderValue {
        let memory = &self.console;
        let life = memory.life.get_or_init(|| {
            let mut life = [0; 8];
            self.ports.random().fill(&mut life);
            life
        });
        let asked = Sha256::digest(request.uri().to_string());
        let (changes, minute) = (memory.changes.get(), self.now_ms() / UNCHANGED_FOR_MS);
        let (life, asked) = (HEXLOWER.encode(life), HEXLOWER.encode(&asked[..4]));
        let tag = format!("\"{life}-{changes}-{minute}-{asked}\"");
        HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
    }

    fn owner(&self, role: &impl Show) -> Result<Owner<'_>, Fault> {
        Ok(Owner {
            role: self.settings.called.as_str(),
            domain: self.settings.domain.as_str(),
            name: &self.settings.name,
            commands: self.shapes(role),
            operators: self.operator_views()?,
            registers_operators: self.registers_operators(),
        })
    }

    fn overview(&self, role: &impl Show, request: &Incoming) -> Result<Answer, Fault> {
        let listing = role.listing();
        let overview = Overview {
            owner: self.owner(role)?,
            list: listing.map(|listing| ListShape {
                states: listing.states,
                has_amount: listing.has_amount,
                has_tracking: listing.has_tracking,
            }),
            lines: self.lines(role, request, LINES)?,
            newest: self.newest(role)?,
            tables: self.tables_of(role)?,
            counters: role.counters()?,
        };
        Ok(web::json(StatusCode::OK, &overview))
    }

    /// The role's own, then what every party keeps for its operators.
    fn tables_of(&self, role: &impl Show) -> Result<Vec<Table>, Fault> {
        let mut tables = role.tables()?;
        tables.extend(showing::doubts(self.tables())?);
        tables.push(commands::stuck(self.tables())?);
        tables.push(commands::journal(self.tables())?);
        Ok(tables)
    }

    fn lines(&self, role: &impl Show, request: &Incoming, limit: usize) -> Result<Lines, Fault> {
        let Some(listing) = role.listing() else {
            return Ok(Lines::default());
        };
        let query = request.uri().query().unwrap_or_default();
        let wanted = Wanted::of(query, listing)?;
        Ok(lines::page(self.tables(), listing, &wanted, limit)?)
    }

    fn newest(&self, role: &impl Show) -> Result<Option<OrderPage>, Fault> {
        let Some(listing) = role.listing() else {
            return Ok(None);
        };
        let newest = lines::page(self.tables(), listing, &Wanted::default(), 1)?;
        let newest = newest.lines.into_iter().next();
        newest.map_or(Ok(None), |line| self.page_of(role, line))
    }

    fn page_of(&self, role: &impl Show, line: Line) -> Result<Option<OrderPage>, Fault> {
        let order = line.order_id.parse().map_err(|_| Fault::internal())?;
        let detail = role.detail(&order)?;
        Ok(detail.map(|detail| OrderPage { line, detail }))
    }

    fn one_order(&self, role: &impl Show, number: &str) -> Result<Answer, Fault> {
        let order: OrderId = number.parse().map_err(|_| Fault::not_found())?;
        let listing = role.listing().ok_or_else(Fault::not_found)?;
        let line = lines::line(self.tables(), listing, &order)?;
        let page = line.map_or(Ok(None), |line| self.page_of(role, line))?;
        let order = page.ok_or_else(Fault::not_found)?;
        let owner = self.owner(role)?;
        Ok(web::json(StatusCode::OK, &OneOrder { owner, order }))
    }

    fn file(&self, role: &impl Show, request: &Incoming) -> Result<Answer, Fault> {
        Ok(csv::file(&self.lines(role, request, csv::FILE_LINES)?))
    }
}
