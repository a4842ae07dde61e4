//! The card as its reader sees it.

use alloc::vec::Vec;
use core::fmt;

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::Instruction;
use crate::RestoreError;
use crate::StatusWord;
use crate::applets::coupon;
use crate::applets::home::{access, lending};
use crate::applets::identity;
use crate::applets::keys;
use crate::applets::purse;
use crate::applets::settlement;
use crate::iso::apdu::Command;
use crate::iso::chaining::Step;
use crate::iso::select;
use crate::outcome::Outcome;
#[cfg(test)]
use crate::safe::SafeKey;
use crate::session::Session;
use crate::state::{Keep, State};
use crate::stretch::Stretch;

/// What came of an APDU.
pub struct Response {
    /// Data and status word. Wiped when dropped: it may carry a derived key.
    pub bytes: Zeroizing<Vec<u8>>,
    /// The stored state is another one now: keep [`Card::state`] before the response is used.
    pub changed: bool,
}

/// A card with six applets. Session state (selected applet, verified PIN) is lost with the value.
pub struct Card {
    state: State,
    session: Session,
    /// What guessing a PIN or PUK that is set from now on costs.
    stretch: Stretch,
}

impl Card {
    /// A card without keys. PIN 123456 and PUK 12345678 are to be changed before anything else.
    #[must_use]
    pub fn blank() -> Self {
        Self {
            state: State::blank(),
            session: Session::default(),
            stretch: Stretch::OF_A_PIN,
        }
    }

    /// The card that [`Self::state`] was taken from, with nothing selected and no PIN verified.
    ///
    /// # Errors
    /// [`RestoreError`] if the bytes are not such a state.
    pub fn restore(state: &[u8]) -> Result<Self, RestoreError> {
        Ok(Self {
            state: State::from_bytes(state)?,
            session: Session::default(),
            stretch: Stretch::OF_A_PIN,
        })
    }

    /// The same card; guessing a PIN or PUK that is set from now on costs that much.
    #[must_use]
    pub const fn costing(mut self, stretch: Stretch) -> Self {
        self.stretch = stretch;
        self
    }

    /// Everything the card keeps, as versioned CBOR. To be sealed at rest all the same: six digits are
    /// not much against who can try them all.
    #[must_use]
    pub fn state(&self) -> Zeroizing<Vec<u8>> {
        self.state.to_bytes()
    }

    /// The safe's key, while the PIN is verified.
    #[cfg(test)]
    pub(crate) fn safe_key(&self) -> Option<SafeKey> {
        self.session.require_verified().ok().cloned()
    }

    /// The key of locked coupons, while their password was given.
    #[cfg(test)]
    pub(crate) fn coupon_key(&self) -> Option<SafeKey> {
        self.session.coupons.clone()
    }

    /// Executes one APDU. Either it happened as a whole or nothing changed; with `changed`, the new
    /// state has to be kept before anything is made of the response. A card that can lose its power in
    /// the middle of a command is a [`crate::PersistentCard`].
    pub fn transmit(&mut self, apdu: &[u8], rng: &mut impl CryptoRng) -> Response {
        self.transmit_keeping(apdu, rng, &mut |_| Ok(()))
    }

    /// Executes commands beside what is going on, as over another logical channel (ISO/IEC 7816-4 §12.1): nothing is
    /// selected there and no PIN is verified, and what is selected and verified here stays.
    pub fn beside<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let here = core::mem::take(&mut self.session);
        let done = work(self);
        self.session = here;
        done
    }

    /// As [`Self::transmit`]. What must not be lost in the middle of the command is kept there by `keep`;
    /// the command ends with its error.
    pub(crate) fn transmit_keeping(
        &mut self,
        apdu: &[u8],
        rng: &mut impl CryptoRng,
        keep: Keep<'_>,
    ) -> Response {
        let mut command = match Command::parse(apdu) {
            Ok(command) => command,
            Err(status) => {
                self.session.tap = None;
                return respond(Zeroizing::default(), status, false);
            }
        };
        match self.session.chain.receive(&mut command) {
            Step::Answer(data, status) => respond(data, status, false),
            Step::Execute(data) => {
                let whole = Command {
                    data: &data,
                    ..command
                };
                let outcome = self
                    .execute(&whole, rng, keep)
                    .unwrap_or_else(Outcome::ended);
                let Outcome {
                    data,
                    status,
                    changed,
                } = outcome;
                let (data, status) = self.session.chain.respond(data, status, command.expected);
                respond(data, status, changed)
            }
        }
    }

    fn execute(
        &mut self,
        command: &Command<'_>,
        rng: &mut impl CryptoRng,
        keep: Keep<'_>,
    ) -> Result<Outcome, StatusWord> {
        // Only what is right in the channel puts it back.
        let tap = self.session.tap.take();
        let instruction = Instruction::of(command.header, self.session.selected)?;
        if let Some(applet) = instruction.applet() {
            let selected = self
                .session
                .selected
                .ok_or(StatusWord::ConditionsNotSatisfied)?;
            if selected != applet {
                return Err(StatusWord::UnknownInstruction);
            }
        }
        let (state, session) = (&mut self.state, &mut self.session);
        let stretch = self.stretch;
        match instruction {
            Instruction::Select => select::select(session, command),
            Instruction::Verify => identity::verify(state, session, command, keep, stretch, rng),
            Instruction::ChangeReferenceData => {
                identity::change_reference_data(state, session, command, keep, stretch, rng)
            }
            Instruction::ResetRetryCounter => {
                identity::reset_retry_counter(state, session, command, keep, stretch, rng)
            }
            Instruction::GenerateAsymmetric => {
                identity::generate_asymmetric(state, session, command, rng)
            }
            Instruction::GeneralAuthenticate => {
                identity::general_authenticate(state, session, command, rng)
            }
            Instruction::DeleteKey => identity::delete_key(state, session, command),
            Instruction::GetData => identity::get_data(state, command),
            Instruction::PutData => identity::put_data(state, session, command),
            Instruction::GenerateEnrolmentKey => {
                keys::generate_enrolment_key(state, session, command, rng)
            }
            Instruction::PutShare => keys::put_share(state, command, rng),
            Instruction::Derive => keys::derive(state, session, command),
            Instruction::Status => keys::status(state, command),
            Instruction::DeleteSlot => keys::delete_slot(state, session, command),
            Instruction::List => keys::list(state, command),
            Instruction::Prove => keys::prove(state, command),
            Instruction::MakePurseKey => purse::make_key(state, session, command, rng),
            Instruction::PutPurseKey => purse::put_key(state, session, command, rng),
            Instruction::PutRoots => purse::put_roots(state, session, command),
            Instruction::PutBank => purse::put_bank(state, command),
            Instruction::OpenPurse => purse::open(state, command),
            Instruction::SignForPurse => purse::sign(state, session, command, rng),
            Instruction::RequestMovement => purse::request(state, session, command, rng),
            Instruction::AnswerOffer => purse::answer(state, session, command, rng),
            Instruction::TakeVerdict => purse::verdict(state, command),
            Instruction::Pay => purse::pay(state, session, command, rng),
            Instruction::Report => purse::report(state, session, command, rng),
            Instruction::TakeNotice => purse::notice(state, command),
            Instruction::ReadPurse => purse::read(state, command),
            Instruction::ListPurses => purse::list(state, command),
            Instruction::ClearHistory => purse::clear(state, session, command),
            Instruction::ClosePurse => purse::close(state, session, command),
            Instruction::AskPurse => purse::ask(state, session, command, rng),
            Instruction::PayPurse => purse::pay_purse(state, session, command, rng),
            Instruction::TakePayment => purse::take(state, session, command, rng),
            Instruction::SettlePayment => purse::settle(state, command),
            Instruction::SetUpHome => lending::set_up(state, session, command, stretch, rng),
            Instruction::Terminal => lending::terminal(state, session, command),
            Instruction::RegisterHome => lending::register(state, command),
            Instruction::Lend => lending::lend(state, session, command),
            Instruction::TopUpLoan => lending::top_up(state, session, command),
            Instruction::StopLending => lending::stop(state, command),
            Instruction::HomeLog => lending::log(state, command),
            Instruction::HomeCancel => lending::cancel(state, command),
            Instruction::AnswerAccess => lending::answer_access(state, command, rng),
            Instruction::TakeOpening => lending::take_opening(state, command, keep, rng),
            Instruction::TakeRelease => lending::take_release(state, command, keep, rng),
            Instruction::EnterShop => lending::enter(state, command, rng),
            Instruction::SignOrder => lending::sign_order(state, command, rng),
            Instruction::StopFromAway => lending::stop_from_away(state, command),
            Instruction::EndAccess => lending::end(state, command),
            Instruction::AccessKeys => access::access_keys(state, command, rng),
            Instruction::RequestAccess => access::request(state, command, rng),
            Instruction::Opening => access::opening(state, command, rng),
            Instruction::Hello => access::hello(state, command, rng),
            Instruction::Finish => access::finish(state, command, rng),
            Instruction::Confirm => access::confirm(state, command),
            Instruction::AskHome => access::ask(state, command, rng),
            Instruction::TakeAnswer => access::take_answer(state, command),
            Instruction::ToShop => access::to_shop(state, command),
            Instruction::FromShop => access::from_shop(state, command),
            Instruction::PutOffice => coupon::put_office(state, command),
            Instruction::StoreCoupon => coupon::store(state, session, command, rng),
            Instruction::ListCoupons => coupon::list(state, session, command),
            Instruction::ReadCoupon => coupon::read(state, session, command),
            Instruction::RemoveCoupon => coupon::remove(state, session, command),
            Instruction::SignForCoupon => coupon::sign(state, session, command, rng),
            Instruction::HearOffice => coupon::hear(state, command),
            Instruction::LockCoupon => coupon::lock(state, session, command, rng),
            Instruction::CouponPassword => {
                coupon::password(state, session, command, keep, stretch, rng)
            }
            Instruction::VerifyPinBlock => {
                coupon::verify_block(state, session, command, keep, stretch, rng)
            }
            Instruction::ManageCard => settlement::manage(state, session, command, rng),
            Instruction::InitializeUpdate => {
                settlement::initialize_update(state, session, command, rng)
            }
            Instruction::ExternalAuthenticate => {
                settlement::external_authenticate(session, tap, command)
            }
            Instruction::ReadBalance
            | Instruction::Debit
            | Instruction::TopUp
            | Instruction::Acknowledge => {
                settlement::in_channel(state, session, tap, command, instruction)
            }
        }
    }
}

fn respond(data: Zeroizing<Vec<u8>>, status: StatusWord, changed: bool) -> Response {
    let mut bytes = Zeroizing::new(Vec::with_capacity(data.len() + 2));
    bytes.extend_from_slice(&data);
    bytes.extend_from_slice(&u16::from(status).to_be_bytes());
    Response { bytes, changed }
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Card(…)")
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Response({} bytes, changed: {})",
            self.bytes.len(),
            self.changed
        )
    }
}
