//! What the command line says.

use std::path::PathBuf;

/// How the program is called.
pub const USAGE: &str =
    "tallystick-auditor --root FILE… [--operator KEY…] [--json] FILE-OR-FOLDER…
  --root FILE     a root certificate (DER) under which everybody is certified; at least one
  --operator KEY  the name of an operator's key (SHA-256 of it, base64url): only their commands count
  --json          the report as JSON
  Pages are files as a bank answers them at /v1/evidence, or folders of such files ending in .cbor.";

/// Read and checked.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// Root certificates.
    pub roots: Vec<PathBuf>,
    /// The operators whose commands count; whoever it is, if none is named.
    pub operators: Option<Vec<String>>,
    /// Whether the report is JSON.
    pub json: bool,
    /// Pages, or folders of them.
    pub pages: Vec<PathBuf>,
}

impl Arguments {
    /// Reads them.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut read = Self::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} lacks its value."));
            match word.as_str() {
                "--json" => read.json = true,
                "--root" => read.roots.push(value()?.into()),
                "--operator" => read.operators.get_or_insert_default().push(value()?),
                option if option.starts_with("--") => {
                    return Err(format!("{option} is no option."));
                }
                page => read.pages.push(page.into()),
            }
        }
        if read.roots.is_empty() || read.pages.is_empty() {
            return Err("Name at least one root and the bank's pages.".to_owned());
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::{Arguments, PathBuf};

    fn read(line: &str) -> Result<Arguments, String> {
        Arguments::read(line.split(' ').map(str::to_owned))
    }

    #[test]
    fn roots_operators_and_pages_are_told_apart() {
        let read = read("--root r.cer --operator k pages --json more.cbor").unwrap();
        assert_eq!(read.roots, ["r.cer"].map(PathBuf::from));
        assert_eq!(read.operators, Some(vec!["k".to_owned()]));
        assert_eq!(read.pages, ["pages", "more.cbor"].map(PathBuf::from));
        assert!(read.json);
    }

    #[test]
    fn what_lacks_a_root_pages_or_a_value_is_refused() {
        for wrong in [
            "pages",
            "--root r.cer",
            "pages --root",
            "--root r.cer --all x",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
