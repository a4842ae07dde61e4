//! What home cards decided, and is mailed: one mail for each home and number, noted in one transaction with the job that
//! sends it. The home tells each decision until it was heard; told again it is no other mail.

use tallystick_protocol::home::HomeRefusal;
use tallystick_protocol::home::decisions::{HomeDecisions, ToldDecision, mail_name};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::HomeId;

use super::HomeProxy;
use super::addresses::owner;
use super::homes::{body_of, done};
use crate::mail::{self, Decision, Post};
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;
use crate::post::due::{Job, Next};

/// How many decisions of one home are mailed in a day. What is beyond is told again the next day.
const MAILS_A_DAY: u32 = 200;
const DAY_SECONDS: u64 = 86_400;

#[derive(serde::Serialize)]
struct Shown {
    mails: Vec<mail::KeptMail>,
}

impl<P: Ports> HomeProxy<P> {
    /// `POST /v1/homes/decisions`: a home tells what its card decided. Answered once it is stored.
    pub(super) fn take_decisions(&self, request: &Incoming) -> Result<Answer, Fault> {
        let said: HomeDecisions = decode(body_of(request)?)?;
        self.by_token("decisions", &said.home, &said.token)?;
        let numbers = said.decisions.iter().map(|one| one.number);
        if !numbers.is_sorted_by(|one, next| one < next) {
            return Err(Fault::malformed("The decisions are not in their order."));
        }
        self.note_decisions(&said.home, &said.decisions)?;
        Ok(done())
    }

    fn note_decisions(&self, home: &HomeId, decisions: &[ToldDecision]) -> Result<(), Fault> {
        let (office, post) = (&self.office, self.post()?);
        let (now_ms, day) = (office.now_ms(), office.now().0 / DAY_SECONDS);
        let owner = owner(home);
        office.transaction(|tables| {
            let confirmed = self.confirmed(tables, home)?;
            let (mut kept, address) = confirmed.ok_or(HomeRefusal::NoAddress)?;
            if kept.day != day {
                (kept.day, kept.mailed) = (day, 0);
            }
            let told = kept.told;
            for one in decisions.iter().filter(|one| one.number > told) {
                if kept.mailed >= MAILS_A_DAY {
                    return Err(Fault::from(HomeRefusal::TooMany));
                }
                let decision = decision_of(home, one);
                mail::decision(tables, post, (&owner, &address), &decision, now_ms)?;
                kept.told = one.number;
                kept.mailed += 1;
            }
            tables.run(
                "UPDATE home_mail SET told = ?, day = ?, mailed = ? WHERE home = ?",
                &[
                    kept.told.into(),
                    kept.day.into(),
                    kept.mailed.into(),
                    home.0.into(),
                ],
            )?;
            Ok(())
        })
    }

    /// `GET /v1/mail`: what would have been mailed, in a demo without a mail server. Nowhere else is anything there.
    pub(super) fn show_mail(&self) -> Result<Answer, Fault> {
        match &self.post {
            Some(post @ Post::Kept(_)) => {
                let mails = mail::kept(self.office.tables(), post)?;
                Ok(web::json(http::StatusCode::OK, &Shown { mails }))
            }
            Some(Post::Server(_)) | None => Err(Fault::not_found()),
        }
    }

    /// Sends a mail that is due.
    pub(super) async fn send_mail(&self, job: &Job) -> Result<Next, Fault> {
        match &self.post {
            Some(Post::Server(account)) => {
                let office = &self.office;
                mail::deliver(office, office.ports.mail(), account, job).await
            }
            // The operator took the server away: whoever sets one again asks for a new try.
            Some(Post::Kept(_)) | None => Ok(Next::Later),
        }
    }
}

fn decision_of<'a>(home: &HomeId, told: &'a ToldDecision) -> Decision<'a> {
    Decision {
        id: mail_name(home, told.number),
        terminal: &told.terminal_name,
        shop: &told.shop,
        amount: told.amount,
        at: told.at,
    }
}
