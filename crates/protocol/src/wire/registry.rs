//! The numbers of messages and the context strings of everything that is signed, derived, hashed or sealed. Each
//! stands here and nowhere else, and is given once: a number tells one message from another, a context keeps what
//! was made for one purpose from counting for another.

/// Declares names with their values, and the list of all of them.
macro_rules! registry {
    ($type:ty; $($name:ident = $value:literal;)+) => {
        $(
            #[doc = concat!("`", stringify!($value), "`")]
            pub const $name: $type = $value;
        )+

        #[cfg(test)]
        pub(super) const ALL: &[$type] = &[$($name),+];
    };
}

/// What kind a message is: the second element of its array.
pub mod message {
    registry! {
        u16;
        ORDER_FORM = 10;
        SPLIT_ORDER = 11;
        HOLDER_APPROVAL = 12;
        ORDER_AGAIN = 13;
        CONFIRMATION_REQUEST = 20;
        CONFIRMATION_ANSWER = 21;
        INTRODUCTION_REQUEST = 22;
        INTRODUCTION = 23;
        RECOLLECTION_REQUEST = 24;
        RECOLLECTION = 25;
        AUTHORISATION_REQUEST = 30;
        AUTHORISATION = 31;
        CLEARANCE = 32;
        AUTHORISATION_ANSWER = 33;
        REFUSAL = 34;
        DELIVERY_REQUEST = 35;
        ACCEPTANCE = 36;
        SHOP_RECEIPT = 37;
        ISSUER_ANSWER = 38;
        COURIER_ANSWER = 39;
        INQUIRY = 40;
        EVIDENCE = 41;
        REFUND_REQUEST = 42;
        REFUND_ADVICE = 43;
        CANCELLATION_REQUEST = 44;
        DELIVERY_CANCELLATION = 45;
        REFUND_ADVICES = 46;
        TRACKING_REQUEST = 47;
        TRACKING_REPORT = 48;
        HANDING_OVER = 49;
        ACCOUNT_OFFER = 50;
        ENROLMENT_REQUEST = 51;
        ENROLMENT_ANSWER = 52;
        ENROLMENT_TICKET = 53;
        HOLDER_SHARE_REQUEST = 54;
        HOLDER_SHARE_ANSWER = 55;
        PARTY_SHARE_REQUEST = 56;
        PARTY_SHARE_ANSWER = 57;
        HOLDER_CERTIFICATE_REQUEST = 58;
        PARTY_CERTIFICATE_REQUEST = 59;
        CERTIFICATE_ANSWER = 60;
        MOVE_REQUEST = 61;
        REVOCATION_REQUEST = 62;
        REGISTRATION_RECEIPT = 63;
        KEY_CERTIFICATES = 64;
        PURSE_CERTIFICATE = 70;
        CHECKPOINT_NOTICE = 71;
        MOVEMENT_REQUEST = 72;
        MOVEMENT_OFFER = 73;
        MOVEMENT_REPLY = 74;
        MOVEMENT_VERDICT = 75;
        PURSE_PAYMENT = 76;
        PURSE_REPORT = 77;
        PURSE_REPORT_ANSWER = 78;
        PURSE_CONVERSATION = 79;
        PURSE_CONVERSATION_ANSWER = 80;
        REGISTRATION = 81;
        REGISTRATION_ANSWER = 82;
        OPENING_REQUEST = 83;
        OPENING_ANSWER = 84;
        PURSE_APPLICATION = 85;
        PURSE_KEYS_CERTIFIED = 86;
        PURSE_OPENING = 87;
        KEY_RENEWAL = 88;
        KEY_RENEWED = 89;
        PURSE_APPLICATION_REQUEST = 90;
        BANK_KEY_REQUEST = 91;
        PURSE_KEY_REQUEST = 100;
        PURSE_KEY_DELIVERY = 101;
        RENEWAL_REQUEST = 102;
        RENEWAL_PERMIT = 103;
        RENEWED_KEY_CERTIFIED = 104;
        RENEWAL_ANSWER = 105;
        FEE_SCHEDULE = 106;
        ACCOUNT_INSTRUCTION = 107;
        INSTRUCTION_ANSWER = 108;
        ACCOUNT_STATEMENT_REQUEST = 113;
        EVIDENCE_PAGE = 120;
        ORDER_PROOF = 121;
        ACCESS_REQUEST = 130;
        ACCESS_ANSWER = 131;
        OPENING = 132;
        OPENING_ANSWER_OF_HOME = 133;
        RELEASE = 134;
        RELEASE_ANSWER = 135;
        TERMINAL_PROOF = 136;
        ENTRANCE = 137;
        AGREEMENT_HELLO = 138;
        AGREEMENT_ANSWER = 139;
        AGREEMENT_PROOF = 140;
        AGREEMENT_FINISH = 141;
        AGREEMENT_CONFIRMATION = 142;
        HANDOVER = 143;
        RECORD = 144;
        ENTER_ASK = 145;
        SIGN_ASK = 146;
        SIGNED_AT_HOME = 147;
        REFUSED_AT_HOME = 148;
        LOAN = 149;
        LENT = 150;
        LENT_LIST = 151;
        HOME_REGISTRATION = 152;
        SESSION_ASK = 153;
        SESSION_ANSWER = 154;
        HOME_CONNECT = 155;
        HOME_CALL = 156;
        ENTER_CALL = 157;
        HOME_REPLY = 158;
        INNER_REQUEST = 159;
        INNER_RESPONSE = 160;
        HOME_MAIL_ADDRESS = 161;
        HOME_DECISIONS = 162;
        HOSTED_CARD = 163;
        HOSTED_POWER = 164;
        HOSTED_COMMAND = 165;
        HOSTED_RESPONSE = 166;
        LOCAL_REQUEST = 170;
        LOCAL_PAYMENT = 171;
        LOCAL_ANSWER = 172;
        SEALED_LOCAL_PAYMENT = 173;
        SEALED_LOCAL_ANSWER = 174;
        CONTRADICTION = 175;
        COUPON_TERMS = 180;
        OWNERSHIP = 181;
        OWNER_KEY = 182;
        COUPON = 183;
        COUPON_CONVERSATION = 184;
        COUPON_CONVERSATION_ANSWER = 185;
        ISSUE_REQUEST = 186;
        COUPON_TRANSFER = 187;
        OWNER_CHANGE_REQUEST = 188;
        TRANSFER_REPLY = 189;
        CONVERSION_NOTICE = 190;
        CLAIM_OFFER = 191;
        CLAIM_CANCELLATION = 192;
        CLAIM_REDEMPTION = 193;
        CLAIM_PROOF = 194;
        CLAIM_REQUEST = 195;
        COUPON_ANSWER = 196;
        COUPON_VERIFICATION = 197;
        COUPON_VERDICT = 198;
        CONFIRMATION_ASK = 199;
        COUPON_QUERY = 200;
        COUPON_STATUS = 201;
        BILLING_QUERY = 202;
        BILLING_ANSWER = 203;
        SHOP_PRESENTATION = 204;
        GATEWAY_REQUEST = 205;
        GATEWAY_MESSAGE = 206;
        COUPON_KEY_REQUEST = 207;
        SHOP_SETTLEMENT = 208;
        CARD_PERSONALISATION = 210;
        SETTLEMENT_REQUEST = 211;
        SETTLEMENT_ORDER = 212;
        BILL_PROPOSAL = 213;
        BILL = 214;
        SETTLEMENT_OUTCOME = 215;
        SETTLEMENT_END = 216;
        CARD_READING = 217;
        CREDIT_ORDER = 218;
        CREDIT_WITHDRAWAL = 219;
        CREDIT_OUTCOME = 220;
        CHARGE_REQUEST = 221;
        CHARGE_ANSWER = 222;
        VALUE_UPDATE = 223;
        TAP_ASK = 224;
        TAP_STEP = 225;
        TAP_ANSWERS = 226;
        TAP_END = 227;
        CARD_REQUEST = 228;
        OUTCOME_RECEIPT = 229;
    }
}

/// What bytes are made for.
pub mod context {
    registry! {
        &str;
        ACCEPTANCE = "tallystick/v1/acceptance";
        ACCOUNT_INSTRUCTION = "tallystick/v1/account-instruction";
        ACCOUNT_OFFER = "tallystick/v1/account-offer";
        ACCOUNT_STATEMENT_REQUEST = "tallystick/v1/account-statement-request";
        AUTHORISATION = "tallystick/v1/authorisation";
        AUTHORISATION_REQUEST = "tallystick/v1/authorisation-request";
        BANK_KEY_REQUEST = "tallystick/v1/bank-key-request";
        BILL = "tallystick/v1/bill";
        BILL_PROPOSAL = "tallystick/v1/bill-proposal";
        CARD_COMMITMENT = "tallystick/v1/card-commitment";
        CARD_READING = "tallystick/v1/card-reading";
        CHARGE_ANSWER = "tallystick/v1/charge-answer";
        CHARGE_REQUEST = "tallystick/v1/charge-request";
        COMMAND_BLOCK = "tallystick/v1/command-block";
        CREDIT_NUMBER = "tallystick/v1/credit-number";
        CREDIT_ORDER = "tallystick/v1/credit-order";
        CREDIT_OUTCOME = "tallystick/v1/credit-outcome";
        CREDIT_WITHDRAWAL = "tallystick/v1/credit-withdrawal";
        OUTCOME_RECEIPT = "tallystick/v1/outcome-receipt";
        SETTLEMENT_END = "tallystick/v1/settlement-end";
        SETTLEMENT_GOODS = "tallystick/v1/settlement-goods";
        SETTLEMENT_ORDER = "tallystick/v1/settlement-order";
        SETTLEMENT_OUTCOME = "tallystick/v1/settlement-outcome";
        SETTLEMENT_REQUEST = "tallystick/v1/settlement-request";
        VALUE_UPDATE = "tallystick/v1/value-update";
        CAMPAIGN_NUMBER = "tallystick/v1/campaign-number";
        CANCELLATION_LOCK = "tallystick/v1/cancellation-lock";
        CARD_KEYS = "tallystick/v1/card-keys";
        CARD_PERSONALISATION = "tallystick/v1/card-personalisation";
        CARD_COUPON_KEY = "tallystick/v1/card/coupon-key";
        CARD_HOME_GATE = "tallystick/v1/card/home-gate";
        CARD_HOME_KEY = "tallystick/v1/card/home-key";
        CARD_HOME_RELEASED = "tallystick/v1/card/home-released";
        CARD_SAFE_KEY = "tallystick/v1/card/safe-key";
        CARD_SAFE = "tallystick/v1/card/safe/";
        CHECKPOINT_NOTICE = "tallystick/v1/checkpoint-notice";
        CLEARANCE = "tallystick/v1/clearance";
        CONFIRMATION_ANSWER = "tallystick/v1/confirmation-answer";
        CONFIRMATION_REQUEST = "tallystick/v1/confirmation-request";
        BILLING_ANSWER = "tallystick/v1/billing-answer";
        CLAIM_CANCELLATION = "tallystick/v1/claim-cancellation";
        CLAIM_KEY = "tallystick/v1/claim-key";
        CLAIM_OFFER = "tallystick/v1/claim-offer";
        CLAIM_PROOF = "tallystick/v1/claim-proof";
        CLAIM_REDEMPTION = "tallystick/v1/claim-redemption";
        CONFIRMATION_ASK = "tallystick/v1/confirmation-ask";
        CONVERSION_NOTICE = "tallystick/v1/conversion-notice";
        COUPON_ANSWER = "tallystick/v1/coupon-answer";
        COUPON_CONVERSATION = "tallystick/v1/coupon-conversation";
        COUPON_HELD_FOR = "tallystick/v1/coupon-held-for";
        COUPON_KEY_REQUEST = "tallystick/v1/coupon-key-request";
        COUPON_STATUS = "tallystick/v1/coupon-status";
        COUPON_TERMS = "tallystick/v1/coupon-terms";
        COUPON_TRANSFER = "tallystick/v1/coupon-transfer";
        COUPON_VERDICT = "tallystick/v1/coupon-verdict";
        GATEWAY_REQUEST = "tallystick/v1/gateway-request";
        ISSUE_REQUEST = "tallystick/v1/issue-request";
        OWNERSHIP = "tallystick/v1/ownership";
        OWNER_CHANGE_REQUEST = "tallystick/v1/owner-change-request";
        OWNER_KEY = "tallystick/v1/owner-key";
        SHOP_PRESENTATION = "tallystick/v1/shop-presentation";
        TRACKING_REPORT = "tallystick/v1/tracking-report";
        TRACKING_REQUEST = "tallystick/v1/tracking-request";
        TRANSACTION_CERTIFICATE = "tallystick/v1/transaction-certificate";
        TRANSFER_REPLY = "tallystick/v1/transfer-reply";
        DELIVERY_CANCELLATION = "tallystick/v1/delivery-cancellation";
        DELIVERY_REQUEST = "tallystick/v1/delivery-request";
        ENROLMENT_PROOF = "tallystick/v1/enrolment-proof";
        ENROLMENT_REQUEST = "tallystick/v1/enrolment-request";
        ENROLMENT_TICKET = "tallystick/v1/enrolment-ticket";
        EVIDENCE = "tallystick/v1/evidence";
        FEE_SCHEDULE = "tallystick/v1/fee-schedule";
        HANDLE = "tallystick/v1/handle";
        HANDED_GOODS = "tallystick/v1/handed-goods";
        HANDING_OVER = "tallystick/v1/handing-over";
        HOLDER_APPROVAL = "tallystick/v1/holder-approval";
        HOLDER_CERTIFICATE_REQUEST = "tallystick/v1/holder-certificate-request";
        HOLDER_IDENTIFIER = "tallystick/v1/holder-identifier";
        HOLDER_SHARE_ANSWER = "tallystick/v1/holder-share-answer";
        INQUIRY = "tallystick/v1/inquiry";
        INTRODUCTION = "tallystick/v1/introduction";
        ISSUER_ANSWER = "tallystick/v1/issuer-answer";
        ACCOUNT_CODE = "tallystick/v1/issuer/account-code";
        EQUALS_POINT = "tallystick/v1/keys-from-names/equals-point/gf25519_XMD:SHA-512/";
        HOLDER_POINT = "tallystick/v1/keys-from-names/holder-point/gf25519_XMD:SHA-512/";
        KEY_AMONG_EQUALS = "tallystick/v1/keys-from-names/key-among-equals";
        PAIRWISE_KEY = "tallystick/v1/keys-from-names/pairwise-key";
        PARTY_POINT = "tallystick/v1/keys-from-names/party-point/gf25519_XMD:SHA-512/";
        INSTRUCTION_ANSWER = "tallystick/v1/instruction-answer";
        KEY_RENEWAL = "tallystick/v1/key-renewal";
        KEY_RENEWED = "tallystick/v1/key-renewed";
        LOCAL_ANSWER = "tallystick/v1/local-answer";
        LOCAL_PAYMENT = "tallystick/v1/local-payment";
        LOCAL_REQUEST = "tallystick/v1/local-request";
        LOCAL_TRANSACTION = "tallystick/v1/local-transaction";
        MADE_UP = "tallystick/v1/made-up";
        MOVEMENT_OFFER = "tallystick/v1/movement-offer";
        MOVEMENT_REPLY = "tallystick/v1/movement-reply";
        MOVEMENT_REQUEST = "tallystick/v1/movement-request";
        MOVEMENT_VERDICT = "tallystick/v1/movement-verdict";
        MOVE_REQUEST = "tallystick/v1/move-request";
        OPENING_ANSWER = "tallystick/v1/opening-answer";
        OPENING_REQUEST = "tallystick/v1/opening-request";
        OPERATOR_COMMAND = "tallystick/v1/operator-command";
        ORDER_FORM = "tallystick/v1/order-form";
        ORDER_LEAF = "tallystick/v1/order-leaf";
        ORDER_PART = "tallystick/v1/order-part";
        ORDER_ROOT = "tallystick/v1/order-root";
        PARTY_SHARE_ANSWER = "tallystick/v1/party-share-answer";
        PARTY_SHARE_REQUEST = "tallystick/v1/party-share-request";
        PASSWORD_SALT = "tallystick/v1/password-salt";
        PREPAID_TAKE_OVER = "tallystick/v1/prepaid-take-over";
        PURSE_APPLICATION = "tallystick/v1/purse-application";
        PURSE_CERTIFICATE = "tallystick/v1/purse-certificate";
        PURSE_CONVERSATION = "tallystick/v1/purse-conversation";
        PURSE_HISTORY = "tallystick/v1/purse-history";
        PURSE_KEY_DELIVERY = "tallystick/v1/purse-key-delivery";
        PURSE_KEYS_CERTIFIED = "tallystick/v1/purse-keys-certified";
        PURSE_SECRET = "tallystick/v1/purse-secret";
        PURSE_PAYMENT = "tallystick/v1/purse-payment";
        PURSE_REPORT = "tallystick/v1/purse-report";
        REGISTRATION_RECEIPT = "tallystick/v1/registration-receipt";
        REVOCATION_REQUEST = "tallystick/v1/revocation-request";
        RECOLLECTION = "tallystick/v1/recollection";
        RECOLLECTION_REQUEST = "tallystick/v1/recollection-request";
        REFUND_ADVICE = "tallystick/v1/refund-advice";
        REFUND_REQUEST = "tallystick/v1/refund-request";
        REFUSAL = "tallystick/v1/refusal";
        RENEWAL_PERMIT = "tallystick/v1/renewal-permit";
        RENEWAL_REQUEST = "tallystick/v1/renewal-request";
        RENEWED_KEY_CERTIFIED = "tallystick/v1/renewed-key-certified";
        SEALED_BY_KEY = "tallystick/v1/sealed-by-key";
        SEALED_ROW = "tallystick/v1/sealed-row";
        SEALED_SHARE = "tallystick/v1/sealed-share/";
        SEALED_LOCAL_ANSWER = "tallystick/v1/sealed-local-answer";
        SEALED_LOCAL_PAYMENT = "tallystick/v1/sealed-local-payment";
        SHOP_SETTLEMENT = "tallystick/v1/shop-settlement";
        SHOP_RECEIPT = "tallystick/v1/shop-receipt";
        SEALING_KEY_ID = "tallystick/v1/sealing-key-id";
        SIBLING_REQUEST = "tallystick/v1/sibling-request";
        WEBHOOK_KEY = "tallystick/v1/webhook-key";
        ACCESS_REQUEST = "tallystick/v1/access-request";
        AGREEMENT = "tallystick/v1/agreement";
        AGREEMENT_PROOF = "tallystick/v1/agreement-proof";
        ENTRANCE = "tallystick/v1/entrance";
        HOME_DECISION_MAIL = "tallystick/v1/home/decision-mail";
        HOME_NAME = "tallystick/v1/home/name";
        HOME_OPENING = "tallystick/v1/home/opening";
        HOME_REGISTRATION = "tallystick/v1/home/registration";
        HOME_RELEASE = "tallystick/v1/home/release";
        LENT_ACCOUNT = "tallystick/v1/home/lent-account";
        LOAN = "tallystick/v1/home/loan";
        RECORD = "tallystick/v1/record";
        TERMINAL_NAME = "tallystick/v1/terminal/name";
        TERMINAL_PROOF = "tallystick/v1/terminal/proof";
        WAITING_REFUND = "tallystick/v1/waiting-refund";
        WAITING_TRANSFER = "tallystick/v1/waiting-transfer";
        WALLET_OFFER = "tallystick/v1/wallet/offer";
        WALLET_RECORD = "tallystick/v1/wallet/record";
        WALLET_SHEET = "tallystick/v1/wallet/sheet";
        STATE_KEY_BY_PASSPHRASE = "tallystick/v1/wallet/state-key/passphrase";
        STATE_KEY_BY_PUK = "tallystick/v1/wallet/state-key/puk";
        STATE_KEY_BY_RECOVERY_CODE = "tallystick/v1/wallet/state-key/recovery-code";
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{context, message};

    #[test]
    fn each_number_and_each_context_is_given_once() {
        for (place, number) in message::ALL.iter().enumerate() {
            assert!(!message::ALL[..place].contains(number), "{number}");
        }
        for (place, text) in context::ALL.iter().enumerate() {
            assert!(!context::ALL[..place].contains(text), "{text}");
        }
    }

    #[test]
    fn the_page_of_messages_has_each_number_once_and_no_other() {
        let page = include_str!("../../../../docs/messages.cddl");
        let lines = page.lines().filter(|line| !line.starts_with(';'));
        let rest = lines.filter_map(|line| line.split_once("= message<")?.1.split_once(','));
        let mut said: Vec<u16> = rest.map(|(number, _)| number.parse().unwrap()).collect();
        said.sort_unstable();
        let mut given = message::ALL.to_vec();
        given.sort_unstable();
        assert_eq!(said, given);
    }
}
