//! Where a parcel is, after the courier accepted it: the courier's signed word, for the shop that sent it and for the
//! holder. Neither the acceptance nor anything else that reaches the issuer has the code without which nobody is told.

use crate::wire::registry::{context, message};
use alloc::{string::String, vec::Vec};
use core::fmt;
use core::str::FromStr;
use minicbor::{Decode, Decoder, Encode, Encoder};
use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use tallystick_codec::DecodeMap;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::answers::STATEMENT_MAX_BYTES;
use crate::trust::statement::{Envelope, signed_message};
use crate::wire::identifier::Root;
use crate::wire::time::Timestamp;

/// Thirty-two symbols that people do not take for each other, as Crockford's base 32 has them.
const SYMBOLS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Symbols of a code, five bits each: 40 bits, which nobody guesses where a few wrong ones a minute are the limit.
const CODE_SYMBOLS: usize = 8;
/// Symbols in a group, where a code is written for people.
const GROUP: usize = 4;

/// What opens a parcel's way beside its number: courier, shop and holder have it. Written as two groups of four symbols,
/// such as `7K3M-9Q5T`.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct TrackingCode([u8; CODE_SYMBOLS]);

/// A text is no tracking code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tracking code has eight letters and digits")]
pub struct NoTrackingCode;

impl TrackingCode {
    /// Draws a code.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; CODE_SYMBOLS];
        rng.fill_bytes(&mut bytes);
        // 32 divides 256: each symbol is as likely as any other.
        Self(bytes.map(|byte| SYMBOLS.get(usize::from(byte % 32)).copied().unwrap_or(b'0')))
    }

    /// Whether it is that one. Takes the same time whatever differs.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }

    /// As it is written for people, in groups of four.
    #[must_use]
    pub fn shown(&self) -> String {
        let mut text = String::with_capacity(CODE_SYMBOLS + 1);
        for (place, symbol) in self.0.iter().enumerate() {
            if place == GROUP {
                text.push('-');
            }
            text.push(char::from(*symbol));
        }
        text
    }
}

/// Reads a code as people type it: case, spaces and hyphens do not matter, and what looks like a digit is read as one.
impl FromStr for TrackingCode {
    type Err = NoTrackingCode;

    fn from_str(typed: &str) -> Result<Self, NoTrackingCode> {
        let mut symbols = [0; CODE_SYMBOLS];
        let mut count = 0;
        for symbol in typed.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let symbol = match symbol.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let known = u8::try_from(symbol).ok();
            let known = known.filter(|symbol| SYMBOLS.contains(symbol));
            let place = symbols.get_mut(count).ok_or(NoTrackingCode)?;
            *place = known.ok_or(NoTrackingCode)?;
            count += 1;
        }
        if count == CODE_SYMBOLS {
            Ok(Self(symbols))
        } else {
            Err(NoTrackingCode)
        }
    }
}

impl fmt::Debug for TrackingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TrackingCode(not shown)")
    }
}

/// A text of eight symbols, without a hyphen.
impl<Ctx> Encode<Ctx> for TrackingCode {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut Encoder<W>,
        _: &mut Ctx,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let text = core::str::from_utf8(&self.0);
        encoder.str(text.map_err(|_| minicbor::encode::Error::message("no symbols"))?)?;
        Ok(())
    }
}

impl<'bytes, Ctx> Decode<'bytes, Ctx> for TrackingCode {
    fn decode(decoder: &mut Decoder<'bytes>, _: &mut Ctx) -> Result<Self, minicbor::decode::Error> {
        let none = || minicbor::decode::Error::message("no tracking code");
        let text = decoder.str()?;
        let symbols: [u8; CODE_SYMBOLS] = text.as_bytes().try_into().map_err(|_| none())?;
        if symbols.iter().all(|symbol| SYMBOLS.contains(symbol)) {
            Ok(Self(symbols))
        } else {
            Err(none())
        }
    }
}

crate::named_enum! {
    /// How far a parcel is. Each comes after the ones before it; a courier may leave out one in between.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
    #[cbor(index_only)]
    pub enum ParcelStep {
        /// The courier made its label.
        #[n(1)]
        LabelMade => "label-made",
        /// The shop handed it over to the courier.
        #[n(2)]
        HandedOver => "handed-over",
        /// The courier is on the way with it.
        #[n(3)]
        OnTheWay => "on-the-way",
        /// It was delivered.
        #[n(4)]
        Delivered => "delivered",
    }
}

/// A parcel came so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct ParcelMove {
    /// How far.
    #[n(0)]
    pub step: ParcelStep,
    /// When.
    #[n(1)]
    pub at: Timestamp,
}

/// The shop asks where the parcel is that it sent. It is answered with the courier's [`TrackingReport`].
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TrackingRequest {
    /// From the shop to the courier; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
}
signed_message!(
    TrackingRequest,
    message::TRACKING_REQUEST,
    STATEMENT_MAX_BYTES,
    context::TRACKING_REQUEST
);

/// The courier says how far a parcel is.
#[derive(Debug, Clone, PartialEq, Eq, Encode, DecodeMap)]
#[cbor(map)]
pub struct TrackingReport {
    /// From the courier to anyone who takes part; its transaction is the order.
    #[n(0)]
    pub envelope: Envelope,
    /// The order's root.
    #[n(1)]
    pub root: Root,
    /// The parcel's number, as in the acceptance.
    #[n(2)]
    pub tracking: String,
    /// What opens its way beside the number.
    #[n(3)]
    pub code: TrackingCode,
    /// How it came so far, the oldest first.
    #[n(4)]
    pub moves: Vec<ParcelMove>,
}
signed_message!(
    TrackingReport,
    message::TRACKING_REPORT,
    STATEMENT_MAX_BYTES,
    context::TRACKING_REPORT
);

impl TrackingReport {
    /// How far the parcel is: its last move, if all of them are in order. It begins with the label; each step is further
    /// than the one before it, and none is earlier.
    #[must_use]
    pub fn last(&self) -> Option<ParcelMove> {
        let begins = self.moves.first()?.step == ParcelStep::LabelMade;
        let in_order = |pair: &[ParcelMove]| match pair {
            [before, after] => before.step < after.step && before.at <= after.at,
            _ => false,
        };
        let is_in_order = begins && self.moves.windows(2).all(in_order);
        self.moves.last().copied().filter(|_| is_in_order)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec};

    use super::*;
    use crate::trust::statement::Audience;
    use crate::wire::identifier::Domain;

    struct Counting(u8);

    impl rand_core::TryRng for Counting {
        type Error = core::convert::Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Ok(u32::from(self.0))
        }

        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Ok(u64::from(self.0))
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
            for byte in bytes {
                self.0 = self.0.wrapping_add(37);
                *byte = self.0;
            }
            Ok(())
        }
    }

    impl rand_core::TryCryptoRng for Counting {}

    fn report(steps: &[(ParcelStep, u64)]) -> TrackingReport {
        let move_of = |(step, at): &(ParcelStep, u64)| ParcelMove {
            step: *step,
            at: Timestamp(*at),
        };
        let courier = Domain::parse("courier.example").unwrap();
        TrackingReport {
            envelope: Envelope::new(courier, Audience::Anyone, [3; 32], Timestamp(1), 60),
            root: Root([4; 32]),
            tracking: "HY-1234".into(),
            code: "7K3M9QXT".parse().unwrap(),
            moves: steps.iter().map(move_of).collect(),
        }
    }

    #[test]
    fn a_code_is_known_again_however_it_is_typed_and_is_never_shown_by_accident() {
        let code = TrackingCode::random(&mut Counting(5));
        let shown = code.shown();
        assert_eq!(shown.len(), 9);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', " "),
            shown.replace('0', "o").replace('1', "l"),
        ] {
            assert!(code.is(&typed.parse().unwrap()), "{typed}");
        }
        assert!(!code.is(&TrackingCode::random(&mut Counting(6))));
        assert_eq!(format!("{code:?}"), "TrackingCode(not shown)");
        for text in [
            "",
            "7K3M9QX",
            "7K3M9QXTT",
            "7K3M-9QX!",
            "7K3M9QXU",
            "七K3M9QXT",
        ] {
            assert_eq!(text.parse::<TrackingCode>(), Err(NoTrackingCode), "{text}");
        }
    }

    #[test]
    fn moves_that_go_back_or_begin_without_a_label_say_nothing() {
        use ParcelStep::{Delivered, HandedOver, LabelMade, OnTheWay};
        let last = |steps: &[_]| report(steps).last().map(|one| one.step);
        assert_eq!(last(&[(LabelMade, 5)]), Some(LabelMade));
        assert_eq!(
            last(&[(LabelMade, 5), (OnTheWay, 5), (Delivered, 9)]),
            Some(Delivered)
        );
        let wrong = [
            vec![],
            vec![(HandedOver, 5)],
            vec![(LabelMade, 5), (LabelMade, 6)],
            vec![(LabelMade, 5), (OnTheWay, 6), (HandedOver, 7)],
            vec![(LabelMade, 5), (HandedOver, 4)],
        ];
        for steps in wrong {
            assert_eq!(last(&steps), None, "{steps:?}");
        }
    }
}
