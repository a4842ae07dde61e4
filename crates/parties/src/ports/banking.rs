//! The port to the banking system outside (EP 1 221 669: BS), for a bank: whether somebody has an account and can
//! pay (SZ2), payments out, money collected (fee option B1), and what was booked. The adapter, [`BankApi`], asks an
//! ordinary bank by HTTPS with a bearer token.
//!
//! Nothing here is remembered: the caller stores what it orders, with the names it chose (`Batch::message`,
//! `Instruction::end_to_end`), before it orders it, and orders it again under the same names until it is answered.

use http::{Method, header};
use serde::Deserialize;
use serde_json::json;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::problem::ProblemKind;

use crate::iso20022::camt053::{self, Booked, Statement};
use crate::iso20022::pain002::{self, Reason, Status};
use crate::iso20022::{
    self, Batch, Date, Holding, Iban, Iso20022Error, Mandate, Name, Order, pain001, pain008,
};
use crate::office::http::{self as web, Answer, JSON};
use crate::ports::{Network, NetworkError};

/// An account at the bank outside: its owner's name and number.
pub type OutsideAccount = Holding;

/// What the bank outside says of somebody's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solvency {
    /// It is there, is that person's, and has so much on it.
    Good,
    /// Something stands against it; SZ2 ends here.
    Refused(Reason),
}

/// The bank outside did not answer what was asked. Nothing is known of what was ordered: order it again under the
/// same names.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BankingError {
    /// It could not be reached.
    #[error("the bank outside could not be reached")]
    Unreachable(#[from] NetworkError),
    /// It answered with a problem.
    #[error("the bank outside answered: {0}")]
    Problem(String, Option<ProblemKind>),
    /// Its answer is none.
    #[error("the bank outside answered something that cannot be read")]
    Unreadable,
    /// A message cannot be written, or its answer cannot be read.
    #[error(transparent)]
    Message(#[from] Iso20022Error),
}

impl BankingError {
    /// Whether the same may be answered later, so that asking again makes sense.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Unreadable => true,
            Self::Problem(_, kind) => kind.is_none_or(ProblemKind::is_temporary),
            Self::Message(_) => false,
        }
    }
}

/// The bank outside, as a bank that is its client sees it.
#[allow(async_fn_in_trait)] // single-threaded on purpose: see the module above
pub trait Banking {
    /// Whether that person has that account, and so much on it; without an amount, anything.
    ///
    /// # Errors
    /// [`BankingError`]: it is not known.
    async fn check(
        &self,
        account: &OutsideAccount,
        amount: Option<Money>,
    ) -> Result<Solvency, BankingError>;

    /// Shows the leave that an account's owner gave to collect from it.
    ///
    /// # Errors
    /// [`BankingError`]: it is not known whether it was noted.
    async fn lodge(
        &self,
        account: &OutsideAccount,
        mandate: &Mandate,
    ) -> Result<Solvency, BankingError>;

    /// The client's own account in a currency: what it pays from and collects to.
    ///
    /// # Errors
    /// [`BankingError`].
    async fn own_account(&self, currency: Currency) -> Result<OutsideAccount, BankingError>;

    /// Orders credit transfers or direct debits, and hears what became of them. A payment that is missing in the
    /// answer is *not yet* done.
    ///
    /// # Errors
    /// [`BankingError`]: it is not known what was done.
    async fn order(&self, order: Order, batch: &Batch) -> Result<Vec<Status>, BankingError>;

    /// A page of the statement of the client's own account, from a day on; pages count from 1.
    ///
    /// # Errors
    /// [`BankingError`].
    async fn statement(
        &self,
        currency: Currency,
        from: Date,
        page: u32,
    ) -> Result<Statement, BankingError>;
}

/// Writes a batch as a file for a bank that is not reached by network: pain.001.001.09 or pain.008.001.08.
///
/// # Errors
/// [`Iso20022Error`].
pub fn export(order: Order, batch: &Batch) -> Result<Vec<u8>, Iso20022Error> {
    match order {
        Order::Transfers => pain001::write(batch),
        Order::Collections => pain008::write(batch),
    }
}

/// Reads what was booked from a file of statements, camt.053.001.08, whose entries add up.
///
/// # Errors
/// [`Iso20022Error`].
pub fn import(bytes: &[u8]) -> Result<Vec<Booked>, Iso20022Error> {
    let statements = camt053::read(bytes)?;
    Ok(statements
        .into_iter()
        .flat_map(|statement| statement.entries)
        .collect())
}

/// [`Banking`] by the interface of an ordinary bank: JSON and ISO 20022 over HTTPS.
pub struct BankApi<'a, N> {
    /// The way out.
    pub network: &'a N,
    /// The bank's domain.
    pub bank: &'a Domain,
    /// The token that it gave its client.
    pub token: &'a str,
}

/// The answer to a check or a mandate.
#[derive(Deserialize)]
struct Finding {
    outcome: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Settlement {
    iban: String,
    name: String,
    currency: String,
}

impl<N: Network> BankApi<'_, N> {
    async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<(&'static str, Vec<u8>)>,
    ) -> Result<Answer, BankingError> {
        let (media_type, body) = body.map_or((None, Vec::new()), |(kind, body)| (Some(kind), body));
        let request = web::request_to(self.bank.as_str(), method, path, media_type, body);
        let mut request = request.map_err(|_| BankingError::Unreadable)?;
        let token = format!("Bearer {}", self.token).parse();
        let mut token: http::HeaderValue = token.map_err(|_| BankingError::Unreadable)?;
        token.set_sensitive(true);
        request.headers_mut().insert(header::AUTHORIZATION, token);
        Ok(self.network.send(request).await?)
    }

    /// Asks something that is answered by yes, or no with a reason.
    async fn find_out(
        &self,
        path: &str,
        question: &serde_json::Value,
    ) -> Result<Solvency, BankingError> {
        let body = serde_json::to_vec(question).map_err(|_| BankingError::Unreadable)?;
        let answer = self.ask(Method::POST, path, Some((JSON, body))).await?;
        let found: Finding = serde_json::from_slice(body_of(&answer, JSON)?)
            .map_err(|_| BankingError::Unreadable)?;
        match found.outcome.as_str() {
            "ok" => Ok(Solvency::Good),
            "refused" => {
                let reason = found.reason.as_deref().and_then(Reason::from_name);
                Ok(Solvency::Refused(reason.unwrap_or(Reason::NotSpecified)))
            }
            _ => Err(BankingError::Unreadable),
        }
    }
}

/// The body of a success of this media type.
fn body_of<'a>(answer: &'a Answer, media_type: &str) -> Result<&'a [u8], BankingError> {
    web::answer_as(answer, media_type).map_err(|fault| {
        let kind = web::problem_in(answer).map(|problem| problem.kind);
        BankingError::Problem(fault.detail, kind)
    })
}

impl<N: Network> Banking for BankApi<'_, N> {
    async fn check(
        &self,
        account: &OutsideAccount,
        amount: Option<Money>,
    ) -> Result<Solvency, BankingError> {
        let mut question = json!({ "iban": account.iban.as_str(), "name": account.name.as_str() });
        if let Some(amount) = amount {
            question["amount"] =
                json!({ "minor": amount.minor, "currency": amount.currency.code() });
        }
        self.find_out("/v1/checks", &question).await
    }

    async fn lodge(
        &self,
        account: &OutsideAccount,
        mandate: &Mandate,
    ) -> Result<Solvency, BankingError> {
        let told = json!({
            "iban": account.iban.as_str(),
            "name": account.name.as_str(),
            "id": mandate.id.as_str(),
            "signed_on": mandate.signed_on.to_string(),
        });
        self.find_out("/v1/mandates", &told).await
    }

    async fn own_account(&self, currency: Currency) -> Result<OutsideAccount, BankingError> {
        let answer = self
            .ask(Method::GET, "/v1/settlement-accounts", None)
            .await?;
        let accounts: Vec<Settlement> = serde_json::from_slice(body_of(&answer, JSON)?)
            .map_err(|_| BankingError::Unreadable)?;
        let found = accounts
            .into_iter()
            .find(|account| account.currency == currency.code());
        let found = found.ok_or(BankingError::Unreadable)?;
        let iban: Iban = found.iban.parse().map_err(Iso20022Error::from)?;
        let name = Name::new(&found.name);
        let name = name.map_err(|error| Iso20022Error::Text("name".to_owned(), error))?;
        Ok(Holding { name, iban })
    }

    async fn order(&self, order: Order, batch: &Batch) -> Result<Vec<Status>, BankingError> {
        let body = export(order, batch)?;
        let sent = Some((iso20022::MEDIA_TYPE, body));
        let answer = self.ask(Method::POST, "/v1/payments", sent).await?;
        let report = pain002::read(body_of(&answer, iso20022::MEDIA_TYPE)?)?;
        if report.message != batch.message {
            return Err(BankingError::Unreadable);
        }
        Ok(report.statuses)
    }

    async fn statement(
        &self,
        currency: Currency,
        from: Date,
        page: u32,
    ) -> Result<Statement, BankingError> {
        let path = format!("/v1/statements?from={from}&currency={currency}&page={page}");
        let answer = self.ask(Method::GET, &path, None).await?;
        let body = body_of(&answer, iso20022::MEDIA_TYPE)?;
        let mut statements = camt053::read(body)?;
        match (statements.pop(), statements.pop()) {
            (Some(one), None) if one.opening.currency == currency => Ok(one),
            _ => Err(BankingError::Unreadable),
        }
    }
}
