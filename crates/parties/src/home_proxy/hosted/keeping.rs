//! What a hosted card is asked, what that costs the proxy, and keeping what it did.

use tallystick_card::{Card, Header, Instruction, StatusWord};
use zeroize::Zeroizing;

use super::stored::{self, Name, STATE_BYTES_MAX};
use crate::home_proxy::HomeProxy;
use crate::office::fault::Fault;
use crate::ports::Ports;

/// What a command costs: the proxy computes for one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    /// Next to nothing.
    Small,
    /// Stretching a PIN, a PUK or passwords: tenths of a second.
    Stretching,
    /// Making an RSA key: seconds.
    Making,
}

impl Work {
    /// By the command's header.
    pub(super) fn of(apdu: &[u8]) -> Self {
        /// What the last of chained commands has not (ISO/IEC 7816-4 §5.4.1): the others are not executed.
        const CHAINED: u8 = 0x10;
        /// A header and an extended length. With no data nothing is compared: the card tells how many tries are left.
        const WITHOUT_DATA: usize = 7;
        let Some(&[cla, ins, p1, p2]) = apdu.first_chunk::<4>() else {
            return Self::Small;
        };
        let header = Header {
            cla: cla & !CHAINED,
            ins,
            p1,
            p2,
        };
        match Instruction::try_from(header) {
            Ok(Instruction::GenerateAsymmetric | Instruction::MakePurseKey) => Self::Making,
            // What ends a chain is not counted again.
            _ if cla & CHAINED == 0 && apdu.len() <= WITHOUT_DATA => Self::Small,
            Ok(
                Instruction::Verify
                | Instruction::ChangeReferenceData
                | Instruction::ResetRetryCounter
                | Instruction::SetUpHome
                | Instruction::CouponPassword
                | Instruction::VerifyPinBlock,
            ) => Self::Stretching,
            _ => Self::Small,
        }
    }
}

impl<P: Ports> HomeProxy<P> {
    /// Counts what is dear, for the card and for everybody.
    pub(super) fn admit_work(&self, name: &Name, work: Work) -> Result<(), Fault> {
        let limits = &self.office.settings.limits;
        let (all, each, what) = match work {
            Work::Small => return Ok(()),
            Work::Stretching => (limits.hosted_pins, limits.hosted_pins_each, "hosted-pins"),
            Work::Making => (limits.hosted_keys, limits.hosted_keys_each, "hosted-keys"),
        };
        let bucket = format!("{what}|{}", stored::shown(name));
        self.office.admit(&[(&bucket, each), (what, all)])
    }

    /// Has a card execute commands one after the other, and stores what it has become; the response to the last one. If
    /// it cannot be stored, the card in memory is none that there is.
    pub(super) fn execute(
        &self,
        name: &Name,
        card: &mut Card,
        apdus: &[&[u8]],
    ) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let before = card.state();
        let (mut changed, mut said) = (false, Zeroizing::default());
        for apdu in apdus {
            let response = card.transmit(apdu, &mut self.office.rng());
            changed |= response.changed;
            said = response.bytes;
        }
        if !changed {
            return Ok(said);
        }
        if card.state().len() > STATE_BYTES_MAX {
            *card = Card::restore(&before).map_err(|_| Fault::internal())?;
            let full = u16::from(StatusWord::NotEnoughMemory);
            return Ok(Zeroizing::new(full.to_be_bytes().to_vec()));
        }
        self.store_card(name, card)?;
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tallystick_card::host;

    #[test]
    fn what_is_dear_is_known_by_its_header() {
        let of = |apdu: Result<Zeroizing<Vec<u8>>, _>| {
            let apdu: Zeroizing<Vec<u8>> = apdu.unwrap_or_else(|_: host::CardError| panic!());
            Work::of(&apdu)
        };
        assert_eq!(of(host::generate_signing_key(0)), Work::Making);
        assert_eq!(of(host::verify_pin("161803")), Work::Stretching);
        assert_eq!(of(host::change_pin("161803", "271828")), Work::Stretching);
        assert_eq!(
            of(host::home::lending::set_up(
                "winter river",
                "summer mountain"
            )),
            Work::Stretching
        );
        assert_eq!(of(host::list_slots()), Work::Small);
        assert_eq!(of(host::pin_tries()), Work::Small);
        assert_eq!(of(host::puk_tries()), Work::Small);
        assert_eq!(Work::of(&[]), Work::Small);
        // The first piece of a PIN in two, without which the second is nothing.
        assert_eq!(Work::of(&[0x10, 0x20, 0, 0x80]), Work::Stretching);
    }
}
