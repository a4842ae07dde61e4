//! What an operator asks of a party as a whole: the office asks its shards, at most so many at once, and puts
//! together what they say. Nothing of a shard's orders is copied to the office for it.

use futures_util::StreamExt as _;
use futures_util::stream;
use http::StatusCode;
use serde_json::Value as Json;

use crate::office::Office;
use crate::office::fault::Fault;
use crate::office::http::{Answer, Incoming};
use crate::office::place::Place;
use crate::office::readiness::{KEY_WANTED, Reason};
use crate::ports::{Ports, Siblings as _};

/// How many shards are asked side by side.
pub(crate) const AT_ONCE: usize = 16;
/// How long what the shards said of their readiness is said again, in milliseconds: whoever asks how the
/// office is does not wake 256 objects each time.
const READINESS_MS: u64 = 60_000;

/// What was heard of the shards' readiness, and until when it is said again (milliseconds since 1970).
#[derive(Clone, Default)]
pub(crate) struct ShardsReady {
    until_ms: u64,
    /// Why shards are not ready, each reason with its shard's name before it.
    pub(crate) reasons: Vec<Reason>,
    /// Whether one of them may want the sealing key of before, or did not say.
    pub(crate) want_key_before: bool,
}

impl<P: Ports> Office<P> {
    /// Has every object beside the office answer an operator's request, as the office did: each sees for itself whether the
    /// operator may ask. `None`: it did not answer.
    pub(crate) async fn every_shard(&self, request: &Incoming) -> Vec<(Place, Option<Answer>)> {
        let Ok(spread) = self.spread() else {
            return Vec::new();
        };
        let ask = |place: Place| async move {
            let asked = for_shard(request, place)?;
            let answer = self.ports.siblings().ask(place, asked).await;
            Ok::<_, Fault>((place, answer.ok()))
        };
        let places = Place::beside_the_office(self.settings.role, spread.shards);
        let asked = stream::iter(places.map(ask)).buffered(AT_ONCE);
        let answers: Vec<_> = asked.collect().await;
        answers.into_iter().flatten().collect()
    }

    /// How ready the shards are; asked for once a minute.
    pub(crate) async fn shards_readiness(&self, request: &Incoming) -> ShardsReady {
        if self.is_shard() || crate::office::siblings::names_one(request) {
            return ShardsReady::default();
        }
        let now_ms = self.now_ms();
        {
            let before = self.shards_ready.borrow();
            if now_ms < before.until_ms {
                return before.clone();
            }
        }
        let answers = self.every_shard(request).await;
        let mut heard = answers.iter().map(|(_, answer)| answer.as_ref());
        let want_key_before = heard.any(|answer| answer.is_none_or(wants_key_before));
        let reasons = answers
            .into_iter()
            .flat_map(|(place, answer)| match answer {
                Some(answer) => said_of(place, &answer),
                None => vec![silent(place)],
            });
        let ready = ShardsReady {
            until_ms: now_ms.saturating_add(READINESS_MS),
            reasons: reasons.collect(),
            want_key_before,
        };
        self.shards_ready.replace(ready.clone());
        ready
    }
}

fn silent(place: Place) -> Reason {
    Reason::new("shard-silent", format!("{place} does not answer."))
}

/// Whether a shard's own answer says that it may want the sealing key of before, or does not say that it does not.
fn wants_key_before(answer: &Answer) -> bool {
    let json: Json = serde_json::from_slice(answer.body()).unwrap_or_default();
    let said = json.get("sealing_key_before").and_then(Json::as_str);
    said.is_none_or(|said| said == KEY_WANTED)
}

/// The reasons in a shard's own answer.
fn said_of(place: Place, answer: &Answer) -> Vec<Reason> {
    if answer.status() == StatusCode::OK {
        return Vec::new();
    }
    let json: Json = serde_json::from_slice(answer.body()).unwrap_or_default();
    let Some(reasons) = json.get("reasons").and_then(Json::as_array) else {
        return vec![silent(place)];
    };
    let sentences = reasons
        .iter()
        .filter_map(|reason| reason.get("sentence")?.as_str());
    sentences
        .map(|sentence| Reason::new("shard", format!("{place}: {sentence}")))
        .collect()
}

/// The same request, for this shard.
fn for_shard(request: &Incoming, place: Place) -> Result<Incoming, Fault> {
    let name = place.short_name();
    let (path, query) = (request.uri().path(), request.uri().query());
    let query = query.map_or(String::new(), |query| format!("{query}&"));
    let authority = request
        .uri()
        .authority()
        .map_or("", |authority| authority.as_str());
    let mut asked = request.clone();
    let uri = format!("https://{authority}{path}?{query}shard={name}");
    *asked.uri_mut() = uri.parse().map_err(|_| Fault::internal())?;
    Ok(asked)
}
