//! What a party signed, and what others signed for it, by the month: a file that an operator fetches
//! before it is pruned, signed by the party, so that nobody has to believe the file's keeper.

use tallystick_protocol::checkout::answers::Evidence;
use tallystick_protocol::trust::statement::{Audience, assemble};

use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::database::first;
use crate::ports::{DatabaseError, Ports, Random, Tables, Value};

/// How many statements a page holds of its own and as many of others'. Each has at most 8 KiB and a
/// certificate.
const PAGE: u32 = 150;
/// How long a page is good, in seconds (two years, less a day).
const EVIDENCE_SECONDS: u64 = 730 * 86_400;

/// What is asked for.
struct Wanted {
    month: String,
    page: u32,
    from: i64,
    until: i64,
}

impl<P: Ports> Office<P> {
    /// `GET /v1/console/evidence?month=2026-11&page=0`. `others` selects what others signed, as one
    /// column of bytes: its parameters are from and until (seconds since 1970), how many, and how many
    /// to skip.
    ///
    /// # Errors
    /// [`Kind::Unauthorised`](crate::office::fault::Kind::Unauthorised) without the operator's token;
    /// [`Kind::Malformed`](crate::office::fault::Kind::Malformed) if that is no month.
    pub async fn show_evidence(
        &self,
        request: &Incoming,
        others: Option<&str>,
    ) -> Result<Answer, Fault> {
        self.require_console(request)?;
        let wanted = wanted(self.tables(), request.uri().query().unwrap_or_default())?;
        let skip = wanted.page.saturating_mul(PAGE);
        let (from, until) = (wanted.from, wanted.until);
        let own = "SELECT s.payload, c.certificate, s.signature
            FROM statements s JOIN own_certificates c ON c.number = s.certificate
            WHERE s.made_at_ms >= ? * 1000 AND s.made_at_ms < ? * 1000
            ORDER BY s.made_at_ms, s.kind, s.reference LIMIT ? OFFSET ?";
        let range: [Value; 4] = [from.into(), until.into(), PAGE.into(), skip.into()];
        let mut statements = Vec::new();
        let rows = self.tables().run(own, &range)?;
        let mut has_more = rows.len() == PAGE as usize;
        for row in rows {
            let signed = assemble(row.blob(0)?, row.blob(1)?, row.blob(2)?);
            statements.push(signed.map_err(|_| DatabaseError::Shape(2))?.into());
        }
        if let Some(others) = others {
            let rows = self.tables().run(others, &range)?;
            has_more |= rows.len() == PAGE as usize;
            for row in rows {
                statements.push(row.blob(0)?.to_vec().into());
            }
        }
        let mut number = [0; 32];
        self.ports.random().fill(&mut number);
        let evidence = Evidence {
            envelope: self.envelope(Audience::Anyone, number, EVIDENCE_SECONDS),
            month: wanted.month,
            page: wanted.page,
            statements,
            has_more,
        };
        Ok(web::cose(self.say(&evidence).await?))
    }
}

fn wanted(tables: &(impl Tables + ?Sized), query: &str) -> Result<Wanted, Fault> {
    let no_month = || Fault::malformed("Name a month such as month=2026-11, and a page from 0.");
    let value = |name: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    };
    let month = value("month").ok_or_else(no_month)?;
    let is_month = month.len() == 7 && month.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    let page = value("page")
        .unwrap_or("0")
        .parse()
        .map_err(|_| no_month())?;
    let bounds = "SELECT unixepoch(? || '-01'), unixepoch(? || '-01', '+1 month')";
    let row = first(tables, bounds, &[month.into(), month.into()])?;
    let row = row.filter(|row| is_month && !row.is_null(0) && !row.is_null(1));
    let row = row.ok_or_else(no_month)?;
    Ok(Wanted {
        month: month.to_owned(),
        page,
        from: row.integer(0)?,
        until: row.integer(1)?,
    })
}
