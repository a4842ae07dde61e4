//! A card in somebody's hands.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::Apdu;
use crate::Applet;
use crate::Card;
use crate::host::{self, home};
use crate::tests::bench::{Bench, CHEAP};
use crate::tests::home::power_failure::cut_everywhere;

/// A card in somebody's hands.
pub(in crate::tests::home) struct Hand {
    pub(in crate::tests::home) bench: Bench,
    /// Whether the power fails at every write of every command.
    pub(in crate::tests::home) cuts: bool,
    /// The second bytes of the commands in which it did.
    pub(in crate::tests::home) cut: Vec<u8>,
}

impl Clone for Hand {
    fn clone(&self) -> Self {
        let mut bench = Bench {
            card: Card::restore(&self.bench.card.state())
                .unwrap()
                .costing(CHEAP),
            rng: self.bench.rng.clone(),
        };
        bench.select(Applet::Home);
        Self {
            bench,
            cuts: self.cuts,
            cut: self.cut.clone(),
        }
    }
}

impl Hand {
    /// The response to a command; the home applet is selected, the PIN is not verified.
    pub(in crate::tests::home) fn send(&mut self, apdu: Apdu) -> Zeroizing<Vec<u8>> {
        let apdu = apdu.unwrap();
        if self.cuts {
            return self.send_cut(&apdu, false);
        }
        self.bench.raw(&apdu).bytes
    }

    fn send_cut(&mut self, apdu: &[u8], with_pin: bool) -> Zeroizing<Vec<u8>> {
        self.cut.push(apdu[1]);
        let Bench { card, rng } = &mut self.bench;
        let (response, card) = cut_everywhere(card, apdu, rng, with_pin);
        self.bench.card = card;
        self.bench.select(Applet::Home);
        response
    }

    pub(in crate::tests::home) fn bytes(&mut self, apdu: Apdu) -> Vec<u8> {
        home::bytes(&self.send(apdu)).unwrap()
    }

    pub(in crate::tests::home) fn done(&mut self, apdu: Apdu) {
        host::done(&self.send(apdu)).unwrap();
    }

    /// With the PIN.
    pub(in crate::tests::home) fn with_pin(&mut self, apdu: Apdu) -> Zeroizing<Vec<u8>> {
        if self.cuts {
            return self.send_cut(&apdu.unwrap(), true);
        }
        self.bench.verify();
        self.bench.select(Applet::Home);
        let response = self.bench.send(apdu).bytes;
        self.bench.select(Applet::Identity);
        self.bench.ok(host::forget_pin());
        self.bench.select(Applet::Home);
        response
    }
}
