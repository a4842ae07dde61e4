//! One console over all objects of a party: what each of them says of its own orders, put together where it is
//! asked for. A page of lines is the newest of what the objects have, so that it and the next one are what one
//! object would show.

use core::cmp::Reverse;

use http::{Method, StatusCode};
use serde_json::{Map, Value as Json};

use super::csv::FILE_LINES;
use super::lines::LINES;
use super::metrics_merged;
use crate::office::Office;
use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::office::place::Place;
use crate::ports::Ports;

/// What of a console is put together, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Overview,
    /// One order, which one object has.
    Order,
    File,
    Metrics,
    /// What every object has to hear, or the one that has what it is about.
    Command,
}

fn part_of(request: &Incoming) -> Option<Part> {
    let mut segments = crate::office::routes::segments(request.uri().path());
    let path = [segments.next(), segments.next(), segments.next()];
    let is_read = request.method() == Method::GET;
    match (path, segments.next()) {
        ([Some("v1"), Some("console"), None], None) if is_read => Some(Part::Overview),
        ([Some("v1"), Some("console"), Some("orders.csv")], None) if is_read => Some(Part::File),
        ([Some("v1"), Some("metrics"), None], None) if is_read => Some(Part::Metrics),
        ([Some("v1"), Some("console"), Some("orders")], Some(_)) if is_read => Some(Part::Order),
        ([Some("v1"), Some("console"), Some("commands" | "operators")], None) => {
            Some(Part::Command)
        }
        _ => None,
    }
}

impl<P: Ports> Office<P> {
    /// Answers an operator's request for all objects of this party, if it is one of those that are put
    /// together and names no shard; everything else as `handle` does.
    ///
    /// # Errors
    /// What `handle` fails with; of a command what a shard fails with, or [`Kind::Unreachable`] if one of them did
    /// not answer: it is safe to send it again.
    pub(crate) async fn console_of_all(
        &self,
        request: &Incoming,
        handle: impl AsyncFnOnce(&Incoming) -> Result<Answer, Fault>,
    ) -> Result<Answer, Fault> {
        let names_one = crate::office::siblings::names_one(request);
        let Some(part) = part_of(request).filter(|_| !names_one) else {
            return handle(request).await;
        };
        // Each object knows only whether its own part is new.
        let mut own = request.clone();
        own.headers_mut().remove(http::header::IF_NONE_MATCH);
        let answer = match handle(&own).await {
            Err(fault)
                if matches!(part, Part::Order | Part::Command) && fault.kind == Kind::NotFound =>
            {
                None
            }
            other => Some(other?),
        };
        if let (Part::Order, Some(answer)) = (part, answer.as_ref()) {
            return Ok(answer.clone());
        }
        let answers = self.every_shard(&own).await;
        if part == Part::Command {
            return obeyed(answer, answers);
        }
        let answers = answers.into_iter().map(said);
        let answers: Vec<_> = answers.collect();
        if let (Part::Metrics, Some(answer)) = (part, &answer) {
            return Ok(metrics_merged::whole(answer, &answers));
        }
        let heard: Vec<Answer> = answers.into_iter().filter_map(|(_, said)| said).collect();
        match (part, answer) {
            (Part::Order, _) => heard.into_iter().next().ok_or_else(Fault::not_found),
            (Part::File, Some(answer)) => file(&answer, &heard),
            (Part::Overview, Some(answer)) => Ok(overview(&answer, &heard)),
            (Part::Metrics | Part::Command, _) | (_, None) => Err(Fault::internal()),
        }
    }
}

/// What came of a command. Who does not have what it is about says so, and that is all right as long as somebody
/// has it.
fn obeyed(own: Option<Answer>, others: Vec<(Place, Option<Answer>)>) -> Result<Answer, Fault> {
    let mut done = own;
    for (_, answer) in others {
        let Some(answer) = answer else {
            let again = "Not every shard has answered. It is safe to send it again.";
            return Err(Fault::new(Kind::Unreachable, again));
        };
        match answer.status() {
            StatusCode::OK => done = done.or(Some(answer)),
            StatusCode::NOT_FOUND => {}
            _ => return Ok(answer),
        }
    }
    done.ok_or_else(Fault::not_found)
}

/// A shard's answer, if it is one.
fn said((place, answer): (Place, Option<Answer>)) -> (Place, Option<Answer>) {
    (
        place,
        answer.filter(|answer| answer.status() == StatusCode::OK),
    )
}

fn json(answer: &Answer) -> Map<String, Json> {
    serde_json::from_slice(answer.body()).unwrap_or_default()
}

fn overview(own: &Answer, others: &[Answer]) -> Answer {
    let mut whole = json(own);
    let others: Vec<_> = others.iter().map(json).collect();
    let mut has_more = !whole.get("next").is_none_or(Json::is_null);
    for other in others {
        has_more |= !other.get("next").is_none_or(Json::is_null);
        for (name, value) in other {
            match (name.as_str(), whole.get_mut(&name), value) {
                ("lines", Some(Json::Array(lines)), Json::Array(more)) => lines.extend(more),
                ("counters", Some(Json::Object(sums)), Json::Object(more)) => add(sums, more),
                ("tables", Some(Json::Array(tables)), Json::Array(more)) => extend(tables, more),
                ("newest", Some(newest), value) if age(&value) < age(newest) => *newest = value,
                _ => {}
            }
        }
    }
    if let Some(Json::Array(lines)) = whole.get_mut("lines") {
        lines.sort_by_cached_key(age);
        has_more |= lines.len() > LINES;
        lines.truncate(LINES);
        let last = lines.last().filter(|_| has_more);
        let next = last.map_or(Json::Null, |line| {
            let (Reverse(at), Reverse(order)) = age(line);
            format!("{at}-{order}").into()
        });
        whole.insert("next".to_owned(), next);
    }
    web::json(StatusCode::OK, &whole)
}

/// Where an order's line stands: the newest first.
fn age(line: &Json) -> (Reverse<u64>, Reverse<String>) {
    let at = line.get("received_at").and_then(Json::as_u64);
    let order = line.get("order_id").and_then(Json::as_str);
    (
        Reverse(at.unwrap_or_default()),
        Reverse(order.unwrap_or_default().to_owned()),
    )
}

fn add(sums: &mut Map<String, Json>, more: Map<String, Json>) {
    for (name, value) in more {
        let number = |value: &Json| value.as_u64().unwrap_or_default();
        let sum = sums.get(&name).map_or(0, number) + number(&value);
        sums.insert(name, sum.into());
    }
}

/// Adds each table's rows to those of its name.
fn extend(tables: &mut Vec<Json>, more: Vec<Json>) {
    for table in more {
        let same = tables.iter_mut().find(|own| own["name"] == table["name"]);
        match (same, &table["rows"]) {
            (Some(own), Json::Array(rows)) => {
                let is_journal = table["name"] == "journal";
                match own["rows"].as_array_mut() {
                    Some(own) if is_journal => note(own, rows),
                    Some(own) => own.extend(rows.iter().cloned()),
                    None => {}
                }
            }
            _ => tables.push(table),
        }
    }
}

/// Adds a journal's lines, newest first. A command that every object took stands in the office's own already.
fn note(journal: &mut Vec<Json>, more: &[Json]) {
    let said = |line: &Json| {
        line.as_array()
            .and_then(|cells| cells.get(1..).map(<[_]>::to_vec))
    };
    let new = more.iter().filter(|line| {
        let is_the_same = |noted: &Json| said(noted) == said(line);
        !journal.iter().any(is_the_same)
    });
    let new: Vec<_> = new.cloned().collect();
    journal.extend(new);
    journal.sort_by_key(|line| Reverse(line[0]["time"].as_u64()));
}

/// The rows of all files, newest first: they begin with time and number.
fn file(own: &Answer, others: &[Answer]) -> Result<Answer, Fault> {
    let text = |answer: &Answer| String::from_utf8_lossy(answer.body()).into_owned();
    let own_text = text(own);
    let mut lines = own_text.lines();
    let head = lines.next().unwrap_or_default();
    let mut rows: Vec<String> = lines.map(str::to_owned).collect();
    let mut is_cut = rows.len() >= FILE_LINES;
    for other in others {
        let before = rows.len();
        rows.extend(text(other).lines().skip(1).map(str::to_owned));
        is_cut |= rows.len() - before >= FILE_LINES;
    }
    if is_cut || rows.len() > FILE_LINES {
        let less = "These are too many lines for one file: ask for less with from= and until=.";
        return Err(Fault::new(Kind::TooLarge, less));
    }
    rows.sort_unstable_by(|one, other| other.cmp(one));
    let mut text = format!("{head}\r\n");
    for row in rows {
        text.push_str(&row);
        text.push_str("\r\n");
    }
    let mut answer = own.clone();
    *answer.body_mut() = text.into_bytes();
    Ok(answer)
}
