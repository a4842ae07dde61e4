//! How a purchase is compared with the card record that the issuer has.

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use tallystick_protocol::account::contact::dialled;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What a holder must know to buy: all four, not some of them.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct CardDetails {
    /// The card number.
    pub number: String,
    /// The card's last month, `MM/YY`.
    pub expiry: String,
    /// The holder's name.
    pub name: String,
    /// The holder's telephone number.
    pub telephone: String,
}

impl CardDetails {
    /// Whether both say the same, apart from white space and from how the telephone number is written
    /// ([`dialled`]). All four fields are compared in any case and over digests, so that the time
    /// taken does not tell which one was wrong or how much of it was right.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        let all = same(
            &without_spaces(&self.number),
            &without_spaces(&other.number),
        ) & same(
            &without_spaces(&self.expiry),
            &without_spaces(&other.expiry),
        ) & same(&tidy_name(&self.name), &tidy_name(&other.name))
            & same(&dialled(&self.telephone), &dialled(&other.telephone));
        all.into()
    }
}

/// The name with single spaces, none at either end. Ideographic spaces count as spaces.
#[must_use]
pub fn tidy_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text without any white space.
pub(super) fn without_spaces(text: &str) -> String {
    text.split_whitespace().collect()
}

fn same(left: &str, right: &str) -> Choice {
    Sha256::digest(left.as_bytes()).ct_eq(&Sha256::digest(right.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> CardDetails {
        CardDetails {
            number: "9999011234567890".into(),
            expiry: "11/29".into(),
            name: "Hanako Yamada".into(),
            telephone: "090-1234-5678".into(),
        }
    }

    #[test]
    fn white_space_and_hyphens_make_no_difference() {
        let typed = CardDetails {
            number: "9999 0112 3456 7890".into(),
            expiry: " 11/29".into(),
            name: "  Hanako\u{3000}Yamada ".into(),
            telephone: "090 1234 5678".into(),
        };
        assert!(record().matches(&typed));
        for telephone in [
            "０９０－１２３４－５６７８",
            "090ー1234ー5678",
            "090.1234.5678",
        ] {
            let mut typed = record();
            typed.telephone = telephone.into();
            assert!(record().matches(&typed), "{telephone}");
        }
    }

    #[test]
    fn each_of_the_four_fields_must_agree() {
        let wrong: [fn(&mut CardDetails); 4] = [
            |details| details.number = "9999011234567891".into(),
            |details| details.expiry = "12/29".into(),
            |details| details.name = "Hanako Yamado".into(),
            |details| details.telephone = "090-1234-5679".into(),
        ];
        for change in wrong {
            let mut other = record();
            change(&mut other);
            assert!(!record().matches(&other));
        }
    }
}
