//! Which of a party's objects answers a request. A party is one *office* and, if its operator says so, shards:
//! objects of fixed names, each with tables, alarm and outbox of its own. Where a request belongs follows from
//! what of it is in clear, so that the edge finds the object by computing alone.

use core::fmt;

use crate::store::handles::Handles;
use tallystick_protocol::wire::identifier::Role;

/// One of a party's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// The first object, and the only one of a party without shards. It has the party's identity.
    Office,
    /// One of the shards, each with its part of the orders.
    Shard(u8),
    /// The goods of a shop with shards, which all of them sell from.
    Stock,
}

/// The office's object is called as the one object of a party was before there were shards: so its
/// data is found again.
const OFFICE: &str = "book";
const SHARD: &str = "shard-";
const STOCK: &str = "stock";

impl Place {
    /// The object of this name; `None` if no object is called so.
    #[must_use]
    pub fn of_object(name: &str) -> Option<Self> {
        match name {
            OFFICE => return Some(Self::Office),
            STOCK => return Some(Self::Stock),
            _ => {}
        }
        let number = u8::from_str_radix(name.strip_prefix(SHARD)?, 16).ok()?;
        let place = Self::Shard(number);
        (place.to_string() == name).then_some(place)
    }

    /// What an operator calls the object, beside the office: "00" to "ff", or "stock".
    #[must_use]
    pub fn short_name(self) -> String {
        match self {
            Self::Shard(number) => format!("{number:02x}"),
            other => other.to_string(),
        }
    }

    /// All objects of a party in this role but its office.
    pub fn beside_the_office(role: Role, shards: Shards) -> impl Iterator<Item = Self> {
        let has_stock = role == Role::Shop && !shards.is_none();
        shards.all().chain(has_stock.then_some(Self::Stock))
    }
}

/// The object's name: "book", "shard-00" to "shard-ff", "stock".
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Office => f.write_str(OFFICE),
            Self::Shard(number) => write!(f, "{SHARD}{number:02x}"),
            Self::Stock => f.write_str(STOCK),
        }
    }
}

/// How many shards a party has: a power of two up to 256. One means none: everything is at the office.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shards(u16);

impl Shards {
    /// No shards.
    pub const NONE: Self = Self(1);

    /// So many; `None` if that is no power of two up to 256.
    #[must_use]
    pub fn new(count: u16) -> Option<Self> {
        (count.is_power_of_two() && count <= 256).then_some(Self(count))
    }

    /// How many, 1 for none.
    #[must_use]
    pub fn count(self) -> u16 {
        self.0
    }

    /// Whether everything is at the office.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.0 == 1
    }

    /// Where what has this first byte of its key belongs.
    #[must_use]
    pub fn of(self, first: u8) -> Place {
        if self.is_none() {
            return Place::Office;
        }
        Place::Shard(u8::try_from(u16::from(first) % self.0).unwrap_or(0))
    }

    /// A first byte that belongs to a shard, made of a random one; where there are no shards, or it is no shard, that
    /// one itself.
    #[must_use]
    pub fn start_at(self, place: Place, random: u8) -> u8 {
        match place {
            Place::Shard(number) if !self.is_none() => {
                let of_shard = u16::from(random) / self.0 * self.0 + u16::from(number) % self.0;
                u8::try_from(of_shard).unwrap_or(number)
            }
            _ => random,
        }
    }

    /// All shards.
    pub fn all(self) -> impl Iterator<Item = Place> {
        let count = if self.is_none() { 0 } else { self.0 };
        (0..count).filter_map(|number| u8::try_from(number).ok().map(Place::Shard))
    }
}

/// What of a request says where it belongs.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The part of the path that the request chose, if its route has one.
    pub chosen: Option<&'a str>,
    /// What is behind the question mark of the address, or nothing.
    pub query: &'a str,
    /// The body.
    pub body: &'a [u8],
    /// The request's correlation id, which is another one each time; empty if it has none.
    pub correlation: &'a [u8],
    /// Opens what the party itself gave out.
    pub handles: &'a Handles,
}

/// What a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Names the shard; `None` if the request does not say, which is the office's then.
    pub start: Option<u8>,
    /// What its role knows it by: 32 bytes.
    pub name: [u8; 32],
}

/// What is at the shard of its own first byte.
impl From<[u8; 32]> for Key {
    fn from(name: [u8; 32]) -> Self {
        let start = Some(name[0]);
        Self { start, name }
    }
}

/// Says from a request in clear what it is about, unverified.
pub type KeyOf = fn(&Asked<'_>) -> Option<Key>;

/// Names the shard of what is asked about by one byte, where nothing else in clear does: two hexadecimal
/// digits. Who does not know of it, as release 0.1.0, neither says nor reads it.
pub const AT: &str = "at=";

/// The byte that a request names by [`AT`], if it does.
#[must_use]
pub fn named_at(asked: &Asked<'_>) -> Option<u8> {
    let mut parts = asked.query.split('&');
    let digits = parts.find_map(|part| part.strip_prefix(AT))?;
    let is_byte = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_byte.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// `path`, with the byte by which its receiver finds the shard.
#[must_use]
pub fn path_at(path: &str, first: u8) -> String {
    format!("{path}?{AT}{first:02x}")
}

/// Where what is asked for at a route belongs.
#[derive(Clone, Copy, Debug)]
pub enum Belongs {
    /// To the office.
    ToOffice,
    /// Anywhere, because it needs no tables; the key only spreads it.
    Anywhere(KeyOf),
    /// At any shard: the one that answers makes something that is its own from then on. The key only spreads it.
    ToAnyShard(KeyOf),
    /// At the shard of its key, or at the office if that knew it before there were shards.
    ToShard(KeyOf),
    /// As [`Belongs::ToShard`], of something that can only begin while it is young: once everything is over
    /// that the office had, the office is not asked about it.
    ToShardWhileNew(KeyOf),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::vault::{SealingKey, Vault};

    #[test]
    fn an_object_is_found_by_the_name_that_its_place_gives_it() {
        let shards = Shards::new(256).unwrap();
        for place in shards.all().chain([Place::Office, Place::Stock]) {
            assert_eq!(Place::of_object(&place.to_string()), Some(place));
        }
        for name in [
            "",
            "shard-",
            "shard-0",
            "shard-000",
            "shard-FF",
            "shard-+1",
            "Stock",
        ] {
            assert_eq!(Place::of_object(name), None, "{name}");
        }
    }

    #[test]
    fn a_shard_is_named_by_two_hexadecimal_digits() {
        let vault = Vault::new(&SealingKey::new([1; 32]), String::new());
        let named = |query| {
            named_at(&Asked {
                chosen: None,
                query,
                body: &[],
                correlation: &[],
                handles: vault.handles(),
            })
        };
        let path = path_at("/v1/releases", 0x0f);
        assert_eq!(path, "/v1/releases?at=0f");
        assert_eq!(named("at=0f"), Some(15));
        assert_eq!(named("x=1&at=ff"), Some(255));
        for query in ["", "at=", "at=f", "at=fff", "at=+f", "at=xy"] {
            assert_eq!(named(query), None, "{query}");
        }
    }

    #[test]
    fn the_office_is_the_object_that_a_party_had_before_there_were_shards() {
        assert_eq!(Place::Office.to_string(), "book");
    }

    #[test]
    fn every_key_has_one_place_and_every_shard_as_many_keys() {
        for count in [1, 2, 4, 64, 256] {
            let shards = Shards::new(count).unwrap();
            let places: Vec<_> = shards.all().collect();
            let expected = if count == 1 { 0 } else { usize::from(count) };
            assert_eq!(places.len(), expected);
            for place in &places {
                let keys = (0..=255).filter(|first| shards.of(*first) == *place);
                assert_eq!(keys.count(), 256 / usize::from(count));
            }
        }
        assert_eq!(Shards::NONE.of(0xff), Place::Office);
    }

    #[test]
    fn a_shard_draws_first_bytes_that_are_its_own_and_all_of_them() {
        for count in [2, 4, 64, 256] {
            let shards = Shards::new(count).unwrap();
            for place in shards.all() {
                let drawn = (0..=255).map(|random| shards.start_at(place, random));
                let drawn: std::collections::BTreeSet<u8> = drawn.collect();
                assert_eq!(drawn.len(), 256 / usize::from(count));
                assert!(drawn.iter().all(|start| shards.of(*start) == place));
            }
        }
        assert_eq!(Shards::NONE.start_at(Place::Office, 7), 7);
    }

    #[test]
    fn a_shop_with_shards_has_its_stock_beside_them() {
        let places = |role, count| {
            let shards = Shards::new(count).unwrap();
            Place::beside_the_office(role, shards).map(Place::short_name)
        };
        let shop: Vec<_> = places(Role::Shop, 2).collect();
        assert_eq!(shop, ["00", "01", "stock"]);
        assert_eq!(places(Role::Courier, 2).count(), 2);
        assert_eq!(places(Role::Shop, 1).count(), 0);
    }

    #[test]
    fn the_number_of_shards_is_a_power_of_two_up_to_256() {
        for count in [0, 3, 100, 257, 512] {
            assert_eq!(Shards::new(count), None, "{count}");
        }
    }
}
