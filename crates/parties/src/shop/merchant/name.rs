//! Texts in several languages, as the merchant writes and reads them: an object from language to text.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tallystick_protocol::checkout::names::{DEFAULT_LANGUAGE, LocalText};

/// A text by language, such as `{ "en": "Sencha", "ja": "煎茶" }`. Whether it is within limits, whoever takes it checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(pub Vec<LocalText>);

impl Name {
    /// What is called `name` for whoever reads none of the languages of `names`; where there are none, which earlier
    /// releases did not have, it stands as the one in [`DEFAULT_LANGUAGE`].
    #[must_use]
    pub fn of(name: &str, names: Option<&[LocalText]>) -> Self {
        match names {
            Some(names) => Self(names.to_vec()),
            None => Self(vec![LocalText {
                language: DEFAULT_LANGUAGE.to_owned(),
                text: name.to_owned(),
            }]),
        }
    }
}

impl From<&[LocalText]> for Name {
    fn from(names: &[LocalText]) -> Self {
        Self(names.to_vec())
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|name| (&name.language, &name.text)))
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = BTreeMap::<String, String>::deserialize(deserializer)?.into_iter();
        let texts = texts.map(|(language, text)| LocalText { language, text });
        Ok(Self(texts.collect()))
    }
}
