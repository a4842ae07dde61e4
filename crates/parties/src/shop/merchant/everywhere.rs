//! With shards: an order is looked for at each of the shop's objects, and what lists say is put together, as for the
//! console. Nothing of an order is copied to the office for it.

use http::StatusCode;
use serde_json::{Map, Value as Json};

use crate::office::fault::{Fault, Kind};
use crate::office::http::{self as web, Answer, Incoming};
use crate::ports::Ports;
use crate::shop::Shop;

/// A list that is put together: its name in the answer, and where a line stands in it; the greatest is first.
pub(super) struct List {
    /// Its name in the answer.
    pub name: &'static str,
    /// Where a line stands: what its page's `before` says, if the next one begins behind it.
    pub place: fn(&Json) -> String,
}

impl<P: Ports> Shop<P> {
    /// Whether this is the office of a shop with shards, and nobody asks for one of them.
    fn is_asked_for_all(&self, request: &Incoming) -> Result<bool, Fault> {
        let names_one = crate::office::siblings::names_one(request);
        Ok(!names_one && !self.office.is_shard() && !self.office.spread()?.shards.is_none())
    }

    /// The answer of whichever object has what a request is about: this one, by `own`, or another.
    ///
    /// # Errors
    /// Those of `own`; [`Kind::Unreachable`] if an object did not answer and none of the others has it.
    pub(super) async fn by_whoever_has_it(
        &self,
        request: &Incoming,
        own: Result<Answer, Fault>,
    ) -> Result<Answer, Fault> {
        match &own {
            Err(fault) if fault.kind == Kind::NotFound && self.is_asked_for_all(request)? => {}
            _ => return own,
        }
        let answers = self.office.every_shard(request).await;
        let is_silent = answers.iter().any(|(_, answer)| answer.is_none());
        let mut heard = answers.into_iter().filter_map(|(_, answer)| answer);
        match heard.find(|answer| answer.status() != StatusCode::NOT_FOUND) {
            Some(answer) => Ok(answer),
            None if is_silent => Err(silent()),
            None => own,
        }
    }

    /// A list of this object's, or at the office of all objects': the first `limit` lines.
    ///
    /// # Errors
    /// Those of another object; [`Kind::Unreachable`] if one did not answer: a list from which something is missing
    /// would look like a whole one.
    pub(super) async fn from_all(
        &self,
        request: &Incoming,
        (list, limit): (&List, usize),
        own: Answer,
    ) -> Result<Answer, Fault> {
        if !self.is_asked_for_all(request)? {
            return Ok(own);
        }
        let mut lines = Vec::new();
        let mut has_more = take(list, &own, &mut lines);
        for (_, answer) in self.office.every_shard(request).await {
            let answer = answer.ok_or_else(silent)?;
            if answer.status() != StatusCode::OK {
                return Ok(answer);
            }
            has_more |= take(list, &answer, &mut lines);
        }
        lines.sort_by_cached_key(|line| core::cmp::Reverse((list.place)(line)));
        has_more |= lines.len() > limit;
        lines.truncate(limit);
        let next = lines.last().filter(|_| has_more).map(list.place);
        let mut whole = Map::from_iter([(list.name.to_owned(), Json::Array(lines))]);
        if let Some(next) = next {
            whole.insert("next".to_owned(), next.into());
        }
        Ok(web::json(StatusCode::OK, &whole))
    }
}

/// Adds the lines of an answer; whether there are more behind them.
fn take(list: &List, answer: &Answer, lines: &mut Vec<Json>) -> bool {
    let mut said: Map<String, Json> = serde_json::from_slice(answer.body()).unwrap_or_default();
    if let Some(Json::Array(more)) = said.get_mut(list.name) {
        lines.append(more);
    }
    said.contains_key("next")
}

fn silent() -> Fault {
    Fault::new(
        Kind::Unreachable,
        "Not every shard has answered. It is safe to ask again.",
    )
}
