//! Settlement with a contactless card.

use minicbor::bytes::ByteVec;
use tallystick_protocol::settlement::*;
use tallystick_protocol::wire::identifier::Domain;
use tallystick_protocol::wire::money::Currency;

use super::*;

const ALIAS: Alias = Alias([1; 10]);

#[test]
fn what_shop_front_and_security_server_say_is_as_the_page_says() {
    let request = SettlementRequest {
        envelope: envelope(Audience::Anyone),
        mall: Domain::parse("settlement.example").unwrap(),
        root: Root([3; 32]),
        goods: [4; 32],
        amount: yen(1),
    };
    holds("settlement-request", &request);
    let order = SettlementOrder {
        envelope: envelope(Audience::Anyone),
        request: vec![1; 40],
        reading: ReadingId([2; 16]),
    };
    holds("settlement-order", &order);
    let proposal = BillProposal {
        envelope: envelope(Audience::Anyone),
        request: [5; 32],
        amount: yen(1),
        card: [6; 32],
    };
    holds("bill-proposal", &proposal);
    let bill = Bill {
        envelope: envelope(Audience::Anyone),
        request: [5; 32],
        amount: yen(1),
        card: [6; 32],
    };
    holds("bill", &bill);
    let outcome = SettlementOutcome {
        envelope: envelope(Audience::Anyone),
        root: Root([3; 32]),
        request: [5; 32],
        amount: yen(1),
        state: SettlementState::Settled,
        refusal: Some(SettlementRefusal::OtherCard),
        alias: Some(ALIAS),
        balance: Some(yen(7)),
    };
    holds("settlement-outcome", &outcome);
    let end = SettlementEnd {
        envelope: envelope(Audience::Anyone),
        root: Root([3; 32]),
        request: [5; 32],
        amount: yen(1),
    };
    holds("settlement-end", &end);
    let receipt = OutcomeReceipt {
        envelope: envelope(Audience::Anyone),
        outcome: [6; 32],
    };
    holds("outcome-receipt", &receipt);
}

#[test]
fn what_is_said_of_cards_and_credits_is_as_the_page_says() {
    let reading = CardReading {
        envelope: envelope(Audience::Anyone),
        reading: ReadingId([2; 16]),
        alias: ALIAS,
        balance: yen(1),
        waiting: 3,
    };
    holds("card-reading", &reading);
    let order = CreditOrder {
        envelope: envelope(Audience::Anyone),
        alias: ALIAS,
        amount: yen(1),
        reason: CreditReason::Charged,
        until: Some(Timestamp(9)),
    };
    holds("credit-order", &order);
    holds(
        "credit-withdrawal",
        &CreditWithdrawal {
            envelope: envelope(Audience::Anyone),
            alias: ALIAS,
            amount: yen(1),
        },
    );
    let outcome = CreditOutcome {
        envelope: envelope(Audience::Anyone),
        alias: ALIAS,
        amount: yen(1),
        state: CreditState::Written,
        balance: Some(yen(8)),
    };
    holds("credit-outcome", &outcome);
    let charge = ChargeRequest {
        front: Domain::parse("settlement.example").unwrap(),
        holder: HolderId([7; 32]),
        alias: ALIAS,
        amount: yen(1),
        at: Timestamp(9),
        nonce: [8; 16],
    };
    holds("charge-request", &charge);
    let answer = ChargeAnswer {
        envelope: envelope(Audience::Anyone),
        state: ChargeState::Refused,
        refusal: Some(ChargeRefusal::Declined),
        until: Timestamp(9),
    };
    holds("charge-answer", &answer);
    let update = ValueUpdate {
        envelope: envelope(Audience::Anyone),
        alias: ALIAS,
        amount: yen(1),
        block: [9; 32],
    };
    holds("value-update", &update);
}

#[test]
fn what_goes_between_card_and_server_is_as_the_page_says() {
    let purposes = [
        TapPurpose::Read,
        TapPurpose::Settle(Root([3; 32])),
        TapPurpose::Collect,
    ];
    for purpose in purposes {
        let ask = TapAsk {
            nonce: [1; 32],
            purpose,
        };
        holds("tap-ask", &ask);
    }
    let block: Vec<ByteVec> = vec![vec![0x80, 0x50].into()];
    let step = TapStep {
        tap: TapId([1; 16]),
        block: block.clone(),
        request: Some(vec![1; 40]),
        update: Some(vec![2; 40]),
    };
    holds("tap-step", &step);
    let answers = TapAnswers {
        tap: TapId([1; 16]),
        responses: block.clone(),
    };
    holds("tap-answers", &answers);
    let end = TapEnd {
        tap: TapId([1; 16]),
        reading: Some(vec![1; 40]),
        outcomes: block.clone(),
        credits: block,
    };
    holds("tap-end", &end);
    let card = CardRequest {
        nonce: [1; 32],
        recipient: [2; 32],
        currency: Currency::Jpy,
    };
    holds("card-request", &card);
}
