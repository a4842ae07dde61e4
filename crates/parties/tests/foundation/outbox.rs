//! Decisions are signed once and said until they are answered.

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::support::{Bare, World};
use http::{Response, StatusCode};
use tallystick_parties::Party;
use tallystick_parties::native::{Machine, block_on};
use tallystick_parties::office::Office;
use tallystick_parties::office::fault::Fault;
use tallystick_parties::office::http::{Answer, Incoming};
use tallystick_parties::ports::{Clock as _, Tables};
use tallystick_parties::post::due::{self, Job, Next};
use tallystick_parties::post::exchange::{Exchange, Said};
use tallystick_parties::post::outbox::{self, Content, NewLetter};
use tallystick_parties::post::waking::Duties;
use tallystick_protocol::account::HolderCertificateRequest;
use tallystick_protocol::trust::statement::{Audience, open};
use tallystick_protocol::wire::identifier::Role;

const HOUR_MS: u64 = 3_600_000;

/// What the listener says when it has decided, in place of a signed statement.
const WORD: &[u8] = b"so it is";

/// Answers with a status and a body of the test's choice and keeps what it was told.
#[derive(Default)]
struct Listener {
    status: Cell<u16>,
    word: RefCell<Vec<u8>>,
    heard: RefCell<Vec<Vec<u8>>>,
}

impl Listener {
    fn new() -> Rc<Self> {
        let listener = Self::default();
        listener.status.set(200);
        listener.word.replace(WORD.to_vec());
        Rc::new(listener)
    }
}

impl Party for Listener {
    async fn serve(&self, request: Incoming) -> Answer {
        self.heard.borrow_mut().push(request.into_body());
        let mut answer = Response::new(self.word.borrow().clone());
        *answer.status_mut() = StatusCode::from_u16(self.status.get()).unwrap();
        answer
    }

    async fn wake(&self) {}
}

/// Notes what became of the letters.
#[derive(Default)]
struct Notes {
    heard: Cell<u32>,
    gave_up: Cell<u32>,
}

/// Asks and believes nothing but the word.
struct Asking<'a>(&'a Bare, &'a Notes);

impl Exchange<Machine> for Asking<'_> {
    type Subject = ();
    type Word = ();

    fn office(&self) -> &Office<Machine> {
        &self.0.office
    }

    fn load(&self, _: &dyn Tables, _: &str) -> Result<Option<()>, Fault> {
        Ok(Some(()))
    }

    fn verify(&self, (): &(), said: Said<'_>) -> Result<(), Fault> {
        if said.bytes() == WORD {
            Ok(())
        } else {
            Err(Fault::untrusted("It is not signed."))
        }
    }

    fn apply(&self, _: &dyn Tables, (): &(), (): ()) -> Result<(), Fault> {
        self.1.heard.set(self.1.heard.get() + 1);
        Ok(())
    }

    fn over(&self, _: &dyn Tables, (): &()) -> Result<(), Fault> {
        self.1.gave_up.set(self.1.gave_up.get() + 1);
        Ok(())
    }
}

impl Duties for Asking<'_> {
    async fn perform(&self, job: &Job) -> Result<Next, Fault> {
        match self.0.office.letter_of(job)? {
            Some(letter) => self.ask(&letter, job).await,
            None => Ok(Next::Done),
        }
    }
}

fn drain(party: &Bare, notes: &Notes) {
    block_on(party.office.wake(&Asking(party, notes)));
}

/// When the letter is sent next.
fn next_letter(party: &Bare) -> Option<u64> {
    due::time_of(party.office.tables(), due::LETTER, "request/r").unwrap()
}

fn scene() -> (World, Rc<Bare>, Rc<Listener>) {
    let mut world = World::new();
    let party = world.start_bare(Role::Issuer, "issuer.localhost");
    block_on(party.office.bootstrap()).unwrap();
    let listener = Listener::new();
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
                give_up_at_ms: office.now_ms() + HOUR_MS,
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
    assert_eq!(notes.heard.get(), 1);
    assert_eq!(next_letter(&party), None);
}

#[test]
fn a_retry_says_the_same_bytes_and_waits_longer_each_time() {
    let (world, party, listener) = scene();
    listener.status.set(503);
    listener.word.replace(Vec::new());
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
    assert_eq!(notes.heard.get(), 0, "a 503 is no answer");
}

#[test]
fn an_answer_counts_by_what_it_says_and_not_by_its_status() {
    let (world, party, listener) = scene();
    let notes = Notes::default();
    listener.word.replace(b"<h1>We are down</h1>".to_vec());
    for status in [200, 201, 400, 403, 404, 409, 429, 500] {
        listener.status.set(status);
        drain(&party, &notes);
        assert_eq!(notes.heard.get(), 0, "{status} is not yet an answer");
        world.clock.set(next_letter(&party).unwrap());
    }
    listener.word.replace(WORD.to_vec());
    listener.status.set(409);
    drain(&party, &notes);
    assert_eq!(notes.heard.get(), 1);
    assert_eq!(next_letter(&party), None);
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
        let mut answer = Response::new(WORD.to_vec());
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
        give_up_at_ms: party.office.now_ms() + HOUR_MS,
    };
    outbox::post(party.office.tables(), &letter, party.office.now_ms()).unwrap();
}

#[test]
fn a_party_that_hangs_does_not_hold_up_letters_to_others() {
    let mut world = World::new();
    let party = world.start_bare(Role::Shop, "shop.localhost");
    block_on(party.office.bootstrap()).unwrap();
    let listener = Listener::new();
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
        notes.heard.get(),
        21,
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
    let listener = Listener::new();
    world.hub.connect("listener.localhost", listener.clone());
    world.hub.cut("listener.localhost", false);
    world.clock.advance(60_000);
    drain(&party, &notes);
    assert_eq!(listener.heard.borrow().len(), 20);
}

#[test]
fn a_letter_that_cannot_be_read_hides_no_other_and_is_stuck_in_the_end() {
    let (world, party, listener) = scene();
    let tables = party.office.tables().clone();
    tables
        .run("UPDATE outbox SET domain = 'no domain'", &[])
        .unwrap();
    let notes = Notes::default();
    let mut wakes = 0;
    while let Some(at) = next_letter(&party) {
        world.clock.set(at.max(world.clock.now_ms()));
        drain(&party, &notes);
        wakes += 1;
        if wakes == 1 {
            post_bytes(&party, "listener.localhost", "readable");
            drain(&party, &notes);
            assert_eq!(listener.heard.borrow().len(), 1);
        }
    }
    assert_eq!(wakes, 16);
    let backlog = due::backlog(&tables, world.clock.now_ms()).unwrap();
    assert_eq!((backlog.stuck, backlog.letters), (1, 1));
    tables
        .run("UPDATE outbox SET domain = 'listener.localhost'", &[])
        .unwrap();
    assert_eq!(due::retry_stuck(&tables, world.clock.now_ms()).unwrap(), 1);
    drain(&party, &notes);
    assert_eq!(listener.heard.borrow().len(), 2);
}

#[test]
fn the_alarm_is_set_with_what_it_is_for_and_rolls_back_with_it() {
    let (world, party, _listener) = scene();
    let office = &party.office;
    drain(&party, &Notes::default());
    let rest = office.tables().alarm().unwrap().unwrap();
    assert!(rest > office.now_ms());
    let to = crate::support::domain("listener.localhost");
    let letter = NewLetter {
        kind: "note",
        reference: "n",
        to: &to,
        path: "/v1/notes",
        content: Content::Bytes(vec![1]),
        give_up_at_ms: office.now_ms() + HOUR_MS,
    };
    let undone = office.transaction(|tables| {
        outbox::post(tables, &letter, office.now_ms())?;
        Err::<(), _>(Fault::internal())
    });
    assert!(undone.is_err());
    assert_eq!(office.tables().alarm().unwrap(), Some(rest));
    let mut finished = false;
    for writes in 0..20 {
        office.tables().fail_after(writes);
        let posted = office.transaction(|tables| outbox::post(tables, &letter, office.now_ms()));
        office.tables().mend();
        let alarm = office.tables().alarm().unwrap();
        let expected = posted.as_ref().map_or(rest, |()| office.now_ms());
        assert_eq!(alarm, Some(expected), "cut after {writes}");
        finished = posted.is_ok();
        if finished {
            break;
        }
    }
    assert!(finished);
    drop(world);
}

/// While it is asked, time passes and another letter is posted.
struct Tarpit {
    clock: tallystick_parties::native::SetClock,
    asker: RefCell<Option<Rc<Bare>>>,
    other: Rc<Listener>,
    heard: Cell<u32>,
}

impl Party for Tarpit {
    async fn serve(&self, _: Incoming) -> Answer {
        self.heard.set(self.heard.get() + 1);
        let mut looks = 0;
        core::future::poll_fn(|context| {
            looks += 1;
            self.clock.advance(1_000);
            if looks == 3
                && let Some(asker) = self.asker.take()
            {
                let office = &asker.office;
                let to = crate::support::domain("listener.localhost");
                let letter = NewLetter {
                    kind: "note",
                    reference: "meanwhile",
                    to: &to,
                    path: "/v1/notes",
                    content: Content::Bytes(vec![2]),
                    give_up_at_ms: office.now_ms() + HOUR_MS,
                };
                let now_ms = office.now_ms();
                let posted = office.transaction(|tables| outbox::post(tables, &letter, now_ms));
                posted.unwrap();
            }
            if looks > 40 {
                return core::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            core::task::Poll::Pending
        })
        .await;
        assert_eq!(
            self.other.heard.borrow().len(),
            1,
            "what was posted meanwhile has left"
        );
        Response::new(WORD.to_vec())
    }

    async fn wake(&self) {}
}

#[test]
fn a_letter_is_never_on_its_way_twice_and_one_posted_meanwhile_waits_for_nobody() {
    let mut world = World::new();
    let party = world.start_bare(Role::Shop, "shop.localhost");
    block_on(party.office.bootstrap()).unwrap();
    let listener = Listener::new();
    world.hub.connect("listener.localhost", listener.clone());
    let tarpit = Rc::new(Tarpit {
        clock: world.clock.clone(),
        asker: RefCell::new(Some(party.clone())),
        other: listener,
        heard: Cell::new(0),
    });
    world.hub.connect("tarpit.localhost", tarpit.clone());
    post_bytes(&party, "tarpit.localhost", "slow");
    let notes = Notes::default();
    drain(&party, &notes);
    assert_eq!((tarpit.heard.get(), notes.heard.get()), (1, 2));
}
