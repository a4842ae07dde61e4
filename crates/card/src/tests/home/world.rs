//! Two cards, and what is between them.

use alloc::vec::Vec;

use minicbor::Encode;
use minicbor::bytes::ByteArray;
use tallystick_protocol::checkout::order::{Disclosed, Leaf, OrderHeader, OrderProof};
use tallystick_protocol::checkout::policy::{Field, LEAF_COUNT};
use tallystick_protocol::home::agreement::{
    Answered, Finish, Hello, Initiator, Profile, Responder,
};
use tallystick_protocol::home::calls::{
    EnterCall, HomeCall, HomeCallKind, HomeReply, InnerRequest, InnerResponse, SessionAnswer,
    SessionAsk, SessionAskKind, TerminalProof,
};
use tallystick_protocol::home::channel::Signed;
use tallystick_protocol::home::records::{RecordKeys, Side};
use tallystick_protocol::home::{
    AccessAnswer, AccessPurpose, Entrance, HomeRefusal, Loan, PublicKeys,
};
use tallystick_protocol::keys::{Centres, Epoch, KeyContext, Space};
use tallystick_protocol::test_keys::{TestAuthority, TestRng, test_statement};
use tallystick_protocol::trust::certificate::TrustAnchors;
use tallystick_protocol::trust::holder::verify_holder;
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{decode, decode_value, encode, encode_value};
use tallystick_protocol::wire::identifier::{Domain, HolderId, OrderId, Role, TerminalId};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;
use zeroize::Zeroizing;

use crate::Applet;
use crate::Card;
use crate::host::home::access::{self, AccessTerms, EnterTerms, SignTerms};
use crate::host::home::lending::{self, Decision, HomeView, LoanTerms};
use crate::host::home::{self, calls};
use crate::host::{self, CardError, purse};
use crate::tests::bench::{Bench, CHEAP, Centre, domain};
use crate::tests::home::power_failure::cut_everywhere;

pub(in crate::tests::home) const NOW: Timestamp = Timestamp(1_800_000_000);
pub(in crate::tests) const FIRST: &str = "heron over rice";
pub(in crate::tests) const SECOND: &str = "nine lanterns lit";
pub(in crate::tests::home) const PROXY: &str = "hearth.localhost";
pub(in crate::tests::home) const SHOP: &str = "tea.localhost";
pub(in crate::tests::home) const OTHER_SHOP: &str = "lamps.localhost";
const CENTRE: &str = "keys.localhost";

pub(in crate::tests::home) type Apdu = Result<Zeroizing<Vec<u8>>, CardError>;
/// What came of something that a home may refuse.
pub(in crate::tests::home) type Said<T> = Result<T, HomeRefusal>;

/// A card in somebody's hands.
pub(in crate::tests::home) struct Hand {
    pub(in crate::tests::home) bench: Bench,
    /// Whether the power fails at every write of every command.
    pub(in crate::tests::home) cuts: bool,
    /// The second bytes of the commands in which it did.
    pub(in crate::tests::home) cut: Vec<u8>,
}

impl Clone for Hand {
    fn clone(&self) -> Self {
        let mut bench = Bench {
            card: Card::restore(&self.bench.card.state())
                .unwrap()
                .costing(CHEAP),
            rng: self.bench.rng.clone(),
        };
        bench.select(Applet::Home);
        Self {
            bench,
            cuts: self.cuts,
            cut: self.cut.clone(),
        }
    }
}

impl Hand {
    /// The response to a command; the home applet is selected, the PIN is not verified.
    pub(in crate::tests::home) fn send(&mut self, apdu: Apdu) -> Zeroizing<Vec<u8>> {
        let apdu = apdu.unwrap();
        if self.cuts {
            return self.send_cut(&apdu, false);
        }
        self.bench.raw(&apdu).bytes
    }

    fn send_cut(&mut self, apdu: &[u8], with_pin: bool) -> Zeroizing<Vec<u8>> {
        self.cut.push(apdu[1]);
        let Bench { card, rng } = &mut self.bench;
        let (response, card) = cut_everywhere(card, apdu, rng, with_pin);
        self.bench.card = card;
        self.bench.select(Applet::Home);
        response
    }

    pub(in crate::tests::home) fn bytes(&mut self, apdu: Apdu) -> Vec<u8> {
        home::bytes(&self.send(apdu)).unwrap()
    }

    pub(in crate::tests::home) fn done(&mut self, apdu: Apdu) {
        host::done(&self.send(apdu)).unwrap();
    }

    /// With the PIN.
    pub(in crate::tests::home) fn with_pin(&mut self, apdu: Apdu) -> Zeroizing<Vec<u8>> {
        if self.cuts {
            return self.send_cut(&apdu.unwrap(), true);
        }
        self.bench.verify();
        self.bench.select(Applet::Home);
        let response = self.bench.send(apdu).bytes;
        self.bench.select(Applet::Identity);
        self.bench.ok(host::forget_pin());
        self.bench.select(Applet::Home);
        response
    }
}

/// A shop that answers a proxy.
#[derive(Clone)]
pub(in crate::tests::home) struct Shop {
    pub(in crate::tests::home) domain: Domain,
    pub(in crate::tests::home) role: Role,
    /// What it is certified as.
    certified: Domain,
    anchors: TrustAnchors,
    answered: Option<Answered>,
    /// Who entered, under what.
    pub(in crate::tests::home) session: Option<(HolderId, RecordKeys)>,
}

/// All of them.
#[derive(Clone)]
pub(in crate::tests::home) struct World {
    pub(in crate::tests::home) home: Hand,
    pub(in crate::tests::home) away: Hand,
    pub(in crate::tests::home) rng: TestRng,
    pub(in crate::tests::home) keys: PublicKeys,
    pub(in crate::tests::home) terminal: TerminalId,
    pub(in crate::tests::home) holder: HolderId,
    /// The holder's certificate.
    pub(in crate::tests::home) certificate: Vec<u8>,
    pub(in crate::tests::home) contexts: Vec<KeyContext>,
    /// The session with the terminal, as the proxy has it.
    pub(in crate::tests::home) records: Option<RecordKeys>,
    /// Calls that the proxy has made.
    pub(in crate::tests::home) calls: Vec<HomeCall>,
    pub(in crate::tests::home) shop: Shop,
    pub(in crate::tests::home) at: Timestamp,
}

fn contexts() -> Vec<KeyContext> {
    let of = |role| KeyContext {
        space: Space { role, index: 0 },
        epoch: Epoch(1),
        centres: Centres::new([domain(CENTRE)]).unwrap(),
    };
    [Role::Shop, Role::Issuer, Role::Courier].map(of).to_vec()
}

impl World {
    /// Set up: roots in both cards, an account in the one at home, and the terminal enrolled there.
    pub(in crate::tests::home) fn new() -> Self {
        let mut authority = TestAuthority::new(NOW);
        let roots = authority.root.as_der().to_vec();
        let mut home = Bench::personalised();
        let key = home.send(host::generate_signing_key(0)).bytes;
        let key = host::signing_public_key(&key).unwrap();
        let certificate = authority.holder_of("account", &key.to_spki());
        let enrolment = home.enrol(0);
        for context in contexts() {
            let share = Centre::new(CENTRE).sealed(&enrolment, &context);
            home.ok(host::put_share(0, &share));
        }
        let mut away = Bench::personalised();
        for bench in [&mut home, &mut away] {
            bench.verify();
            bench.select(Applet::Purse);
            bench.ok(purse::put_roots(core::slice::from_ref(&roots)));
            bench.select(Applet::Home);
        }
        let keys = home.send(lending::set_up(FIRST, SECOND)).bytes;
        let keys = home::public_keys(&keys).unwrap();
        let terminal = away.send(access::keys()).bytes;
        let terminal = home::public_keys(&terminal).unwrap();
        home.ok(lending::enrol(&terminal, "Laptop"));
        for bench in [&mut home, &mut away] {
            bench.select(Applet::Identity);
            bench.ok(host::forget_pin());
            bench.select(Applet::Home);
        }
        let hand = |bench| Hand {
            bench,
            cuts: false,
            cut: Vec::new(),
        };
        Self {
            home: hand(home),
            away: hand(away),
            rng: TestRng::new(77),
            keys,
            terminal: terminal.terminal(),
            holder: HolderId::of_enrolment_key(&enrolment),
            certificate: certificate.as_der().to_vec(),
            contexts: contexts(),
            records: None,
            calls: Vec::new(),
            shop: Shop {
                domain: domain(SHOP),
                role: Role::Shop,
                certified: domain(SHOP),
                anchors: authority.anchors(),
                answered: None,
                session: None,
            },
            at: NOW,
        }
    }

    /// Loan number 1: twice at most 500 yen at the tea shop, 800 in all.
    pub(in crate::tests::home) fn lent() -> Self {
        let mut world = Self::new();
        world.lend(world.terms());
        world
    }

    pub(in crate::tests::home) fn terms(&self) -> LoanTerms {
        LoanTerms {
            terminal: self.terminal,
            holder: self.holder,
            shops: [domain(SHOP)].to_vec(),
            each: Money::new(500, Currency::Jpy),
            total: 800,
            count: 2,
            ends_at: NOW.plus_seconds(3600),
            account: [3; 32],
            purse: None,
        }
    }

    pub(in crate::tests::home) fn lend(&mut self, terms: LoanTerms) -> Loan {
        let signed = self.home.with_pin(lending::lend(&terms));
        let signed = home::bytes(&signed).unwrap();
        keyed::open(&signed, &self.keys.verifying().unwrap()).unwrap()
    }

    pub(in crate::tests::home) fn view(&mut self) -> HomeView {
        let cuts = core::mem::take(&mut self.home.cuts);
        let view = lending::view(&self.home.send(lending::status())).unwrap();
        self.home.cuts = cuts;
        view
    }

    pub(in crate::tests::home) fn log(&mut self) -> Vec<Decision> {
        let cuts = core::mem::take(&mut self.home.cuts);
        let log = lending::decisions(&self.home.send(lending::log())).unwrap();
        self.home.cuts = cuts;
        log
    }

    pub(in crate::tests::home) fn call(
        &mut self,
        kind: HomeCallKind,
        content: Vec<u8>,
    ) -> HomeReply {
        let call = HomeCall {
            number: self.calls.len() as u64,
            terminal: self.terminal,
            kind,
            content,
        };
        let reply = self.put(&call);
        self.calls.push(call);
        reply
    }

    /// A call that may have been made before.
    pub(in crate::tests::home) fn put(&mut self, call: &HomeCall) -> HomeReply {
        let response = self.home.send(calls::apdu_for(call, self.at));
        let reply = calls::reply_of(call, &response);
        assert_eq!(reply.number, call.number);
        reply
    }

    pub(in crate::tests::home) fn said(reply: HomeReply) -> Said<Vec<u8>> {
        match reply.refusal {
            None => Ok(reply.content),
            Some(refusal) => Err(refusal),
        }
    }

    // H1.
    pub(in crate::tests::home) fn request(&mut self, purpose: AccessPurpose) -> Vec<u8> {
        let terms = AccessTerms {
            home: self.keys.home(),
            proxy: domain(PROXY),
            purpose,
            at: self.at,
        };
        self.away.bytes(access::request(&terms))
    }

    pub(in crate::tests::home) fn access(&mut self) -> Said<AccessAnswer> {
        let request = self.request(AccessPurpose::Open);
        let reply = Self::said(self.call(HomeCallKind::Access, request))?;
        Ok(decode(&reply).unwrap())
    }

    // H4.
    pub(in crate::tests::home) fn open(&mut self, answer: &AccessAnswer, first: &str) -> Said<()> {
        let keys = self.keys.clone();
        let opening = self.away.bytes(access::opening(&keys, answer, first));
        let record = Self::said(self.call(HomeCallKind::Open, opening))?;
        self.away.done(access::opened(&record));
        Ok(())
    }

    // H3.
    pub(in crate::tests::home) fn session(&mut self) {
        let hello: Hello = decode(&self.away.bytes(access::hello())).unwrap();
        assert_eq!(hello.to, domain(PROXY));
        let responder = Responder::new(&mut self.rng, hello);
        let proof = responder.proof(domain(PROXY), self.at, None);
        let certificate = TestAuthority::new(NOW).party(Role::HomeProxy, PROXY, "Hearth", 1);
        let signed = test_statement(&proof, &certificate, 1);
        let (answer, answered) = responder.answer(&signed).unwrap();
        let finish = self.away.bytes(access::finish(&answer, self.at));
        let finish: Finish = decode(&finish).unwrap();
        let said = answered.receive(&finish).unwrap();
        let response = self.away.send(access::keys());
        let terminal = home::public_keys(&response).unwrap();
        let proof: TerminalProof = keyed::open(&said, &terminal.verifying().unwrap()).unwrap();
        assert_eq!(proof.transcript, answered.transcript);
        assert_eq!(
            (proof.home, proof.terminal),
            (self.keys.home(), self.terminal)
        );
        let (key, confirmation) = answered.agree(&finish, None).unwrap();
        self.away.done(access::confirm(&confirmation));
        self.records = Some(key.record_keys(Side::Responder));
    }

    /// What the terminal asks in its session, as its proxy reads it.
    pub(in crate::tests::home) fn asked(&mut self, apdu: Apdu) -> SessionAsk {
        let record = self.away.bytes(apdu);
        let content = self.records.as_mut().unwrap().open(&record).unwrap();
        decode(&content).unwrap()
    }

    /// What the proxy answers, as a record.
    pub(in crate::tests::home) fn answer(&mut self, said: Said<Vec<u8>>) -> Vec<u8> {
        let answer = match said {
            Ok(content) => SessionAnswer {
                refusal: None,
                content,
            },
            Err(refusal) => SessionAnswer {
                refusal: Some(refusal),
                content: Vec::new(),
            },
        };
        let records = self.records.as_mut().unwrap();
        records.seal(&encode(&answer), false).unwrap()
    }

    // H5.
    pub(in crate::tests::home) fn release(&mut self, second: &str) -> Said<()> {
        let ask = self.asked(access::ask_release(second));
        assert_eq!(ask.kind, SessionAskKind::Release);
        let said = Self::said(self.call(HomeCallKind::Release, ask.sealed));
        let record = self.answer(said);
        let response = self
            .away
            .send(access::answer(SessionAskKind::Release, &record));
        access::released(&response).unwrap()
    }

    /// H1 to H5.
    pub(in crate::tests::home) fn released(&mut self) {
        let answer = self.access().unwrap();
        self.open(&answer, FIRST).unwrap();
        self.session();
        self.release(SECOND).unwrap();
    }

    pub(in crate::tests::home) fn entering(&self) -> EnterTerms {
        EnterTerms {
            loan: 1,
            shop: domain(SHOP),
            form_start: 0xab,
            profile: Profile::KeyAgreement,
            is_joint: true,
            certificate: self.certificate.clone(),
        }
    }

    // H6 and H7, as `with` has it.
    pub(in crate::tests::home) fn enter_with(
        &mut self,
        terms: &EnterTerms,
        with: impl FnOnce(&mut Self, &mut EnterCall),
    ) -> Said<[u8; 16]> {
        let ask = self.asked(access::ask_enter(terms));
        assert_eq!(ask.kind, SessionAskKind::Enter);
        let enter = ask.enter.clone().unwrap();
        assert_eq!(enter.second.is_some(), terms.is_joint);
        let initiator = Initiator::new(&mut self.rng, enter.shop, enter.profile, enter.second);
        let answer = self
            .shop
            .hello(initiator.hello().clone(), self.at, &mut self.rng);
        let anchors = &self.shop.anchors;
        let received = initiator.receive(answer.clone(), anchors, self.at, self.shop.role);
        let received = received.unwrap();
        let mut call = EnterCall {
            record: ask.sealed,
            hello: initiator.hello().clone(),
            answer,
            proof: received.signed.clone(),
            certificate: enter.certificate,
            at: self.at,
        };
        with(self, &mut call);
        let said = Self::said(self.call(HomeCallKind::Enter, encode(&call)));
        let said = said.map(|entrance| {
            let (finish, agreed) = received.finish(&mut self.rng, &entrance).unwrap();
            let confirmation = self.shop.finish(&finish, self.at);
            encode(&agreed.hand_over(confirmation).unwrap())
        });
        let record = self.answer(said);
        let response = self
            .away
            .send(access::answer(SessionAskKind::Enter, &record));
        access::entered(&response).unwrap()
    }

    pub(in crate::tests::home) fn enter(&mut self) -> Said<[u8; 16]> {
        let terms = self.entering();
        self.enter_with(&terms, |_, _| {})
    }

    pub(in crate::tests::home) fn header(&self) -> OrderHeader {
        OrderHeader {
            order_id: OrderId([4; 32]),
            holder: self.holder,
            shop: domain(SHOP),
            issuer: domain("asahi-card.localhost"),
            courier: domain("swift.localhost"),
            sent_at: self.at,
            expires_at: self.at.plus_seconds(900),
        }
    }

    pub(in crate::tests::home) fn signing(&self, proof: OrderProof) -> SignTerms {
        SignTerms {
            loan: 1,
            proof,
            certificate: self.certificate.clone(),
            contexts: self.contexts.clone(),
            nonces: (0..6).map(|number| ByteArray::from([number; 32])).collect(),
            purse: None,
        }
    }

    /// An order of so many yen.
    pub(in crate::tests::home) fn order(&self, minor: u64) -> SignTerms {
        self.signing(proof(self.header(), Money::new(minor, Currency::Jpy)))
    }

    pub(in crate::tests::home) fn sign(&mut self, terms: &SignTerms) -> Said<Signed> {
        let ask = self.asked(access::ask_sign(terms));
        assert_eq!(ask.kind, SessionAskKind::Sign);
        self.sign_sealed(ask.sealed)
    }

    pub(in crate::tests::home) fn sign_sealed(&mut self, sealed: Vec<u8>) -> Said<Signed> {
        let said = Self::said(self.call(HomeCallKind::Sign, sealed));
        let record = self.answer(said);
        let response = self
            .away
            .send(access::answer(SessionAskKind::Sign, &record));
        access::signed(&response).unwrap()
    }

    pub(in crate::tests::home) fn end(&mut self) -> Said<()> {
        let ask = self.asked(access::ask_end());
        assert_eq!(ask.kind, SessionAskKind::End);
        assert!(self.records.as_ref().unwrap().is_complete());
        let said = Self::said(self.call(HomeCallKind::End, ask.sealed));
        let record = self.answer(said);
        let response = self.away.send(access::answer(SessionAskKind::End, &record));
        access::ended(&response).unwrap()
    }

    /// H8: one request and its answer.
    pub(in crate::tests::home) fn talk(
        &mut self,
        request: &InnerRequest,
        answer: &InnerResponse,
    ) -> InnerResponse {
        let record = self.away.bytes(access::to_shop(request, false));
        let (_, keys) = self.shop.session.as_mut().unwrap();
        assert_eq!(
            decode::<InnerRequest>(&keys.open(&record).unwrap())
                .unwrap()
                .body,
            request.body
        );
        let record = keys.seal(&encode(answer), false).unwrap();
        access::shop_response(&self.away.send(access::from_shop(&record))).unwrap()
    }
}

impl Shop {
    fn hello(
        &mut self,
        hello: Hello,
        at: Timestamp,
        rng: &mut TestRng,
    ) -> tallystick_protocol::home::agreement::HelloAnswer {
        let responder = Responder::new(rng, hello);
        let proof = responder.proof(self.domain.clone(), at, None);
        let mut authority = TestAuthority::new(NOW);
        let certificate = authority.party(self.role, self.certified.as_str(), "Tea", 2);
        let signed = test_statement(&proof, &certificate, 2);
        let (answer, answered) = responder.answer(&signed).unwrap();
        self.answered = Some(answered);
        answer
    }

    fn finish(
        &mut self,
        finish: &Finish,
        at: Timestamp,
    ) -> tallystick_protocol::home::agreement::Confirmation {
        let answered = self.answered.take().unwrap();
        let said = answered.receive(finish).unwrap();
        let entrance = verify_holder::<Entrance>(&said, &self.anchors, at).unwrap();
        let entrance = entrance.message;
        assert_eq!(entrance.transcript, answered.transcript);
        assert_eq!(entrance.shop, self.domain);
        assert!(entrance.expires_at > at);
        let (key, confirmation) = answered.agree(finish, None).unwrap();
        self.session = Some((entrance.holder, key.record_keys(Side::Responder)));
        confirmation
    }
}

#[derive(Encode)]
#[cbor(map)]
struct WrittenProof {
    #[n(0)]
    header: OrderHeader,
    #[n(1)]
    leaves: [Leaf; LEAF_COUNT],
    #[n(2)]
    amount: Disclosed,
}

/// What proves an order's amount.
pub(in crate::tests::home) fn proof(header: OrderHeader, amount: Money) -> OrderProof {
    proof_saying(header, amount, amount)
}

/// The same, where the leaf is of one amount and another is said.
pub(in crate::tests::home) fn proof_saying(
    header: OrderHeader,
    amount: Money,
    said: Money,
) -> OrderProof {
    let leaf = Leaf::of(
        &header.order_id,
        Field::Amount,
        &[8; 32],
        &encode_value(&amount),
    );
    let mut leaves = [Leaf::absent(&mut TestRng::new(3)); LEAF_COUNT];
    leaves[Field::Amount.leaf()] = leaf;
    let written = WrittenProof {
        header,
        leaves,
        amount: Disclosed {
            field: Field::Amount,
            salt: [8; 32],
            value: encode_value(&said),
        },
    };
    decode_value(&encode_value(&written), 8192).unwrap()
}
