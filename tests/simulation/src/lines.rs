//! The connections that home browsers hold open to the home proxy: in order and whole, until they are cut, of which
//! either end may hear late or never.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::task::{Poll, Waker};

use http::{Request, StatusCode};
use tallystick_parties::Party as _;
use tallystick_parties::ports::sockets::TAG;
use tallystick_parties::ports::{Network as _, SocketGone, Sockets};

use crate::cast::HOME_PROXY;
use crate::network::SimulatedNetwork;
use crate::town::Town;

/// The connections that one party has.
#[derive(Clone)]
pub(crate) struct Lines {
    town: Weak<Town>,
    ends: Rc<RefCell<BTreeMap<String, Rc<Line>>>>,
}

/// One of them.
pub(crate) struct Line {
    tag: String,
    /// Whose computer is at the other end.
    pub(crate) from: &'static str,
    is_open: Cell<bool>,
    heard: RefCell<VecDeque<Vec<u8>>>,
    waits: RefCell<Option<Waker>>,
    /// When the last message of each direction arrives: none overtakes another.
    arrives_ms: [Cell<u64>; 2],
}

impl Lines {
    pub(crate) fn new(town: Weak<Town>) -> Self {
        Self {
            town,
            ends: Rc::default(),
        }
    }

    /// All that are open.
    pub(crate) fn open(&self) -> Vec<Rc<Line>> {
        self.ends.borrow().values().cloned().collect()
    }

    fn put(&self, line: &Rc<Line>) {
        self.ends
            .borrow_mut()
            .insert(line.tag.clone(), line.clone());
    }

    /// Ends a line without a word to the party.
    pub(crate) fn cut(&self, line: &Line) {
        self.ends.borrow_mut().remove(&line.tag);
        line.end();
    }
}

impl Sockets for Lines {
    fn send(&self, tag: &str, message: &[u8]) -> Result<(), SocketGone> {
        let line = self.ends.borrow().get(tag).cloned().ok_or(SocketGone)?;
        if let Some(town) = self.town.upgrade() {
            town.tell_home(&line, message);
        }
        Ok(())
    }

    fn close(&self, tag: &str) {
        if let Some(line) = self.ends.borrow_mut().remove(tag) {
            line.end();
        }
    }

    async fn wait(&self, milliseconds: u32) {
        if let Some(town) = self.town.upgrade() {
            town.scheduler.sleep(u64::from(milliseconds)).await;
        }
    }
}

impl Line {
    fn end(&self) {
        self.is_open.set(false);
        self.wake();
    }

    fn wake(&self) {
        if let Some(waker) = self.waits.borrow_mut().take() {
            waker.wake();
        }
    }

    fn hear(&self, message: Vec<u8>) {
        self.heard.borrow_mut().push_back(message);
        self.wake();
    }

    /// What the party says next; `None`: the line is cut.
    pub(crate) async fn next(&self) -> Option<Vec<u8>> {
        poll_fn(|context| {
            if let Some(message) = self.heard.borrow_mut().pop_front() {
                return Poll::Ready(Some(message));
            }
            if !self.is_open.get() {
                return Poll::Ready(None);
            }
            *self.waits.borrow_mut() = Some(context.waker().clone());
            Poll::Pending
        })
        .await
    }
}

impl Town {
    /// The connections of the home proxy, if there is one.
    pub(crate) fn lines(&self) -> Option<&Lines> {
        Some(&self.seat(HOME_PROXY)?.machine.sockets)
    }

    /// A home browser connects to the proxy.
    pub(crate) async fn connect(
        &self,
        from: &'static str,
        network: &SimulatedNetwork,
        url: &str,
    ) -> Option<Rc<Line>> {
        let url = url.replace("ws://", "https://").replace(":8787", "");
        let request = Request::get(url).header("upgrade", "websocket");
        let answer = network.send(request.body(Vec::new()).ok()?).await.ok()?;
        let tag = answer.headers().get(TAG)?.to_str().ok()?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return None;
        }
        let line = Rc::new(Line {
            tag: tag.to_owned(),
            from,
            is_open: Cell::new(true),
            heard: RefCell::default(),
            waits: RefCell::default(),
            arrives_ms: [Cell::new(0), Cell::new(0)],
        });
        self.lines()?.put(&line);
        Some(line)
    }

    /// What becomes of a message on a line: the milliseconds that it takes, unless the line is cut by it.
    fn way_of(&self, line: &Line, direction: usize, faults: &mut String) -> Option<u64> {
        if !line.is_open.get() {
            return None;
        }
        let Some(way_ms) = self.way_on_line(line.from, HOME_PROXY, faults) else {
            self.lines()?.cut(line);
            return None;
        };
        let now_ms = self.scheduler.now_ms();
        let arrives_ms = (now_ms + way_ms).max(line.arrives_ms[direction].get() + 1);
        line.arrives_ms[direction].set(arrives_ms);
        Some(arrives_ms - now_ms)
    }

    /// The proxy says something to a home.
    fn tell_home(&self, line: &Rc<Line>, message: &[u8]) {
        let Some(message) = self.thieves.call(self, message) else {
            return;
        };
        let mut faults = String::new();
        let way_ms = self.way_of(line, 0, &mut faults);
        let length = message.len();
        self.note(&format!(
            "{HOME_PROXY} → {}  line, {length} bytes{faults}",
            line.from
        ));
        self.journal.count(0, &message);
        let (Some(way_ms), line) = (way_ms, line.clone()) else {
            return;
        };
        self.scheduler.after(way_ms, move || line.hear(message));
    }

    /// A home says something to the proxy.
    pub(crate) fn tell_proxy(&self, line: &Rc<Line>, message: &[u8]) {
        let Some(message) = self.thieves.reply(message) else {
            return;
        };
        let mut faults = String::new();
        let way_ms = self.way_of(line, 1, &mut faults);
        let length = message.len();
        self.note(&format!(
            "{} → {HOME_PROXY}  line, {length} bytes{faults}",
            line.from
        ));
        self.journal.count(0, &message);
        let (Some(way_ms), line, town) = (way_ms, line.clone(), self.me()) else {
            return;
        };
        self.scheduler.after(way_ms, move || {
            if let Some(town) = town.upgrade() {
                town.hear_from(&line, message);
            }
        });
    }

    fn hear_from(&self, line: &Line, message: Vec<u8>) {
        let Some(seat) = self.seat(HOME_PROXY).filter(|_| line.is_open.get()) else {
            return;
        };
        let Some(party) = seat.running() else {
            return;
        };
        self.record(HOME_PROXY, &message);
        let tag = line.tag.clone();
        self.scheduler.spawn(
            seat.owner(),
            async move { party.message(&tag, &message).await },
        );
    }

    /// A computer is gone, and with it its lines. The proxy hears of it as often as not.
    pub(crate) fn hang_up(&self, from: &str) {
        let Some(seat) = self.seat(HOME_PROXY) else {
            return;
        };
        let lines = seat.machine.sockets.open();
        for line in lines.into_iter().filter(|line| line.from == from) {
            seat.machine.sockets.cut(&line);
            if let Some(party) = seat.running().filter(|_| self.dice.chance(500)) {
                let tag = line.tag.clone();
                self.scheduler
                    .spawn(seat.owner(), async move { party.closed(&tag).await });
            }
        }
    }

    /// The proxy loses its power, and with it every line.
    pub(crate) fn cut_lines_at(&self, name: &str) {
        let Some(seat) = self.seat(name) else {
            return;
        };
        for line in seat.machine.sockets.open() {
            seat.machine.sockets.cut(&line);
        }
    }
}
