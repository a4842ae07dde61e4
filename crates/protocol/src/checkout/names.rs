//! What a shop calls a thing, in the languages of those who read it.

use alloc::string::String;
use minicbor::Encode;
use tallystick_codec::DecodeMap;

use crate::wire::text::is_plain;

/// Most languages in which one thing has a name.
pub const LANGUAGES_MAX: usize = 8;
/// The language of what has no other name: where there is a name in it, that is the one for everybody else.
pub const DEFAULT_LANGUAGE: &str = "en";

/// A text in one language.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct LocalText {
    /// The language as [`is_language`] has it, such as `ja`.
    #[n(0)]
    pub language: String,
    /// The text.
    #[n(1)]
    pub text: String,
}

/// Whether this names a language: two or three letters, and after them the script (four letters) and the region (two
/// letters, or three digits) if they matter, written as is usual: `en`, `pt-BR`, `zh-Hant` (RFC 5646 §2.1 and §2.1.1).
#[must_use]
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    let language = parts.next().unwrap_or_default();
    if !(2..=3).contains(&language.len()) || !language.bytes().all(|c| c.is_ascii_lowercase()) {
        return false;
    }
    let mut next = parts.next();
    if next.is_some_and(is_script) {
        next = parts.next();
    }
    next.is_none_or(is_region) && parts.next().is_none()
}

fn is_script(part: &str) -> bool {
    let mut letters = part.bytes();
    part.len() == 4
        && letters.next().is_some_and(|c| c.is_ascii_uppercase())
        && letters.all(|c| c.is_ascii_lowercase())
}

fn is_region(part: &str) -> bool {
    (part.len() == 2 && part.bytes().all(|c| c.is_ascii_uppercase()))
        || (part.len() == 3 && part.bytes().all(|c| c.is_ascii_digit()))
}

/// Whether these are names of one thing: 1 to [`LANGUAGES_MAX`], by language in ascending order and each once, every
/// text plain and of 1 to `bytes_max` bytes.
#[must_use]
pub fn are_sound(names: &[LocalText], bytes_max: usize) -> bool {
    let is_sound = |name: &LocalText| {
        is_language(&name.language)
            && (1..=bytes_max).contains(&name.text.len())
            && is_plain(&name.text)
    };
    (1..=LANGUAGES_MAX).contains(&names.len())
        && names
            .windows(2)
            .all(|pair| pair[0].language < pair[1].language)
        && names.iter().all(is_sound)
}

/// Whether these are names of what is called `default` where no language is known: as [`are_sound`], and the one in
/// [`DEFAULT_LANGUAGE`], if there is one, is that.
#[must_use]
pub fn are_names_of(default: &str, names: &[LocalText], bytes_max: usize) -> bool {
    are_sound(names, bytes_max)
        && in_language(names, DEFAULT_LANGUAGE).is_none_or(|one| one == default)
}

/// The name in exactly this language, if there is one.
#[must_use]
pub fn in_language<'n>(names: &'n [LocalText], language: &str) -> Option<&'n str> {
    let mut names = names.iter();
    let name = names.find(|name| name.language == language)?;
    Some(&name.text)
}

/// The name for whoever reads none of the languages: the one in [`DEFAULT_LANGUAGE`], else the first; nothing if there
/// is none at all.
#[must_use]
pub fn default_of(names: &[LocalText]) -> &str {
    let first = || names.first().map_or("", |name| name.text.as_str());
    in_language(names, DEFAULT_LANGUAGE).unwrap_or_else(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned as _;
    use alloc::vec::Vec;
    use alloc::{format, vec};

    fn named(names: &[(&str, &str)]) -> Vec<LocalText> {
        let names = names.iter().map(|(language, text)| LocalText {
            language: (*language).to_owned(),
            text: (*text).to_owned(),
        });
        names.collect()
    }

    #[test]
    fn languages_are_those_of_rfc_5646_with_script_and_region() {
        for tag in [
            "en",
            "ja",
            "pt-BR",
            "es-419",
            "zh-Hant",
            "zh-Hant-TW",
            "fil",
        ] {
            assert!(is_language(tag), "{tag}");
        }
        for tag in [
            "",
            "e",
            "EN",
            "engl",
            "en-",
            "-en",
            "en-gb",
            "en_GB",
            "zh-hant",
            "zh-TW-Hant",
            "en-GB-x",
            "en-1",
            "ja ",
            "日本",
        ] {
            assert!(!is_language(tag), "{tag}");
        }
    }

    #[test]
    fn names_are_plain_short_and_each_language_once_in_order() {
        let sound = named(&[("en", "Sencha"), ("ja", "煎茶")]);
        assert!(are_sound(&sound, 120));
        for wrong in [
            vec![],
            named(&[("ja", "煎茶"), ("en", "Sencha")]),
            named(&[("en", "Sencha"), ("en", "Tea")]),
            named(&[("english", "Sencha")]),
            named(&[("en", "")]),
            named(&[("en", "Sen\u{200b}cha")]),
            named(&[("en", &"a".repeat(121))]),
        ] {
            assert!(!are_sound(&wrong, 120), "{wrong:?}");
        }
        let languages: Vec<_> = (0..9_u8)
            .map(|at| format!("a{}", char::from(b'a' + at)))
            .collect();
        let many: Vec<_> = languages.iter().map(|one| (one.as_str(), "Tea")).collect();
        assert!(are_sound(&named(&many[..8]), 120));
        assert!(!are_sound(&named(&many), 120));
    }

    #[test]
    fn everybody_else_reads_the_english_name_or_the_first() {
        let both = named(&[("en", "Sencha"), ("ja", "煎茶")]);
        assert_eq!(default_of(&both), "Sencha");
        assert_eq!(in_language(&both, "ja"), Some("煎茶"));
        assert_eq!(in_language(&both, "de"), None);
        assert_eq!(default_of(&named(&[("de", "Tee"), ("ja", "茶")])), "Tee");
        assert!(are_names_of("Sencha", &both, 120));
        assert!(!are_names_of("Gyokuro", &both, 120));
        assert!(are_names_of("Hayate", &named(&[("ja", "ハヤテ")]), 120));
    }
}
