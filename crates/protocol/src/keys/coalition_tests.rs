//! What a coalition can compute, by linear algebra on small degrees: a key is determined by the
//! corrupt shares exactly if its row of the system is a combination of theirs.

use alloc::vec::Vec;

use super::Element;

const HOLDER_DEGREE: usize = 3;
const PARTY_DEGREE: usize = 2;

/// The row of f(x, y) over the unknown coefficients, x^i·y^j in order of i, then j.
fn value_row(x: &Element, y: &Element) -> Vec<Element> {
    let ys = Element::powers(y, PARTY_DEGREE + 1);
    let xs = Element::powers(x, HOLDER_DEGREE + 1);
    xs.iter()
        .flat_map(|x| ys.iter().map(|y| x.times(y)))
        .collect()
}

/// What a holder's share says: for each j, Σᵢ cᵢⱼ·xⁱ.
fn holder_rows(x: &Element) -> Vec<Vec<Element>> {
    let xs = Element::powers(x, HOLDER_DEGREE + 1);
    let row = |j| {
        let place = |x: &Element| {
            let mut row = alloc::vec![Element::zero(); PARTY_DEGREE + 1];
            row[j] = x.clone();
            row
        };
        xs.iter().flat_map(place).collect()
    };
    (0..=PARTY_DEGREE).map(row).collect()
}

/// What a party's share says: for each i, Σⱼ cᵢⱼ·yʲ.
fn party_rows(y: &Element) -> Vec<Vec<Element>> {
    let ys = Element::powers(y, PARTY_DEGREE + 1);
    let row = |i| {
        let mut row = alloc::vec![Element::zero(); (HOLDER_DEGREE + 1) * (PARTY_DEGREE + 1)];
        let start = i * (PARTY_DEGREE + 1);
        row[start..=start + PARTY_DEGREE].clone_from_slice(&ys);
        row
    };
    (0..=HOLDER_DEGREE).map(row).collect()
}

/// The inverse by Fermat: the power p − 2 = 2²⁵⁵ − 21.
fn inverse(element: &Element) -> Element {
    (0..255).rev().fold(Element::from_u64(1), |power, bit| {
        let square = power.times(&power);
        // 2²⁵⁵ − 21 has all bits set but those of 20 = 0b10100.
        if bit == 2 || bit == 4 {
            square
        } else {
            square.times(element)
        }
    })
}

fn rank(mut rows: Vec<Vec<Element>>) -> usize {
    let width = rows.first().map_or(0, Vec::len);
    let mut rank = 0;
    for column in 0..width {
        let pivot = (rank..rows.len()).find(|row| !bool::from(rows[*row][column].is_zero()));
        let Some(pivot) = pivot else { continue };
        rows.swap(rank, pivot);
        let scale = inverse(&rows[rank][column]);
        let pivot_row: Vec<_> = rows[rank]
            .iter()
            .map(|element| element.times(&scale))
            .collect();
        for row in rows.iter_mut().skip(rank + 1) {
            let factor = row[column].times(&minus_one());
            Element::add_multiple(row, &pivot_row, &factor);
        }
        rank += 1;
    }
    rank
}

fn minus_one() -> Element {
    let mut bytes = [0xff; 32];
    (bytes[0], bytes[31]) = (0xec, 0x7f);
    Element::from_bytes(&bytes).unwrap()
}

/// Whether that many corrupt holders and parties together know the key of two honest ones.
fn coalition_knows(holders: usize, parties: usize) -> bool {
    let holder = |index: usize| Element::from_u64(1000 + index as u64);
    let party = |index: usize| Element::from_u64(77 + index as u64);
    let mut known: Vec<_> = (1..=holders)
        .flat_map(|index| holder_rows(&holder(index)))
        .collect();
    known.extend((1..=parties).flat_map(|index| party_rows(&party(index))));
    let before = rank(known.clone());
    known.push(value_row(&holder(0), &party(0)));
    rank(known) == before
}

#[test]
fn inversion_is_inversion() {
    let element = Element::from_u64(123_456_789);
    assert_eq!(element.times(&inverse(&element)), Element::from_u64(1));
}

#[test]
fn t002_6_a_coalition_within_both_degrees_cannot_determine_a_key() {
    for holders in 0..=HOLDER_DEGREE {
        for parties in 0..=PARTY_DEGREE {
            assert!(
                !coalition_knows(holders, parties),
                "{holders} holders, {parties} parties"
            );
        }
    }
}

#[test]
fn one_identifier_over_either_degree_gives_every_key_away() {
    for parties in 0..=PARTY_DEGREE {
        assert!(coalition_knows(HOLDER_DEGREE + 1, parties));
    }
    for holders in 0..=HOLDER_DEGREE {
        assert!(coalition_knows(holders, PARTY_DEGREE + 1));
    }
}
