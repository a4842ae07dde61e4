//! Which commands there are, and to which applet each belongs.

use crate::StatusWord;

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
}

impl Applet {
    /// All applets.
    pub const ALL: [Self; 4] = [Self::Identity, Self::Keys, Self::Purse, Self::Home];

    /// The application identifier.
    #[must_use]
    pub const fn aid(self) -> &'static [u8] {
        match self {
            Self::Identity => &[0xa0, 0, 0, 3, 8, 0, 0, 0x10, 0, 1, 0],
            Self::Keys => &[0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 0x01],
            Self::Purse => &[0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 0x02],
            Self::Home => &[0xf0, 0x54, 0x41, 0x4c, 0x4c, 0x59, 0x03],
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
            | Self::Report
            | Self::TakeNotice
            | Self::ReadPurse
            | Self::ListPurses
            | Self::ClearHistory
            | Self::ClosePurse => Some(Applet::Purse),
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
            (0x00 | 0x80, _) => return Err(StatusWord::UnknownInstruction),
            (0x01..=0x03 | 0x40..=0x7f, _) => return Err(StatusWord::NoLogicalChannels),
            (0x04..=0x0f, _) => return Err(StatusWord::NoSecureMessaging),
            _ => return Err(StatusWord::UnknownClass),
        })
    }
}
