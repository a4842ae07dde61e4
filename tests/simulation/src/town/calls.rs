//! What somebody says to somebody, and what becomes of it on the way.

use std::rc::Rc;

use http::{Request, Response};
use tallystick_parties::Party;
use tallystick_parties::office::place::Place;

use super::Town;
use crate::cast::{HOME_PROXY, party_of};
use crate::lies::{self, Heard};
use crate::network::Reply;
use crate::weather::Weather;

/// How long a party that asked waits for an answer, in milliseconds; and how long a holder's computer does.
const PATIENCE_MS: (u64, u64) = (15_000, 20_000);
/// How many of the last messages that somebody heard can be told again.
const HEARD_MAX: usize = 16;

/// One call on its way.
pub(crate) struct Call {
    number: u64,
    from: &'static str,
    to: &'static str,
    what: String,
    reply: Reply,
}

impl Call {
    /// Whether it is between objects of one party.
    fn is_between_siblings(&self) -> bool {
        party_of(self.from) == party_of(self.to)
    }
}

impl Town {
    /// Somebody asks somebody.
    pub(crate) fn call(&self, from: &'static str, mut request: Request<Vec<u8>>, reply: &Reply) {
        if self.is_spent(from) {
            return;
        }
        let to = self.seat_for(&request).map_or("nobody", |seat| seat.name);
        let what = format!("{} {}", request.method(), short(request.uri().path()));
        self.calls.set(self.calls.get() + 1);
        let call = Rc::new(Call {
            number: self.calls.get(),
            from,
            to,
            what,
            reply: reply.clone(),
        });
        let mut faults = String::new();
        if let Some((lie, body)) = self.lie_of(from, request.body()) {
            *request.body_mut() = body;
            faults.push_str(&lie);
        }
        self.overhears(from, to, &request);
        self.send(&call, request, faults);
    }

    /// An object of a party asks another one of it: nobody lies, and nobody cuts them off from each other.
    pub(crate) fn call_sibling(
        &self,
        from: &'static str,
        place: Place,
        request: Request<Vec<u8>>,
        reply: &Reply,
    ) {
        if self.is_spent(from) {
            return;
        }
        let to = self.object(party_of(from), place);
        self.calls.set(self.calls.get() + 1);
        let call = Rc::new(Call {
            number: self.calls.get(),
            from,
            to: to.map_or("nobody", |seat| seat.name),
            what: format!("{} {}", request.method(), short(request.uri().path())),
            reply: reply.clone(),
        });
        self.send(&call, request, String::new());
    }

    /// Lets a call go its way, or several, or none.
    fn send(&self, call: &Rc<Call>, request: Request<Vec<u8>>, mut faults: String) {
        let (from, to, reply) = (call.from, call.to, &call.reply);
        let patience = reply.clone();
        let patience_ms = self.patience_ms(from);
        self.scheduler
            .after(patience_ms, move || patience.fill(None));
        let ways = self.ways(from, to, &mut faults);
        let (request, ways) = self.stolen(call, request, ways, &mut faults);
        let length = request.body().len();
        let Call { number, what, .. } = &**call;
        self.note(&format!(
            "{from} → {to}  #{number} {what}, {length} bytes{faults}"
        ));
        self.journal.count(0, request.body());
        for (index, way_ms) in ways.into_iter().enumerate() {
            let (town, call, request) = (self.me(), call.clone(), request.clone());
            self.scheduler.after(way_ms, move || {
                if let Some(town) = town.upgrade() {
                    town.deliver(&call, request, index == 0);
                }
            });
        }
    }

    /// Whether the home proxy hears it or says it.
    fn is_by_way_of_home(&self, call: &Call) -> bool {
        [call.from, call.to].contains(&HOME_PROXY)
    }

    /// What those make of a request who have the home proxy.
    fn stolen(
        &self,
        call: &Call,
        mut request: Request<Vec<u8>>,
        ways: Vec<u64>,
        faults: &mut String,
    ) -> (Request<Vec<u8>>, Vec<u64>) {
        if !self.is_by_way_of_home(call) {
            return (request, ways);
        }
        let goes = self.thieves.request(&call.what, request.body_mut(), faults);
        (request, if goes { ways } else { Vec::new() })
    }

    fn patience_ms(&self, of: &str) -> u64 {
        let (party, computer) = PATIENCE_MS;
        if self.seat(of).is_some() {
            party
        } else {
            computer
        }
    }

    /// What becomes of messages; of those between objects of one party while there are faults at all.
    fn weather_between(&self, from: &str, to: &str) -> Weather {
        if party_of(from) == party_of(to) && from != to {
            self.siblings.get()
        } else {
            self.weather.get()
        }
    }

    /// How long each copy of a message is under way; a lost one has none.
    fn ways(&self, from: &'static str, to: &'static str, faults: &mut String) -> Vec<u64> {
        let Weather {
            lost,
            doubled,
            delayed,
        } = self.weather_between(from, to);
        let is_outside = party_of(from) != party_of(to);
        let (a, b) = (party_of(from), party_of(to));
        if is_outside && self.cuts.borrow().part(a, b, self.scheduler.now_ms()) {
            faults.push_str("  [cut off]");
            return Vec::new();
        }
        if self.dice.chance(lost) {
            faults.push_str("  [lost]");
            return Vec::new();
        }
        let way = |faults: &mut String| {
            let mut way_ms = self.dice.between(5, 80);
            if self.dice.chance(delayed) {
                let delay_ms = self.dice.between(500, 40_000);
                faults.push_str(&format!("  [delayed {delay_ms} ms]"));
                way_ms += delay_ms;
            }
            way_ms
        };
        let mut ways = vec![way(faults)];
        if self.dice.chance(doubled) {
            faults.push_str("  [doubled]");
            ways.push(way(faults));
        }
        ways
    }

    /// How long a message on a line between these two is under way; `None`: it cuts the line.
    pub(crate) fn way_on_line(
        &self,
        a: &'static str,
        b: &'static str,
        faults: &mut String,
    ) -> Option<u64> {
        let ways = self.ways(a, b, faults);
        // Nothing is doubled on a line.
        ways.first().copied()
    }

    fn lie_of(&self, from: &str, body: &[u8]) -> Option<(String, Vec<u8>)> {
        let (liar, share) = self.liar.get()?;
        let lies = liar == party_of(from) && self.dice.chance(share);
        let seat = self.seat(from).filter(|_| lies)?;
        lies::instead_of(body, &seat.machine.signing, &self.dice)
    }

    fn deliver(&self, call: &Rc<Call>, request: Request<Vec<u8>>, first: bool) {
        let Some(seat) = self.seat(call.to) else {
            return call.reply.fill(None);
        };
        let Some(party) = seat.running() else {
            self.note(&format!("{}  #{} finds nobody", call.to, call.number));
            return call.reply.fill(None);
        };
        let head = format!(
            "{} {:?} {:?}\n",
            call.what,
            request.uri(),
            request.headers()
        );
        self.record(call.to, &[head.as_bytes(), request.body()].concat());
        let (town, call, seat) = (self.me(), call.clone(), seat.clone());
        let is_answered_for = self.is_answered_for(&call);
        if is_answered_for && self.dice.chance(500) {
            // It never comes to the party itself.
            return self.answered(&call, Response::default(), first);
        }
        self.scheduler.spawn(seat.owner(), async move {
            let answer = party.serve(request).await;
            if let Some(town) = town.upgrade()
                && !seat.machine.database.is_spent()
            {
                town.answered(&call, answer, first);
            }
        });
    }

    fn answered(&self, call: &Rc<Call>, mut answer: Response<Vec<u8>>, first: bool) {
        let mut faults = String::new();
        if !call.is_between_siblings() {
            self.spoil(call, &mut answer, &mut faults);
        }
        let mut ways = self.ways(call.to, call.from, &mut faults);
        self.hang(call, &mut ways, &mut faults);
        if self.is_by_way_of_home(call) {
            self.thieves.answer(&call.what, &mut answer, &mut faults);
        }
        let (status, length) = (answer.status().as_u16(), answer.body().len());
        let Call {
            from, to, number, ..
        } = &**call;
        let copy = if first { "" } else { " (to the copy)" };
        self.note(&format!(
            "{to} → {from}  #{number} {status}, {length} bytes{copy}{faults}"
        ));
        self.journal.count(u64::from(status), answer.body());
        // Whoever asked hears only one answer, and none to a copy that it did not send.
        let Some(way_ms) = ways.first().filter(|_| first) else {
            return;
        };
        let (town, call) = (self.me(), call.clone());
        self.scheduler.after(*way_ms, move || {
            if let Some(town) = town.upgrade() {
                let head = format!("{} {:?}\n", answer.status(), answer.headers());
                town.record(call.from, &[head.as_bytes(), answer.body()].concat());
                town.hear(call.from, &answer);
            }
            call.reply.fill(Some(answer));
        });
    }

    /// What whoever answers for a party, or the party itself if it lies, makes of an answer.
    fn spoil(&self, call: &Call, answer: &mut Response<Vec<u8>>, faults: &mut String) {
        if self.is_answered_for(call) {
            let (what, worthless) = lies::worthless(&self.dice, &self.heard_by(call.from));
            *answer = worthless;
            faults.push_str(&format!("  [somebody else: {what}]"));
        } else if let Some(body) = self.disowning(call.to, answer.body()) {
            *answer.body_mut() = body;
            faults.push_str("  [lie: it came to nothing]");
        } else if let Some((lie, body)) = self.lie_of(call.to, answer.body()) {
            *answer.body_mut() = body;
            faults.push_str(&lie);
        } else if self.lies_outright(call.to) {
            let (what, worthless) = lies::worthless(&self.dice, &self.heard_by(call.from));
            *answer = worthless;
            faults.push_str(&format!("  [lie: {what}]"));
        }
    }

    /// Too late or never, if the party hangs.
    fn hang(&self, call: &Call, ways: &mut Vec<u64>, faults: &mut String) {
        let to = party_of(call.to);
        let hangs = self.cuts.borrow().hangs(to, self.scheduler.now_ms());
        if !hangs || call.is_between_siblings() {
            return;
        }
        faults.push_str("  [hangs]");
        ways.clear();
        if self.dice.chance(500) {
            let late_ms = self.dice.between(500, 60_000);
            ways.push(self.patience_ms(call.from) + late_ms);
        }
    }

    fn is_answered_for(&self, call: &Call) -> bool {
        let (to, now_ms) = (party_of(call.to), self.scheduler.now_ms());
        !call.is_between_siblings() && self.cuts.borrow().is_answered_for(to, now_ms)
    }

    /// A shop that lies says of a few orders that they came to nothing, and goes on.
    fn disowning(&self, who: &str, body: &[u8]) -> Option<Vec<u8>> {
        let (liar, share) = self.liar.get()?;
        let seat = self.seat(who).filter(|seat| liar == seat.party)?;
        let lies = self.dice.chance(share);
        lies::disowned(body, &seat.machine.signing, &self.dice).filter(|_| lies)
    }

    fn hear(&self, who: &'static str, answer: &Response<Vec<u8>>) {
        let kind = answer.headers().get("content-type");
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/c") {
            return;
        }
        let mut heard = self.heard.borrow_mut();
        let heard = heard.entry(who).or_default();
        heard.push_back((kind.to_owned(), answer.body().clone()));
        if heard.len() > HEARD_MAX {
            heard.pop_front();
        }
    }

    pub(crate) fn heard_by(&self, who: &str) -> Vec<Heard> {
        let heard = self.heard.borrow();
        heard
            .get(who)
            .map(|heard| heard.iter().cloned().collect())
            .unwrap_or_default()
    }

    fn lies_outright(&self, who: &str) -> bool {
        self.liar
            .get()
            .is_some_and(|(liar, share)| liar == party_of(who) && self.dice.chance(share / 4))
    }

    pub(crate) fn record(&self, by: &'static str, bytes: &[u8]) {
        if self.seat(by).is_some() {
            let mut received = self.received.borrow_mut();
            received.entry(by).or_default().extend_from_slice(bytes);
        }
    }
}

/// A path whose long hexadecimal names are cut, so that lines can be read.
fn short(path: &str) -> String {
    let cut = |part: &str| match part.get(..8) {
        Some(begin) if part.len() > 32 => format!("{begin}…"),
        _ => part.to_owned(),
    };
    path.split('/').map(cut).collect::<Vec<_>>().join("/")
}
