//! Sends money to another object of the same party, and takes in what comes from there: a crossing of the ledger
//! and a job that says it until it has arrived.

use minicbor::{Decode, Encode};
use tallystick_protocol::wire::money::{Currency, Money};

use crate::ledger::across::{self, Crossing, between};
use crate::ledger::{Account, AccountKind};
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::{Ports, Tables};
use crate::post::due::{self, Job, NewJob, Next};
use crate::post::waking::Duties;

/// The kind of the job that says a crossing to its receiver; its reference is the crossing's name.
pub(crate) const ACROSS: &str = "across";
/// Where an object hears of money that comes to it.
pub(crate) const PATH: &str = "/siblings/across";

/// Where an object is asked to send money.
pub(crate) const ASK_PATH: &str = "/siblings/ask";
/// With this the name of a crossing begins that was asked for.
const ASKED: &str = "across asked-";

/// Money that the office wants from a shard.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Wanted {
    /// What it is wanted for: for one purpose each shard gives once.
    #[n(0)]
    purpose: String,
    #[n(1)]
    kind: String,
    #[n(2)]
    account: String,
    #[n(3)]
    minor: u64,
    #[n(4)]
    currency: Currency,
    /// Whether it is all or nothing that is given, or what there is.
    #[n(5)]
    is_exact: bool,
}

/// Whatever is wrong at another object, nothing is broken at this one: it says it again.
pub(crate) fn not_yet(_: Fault) -> Fault {
    Fault::new(Kind::Unreachable, "Another object does not answer.")
}

/// Whether a crossing was asked for: it is wanted where it arrived.
pub(crate) fn was_asked_for(crossing: &Crossing) -> bool {
    crossing.id.starts_with(ASKED)
}

/// A crossing as it is said.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Said {
    #[n(0)]
    id: String,
    /// The sender's name.
    #[n(1)]
    from: String,
    #[n(2)]
    kind: String,
    #[n(3)]
    account: String,
    #[n(4)]
    minor: u64,
    #[n(5)]
    currency: Currency,
}

impl<P: Ports> Office<P> {
    /// Sets money aside for another object, under a name of its own, and puts the job that says so on the clock.
    /// Call it in a transaction.
    ///
    /// # Errors
    /// Those of [`across::send`].
    pub(crate) fn send_across(
        &self,
        tables: &dyn Tables,
        account: Account<'_>,
        money: Money,
        to: Place,
    ) -> Result<(), Fault> {
        let own = self.place().to_string();
        let crossing = Crossing {
            id: across::new_id(tables, &own)?,
            kind: account.kind,
            account: account.name.to_owned(),
            money,
        };
        self.send_crossing(tables, &crossing, to)
    }

    /// As [`Office::send_across`], under a name that is given.
    ///
    /// # Errors
    /// Those of [`across::send`].
    pub(crate) fn send_crossing(
        &self,
        tables: &dyn Tables,
        crossing: &Crossing,
        to: Place,
    ) -> Result<(), Fault> {
        let (own, to) = (self.place().to_string(), to.to_string());
        let now_ms = self.now_ms();
        if across::send(tables, crossing, &between(&own, &to), now_ms)? {
            let job = NewJob {
                kind: ACROSS,
                reference: &crossing.id,
                peer: Some(&to),
                at_ms: now_ms,
            };
            due::put(tables, &job, now_ms)?;
            self.log("crossing", None, "sent");
        }
        Ok(())
    }

    /// Says a crossing to its receiver, and posts it once that has it.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] while the receiver does not answer.
    pub(crate) async fn carry_across(&self, job: &Job) -> Result<Next, Fault> {
        let Some(crossing) = across::under_way(self.tables(), &job.reference)? else {
            return Ok(Next::Done);
        };
        let to = job.peer.as_deref().and_then(Place::of_object);
        let said = Said {
            id: crossing.id,
            from: self.place().to_string(),
            kind: crossing.kind.as_str().to_owned(),
            account: crossing.account,
            minor: crossing.money.minor,
            currency: crossing.money.currency,
        };
        let said = minicbor::to_vec(&said).map_err(|_| Fault::internal())?;
        let to = to.ok_or_else(Fault::internal)?;
        self.ask_sibling(to, PATH, said).await.map_err(not_yet)?;
        let now_ms = self.now_ms();
        self.transaction(|tables| across::arrived(tables, &job.reference, now_ms))?;
        self.log("crossing", None, "arrived");
        Ok(Next::Done)
    }

    /// Takes in what another object sent, once. `then` is called in the same transaction, with the account on
    /// which it arrived.
    ///
    /// # Errors
    /// Those of [`across::arrive`] and of `then`.
    pub(crate) fn take_in(
        &self,
        request: &Incoming,
        then: impl FnOnce(&dyn Tables, &Crossing) -> Result<(), Fault>,
    ) -> Result<Answer, Fault> {
        let unread = || Fault::malformed("A sibling says something else.");
        let body = web::body_as(request, web::CBOR)?;
        let said: Said = minicbor::decode(body).map_err(|_| unread())?;
        let crossing = Crossing {
            id: said.id,
            kind: AccountKind::from_name(&said.kind).ok_or_else(unread)?,
            account: said.account,
            money: Money {
                minor: said.minor,
                currency: said.currency,
            },
        };
        let between = between(&self.place().to_string(), &said.from);
        let now_ms = self.now_ms();
        self.transaction(|tables| {
            if across::arrive(tables, &crossing, &between, now_ms)? {
                then(tables, &crossing)?;
            }
            Ok::<_, Fault>(())
        })?;
        Ok(web::cbor(Vec::new()))
    }

    /// Asks a shard for money, once for each purpose: it sends so much of it as is free on its account of that
    /// name, or if `is_exact` nothing unless there is all of it. What came is on the account of that name here.
    ///
    /// # Errors
    /// [`Kind::Unreachable`] or
    /// [`Kind::Starting`] if it may still be under way.
    pub(crate) async fn ask_for(
        &self,
        from: Place,
        purpose: &str,
        account: Account<'_>,
        money: Money,
        is_exact: bool,
    ) -> Result<(), Fault> {
        let wanted = Wanted {
            purpose: purpose.to_owned(),
            kind: account.kind.as_str().to_owned(),
            account: account.name.to_owned(),
            minor: money.minor,
            currency: money.currency,
            is_exact,
        };
        let wanted = minicbor::to_vec(&wanted).map_err(|_| Fault::internal())?;
        self.ask_sibling(from, ASK_PATH, wanted).await.map(|_| ())
    }

    /// At a shard: sends what the office asks for, and answers when it has arrived.
    ///
    /// # Errors
    /// As of [`Office::ask_for`].
    pub(crate) async fn give(
        &self,
        duties: &impl Duties,
        request: &Incoming,
    ) -> Result<Answer, Fault> {
        let unread = || Fault::malformed("A sibling says something else.");
        let body = web::body_as(request, web::CBOR)?;
        let wanted: Wanted = minicbor::decode(body).map_err(|_| unread())?;
        let id = format!("{ASKED}{}/{}", wanted.purpose, self.place());
        let kind = AccountKind::from_name(&wanted.kind).ok_or_else(unread)?;
        self.transaction(|tables| {
            let free = across::free(tables, &wanted.account, wanted.currency)?;
            let free = free.map_or(0, |money| money.minor);
            let minor = free.min(wanted.minor);
            let gives = minor > 0 && (!wanted.is_exact || minor == wanted.minor);
            if gives && !across::is_named(tables, &id)? {
                let money = Money {
                    minor,
                    currency: wanted.currency,
                };
                let crossing = Crossing {
                    id: id.clone(),
                    kind,
                    account: wanted.account,
                    money,
                };
                self.send_crossing(tables, &crossing, Place::Office)?;
            }
            Ok::<_, Fault>(())
        })?;
        self.do_now(duties, ACROSS, &id).await?;
        Ok(web::cbor(Vec::new()))
    }
}
