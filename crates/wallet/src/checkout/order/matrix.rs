//! Who will see what: fields down, parties across.

use tallystick_protocol::checkout::policy::{Field, Policy, READERS};
use tallystick_protocol::wire::identifier::Role;

use crate::checkout::view::{ExtraView, MatrixRow};

/// The row of coupons.
const COUPONS: &str = "coupons";
/// The row of a gift's note.
const GIFT: &str = "gift";
/// The row of where a parcel goes.
const DESTINATION: &str = "destination";
/// A row and the fields it stands for.
const ROWS: [(&str, &[Field]); 9] = [
    ("items", &[Field::Items, Field::ItemNumbers]),
    ("amount", &[Field::Amount]),
    ("payment", &Field::PAYMENT),
    (COUPONS, &[Field::Coupons]),
    (GIFT, &[Field::Gift]),
    ("name", &[Field::HolderName, Field::DestinationName]),
    (
        "telephone",
        &[Field::HolderTelephone, Field::DestinationTelephone],
    ),
    ("holder_address", &[Field::HolderAddress]),
    (DESTINATION, &[Field::DestinationAddress]),
];

/// The matrix of a policy. A cell is set as soon as the party reads any field of the row. That of coupons is there if
/// some can pay, that of a gift if it is or can be one; without a courier nobody is told a destination, and that row is not
/// there.
#[must_use]
pub fn rows(
    policy: &Policy,
    has_coupons: bool,
    has_gift: bool,
    has_courier: bool,
) -> Vec<MatrixRow> {
    let sees = |role, fields: &[Field]| {
        let takes_part = has_courier || role != Role::Courier;
        takes_part && fields.iter().any(|field| policy.reads(role, *field))
    };
    ROWS.iter()
        .filter(|(row, _)| has_coupons || *row != COUPONS)
        .filter(|(row, _)| has_gift || *row != GIFT)
        .filter(|(row, _)| has_courier || *row != DESTINATION)
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

/// What each party of an order would read beyond the least, by the names of the rows.
#[must_use]
pub fn extra(policy: &Policy, has_courier: bool) -> Vec<ExtraView> {
    let of = |role: Role| ExtraView {
        role: role.as_str().to_owned(),
        rows: ROWS
            .iter()
            .filter(|(_, fields)| fields.iter().any(|field| policy.is_extra(role, *field)))
            .map(|(row, _)| (*row).to_owned())
            .collect(),
    };
    let takes_part = |role: &Role| has_courier || *role != Role::Courier;
    let asked = READERS.into_iter().filter(takes_part).map(of);
    asked.filter(|extra| !extra.rows.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_protocol::checkout::policy::PolicyName;

    fn cells(policy: &Policy, name: &str) -> (bool, bool, bool, bool) {
        let row = rows(policy, true, true, true)
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
            assert!(
                !rows(&policy, false, true, true)
                    .iter()
                    .any(|row| row.row == "coupons")
            );
        }
    }

    #[test]
    fn a_gift_is_seen_by_the_shop_alone_and_only_if_it_can_be_one() {
        for policy in PolicyName::ALL.map(|name| Policy::new(name, &Field::ALL)) {
            assert_eq!(cells(&policy, "gift"), (true, false, false, false));
            let without = rows(&policy, true, false, true);
            assert!(without.iter().all(|row| row.row != "gift"));
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
        let asked: Vec<_> = extra(&fig2, true)
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
        assert!(extra(&Policy::least(), true).is_empty());
    }

    #[test]
    fn without_a_courier_there_is_no_destination_and_nobody_in_its_place() {
        for policy in PolicyName::ALL.map(|name| Policy::new(name, &Field::ALL)) {
            let rows = rows(&policy, true, false, false);
            assert!(rows.iter().all(|row| !row.courier));
            assert!(rows.iter().all(|row| row.row != "destination"));
            let asked = extra(&policy, false);
            assert!(asked.iter().all(|extra| extra.role != "courier"));
        }
    }
}
