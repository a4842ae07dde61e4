//! Which commands there are, and to which applet each belongs.

use tallystick_protocol::settlement::{card, channel};

use crate::StatusWord;
use crate::applets::settlement::instruction::MANAGE;

/// The first four bytes of a command, without the chaining bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Class.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
}

/// The applets of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applet {
    /// A subset of PIV (NIST SP 800-73-5).
    Identity,
    /// Keys from names.
    Keys,
    /// Purses.
    Purse,
    /// A card that stays at home, and the card of whoever is away.
    Home,
    /// Coupons.
    Coupon,
    /// A contactless card that pays at a security server.
    Settlement,
}

impl Applet {
    /// All applets.
    pub const ALL: [Self; 6] = [
        Self::Identity,
        Self::Keys,
        Self::Purse,
        Self::Home,
        Self::Coupon,
        Self::Settlement,
    ];

    /// The application identifier.
    #[must_use]
    pub const fn aid(self) -> &'static [u8] {
        match self {
            Self::Identity => &[0xa0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0],
            Self::Keys => &[0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 0x01],
            Self::Purse => &[0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 0x02],
            Self::Home => &[0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 0x03],
            Self::Coupon => &[0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 0x04],
            Self::Settlement => &[0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 0x05],
        }
    }
}

/// A command by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instruction {
    /// 00 A4 04 00: choose an applet.
    Select,
    /// 00 20 00 80: present the PIN.
    Verify,
    /// 00 24 00 80 or 81: change PIN or PUK.
    ChangeReferenceData,
    /// 00 2C 00 80: set a new PIN with the PUK.
    ResetRetryCounter,
    /// 00 47 00 key: make a signature key.
    GenerateAsymmetric,
    /// 00 87 07 key: raw RSA with a signature key.
    GeneralAuthenticate,
    /// 00 F6 FF key: delete a signature key.
    DeleteKey,
    /// 00 CB 3F FF: read a data object.
    GetData,
    /// 00 DB 3F FF: write a data object.
    PutData,
    /// 80 10 slot: make an enrolment key.
    GenerateEnrolmentKey,
    /// 80 12 slot: take in a sealed key share.
    PutShare,
    /// 80 14 slot purpose: give out a key for one purpose and nonce.
    Derive,
    /// 80 16 slot: list the shares held.
    Status,
    /// 80 18 slot: delete an enrolment key and its shares.
    DeleteSlot,
    /// 80 1A: list the slots that are taken.
    List,
    /// 80 1C slot: prove that the card has the enrolment key.
    Prove,
    /// 80 20 place algorithm: make a purse's key.
    MakePurseKey,
    /// 80 22 place slot: put in a sealed key of a purse.
    PutPurseKey,
    /// 80 24: set the roots that certify banks.
    PutRoots,
    /// 80 26: take a bank's certificate.
    PutBank,
    /// 80 28 place: open a purse, or renew it.
    OpenPurse,
    /// 80 2A place what: sign something about a purse's key.
    SignForPurse,
    /// 80 2C place: begin a movement of value.
    RequestMovement,
    /// 80 2E place decision: accept or refuse an offer.
    AnswerOffer,
    /// 80 30 place: end a movement.
    TakeVerdict,
    /// 80 32 place: pay an order.
    Pay,
    /// 80 34 place: report to the bank.
    Report,
    /// 80 36 place: take a checkpoint.
    TakeNotice,
    /// 80 38 place what: show a purse.
    ReadPurse,
    /// 80 3A: list the places that are taken.
    ListPurses,
    /// 80 3C place: empty a history.
    ClearHistory,
    /// 80 3E place: delete a purse.
    ClosePurse,
    /// 80 B4 place: ask another purse for a payment.
    AskPurse,
    /// 80 B6 place: pay another purse.
    PayPurse,
    /// 80 B8 place what: look at a payment, take it or refuse it.
    TakePayment,
    /// 80 BA place: take the other purse's answer.
    SettlePayment,
    /// 80 40 00 what: make a home card, or show it.
    SetUpHome,
    /// 80 42 what: enrol a terminal, or revoke one.
    Terminal,
    /// 80 44: sign what a proxy is told.
    RegisterHome,
    /// 80 46: lend.
    Lend,
    /// 80 48 what: stop a loan, or everything.
    StopLending,
    /// 80 4A: show the newest orders that were signed.
    HomeLog,
    /// 80 4C: give an order back to its loan.
    HomeCancel,
    /// 80 4E: lend more.
    TopUpLoan,
    /// 80 50: give a terminal a nonce.
    AnswerAccess,
    /// 80 52: take a first password.
    TakeOpening,
    /// 80 54: take a second password.
    TakeRelease,
    /// 80 56: show the holder to a shop.
    EnterShop,
    /// 80 58: sign an order for a terminal.
    SignOrder,
    /// 80 5A: stop everything for a terminal.
    StopFromAway,
    /// 80 5C: end a terminal's session.
    EndAccess,
    /// 80 A0 what: show a terminal's keys, or open an account that is lent to it.
    AccessKeys,
    /// 80 A2: begin a way into a home.
    RequestAccess,
    /// 80 A4 what: seal a first password, or take the answer.
    Opening,
    /// 80 A6: speak to the proxy.
    Hello,
    /// 80 A8: show the terminal to the proxy.
    Finish,
    /// 80 AA: take the proxy's confirmation.
    Confirm,
    /// 80 AC what: ask within the session.
    AskHome,
    /// 80 AE what: take the answer.
    TakeAnswer,
    /// 80 B0: seal a request to a shop.
    ToShop,
    /// 80 B2: open what a shop answered.
    FromShop,
    /// 80 C2: take an office's certificate.
    PutOffice,
    /// 80 C4: take a coupon.
    StoreCoupon,
    /// 80 C6: list the coupons.
    ListCoupons,
    /// 80 C8 place: show a coupon.
    ReadCoupon,
    /// 80 CA place: delete a coupon.
    RemoveCoupon,
    /// 80 CC place what: sign something about coupons.
    SignForCoupon,
    /// 80 CE place what: take the office's word.
    HearOffice,
    /// 80 D0 place what: lock a coupon, or unlock it.
    LockCoupon,
    /// 80 D2 00 what: set the password of locked coupons, or give it.
    CouponPassword,
    /// 80 D4 00 02: present the PIN in a block.
    VerifyPinBlock,
    /// 80 D6 what: make a contactless card, show it, or forget it.
    ManageCard,
    /// 80 50 version, of the settlement applet: begin a channel.
    InitializeUpdate,
    /// 84 82 33: open it.
    ExternalAuthenticate,
    /// 84 D8, in the channel: say what the card holds.
    ReadBalance,
    /// 84 DA, in the channel: pay.
    Debit,
    /// 84 DC, in the channel: take value.
    TopUp,
    /// 84 DE, in the channel: keep less of the last transaction.
    Acknowledge,
}

impl Instruction {
    /// The applet that has it; none for SELECT, which always works.
    #[must_use]
    pub const fn applet(self) -> Option<Applet> {
        match self {
            Self::Select => None,
            Self::Verify
            | Self::ChangeReferenceData
            | Self::ResetRetryCounter
            | Self::GenerateAsymmetric
            | Self::GeneralAuthenticate
            | Self::DeleteKey
            | Self::GetData
            | Self::PutData => Some(Applet::Identity),
            Self::GenerateEnrolmentKey
            | Self::PutShare
            | Self::Derive
            | Self::Status
            | Self::DeleteSlot
            | Self::List
            | Self::Prove => Some(Applet::Keys),
            Self::MakePurseKey
            | Self::PutPurseKey
            | Self::PutRoots
            | Self::PutBank
            | Self::OpenPurse
            | Self::SignForPurse
            | Self::RequestMovement
            | Self::AnswerOffer
            | Self::TakeVerdict
            | Self::Pay
            | Self::AskPurse
            | Self::PayPurse
            | Self::TakePayment
            | Self::SettlePayment
            | Self::Report
            | Self::TakeNotice
            | Self::ReadPurse
            | Self::ListPurses
            | Self::ClearHistory
            | Self::ClosePurse => Some(Applet::Purse),
            Self::SetUpHome
            | Self::Terminal
            | Self::RegisterHome
            | Self::Lend
            | Self::StopLending
            | Self::HomeLog
            | Self::HomeCancel
            | Self::TopUpLoan
            | Self::AnswerAccess
            | Self::TakeOpening
            | Self::TakeRelease
            | Self::EnterShop
            | Self::SignOrder
            | Self::StopFromAway
            | Self::EndAccess
            | Self::AccessKeys
            | Self::RequestAccess
            | Self::Opening
            | Self::Hello
            | Self::Finish
            | Self::Confirm
            | Self::AskHome
            | Self::TakeAnswer
            | Self::ToShop
            | Self::FromShop => Some(Applet::Home),
            Self::PutOffice
            | Self::StoreCoupon
            | Self::ListCoupons
            | Self::ReadCoupon
            | Self::RemoveCoupon
            | Self::SignForCoupon
            | Self::HearOffice
            | Self::LockCoupon
            | Self::CouponPassword
            | Self::VerifyPinBlock => Some(Applet::Coupon),
            Self::ManageCard
            | Self::InitializeUpdate
            | Self::ExternalAuthenticate
            | Self::ReadBalance
            | Self::Debit
            | Self::TopUp
            | Self::Acknowledge => Some(Applet::Settlement),
        }
    }

    /// The command of that header where that applet is selected. INITIALIZE UPDATE has the number that SCP03 gives it, which
    /// another applet uses for something of its own.
    ///
    /// # Errors
    /// As `try_from`.
    pub fn of(header: Header, selected: Option<Applet>) -> Result<Self, StatusWord> {
        match (selected, header.cla, header.ins) {
            (Some(Applet::Settlement), 0x80, channel::INITIALIZE_UPDATE) => {
                Ok(Self::InitializeUpdate)
            }
            _ => Self::try_from(header),
        }
    }
}

impl TryFrom<Header> for Instruction {
    type Error = StatusWord;

    fn try_from(header: Header) -> Result<Self, StatusWord> {
        Ok(match (header.cla, header.ins) {
            (0x00, 0xa4) => Self::Select,
            (0x00, 0x20) => Self::Verify,
            (0x00, 0x24) => Self::ChangeReferenceData,
            (0x00, 0x2c) => Self::ResetRetryCounter,
            (0x00, 0x47) => Self::GenerateAsymmetric,
            (0x00, 0x87) => Self::GeneralAuthenticate,
            (0x00, 0xf6) => Self::DeleteKey,
            (0x00, 0xcb) => Self::GetData,
            (0x00, 0xdb) => Self::PutData,
            (0x80, 0x10) => Self::GenerateEnrolmentKey,
            (0x80, 0x12) => Self::PutShare,
            (0x80, 0x14) => Self::Derive,
            (0x80, 0x16) => Self::Status,
            (0x80, 0x18) => Self::DeleteSlot,
            (0x80, 0x1a) => Self::List,
            (0x80, 0x1c) => Self::Prove,
            (0x80, 0x20) => Self::MakePurseKey,
            (0x80, 0x22) => Self::PutPurseKey,
            (0x80, 0x24) => Self::PutRoots,
            (0x80, 0x26) => Self::PutBank,
            (0x80, 0x28) => Self::OpenPurse,
            (0x80, 0x2a) => Self::SignForPurse,
            (0x80, 0x2c) => Self::RequestMovement,
            (0x80, 0x2e) => Self::AnswerOffer,
            (0x80, 0x30) => Self::TakeVerdict,
            (0x80, 0x32) => Self::Pay,
            (0x80, 0x34) => Self::Report,
            (0x80, 0x36) => Self::TakeNotice,
            (0x80, 0x38) => Self::ReadPurse,
            (0x80, 0x3a) => Self::ListPurses,
            (0x80, 0x3c) => Self::ClearHistory,
            (0x80, 0x3e) => Self::ClosePurse,
            (0x80, 0xb4) => Self::AskPurse,
            (0x80, 0xb6) => Self::PayPurse,
            (0x80, 0xb8) => Self::TakePayment,
            (0x80, 0xba) => Self::SettlePayment,
            (0x80, 0x40) => Self::SetUpHome,
            (0x80, 0x42) => Self::Terminal,
            (0x80, 0x44) => Self::RegisterHome,
            (0x80, 0x46) => Self::Lend,
            (0x80, 0x48) => Self::StopLending,
            (0x80, 0x4a) => Self::HomeLog,
            (0x80, 0x4c) => Self::HomeCancel,
            (0x80, 0x4e) => Self::TopUpLoan,
            (0x80, 0x50) => Self::AnswerAccess,
            (0x80, 0x52) => Self::TakeOpening,
            (0x80, 0x54) => Self::TakeRelease,
            (0x80, 0x56) => Self::EnterShop,
            (0x80, 0x58) => Self::SignOrder,
            (0x80, 0x5a) => Self::StopFromAway,
            (0x80, 0x5c) => Self::EndAccess,
            (0x80, 0xa0) => Self::AccessKeys,
            (0x80, 0xa2) => Self::RequestAccess,
            (0x80, 0xa4) => Self::Opening,
            (0x80, 0xa6) => Self::Hello,
            (0x80, 0xa8) => Self::Finish,
            (0x80, 0xaa) => Self::Confirm,
            (0x80, 0xac) => Self::AskHome,
            (0x80, 0xae) => Self::TakeAnswer,
            (0x80, 0xb0) => Self::ToShop,
            (0x80, 0xb2) => Self::FromShop,
            (0x80, 0xc2) => Self::PutOffice,
            (0x80, 0xc4) => Self::StoreCoupon,
            (0x80, 0xc6) => Self::ListCoupons,
            (0x80, 0xc8) => Self::ReadCoupon,
            (0x80, 0xca) => Self::RemoveCoupon,
            (0x80, 0xcc) => Self::SignForCoupon,
            (0x80, 0xce) => Self::HearOffice,
            (0x80, 0xd0) => Self::LockCoupon,
            (0x80, 0xd2) => Self::CouponPassword,
            (0x80, 0xd4) => Self::VerifyPinBlock,
            (0x80, MANAGE) => Self::ManageCard,
            (channel::SECURE_CLASS, ins) => secured(ins)?,
            (0x00 | 0x80, _) => return Err(StatusWord::UnknownInstruction),
            (0x01..=0x03 | 0x40..=0x7f, _) => return Err(StatusWord::NoLogicalChannels),
            (0x04..=0x0f, _) => return Err(StatusWord::NoSecureMessaging),
            _ => return Err(StatusWord::UnknownClass),
        })
    }
}

/// The command of that number in the channel.
const fn secured(ins: u8) -> Result<Instruction, StatusWord> {
    const READ: u8 = card::READ[1];
    const DEBIT: u8 = card::DEBIT[1];
    const TOP_UP: u8 = card::TOP_UP[1];
    const ACKNOWLEDGE: u8 = card::ACKNOWLEDGE[1];
    match ins {
        channel::EXTERNAL_AUTHENTICATE => Ok(Instruction::ExternalAuthenticate),
        READ => Ok(Instruction::ReadBalance),
        DEBIT => Ok(Instruction::Debit),
        TOP_UP => Ok(Instruction::TopUp),
        ACKNOWLEDGE => Ok(Instruction::Acknowledge),
        _ => Err(StatusWord::UnknownInstruction),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_command_looks_like_a_status_word_which_readers_may_refuse_to_pass_on() {
        // ISO/IEC 7816-4, 5.4.2: instructions 6X and 9X are invalid.
        for cla in [0x00, 0x80, 0x84] {
            for ins in (0x60..=0x6f).chain(0x90..=0x9f) {
                let header = Header {
                    cla,
                    ins,
                    p1: 0,
                    p2: 0,
                };
                let known = Instruction::try_from(header);
                assert_eq!(known, Err(StatusWord::UnknownInstruction), "{ins:02x}");
            }
        }
    }
}
