//! Text that others wrote and people will read.
//!
//! What may be in it is said by properties of the Unicode Character Database, not by a list of
//! characters: the list of those that deceive grows with every release.

use icu_properties::props::{
    CanonicalCombiningClass, DefaultIgnorableCodePoint, Emoji, EmojiModifier, ExtendedPictographic,
    GeneralCategory, JoiningType, NoncharacterCodePoint, UnifiedIdeograph, VariationSelector,
};
use icu_properties::{CodePointMapData, CodePointSetData};

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
/// The variation selectors that ask for a text or an emoji (UTS #51 §1.4.3).
const EMOJI_SELECTORS: [char; 2] = ['\u{fe0e}', '\u{fe0f}'];
/// How many marks may stand over and under one letter (UTS #39 §5.4).
const MARKS_MAX: usize = 4;
/// Shown as nothing, and not said to be so by any property: BRAILLE PATTERN BLANK, OBJECT REPLACEMENT
/// CHARACTER, EGYPTIAN HIEROGLYPH FULL and HALF BLANK, MUSICAL SYMBOL NULL NOTEHEAD.
const BLANKS: [char; 5] = [
    '\u{2800}',
    '\u{fffc}',
    '\u{13441}',
    '\u{13442}',
    '\u{1d159}',
];

/// Whether `text` shows what it is. Something in it is seen, and nothing is there unseen, by which one
/// name can look like another or turn the text around it (UAX #9 §2, UTS #39 §3 and §5.4): joiners only
/// where their script joins, variation selectors only after what has variants, no heaps of marks.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let mut is_seen = false;
    let mut marks = 0_usize;
    for (at, c) in text.char_indices() {
        let (before, after) = (
            text.get(..at).unwrap_or_default(),
            text.get(at + c.len_utf8()..).unwrap_or_default(),
        );
        if !may_stand(before, c, after) {
            return false;
        }
        match category(c) {
            GeneralCategory::NonspacingMark | GeneralCategory::EnclosingMark => marks += 1,
            // They stand on the same letter.
            GeneralCategory::Format => {}
            category => {
                marks = 0;
                is_seen |= !matches!(
                    category,
                    GeneralCategory::SpaceSeparator | GeneralCategory::SpacingMark
                );
            }
        }
        if marks > MARKS_MAX {
            return false;
        }
    }
    is_seen
}

/// Whether `text` is nothing at all or plain in each of its lines.
#[must_use]
pub fn is_plain_lines(text: &str) -> bool {
    let mut lines = text.split('\n').filter(|line| !line.is_empty());
    lines.all(is_plain)
}

fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

/// Whether a character may stand between these two texts.
fn may_stand(before: &str, c: char, after: &str) -> bool {
    if matches!(c, JOINER | NON_JOINER) {
        return joins(before, c, after);
    }
    if CodePointSetData::new::<VariationSelector>().contains(c) {
        return before
            .chars()
            .next_back()
            .is_some_and(|base| varies(base, c));
    }
    let is_never_shown = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || CodePointSetData::new::<NoncharacterCodePoint>().contains(c)
        || BLANKS.contains(&c);
    !is_never_shown
        && !matches!(
            category(c),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::PrivateUse
                | GeneralCategory::Surrogate
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        )
}

/// Whether a joiner changes here how its script is written: after a virama, between letters that would
/// join (RFC 5892 appendix A.1 and A.2), at the end of a letter that then joins to nothing, or between
/// two pictures (UTS #51 ED-16).
fn joins(before: &str, c: char, after: &str) -> bool {
    let class = |c| CodePointMapData::<CanonicalCombiningClass>::new().get(c);
    if before.chars().next_back().map(class) == Some(CanonicalCombiningClass::Virama) {
        return true;
    }
    let joining = |c: &char| CodePointMapData::<JoiningType>::new().get(*c);
    let is_opaque = |c: &char| joining(c) != JoiningType::Transparent;
    let last = before.chars().rev().find(is_opaque);
    let next = after.chars().find(is_opaque);
    let reaches_on = last.is_some_and(|last| {
        matches!(
            joining(&last),
            JoiningType::LeftJoining | JoiningType::DualJoining
        )
    });
    let reaches_back = next.is_some_and(|next| {
        matches!(
            joining(&next),
            JoiningType::RightJoining | JoiningType::DualJoining
        )
    });
    match c {
        NON_JOINER => reaches_on && reaches_back,
        _ => (reaches_on && !reaches_back) || joins_pictures(before, after),
    }
}

/// A picture, perhaps in a colour or with a selector, before; a picture after.
fn joins_pictures(before: &str, after: &str) -> bool {
    let is_picture = |c: char| CodePointSetData::new::<ExtendedPictographic>().contains(c);
    let is_colour = |c: &char| CodePointSetData::new::<EmojiModifier>().contains(*c);
    let mut back = before
        .chars()
        .rev()
        .skip_while(|c| EMOJI_SELECTORS.contains(c) || is_colour(c));
    back.next().is_some_and(is_picture) && after.chars().next().is_some_and(is_picture)
}

/// Whether a character has variants that this selector chooses among.
fn varies(base: char, selector: char) -> bool {
    let is_ideograph = || CodePointSetData::new::<UnifiedIdeograph>().contains(base);
    match selector {
        '\u{fe0e}' | '\u{fe0f}' => CodePointSetData::new::<Emoji>().contains(base),
        // Ideographs of compatibility, and the Ideographic Variation Database (UTS #37).
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => is_ideograph(),
        // Mongolian letters.
        '\u{180b}'..='\u{180d}' | '\u{180f}' => matches!(base, '\u{1820}'..='\u{18aa}'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_plain, is_plain_lines};
    use alloc::format;

    #[test]
    fn names_in_every_script_are_plain() {
        for name in [
            "Kiso Tea & Books",
            "木曽茶舗",
            "葛\u{e0100}城", // an ideographic variation
            "Müller GmbH",
            "Mu\u{308}ller",
            "Nguyễn Thị Minh",
            "Nguye\u{302}\u{303}n",
            "שלום",
            "בְּרֵאשִׁית",
            "متجر",
            "مُتَّجَر",
            "چای\u{200c}خانه",
            "ه\u{200d}.",
            "क्\u{200d}ष",
            "क्\u{200c}ष",
            "ശ്രീ",
            "ร้านน้ำชา",
            "བོད་ཡིག",
            "👨\u{200d}👩\u{200d}👧",
            "🏳\u{fe0f}\u{200d}🌈",
            "👩🏽\u{200d}🚀",
            "❤\u{fe0f} Tea",
            "1\u{fe0f}\u{20e3}",
            "🇯🇵",
            "全角　空白",
            "A",
        ] {
            assert!(is_plain(name), "{name}");
        }
    }

    #[test]
    fn what_nobody_sees_and_what_turns_text_around_is_refused() {
        for unseen in [
            "\n",
            "\u{7f}",
            "\u{ad}",
            "\u{34f}",
            "\u{61c}",
            "\u{115f}",
            "\u{180e}",
            "\u{200b}",
            "\u{200c}",
            "\u{200d}",
            "\u{200f}",
            "\u{2028}",
            "\u{2029}",
            "\u{202e}",
            "\u{2060}",
            "\u{2066}",
            "\u{2069}",
            "\u{2800}",
            "\u{3164}",
            "\u{e000}",
            "\u{fdd0}",
            "\u{fe00}",
            "\u{fe0d}",
            "\u{fe0f}",
            "\u{feff}",
            "\u{ffa0}",
            "\u{fff9}",
            "\u{fffc}",
            "\u{ffff}",
            "\u{1bca0}",
            "\u{1d173}",
            "\u{e0041}",
            "\u{e0101}",
            "\u{e01ef}",
            "\u{100000}",
        ] {
            let name = format!("Kiso{unseen} Tea");
            assert!(!is_plain(&name), "{name:?}");
        }
    }

    #[test]
    fn joiners_stand_only_where_their_script_joins() {
        for name in [
            "Ki\u{200d}so",
            "Ki\u{200c}so",
            "木\u{200d}曽",
            "چا\u{200c}خانه",  // alef joins to nothing anyway
            "چای\u{200d}خانه", // they join anyway
            "\u{200c}خانه",
            "👨\u{200d}",
            "\u{200d}👧",
            "👨\u{200c}👩",
            "क\u{200d}ष",
        ] {
            assert!(!is_plain(name), "{name:?}");
        }
    }

    #[test]
    fn something_must_be_seen() {
        for name in [
            "",
            " ",
            "\u{3000}",
            "\u{2800}",
            "\u{a0}\u{2003}",
            "\u{301}",
            "\u{fe0f}",
        ] {
            assert!(!is_plain(name), "{name:?}");
        }
    }

    #[test]
    fn no_more_marks_than_four_stand_on_a_letter() {
        for (marks, plain) in [(0, true), (4, true), (5, false), (58, false)] {
            let name = format!("K{}iso", "\u{301}".repeat(marks));
            assert_eq!(is_plain(&name), plain, "{marks}");
        }
        // A format character does not begin a new heap.
        let heap = format!("क्{0}\u{200d}{0}", "\u{301}".repeat(3));
        assert!(!is_plain(&heap));
    }

    #[test]
    fn lines_are_judged_each() {
        assert!(is_plain_lines("Jimbocho 1-2-3\n\nChiyoda, Tokyo"));
        assert!(is_plain_lines(""));
        assert!(!is_plain_lines("Jimbocho\n\u{200b}"));
        assert!(!is_plain_lines("Jimbocho\r\nTokyo"));
    }
}
