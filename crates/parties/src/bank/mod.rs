//! The bank (EP 1 221 669: EBS): keeps accounts without credit, and knows what each of its purses should hold.
//!
//! In an order it is what an issuer is, by the same certificate, keys and messages: it is built over one, and whatever
//! an issuer does with accounts, wallets and orders is the issuer's code. Its own are the accounts' opening, the
//! purses, and what moves between the two.

mod account_number;
mod accounts;
mod alerts;
mod arriving;
mod asking;
pub mod banking_system;
mod charges;
mod checkpoints;
mod closing;
mod commanded;
mod commands;
mod comparing;
mod config;
mod console_view;
mod continuing;
mod conversation;
mod deposits;
mod ends;
mod evidence;
mod fees;
mod frozen;
mod funds;
mod history;
mod instructions;
mod key;
mod local;
mod lost;
mod movements;
mod openings;
mod outside;
mod overtaken;
mod page;
mod places;
mod prepaid;
mod prepaid_pending;
mod purse_funds;
mod purse_opening;
mod purses;
mod renewals;
mod renewed;
mod replying;
mod reports;
pub(crate) mod schema;
mod speaking;
mod statements;
mod states;
mod verdicts;
mod waiting;

pub use config::{BankConfig, PurseKeyKind, Reconcile};
pub use deposits::Deposit;

use http::{Request, Response};
use tallystick_protocol::instrument::Instrument;

use self::banking_system::BankingSystem;
use self::key::OfPurses;
use self::outside::{orders, statement};
use crate::issuer::{self, Issuer};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::place::Belongs;
use crate::office::routes::{self, Route};
use crate::payer::{FREED, Funds};
use crate::ports::Ports;
use crate::post::due::{Job, Next};
use crate::post::waking::Duties;
use crate::standing::key_beside::KeyBeside;
use crate::store::retention::Rule;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    OpenAccount,
    TakeDeposit,
    OpenPurse,
    IssuePrepaid,
    AskMovement,
    TakeReply,
    TakeReport,
    ShowVerdict,
    ShowBooks,
    ShowPurseCertificate,
    ShowContradiction,
    TakeInstruction,
    ShowAccount,
    ShowPayingIn,
    ShowFees,
    PermitRenewal,
    OpenRenewed,
    ShowSalt,
    OpenSession,
    ShowOwn,
    BlockOwn,
    EndSession,
}

/// What a bank answers at beside what an issuer does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/openings", Task::OpenAccount),
    Route::post("/v1/deposits", Task::TakeDeposit).dear(),
    Route::post("/v1/purse-keys", Task::OpenPurse).at(Belongs::ToShard(purse_opening::holder_of)),
    Route::post("/v1/prepaid-cards", Task::IssuePrepaid)
        .dear()
        .at(Belongs::ToAnyShard(places::of_body)),
    Route::post("/v1/movements", Task::AskMovement)
        .dear()
        .at(OF_HOLDER),
    Route::post("/v1/replies", Task::TakeReply)
        .dear()
        .at(OF_HOLDER),
    Route::post("/v1/reports", Task::TakeReport)
        .dear()
        .at(OF_HOLDER),
    Route::post("/v1/instructions", Task::TakeInstruction)
        .dear()
        .at(OF_HOLDER),
    Route::post("/v1/account-statements", Task::ShowAccount)
        .dear()
        .at(OF_HOLDER),
    Route::get("/v1/fees", Task::ShowFees).dear(),
    Route::post("/v1/purse-renewals", Task::PermitRenewal).at(Belongs::ToShard(renewals::purse_of)),
    Route::post("/v1/renewed-keys", Task::OpenRenewed).at(Belongs::ToShard(renewed::purse_of)),
    Route::get("/v1/paying-in", Task::ShowPayingIn).dear(),
    Route::get("/v1/verdicts/{}", Task::ShowVerdict).at(Belongs::ToShard(verdicts::reference_of)),
    // The bank's page, which no page of another origin may read.
    Route::post("/v1/password-salts", Task::ShowSalt)
        .dear()
        .private(),
    Route::post("/v1/holder-sessions", Task::OpenSession)
        .dear()
        .private(),
    Route::get("/v1/holder-sessions/own", Task::ShowOwn).private(),
    Route::post("/v1/holder-sessions/own/blocks", Task::BlockOwn).private(),
    Route::post("/v1/holder-sessions/own/end", Task::EndSession).private(),
    Route::get("/v1/evidence", Task::ShowBooks).private(),
    Route::get("/v1/purses.cer", Task::ShowPurseCertificate).dear(),
    Route::get("/v1/contradictions/{}", Task::ShowContradiction)
        .private()
        .at(Belongs::ToShard(local::purse_in)),
];

/// A conversation names its holder.
const OF_HOLDER: Belongs = Belongs::ToShard(conversation::holder_of);

/// What orders are paid from.
const FUNDS: &[&dyn Funds] = &[&funds::BankAccounts, &purse_funds::Purses];

/// A bank, and the banking system outside that it asks.
pub struct Bank<P: Ports, B: BankingSystem> {
    issuer: Issuer<P>,
    config: BankConfig,
    outside: B,
    key: KeyBeside<P, OfPurses>,
}

impl<P: Ports, B: BankingSystem> Bank<P, B> {
    /// A bank on these ports.
    pub fn new(ports: P, config: BankConfig, outside: B) -> Self {
        let office = Office::new(ports, config.settings.clone(), issuer::schema::TABLES)
            .with_schema("bank", schema::TABLES)
            .with_schema("bank-outside", outside::schema::TABLES)
            .with_sealed(schema::SEALED);
        let issuer =
            Issuer::that_pays_from(office, config.as_issuer(), FUNDS, Instrument::BankAccount)
                .keeping_evidence();
        Self {
            key: KeyBeside::new(OfPurses::of(&config)),
            issuer,
            config,
            outside,
        }
    }

    async fn route(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.issuer.serve_before(self, request).await? {
            return Ok(answer);
        }
        let Some((task, chosen)) = routes::find(ROUTES, request)? else {
            return self.issuer.serve_own(request).await;
        };
        match task {
            Task::OpenAccount => self.open_account(request).await,
            Task::TakeDeposit => self.take_deposit(request).await,
            Task::OpenPurse => self.open_purse_for(request).await,
            Task::IssuePrepaid => self.issue_prepaid(request).await,
            Task::AskMovement => self.ask_movement(request).await,
            Task::TakeReply => self.take_reply(request).await,
            Task::TakeReport => self.take_report(request).await,
            Task::ShowFees => self.show_fees().await,
            Task::PermitRenewal => self.permit_renewal(request).await,
            Task::OpenRenewed => self.open_renewed(request).await,
            Task::TakeInstruction => self.take_instruction(request).await,
            Task::ShowAccount => self.show_account(request).await,
            Task::ShowPayingIn => self.show_paying_in().await,
            Task::ShowVerdict => {
                let reference = chosen.first().copied().unwrap_or_default();
                self.show_verdict(reference).await
            }
            Task::ShowSalt => self.show_salt(request),
            Task::OpenSession => self.open_session(request),
            Task::ShowOwn => self.show_own(request).await,
            Task::BlockOwn => self.block_own(request).await,
            Task::EndSession => self.end_session(request),
            Task::ShowBooks => self.show_books(request).await,
            Task::ShowPurseCertificate => self.show_purse_certificate().await,
            Task::ShowContradiction => {
                let purse = chosen.first().copied().unwrap_or_default();
                self.show_contradiction(request, purse)
            }
        }
    }
}

impl<P: Ports, B: BankingSystem> Party for Bank<P, B> {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        let office = &self.issuer.office;
        office
            .receive(request, async |request| {
                let route = async |request: &Incoming| self.route(request).await;
                office.where_it_belongs(request, self, route).await
            })
            .await
    }

    async fn wake(&self) {
        self.issuer.office.wake(self).await;
    }
}

impl<P: Ports, B: BankingSystem> Duties for Bank<P, B> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            asking::END => self.end_offer(&job.reference),
            orders::ORDER => self.order_outside(job).await,
            statement::READ => self.read_statement(job).await,
            outside::TELL_SHUT => self.tell_shut(job).await,
            FREED => {
                let next = self.issuer.perform(job).await?;
                self.pay_out_late(&job.reference)?;
                Ok(next)
            }
            local::WINDOW => self.end_window(&job.reference),
            local::TELL => self.tell_local(job).await,
            local::OTHER_HISTORY => self.end_waiting(&job.reference),
            charges::GIVE_BACK => self.give_back_fee(&job.reference),
            continuing::TELL => self.tell_continued(job).await,
            lost::PAYBACK => self.pay_back(&job.reference),
            _ => self.issuer.perform(job).await,
        }
    }

    fn kept(&self) -> &'static [Rule] {
        self.issuer.kept()
    }

    fn night(&self) -> Result<(), Fault> {
        self.look_after_closed()?;
        self.forget_promises()?;
        self.issuer.night()
    }
}
