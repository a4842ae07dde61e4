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
    /// What every object has to hear.
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
    /// What `handle` fails with; [`Kind::Unreachable`] if a command was not taken by every shard: it is safe
    /// to send it again.
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
            Err(fault) if part == Part::Order && fault.kind == Kind::NotFound => None,
            other => Some(other?),
        };
        if let (Part::Order, Some(answer)) = (part, answer.as_ref()) {
            return Ok(answer.clone());
        }
        let answers = self.every_shard(&own).await;
        let answers = answers.into_iter().map(said);
        let answers: Vec<_> = answers.collect();
        if let (Part::Metrics, Some(answer)) = (part, &answer) {
            return Ok(metrics_merged::whole(answer, &answers));
        }
        let count = answers.len();
        let heard: Vec<Answer> = answers.into_iter().filter_map(|(_, said)| said).collect();
        match (part, answer) {
            (Part::Order, _) => heard.into_iter().next().ok_or_else(Fault::not_found),
            (Part::Command, Some(answer)) if heard.len() == count => Ok(answer),
            (Part::Command, _) => {
                let again = "Not every shard has taken it. It is safe to send it again.";
                Err(Fault::new(Kind::Unreachable, again))
            }
            (Part::File, Some(answer)) => file(&answer, &heard),
            (Part::Overview, Some(answer)) => Ok(overview(&answer, &heard)),
            (Part::Metrics, _) | (_, None) => Err(Fault::internal()),
        }
    }
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

/// Adds each table's rows to those of its name. A command is noted by every object that took it, and
/// shown once: by the office, where it came in.
fn extend(tables: &mut Vec<Json>, more: Vec<Json>) {
    for table in more.into_iter().filter(|table| table["name"] != "journal") {
        let same = tables.iter_mut().find(|own| own["name"] == table["name"]);
        match (same, &table["rows"]) {
            (Some(own), Json::Array(rows)) => {
                if let Some(own) = own["rows"].as_array_mut() {
                    own.extend(rows.iter().cloned());
                }
            }
            _ => tables.push(table),
        }
    }
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
