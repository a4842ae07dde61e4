//! The elements in an element, taken in the schema's order.

use super::error::Iso20022Error;
use super::xml::Element;

/// What lies in an element and was not taken yet.
pub(super) struct Fields<'a> {
    within: &'a str,
    left: core::iter::Peekable<core::slice::Iter<'a, Element>>,
}

impl<'a> Fields<'a> {
    /// Of an element that has no text.
    pub(super) fn of(element: &'a Element) -> Result<Self, Iso20022Error> {
        if !element.text.trim().is_empty() {
            return Err(Iso20022Error::Unexpected {
                within: element.name.clone(),
                found: "text".to_owned(),
            });
        }
        Ok(Self {
            within: &element.name,
            left: element.children.iter().peekable(),
        })
    }

    /// The next element, if it has this name.
    pub(super) fn optional(&mut self, name: &str) -> Option<&'a Element> {
        self.left.next_if(|element| element.name == name)
    }

    /// The next element, which must have this name.
    pub(super) fn required(&mut self, name: &'static str) -> Result<&'a Element, Iso20022Error> {
        self.optional(name).ok_or_else(|| Iso20022Error::Missing {
            within: self.within.to_owned(),
            missing: name,
        })
    }

    /// All that follow with this name.
    pub(super) fn all(&mut self, name: &str) -> Vec<&'a Element> {
        core::iter::from_fn(|| self.optional(name)).collect()
    }

    /// That nothing is left.
    pub(super) fn end(mut self) -> Result<(), Iso20022Error> {
        match self.left.next() {
            None => Ok(()),
            Some(element) => Err(Iso20022Error::Unexpected {
                within: self.within.to_owned(),
                found: element.name.chars().take(35).collect(),
            }),
        }
    }
}

impl Element {
    /// The only text of an element without others in it.
    pub(super) fn only_text(&self) -> Result<&str, Iso20022Error> {
        if self.children.is_empty() && !self.text.is_empty() {
            Ok(&self.text)
        } else {
            Err(Iso20022Error::Form(self.name.clone()))
        }
    }

    /// The text as another type.
    pub(super) fn parsed<T: core::str::FromStr>(&self) -> Result<T, Iso20022Error> {
        let parsed = self.only_text()?.parse();
        parsed.map_err(|_| Iso20022Error::Form(self.name.clone()))
    }

    /// The text at the end of a path of elements that each have one element alone.
    pub(super) fn text_at(&self, path: &[&'static str]) -> Result<&str, Iso20022Error> {
        self.at(path)?.only_text()
    }

    /// The element at the end of such a path.
    pub(super) fn at(&self, path: &[&'static str]) -> Result<&Self, Iso20022Error> {
        let mut element = self;
        for name in path {
            let mut fields = Fields::of(element)?;
            let next = fields.required(name)?;
            fields.end()?;
            element = next;
        }
        Ok(element)
    }

    /// The first element of this name, whatever stands beside it: for statements, which may say more than is read.
    pub(super) fn find(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| {
            element.children.iter().find(|child| child.name == *name)
        })
    }

    /// As [`Element::find`], and it must be there.
    pub(super) fn found(&self, path: &'static [&'static str]) -> Result<&Self, Iso20022Error> {
        self.find(path).ok_or_else(|| Iso20022Error::Missing {
            within: self.name.clone(),
            missing: path.last().copied().unwrap_or_default(),
        })
    }

    /// All elements of this name right in this one.
    pub(super) fn each(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}
