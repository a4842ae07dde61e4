use alloc::{format, vec, vec::Vec};

use super::{limbs_of_32_bits, limbs_of_64_bits};
use crate::keys::{Element, KeyError};
use crate::test_keys::TestRng;

/// 2²⁵⁵ − 19 − `below`, little-endian.
fn modulus_less(below: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = 0xed - below;
    bytes[31] = 0x7f;
    bytes
}

#[test]
fn numbers_at_or_above_the_modulus_are_refused() {
    assert!(Element::from_bytes(&modulus_less(1)).is_ok());
    let mut above = modulus_less(0);
    for low in 0xed..=0xff {
        above[0] = low;
        assert_eq!(
            Element::from_bytes(&above),
            Err(KeyError::NotCanonical),
            "{low:x}"
        );
    }
    // The same number with the unused bit set is another spelling, and refused too.
    let mut spelled_otherwise = *Element::from_u64(5).to_bytes();
    spelled_otherwise[31] |= 0x80;
    assert_eq!(
        Element::from_bytes(&spelled_otherwise),
        Err(KeyError::NotCanonical)
    );
}

#[test]
fn arithmetic_is_modulo_the_prime() {
    let minus_one = Element::from_bytes(&modulus_less(1)).unwrap();
    let two = Element::from_u64(2);
    assert_eq!(minus_one.plus(&Element::from_u64(1)), Element::zero());
    assert_eq!(minus_one.times(&minus_one), Element::from_u64(1));
    assert_eq!(*minus_one.times(&two).to_bytes(), modulus_less(2));
    // 2²⁵⁵ = 19
    let power = (0..255).fold(Element::from_u64(1), |power, _| power.times(&two));
    assert_eq!(power, Element::from_u64(19));
    assert!(bool::from(Element::zero().is_zero()) && !bool::from(two.is_zero()));
}

#[test]
fn both_representations_compute_the_same() {
    let mut rng = TestRng::new(1);
    for round in 0..50_usize {
        let mut bytes: Vec<[u8; 32]> = vec![modulus_less(1), [0; 32]];
        bytes.extend((0..round).map(|_| *Element::random(&mut rng).to_bytes()));
        let of_64: Vec<_> = bytes
            .iter()
            .map(|bytes| limbs_of_64_bits::Element::from_bytes(bytes).unwrap())
            .collect();
        let of_32: Vec<_> = bytes
            .iter()
            .map(|bytes| limbs_of_32_bits::Element::from_bytes(bytes).unwrap())
            .collect();
        let (at_64, at_32) = (of_64.last().unwrap(), of_32.last().unwrap());
        let sum_64 = limbs_of_64_bits::Element::evaluate(&of_64, at_64);
        let sum_32 = limbs_of_32_bits::Element::evaluate(&of_32, at_32);
        assert_eq!(sum_64.to_bytes(), sum_32.to_bytes());
        let (mut sums_64, mut sums_32) = (of_64.clone(), of_32.clone());
        limbs_of_64_bits::Element::add_multiple(&mut sums_64, &of_64, at_64);
        limbs_of_32_bits::Element::add_multiple(&mut sums_32, &of_32, at_32);
        for (one, other) in sums_64.iter().zip(&sums_32) {
            assert_eq!(one.to_bytes(), other.to_bytes());
        }
    }
}

#[test]
fn the_rule_of_horner_gives_the_sum_of_powers() {
    let mut rng = TestRng::new(2);
    let coefficients: Vec<_> = (0..9).map(|_| Element::random(&mut rng)).collect();
    let at = Element::random(&mut rng);
    let powers = Element::powers(&at, 9);
    let terms = coefficients.iter().zip(&powers);
    let sum = terms.fold(Element::zero(), |sum, (one, power)| {
        sum.plus(&one.times(power))
    });
    assert_eq!(Element::evaluate(&coefficients, &at), sum);
}

#[test]
fn forty_eight_bytes_are_reduced_as_one_big_endian_number() {
    let mut bytes = [0; 48];
    bytes[47] = 7;
    assert_eq!(Element::reduce_48_bytes(&bytes), Element::from_u64(7));
    // 2³⁸⁴ − 1, by repeated doubling.
    let two = Element::from_u64(2);
    let ones = (0..384).fold(Element::zero(), |sum, _| {
        sum.times(&two).plus(&Element::from_u64(1))
    });
    assert_eq!(Element::reduce_48_bytes(&[0xff; 48]), ones);
}

#[test]
fn debug_shows_no_secret() {
    let shown = format!("{:?}", Element::from_u64(0x0123_4567_89ab_cdef));
    assert_eq!(shown, "Element(…)");
}
