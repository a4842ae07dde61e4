//! Who will see what: fields down, parties across.

use tallystick_protocol::checkout::policy::{Field, Policy, READERS};
use tallystick_protocol::wire::identifier::Role;

use crate::checkout::view::{ExtraView, MatrixRow};

/// The row of coupons.
const COUPONS: &str = "coupons";
/// A row and the fields it stands for.
const ROWS: [(&str, &[Field]); 8] = [
    ("items", &[Field::Items, Field::ItemNumbers]),
    ("amount", &[Field::Amount]),
    ("payment", &Field::PAYMENT),
    (COUPONS, &[Field::Coupons]),
    ("name", &[Field::HolderName, Field::DestinationName]),
    (
        "telephone",
        &[Field::HolderTelephone, Field::DestinationTelephone],
    ),
    ("holder_address", &[Field::HolderAddress]),
    ("destination", &[Field::DestinationAddress]),
];

/// The matrix of a policy. A cell is set as soon as the party reads any field of the row. That of coupons is there if
/// some can pay.
#[must_use]
pub fn rows(policy: &Policy, has_coupons: bool) -> Vec<MatrixRow> {
    let sees = |role, fields: &[Field]| fields.iter().any(|field| policy.reads(role, *field));
    ROWS.iter()
        .filter(|(row, _)| has_coupons || *row != COUPONS)
        .map(|(row, fields)| MatrixRow {
            row,
            shop: sees(Role::Shop, fields),
            issuer: sees(Role::Issuer, fields),
            courier: sees(Role::Courier, fields),
            asks: READERS
                .into_iter()
                .filter(|role| {
                    let least = Policy::least();
                    let needs = fields.iter().any(|field| least.reads(*role, *field));
                    sees(*role, fields) && !needs
                })
                .map(|role| role.as_str().to_owned())
                .collect(),
        })
        .collect()
}

/// What each party would read beyond the least, by the names of the rows.
#[must_use]
pub fn extra(policy: &Policy) -> Vec<ExtraView> {
    let of = |role: Role| ExtraView {
        role: role.as_str().to_owned(),
        rows: ROWS
            .iter()
            .filter(|(_, fields)| fields.iter().any(|field| policy.is_extra(role, *field)))
            .map(|(row, _)| (*row).to_owned())
            .collect(),
    };
    let asked = READERS.into_iter().map(of);
    asked.filter(|extra| !extra.rows.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_protocol::checkout::policy::PolicyName;

    fn cells(policy: &Policy, name: &str) -> (bool, bool, bool, bool) {
        let row = rows(policy, true)
            .into_iter()
            .find(|row| row.row == name)
            .unwrap();
        (row.shop, row.issuer, row.courier, !row.asks.is_empty())
    }

    #[test]
    fn under_strict_each_party_sees_its_own_part_alone() {
        let strict = Policy::new(PolicyName::Strict, &[]);
        assert_eq!(cells(&strict, "items"), (true, false, false, false));
        assert_eq!(cells(&strict, "amount"), (true, true, false, false));
        assert_eq!(cells(&strict, "payment"), (false, true, false, false));
        assert_eq!(cells(&strict, "destination"), (false, false, true, false));
        assert_eq!(cells(&strict, "name"), (false, true, true, false));
        assert_eq!(cells(&strict, "telephone"), (false, true, true, false));
        assert_eq!(
            cells(&strict, "holder_address"),
            (false, false, false, false)
        );
    }

    #[test]
    fn coupons_are_seen_by_the_shop_alone_and_only_if_there_are_some() {
        for policy in PolicyName::ALL.map(|name| Policy::new(name, &Field::ALL)) {
            assert_eq!(cells(&policy, "coupons"), (true, false, false, false));
            assert!(!rows(&policy, false).iter().any(|row| row.row == "coupons"));
        }
    }

    #[test]
    fn what_a_shop_asks_beyond_its_policy_is_marked() {
        let asking = Policy::new(
            PolicyName::Strict,
            &[Field::HolderTelephone, Field::CardNumber],
        );
        assert_eq!(cells(&asking, "telephone"), (true, true, true, true));
        assert_eq!(cells(&asking, "payment"), (false, true, false, false));
    }

    #[test]
    fn under_figure_2_every_party_asks_for_more() {
        let fig2 = Policy::new(PolicyName::Ep0791901Fig2, &[]);
        let asked: Vec<_> = extra(&fig2)
            .into_iter()
            .map(|extra| (extra.role, extra.rows.join(" ")))
            .collect();
        let expected = [
            ("shop", "name telephone holder_address"),
            ("issuer", "items holder_address"),
            ("courier", "name telephone holder_address"),
        ];
        assert_eq!(
            asked,
            expected.map(|(role, rows)| (role.to_owned(), rows.to_owned()))
        );
        assert!(extra(&Policy::least()).is_empty());
    }
}
