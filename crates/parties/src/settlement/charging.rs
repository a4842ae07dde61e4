//! The charge (T003-11): a holder has value put on a card. It is set aside on the account (the credit enquiry), ordered of the
//! security server for a time, and paid when the card has taken it (the completion notice), or free again.

use tallystick_protocol::settlement::{
    BALANCE_MAX, ChargeAnswer, ChargeRefusal, ChargeRequest, ChargeState, CreditReason,
    CreditState, signed_digest,
};
use tallystick_protocol::trust::certificate::CLOCK_SKEW_SECONDS;
use tallystick_protocol::trust::holder::{ByHolder, verify_holder};
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::identifier::TransactionId;

use super::charges::{self, Charge};
use super::credits::{self, Credit};
use super::{SettlementServer, books, words};
use crate::issuer::accounts::{self, Account};
use crate::issuer::funds::is_of_one_key;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob, Next};
use crate::store::typed;

/// The kind of the job that withdraws a charge; its reference is the charge's number.
pub(super) const CHARGE_ENDS: &str = "charge-ends";
/// How long after its time a charge is withdrawn, in seconds: by then the security server has said what became of it.
const GRACE_SECONDS: u64 = 60;
/// For how long an answer is good, in seconds.
const ANSWER_SECONDS: u64 = 3600;

impl<P: Ports> SettlementServer<P> {
    /// `POST /v1/charges`: a holder's signed request. The same again is answered with how far it is by now.
    pub(super) async fn take_charge(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::COSE)?;
        let number = TransactionId(signed_digest(body));
        if charges::find(self.office().tables(), &number)?.is_none() {
            let verified = async { self.verify_charge(body) };
            let (asked, account) = self.office().trying("charges", verified).await?;
            self.office()
                .admit_holder("charges", &asked.message.holder)?;
            self.office().transaction(|tables| {
                self.decide_charge(tables, &number, body, &asked, &account)
            })?;
        }
        self.answer_charge(&number).await
    }

    /// The request and the account that pays it, by the key that is enrolled for it now.
    fn verify_charge(&self, body: &[u8]) -> Result<(ByHolder<ChargeRequest>, Account), Fault> {
        let (office, now) = (self.office(), self.office().now());
        let asked = verify_holder::<ChargeRequest>(body, &office.identity()?.anchors, now)?;
        let request = &asked.message;
        if request.front != office.settings.domain {
            let other = "The charge is for another settlement server.";
            return Err(Fault::new(Kind::WrongRecipient, other));
        }
        let (first, last) = (
            now.minus_seconds(CLOCK_SKEW_SECONDS),
            now.plus_seconds(CLOCK_SKEW_SECONDS),
        );
        if request.at < first || request.at > last {
            let late = "The charge was signed at another time.";
            return Err(Fault::new(Kind::WrongClock, late));
        }
        if request.amount.minor == 0 {
            return Err(Fault::new(Kind::NoAmount, "Nothing is to be charged."));
        }
        let account = accounts::of_holder(office.tables(), &request.holder)?;
        let is_enrolled =
            |account: &Account| is_of_one_key(&asked.certificate, &account.certificate);
        match account.filter(is_enrolled) {
            Some(account) => Ok((asked, account)),
            None => Err(Fault::untrusted(
                "It is not signed with the key of an account here.",
            )),
        }
    }

    /// Decides a charge that was not decided before.
    fn decide_charge(
        &self,
        tables: &dyn Tables,
        number: &TransactionId,
        body: &[u8],
        asked: &ByHolder<ChargeRequest>,
        account: &Account,
    ) -> Result<(), Fault> {
        if charges::find(tables, number)?.is_some() {
            return Ok(());
        }
        let office = self.office();
        let request = &asked.message;
        let mut charge = Charge {
            number: *number,
            account: account.account,
            alias: request.alias,
            money: request.amount,
            signed: body.to_vec(),
            asked_at: office.now(),
            until: office.now().plus_seconds(self.config.charge_seconds),
            state: ChargeState::Waiting,
            refusal: None,
        };
        let refusal = self.bars_charge(tables, &charge)?;
        if refusal.is_some() {
            (charge.state, charge.refusal) = (ChargeState::Refused, refusal);
        }
        typed::insert(tables, &charge)?;
        let about = number.to_string();
        office.log("charge", about.get(..16), charge.state.as_str());
        if refusal.is_some() {
            return Ok(());
        }
        self.order_charge(tables, &charge)
    }

    /// Why nothing is charged; nothing of it remains. If nothing speaks against it, the amount is set aside.
    fn bars_charge(
        &self,
        tables: &dyn Tables,
        charge: &Charge,
    ) -> Result<Option<ChargeRefusal>, Fault> {
        let money = charge.money;
        let would_be = books::at_most_on(tables, &charge.alias, money)?.saturating_add(money.minor);
        if money.minor > self.config.charge_max || would_be > BALANCE_MAX {
            return Ok(Some(ChargeRefusal::TooMuch));
        }
        let is_barred = accounts::bars(tables, charge.account)?.is_any();
        let at_ms = self.office().now_ms();
        let who = (charge.account, &charge.alias);
        if is_barred || !books::set_aside(tables, &charge.number, who, money, at_ms)? {
            return Ok(Some(ChargeRefusal::Declined));
        }
        Ok(None)
    }

    fn order_charge(&self, tables: &dyn Tables, charge: &Charge) -> Result<(), Fault> {
        let office = self.office();
        let credit = Credit {
            number: charge.number,
            root: None,
            alias: charge.alias,
            money: charge.money,
            reason: CreditReason::Charged,
            until: Some(charge.until),
            server: self.config.security_server.clone(),
            ordered_at: office.now(),
            state: CreditState::Waiting,
        };
        credits::order(tables, &credit)?;
        let job = NewJob {
            kind: CHARGE_ENDS,
            reference: &charge.number.to_string(),
            peer: None,
            at_ms: charge.until.plus_seconds(GRACE_SECONDS).milliseconds(),
        };
        Ok(due::put(tables, &job, office.now_ms())?)
    }

    /// Withdraws a charge whose time is over and of which nothing was heard.
    pub(super) fn end_charge(&self, reference: &str) -> Result<Next, Fault> {
        let number: TransactionId = reference.parse().map_err(|_| Fault::internal())?;
        let office = self.office();
        office.transaction(|tables| {
            let credit = credits::find(tables, &number)?;
            if let Some(credit) = credit.filter(|credit| !credits::is_last(credit.state)) {
                let what = (words::WITHDRAWAL, "/v1/credit-withdrawals");
                credits::post(tables, &credit, what, office.now())?;
            }
            Ok(Next::Done)
        })
    }

    /// How far it is, signed.
    async fn answer_charge(&self, number: &TransactionId) -> Result<Answer, Fault> {
        let office = self.office();
        let charge = charges::find(office.tables(), number)?.ok_or_else(Fault::internal)?;
        let message = async || {
            Ok(ChargeAnswer {
                envelope: office.envelope(Audience::Holder, number.0, ANSWER_SECONDS),
                state: charge.state,
                refusal: charge.refusal,
                until: charge.until,
            })
        };
        let kind = format!("charge-{}", charge.state.as_str());
        let said = office.say_once(&kind, &number.to_string(), message).await?;
        Ok(web::cose(said))
    }
}
