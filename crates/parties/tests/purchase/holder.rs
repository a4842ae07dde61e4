//! The holder's side, driven by the functions of the protocol: enrolment, confirmation, orders.

use rsa::RsaPrivateKey;
use tallystick_protocol::account::{
    AccountOffer, CardRecord, EnrolmentAnswer, EnrolmentRequest, HolderShareAnswer,
    HolderShareRequest,
};
use tallystick_protocol::checkout::cancellation::CancellationKey;
use tallystick_protocol::checkout::coupons::CouponShare;
use tallystick_protocol::checkout::form::{FormReference, OrderForm, form_digest};
use tallystick_protocol::checkout::gift::Gift;
use tallystick_protocol::checkout::order::{
    Destination, HolderApproval, HolderDetails, ORDER_LIFETIME_SECONDS, OrderFields, OrderHeader,
    PartKey, PreparedOrder, SplitOrder, UnsignedApproval,
};
use tallystick_protocol::checkout::policy::READERS;
use tallystick_protocol::instrument::{CardDetails, Payment};
use tallystick_protocol::keys::confirmation::{ConfirmationAnswer, ConfirmationRequest};
use tallystick_protocol::keys::sealed_share::enrolment_public_key;
use tallystick_protocol::keys::{
    DerivedKey, HolderShare, KeyContext, PairContext, Purpose, ShareRecipient, Suite, open_share,
    party_point,
};
use tallystick_protocol::test_keys::{TestRng, test_key};
use tallystick_protocol::trust::signature::{public_key_to_spki, sign_pss};
use tallystick_protocol::trust::statement::open;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{HolderId, OrderId, Role, Root};
use tallystick_protocol::wire::money::Money;

use super::talk::form;
use super::world::{
    BANK, CENTRE, COUPONS, ISSUER, OTHER_ISSUER, SETTLEMENT, World, domain, problem, text,
};

pub const CBOR: &str = "application/cbor";
pub const COSE: &str = "application/cose";
pub const JSON: &str = "application/json";

/// An enrolled holder.
pub struct Holder {
    pub id: HolderId,
    pub card: CardRecord,
    pub certificate: Vec<u8>,
    pub key: RsaPrivateKey,
    pub rng: TestRng,
    issuer: &'static str,
    shares: Vec<(KeyContext, HolderShare)>,
}

/// A form as the shop signed it.
pub struct Form {
    pub signed: Vec<u8>,
    pub form: OrderForm,
}

/// An order that is ready to be sent.
pub struct Order {
    pub split: SplitOrder,
    pub bytes: Vec<u8>,
    pub id: OrderId,
    pub root: Root,
    /// SHA-256 of the signed form: by it the shop is asked how the order stands.
    pub form_digest: [u8; 32],
}

impl Order {
    /// Where the shop tells how the order stands.
    pub fn path(&self) -> String {
        let form = FormReference {
            start: self.split.form_start,
            digest: self.form_digest,
        };
        format!("/v1/orders/{form}")
    }
}

/// What the holder fills in; tests change it.
pub struct Wish {
    pub card: CardDetails,
    pub details: HolderDetails,
    pub destination: Destination,
    /// Seconds until the order expires.
    pub lifetime: u64,
    /// The key that signs the approval.
    pub approving_key: RsaPrivateKey,
    /// The certificate that comes with the approval.
    pub approving_certificate: Vec<u8>,
    /// The issuer that the order names.
    pub issuer: &'static str,
    /// What pays instead of the card.
    pub payment: Option<Payment>,
    /// What the instrument's own element signs over the root.
    pub signed_payment: Option<Box<dyn Fn(Root) -> Vec<u8>>>,
    /// What is approved instead of this order.
    pub approved: Option<HolderApproval>,
    /// What cancels the order.
    pub cancellation: Option<CancellationKey>,
    /// Coupons that pay a part, and what they leave.
    pub coupons: Option<(Vec<CouponShare>, Money)>,
    /// That it is a gift.
    pub gift: Option<Gift>,
}

impl Holder {
    /// Opens an account and enrols. `seed` tells holders apart.
    pub fn enrol(world: &World, seed: u64, name: &str, telephone: &str) -> Self {
        Self::enrol_at(world, ISSUER, seed, name, telephone)
    }

    /// As [`Holder::enrol`], at that issuer.
    pub fn enrol_at(
        world: &World,
        issuer: &'static str,
        seed: u64,
        name: &str,
        telephone: &str,
    ) -> Self {
        let application = serde_json::json!({ "name": name, "telephone": telephone });
        let answer = world.post(
            issuer,
            "/v1/accounts",
            JSON,
            application.to_string().into_bytes(),
        );
        assert!(answer.status().is_success(), "{}", text(&answer));
        let offer =
            open::<AccountOffer>(answer.body(), &world.anchors, world.now(), Role::Issuer).unwrap();
        Self::enrol_with(world, seed, offer.message)
    }

    /// Enrols for the account of an offer.
    pub fn enrol_with(world: &World, seed: u64, offer: AccountOffer) -> Self {
        Self::enrol_with_key(world, seed, offer, test_key(6 + seed as usize % 2))
    }

    /// As [`Holder::enrol_with`], with that key to sign with.
    pub fn enrol_with_key(
        world: &World,
        seed: u64,
        offer: AccountOffer,
        key: RsaPrivateKey,
    ) -> Self {
        let mut rng = TestRng::new(seed);
        let mut secret = [0; 32];
        rand_core::Rng::fill_bytes(&mut rng, &mut secret);
        let issuer = [ISSUER, OTHER_ISSUER, BANK, COUPONS, SETTLEMENT]
            .into_iter()
            .find(|name| domain(name) == offer.envelope.from)
            .unwrap();
        let request = enrolment_request_to(issuer, &mut rng, &key, offer.grant, &secret);
        let answer = world.post(issuer, "/v1/enrolments", CBOR, encode(&request));
        assert!(answer.status().is_success(), "{}", text(&answer));
        let enrolled: EnrolmentAnswer = decode(answer.body()).unwrap();
        let id = HolderId::of_enrolment_key(&request.enrolment_public_key);
        let shares = READERS
            .map(|role| fetch_share(world, &enrolled.ticket, role, id, &secret))
            .into();
        Self {
            id,
            card: offer.card,
            certificate: enrolled.holder_certificate,
            key,
            rng,
            issuer,
            shares,
        }
    }

    pub fn pair(&self, role: Role, party: &str) -> PairContext {
        let (context, _) = self.share(role);
        PairContext {
            suite: Suite::NamesOnly,
            key: context.clone(),
            holder: self.id,
            role,
            party: domain(party),
        }
    }

    pub fn key_for(&self, pair: &PairContext, purpose: Purpose, nonce: &[u8; 32]) -> DerivedKey {
        let (_, share) = self.share(pair.role);
        let point = party_point(&pair.party, &pair.key).unwrap();
        share.pairwise(&point).derive(pair, purpose, nonce).unwrap()
    }

    fn share(&self, role: Role) -> &(KeyContext, HolderShare) {
        self.shares
            .iter()
            .find(|(context, _)| context.space.role == role)
            .unwrap()
    }

    pub fn nonce(&mut self) -> [u8; 32] {
        let mut nonce = [0; 32];
        rand_core::Rng::fill_bytes(&mut self.rng, &mut nonce);
        nonce
    }

    /// Confirms a party beforehand and says whether it is the one it should be (T002-7).
    pub fn confirms(&mut self, world: &World, role: Role, party: &str) -> bool {
        let (request, key) = self.confirmation(world, role, party);
        let answer = world.post(party, "/v1/confirmations", CBOR, encode(&request));
        if !answer.status().is_success() {
            return false;
        }
        open::<ConfirmationAnswer>(answer.body(), &world.anchors, world.now(), role)
            .is_ok_and(|answer| answer.message.verify(&request, &key).is_ok())
    }

    /// The name of the problem with which a party refuses to confirm itself.
    pub fn confirmation_problem(&mut self, world: &World, role: Role, party: &str) -> String {
        let (request, _) = self.confirmation(world, role, party);
        problem(&world.post(party, "/v1/confirmations", CBOR, encode(&request)))
    }

    fn confirmation(
        &mut self,
        world: &World,
        role: Role,
        party: &str,
    ) -> (ConfirmationRequest, DerivedKey) {
        let pair = self.pair(role, party);
        let nonce = self.nonce();
        let key = self.key_for(&pair, Purpose::Confirmation, &nonce);
        (
            ConfirmationRequest::new(pair, nonce, &key, world.now()),
            key,
        )
    }

    /// The holder's own wish: everything as it should be.
    pub fn wish(&self) -> Wish {
        Wish {
            card: CardDetails {
                number: self.card.number.as_str().to_owned(),
                expiry: self.card.expiry.to_string(),
            },
            details: HolderDetails {
                name: self.card.holder_name.clone(),
                telephone: self.card.telephone.clone(),
                address: None,
            },
            destination: Destination {
                name: "Grandmother Sato".to_owned(),
                address: "4-17 Narai-juku, Shiojiri\nNagano 399-6303, Japan".to_owned(),
                telephone: "0264-34-3160".to_owned(),
            },
            lifetime: ORDER_LIFETIME_SECONDS,
            approving_key: self.key.clone(),
            approving_certificate: self.certificate.clone(),
            issuer: self.issuer,
            payment: None,
            signed_payment: None,
            approved: None,
            cancellation: None,
            coupons: None,
            gift: None,
        }
    }

    /// Splits, approves and seals an order from a form.
    pub fn order(&mut self, world: &World, form: &Form, wish: &Wish) -> Order {
        let header = OrderHeader {
            order_id: OrderId::random(&mut self.rng),
            holder: self.id,
            shop: form.form.envelope.from.clone(),
            issuer: domain(wish.issuer),
            courier: form.form.courier().cloned(),
            sent_at: world.now(),
            expires_at: world.now().plus_seconds(wish.lifetime),
        };
        let fields = OrderFields::new(
            &form.form,
            &form.signed,
            &match &wish.payment {
                Some(payment) => payment.clone(),
                None => Payment::CardAccount(wish.card.clone()),
            },
            &wish.details,
            (form.form.courier().is_some() || wish.gift.is_some()).then_some(&wish.destination),
        )
        .unwrap();
        let fields = match &wish.gift {
            Some(gift) => fields.given(gift).unwrap(),
            None => fields,
        };
        let fields = match &wish.cancellation {
            Some(key) => fields.cancelled_by(key),
            None => fields,
        };
        let fields = match &wish.coupons {
            Some((shares, rest)) => fields.paid_by_coupons(shares, *rest).unwrap(),
            None => fields,
        };
        let prepared = PreparedOrder::new(&mut self.rng, header, fields);
        let (id, root) = (prepared.header().order_id, prepared.root());
        let own = HolderApproval { order_id: id, root };
        let approved = wish.approved.as_ref().unwrap_or(&own);
        let unsigned = UnsignedApproval::new(approved, &wish.approving_certificate);
        let signature =
            sign_pss(&mut self.rng, &wish.approving_key, &unsigned.to_be_signed()).unwrap();
        let approval = unsigned.finish(&signature).unwrap();
        let readers: Vec<_> = prepared.header().readers().collect();
        let keys: Vec<PartKey> = readers
            .into_iter()
            .map(|role| {
                let party = prepared.header().party(role).unwrap().to_string();
                let pair = self.pair(role, &party);
                let nonce = self.nonce();
                let key = self.key_for(&pair, Purpose::OrderPart, &nonce);
                PartKey { pair, nonce, key }
            })
            .collect();
        let signed_payment = wish.signed_payment.as_ref().map(|sign| sign(root));
        let policy = form.form.policy();
        let split = prepared
            .seal(
                &mut self.rng,
                &policy,
                &keys,
                &approval,
                signed_payment.as_deref(),
            )
            .unwrap();
        Order {
            bytes: encode(&split),
            id,
            root,
            split,
            form_digest: form_digest(&form.signed),
        }
    }

    /// An order for these goods at the shop, with nothing unusual about it.
    pub fn usual_order(&mut self, world: &World, items: &[(&str, u32)]) -> Order {
        let form = form(world, items);
        let wish = self.wish();
        self.order(world, &form, &wish)
    }
}

pub fn enrolment_request(
    rng: &mut TestRng,
    key: &RsaPrivateKey,
    grant: [u8; 32],
    secret: &[u8; 32],
) -> EnrolmentRequest {
    enrolment_request_to(ISSUER, rng, key, grant, secret)
}

fn enrolment_request_to(
    issuer: &str,
    rng: &mut TestRng,
    key: &RsaPrivateKey,
    grant: [u8; 32],
    secret: &[u8; 32],
) -> EnrolmentRequest {
    let spki = public_key_to_spki(key.as_ref()).unwrap();
    let public_key = enrolment_public_key(secret).unwrap();
    let request = EnrolmentRequest::unsigned(domain(issuer), grant, public_key, spki);
    let signature = sign_pss(rng, key, &request.to_be_signed()).unwrap();
    request.signed(signature)
}

fn fetch_share(
    world: &World,
    ticket: &[u8],
    role: Role,
    id: HolderId,
    secret: &[u8; 32],
) -> (KeyContext, HolderShare) {
    let request = HolderShareRequest {
        ticket: ticket.to_vec(),
        role,
        space: None,
    };
    let answer = world.post(CENTRE, "/v1/holder-shares", CBOR, encode(&request));
    assert!(answer.status().is_success(), "{}", text(&answer));
    let answer =
        open::<HolderShareAnswer>(answer.body(), &world.anchors, world.now(), Role::KeyCentre)
            .unwrap();
    let share = &answer.message.share;
    let opened = open_share(secret, &ShareRecipient::Holder(id), share).unwrap();
    (
        share.context().clone(),
        HolderShare::from_bytes(&opened).unwrap(),
    )
}
