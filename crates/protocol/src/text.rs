//! Text that others wrote and people will read.

/// Whether `text` shows what it is: it has no control characters and none that nobody sees, by which
/// one name can look like another or turn the text around it (Unicode UAX #9 §2, UTS #39 §3).
#[must_use]
pub fn is_plain(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() || is_unseen(c))
}

/// Format characters without a shape of their own: soft hyphen, zero-width and joining characters,
/// line separators, direction marks and overrides, tags.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn names_in_every_script_are_plain() {
        for name in [
            "Kiso Tea & Books",
            "木曽茶舗",
            "Müller GmbH",
            "שלום",
            "متجر",
        ] {
            assert!(is_plain(name), "{name}");
        }
    }

    #[test]
    fn what_nobody_sees_and_what_turns_text_around_is_refused() {
        for unseen in [
            '\n',
            '\u{7f}',
            '\u{ad}',
            '\u{200b}',
            '\u{200d}',
            '\u{200f}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{3164}',
            '\u{e0041}',
        ] {
            let name = alloc::format!("Kiso{unseen} Tea");
            assert!(!is_plain(&name), "{name:?}");
        }
    }
}
