//! The coupon office (source document 001: the coupon issuance and management server): issues coupons, keeps whose they are,
//! moves them by what their owners sign, and charges what was spent. See `docs/coupons.md`.
//!
//! To its holders and in orders it is what an issuer is, by the same certificate, keys and messages: it is built over one, and
//! whatever an issuer does with accounts, wallets and money is the issuer's code.

mod asking;
mod billing;
mod campaigns;
mod claims;
mod commands;
mod config;
mod console_view;
mod conversation;
mod converting;
mod enrolled;
mod expiring;
mod funds;
mod gateway;
mod handing_on;
mod holding;
mod issuing;
mod key;
mod notices;
mod places;
mod registry;
pub(crate) mod schema;
mod settling;
mod shops;
mod state;
mod status;
mod totals;

pub use campaigns::{LINKS_MAX, campaign_of};
pub use config::CouponConfig;
pub use state::{IllegalStep, Step, after};

use http::{Request, Response};
use tallystick_protocol::instrument::Instrument;

use self::key::OfCoupons;
use crate::issuer::{self, Issuer};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::place::Belongs;
use crate::office::routes::{self, Route};
use crate::payer::Funds;
use crate::ports::Ports;
use crate::post::due::{Job, Next};
use crate::post::waking::Duties;
use crate::standing::key_beside::KeyBeside;
use crate::store::retention::Rule;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Issue,
    HandOn,
    Request,
    Reply,
    Convert,
    Offer,
    Cancel,
    Redeem,
    ShowState,
    ShowBill,
    Verify,
    Present,
    Settle,
    Gateway,
    ShowCertificate,
    TakeLinks,
    ShowLinks,
}

/// What a coupon office answers at beside what an issuer does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::post("/v1/coupon-issues", Task::Issue)
        .dear()
        .at(OF_SUBJECT),
    Route::post("/v1/coupon-transfers", Task::HandOn)
        .dear()
        .at(OF_SUBJECT),
    Route::post("/v1/coupon-requests", Task::Request)
        .dear()
        .at(OF_SUBJECT),
    Route::post("/v1/coupon-replies", Task::Reply)
        .dear()
        .at(OF_SUBJECT),
    Route::post("/v1/coupon-conversions", Task::Convert)
        .dear()
        .at(OF_SUBJECT),
    Route::post("/v1/coupon-claims", Task::Offer)
        .dear()
        .at(OF_SUBJECT),
    Route::post("/v1/coupon-claim-cancellations", Task::Cancel)
        .dear()
        .at(OF_SUBJECT),
    Route::post("/v1/coupon-redemptions", Task::Redeem)
        .dear()
        .at(OF_SUBJECT),
    Route::post("/v1/coupon-states", Task::ShowState)
        .dear()
        .at(OF_SUBJECT),
    Route::post("/v1/coupon-bills", Task::ShowBill)
        .dear()
        .at(OF_SUBJECT),
    Route::post("/v1/coupon-verifications", Task::Verify)
        .dear()
        .at(Belongs::ToShard(shops::verified_in)),
    Route::post("/v1/coupon-presentations", Task::Present)
        .at(Belongs::ToShard(shops::presented_in)),
    Route::post("/v1/coupon-settlements", Task::Settle).at(Belongs::ToShard(settling::settled_in)),
    Route::post("/v1/gateway-requests", Task::Gateway).at(Belongs::ToShard(gateway::coupon_in)),
    Route::get("/v1/coupons.cer", Task::ShowCertificate).dear(),
    // An operator's, about the links of a campaign.
    Route::post("/v1/console/campaigns/{}/links", Task::TakeLinks)
        .private()
        .at(Belongs::ToShard(campaigns::campaign_in)),
    Route::get("/v1/console/campaigns/{}/links", Task::ShowLinks)
        .private()
        .at(Belongs::ToShard(campaigns::campaign_in)),
];

/// Orders of which coupons have paid everything.
const FUNDS: &[&dyn Funds] = &[&funds::CouponHolders];

/// A conversation names the coupon that it is about, or its holder.
const OF_SUBJECT: Belongs = Belongs::ToShard(conversation::subject_of);

/// A coupon office.
pub struct CouponOffice<P: Ports> {
    issuer: Issuer<P>,
    config: CouponConfig,
    key: KeyBeside<P, OfCoupons>,
}

impl<P: Ports> CouponOffice<P> {
    /// An office on these ports.
    pub fn new(ports: P, config: CouponConfig) -> Self {
        let office = Office::new(ports, config.settings.clone(), issuer::schema::TABLES)
            .with_schema("coupon-office", schema::TABLES)
            .with_sealed(schema::SEALED);
        let issuer = Issuer::that_pays_from(office, config.as_issuer(), FUNDS, Instrument::Coupon);
        let token = config.coupon_key_token;
        Self {
            issuer,
            config,
            key: KeyBeside::new(OfCoupons { token }),
        }
    }

    async fn route(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.issuer.serve_before(self, request).await? {
            return Ok(answer);
        }
        let Some((task, chosen)) = routes::find(ROUTES, request)? else {
            return self.issuer.serve_own(request).await;
        };
        let campaign = chosen.first().copied().unwrap_or_default();
        match task {
            Task::Issue => self.take_issue(request).await,
            Task::HandOn => self.take_transfer(request).await,
            Task::Request => self.take_request(request).await,
            Task::Reply => self.take_reply(request).await,
            Task::Convert => self.take_conversion(request).await,
            Task::Offer => self.take_offer(request).await,
            Task::Cancel => self.take_cancellation(request).await,
            Task::Redeem => self.take_redemption(request).await,
            Task::ShowState => self.show_status(request).await,
            Task::ShowBill => self.show_bill(request).await,
            Task::Verify => self.verify(request).await,
            Task::Present => self.take_presentation(request).await,
            Task::Settle => self.take_settlement(request).await,
            Task::Gateway => self.take_gateway(request).await,
            Task::ShowCertificate => self.show_certificate().await,
            Task::TakeLinks => self.take_links(request, campaign),
            Task::ShowLinks => self.show_links(request, campaign),
        }
    }
}

impl<P: Ports> Party for CouponOffice<P> {
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

impl<P: Ports> Duties for CouponOffice<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            asking::SILENCE => self.hear_silence(&job.reference),
            claims::LINK_ENDS => self.end_link(&job.reference),
            billing::TOTAL => self.total_all(),
            _ => self.issuer.perform(job).await,
        }
    }

    fn kept(&self) -> &'static [Rule] {
        self.issuer.kept()
    }

    fn night(&self) -> Result<(), Fault> {
        self.end_expired()?;
        self.end_links()?;
        let office = &self.issuer.office;
        let before = office.now().minus_seconds(schema::NOTICE_DAYS * 86_400);
        office.transaction(|tables| tables.run(schema::FORGET_NOTICES, &[before.into()]))?;
        self.issuer.night()
    }
}
