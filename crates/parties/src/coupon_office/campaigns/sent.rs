//! Lists of links between this office and an operator's page: what the page sends beforehand, because a signed command is short
//! and names a list by its digest; and what the office has of a campaign's links, as a file for spreadsheets. No secret is in
//! either.

use data_encoding::HEXLOWER;
use http::StatusCode;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::{CampaignId, CouponId, claimed_coupon};
use tallystick_protocol::wire::time::Timestamp;

use super::Campaign;
use super::claims::LINKS_MAX;
use crate::console::csv::{CSV, moment};
use crate::coupon_office::CouponOffice;
use crate::coupon_office::conversation::key_of;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{self, Key};
use crate::ports::{DatabaseError, Ports, Tables};
use crate::store::typed;

/// The hashes of a list's links, 32 bytes each, one after the other.
const BYTES: &str = "application/octet-stream";
/// How many lists wait for their command.
const LISTS_MAX: u32 = 8;
/// How many lines one part of the file holds.
const FILE_LINES: u32 = 5_000;
const HEAD: &str = "link,coupon,claim,state,since\r\n";

/// The campaign that a path names.
pub(in crate::coupon_office) fn campaign_in(asked: &place::Asked<'_>) -> Option<Key> {
    let campaign: CampaignId = asked.chosen?.parse().ok()?;
    Some(key_of(&CouponId(campaign.0)))
}

/// What was sent: what commands call it, and of each link, in its order, what is known of it.
#[derive(Serialize)]
struct Sent {
    list: String,
    /// `new`, `twice` of one that stands in the list before, or as the file says.
    states: Vec<String>,
}

/// The links of a list that was sent for a campaign.
///
/// # Errors
/// [`Kind::NotFound`] if it was not, or too long ago.
pub(super) fn sent_list(
    tables: &dyn Tables,
    campaign: &CampaignId,
    digest: &[u8; 32],
) -> Result<Vec<[u8; 32]>, Fault> {
    let sql = "SELECT claims FROM coupon_lists WHERE campaign = ? AND digest = ?";
    let found: Option<Vec<u8>> = typed::one(tables, sql, &[(*campaign).into(), (*digest).into()])?;
    let none = || Fault::new(Kind::NotFound, "The list was not sent, or too long ago.");
    claims_in(&found.ok_or_else(none)?)
}

fn claims_in(bytes: &[u8]) -> Result<Vec<[u8; 32]>, Fault> {
    let (claims, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() && (1..=LINKS_MAX).contains(&claims.len()) {
        return Ok(claims.to_vec());
    }
    let length = format!("A list has 1 to {LINKS_MAX} links of 32 bytes each.");
    Err(Fault::malformed(length))
}

impl<P: Ports> CouponOffice<P> {
    fn shown_campaign(&self, request: &Incoming, campaign: &str) -> Result<Campaign, Fault> {
        let office = &self.issuer.office;
        office.require_console(request)?;
        office.admit(&[("console", office.settings.limits.console)])?;
        let id: CampaignId = campaign.parse().map_err(|_| Fault::not_found())?;
        let found = typed::find(office.tables(), "id = ?", &[id.into()])?;
        found.ok_or_else(Fault::not_found)
    }

    /// `POST /v1/console/campaigns/{}/links`: keeps a list for the command that names it, and says what of it is known.
    pub(in crate::coupon_office) fn take_links(
        &self,
        request: &Incoming,
        campaign: &str,
    ) -> Result<Answer, Fault> {
        let campaign = self.shown_campaign(request, campaign)?;
        let body = web::body_as(request, BYTES)?;
        let claims = claims_in(body)?;
        let digest: [u8; 32] = Sha256::digest(body).into();
        let states = self.issuer.office.transaction(|tables| {
            keep(tables, &campaign.id, &digest, body)?;
            states(tables, &campaign.id, &claims)
        })?;
        let list = HEXLOWER.encode(&digest);
        Ok(web::json(StatusCode::OK, &Sent { list, states }))
    }

    /// `GET /v1/console/campaigns/{}/links`: the links in the order in which they were issued, after the number that the
    /// address says (`?after=4000`). Where more come, the header `link` says where they begin (RFC 8288).
    pub(in crate::coupon_office) fn show_links(
        &self,
        request: &Incoming,
        campaign: &str,
    ) -> Result<Answer, Fault> {
        type Line = (u64, CouponId, [u8; 32], String, Timestamp);
        let campaign = self.shown_campaign(request, campaign)?;
        let query = request.uri().query().unwrap_or_default();
        let mut parts = query.split('&');
        let after = parts.find_map(|part| part.strip_prefix("after="));
        let unread = |_| Fault::malformed("After which number is not readable.");
        let after: u32 = after.map_or(Ok(0), str::parse).map_err(unread)?;
        let sql = "SELECT number, coupon, claim, state, at FROM coupon_links
            WHERE campaign = ? AND number > ? ORDER BY number LIMIT ?";
        let about = [campaign.id.into(), after.into(), FILE_LINES.into()];
        let office = &self.issuer.office;
        let lines: Vec<Line> = typed::all(office.tables(), sql, &about)?;
        let is_over = campaign.ends_at <= office.now();
        let mut text = String::from(HEAD);
        for (number, coupon, claim, state, at) in &lines {
            let state = if is_over && state == "waiting" {
                "ended"
            } else {
                state
            };
            let (claim, at) = (HEXLOWER.encode(claim), moment(at.0));
            text.push_str(&format!("{number},{coupon},{claim},{state},{at}\r\n"));
        }
        let mut answer = web::answer(StatusCode::OK, CSV, text.into_bytes());
        if let Some((last, ..)) = lines.last().filter(|_| lines.len() == FILE_LINES as usize) {
            web::set_text(
                &mut answer,
                "link",
                &format!("<?after={last}>; rel=\"next\""),
            )?;
        }
        Ok(answer)
    }
}

/// Keeps a list, and of all no more than the newest.
fn keep(
    tables: &dyn Tables,
    campaign: &CampaignId,
    digest: &[u8; 32],
    claims: &[u8],
) -> Result<(), DatabaseError> {
    tables.run(
        "INSERT OR REPLACE INTO coupon_lists (campaign, digest, claims) VALUES (?, ?, ?)",
        &[(*campaign).into(), (*digest).into(), claims.into()],
    )?;
    tables.run(
        "DELETE FROM coupon_lists WHERE number NOT IN (SELECT number FROM coupon_lists ORDER BY number DESC LIMIT ?)",
        &[LISTS_MAX.into()],
    )?;
    Ok(())
}

/// What is known of each link of a list.
fn states(
    tables: &dyn Tables,
    campaign: &CampaignId,
    claims: &[[u8; 32]],
) -> Result<Vec<String>, Fault> {
    let mut seen = std::collections::BTreeSet::new();
    let mut states = Vec::with_capacity(claims.len());
    for claim in claims {
        let coupon = claimed_coupon(campaign, claim);
        let sql = "SELECT state FROM coupon_links WHERE coupon = ?";
        let known: Option<String> = typed::one(tables, sql, &[coupon.into()])?;
        let is_first = seen.insert(coupon);
        let own = if is_first { "new" } else { "twice" };
        states.push(known.unwrap_or_else(|| own.to_owned()));
    }
    Ok(states)
}
