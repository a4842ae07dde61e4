//! Texts as banks pass them on: of the Latin characters that every clearing takes, and short.

use core::fmt;
use core::str::FromStr;

/// Where no reference was given, banks write this (EPC usage rules).
pub const NOT_PROVIDED: &str = "NOTPROVIDED";

/// The longest reference, in characters (Max35Text).
const REFERENCE_LEN_MAX: usize = 35;
/// The longest name, in characters: of the 140 of the schema those that every clearing passes on.
const NAME_LEN_MAX: usize = 70;
/// The longest remittance information, in characters (Max140Text).
const REMITTANCE_LEN_MAX: usize = 140;

/// Why a text is none that banks pass on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// Empty, or longer than passes through every clearing.
    #[error("the text is empty or longer than {0} characters")]
    Length(usize),
    /// Another character than the Latin ones that pass through every clearing.
    #[error("banks pass on only the letters A to Z, digits, spaces and / - ? : ( ) . , ' +")]
    NotLatin,
    /// Spaces at an end.
    #[error("the text begins or ends with a space")]
    Spaces,
    /// Slashes have a meaning of their own in references.
    #[error("a reference neither begins nor ends with a slash nor has two of them in a row")]
    Slashes,
}

/// Whether a character is of the Latin set (EPC217-08, as SWIFT's set X without line ends).
fn is_latin(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(c)
}

fn require_latin(text: &str, len_max: usize) -> Result<(), TextError> {
    if text.is_empty() || text.len() > len_max {
        return Err(TextError::Length(len_max));
    }
    if !text.chars().all(is_latin) {
        return Err(TextError::NotLatin);
    }
    if text.starts_with(' ') || text.ends_with(' ') {
        return Err(TextError::Spaces);
    }
    Ok(())
}

fn require_reference(text: &str) -> Result<(), TextError> {
    require_latin(text, REFERENCE_LEN_MAX)?;
    if text.starts_with('/') || text.ends_with('/') || text.contains("//") {
        return Err(TextError::Slashes);
    }
    Ok(())
}

macro_rules! texts {
    ($($(#[$about:meta])* $name:ident: $check:expr;)+) => {
        $($(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The text, if it is one.
            ///
            /// # Errors
            /// [`TextError`], a sentence.
            pub fn new(text: &str) -> Result<Self, TextError> {
                let check: fn(&str) -> Result<(), TextError> = $check;
                check(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        })+
    };
}

texts! {
    /// What names a message, a payment or a mandate: at most 35 Latin characters.
    Reference: require_reference;
    /// The name of whoever has an account: at most 70 Latin characters.
    Name: |text| require_latin(text, NAME_LEN_MAX);
    /// What a payment is for, as whoever is paid reads it: at most 140 Latin characters.
    Remittance: |text| require_latin(text, REMITTANCE_LEN_MAX);
}

impl Name {
    /// Whether two names are the same but for capitals and the number of spaces, as banks compare them.
    #[must_use]
    pub fn is_same_as(&self, other: &Self) -> bool {
        let words = |name: &Self| -> Vec<String> {
            let words = name.0.split_ascii_whitespace();
            words.map(str::to_ascii_uppercase).collect()
        };
        words(self) == words(other)
    }
}
