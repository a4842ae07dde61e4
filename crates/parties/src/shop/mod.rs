//! The shop: signs order forms, takes orders, asks issuer and courier, and tells the holder.
//!
//! It reads its own part of an order and relays the other two without being able to open them.

mod asking;
mod billing;
pub mod book;
mod cancelling;
pub mod catalogue;
mod config;
pub(crate) mod console_view;
mod coupons;
mod delivering;
mod expiry;
mod following;
pub mod forms;
mod goods;
mod handing;
mod letters;
pub mod merchant;
mod orders;
mod places;
mod recalling;
mod receipts;
mod received;
mod recollecting;
mod refunding;
pub mod refunds;
pub(crate) mod schema;
mod sessions;
mod settling;
pub mod state;
pub mod stock;
mod storefront;
mod summary;
mod transport;
pub mod wanted;
mod without_courier;

pub use config::{CouponOffer, CourierOffer, FORM_LIFETIME_SECONDS, NamedCondition, ShopConfig};

use core::cell::RefCell;

use http::{Request, Response};
use tallystick_protocol::wire::time::Timestamp;

use self::asking::Asking;
use self::coupons::{GivingBack, Holding, SettlingCoupons};
use self::delivering::Delivering;
use self::following::Following;
use self::goods::Heard;
use self::merchant::catalogue::CATALOGUE_LIMIT;
use self::merchant::{Act, events};
use self::refunding::Refunding;
use self::settling::Settling;
use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::party::Party;
use crate::office::place::Belongs;
use crate::office::routes::{self, Route};
use crate::ports::Ports;
use crate::post::due::{self, Job, Next};
use crate::post::exchange::Exchange as _;
use crate::post::waking::Duties;
use crate::recollection::asking::{CATCH_UP, PATH};
use crate::store::retention::Rule;

/// How long statements are good as evidence, in seconds (30 days).
const EVIDENCE_SECONDS: u64 = 30 * 86_400;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    ShowCatalogue,
    PutCatalogue,
    GetCatalogue,
    MakeForm,
    TakeOrder,
    TakeOrderAgain,
    ShowOrder,
    ShowSummary,
    ShowRefunds,
    ShowTracking,
    Evidence,
    Merchant(merchant::Task),
    CancelByKey,
    BeginSession,
    FinishSession,
    TakeRecord,
    Bill,
    Recall,
}

/// What a shop answers at beside what every party does.
pub(crate) const ROUTES: &[Route<Task>] = &[
    Route::get("/v1/catalogue", Task::ShowCatalogue),
    Route::post("/v1/forms", Task::MakeForm)
        .dear()
        .at(Belongs::ToAnyShard(places::of_basket)),
    Route::post("/v1/orders", Task::TakeOrder)
        .dear()
        .at(Belongs::ToShardWhileNew(places::of_order)),
    Route::post("/v1/orders/again", Task::TakeOrderAgain)
        .dear()
        .at(Belongs::ToShardWhileNew(places::of_order_again)),
    Route::get("/v1/orders/{}", Task::ShowOrder).at(Belongs::ToShard(places::of_reference)),
    Route::get("/v1/orders/{}/summary", Task::ShowSummary)
        .at(Belongs::ToShard(places::of_reference)),
    Route::get("/v1/orders/{}/refunds", Task::ShowRefunds)
        .at(Belongs::ToShard(places::of_reference)),
    Route::get("/v1/orders/{}/tracking", Task::ShowTracking)
        .at(Belongs::ToShard(places::of_reference)),
    Route::post("/v1/cancellations", Task::CancelByKey)
        .at(Belongs::ToShard(places::of_cancellation)),
    Route::post("/v1/sessions/{}", Task::BeginSession)
        .dear()
        .at(Belongs::ToAnyShard(sessions::of_session)),
    Route::post("/v1/sessions/{}/{}", Task::FinishSession)
        .at(Belongs::ToAnyShard(sessions::of_session)),
    Route::post("/v1/sessions/{}/{}/records", Task::TakeRecord)
        .dear()
        .at(Belongs::ToAnyShard(sessions::of_session)),
    Route::post("/v1/bills", Task::Bill).at(Belongs::ToShard(billing::of_proposal)),
    Route::post(PATH, Task::Recall).dear(),
    Route::get("/v1/console/evidence", Task::Evidence).private(),
    Route::post(
        "/v1/merchant/forms",
        Task::Merchant(merchant::Task::CreateForm),
    )
    .private(),
    Route::get(
        "/v1/merchant/orders",
        Task::Merchant(merchant::Task::ListOrders),
    )
    .private(),
    Route::get(
        "/v1/merchant/orders/{}",
        Task::Merchant(merchant::Task::ReadOrder),
    )
    .private(),
    Route::post(
        "/v1/merchant/orders/{}/packed",
        Task::Merchant(merchant::Task::Act(Act::Pack)),
    )
    .private(),
    Route::post(
        "/v1/merchant/orders/{}/handed-over",
        Task::Merchant(merchant::Task::Act(Act::HandOver)),
    )
    .private(),
    Route::post(
        "/v1/merchant/orders/{}/cancellation",
        Task::Merchant(merchant::Task::Act(Act::Cancel)),
    )
    .private(),
    Route::post(
        "/v1/merchant/orders/{}/refunds",
        Task::Merchant(merchant::Task::Act(Act::Refund)),
    )
    .private(),
    Route::get(
        "/v1/merchant/events",
        Task::Merchant(merchant::Task::ListEvents),
    )
    .private(),
    Route::post(
        "/v1/merchant/events/{}/again",
        Task::Merchant(merchant::Task::SendAgain),
    )
    .private(),
    Route::get(
        "/v1/merchant/openapi.json",
        Task::Merchant(merchant::Task::Description),
    ),
    Route::get(
        "/v1/merchant/webhook-keys",
        Task::Merchant(merchant::Task::WebhookKeys),
    ),
    Route::put("/v1/merchant/catalogue", Task::PutCatalogue)
        .private()
        .takes(CATALOGUE_LIMIT),
    Route::get("/v1/merchant/catalogue", Task::GetCatalogue).private(),
];

/// A shop.
pub struct Shop<P: Ports> {
    pub(crate) office: Office<P>,
    config: ShopConfig,
    heard: RefCell<Heard>,
}

impl<P: Ports> Shop<P> {
    /// A shop on these ports.
    pub fn new(ports: P, config: ShopConfig) -> Self {
        let office =
            Office::new(ports, config.settings.clone(), schema::TABLES).with_sealed(schema::SEALED);
        let heard = RefCell::default();
        Self {
            office,
            config,
            heard,
        }
    }

    async fn route(&self, request: &Incoming) -> Result<Answer, Fault> {
        if let Some(answer) = self.office.serve_before(self, request).await? {
            return Ok(answer);
        }
        let (task, chosen) = routes::find(ROUTES, request)?.ok_or_else(Fault::not_found)?;
        let form = chosen.first().copied().unwrap_or_default();
        let second = chosen.get(1).copied().unwrap_or_default();
        match task {
            Task::ShowCatalogue => self.show_catalogue().await,
            Task::PutCatalogue => {
                self.require_merchant(request)?;
                self.put_catalogue(request).await
            }
            Task::GetCatalogue => {
                self.require_merchant(request)?;
                self.get_catalogue().await
            }
            Task::MakeForm => self.make_form(request).await,
            Task::TakeOrder => self.take_order(request).await,
            Task::TakeOrderAgain => self.take_order_again(request).await,
            Task::ShowOrder => self.show_order(form).await,
            Task::ShowSummary => self.show_summary(form),
            Task::ShowRefunds => self.show_refunds(form),
            Task::ShowTracking => self.show_tracking(form),
            Task::CancelByKey => self.cancel_by_key(request).await,
            Task::BeginSession => self.begin_session(request, form).await,
            Task::FinishSession => self.finish_session(request, second).await,
            Task::TakeRecord => self.take_record(request, second).await,
            Task::Bill => self.bill(request).await,
            Task::Recall => self.recall(request).await,
            Task::Merchant(task) => self.serve_merchant(request, task, form).await,
            Task::Evidence => {
                let others = Some(schema::SIGNED_BY_OTHERS);
                self.office.show_evidence(request, others).await
            }
        }
    }
}

impl<P: Ports> Party for Shop<P> {
    async fn serve(&self, request: Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.office
            .receive(request, async |request| {
                let route = async |request: &Incoming| self.route(request).await;
                self.office.where_it_belongs(request, self, route).await
            })
            .await
    }

    async fn wake(&self) {
        self.office.wake(self).await;
    }

    fn goes_back_to(&self) -> Option<Timestamp> {
        self.office.take_moment()
    }
}

impl<P: Ports> Duties for Shop<P> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match job.kind.as_str() {
            due::LETTER => self.send(job).await,
            due::SIBLING_LETTER => self.ask_the_stock(job).await,
            expiry::KIND => self.expire(&job.reference),
            events::JOB => self.send_event(job).await,
            CATCH_UP => self.office.catch_up(self, job).await,
            _ => Ok(Next::Done),
        }
    }

    fn kept(&self) -> &'static [Rule] {
        schema::KEPT
    }
}

impl<P: Ports> Shop<P> {
    /// Asks what the letter of this job asks.
    async fn send(&self, job: &Job) -> Result<Next, Fault> {
        let Some(letter) = self.office.letter_of(job)? else {
            return Ok(Next::Done);
        };
        if coupons::is_about_coupon(&letter.kind) {
            self.coupon_key(&letter.to).await?;
        }
        self.require_letter_whole(&letter)?;
        if letter.kind == letters::AUTHORISE {
            self.sign_request(&letter).await?;
        }
        match letter.kind.as_str() {
            letters::AUTHORISE => Asking(self).ask(&letter, job).await,
            letters::DELIVER | letters::CANCEL => Delivering(self).ask(&letter, job).await,
            letters::REFUND => Refunding(self).ask(&letter, job).await,
            letters::TRACK => Following(self).ask(&letter, job).await,
            letters::RELAY | letters::RELEASE => Settling(self).ask(&letter, job).await,
            letters::HOLD_COUPON => Holding(self).ask(&letter, job).await,
            letters::FREE_COUPON | letters::TAKE_COUPON => {
                SettlingCoupons(self).ask(&letter, job).await
            }
            letters::GIVE_BACK_COUPON => GivingBack(self).ask(&letter, job).await,
            _ => Err(Fault::internal()),
        }
    }
}
