//! What purses say to each other.

use tallystick_protocol::purse::local::{
    Contradiction, Credentials, LocalAnswer, LocalEvidence, LocalPayment, LocalRequest, SaidKind,
    SealedAnswer, SealedPayment, Taken,
};
use tallystick_protocol::test_keys::TestRng;
use tallystick_protocol::trust::signature::VerifyingKey;
use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use crate::purse::PURSE;
use crate::{domain, holds, yen};

fn credentials() -> Credentials {
    let key = VerifyingKey::of_es256(&[1; 32]).unwrap();
    Credentials::new(vec![1, 2, 3], &key).unwrap()
}

fn request(amount: Option<u64>) -> LocalRequest {
    LocalRequest {
        payee: credentials(),
        nonce: [2; 32],
        sealing: [9; 32],
        amount,
        at: Timestamp(4),
    }
}

#[test]
fn what_purses_say_to_each_other_is_as_the_page_says() {
    for amount in [None, Some(7)] {
        holds("local-request", &request(amount));
    }
    holds(
        "local-payment",
        &LocalPayment {
            bank: domain("bank.example"),
            payer: PURSE,
            payee: PURSE,
            nonce: [2; 32],
            amount: yen(5),
            sequence: 6,
            previous: [7; 32],
            balance: 8,
            at: Timestamp(9),
        },
    );
    let taken = Taken {
        sequence: 6,
        previous: [7; 32],
        balance: 8,
    };
    for taken in [None, Some(taken)] {
        holds(
            "local-answer",
            &LocalAnswer {
                bank: domain("bank.example"),
                payer: PURSE,
                payee: PURSE,
                transaction: TransactionId([1; 32]),
                amount: yen(5),
                taken,
                at: Timestamp(9),
            },
        );
    }
    let evidence = LocalEvidence {
        purse: credentials(),
        signed: vec![1; 90],
    };
    let rng = &mut TestRng::new(1);
    let (payment, key) = SealedPayment::seal(rng, &request(None), &evidence).unwrap();
    holds("sealed-local-payment", &payment);
    let transaction = TransactionId([1; 32]);
    let answer = SealedAnswer::seal(rng, &key, &transaction, &[1; 90]).unwrap();
    holds("sealed-local-answer", &answer);
    for kind in SaidKind::ALL {
        let said = (kind, vec![1, 2, 3]);
        let proof = Contradiction::new(credentials(), 7, said.clone(), said);
        holds("contradiction", &proof);
    }
}
