//! Decisions are signed once and said until they are answered.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::support::{Bare, World};
use http::{Response, StatusCode};
use tallystick_parties::Party;
use tallystick_parties::common::correspondence::Correspondent;
use tallystick_parties::common::due::{self, Job, Next};
use tallystick_parties::common::fault::Fault;
use tallystick_parties::common::http::{Answer, Incoming};
use tallystick_parties::common::outbox::{self, Content, Letter, NewLetter, Verdict};
use tallystick_parties::common::waking::Duties;
use tallystick_parties::native::block_on;
use tallystick_protocol::enrolment::HolderCertificateRequest;
use tallystick_protocol::identifier::Role;
use tallystick_protocol::statement::{Audience, open};

const HOUR_MS: u64 = 3_600_000;

/// Answers with a status of the test's choice and keeps what it was told.
#[derive(Default)]
struct Listener {
    status: Cell<u16>,
    heard: RefCell<Vec<Vec<u8>>>,
}

impl Party for Listener {
    async fn serve(&self, request: Incoming) -> Answer {
        self.heard.borrow_mut().push(request.into_body());
        let mut answer = Response::new(Vec::new());
        *answer.status_mut() = StatusCode::from_u16(self.status.get()).unwrap();
        answer
    }

    async fn wake(&self) {}
}

/// Notes what became of the letters.
#[derive(Default)]
struct Notes {
    answered: RefCell<Vec<u16>>,
    gave_up: Cell<u32>,
    again: Cell<bool>,
}

impl Correspondent for Notes {
    async fn answered(&self, _: &Letter, answer: Answer) -> Result<Verdict, Fault> {
        self.answered.borrow_mut().push(answer.status().as_u16());
        Ok(if self.again.get() {
            Verdict::Again
        } else {
            Verdict::Done
        })
    }

    async fn gave_up(&self, _: &Letter) -> Result<(), Fault> {
        self.gave_up.set(self.gave_up.get() + 1);
        Ok(())
    }
}

/// Sends letters and does nothing else.
struct Sending<'a>(&'a Bare, &'a Notes);

impl Duties for Sending<'_> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        self.0.office.send_letter(job, self.1).await
    }
}

fn drain(party: &Bare, notes: &Notes) {
    block_on(party.office.wake(&Sending(party, notes)));
}

/// When the letter is sent next.
fn next_letter(party: &Bare) -> Option<u64> {
    due::time_of(party.office.tables(), due::LETTER, "request/r").unwrap()
}

fn scene() -> (World, Rc<Bare>, Rc<Listener>) {
    let mut world = World::new();
    let party = world.start_bare(Role::Issuer, "issuer.localhost");
    block_on(party.office.bootstrap()).unwrap();
    let listener = Rc::new(Listener::default());
    listener.status.set(200);
    world.hub.connect("listener.localhost", listener.clone());
    decide(&party);
    (world, party, listener)
}

/// A decision and the letter that says it.
fn decide(party: &Bare) {
    let office = &party.office;
    let to = crate::support::domain("listener.localhost");
    let message = HolderCertificateRequest {
        envelope: office.envelope(Audience::Party(to.clone()), [8; 32], 600),
        signing_public_key: tallystick_protocol::test_keys::test_spki(7),
        label: "account 1".to_owned(),
    };
    office
        .transaction(|tables| {
            office.decide(tables, "request", "r", &message)?;
            let letter = NewLetter {
                kind: "request",
                reference: "r",
                to: &to,
                path: "/v1/requests",
                content: Content::Statement("request".to_owned()),
                give_up_at: office.now_ms() + HOUR_MS,
            };
            outbox::post(tables, &letter, office.now_ms())?;
            outbox::post(tables, &letter, office.now_ms())?;
            Ok::<_, Fault>(())
        })
        .unwrap();
}

#[test]
fn what_is_said_is_a_statement_that_verifies() {
    let (_world, party, listener) = scene();
    let notes = Notes::default();
    drain(&party, &notes);
    let heard = listener.heard.borrow();
    assert_eq!(heard.len(), 1);
    let identity = party.office.identity().unwrap();
    let said = open::<HolderCertificateRequest>(
        &heard[0],
        &identity.anchors,
        party.office.now(),
        Role::Issuer,
    );
    assert_eq!(said.unwrap().message.label, "account 1");
    assert_eq!(*notes.answered.borrow(), [200]);
    assert_eq!(next_letter(&party), None);
}

#[test]
fn a_retry_says_the_same_bytes_and_waits_longer_each_time() {
    let (world, party, listener) = scene();
    listener.status.set(503);
    let notes = Notes::default();
    let mut waits = Vec::new();
    for _ in 0..8 {
        drain(&party, &notes);
        let next = next_letter(&party).unwrap();
        let alarm = party.office.tables().alarm().unwrap();
        assert_eq!(alarm, Some(next), "the alarm is set for it");
        waits.push(next - party.office.now_ms());
        world.clock.set(next);
    }
    assert_eq!(
        waits,
        [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]
    );
    let heard = listener.heard.borrow();
    assert!(heard.iter().all(|said| *said == heard[0]));
    assert!(notes.answered.borrow().is_empty(), "a 503 is no answer");
}

#[test]
fn a_refusal_is_an_answer_and_too_many_requests_is_not() {
    let (world, party, listener) = scene();
    let notes = Notes::default();
    listener.status.set(429);
    drain(&party, &notes);
    assert!(notes.answered.borrow().is_empty());
    listener.status.set(409);
    world.clock.advance(1000);
    drain(&party, &notes);
    assert_eq!(*notes.answered.borrow(), [409]);
}

#[test]
fn a_letter_whose_time_is_over_is_given_up_once() {
    let (world, party, listener) = scene();
    world.hub.cut("listener.localhost", true);
    let notes = Notes::default();
    drain(&party, &notes);
    world.clock.advance(HOUR_MS);
    drain(&party, &notes);
    drain(&party, &notes);
    assert_eq!(notes.gave_up.get(), 1);
    assert!(listener.heard.borrow().is_empty());
}

#[test]
fn what_the_role_wants_again_stays() {
    let (_world, party, _listener) = scene();
    let notes = Notes::default();
    notes.again.set(true);
    drain(&party, &notes);
    assert!(next_letter(&party).is_some());
}

#[test]
fn a_decision_is_signed_once_and_taken_once() {
    let (_world, party, _listener) = scene();
    let first = block_on(party.office.signed("request", "r")).unwrap();
    let second = block_on(party.office.signed("request", "r")).unwrap();
    assert_eq!(first, second);
    let missing = block_on(party.office.signed("request", "other")).unwrap_err();
    assert_eq!(missing.kind.as_str(), "not-found");
}

#[test]
fn power_failing_while_sending_says_it_again_and_not_otherwise() {
    for writes in 0..6 {
        let (world, party, listener) = scene();
        let notes = Notes::default();
        let database = party.office.tables().clone();
        database.fail_after(writes);
        drain(&party, &notes);
        database.mend();
        world.clock.advance(60_000);
        drain(&party, &notes);
        let heard = listener.heard.borrow();
        assert!(
            !heard.is_empty() && heard.iter().all(|said| *said == heard[0]),
            "cut after {writes}"
        );
        assert_eq!(
            due::time_of(&database, due::LETTER, "request/r").unwrap(),
            None,
            "cut after {writes}"
        );
    }
}

/// Keeps whoever asks waiting until somebody else was asked, or for a very long time.
struct Slow {
    other: Rc<Listener>,
    patience: u32,
}

impl Party for Slow {
    async fn serve(&self, _: Incoming) -> Answer {
        let mut looks = 0;
        core::future::poll_fn(|context| {
            looks += 1;
            if looks > self.patience || !self.other.heard.borrow().is_empty() {
                return core::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            core::task::Poll::Pending
        })
        .await;
        let mut answer = Response::new(Vec::new());
        *answer.status_mut() = if looks > self.patience {
            StatusCode::GATEWAY_TIMEOUT
        } else {
            StatusCode::OK
        };
        answer
    }

    async fn wake(&self) {}
}

fn post_bytes(party: &Bare, to: &str, reference: &str) {
    let letter = NewLetter {
        kind: "note",
        reference,
        to: &crate::support::domain(to),
        path: "/v1/notes",
        content: Content::Bytes(vec![1]),
        give_up_at: party.office.now_ms() + HOUR_MS,
    };
    outbox::post(party.office.tables(), &letter, party.office.now_ms()).unwrap();
}

#[test]
fn a_party_that_hangs_does_not_hold_up_letters_to_others() {
    let mut world = World::new();
    let party = world.start_bare(Role::Shop, "shop.localhost");
    block_on(party.office.bootstrap()).unwrap();
    let listener = Rc::new(Listener::default());
    listener.status.set(200);
    world.hub.connect("listener.localhost", listener.clone());
    let slow = Slow {
        other: listener.clone(),
        patience: 1000,
    };
    world.hub.connect("slow.localhost", Rc::new(slow));
    for number in 0..20 {
        post_bytes(&party, "slow.localhost", &format!("slow {number}"));
    }
    post_bytes(&party, "listener.localhost", "other");
    let notes = Notes::default();
    drain(&party, &notes);
    assert_eq!(
        *notes.answered.borrow(),
        [200; 21],
        "the slow party heard of the other letter while it was asked"
    );
}

#[test]
fn nothing_more_goes_to_a_party_that_is_silent_and_all_is_sent_later() {
    let mut world = World::new();
    let party = world.start_bare(Role::Shop, "shop.localhost");
    block_on(party.office.bootstrap()).unwrap();
    world.hub.cut("listener.localhost", true);
    for number in 0..20 {
        post_bytes(&party, "listener.localhost", &format!("note {number}"));
    }
    let notes = Notes::default();
    drain(&party, &notes);
    let log = party.office.ports.log.lines();
    let tried = log.iter().filter(|line| line.contains("\"note\""));
    assert_eq!(tried.count(), 2, "{log:?}");
    let listener = Rc::new(Listener::default());
    listener.status.set(200);
    world.hub.connect("listener.localhost", listener.clone());
    world.hub.cut("listener.localhost", false);
    world.clock.advance(60_000);
    drain(&party, &notes);
    assert_eq!(listener.heard.borrow().len(), 20);
}
