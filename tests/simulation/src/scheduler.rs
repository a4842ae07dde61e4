//! The one event queue, the virtual clock, and the tasks that run on it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use tallystick_parties::native::SetClock;
use tallystick_parties::ports::Clock as _;

type Job = Box<dyn FnOnce()>;
type Work = Pin<Box<dyn Future<Output = ()>>>;

/// Tasks that can go on, in the order in which they were woken.
#[derive(Default)]
struct Ready(Mutex<VecDeque<u64>>);

impl Ready {
    fn push(&self, task: u64) {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.push_back(task);
    }

    fn pop(&self) -> Option<u64> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.pop_front()
    }
}

struct Bell {
    task: u64,
    ready: Arc<Ready>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ready.push(self.task);
    }
}

/// Whose task it is, in which of its lives: a crash ends all tasks of one life.
pub(crate) type Owner = (&'static str, u32);

/// What everything that happens happens on.
pub(crate) struct Scheduler {
    pub(crate) clock: SetClock,
    numbers: Cell<u64>,
    jobs: RefCell<BTreeMap<(u64, u64), Job>>,
    tasks: RefCell<BTreeMap<u64, (Owner, Work)>>,
    dead: RefCell<BTreeSet<Owner>>,
    ready: Arc<Ready>,
}

impl Scheduler {
    pub(crate) fn new(clock: SetClock) -> Self {
        Self {
            clock,
            numbers: Cell::new(0),
            jobs: RefCell::default(),
            tasks: RefCell::default(),
            dead: RefCell::default(),
            ready: Arc::default(),
        }
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    fn number(&self) -> u64 {
        self.numbers.set(self.numbers.get() + 1);
        self.numbers.get()
    }

    /// Does something in so many milliseconds.
    pub(crate) fn after(&self, pause_ms: u64, job: impl FnOnce() + 'static) {
        let at = (self.now_ms() + pause_ms, self.number());
        self.jobs.borrow_mut().insert(at, Box::new(job));
    }

    /// Begins a task.
    pub(crate) fn spawn(&self, owner: Owner, work: impl Future<Output = ()> + 'static) {
        let task = self.number();
        let work: Work = Box::pin(work);
        self.tasks.borrow_mut().insert(task, (owner, work));
        self.ready.push(task);
    }

    /// Whether somebody is at work in this life.
    pub(crate) fn is_busy(&self, owner: Owner) -> bool {
        let tasks = self.tasks.borrow();
        tasks.values().any(|(of, _)| *of == owner)
    }

    /// Ends all tasks of one life, wherever they are.
    pub(crate) fn kill(&self, owner: Owner) {
        self.dead.borrow_mut().insert(owner);
        let mut doomed = Vec::new();
        self.tasks.borrow_mut().retain(|_, (of, work)| {
            let stays = *of != owner;
            if !stays {
                let nothing: Work = Box::pin(async {});
                doomed.push(std::mem::replace(work, nothing));
            }
            stays
        });
        // Dropped only now: a future may do something when it ends.
        drop(doomed);
    }

    /// Waits so many milliseconds.
    pub(crate) async fn sleep(&self, pause_ms: u64) {
        let slot = Slot::default();
        let woken = slot.clone();
        self.after(pause_ms, move || woken.fill(()));
        slot.filled().await;
    }

    /// Goes one step on, unless nothing happens until then. Says whose step it was.
    pub(crate) fn step(&self, until_ms: u64) -> Step {
        if let Some(task) = self.ready.pop() {
            return Step::Task(self.poll(task));
        }
        let next = self.jobs.borrow().keys().next().copied();
        let Some(at) = next.filter(|(at, _)| *at <= until_ms) else {
            return Step::Nothing;
        };
        let job = self.jobs.borrow_mut().remove(&at);
        self.clock.set(at.0.max(self.now_ms()));
        if let Some(job) = job {
            job();
        }
        Step::Job
    }

    fn poll(&self, task: u64) -> Option<Owner> {
        let taken = self.tasks.borrow_mut().remove(&task);
        let (owner, mut work) = taken?;
        let waker = Waker::from(Arc::new(Bell {
            task,
            ready: self.ready.clone(),
        }));
        let outcome = work.as_mut().poll(&mut Context::from_waker(&waker));
        if outcome.is_pending() && !self.dead.borrow().contains(&owner) {
            self.tasks.borrow_mut().insert(task, (owner, work));
        }
        Some(owner)
    }

    /// Drops everything that is under way, so that nothing holds itself any more.
    pub(crate) fn clear(&self) {
        let jobs = std::mem::take(&mut *self.jobs.borrow_mut());
        let tasks = std::mem::take(&mut *self.tasks.borrow_mut());
        drop((jobs, tasks));
    }
}

/// What a step was.
pub(crate) enum Step {
    /// Nothing is due.
    Nothing,
    /// Something that was planned.
    Job,
    /// A task of this owner went on.
    Task(Option<Owner>),
}

/// A place for one value that somebody waits for.
pub(crate) struct Slot<T>(Rc<RefCell<(Option<T>, Option<Waker>)>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(Rc::new(RefCell::new((None, None))))
    }
}

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Slot<T> {
    /// Puts the value there; the first one counts.
    pub(crate) fn fill(&self, value: T) {
        let waker = {
            let mut inner = self.0.borrow_mut();
            if inner.0.is_none() {
                inner.0 = Some(value);
            }
            inner.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Waits for it.
    pub(crate) async fn filled(&self) -> T {
        poll_fn(|context| {
            let mut inner = self.0.borrow_mut();
            match inner.0.take() {
                Some(value) => Poll::Ready(value),
                None => {
                    inner.1 = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }
}
