//! Metrics of a party of many objects on one page: the office's samples, and below them each shard's under a
//! label `object`, so that nothing is summed here that a monitoring system sums better, and an alarm says where.

use core::fmt::Write as _;
use std::collections::BTreeMap;

use crate::office::http::Answer;
use crate::office::place::Place;

/// A metric: its two lines of comment, and its samples.
#[derive(Default)]
struct Family<'a> {
    about: Vec<&'a str>,
    samples: Vec<String>,
}

/// The office's page, with what each shard said. `None`: that shard did not answer.
pub(super) fn whole(office: &Answer, shards: &[(Place, Option<Answer>)]) -> Answer {
    let mut families = BTreeMap::new();
    let own = core::str::from_utf8(office.body()).unwrap_or_default();
    read(&mut families, own, None);
    let mut silent = 0;
    for (place, answer) in shards {
        let text = answer.as_ref().map(Answer::body);
        match text.and_then(|bytes| core::str::from_utf8(bytes).ok()) {
            Some(text) => read(&mut families, text, Some(*place)),
            None => silent += 1,
        }
    }
    let mut page = String::new();
    for Family { about, samples } in families.into_values() {
        for line in about {
            let _ = writeln!(page, "{line}");
        }
        for sample in samples {
            let _ = writeln!(page, "{sample}");
        }
    }
    let _ = writeln!(
        page,
        "# HELP tallystick_shards_silent Shards that did not answer when they were asked.\n\
         # TYPE tallystick_shards_silent gauge\n\
         tallystick_shards_silent {silent}"
    );
    let mut answer = office.clone();
    *answer.body_mut() = page.into_bytes();
    answer
}

/// Adds the samples of one object's page to the families, each family by its name.
fn read<'a>(families: &mut BTreeMap<&'a str, Family<'a>>, page: &'a str, of: Option<Place>) {
    for line in page.lines() {
        if let Some(comment) = line.strip_prefix("# ") {
            let name = comment.split(' ').nth(1).unwrap_or_default();
            let family = families.entry(name).or_default();
            // Every object says the same of it.
            if family.about.len() < 2 {
                family.about.push(line);
            }
        } else {
            let name = line.split(['{', ' ']).next().unwrap_or_default();
            let family = families.entry(name).or_default();
            family
                .samples
                .push(of.map_or(line.to_owned(), |place| labelled(line, place)));
        }
    }
}

/// A sample with the object's name as a label more.
fn labelled(sample: &str, place: Place) -> String {
    if let Some((name, rest)) = sample.split_once('{') {
        return format!("{name}{{object=\"{place}\",{rest}");
    }
    let (name, number) = sample.rsplit_once(' ').unwrap_or((sample, ""));
    format!("{name}{{object=\"{place}\"}} {number}")
}
