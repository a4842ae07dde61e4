//! How an account at a bank and its purse are opened and renewed.

use tallystick_protocol::bank::{
    AccountInstruction, AccountStatementRequest, BankKeyRequest, BookAccount, BookHolder,
    BookPurse, BookTransfer, EvidencePage, EvidencePart, Fee, FeeOption, FeeSchedule,
    InstructionAnswer, InstructionKind, InstructionOutcome, KeyRenewal, KeyRenewed, OpeningAnswer,
    OpeningOutcome, OpeningRequest, Proof, ProofKind, PurseApplication, PurseApplicationRequest,
    PurseConversation, PurseConversationAnswer, PurseKeyDelivery, PurseKeyKind, PurseKeyRequest,
    PurseKeysCertified, PurseOpening, Registration, RegistrationAnswer, RenewalAnswer,
    RenewalOutcome, RenewalPermit, RenewalRequest, RenewedKeyCertified, TransferKind,
};
use tallystick_protocol::keys::sealed::public_key;
use tallystick_protocol::purse::{P256_SECRET_BYTES, PurseKind, RSA_SECRET_BYTES, SealedSecret};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::trust::statement::Audience;
use tallystick_protocol::wire::cbor::{encode, encode_value};
use tallystick_protocol::wire::identifier::HolderId;
use tallystick_protocol::wire::money::Currency;
use tallystick_protocol::wire::time::Timestamp;

use crate::purse::PURSE;
use crate::{domain, envelope, holds, pair, support, validate, yen};

#[test]
fn opening_an_account_and_its_purse_is_as_the_page_says() {
    let to = || envelope(Audience::Party(domain("bank.example")));
    let registration = Registration {
        bank: domain("bank.example"),
        number: [1; 32],
        name: "Aiko Tanaka".into(),
        address: "1-2-3 Kiso, Nagano".into(),
        telephone: "+81 3 1234 5678".into(),
        password_verifier: [2; 32],
        outside_account: "JP4400012345678901".into(),
        currency: Currency::Jpy,
    };
    holds("registration", &registration);
    holds(
        "registration-answer",
        &RegistrationAnswer { answer: vec![1] },
    );
    holds(
        "opening-request",
        &OpeningRequest {
            envelope: to(),
            registration,
        },
    );
    for outcome in OpeningOutcome::ALL {
        let opened = outcome == OpeningOutcome::Opened;
        holds(
            "opening-answer",
            &OpeningAnswer {
                envelope: to(),
                outcome,
                account: opened.then_some(4711),
                expires_at: opened.then_some(Timestamp(2_000)),
                offer: opened.then(|| vec![1]),
            },
        );
    }
    holds(
        "purse-application",
        &PurseApplication {
            bank: domain("bank.example"),
            account: 4711,
            holder: HolderId([3; 32]),
            purse_public_key: vec![1],
            at: Timestamp(1),
        },
    );
    holds(
        "purse-application-request",
        &PurseApplicationRequest {
            application: vec![1],
            approval: vec![2],
            registration: [3; 32],
        },
    );
    holds(
        "purse-keys-certified",
        &PurseKeysCertified {
            envelope: to(),
            application: vec![1],
            approval: vec![2],
            certificate: vec![3],
        },
    );
    for key_certificate in [None, Some(vec![4])] {
        holds(
            "purse-opening",
            &PurseOpening {
                purse_certificate: vec![1],
                notice: vec![2],
                bank_certificate: vec![3],
                key_certificate,
            },
        );
    }
    holds(
        "bank-key-request",
        &BankKeyRequest {
            envelope: to(),
            public_key: vec![1],
            token: [1; 32],
        },
    );
}

#[test]
fn making_and_renewing_a_purse_s_key_is_as_the_page_says() {
    let to = || envelope(Audience::Party(domain("bank.example")));
    for (kind, secret) in [
        (PurseKeyKind::P256, vec![7; P256_SECRET_BYTES]),
        (PurseKeyKind::Rsa2048, vec![7; RSA_SECRET_BYTES]),
    ] {
        holds(
            "purse-key-request",
            &PurseKeyRequest {
                bank: domain("bank.example"),
                registration: [1; 32],
                number: [2; 32],
                enrolment_public_key: [3; 32],
                kind,
            },
        );
        let card = public_key(&[5; 32]).unwrap();
        let mut rng = support::Seeded(1, 0);
        holds(
            "purse-key-delivery",
            &PurseKeyDelivery {
                envelope: envelope(Audience::Holder),
                public_key: vec![1],
                secret: SealedSecret::new(&mut rng, &card, kind.algorithm(), &secret).unwrap(),
            },
        );
    }
    holds(
        "renewal-request",
        &RenewalRequest {
            envelope: to(),
            renewal: vec![1],
        },
    );
    for outcome in RenewalOutcome::ALL {
        let permitted = outcome == RenewalOutcome::Permitted;
        holds(
            "renewal-permit",
            &RenewalPermit {
                envelope: to(),
                outcome,
                fee: permitted.then(|| yen(300)),
                expires_at: permitted.then_some(Timestamp(2_000)),
            },
        );
    }
    holds(
        "renewed-key-certified",
        &RenewedKeyCertified {
            envelope: to(),
            renewal: vec![1],
            certificate: vec![2],
        },
    );
    for opening in [None, Some(vec![2])] {
        holds(
            "renewal-answer",
            &RenewalAnswer {
                permit: vec![1],
                opening,
            },
        );
    }
}

#[test]
fn fees_and_a_holder_s_instructions_are_as_the_page_says() {
    let fees = FeeOption::ALL.map(|option| Fee {
        option,
        amount: yen(300),
    });
    holds(
        "fee-schedule",
        &FeeSchedule {
            bank: domain("bank.example"),
            fees: fees.to_vec(),
            at: Timestamp(1),
            valid_until: Timestamp(2),
        },
    );
    for what in InstructionKind::ALL {
        holds(
            "account-instruction",
            &AccountInstruction {
                bank: domain("bank.example"),
                account: 4711,
                holder: HolderId([3; 32]),
                what,
                purse: matches!(
                    what,
                    InstructionKind::BlockPurse | InstructionKind::ClosePurse
                )
                .then_some(PURSE),
                at: Timestamp(1),
            },
        );
    }
    holds(
        "account-statement-request",
        &AccountStatementRequest {
            bank: domain("bank.example"),
            account: 4711,
            holder: HolderId([3; 32]),
            first_day: 20_000,
            last_day: 20_001,
            page: 1,
            at: Timestamp(1),
        },
    );
    for outcome in InstructionOutcome::ALL {
        let done = outcome == InstructionOutcome::Done;
        holds(
            "instruction-answer",
            &InstructionAnswer {
                instruction: [1; 32],
                outcome,
                amount: done.then(|| yen(1_200)),
                until: done.then_some(Timestamp(2)),
                at: Timestamp(1),
            },
        );
    }
}

#[test]
fn renewal_and_conversation_are_as_the_page_says() {
    holds(
        "key-renewal",
        &KeyRenewal {
            bank: domain("bank.example"),
            purse: PURSE,
            new_public_key: vec![1],
            fee: FeeOption::Certificate,
            at: Timestamp(1),
            amount: yen(300),
        },
    );
    let renewed = KeyRenewed {
        bank: domain("bank.example"),
        purse: PURSE,
        old_key: [1; 32],
        at: Timestamp(1),
    };
    holds("key-renewed", &renewed);
    for algorithm in [Algorithm::Es256, Algorithm::Ps256] {
        let signed = keyed::assemble(&encode(&renewed), algorithm, &[2; 64]);
        validate("keyed-statement", &signed).unwrap();
    }
    holds(
        "purse-conversation",
        &PurseConversation {
            pair: pair(),
            nonce: [1; 32],
            ciphertext: vec![2],
        },
    );
    let ciphertext = vec![3];
    holds(
        "purse-conversation-answer",
        &PurseConversationAnswer { ciphertext },
    );
    let mut rng = support::Seeded(1, 0);
    let key = [9; 32];
    let sealed = SealedSecret::new(&mut rng, &key, Algorithm::Es256, &[1; 32]).unwrap();
    validate("sealed-secret", &encode_value(&sealed)).unwrap();
}

#[test]
fn a_page_of_a_banks_books_is_as_the_page_says() {
    let transfer = |(number, kind): (u64, TransferKind)| BookTransfer {
        number,
        id: "move 1".into(),
        debit: "holder 1".into(),
        credit: "purse 2".into(),
        money: yen(5),
        kind,
        of: (kind != TransferKind::Single).then(|| "move 0".into()),
        at_ms: 1,
    };
    let proof = |kind: ProofKind| Proof {
        kind,
        about: "move 1".into(),
        signed: vec![1],
        key: (kind == ProofKind::Command).then(|| vec![2].into()),
        at: Timestamp(1),
    };
    for part in EvidencePart::ALL {
        holds(
            "evidence-page",
            &EvidencePage {
                bank: domain("bank.example"),
                object: "shard-0a".into(),
                at_ms: 1,
                position: 2,
                part,
                next: Some(3),
                accounts: vec![BookAccount {
                    name: "holder 1".into(),
                    kind: "holder".into(),
                    currency: Currency::Jpy,
                    debits_pending: 1,
                    debits_posted: 2,
                    credits_pending: 3,
                    credits_posted: 4,
                }],
                holders: vec![BookHolder {
                    ledger: "holder 1".into(),
                    number: 4711,
                    certificates: vec![vec![1].into()],
                }],
                purses: PurseKind::ALL
                    .map(|kind| BookPurse {
                        number: PURSE,
                        kind,
                        account: (kind == PurseKind::Account).then(|| "holder 1".into()),
                        currency: Currency::Jpy,
                        certificate: vec![1],
                    })
                    .into(),
                transfers: (1..).zip(TransferKind::ALL).map(transfer).collect(),
                proofs: ProofKind::ALL.map(proof).into(),
                bank_certificate: Some(vec![1].into()),
            },
        );
    }
}
