//! The texts and links: what is copied, what a code shows, and what is behind the sign # of an office's page, which no request
//! carries.

use base64ct::{Base64UrlUnpadded, Encoding};
use minicbor::Encode;
use tallystick_codec::DecodeMap;
use tallystick_protocol::coupon::{CampaignId, Coupon, CouponId};
use tallystick_protocol::wire::cbor::{Message as _, decode, decode_value, encode_value};
use tallystick_protocol::wire::identifier::{Domain, HolderId};
use tallystick_protocol::wire::money::Money;
use zeroize::Zeroizing;

use crate::core::party_url::PartyUrls;

/// In front of where somebody wants a coupon given to.
const ADDRESS: &str = "TALLY-COUPON-TO-1.";
/// In front of a coupon with its owner's transfer.
const GIVEN: &str = "TALLY-COUPON-GIFT-1.";
/// In front of a coupon that is shown.
const SHOWN: &str = "TALLY-COUPON-SHOW-1.";
/// The longest text, in characters.
const CHARACTERS_MAX: usize = 11_000;
/// The path of an office's page for links to a coupon.
const CLAIM: &str = "/claim";
/// The path of its page for links to a campaign.
const CAMPAIGN: &str = "/campaign";

/// Where somebody wants a coupon given to.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Address {
    /// The office.
    #[n(0)]
    pub office: Domain,
    /// The holder there.
    #[n(1)]
    pub holder: HolderId,
}

/// A coupon with its owner's transfer.
#[derive(Clone, Debug, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct Given {
    /// The encoded coupon.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub coupon: Vec<u8>,
    /// The signed transfer.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub transfer: Vec<u8>,
}

/// A link to a coupon.
pub struct Link {
    /// The office.
    pub office: Domain,
    /// The coupon.
    pub coupon: CouponId,
    /// The link's secret key (P-256), 32 bytes.
    pub key: Zeroizing<[u8; 32]>,
}

/// A link to a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignLink {
    /// The office.
    pub office: Domain,
    /// The campaign.
    pub campaign: CampaignId,
    /// What its coupons are worth.
    pub value: Money,
}

/// What a text or link carries.
pub enum Carried {
    /// Where somebody wants a coupon given to.
    Address(Address),
    /// A coupon with its owner's transfer.
    Given(Given),
    /// An encoded coupon that is shown.
    Shown(Vec<u8>),
    /// A link to a coupon.
    Link(Link),
    /// A link to a campaign.
    Campaign(CampaignLink),
}

fn text(prefix: &str, bytes: &[u8]) -> String {
    [prefix, &Base64UrlUnpadded::encode_string(bytes)].concat()
}

impl Address {
    /// As text.
    pub fn to_text(&self) -> String {
        text(ADDRESS, &encode_value(self))
    }
}

impl Given {
    /// As text.
    pub fn to_text(&self) -> String {
        text(GIVEN, &encode_value(self))
    }
}

/// A coupon that is shown, as text.
pub fn shown(coupon: &[u8]) -> String {
    text(SHOWN, coupon)
}

impl Link {
    /// As link.
    pub fn to_text(&self, urls: PartyUrls) -> String {
        let key = Zeroizing::new(Base64UrlUnpadded::encode_string(&*self.key));
        let page = urls.url(&self.office, CLAIM);
        [&page, "#", &self.coupon.to_string(), ".", &key].concat()
    }

    fn read(office: &Domain, fragment: &str) -> Option<Self> {
        let (coupon, secret) = fragment.split_once('.')?;
        let mut key = Zeroizing::new([0; 32]);
        let read = Base64UrlUnpadded::decode(secret, &mut *key).ok()?;
        (read.len() == 32).then_some(())?;
        Some(Self {
            office: office.clone(),
            coupon: coupon.parse().ok()?,
            key,
        })
    }
}

impl CampaignLink {
    /// Campaign, value in minor units and currency, separated by full stops.
    fn read(office: &Domain, fragment: &str) -> Option<Self> {
        let mut parts = fragment.split('.');
        let (campaign, minor, currency) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self {
            office: office.clone(),
            campaign: campaign.parse().ok()?,
            value: Money::new(minor.parse().ok()?, currency.parse().ok()?),
        })
    }
}

impl Carried {
    /// What a text carries, if it carries anything. Mail breaks long lines: space counts for nothing. Links count of the
    /// offices that are known alone.
    pub fn from_text(text: &str, urls: PartyUrls, offices: &[Domain]) -> Option<Self> {
        if text.len() > 2 * CHARACTERS_MAX {
            return None;
        }
        let text: Zeroizing<String> = Zeroizing::new(text.split_whitespace().collect());
        if text.len() > CHARACTERS_MAX {
            return None;
        }
        if let Some((page, fragment)) = text.split_once('#') {
            return offices
                .iter()
                .find_map(|office| Self::linked(page, fragment, urls, office));
        }
        let bytes = |prefix| Base64UrlUnpadded::decode_vec(text.strip_prefix(prefix)?).ok();
        if let Some(bytes) = bytes(ADDRESS) {
            return decode_value(&bytes, 512).ok().map(Self::Address);
        }
        if let Some(bytes) = bytes(GIVEN) {
            return decode_value(&bytes, CHARACTERS_MAX).ok().map(Self::Given);
        }
        let shown = bytes(SHOWN)?;
        let is_coupon = shown.len() <= Coupon::LEN_MAX && decode::<Coupon>(&shown).is_ok();
        is_coupon.then_some(Self::Shown(shown))
    }

    fn linked(page: &str, fragment: &str, urls: PartyUrls, office: &Domain) -> Option<Self> {
        if page == urls.url(office, CLAIM) {
            Link::read(office, fragment).map(Self::Link)
        } else if page == urls.url(office, CAMPAIGN) {
            CampaignLink::read(office, fragment).map(Self::Campaign)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URLS: PartyUrls = PartyUrls { local_port: None };

    fn office() -> Domain {
        Domain::parse("coupons.example").unwrap()
    }

    fn read(text: &str) -> Option<Carried> {
        Carried::from_text(text, URLS, &[office()])
    }

    #[test]
    fn a_link_keeps_its_key_behind_the_sign_that_no_request_carries() {
        let link = Link {
            office: office(),
            coupon: CouponId([7; 16]),
            key: Zeroizing::new([9; 32]),
        };
        let text = link.to_text(URLS);
        let (page, _) = text.split_once('#').unwrap();
        assert_eq!(page, "https://coupons.example/claim");
        let Some(Carried::Link(same)) = read(&text) else {
            panic!("{text}");
        };
        assert_eq!((same.coupon, &*same.key), (link.coupon, &[9; 32]));
        for other in [
            text.replace("coupons.example", "other.example"),
            text.replace("https:", "http:"),
            text.replace("claim", "claims"),
            format!("{text}A"),
            text[..text.len() - 2].to_owned(),
        ] {
            assert!(read(&other).is_none(), "{other}");
        }
    }

    #[test]
    fn texts_say_what_they_carry_and_what_is_none_is_none() {
        let address = Address {
            office: office(),
            holder: HolderId([4; 32]),
        };
        let text = address.to_text();
        let broken = format!(" {}\n{} ", &text[..20], &text[20..]);
        assert!(matches!(read(&broken), Some(Carried::Address(same)) if same == address));
        let campaign = format!(
            "https://coupons.example/campaign#{}.500.JPY",
            "07".repeat(16)
        );
        assert!(matches!(read(&campaign), Some(Carried::Campaign(it)) if it.value.minor == 500));
        let long = [SHOWN, &"A".repeat(CHARACTERS_MAX)].concat();
        for text in [
            "",
            "hello",
            "TALLY-COUPON-TO-2.AAAA",
            "TALLY-COUPON-SHOW-1.AAAA",
            "TALLY-COUPON-GIFT-1.",
            "https://coupons.example/campaign#00.500.JPY",
            &campaign.replace("JPY", "XXX"),
            &format!("{campaign}.1"),
            &long,
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
