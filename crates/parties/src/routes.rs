//! All routes of the roles in this build, for whoever stands in front of the parties.

use crate::console;
use crate::office::reception;
use crate::office::routes::{Route, Shape, segments};

fn any(mut holds: impl FnMut(&Shape) -> bool) -> bool {
    fn some<T>(table: &[Route<T>], holds: &mut impl FnMut(&Shape) -> bool) -> bool {
        table.iter().any(|route| holds(&route.shape))
    }
    let holds = &mut holds;
    let mut found = some(reception::ROUTES, holds) || some(console::ROUTES, holds);
    #[cfg(feature = "ca")]
    {
        found = found || some(crate::ca::ROUTES, holds);
    }
    #[cfg(feature = "key-centre")]
    {
        found = found || some(crate::key_centre::ROUTES, holds);
    }
    #[cfg(feature = "shop")]
    {
        found = found || some(crate::shop::ROUTES, holds);
    }
    #[cfg(feature = "issuer")]
    {
        found = found || some(crate::issuer::ROUTES, holds);
    }
    #[cfg(feature = "courier")]
    {
        found = found || some(crate::courier::ROUTES, holds);
    }
    found
}

/// `path` as a log line may have it: the words of our own routes, and `{}` for everything else, which
/// may be an identifier.
#[must_use]
pub fn without_identifiers(path: &str) -> String {
    let mut said = String::new();
    for part in segments(path).take(8) {
        said.push('/');
        let is_word = any(|shape| segments(shape.path).any(|word| word == part));
        said.push_str(if is_word { part } else { "{}" });
    }
    said
}

/// Whether a message to this path makes a party compute or store something for whoever asks.
#[must_use]
pub fn is_dear(path: &str) -> bool {
    any(|shape| shape.is_dear && shape.is_at(path))
}

/// Whether only the operator's own page may read what is at this path.
#[must_use]
pub fn is_private(path: &str) -> bool {
    any(|shape| shape.is_private && shape.is_at(path))
}
