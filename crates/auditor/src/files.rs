//! Files that the programs are given.

use std::fs;
use std::io::Read as _;
use std::path::Path;

/// What is in a file of at most so many bytes.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn content(path: &Path, limit: usize) -> Result<Vec<u8>, String> {
    let unread = |error| format!("{} cannot be read: {error}.", path.display());
    let file = fs::File::open(path).map_err(unread)?;
    let mut bytes = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() > limit {
        return Err(format!("{} is longer than {limit} bytes.", path.display()));
    }
    Ok(bytes)
}
