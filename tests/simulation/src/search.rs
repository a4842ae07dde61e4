//! Searches bytes for something in every usual spelling.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use data_encoding::{BASE64, BASE64URL, HEXLOWER, HEXUPPER};
use memchr::memmem;

/// Whether `haystack` holds `needle` in clear, hexadecimal, base64 or base64url.
#[must_use]
pub fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    spellings(needle)
        .iter()
        .any(|spelling| memmem::find(haystack, spelling).is_some())
}

/// Looks for several needles at once, in the same spellings.
pub(crate) struct Searcher<'a> {
    needles: Vec<&'a [u8]>,
    spellings: AhoCorasick,
    /// Of which needle each spelling is.
    of: Vec<usize>,
}

impl<'a> Searcher<'a> {
    pub(crate) fn new(needles: impl IntoIterator<Item = &'a Vec<u8>>) -> Self {
        let needles: Vec<_> = needles.into_iter().map(Vec::as_slice).collect();
        let spelt = |(of, needle): (usize, &&[u8])| {
            let spellings = spellings(needle).into_iter();
            spellings.map(move |spelling| (of, spelling))
        };
        let (of, all): (Vec<_>, Vec<_>) = needles.iter().enumerate().flat_map(spelt).unzip();
        Self {
            needles,
            spellings: AhoCorasick::new(all).unwrap(),
            of,
        }
    }

    /// Those that `haystack` holds.
    pub(crate) fn held_by(&self, haystack: &[u8]) -> BTreeSet<&'a [u8]> {
        let found = self.spellings.find_overlapping_iter(haystack);
        found
            .map(|found| self.needles[self.of[found.pattern().as_usize()]])
            .collect()
    }
}

/// The needle itself, its hexadecimal digits in both cases, and the middle of its base64 at each of
/// the three places at which it can begin.
fn spellings(needle: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![
        needle.to_vec(),
        HEXLOWER.encode(needle).into_bytes(),
        HEXUPPER.encode(needle).into_bytes(),
    ];
    for shift in 0..3 {
        let shifted = [&vec![0; shift][..], needle].concat();
        // Characters that mix in what stands before or after the needle are cut off.
        let whole = (shifted.len() / 3) * 4;
        let start = if shift == 0 { 0 } else { 4 };
        for alphabet in [&BASE64, &BASE64URL] {
            let text = alphabet.encode(&shifted).into_bytes();
            if whole > start + 4 {
                all.push(text[start..whole].to_vec());
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_finds_every_spelling() {
        let needle = b"Narai-juku, Shiojiri";
        for before in 0..3 {
            let text = [&b"xyz"[..before], needle, b" and more"].concat();
            for encoded in [
                text.clone(),
                HEXLOWER.encode(&text).into_bytes(),
                HEXUPPER.encode(&text).into_bytes(),
                BASE64.encode(&text).into_bytes(),
                BASE64URL.encode(&text).into_bytes(),
            ] {
                let noise = [b"....".to_vec(), encoded, b"....".to_vec()].concat();
                assert!(holds(&noise, needle));
                let needles = [b"Shiojiri".to_vec(), needle.to_vec(), b"Kiso".to_vec()];
                let held = Searcher::new(&needles).held_by(&noise);
                assert!(held.contains(&needle[..]) && !held.contains(&b"Kiso"[..]));
            }
        }
        assert!(!holds(b"Narai-juku, Shiojirx and more", needle));
    }
}
