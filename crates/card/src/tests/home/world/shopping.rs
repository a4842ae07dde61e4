//! H6 to H8: a shop is entered, an order signed, and the terminal talks to the shop.

use alloc::vec::Vec;

use tallystick_protocol::home::agreement::{Initiator, Profile};
use tallystick_protocol::home::calls::{
    EnterCall, HomeCallKind, InnerRequest, InnerResponse, SessionAskKind,
};
use tallystick_protocol::home::channel::Signed;
use tallystick_protocol::wire::cbor::{decode, encode};

use super::{SHOP, Said, World};
use crate::host::home::access::{self, EnterTerms, SignTerms};
use crate::tests::bench::domain;

impl World {
    pub(in crate::tests::home) fn entering(&self) -> EnterTerms {
        EnterTerms {
            loan: 1,
            shop: domain(SHOP),
            form_start: 0xab,
            profile: Profile::KeyAgreement,
            is_joint: true,
            certificate: self.certificate.clone(),
        }
    }

    // H6 and H7, as `with` has it.
    pub(in crate::tests::home) fn enter_with(
        &mut self,
        terms: &EnterTerms,
        with: impl FnOnce(&mut Self, &mut EnterCall),
    ) -> Said<[u8; 16]> {
        let ask = self.asked(access::ask_enter(terms));
        assert_eq!(ask.kind, SessionAskKind::Enter);
        let enter = ask.enter.clone().unwrap();
        assert_eq!(enter.second.is_some(), terms.is_joint);
        let initiator = Initiator::new(&mut self.rng, enter.shop, enter.profile, enter.second);
        let answer = self
            .shop
            .hello(initiator.hello().clone(), self.at, &mut self.rng);
        let anchors = &self.shop.anchors;
        let received = initiator.receive(answer.clone(), anchors, self.at, self.shop.role);
        let received = received.unwrap();
        let mut call = EnterCall {
            record: ask.sealed,
            hello: initiator.hello().clone(),
            answer,
            proof: received.signed.clone(),
            certificate: enter.certificate,
            at: self.at,
        };
        with(self, &mut call);
        let said = Self::said(self.call(HomeCallKind::Enter, encode(&call)));
        let said = said.map(|entrance| {
            let (finish, agreed) = received.finish(&mut self.rng, &entrance).unwrap();
            let confirmation = self.shop.finish(&finish, self.at);
            encode(&agreed.hand_over(confirmation).unwrap())
        });
        let record = self.answer(said);
        let response = self
            .away
            .send(access::answer(SessionAskKind::Enter, &record));
        access::entered(&response).unwrap()
    }

    pub(in crate::tests::home) fn enter(&mut self) -> Said<[u8; 16]> {
        let terms = self.entering();
        self.enter_with(&terms, |_, _| {})
    }

    pub(in crate::tests::home) fn sign(&mut self, terms: &SignTerms) -> Said<Signed> {
        let ask = self.asked(access::ask_sign(terms));
        assert_eq!(ask.kind, SessionAskKind::Sign);
        self.sign_sealed(ask.sealed)
    }

    pub(in crate::tests::home) fn sign_sealed(&mut self, sealed: Vec<u8>) -> Said<Signed> {
        let said = Self::said(self.call(HomeCallKind::Sign, sealed));
        let record = self.answer(said);
        let response = self
            .away
            .send(access::answer(SessionAskKind::Sign, &record));
        access::signed(&response).unwrap()
    }

    pub(in crate::tests::home) fn end(&mut self) -> Said<()> {
        let ask = self.asked(access::ask_end());
        assert_eq!(ask.kind, SessionAskKind::End);
        assert!(self.records.as_ref().unwrap().is_complete());
        let said = Self::said(self.call(HomeCallKind::End, ask.sealed));
        let record = self.answer(said);
        let response = self.away.send(access::answer(SessionAskKind::End, &record));
        access::ended(&response).unwrap()
    }

    /// H8: one request and its answer.
    pub(in crate::tests::home) fn talk(
        &mut self,
        request: &InnerRequest,
        answer: &InnerResponse,
    ) -> InnerResponse {
        let record = self.away.bytes(access::to_shop(request, false));
        let (_, keys) = self.shop.session.as_mut().unwrap();
        assert_eq!(
            decode::<InnerRequest>(&keys.open(&record).unwrap())
                .unwrap()
                .body,
            request.body
        );
        let record = keys.seal(&encode(answer), false).unwrap();
        access::shop_response(&self.away.send(access::from_shop(&record))).unwrap()
    }
}
