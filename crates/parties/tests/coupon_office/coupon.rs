//! A holder with coupons, as far as the office sees one; a shop that is given some; and what stands in the office's books.

use http::Response;
use rsa::RsaPrivateKey;
use tallystick_parties::ledger::trial_balance;
use tallystick_protocol::account::{AccountOffer, MoveRequest};
use tallystick_protocol::coupon::{
    CampaignId, ClaimCancellation, ClaimOffer, ClaimProof, ClaimRedemption, ClaimRequest,
    ConfirmationAsk, ConversionNotice, Coupon, CouponAnswer, CouponConversation,
    CouponConversationAnswer, CouponId, CouponKind, CouponOutcome, CouponQuery, CouponState,
    CouponStatus, CouponTalk, CouponTransfer, CouponVerdict, CouponVerification, Funding,
    IssueRequest, OpenedCoupon, Owner, OwnerChangeRequest, OwnerKey, SettlementKind,
    ShopPresentation, ShopSettlement, TransferReply, VerdictKind, asked_digest,
};
use tallystick_protocol::keys::Purpose;
use tallystick_protocol::keys::conversation::Direction;
use tallystick_protocol::test_keys::{test_key, test_statement};
use tallystick_protocol::trust::certificate::Certificate;
use tallystick_protocol::trust::keyed::{self, KeyedMessage, assemble, to_be_signed};
use tallystick_protocol::trust::signature::{Algorithm, VerifyingKey, sign_es256, sign_pss};
use tallystick_protocol::trust::statement::{Audience, Envelope, SignedMessage, open};
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::{HolderId, Role};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_simulation::cast::Cast;
use tallystick_simulation::operators::{COMMANDS, Command, MEDIA_TYPE, OPERATORS, registration};

use super::holder::{CBOR, COSE, Holder, JSON};
use super::world::{COUPONS, SHOP, World, domain, problem, text};

/// The order for which coupons are held.
pub const ORDER: [u8; 32] = [5; 32];
/// How long a period of the billing ledger is, in milliseconds.
const PERIOD_MS: u64 = 30 * 86_400_000;

/// A period is over, and everybody has done what was due by then.
pub fn period_passes(world: &World) {
    world.clock.set(world.now().0 * 1000 + PERIOD_MS);
    world.run_for(60_000);
}

/// The number of the shop's test key.
pub const SHOP_KEY: usize = 2;
/// How long the office asks an owner, in milliseconds.
pub const ASKED_MS: u64 = 86_400_000;

pub fn world() -> World {
    World::with_coupons(Cast::default())
}

pub fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

/// The office's key for coupons, verified.
pub fn office_key(world: &World) -> VerifyingKey {
    let answer = world.get(COUPONS, "/v1/coupons.cer");
    assert!(answer.status().is_success(), "{}", text(&answer));
    let certificate = Certificate::from_der(answer.body()).unwrap();
    let owner = world
        .anchors
        .verify(&certificate, world.now(), Role::CouponOffice);
    owner.unwrap().public_key
}

/// A coupon in somebody's hands.
#[derive(Clone)]
pub struct Held {
    pub bytes: Vec<u8>,
    pub opened: OpenedCoupon,
}

impl Held {
    pub fn id(&self) -> CouponId {
        self.opened.terms.coupon
    }

    pub fn change(&self) -> u32 {
        self.opened.ownership.change
    }

    pub fn digest(&self) -> [u8; 32] {
        decode::<Coupon>(&self.bytes).unwrap().digest()
    }
}

pub fn held(world: &World, bytes: Vec<u8>) -> Held {
    let office = (&domain(COUPONS), &office_key(world));
    // Not `open`: one that is over is shown to its owner, too.
    let opened = decode::<Coupon>(&bytes).unwrap().verify(office).unwrap();
    Held { bytes, opened }
}

/// What the office answered, verified.
pub struct Answered {
    pub answer: CouponAnswer,
    pub held: Option<Held>,
}

impl Answered {
    pub fn outcome(&self) -> CouponOutcome {
        self.answer.outcome
    }

    pub fn coupon(self) -> Held {
        assert_eq!(self.answer.outcome, CouponOutcome::Done);
        self.held.unwrap()
    }
}

/// A holder.
pub struct Person {
    pub holder: Holder,
    /// What the account was opened with.
    offer: AccountOffer,
    nonce: u64,
}

impl Person {
    pub fn new(world: &World, seed: u64) -> Self {
        // Each has a key of its own, which nobody else in this world signs with but the operator.
        Self::with_key(world, seed, test_key([7, 6, 5][(seed as usize - 1) % 3]))
    }

    /// A holder with this key, which is nobody else's.
    pub fn with_key(world: &World, seed: u64, key: RsaPrivateKey) -> Self {
        let applied = serde_json::json!({ "name": "Hanako Yamada", "telephone": "090-1234-5678" });
        let body = applied.to_string().into_bytes();
        let answer = world.post(COUPONS, "/v1/accounts", JSON, body);
        assert!(answer.status().is_success(), "{}", text(&answer));
        let offer = open::<AccountOffer>(answer.body(), &world.anchors, world.now(), Role::Issuer);
        let offer = offer.unwrap().message;
        let holder = Holder::enrol_with_key(world, seed, offer.clone(), key);
        Self {
            holder,
            offer,
            nonce: 0,
        }
    }

    /// The same account on a new device, whose keys the old ones hand it to.
    pub fn on_a_new_device(&mut self, world: &World, seed: u64) -> Self {
        let grant = [9; 32];
        let unsigned = MoveRequest::unsigned(domain(COUPONS), self.id(), &grant);
        let signature = sign_pss(
            &mut self.holder.rng,
            &self.holder.key,
            &unsigned.to_be_signed(),
        );
        let request = unsigned.signed(signature.unwrap());
        let answer = world.post(COUPONS, "/v1/moves", CBOR, encode(&request));
        assert!(answer.status().is_success(), "{}", text(&answer));
        let mut offer = self.offer.clone();
        offer.grant = grant;
        let holder = Holder::enrol_with_key(world, seed, offer.clone(), test_key(5));
        Self {
            holder,
            offer,
            nonce: 0,
        }
    }

    pub fn id(&self) -> HolderId {
        self.holder.id
    }

    pub fn owner(&self) -> Owner {
        Owner::Holder(self.holder.id)
    }

    pub fn nonce(&mut self) -> [u8; 16] {
        self.nonce += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&self.nonce.to_be_bytes());
        nonce
    }

    pub fn sign<M: KeyedMessage>(&mut self, message: &M) -> Vec<u8> {
        let bytes = to_be_signed(message, Algorithm::Ps256);
        let signature = sign_pss(&mut self.holder.rng, &self.holder.key, &bytes).unwrap();
        assemble(&encode(message), Algorithm::Ps256, &signature)
    }

    /// The request that says something to the office.
    pub fn question(&mut self, about: Option<CouponId>, said: &[u8]) -> (Vec<u8>, [u8; 32]) {
        let pair = self.holder.pair(Role::Issuer, COUPONS);
        let nonce = self.holder.nonce();
        let key = self.holder.key_for(&pair, Purpose::Coupons, &nonce);
        let talk = CouponTalk::new(&pair, nonce);
        let ciphertext = talk.seal(&mut self.holder.rng, &key, Direction::ToParty, said);
        let question = CouponConversation {
            pair: pair.clone(),
            nonce,
            about,
            ciphertext: ciphertext.unwrap(),
        };
        (encode(&question), nonce)
    }

    /// What the office answered to a question with that nonce.
    pub fn opened(&self, nonce: [u8; 32], answer: &Response<Vec<u8>>) -> Result<Vec<u8>, String> {
        if !answer.status().is_success() {
            return Err(problem(answer));
        }
        let pair = self.holder.pair(Role::Issuer, COUPONS);
        let key = self.holder.key_for(&pair, Purpose::Coupons, &nonce);
        let sealed: CouponConversationAnswer = decode(answer.body()).unwrap();
        let talk = CouponTalk::new(&pair, nonce);
        let opened = talk.open(&key, Direction::ToHolder, &sealed.ciphertext);
        Ok(opened.unwrap().to_vec())
    }

    /// Says something to the office.
    pub fn say(
        &mut self,
        world: &World,
        path: &str,
        about: Option<CouponId>,
        said: &[u8],
    ) -> Result<Vec<u8>, String> {
        let (question, nonce) = self.question(about, said);
        let answer = world.post(COUPONS, path, CBOR, question);
        self.opened(nonce, &answer)
    }

    /// Has something signed and says it.
    pub fn tell<M: KeyedMessage>(
        &mut self,
        world: &World,
        path: &str,
        about: Option<CouponId>,
        message: &M,
    ) -> Result<Answered, String> {
        let signed = self.sign(message);
        self.bring(world, path, about, &signed, asked_digest(message))
    }

    /// Says something that was signed.
    pub fn bring(
        &mut self,
        world: &World,
        path: &str,
        about: Option<CouponId>,
        signed: &[u8],
        asked: [u8; 32],
    ) -> Result<Answered, String> {
        let said = self.say(world, path, about, signed)?;
        Ok(answered(world, &said, asked))
    }

    pub fn issue_request(&mut self, world: &World, funding: Funding, minor: u64) -> IssueRequest {
        IssueRequest {
            office: domain(COUPONS),
            holder: self.id(),
            campaign: None,
            kind: CouponKind::Voucher,
            funding,
            value: yen(minor),
            at: world.now(),
            nonce: self.nonce(),
        }
    }

    /// Asks for a coupon (C1).
    pub fn buy(&mut self, world: &World, funding: Funding, minor: u64) -> Held {
        let asked = self.issue_request(world, funding, minor);
        let path = "/v1/coupon-issues";
        self.tell(world, path, None, &asked).unwrap().coupon()
    }

    /// Asks for a coupon of a campaign.
    pub fn pick(
        &mut self,
        world: &World,
        campaign: CampaignId,
        minor: u64,
    ) -> Result<Answered, String> {
        let asked = IssueRequest {
            campaign: Some(campaign),
            ..self.issue_request(world, Funding::Prepaid, minor)
        };
        let about = Some(CouponId(campaign.0));
        self.tell(world, "/v1/coupon-issues", about, &asked)
    }

    pub fn transfer(&mut self, world: &World, coupon: &Held, to: Owner) -> CouponTransfer {
        CouponTransfer {
            office: domain(COUPONS),
            holder: self.id(),
            coupon: coupon.id(),
            change: coupon.change(),
            to,
            until: world.now().plus_seconds(86_400),
            at: world.now(),
            nonce: self.nonce(),
        }
    }

    /// Hands a coupon on (C7).
    pub fn give(
        &mut self,
        world: &World,
        coupon: &Held,
        to: Owner,
    ) -> Result<CouponOutcome, String> {
        let asked = self.transfer(world, coupon, to);
        let told = self.tell(world, "/v1/coupon-transfers", Some(coupon.id()), &asked);
        told.map(|told| told.outcome())
    }

    pub fn change_request(&mut self, world: &World, shown: &Held) -> OwnerChangeRequest {
        OwnerChangeRequest {
            office: domain(COUPONS),
            holder: self.id(),
            coupon: shown.id(),
            change: shown.change(),
            shown: shown.digest(),
            at: world.now(),
            nonce: self.nonce(),
        }
    }

    /// Wants a coupon that was handed over (C11).
    pub fn want(&mut self, world: &World, request: &OwnerChangeRequest) -> Answered {
        let about = Some(request.coupon);
        self.tell(world, "/v1/coupon-requests", about, request)
            .unwrap()
    }

    /// Looks how a coupon is.
    pub fn look(&mut self, world: &World, coupon: CouponId) -> Result<CouponStatus, String> {
        let said = encode(&CouponQuery { coupon });
        let said = self.say(world, "/v1/coupon-states", Some(coupon), &said)?;
        Ok(keyed::open(&said, &office_key(world)).unwrap())
    }

    /// The coupon as it is now.
    pub fn fetch(&mut self, world: &World, coupon: CouponId) -> Held {
        let status = self.look(world, coupon).unwrap();
        held(world, status.whole.unwrap())
    }

    /// What the office asks this owner (C12).
    pub fn asked(&mut self, world: &World, coupon: CouponId) -> ConfirmationAsk {
        let status = self.look(world, coupon).unwrap();
        assert_eq!(status.state, Some(CouponState::Asked));
        keyed::open(&status.ask.unwrap(), &office_key(world)).unwrap()
    }

    pub fn reply_to(
        &mut self,
        world: &World,
        ask: &ConfirmationAsk,
        agrees: bool,
    ) -> TransferReply {
        TransferReply {
            office: domain(COUPONS),
            holder: self.id(),
            coupon: ask.coupon,
            change: ask.change,
            asked: ask.asked,
            to: ask.to.clone(),
            agrees,
            at: world.now(),
            nonce: self.nonce(),
        }
    }

    /// Says yes or no.
    pub fn reply(&mut self, world: &World, coupon: CouponId, agrees: bool) -> CouponOutcome {
        let ask = self.asked(world, coupon);
        let reply = self.reply_to(world, &ask, agrees);
        let told = self.tell(world, "/v1/coupon-replies", Some(coupon), &reply);
        told.unwrap().outcome()
    }

    /// Sets a coupon against what was charged (C17).
    pub fn convert(&mut self, world: &World, coupon: &Held) -> CouponOutcome {
        let asked = ConversionNotice {
            office: domain(COUPONS),
            holder: self.id(),
            coupon: coupon.id(),
            change: coupon.change(),
            value: coupon.opened.terms.value,
            at: world.now(),
            nonce: self.nonce(),
        };
        let told = self.tell(world, "/v1/coupon-conversions", Some(coupon.id()), &asked);
        told.unwrap().outcome()
    }

    /// Makes a link, whose secret is this.
    pub fn offer(&mut self, world: &World, coupon: &Held, link: [u8; 32]) -> CouponOutcome {
        let asked = ClaimOffer {
            office: domain(COUPONS),
            holder: self.id(),
            coupon: coupon.id(),
            change: coupon.change(),
            claim: ClaimOffer::hash(&link_key(link)),
            until: world.now().plus_seconds(86_400),
            at: world.now(),
            nonce: self.nonce(),
        };
        let told = self.tell(world, "/v1/coupon-claims", Some(coupon.id()), &asked);
        told.unwrap().outcome()
    }

    /// Takes a link back.
    pub fn take_back(&mut self, world: &World, coupon: &Held, link: [u8; 32]) -> CouponOutcome {
        let asked = ClaimCancellation {
            office: domain(COUPONS),
            holder: self.id(),
            coupon: coupon.id(),
            change: coupon.change(),
            claim: ClaimOffer::hash(&link_key(link)),
            at: world.now(),
            nonce: self.nonce(),
        };
        let path = "/v1/coupon-claim-cancellations";
        let told = self.tell(world, path, Some(coupon.id()), &asked);
        told.unwrap().outcome()
    }

    /// What redeems a link, with the proof that its key signs for `holder`.
    pub fn redemption(
        &mut self,
        world: &World,
        coupon: CouponId,
        link: [u8; 32],
        holder: HolderId,
    ) -> (Vec<u8>, [u8; 32]) {
        let redemption = ClaimRedemption {
            office: domain(COUPONS),
            holder: self.id(),
            coupon,
            claim_key: link_key(link),
            at: world.now(),
            nonce: self.nonce(),
        };
        let proof = ClaimProof {
            office: domain(COUPONS),
            coupon,
            holder,
        };
        let said = ClaimRequest {
            redemption: self.sign(&redemption),
            proof: sign_with(&proof, link),
        };
        (encode(&said), asked_digest(&redemption))
    }

    /// Redeems a link.
    pub fn redeem(
        &mut self,
        world: &World,
        coupon: CouponId,
        link: [u8; 32],
    ) -> Result<Answered, String> {
        let (said, asked) = self.redemption(world, coupon, link, self.id());
        self.bring(world, "/v1/coupon-redemptions", Some(coupon), &said, asked)
    }
}

fn answered(world: &World, said: &[u8], asked: [u8; 32]) -> Answered {
    let answer: CouponAnswer = keyed::open(said, &office_key(world)).unwrap();
    assert_eq!(answer.asked, asked);
    let held = answer.whole.clone().map(|bytes| held(world, bytes));
    Answered { answer, held }
}

pub fn link_key(link: [u8; 32]) -> [u8; 33] {
    OwnerKey::short(&VerifyingKey::of_es256(&link).unwrap()).unwrap()
}

/// Signs with a key of P-256.
pub fn sign_with<M: KeyedMessage>(message: &M, secret: [u8; 32]) -> Vec<u8> {
    let signature = sign_es256(&secret, &to_be_signed(message, Algorithm::Es256)).unwrap();
    assemble(&encode(message), Algorithm::Es256, &signature)
}

/// The shop.
pub fn shop() -> Owner {
    Owner::Shop(domain(SHOP))
}

/// What the shop says of a coupon that it was given.
pub fn presentation(world: &World, coupon: &Held, transfer: Option<Vec<u8>>) -> ShopPresentation {
    let to = Audience::Party(domain(COUPONS));
    ShopPresentation {
        envelope: Envelope::new(domain(SHOP), to, [7; 32], world.now(), 600),
        coupon: coupon.bytes.clone(),
        transfer,
        total: None,
        condition: None,
        held_for: None,
    }
}

/// What the shop says of a coupon that is held for its order; `number` tells one word from another.
pub fn settlement(
    world: &World,
    coupon: CouponId,
    (kind, amount): (SettlementKind, Option<u64>),
    number: u8,
) -> Vec<u8> {
    let to = Audience::Party(domain(COUPONS));
    let said = ShopSettlement {
        envelope: Envelope::new(domain(SHOP), to, [number; 32], world.now(), 600),
        coupon,
        order: ORDER,
        kind,
        amount: amount.map(yen),
    };
    by_shop(world, &said)
}

/// The shop says it.
pub fn settle(world: &World, body: &[u8]) -> CouponOutcome {
    let answer = world.post(COUPONS, "/v1/coupon-settlements", COSE, body.to_vec());
    assert!(answer.status().is_success(), "{}", text(&answer));
    let said: CouponAnswer = keyed::open(answer.body(), &office_key(world)).unwrap();
    said.outcome
}

/// Signed with the shop's own key.
pub fn by_shop<M: SignedMessage>(world: &World, said: &M) -> Vec<u8> {
    let identity = world.get_json(SHOP, "/v1/identity");
    let der = data_encoding::BASE64
        .decode(identity["certificate"].as_str().unwrap().as_bytes())
        .unwrap();
    test_statement(said, &Certificate::from_der(&der).unwrap(), SHOP_KEY)
}

/// The shop brings a coupon; the same body again is the same question.
pub fn present(world: &World, body: &[u8]) -> Result<CouponAnswer, String> {
    let answer = world.post(COUPONS, "/v1/coupon-presentations", COSE, body.to_vec());
    if !answer.status().is_success() {
        return Err(problem(&answer));
    }
    Ok(keyed::open(answer.body(), &office_key(world)).unwrap())
}

/// Whether a coupon is good (C9, C10).
pub fn verdict(world: &World, coupon: &[u8]) -> VerdictKind {
    let asked = CouponVerification {
        coupon: coupon.to_vec(),
        nonce: [3; 32],
    };
    let answer = world.post(COUPONS, "/v1/coupon-verifications", CBOR, encode(&asked));
    assert!(answer.status().is_success(), "{}", text(&answer));
    let said: CouponVerdict = keyed::open(answer.body(), &office_key(world)).unwrap();
    assert_eq!(said.nonce, [3; 32]);
    said.verdict
}

/// The office's operator commands.
pub fn command(world: &World, what: &str, told: &[(&str, String)], id: &str) {
    let registered = world.send("page", COUPONS, "POST", OPERATORS, JSON, registration());
    assert!(registered.status().is_success(), "{}", text(&registered));
    let signed = Command {
        role: "issuer",
        domain: COUPONS,
        command: what,
        arguments: told,
        id,
        at: world.now(),
    };
    let answer = world.send(
        "page",
        COUPONS,
        "POST",
        COMMANDS,
        MEDIA_TYPE,
        signed.signed(),
    );
    assert!(answer.status().is_success(), "{}", text(&answer));
}

/// What stands on an account of the office's ledger.
pub fn balance(world: &World, name: &str) -> i64 {
    of(world, name, "credits_posted - debits_posted")
}

/// What can be taken from it.
pub fn available(world: &World, name: &str) -> i64 {
    of(
        world,
        name,
        "credits_posted - debits_posted - debits_pending",
    )
}

fn of(world: &World, name: &str, what: &str) -> i64 {
    let sql = format!("SELECT coalesce((SELECT {what} FROM accounts WHERE name = '{name}'), 0)");
    objects(world)
        .iter()
        .map(|object| world.number(object, &sql))
        .sum()
}

/// All objects of the office that run.
pub fn objects(world: &World) -> Vec<&'static str> {
    let machines = world.machines.iter().map(|(name, _)| *name);
    machines.filter(|name| name.starts_with(COUPONS)).collect()
}

/// The books are right: each account is what its transfers say, and what is owed for prepaid coupons is what those that are
/// out are worth.
pub fn require_books(world: &World) {
    for object in objects(world) {
        let database = &world.machine(object).database;
        assert_eq!(
            trial_balance(database, world.now().0 * 1000).unwrap().wrong,
            0
        );
        let sum = "SELECT coalesce(sum(credits_posted - debits_posted), 0) FROM accounts";
        assert_eq!(world.number(object, sum), 0);
        let out = "SELECT coalesce((SELECT credits_posted - debits_posted FROM accounts WHERE name = 'coupons'), 0)
            - coalesce((SELECT sum(minor) FROM coupons
                WHERE funding = 'prepaid' AND state NOT IN ('spent', 'converted', 'expired')), 0)";
        assert_eq!(world.number(object, out), 0, "{object}");
        let owners = "SELECT count(*) FROM coupons c WHERE (SELECT count(*) FROM coupon_history h
            WHERE h.coupon = c.id AND h.change = c.change AND h.owner = c.owner) = 0";
        assert_eq!(world.number(object, owners), 0, "{object}");
    }
}

/// Another key than the holder's.
pub fn wrong_key(person: &mut Person) {
    person.holder.key = test_key(4);
}
