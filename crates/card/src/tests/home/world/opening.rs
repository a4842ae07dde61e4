//! H1 to H5: what goes between the cards until proxying is released.

use alloc::vec::Vec;

use tallystick_protocol::home::agreement::{Finish, Hello, Responder};
use tallystick_protocol::home::calls::{
    HomeCallKind, SessionAnswer, SessionAsk, SessionAskKind, TerminalProof,
};
use tallystick_protocol::home::records::Side;
use tallystick_protocol::home::{AccessAnswer, AccessPurpose};
use tallystick_protocol::test_keys::{TestAuthority, test_statement};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::wire::cbor::{decode, encode};
use tallystick_protocol::wire::identifier::Role;

use super::{Apdu, FIRST, NOW, PROXY, SECOND, Said, World};
use crate::host::home;
use crate::host::home::access::{self, AccessTerms};
use crate::tests::bench::domain;

impl World {
    // H1.
    pub(in crate::tests::home) fn request(&mut self, purpose: AccessPurpose) -> Vec<u8> {
        let terms = AccessTerms {
            home: self.keys.home(),
            proxy: domain(PROXY),
            purpose,
            at: self.at,
        };
        self.away.bytes(access::request(&terms))
    }

    pub(in crate::tests::home) fn access(&mut self) -> Said<AccessAnswer> {
        let request = self.request(AccessPurpose::Open);
        let reply = Self::said(self.call(HomeCallKind::Access, request))?;
        Ok(decode(&reply).unwrap())
    }

    // H4.
    pub(in crate::tests::home) fn open(&mut self, answer: &AccessAnswer, first: &str) -> Said<()> {
        let keys = self.keys.clone();
        let opening = self.away.bytes(access::opening(&keys, answer, first));
        let record = Self::said(self.call(HomeCallKind::Open, opening))?;
        self.away.done(access::opened(&record));
        Ok(())
    }

    // H3.
    pub(in crate::tests::home) fn session(&mut self) {
        let hello: Hello = decode(&self.away.bytes(access::hello())).unwrap();
        assert_eq!(hello.to, domain(PROXY));
        let responder = Responder::new(&mut self.rng, hello);
        let proof = responder.proof(domain(PROXY), self.at, None);
        let certificate = TestAuthority::new(NOW).party(Role::HomeProxy, PROXY, "Hearth", 1);
        let signed = test_statement(&proof, &certificate, 1);
        let (answer, answered) = responder.answer(&signed).unwrap();
        let finish = self.away.bytes(access::finish(&answer, self.at));
        let finish: Finish = decode(&finish).unwrap();
        let said = answered.receive(&finish).unwrap();
        let response = self.away.send(access::keys());
        let terminal = home::public_keys(&response).unwrap();
        let proof: TerminalProof = keyed::open(&said, &terminal.verifying().unwrap()).unwrap();
        assert_eq!(proof.transcript, answered.transcript);
        assert_eq!(
            (proof.home, proof.terminal),
            (self.keys.home(), self.terminal)
        );
        let (key, confirmation) = answered.agree(&finish, None).unwrap();
        self.away.done(access::confirm(&confirmation));
        self.records = Some(key.record_keys(Side::Responder));
    }

    /// What the terminal asks in its session, as its proxy reads it.
    pub(in crate::tests::home) fn asked(&mut self, apdu: Apdu) -> SessionAsk {
        let record = self.away.bytes(apdu);
        let content = self.records.as_mut().unwrap().open(&record).unwrap();
        decode(&content).unwrap()
    }

    /// What the proxy answers, as a record.
    pub(in crate::tests::home) fn answer(&mut self, said: Said<Vec<u8>>) -> Vec<u8> {
        let answer = match said {
            Ok(content) => SessionAnswer {
                refusal: None,
                content,
            },
            Err(refusal) => SessionAnswer {
                refusal: Some(refusal),
                content: Vec::new(),
            },
        };
        let records = self.records.as_mut().unwrap();
        records.seal(&encode(&answer), false).unwrap()
    }

    // H5.
    pub(in crate::tests::home) fn release(&mut self, second: &str) -> Said<()> {
        let ask = self.asked(access::ask_release(second));
        assert_eq!(ask.kind, SessionAskKind::Release);
        let said = Self::said(self.call(HomeCallKind::Release, ask.sealed));
        let record = self.answer(said);
        let response = self
            .away
            .send(access::answer(SessionAskKind::Release, &record));
        access::released(&response).unwrap()
    }

    /// H1 to H5.
    pub(in crate::tests::home) fn released(&mut self) {
        let answer = self.access().unwrap();
        self.open(&answer, FIRST).unwrap();
        self.session();
        self.release(SECOND).unwrap();
    }
}
