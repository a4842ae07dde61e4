//! GF(2²⁵⁵ − 19), in constant time, on the formally verified arithmetic of `fiat-crypto`:
//! five limbs of 64 bits natively, ten of 32 bits where multiplication of 64 bits is slow (wasm).

/// 2²⁵⁵ − 19 in words of 64 bits, the lowest first.
const MODULUS: [u64; 4] = [u64::MAX - 18, u64::MAX, u64::MAX, u64::MAX >> 1];

/// Whether subtracting the modulus borrows. Takes the same time for all numbers.
fn is_below_modulus(bytes: &[u8; 32]) -> bool {
    let (words, _) = bytes.as_chunks();
    words
        .iter()
        .zip(MODULUS)
        .fold(false, |borrow, (word, modulus)| {
            let (difference, below) = u64::from_le_bytes(*word).overflowing_sub(modulus);
            below | difference.overflowing_sub(u64::from(borrow)).1
        })
}

/// One field over one of `fiat-crypto`'s representations. Both have the same interface.
macro_rules! field_over {
    ($backend:ident) => {
        use alloc::vec::Vec;
        use core::fmt;

        use fiat_crypto::$backend::{
            fiat_25519_add as add, fiat_25519_carry as carry, fiat_25519_carry_mul as carry_mul,
            fiat_25519_from_bytes as from_bytes, fiat_25519_loose_field_element as Loose,
            fiat_25519_relax as relax, fiat_25519_tight_field_element as Tight,
            fiat_25519_to_bytes as to_bytes,
        };
        use rand_core::CryptoRng;
        use subtle::{Choice, ConstantTimeEq};
        use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

        use crate::keys::KeyError;

        const ZERO: Tight = Tight([0; LIMBS]);
        const LOOSE_ZERO: Loose = Loose([0; LIMBS]);

        /// An element of GF(2²⁵⁵ − 19). Wiped when dropped; `Debug` shows nothing of it.
        #[derive(Clone)]
        pub struct Element(Tight);

        impl Element {
            /// The length of an element in bytes, little-endian.
            pub const BYTES: usize = 32;

            /// The neutral element of addition.
            #[must_use]
            pub const fn zero() -> Self {
                Self(ZERO)
            }

            /// A small number.
            #[must_use]
            pub fn from_u64(number: u64) -> Self {
                let mut bytes = [0; 32];
                bytes[..8].copy_from_slice(&number.to_le_bytes());
                Self::of_255_bits(&bytes)
            }

            /// Uniform among all 2²⁵⁵ − 19 elements: 255 random bits, drawn again when they are not
            /// below the modulus.
            pub fn random(rng: &mut impl CryptoRng) -> Self {
                let mut bytes = Zeroizing::new([0_u8; 32]);
                loop {
                    rng.fill_bytes(bytes.as_mut());
                    bytes[31] &= 0x7f;
                    if let Ok(element) = Self::from_bytes(&bytes) {
                        return element;
                    }
                }
            }

            /// Reads 32 bytes, little-endian.
            ///
            /// # Errors
            /// [`KeyError::NotCanonical`] unless the number lies below 2²⁵⁵ − 19.
            pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
                if super::is_below_modulus(bytes) {
                    Ok(Self::of_255_bits(bytes))
                } else {
                    Err(KeyError::NotCanonical)
                }
            }

            /// The 48 bytes as one big-endian number, reduced (RFC 9380 §5.2, OS2IP and mod p).
            #[must_use]
            pub fn reduce_48_bytes(bytes: &[u8; 48]) -> Self {
                let (mut high, mut low, mut shift) = ([0; 32], [0; 32], [0; 32]);
                for (index, byte) in bytes.iter().rev().enumerate() {
                    if index < 31 {
                        low[index] = *byte;
                    } else {
                        high[index - 31] = *byte;
                    }
                }
                shift[31] = 1; // 2²⁴⁸
                let high = Self::of_255_bits(&high).times(&Self::of_255_bits(&shift));
                high.plus(&Self::of_255_bits(&low))
            }

            /// The 32 bytes, little-endian, below 2²⁵⁵ − 19.
            #[must_use]
            pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
                let mut bytes = Zeroizing::new([0; 32]);
                self.write(&mut bytes);
                bytes
            }

            /// As [`Self::to_bytes`], into a buffer at hand.
            pub fn write(&self, bytes: &mut [u8; 32]) {
                to_bytes(bytes, &self.0);
            }

            /// The sum.
            #[must_use]
            pub fn plus(&self, other: &Self) -> Self {
                let (mut sum, mut carried) = (LOOSE_ZERO, ZERO);
                add(&mut sum, &self.0, &other.0);
                carry(&mut carried, &sum);
                Self(carried)
            }

            /// The product.
            #[must_use]
            pub fn times(&self, other: &Self) -> Self {
                let mut product = ZERO;
                carry_mul(&mut product, &self.relaxed(), &other.relaxed());
                Self(product)
            }

            /// Σ coefficients\[i\]·at^i by Horner's rule. A sum is carried only by the multiplication
            /// that follows it.
            #[must_use]
            pub fn evaluate(coefficients: &[Self], at: &Self) -> Self {
                let at = at.relaxed();
                let (mut sum, mut product) = (LOOSE_ZERO, ZERO);
                for coefficient in coefficients.iter().rev() {
                    carry_mul(&mut product, &sum, &at);
                    add(&mut sum, &product, &coefficient.0);
                }
                carry(&mut product, &sum);
                sum.0.zeroize();
                Self(product)
            }

            /// sums\[i\] += by · row\[i\], as far as both go.
            pub fn add_multiple(sums: &mut [Self], row: &[Self], by: &Self) {
                let by = by.relaxed();
                let (mut total, mut product) = (LOOSE_ZERO, ZERO);
                for (sum, element) in sums.iter_mut().zip(row) {
                    carry_mul(&mut product, &element.relaxed(), &by);
                    add(&mut total, &sum.0, &product);
                    carry(&mut sum.0, &total);
                }
                total.0.zeroize();
                product.0.zeroize();
            }

            /// 1, at, at², … `count` of them.
            #[must_use]
            pub fn powers(at: &Self, count: usize) -> Vec<Self> {
                let mut power = Self::from_u64(1);
                let mut powers = Vec::with_capacity(count);
                for _ in 0..count {
                    let next = power.times(at);
                    powers.push(core::mem::replace(&mut power, next));
                }
                powers
            }

            /// Whether this is zero, in constant time.
            #[must_use]
            pub fn is_zero(&self) -> Choice {
                self.to_bytes().ct_eq(&[0; 32])
            }

            /// `bytes` lie below 2²⁵⁵, not necessarily below the modulus.
            fn of_255_bits(bytes: &[u8; 32]) -> Self {
                let mut element = ZERO;
                from_bytes(&mut element, bytes);
                Self(element)
            }

            fn relaxed(&self) -> Loose {
                let mut loose = LOOSE_ZERO;
                relax(&mut loose, &self.0);
                loose
            }
        }

        impl PartialEq for Element {
            fn eq(&self, other: &Self) -> bool {
                self.to_bytes().ct_eq(&*other.to_bytes()).into()
            }
        }

        impl Eq for Element {}

        impl fmt::Debug for Element {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("Element(…)")
            }
        }

        impl Drop for Element {
            fn drop(&mut self) {
                self.0.0.zeroize();
            }
        }

        impl ZeroizeOnDrop for Element {}
    };
}

#[cfg(any(target_pointer_width = "64", test))]
#[cfg_attr(test, allow(dead_code, reason = "tests compile both representations"))]
mod limbs_of_64_bits {
    const LIMBS: usize = 5;
    field_over!(curve25519_64);
}

#[cfg(any(not(target_pointer_width = "64"), test))]
#[cfg_attr(test, allow(dead_code, reason = "tests compile both representations"))]
mod limbs_of_32_bits {
    const LIMBS: usize = 10;
    field_over!(curve25519_32);
}

#[cfg(not(target_pointer_width = "64"))]
pub use limbs_of_32_bits::Element;
#[cfg(target_pointer_width = "64")]
pub use limbs_of_64_bits::Element;

#[cfg(test)]
#[path = "field_tests.rs"]
mod tests;
