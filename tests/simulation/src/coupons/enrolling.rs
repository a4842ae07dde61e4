//! How a customer gets an account at the office: an offer, a certificate, a share of the issuers' key space, and the office's
//! key for coupons. Each step is kept, and taken again until it is answered.

use std::rc::Rc;

use http::{Request, Response};
use tallystick_parties::ports::Network as _;
use tallystick_protocol::account::{
    AccountOffer, EnrolmentAnswer, EnrolmentRequest, HolderShareAnswer, HolderShareRequest,
};
use tallystick_protocol::keys::sealed_share::enrolment_public_key;
use tallystick_protocol::keys::{
    DerivedKey, HolderShare, KeyContext, PairContext, Purpose, ShareRecipient, Suite, open_share,
    party_point,
};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::signature::{VerifyingKey, public_key_to_spki, sign_pss};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{HolderId, Role};

use super::customer::Customer;
use crate::cast::{CENTRE, COUPONS, domain};
use crate::town::Town;

pub(super) const CBOR: &str = "application/cbor";
const JSON: &str = "application/json";

/// How far it is.
#[derive(Default)]
pub(super) struct Enrolling {
    /// The secret of the enrolment key, and the request that shows it.
    request: Option<([u8; 32], EnrolmentRequest)>,
    /// The ticket for shares.
    ticket: Option<Vec<u8>>,
    share: Option<(KeyContext, HolderShare)>,
}

/// An account.
pub(crate) struct Account {
    pub(crate) id: HolderId,
    context: KeyContext,
    share: HolderShare,
    /// The office's key for coupons.
    pub(super) office: VerifyingKey,
}

impl Account {
    pub(super) fn pair(&self) -> PairContext {
        PairContext {
            suite: Suite::NamesOnly,
            key: self.context.clone(),
            holder: self.id,
            role: Role::Issuer,
            party: domain(COUPONS),
        }
    }

    pub(super) fn key_for(&self, pair: &PairContext, nonce: &[u8; 32]) -> DerivedKey {
        let point = party_point(&pair.party, &pair.key).unwrap();
        let pairwise = self.share.pairwise(&point);
        pairwise.derive(pair, Purpose::Coupons, nonce).unwrap()
    }
}

impl Customer {
    /// The account, which is opened first.
    pub(super) async fn account(&self, town: &Town) -> Option<Rc<Account>> {
        let known = self.account.borrow().clone();
        if known.is_some() {
            return known;
        }
        let account = Rc::new(self.enrols().await?);
        town.note(&format!("{} has an account", self.name));
        *self.account.borrow_mut() = Some(account.clone());
        Some(account)
    }

    async fn enrols(&self) -> Option<Account> {
        if self.enrolling.borrow().request.is_none() {
            let request = self.asks_for_account().await?;
            self.enrolling.borrow_mut().request = Some(request);
        }
        let request = self.enrolling.borrow().request.clone();
        let (secret, request) = request?;
        if self.enrolling.borrow().ticket.is_none() {
            let body = encode(&request);
            let answer = self.posts(COUPONS, "/v1/enrolments", CBOR, body).await?;
            let enrolled: EnrolmentAnswer = decode(&answer).ok()?;
            self.enrolling.borrow_mut().ticket = Some(enrolled.ticket);
        }
        let id = HolderId::of_enrolment_key(&request.enrolment_public_key);
        if self.enrolling.borrow().share.is_none() {
            let share = self.fetches_share(id, &secret).await?;
            self.enrolling.borrow_mut().share = Some(share);
        }
        let office = self.fetches_office_key().await?;
        let (context, share) = self.enrolling.borrow_mut().share.take()?;
        Some(Account {
            id,
            context,
            share,
            office,
        })
    }

    async fn asks_for_account(&self) -> Option<([u8; 32], EnrolmentRequest)> {
        let told = serde_json::json!({ "name": self.name, "telephone": "+81 90 0000 0000" });
        let told = told.to_string().into_bytes();
        let offer = self.posts(COUPONS, "/v1/accounts", JSON, told).await?;
        let offer = open::<AccountOffer>(&offer, &self.anchors, self.now(), Role::Issuer).ok()?;
        let secret = self.random();
        let spki = public_key_to_spki(self.key.as_ref()).ok()?;
        let public_key = enrolment_public_key(&secret).ok()?;
        let grant = offer.message.grant;
        let request = EnrolmentRequest::unsigned(domain(COUPONS), grant, public_key, spki);
        let bytes = request.to_be_signed();
        let signature = sign_pss(&mut *self.rng.borrow_mut(), &self.key, &bytes).ok()?;
        Some((secret, request.signed(signature)))
    }

    async fn fetches_share(
        &self,
        id: HolderId,
        secret: &[u8; 32],
    ) -> Option<(KeyContext, HolderShare)> {
        let request = HolderShareRequest {
            ticket: self.enrolling.borrow().ticket.clone()?,
            role: Role::Issuer,
            space: None,
        };
        let path = "/v1/holder-shares";
        let answer = self.posts(CENTRE, path, CBOR, encode(&request)).await?;
        let centre = Role::KeyCentre;
        let answer = open::<HolderShareAnswer>(&answer, &self.anchors, self.now(), centre).ok()?;
        let sealed = &answer.message.share;
        let opened = open_share(secret, &ShareRecipient::Holder(id), sealed).ok()?;
        let share = HolderShare::from_bytes(&opened).ok()?;
        Some((sealed.context().clone(), share))
    }

    async fn fetches_office_key(&self) -> Option<VerifyingKey> {
        let request = Request::get(format!("https://{COUPONS}/v1/coupons.cer"));
        let answer = self.network.send(request.body(Vec::new()).ok()?).await;
        let certificate = Certificate::from_der(answer.ok()?.body()).ok()?;
        let role = Role::CouponOffice;
        let owner = self.anchors.verify(&certificate, self.now(), role).ok()?;
        Some(owner.public_key)
    }

    /// What is answered, if it is no problem.
    async fn posts(&self, to: &str, path: &str, kind: &str, body: Vec<u8>) -> Option<Vec<u8>> {
        let answer = self.sends(to, path, kind, body).await?;
        answer.status().is_success().then(|| answer.into_body())
    }

    /// What is answered.
    pub(super) async fn sends(
        &self,
        to: &str,
        path: &str,
        kind: &str,
        body: Vec<u8>,
    ) -> Option<Response<Vec<u8>>> {
        let request = Request::post(format!("https://{to}{path}")).header("content-type", kind);
        self.network.send(request.body(body).ok()?).await.ok()
    }
}
