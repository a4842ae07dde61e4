//! Terminals behind a mobile gateway (source document 001, claims 25 to 27): without a card, known by their terminal
//! identifiers. A coupon is issued to one only if its account was charged; who hands one on says who shall have it, and whoever
//! shows it then has to be the one that is stored. Without the gateway's secret nobody is heard.

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use tallystick_protocol::coupon::{
    Conditions, CouponKind, CouponOutcome, CouponState, Funding, GatewayError, GatewayMessage,
    GatewayRequest, GatewayWhat, Owner,
};
use tallystick_protocol::wire::cbor::decode;
use tallystick_protocol::wire::identifier::HolderId;

use super::CouponOffice;
use super::asking::SILENCE;
use super::conversation::key_of;
use super::issuing::New;
use super::key::CouponKey;
use super::notices::{self, Asked, Decided};
use super::registry::{self, Change, Row};
use super::state::{Step, after};
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::{self, Key, Place};
use crate::ports::{Ports, Tables};
use crate::post::due::{self, NewJob};
use crate::store::typed;

/// Where the office is asked whose a terminal is.
pub(super) const TERMINALS: &str = "/siblings/terminals";
/// Where the object of a terminal's account is asked to issue.
pub(super) const PATH: &str = "/siblings/gateway";
/// How far a gateway's clock may be ahead, and how old its word may be, in seconds.
const AHEAD_SECONDS: u64 = 300;
const OLD_SECONDS: u64 = 86_400;

/// The coupon that a gateway's word is about; what is about none is the office's.
pub(super) fn coupon_in(asked: &place::Asked<'_>) -> Option<Key> {
    let said: GatewayMessage = decode(asked.body).ok()?;
    said.about.map(|coupon| key_of(&coupon))
}

/// Whose a terminal is.
#[derive(Clone, Copy, Encode, Decode)]
#[cbor(map)]
struct Terminal {
    #[n(0)]
    account: i64,
    #[cbor(n(1), with = "minicbor::bytes")]
    holder: [u8; 32],
}

impl Terminal {
    const fn owner(&self) -> Owner {
        Owner::Holder(HolderId(self.holder))
    }
}

impl<P: Ports> CouponOffice<P> {
    /// `POST /v1/gateway-requests`.
    pub(super) async fn take_gateway(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::CBOR)?;
        Ok(web::cose(self.hear_gateway(body).await?))
    }

    /// As an object of this office passes it on.
    pub(super) async fn take_passed_on(&self, request: &Incoming) -> Result<Answer, Fault> {
        let body = web::body_as(request, web::CBOR)?;
        Ok(web::cbor(self.hear_gateway(body).await?))
    }

    async fn hear_gateway(&self, body: &[u8]) -> Result<Vec<u8>, Fault> {
        let office = &self.issuer.office;
        let said = self.opened_gateway(body)?;
        office.admit(&[("gateway", office.settings.limits.sender)])?;
        let none = || Fault::new(Kind::Unauthorised, "No account is known for this terminal.");
        let terminal = self.terminal(&said.terminal).await?.ok_or_else(none)?;
        if said.what == GatewayWhat::Issue {
            let enrolled = self.enrolled(&HolderId(terminal.holder)).await?;
            let enrolled = enrolled.ok_or_else(none)?;
            let home = Place::of_object(&enrolled.place).ok_or_else(Fault::internal)?;
            if home != office.place() {
                return office.ask_sibling(home, PATH, body.to_vec()).await;
            }
        }
        let key = self.coupon_key().await?;
        let encoded: GatewayMessage = decode(body)?;
        let digest: [u8; 32] = Sha256::digest(&encoded.request).into();
        let asked = Asked {
            digest: &digest,
            kind: "gateway",
            signed: body,
            certificate: None,
        };
        let decided = office.transaction(|tables| {
            notices::once(tables, &asked, office.now(), |tables| {
                self.follow_gateway(tables, &key, &said, &terminal, &digest)
            })
        })?;
        office.log("gateway", None, decided.outcome.as_str());
        let whole = self.whole_for(office.tables(), decided.coupon, &terminal.owner())?;
        key.sign(&self.answer_of(digest, decided, whole))
    }

    fn opened_gateway(&self, body: &[u8]) -> Result<GatewayRequest, Fault> {
        let office = &self.issuer.office;
        let nobody = || Fault::new(Kind::Unauthorised, "This office hears no gateway.");
        let secret = self.config.gateway_secret.as_ref().ok_or_else(nobody)?;
        let message: GatewayMessage = decode(body)?;
        let said = message.open(secret).map_err(|error| match error {
            GatewayError::Unreadable(error) => error.into(),
            error => Fault::untrusted(error),
        })?;
        if said.office != office.settings.domain {
            return Err(Fault::new(Kind::WrongRecipient, "It names another office."));
        }
        let now = office.now();
        let is_timely =
            said.at <= now.plus_seconds(AHEAD_SECONDS) && said.at.plus_seconds(OLD_SECONDS) >= now;
        if !is_timely {
            return Err(Fault::new(Kind::Expired, "It was said too long ago."));
        }
        Ok(said)
    }

    fn follow_gateway(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        said: &GatewayRequest,
        terminal: &Terminal,
        digest: &[u8; 32],
    ) -> Result<Decided, Fault> {
        let lacks = || Fault::malformed("The terminal says too little.");
        if said.what == GatewayWhat::Issue {
            let new = New {
                campaign: None,
                kind: said.kind.unwrap_or(CouponKind::Voucher),
                funding: Funding::Prepaid,
                value: said.value.ok_or_else(lacks)?,
                shops: Vec::new(),
                conditions: Conditions::default(),
                valid_until: self.usual_end(),
                account: Some(terminal.account),
                owner: terminal.owner(),
            };
            return self.issue_to_account(tables, key, new, Some(digest));
        }
        let coupon = said.coupon.ok_or_else(lacks)?;
        let decided = |outcome| Ok(Decided::of(outcome, coupon));
        let Some(row) = registry::find(tables, &coupon)? else {
            return decided(CouponOutcome::Unknown);
        };
        if row.valid_until <= self.issuer.office.now() {
            return decided(CouponOutcome::Expired);
        }
        if said.what == GatewayWhat::Present {
            return self.present(tables, key, row, &terminal.owner(), digest);
        }
        if row.owner != terminal.owner() {
            return decided(CouponOutcome::NotOwner);
        }
        self.name(tables, row, said.to.clone().ok_or_else(lacks)?, digest)
    }

    /// The owner says who shall have the coupon: the transferee is stored, and has to show it (C7).
    fn name(
        &self,
        tables: &dyn Tables,
        mut row: Row,
        to: Owner,
        digest: &[u8; 32],
    ) -> Result<Decided, Fault> {
        let office = &self.issuer.office;
        if let Some(shop) = to.shop()
            && let Some(outcome) = self.bars_shop(tables, &row, shop, Default::default())?
        {
            return Ok(Decided::of(outcome, row.id));
        }
        if to == row.owner || after(row.state, Step::Name).is_err() {
            return Ok(Decided::of(CouponOutcome::WrongState, row.id));
        }
        let now = office.now();
        let until = now.plus_seconds(self.config.ask_seconds);
        row.take(Step::Name).map_err(|_| Fault::internal())?;
        row.named = Some(to);
        row.until = Some(until);
        registry::store(tables, &row, Step::Name.as_str(), Some(digest), now)?;
        let job = NewJob {
            kind: SILENCE,
            reference: &row.id.to_string(),
            peer: None,
            at_ms: until.milliseconds(),
        };
        due::put(tables, &job, office.now_ms())?;
        Ok(Decided {
            until: Some(until),
            ..Decided::of(CouponOutcome::Done, row.id)
        })
    }

    /// Somebody shows a coupon that they were given: it is theirs if they are the one who is stored, and otherwise it is
    /// invalid in their hands (T001-25).
    pub(super) fn present(
        &self,
        tables: &dyn Tables,
        key: &CouponKey,
        mut row: Row,
        presenter: &Owner,
        digest: &[u8; 32],
    ) -> Result<Decided, Fault> {
        let coupon = row.id;
        let is_timely = row
            .until
            .is_some_and(|until| until > self.issuer.office.now());
        if row.state != CouponState::Named {
            return Ok(Decided::of(CouponOutcome::WrongState, coupon));
        }
        if row.named.as_ref() != Some(presenter) || !is_timely {
            return Ok(Decided::of(CouponOutcome::Invalid, coupon));
        }
        let change = Change {
            to: presenter.clone(),
            step: match presenter {
                Owner::Holder(_) => Step::Present,
                Owner::Shop(_) => Step::PresentAtShop,
            },
            notice: Some(digest),
            spends: None,
        };
        let is_done = self.change_owner(tables, key, &mut row, change)?;
        due::cancel(tables, SILENCE, &coupon.to_string())?;
        Ok(Decided::of(
            if is_done {
                CouponOutcome::Done
            } else {
                CouponOutcome::WrongState
            },
            coupon,
        ))
    }

    async fn terminal(&self, terminal: &str) -> Result<Option<Terminal>, Fault> {
        let office = &self.issuer.office;
        if !office.is_shard() {
            return self.terminal_here(terminal);
        }
        let asked = terminal.as_bytes().to_vec();
        let answer = office.ask_sibling(Place::Office, TERMINALS, asked).await?;
        minicbor::decode(&answer).map_err(|_| Fault::internal())
    }

    fn terminal_here(&self, terminal: &str) -> Result<Option<Terminal>, Fault> {
        let sql = "SELECT t.account, h.holder FROM coupon_terminals t
            JOIN issuer_holders h ON h.account = t.account AND h.certificate IS NOT NULL
            WHERE t.terminal = ?";
        let tables = self.issuer.office.tables();
        let found: Option<(i64, [u8; 32])> = typed::one(tables, sql, &[terminal.into()])?;
        Ok(found.map(|(account, holder)| Terminal { account, holder }))
    }

    /// At the office: tells a shard whose a terminal is.
    pub(super) fn tell_terminal(&self, request: &Incoming) -> Result<Answer, Fault> {
        let unread = |_| Fault::malformed("A sibling says something else.");
        let terminal = core::str::from_utf8(web::body_as(request, web::CBOR)?).map_err(unread)?;
        let found = self.terminal_here(terminal)?;
        Ok(web::cbor(
            minicbor::to_vec(found).map_err(|_| Fault::internal())?,
        ))
    }
}
