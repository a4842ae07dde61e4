//! XML as a tree of elements, within limits.

use quick_xml::NsReader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;

use super::error::Iso20022Error;

/// The largest message, in bytes: 256 KiB, as everything that a party reads.
pub const BYTES_MAX: usize = 256 * 1024;
/// How deep elements may lie in each other. The schemas use 15.
const DEPTH_MAX: usize = 20;
/// How many elements a message may have.
const ELEMENTS_MAX: usize = 20_000;
/// The longest text of an element, in bytes. The schemas' longest has 2,000 characters; what is read has 140.
const TEXT_BYTES_MAX: usize = 2_048;

/// An element: its name, its text or what lies in it, and the currency of an amount.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    /// The attribute `Ccy`, the only one that the messages have.
    pub(super) currency: Option<String>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// An element with elements in it.
    pub(super) fn of(name: &str, children: Vec<Self>) -> Self {
        Self {
            name: name.to_owned(),
            children,
            ..Self::default()
        }
    }

    /// An element with text.
    pub(super) fn text(name: &str, text: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            text: text.into(),
            ..Self::default()
        }
    }

    /// An element with one element in it, and so on, the last with text: `<Sts><Cd>BOOK</Cd></Sts>`.
    pub(super) fn path(names: &[&str], text: &str) -> Self {
        match names {
            [] => Self::default(),
            [last] => Self::text(last, text),
            [first, rest @ ..] => Self::of(first, vec![Self::path(rest, text)]),
        }
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        if let Some(currency) = &self.currency {
            out.push_str(" Ccy=\"");
            out.push_str(&escape(currency.as_str()));
            out.push('"');
        }
        out.push('>');
        out.push_str(&escape(self.text.as_str()));
        for child in &self.children {
            child.write(out);
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }
}

/// The document of `namespace` around one message.
pub(super) fn write(namespace: &str, message: &Element) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"");
    out.push_str(namespace);
    out.push_str("\">");
    message.write(&mut out);
    out.push_str("</Document>\n");
    out.into_bytes()
}

/// The namespace of the document's first element, without reading further: which message it is.
pub(super) fn namespace_of(bytes: &[u8]) -> Result<String, Iso20022Error> {
    let mut reader = NsReader::from_str(text_of(bytes)?);
    loop {
        let (bound, event) = reader
            .read_resolved_event()
            .map_err(|_| Iso20022Error::NotXml)?;
        match (event, bound) {
            (Event::Start(_) | Event::Empty(_), ResolveResult::Bound(namespace)) => {
                return Ok(namespace.0.to_owned());
            }
            (Event::Decl(_) | Event::Comment(_) | Event::Text(_), _) => {}
            (Event::Eof | Event::Start(_) | Event::Empty(_), _) => {
                return Err(Iso20022Error::NotXml);
            }
            _ => return Err(Iso20022Error::Forbidden),
        }
    }
}

/// The element in the `Document` of this namespace.
pub(super) fn read(
    bytes: &[u8],
    namespace: &'static str,
    name: &'static str,
) -> Result<Element, Iso20022Error> {
    let mut tree = Tree::new(namespace);
    let mut reader = NsReader::from_str(text_of(bytes)?);
    reader.config_mut().expand_empty_elements = true;
    reader.config_mut().check_comments = true;
    loop {
        let (bound, event) = reader
            .read_resolved_event()
            .map_err(|_| Iso20022Error::NotXml)?;
        match event {
            Event::Start(start) => tree.open(&start, &bound)?,
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.say(&text.xml10_content())?,
            Event::GeneralRef(reference) => tree.say(&resolved(&reference)?)?,
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().transpose();
                let encoding = encoding.map_err(|_| Iso20022Error::NotXml)?;
                if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case("utf-8")) {
                    return Err(Iso20022Error::NotXml);
                }
            }
            Event::Comment(_) => {}
            Event::CData(_) | Event::PI(_) | Event::DocType(_) => {
                return Err(Iso20022Error::Forbidden);
            }
            Event::Eof => break,
            Event::Empty(_) => return Err(Iso20022Error::NotXml), // they are expanded
        }
    }
    let document = tree.finish()?;
    let missing = Iso20022Error::Missing {
        within: document.name.clone(),
        missing: name,
    };
    let mut messages = document.children.into_iter();
    let message = messages.next().filter(|message| message.name == name);
    match (message, messages.next()) {
        (Some(message), None) if document.name == "Document" => Ok(message),
        _ => Err(missing),
    }
}

fn text_of(bytes: &[u8]) -> Result<&str, Iso20022Error> {
    if bytes.len() > BYTES_MAX {
        return Err(Iso20022Error::TooLarge);
    }
    core::str::from_utf8(bytes).map_err(|_| Iso20022Error::NotXml)
}

/// What a reference stands for: a character by its number, or one of XML's own five.
fn resolved(reference: &BytesRef<'_>) -> Result<String, Iso20022Error> {
    let character = reference
        .resolve_char_ref()
        .map_err(|_| Iso20022Error::NotXml)?;
    if let Some(character) = character {
        return Ok(character.into());
    }
    let predefined = resolve_predefined_entity(reference);
    predefined
        .map(str::to_owned)
        .ok_or(Iso20022Error::Forbidden)
}

/// The elements that are open while a message is read.
struct Tree {
    namespace: &'static str,
    open: Vec<Element>,
    done: Option<Element>,
    count: usize,
}

impl Tree {
    fn new(namespace: &'static str) -> Self {
        Self {
            namespace,
            open: Vec::new(),
            done: None,
            count: 0,
        }
    }

    fn open(
        &mut self,
        start: &BytesStart<'_>,
        bound: &ResolveResult<'_>,
    ) -> Result<(), Iso20022Error> {
        match bound {
            ResolveResult::Bound(namespace) if namespace.0 == self.namespace => {}
            _ => return Err(Iso20022Error::Namespace(self.namespace)),
        }
        self.count += 1;
        if self.count > ELEMENTS_MAX || self.open.len() >= DEPTH_MAX {
            return Err(Iso20022Error::TooLarge);
        }
        if self.done.is_some() {
            return Err(Iso20022Error::NotXml);
        }
        let name = start.local_name().into_inner().to_owned();
        let currency = currency_of(start, &name)?;
        self.open.push(Element {
            name,
            currency,
            ..Element::default()
        });
        Ok(())
    }

    fn say(&mut self, text: &str) -> Result<(), Iso20022Error> {
        let Some(element) = self.open.last_mut() else {
            // White space around the document.
            let is_nothing = text.chars().all(is_white);
            return if is_nothing {
                Ok(())
            } else {
                Err(Iso20022Error::NotXml)
            };
        };
        element.text.push_str(text);
        if element.text.len() > TEXT_BYTES_MAX {
            return Err(Iso20022Error::TooLarge);
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), Iso20022Error> {
        let mut element = self.open.pop().ok_or(Iso20022Error::NotXml)?;
        if !element.children.is_empty() {
            if !element.text.chars().all(is_white) {
                return Err(Iso20022Error::Unexpected {
                    within: element.name,
                    found: "text".to_owned(),
                });
            }
            element.text.clear();
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.done = Some(element),
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, Iso20022Error> {
        if self.open.is_empty() {
            self.done.ok_or(Iso20022Error::NotXml)
        } else {
            Err(Iso20022Error::NotXml)
        }
    }
}

/// White space of XML (§2.3).
fn is_white(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// The attribute `Ccy`. Declarations of namespaces and attributes of other namespaces (`xsi:schemaLocation`)
/// say nothing about the message; any other is refused.
fn currency_of(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, Iso20022Error> {
    let mut currency = None;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| Iso20022Error::NotXml)?;
        match attribute.key.into_inner() {
            "Ccy" => currency = Some(attribute.value.into_owned()),
            "xmlns" => {}
            key if key.contains(':') => {}
            key => {
                return Err(Iso20022Error::Unexpected {
                    within: name.to_owned(),
                    found: key.chars().take(35).collect(),
                });
            }
        }
    }
    Ok(currency)
}
