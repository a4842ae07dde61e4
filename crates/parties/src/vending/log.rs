//! The machine's log (V6): what was chosen, what was sold, who was turned away (T004-40), what was uploaded (V12).

use tallystick_protocol::wire::money::Money;
use tallystick_protocol::wire::time::Timestamp;

use crate::ports::{DatabaseError, Row, Tables, Value};
use crate::store::typed::{self, Stored, typed_row};

/// How many improper accesses are kept: the oldest make room, so that nobody fills the machine with them.
const IMPROPER_MAX: u32 = 1_000;

tallystick_protocol::named_enum! {
    /// What became of a request of the machine's purse.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(super) enum ChoiceState {
        /// It is shown, and nobody has paid.
        Waiting => "waiting",
        /// The purse has taken the payment; the power went before the drink fell.
        Owed => "owed",
        /// The drink has fallen.
        Sold => "sold",
        /// The payment was refused for good: it is the payer's again.
        Refused => "refused",
    }
}

impl Stored for ChoiceState {
    const WIDTH: usize = 1;

    fn read(row: &Row, at: usize) -> Result<Self, DatabaseError> {
        Self::from_name(row.text(at)?).ok_or(DatabaseError::Shape(at))
    }

    fn write(&self, values: &mut Vec<Value>) {
        values.push(self.as_str().into());
    }
}

typed_row! {
    /// What somebody chose.
    #[derive(Clone, Debug)]
    pub(super) struct Choice in "vending_choices" {
        /// How the purse's wallet names the request.
        pub request: String = "request",
        /// Which product.
        pub product: String = "product",
        /// What it costs, in minor units.
        pub price: u64 = "price",
        /// What the request asks for; none lets the payer say it.
        pub amount: Option<u64> = "amount",
        /// The request, as it is shown.
        pub shown: String = "shown",
        /// What became of it.
        pub state: ChoiceState = "state",
        /// What was answered to its payment.
        pub answer: Option<String> = "answer",
        /// SHA-256 of that payment as it was put into the slot; none if the power went before that was kept.
        pub payment: Option<[u8; 32]> = "payment",
        /// When it was chosen.
        pub chosen_at: Timestamp = "chosen_at",
    }
}

/// The choice of this request.
pub(super) fn choice(
    tables: &(impl Tables + ?Sized),
    request: &str,
) -> Result<Option<Choice>, DatabaseError> {
    typed::find(tables, "request = ?", &[request.into()])
}

/// A request for this product that nobody has paid.
pub(super) fn waiting(
    tables: &(impl Tables + ?Sized),
    product: &str,
    (price, amount): (u64, Option<u64>),
) -> Result<Option<Choice>, DatabaseError> {
    let is_it = "product = ? AND price = ? AND amount IS ? AND state = 'waiting'";
    typed::find(
        tables,
        is_it,
        &[product.into(), price.into(), amount.into()],
    )
}

/// Moves a choice on from the state that it was in; whether it still was. With it comes what was answered, and to which
/// payment.
pub(super) fn settle(
    tables: &dyn Tables,
    choice: &Choice,
    state: ChoiceState,
    (answer, payment): (&str, Option<[u8; 32]>),
) -> Result<bool, DatabaseError> {
    let moved = tables.run(
        "UPDATE vending_choices SET state = ?, answer = ?, payment = ? WHERE request = ? AND state = ? RETURNING 1",
        &[
            state.as_str().into(),
            answer.into(),
            payment.into(),
            (&choice.request).into(),
            choice.state.as_str().into(),
        ],
    )?;
    Ok(!moved.is_empty())
}

/// A drink that has fallen.
pub(super) struct Sale<'a> {
    pub choice: &'a Choice,
    /// What was paid for it.
    pub paid: Money,
    /// Who paid: the first digits of the purse's number.
    pub payer: &'a str,
}

/// Logs a sale (V6).
pub(super) fn sold(
    tables: &dyn Tables,
    sale: &Sale<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO vending_sales (request, product, minor, currency, payer, sold_at) VALUES (?, ?, ?, ?, ?, ?)",
        &[
            (&sale.choice.request).into(),
            (&sale.choice.product).into(),
            sale.paid.minor.into(),
            sale.paid.currency.into(),
            sale.payer.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// Logs that somebody was turned away (T004-40). `digest` is of what was put into the slot: the same again counts up.
pub(super) fn improper(
    tables: &dyn Tables,
    digest: [u8; 32],
    (reason, payer): (&str, Option<&str>),
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT INTO vending_improper (digest, reason, payer, times, at) VALUES (?, ?, ?, 1, ?)
         ON CONFLICT (digest) DO UPDATE SET times = times + 1, reason = excluded.reason, at = excluded.at",
        &[digest.into(), reason.into(), payer.into(), now.into()],
    )?;
    tables.run(
        "DELETE FROM vending_improper WHERE number <= (SELECT max(number) FROM vending_improper) - ?",
        &[IMPROPER_MAX.into()],
    )?;
    Ok(())
}

/// The number of the newest sale; zero before the first.
pub(super) fn newest_sale(tables: &(impl Tables + ?Sized)) -> Result<u64, DatabaseError> {
    let sql = "SELECT coalesce(max(number), 0) FROM vending_sales";
    Ok(typed::one(tables, sql, &[])?.unwrap_or(0))
}

/// How many sales the bank has not heard of.
pub(super) fn to_upload(tables: &(impl Tables + ?Sized)) -> Result<u64, DatabaseError> {
    let sql = "SELECT count(*) FROM vending_sales WHERE uploaded_at IS NULL";
    Ok(typed::one(tables, sql, &[])?.unwrap_or(0))
}

/// Logs what became of an upload (V12) of the sales up to that number.
pub(super) fn uploaded(
    tables: &dyn Tables,
    through: u64,
    outcome: &str,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let is_new = "number <= ? AND uploaded_at IS NULL";
    let sql = format!("SELECT count(*), coalesce(sum(minor), 0) FROM vending_sales WHERE {is_new}");
    let counted: Option<(u64, u64)> = typed::one(tables, &sql, &[through.into()])?;
    let (sales, minor) = counted.unwrap_or_default();
    if outcome == UPLOADED {
        let sql = format!("UPDATE vending_sales SET uploaded_at = ? WHERE {is_new}");
        tables.run(&sql, &[now.into(), through.into()])?;
        if sales == 0 {
            // Nothing was to be said.
            return Ok(());
        }
    }
    let again = tables.run(
        "UPDATE vending_uploads SET times = times + 1, sales = ?, minor = ?, at = ?
         WHERE number = (SELECT max(number) FROM vending_uploads) AND outcome = ? AND outcome <> ? RETURNING 1",
        &[
            sales.into(),
            minor.into(),
            now.into(),
            outcome.into(),
            UPLOADED.into(),
        ],
    )?;
    if again.is_empty() {
        tables.run(
            "INSERT INTO vending_uploads (outcome, sales, minor, times, at) VALUES (?, ?, ?, 1, ?)",
            &[outcome.into(), sales.into(), minor.into(), now.into()],
        )?;
    }
    Ok(())
}

/// That the bank has the log.
pub(super) const UPLOADED: &str = "uploaded";
