//! `docs/messages.cddl` and the encoder say the same.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::sync::OnceLock;

use cddl::ast::CDDL;
use cddl::cddl_from_str;
use cddl::validator::Validator as _;
use cddl::validator::cbor::{CBORValidator, Error as CborError};
use cddl::validator::cbor_value::decode_cbor;
use tallystick_protocol::account::{
    AccountOffer, CardExpiry, CardNumber, CardRecord, CertificateAnswer, EnrolmentAnswer,
    EnrolmentRequest, EnrolmentTicket, HolderCertificateRequest, HolderShareAnswer,
    HolderShareRequest, KeyCertificates, MoveRequest, PartyCertificateRequest, PartyShareAnswer,
    PartyShareRequest, RegistrationReceipt, RevocationRequest,
};
use tallystick_protocol::bank::{
    BankKeyRequest, FeeOption, KeyRenewal, KeyRenewed, OpeningAnswer, OpeningOutcome,
    OpeningRequest, PurseApplication, PurseApplicationRequest, PurseConversation,
    PurseConversationAnswer, PurseKeyDelivery, PurseKeyKind, PurseKeyRequest, PurseKeysCertified,
    PurseOpening, Registration, RegistrationAnswer, RenewalAnswer, RenewalOutcome, RenewalPermit,
    RenewalRequest, RenewedKeyCertified,
};
use tallystick_protocol::checkout::answers::{
    Acceptance, Authorisation, AuthorisationAnswer, AuthorisationRequest, Clearance, CourierAnswer,
    DeliveryRequest, Evidence, Inquiry, IssuerAnswer, MoneyState, Refusal, RefusalReason,
    ShopReceipt, ShopState,
};
use tallystick_protocol::checkout::cancellation::{
    CancellationKey, CancellationRequest, DeliveryCancellation,
};
use tallystick_protocol::checkout::form::{Delivery, Item, OrderForm};
use tallystick_protocol::checkout::order::{HolderApproval, OrderHeader, SealedPart, SplitOrder};
use tallystick_protocol::checkout::policy::{Field, PolicyName};
use tallystick_protocol::checkout::refunds::{
    REFUNDS_MAX, RefundAdvice, RefundAdvices, RefundOutcome, RefundRequest,
};
use tallystick_protocol::instrument::Instrument;
use tallystick_protocol::keys::confirmation::{ConfirmationAnswer, ConfirmationRequest};
use tallystick_protocol::keys::sealed::public_key;
use tallystick_protocol::keys::{
    Centres, Degrees, DerivedKey, Epoch, KeyContext, PairContext, SealedShare, ShareLabel,
    ShareRecipient, Space, Suite,
};
use tallystick_protocol::purse::{
    Checkpoint, CheckpointNotice, ENTRIES_MAX, EVIDENCE_BYTES_MAX, Endpoint, HistoryEntry,
    HistoryPolicy, MovementOffer, MovementOutcome, MovementReply, MovementRequest, MovementVerdict,
    OfflineLimits, P256_SECRET_BYTES, PENDING_MAX, PrepaidState, PurseCertificate, PurseKind,
    PurseNumber, PursePayment, PurseReport, PurseReportAnswer, PurseState, RSA_SECRET_BYTES,
    SealedSecret, WaitingCredit,
};
use tallystick_protocol::trust::certificate::revocation::RevocationReason;
use tallystick_protocol::trust::introduction::{Introduction, IntroductionRequest};
use tallystick_protocol::trust::keyed;
use tallystick_protocol::trust::signature::Algorithm;
use tallystick_protocol::trust::statement::{Audience, Envelope};
use tallystick_protocol::wire::cbor::{Message, encode, encode_value};
use tallystick_protocol::wire::identifier::{
    Domain, Handle, HolderId, OrderId, Role, Root, TransactionId,
};
use tallystick_protocol::wire::money::{Currency, Money};
use tallystick_protocol::wire::time::Timestamp;

mod support;

const PAGE: &str = include_str!("../../../docs/messages.cddl");

/// The page, read once: reading it takes longer than all that is checked against it.
fn page() -> &'static CDDL<'static> {
    static READ: OnceLock<CDDL<'static>> = OnceLock::new();
    READ.get_or_init(|| cddl_from_str(PAGE, true).unwrap())
}

/// Whether these bytes are as the rule of that name says; the error says where not.
fn validate(rule: &str, bytes: &[u8]) -> Result<(), CborError<std::io::Error>> {
    // The first rule is what the bytes are held against.
    let mut page = page().clone();
    let place = page.rules.iter().position(|one| one.name() == rule);
    page.rules.swap(0, place.unwrap());
    let value = decode_cbor(bytes).unwrap();
    CBORValidator::new(&page, value, None).validate()
}

/// Checks a message against the rule of that name, and that the rule is not one that takes anything.
fn holds<M: Message>(rule: &str, message: &M) {
    let bytes = encode(message);
    if let Err(error) = validate(rule, &bytes) {
        panic!("{rule} is not as the page says: {error:?}");
    }
    let mut another_type = bytes;
    another_type[3] ^= 0x40;
    assert!(
        validate(rule, &another_type).is_err(),
        "{rule} takes other types"
    );
}

fn domain(name: &str) -> Domain {
    name.parse().unwrap()
}

fn envelope(to: Audience) -> Envelope {
    Envelope::new(domain("shop.example"), to, [1; 32], Timestamp(1_000), 60)
}

fn yen(minor: u64) -> Money {
    Money::new(minor, Currency::Jpy)
}

fn context() -> KeyContext {
    let space = Space {
        role: Role::Shop,
        index: 0,
    };
    KeyContext {
        space,
        epoch: Epoch(1),
        centres: Centres::one(domain("keys.example")),
    }
}

fn pair() -> PairContext {
    let holder = HolderId::of_enrolment_key(&[7; 32]);
    PairContext {
        suite: Suite::NamesOnly,
        key: context(),
        holder,
        role: Role::Shop,
        party: domain("shop.example"),
    }
}

fn part() -> SealedPart {
    SealedPart {
        pair: pair(),
        nonce: [2; 32],
        order_id: OrderId([3; 32]),
        root: Root([4; 32]),
        ciphertext: vec![5; 40],
    }
}

fn share(recipient: ShareRecipient) -> SealedShare {
    let label = ShareLabel {
        context: context(),
        centre: domain("keys.example"),
        recipient,
    };
    SealedShare {
        label,
        encapsulated: [6; 32],
        ciphertext: vec![7; 48],
    }
}

#[test]
fn the_order_is_as_the_page_says() {
    holds(
        "order-form",
        &OrderForm {
            envelope: envelope(Audience::Anyone),
            origin: "https://shop.example".into(),
            items: vec![Item {
                sku: "tea".into(),
                name: "Tea".into(),
                quantity: 1,
                unit_price: yen(1480),
            }],
            delivery: Delivery {
                courier: domain("courier.example"),
                name: "Courier".into(),
                price: yen(520),
            },
            total: yen(2000),
            issuers: vec![domain("issuer.example")],
            instruments: vec![Instrument::CardAccount],
            policy: PolicyName::Strict,
            extra: vec![Field::HolderTelephone],
        },
    );
    let header = OrderHeader {
        order_id: OrderId([3; 32]),
        holder: pair().holder,
        shop: domain("shop.example"),
        issuer: domain("issuer.example"),
        courier: domain("courier.example"),
        sent_at: Timestamp(1),
        expires_at: Timestamp(2),
    };
    holds(
        "split-order",
        &SplitOrder {
            header,
            root: Root([4; 32]),
            parts: vec![part(), part(), part()],
            form_start: Some(5),
        },
    );
    holds(
        "holder-approval",
        &HolderApproval {
            order_id: OrderId([3; 32]),
            root: Root([4; 32]),
        },
    );
}

#[test]
fn confirmation_and_introduction_are_as_the_page_says() {
    let key = DerivedKey::from([9; 32]);
    let request = ConfirmationRequest::new(pair(), [8; 32], &key, Timestamp(5));
    holds("confirmation-request", &request);
    let mut rng = support::Seeded(1, 0);
    let answer = ConfirmationAnswer::new(&mut rng, &request, &key, envelope(Audience::Holder));
    holds("confirmation-answer", &answer);
    holds(
        "introduction-request",
        &IntroductionRequest::new(&mut rng, domain("shop.example")),
    );
    let to = Audience::Party(domain("issuer.example"));
    holds(
        "introduction",
        &Introduction {
            envelope: envelope(to),
            role: Role::Shop,
        },
    );
}

#[test]
fn the_answers_are_as_the_page_says() {
    let root = Root([4; 32]);
    let (shop, issuer, courier) = (
        domain("shop.example"),
        domain("issuer.example"),
        domain("courier.example"),
    );
    let to = || envelope(Audience::Party(domain("issuer.example")));
    holds(
        "authorisation-request",
        &AuthorisationRequest {
            envelope: to(),
            amount: yen(1),
            part: part(),
        },
    );
    holds(
        "authorisation",
        &Authorisation {
            envelope: to(),
            root,
            payee: shop.clone(),
            amount: yen(1),
            handle: Some(Handle([9; 16])),
        },
    );
    holds(
        "clearance",
        &Clearance {
            envelope: to(),
            root,
            payee: shop.clone(),
            courier: courier.clone(),
            binds_until: Some(Timestamp(90_000)),
            handle: Some(Handle([9; 16])),
        },
    );
    holds(
        "clearance",
        &Clearance {
            envelope: to(),
            root,
            payee: shop.clone(),
            courier,
            binds_until: None,
            handle: None,
        },
    );
    holds(
        "authorisation-answer",
        &AuthorisationAnswer {
            authorisation: vec![1],
            clearance: vec![2],
        },
    );
    holds(
        "refusal",
        &Refusal {
            envelope: to(),
            root,
            by: Role::Courier,
            reason: RefusalReason::Declined,
            handle: None,
        },
    );
    holds(
        "delivery-request",
        &DeliveryRequest {
            envelope: to(),
            part: part(),
            clearance: vec![1],
            parcels: 1,
        },
    );
    let tracking = "HY-1234".into();
    holds(
        "acceptance",
        &Acceptance {
            envelope: to(),
            root,
            shop,
            issuer,
            tracking,
            handle: Some(Handle([9; 16])),
        },
    );
    holds(
        "shop-receipt",
        &ShopReceipt {
            envelope: envelope(Audience::Holder),
            order_id: OrderId([3; 32]),
            root,
            state: ShopState::Accepted,
            authorisation: Some(vec![1]),
            acceptance: Some(vec![2]),
            refusal: None,
        },
    );
    holds(
        "issuer-answer",
        &IssuerAnswer {
            envelope: to(),
            root,
            money: Some(MoneyState::Captured),
            refusal: None,
        },
    );
    holds(
        "courier-answer",
        &CourierAnswer {
            statement: vec![1],
            accepted: true,
        },
    );
    holds(
        "inquiry",
        &Inquiry {
            envelope: to(),
            root,
            expired_at: Timestamp(1_900),
        },
    );
    holds(
        "cancellation-request",
        &CancellationRequest {
            order_id: OrderId([3; 32]),
            root,
            key: CancellationKey::random(&mut support::Seeded(1, 0)),
            form_start: 5,
        },
    );
    holds(
        "delivery-cancellation",
        &DeliveryCancellation {
            envelope: to(),
            root,
        },
    );
    holds(
        "refund-request",
        &RefundRequest {
            envelope: to(),
            root,
            number: 1,
            amount: yen(500),
            handle: Some(Handle([9; 16])),
        },
    );
    holds(
        "refund-advices",
        &RefundAdvices {
            advices: vec![vec![1].into(), vec![2].into()],
        },
    );
    for outcome in RefundOutcome::ALL {
        holds(
            "refund-advice",
            &RefundAdvice {
                envelope: envelope(Audience::Anyone),
                root,
                number: REFUNDS_MAX,
                amount: yen(500),
                outcome,
            },
        );
    }
    holds(
        "evidence",
        &Evidence {
            envelope: envelope(Audience::Anyone),
            month: "2026-11".into(),
            page: 0,
            statements: vec![vec![1, 2].into(), vec![3].into()],
            has_more: true,
        },
    );
}

#[test]
fn enrolment_is_as_the_page_says() {
    let number = CardNumber::with_check_digit("400000123456789").unwrap();
    let expiry = CardExpiry::new(11, 2029).unwrap();
    let card = CardRecord::new(number, expiry, "Aiko Tanaka", "+81 3 1234 5678").unwrap();
    holds(
        "account-offer",
        &AccountOffer {
            envelope: envelope(Audience::Anyone),
            card,
            limit: Some(yen(50_000)),
            grant: [1; 32],
            instrument: Some(Instrument::BankAccount),
        },
    );
    let request =
        EnrolmentRequest::unsigned(domain("issuer.example"), [1; 32], [2; 32], vec![3; 294]);
    holds("enrolment-request", &request.signed(vec![4; 256]));
    let holder = HolderId::of_enrolment_key(&[2; 32]);
    holds(
        "revocation-request",
        &RevocationRequest {
            envelope: envelope(Audience::Party(domain("ca.example"))),
            reason: Some(RevocationReason::Superseded),
        },
    );
    holds(
        "registration-receipt",
        &RegistrationReceipt {
            envelope: envelope(Audience::Anyone),
        },
    );
    holds(
        "key-certificates",
        &KeyCertificates {
            certificates: vec![vec![1].into(), vec![2].into()],
        },
    );
    let request = MoveRequest::unsigned(domain("issuer.example"), holder, &[1; 32]);
    holds("move-request", &request.signed(vec![4; 256]));
    holds(
        "enrolment-answer",
        &EnrolmentAnswer {
            holder_certificate: vec![1],
            ticket: vec![2],
        },
    );
    let centres = Centres::one(domain("keys.example"));
    holds(
        "enrolment-ticket",
        &EnrolmentTicket {
            envelope: envelope(Audience::Anyone),
            enrolment_public_key: [1; 32],
            epoch: Epoch(1),
            centres,
        },
    );
    holds(
        "holder-share-request",
        &HolderShareRequest {
            ticket: vec![1],
            role: Role::Shop,
            space: None,
        },
    );
    let holder = ShareRecipient::Holder(pair().holder);
    holds(
        "holder-share-answer",
        &HolderShareAnswer {
            envelope: envelope(Audience::Holder),
            degrees: Degrees::DEMO_SHOP,
            share: share(holder),
        },
    );
    let to = || envelope(Audience::Party(domain("keys.example")));
    holds(
        "party-share-request",
        &PartyShareRequest {
            envelope: to(),
            sealing_public_key: [1; 32],
            role: Role::Shop,
            space: Some(0),
        },
    );
    let party = ShareRecipient::Party(domain("shop.example"));
    holds(
        "party-share-answer",
        &PartyShareAnswer {
            envelope: to(),
            degrees: Degrees::DEMO_SHOP,
            share: share(party),
        },
    );
    holds(
        "holder-certificate-request",
        &HolderCertificateRequest {
            envelope: to(),
            signing_public_key: vec![1],
            label: "account 1".into(),
        },
    );
    holds(
        "party-certificate-request",
        &PartyCertificateRequest {
            pkcs10: vec![1],
            token: [1; 32],
        },
    );
    holds(
        "certificate-answer",
        &CertificateAnswer {
            certificate: vec![1],
        },
    );
}

const PURSE: PurseNumber = PurseNumber([7; 16]);
const MOVEMENT: TransactionId = TransactionId([8; 32]);

fn endpoints() -> [Endpoint; 5] {
    [
        Endpoint::Account(4711),
        Endpoint::Purse(PURSE),
        Endpoint::Prepaid(PURSE),
        Endpoint::Waiting(MOVEMENT),
        Endpoint::Shop(domain("shop.example")),
    ]
}

fn checkpoint(policy: HistoryPolicy) -> Checkpoint {
    let limits = OfflineLimits {
        payment: 1,
        total: 2,
        count: 3,
        holding: 4,
    };
    Checkpoint {
        purse: PURSE,
        number: 9,
        account_amount: Some(5),
        purse_amount: 6,
        at: Timestamp(7),
        through: 8,
        limits,
        policy,
    }
}

fn state() -> PurseState {
    PurseState {
        amount: 1,
        pending_out: 2,
        pending_in: 3,
        checkpoint: 4,
        sequence: 5,
        head: [6; 32],
    }
}

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
fn what_a_bank_says_of_a_purse_is_as_the_page_says() {
    for kind in PurseKind::ALL {
        holds(
            "purse-certificate",
            &PurseCertificate {
                bank: domain("bank.example"),
                kind,
                number: PURSE,
                currency: Currency::Jpy,
                key: (kind == PurseKind::Account).then_some([1; 32]),
                issued_at: Timestamp(1),
                expires_at: Timestamp(2),
            },
        );
    }
    for policy in HistoryPolicy::ALL {
        let checkpoint = checkpoint(policy);
        let forces = policy == HistoryPolicy::Stop;
        holds(
            "checkpoint-notice",
            &CheckpointNotice { checkpoint, forces },
        );
    }
    for outcome in MovementOutcome::ALL {
        let mut checkpoint = checkpoint(HistoryPolicy::UploadFirst);
        checkpoint.account_amount = None;
        holds(
            "movement-verdict",
            &MovementVerdict {
                purse: PURSE,
                transaction: MOVEMENT,
                outcome,
                checkpoint,
            },
        );
    }
    holds(
        "purse-report-answer",
        &PurseReportAnswer {
            verdicts: vec![vec![1].into()],
            notice: vec![2].into(),
            waiting: endpoints().map(waiting).to_vec(),
            account_available: 10,
            account_pending: 11,
        },
    );
}

fn waiting(from: Endpoint) -> WaitingCredit {
    WaitingCredit {
        transaction: MOVEMENT,
        from,
        amount: 1,
        at: Timestamp(2),
    }
}

#[test]
fn a_movement_is_as_the_page_says() {
    holds(
        "movement-request",
        &MovementRequest {
            bank: domain("bank.example"),
            purse: PURSE,
            transaction: MOVEMENT,
            source: Endpoint::Prepaid(PURSE),
            destination: Endpoint::Purse(PURSE),
            amount: yen(1),
            state: state(),
            at: Timestamp(1),
            prepaid: Some(PrepaidState {
                certificate: vec![1],
                checkpoint: vec![2],
                state: state(),
            }),
        },
    );
    holds(
        "movement-offer",
        &MovementOffer {
            purse: PURSE,
            transaction: MOVEMENT,
            source: Endpoint::Waiting(MOVEMENT),
            destination: Endpoint::Account(1),
            destination_name: Some("Aiko Tanaka".into()),
            amount: yen(1),
            before: 2,
            after: 1,
            checkpoint: checkpoint(HistoryPolicy::Stop),
            at: Timestamp(1),
            expires_at: Timestamp(2),
        },
    );
    holds(
        "movement-reply",
        &MovementReply {
            purse: PURSE,
            transaction: MOVEMENT,
            accepted: true,
            state: state(),
            at: Timestamp(1),
        },
    );
    holds(
        "purse-payment",
        &PursePayment {
            bank: domain("bank.example"),
            purse: PURSE,
            root: Root([4; 32]),
            shop: domain("shop.example"),
            amount: yen(1),
            state: state(),
            at: Timestamp(1),
        },
    );
}

#[test]
fn a_report_of_the_longest_history_is_as_the_page_says_and_within_its_limit() {
    let shop = format!("{}.example", ["a"; 60].concat());
    let entry = HistoryEntry {
        sequence: u64::MAX,
        previous: [1; 32],
        transaction: MOVEMENT,
        payee: Endpoint::Shop(domain(&shop)),
        payer: Endpoint::Purse(PURSE),
        amount: 1,
        balance: 2,
        at: Timestamp(3),
        evidence: vec![4; EVIDENCE_BYTES_MAX],
    };
    let report = PurseReport {
        bank: domain("bank.example"),
        purse: PURSE,
        state: state(),
        pending: vec![MOVEMENT; PENDING_MAX],
        after: 0,
        entries: vec![entry; ENTRIES_MAX],
        at: Timestamp(1),
    };
    assert!(encode(&report).len() <= PurseReport::LEN_MAX);
    holds("purse-report", &report);
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
