//! What a front says to security server and shop about an order: the shop's request, the server's proposal, the shop's bill,
//! and that the order is over. Each is a letter, repeated until it is answered.

use tallystick_protocol::checkout::answers::STATEMENT_MAX_BYTES;
use tallystick_protocol::settlement::{
    Bill, BillProposal, SettlementEnd, SettlementOrder, SettlementOutcome, SettlementState,
};
use tallystick_protocol::trust::statement::{
    Audience, Envelope, StatementError, Verified, message_type, unverified,
};
use tallystick_protocol::wire::cbor::Message as _;
use tallystick_protocol::wire::identifier::{Domain, Role, Root};

use super::settlements::{self, Decision, Settlement, Stage};
use super::{SettlementServer, words};
use crate::office::Office;
use crate::office::fault::Fault;
use crate::payer::EVIDENCE_SECONDS;
use crate::ports::{Ports, Tables};
use crate::post::exchange::{Exchange, Said};
use crate::post::outbox::{self, Content, NewLetter};

/// The shop's request, to the security server.
pub(super) struct Ordering<'a, P: Ports>(pub(super) &'a SettlementServer<P>);
/// The security server's proposal, to the shop.
pub(super) struct Proposing<'a, P: Ports>(pub(super) &'a SettlementServer<P>);
/// The shop's bill, to the security server.
pub(super) struct Billing<'a, P: Ports>(pub(super) &'a SettlementServer<P>);
/// That an order is over, to the security server.
pub(super) struct Ending<'a, P: Ports>(pub(super) &'a SettlementServer<P>);

/// What the security server answers, verified.
pub(super) enum ServerWord {
    /// How the order is to be paid, as it signed that.
    Proposal(Vec<u8>),
    /// How far it is.
    Outcome(Box<Verified<SettlementOutcome>>),
}

/// The settlement that a letter is about, if `asks` says that the answer still matters.
fn load(
    tables: &dyn Tables,
    reference: &str,
    asks: impl FnOnce(&Settlement) -> bool,
) -> Result<Option<Settlement>, Fault> {
    let root: Root = reference.parse().map_err(|_| Fault::internal())?;
    Ok(settlements::find(tables, &root)?.filter(asks))
}

impl<P: Ports> SettlementServer<P> {
    /// What the security server signed about this very settlement.
    ///
    /// # Errors
    /// Why it does not count.
    pub(super) fn outcome_in(
        &self,
        row: &Settlement,
        bytes: &[u8],
    ) -> Result<Verified<SettlementOutcome>, Fault> {
        let by = (Role::SecurityServer, &row.server);
        let said =
            self.office()
                .statement_in::<SettlementOutcome>(bytes, by.0, by.1, &row.order_id.0)?;
        let outcome = &said.message;
        let is_about_it = outcome.root == row.root
            && outcome.request == row.digest
            && outcome.amount == row.money
            && (outcome.state != SettlementState::Settled || outcome.alias.is_some());
        if !is_about_it {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(said)
    }

    fn proposal_in(&self, row: &Settlement, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
        let by = (Role::SecurityServer, &row.server);
        let said =
            self.office()
                .statement_in::<BillProposal>(bytes, by.0, by.1, &row.order_id.0)?;
        said.require_recipient(&Audience::Party(row.shop.clone()))?;
        if said.message.request != row.digest || said.message.amount != row.money {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(said.bytes)
    }

    /// From the front to the security server, about this order.
    fn about(&self, row: &Settlement, seconds: u64) -> Envelope {
        let to = Audience::Party(row.server.clone());
        self.office().envelope(to, row.order_id.0, seconds)
    }

    /// Posts what another signed, byte for byte, for as long as the order lasts.
    fn pass_on(
        &self,
        tables: &dyn Tables,
        row: &Settlement,
        (kind, to): (&str, &Domain),
        signed: Vec<u8>,
    ) -> Result<(), Fault> {
        let letter = NewLetter {
            kind,
            reference: &row.reference(),
            to,
            path: "/v1/bills",
            content: Content::Relayed(signed),
            give_up_at_ms: row.expires_at.milliseconds(),
        };
        Ok(outbox::post(tables, &letter, self.office().now_ms())?)
    }
}

impl<P: Ports> Exchange<P> for Ordering<'_, P> {
    type Subject = Settlement;
    type Word = ServerWord;

    const CONFIRMED_AS: Option<Role> = Some(Role::SecurityServer);

    fn office(&self) -> &Office<P> {
        self.0.office()
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Settlement>, Fault> {
        let asks = |row: &Settlement| row.is_open() && row.stage == Stage::Asked;
        load(tables, reference, asks)
    }

    fn prepare(&self, tables: &dyn Tables, row: &Settlement) -> Result<(), Fault> {
        let left = row.expires_at.seconds_since(self.0.office().now());
        let order = || SettlementOrder {
            envelope: self.0.about(row, left),
            request: row.request.clone(),
            reading: row.reading,
        };
        let office = self.0.office();
        office.decide_once(tables, words::ORDER, &row.reference(), order)
    }

    fn verify(&self, row: &Settlement, said: Said<'_>) -> Result<ServerWord, Fault> {
        let bytes = said.bytes();
        if message_type(bytes, STATEMENT_MAX_BYTES)? == BillProposal::TYPE {
            return Ok(ServerWord::Proposal(self.0.proposal_in(row, bytes)?));
        }
        let said = self.0.outcome_in(row, bytes)?;
        Ok(ServerWord::Outcome(Box::new(said)))
    }

    fn apply(&self, tables: &dyn Tables, row: &Settlement, word: ServerWord) -> Result<(), Fault> {
        let signed = match word {
            ServerWord::Proposal(signed) => signed,
            ServerWord::Outcome(said) => return self.0.note(tables, row, &said),
        };
        let sql = "UPDATE settlements SET stage = ?, proposal = ? WHERE root = ?";
        let values = [Stage::Proposed.into(), (&signed).into(), row.root.into()];
        tables.run(sql, &values)?;
        self.0
            .pass_on(tables, row, (words::PROPOSAL, &row.shop), signed)
    }

    /// The settlement ends with its order.
    fn over(&self, _: &dyn Tables, _: &Settlement) -> Result<(), Fault> {
        Ok(())
    }
}

impl<P: Ports> Exchange<P> for Proposing<'_, P> {
    type Subject = Settlement;
    /// The bill, as the shop signed it.
    type Word = Vec<u8>;

    const CONFIRMED_AS: Option<Role> = Some(Role::Shop);

    fn office(&self) -> &Office<P> {
        self.0.office()
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Settlement>, Fault> {
        let asks = |row: &Settlement| row.is_open() && row.stage == Stage::Proposed;
        load(tables, reference, asks)
    }

    fn verify(&self, row: &Settlement, said: Said<'_>) -> Result<Vec<u8>, Fault> {
        let office = self.0.office();
        let order = &row.order_id.0;
        let bill = office.statement_in::<Bill>(said.bytes(), Role::Shop, &row.shop, order)?;
        bill.require_recipient(&Audience::Party(row.server.clone()))?;
        let proposal = row.proposal.as_deref().ok_or_else(Fault::internal)?;
        let proposal: BillProposal = unverified(proposal).map_err(|_| Fault::internal())?;
        let (bill, signed) = (bill.message, bill.bytes);
        let is_it = bill.request == proposal.request
            && bill.amount == proposal.amount
            && bill.card == proposal.card;
        if !is_it {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(signed)
    }

    fn apply(&self, tables: &dyn Tables, row: &Settlement, signed: Vec<u8>) -> Result<(), Fault> {
        let sql = "UPDATE settlements SET stage = ?, bill = ? WHERE root = ?";
        tables.run(
            sql,
            &[Stage::Billed.into(), (&signed).into(), row.root.into()],
        )?;
        self.0
            .pass_on(tables, row, (words::BILL, &row.server), signed)
    }

    fn over(&self, _: &dyn Tables, _: &Settlement) -> Result<(), Fault> {
        Ok(())
    }
}

impl<P: Ports> Exchange<P> for Billing<'_, P> {
    type Subject = Settlement;
    type Word = Box<Verified<SettlementOutcome>>;

    const CONFIRMED_AS: Option<Role> = Some(Role::SecurityServer);

    fn office(&self) -> &Office<P> {
        self.0.office()
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Settlement>, Fault> {
        let asks = |row: &Settlement| row.is_open() && row.stage == Stage::Billed;
        load(tables, reference, asks)
    }

    fn verify(&self, row: &Settlement, said: Said<'_>) -> Result<Self::Word, Fault> {
        self.0.outcome_in(row, said.bytes()).map(Box::new)
    }

    fn apply(&self, tables: &dyn Tables, row: &Settlement, said: Self::Word) -> Result<(), Fault> {
        self.0.note(tables, row, &said)
    }

    fn over(&self, _: &dyn Tables, _: &Settlement) -> Result<(), Fault> {
        Ok(())
    }
}

impl<P: Ports> Exchange<P> for Ending<'_, P> {
    type Subject = Settlement;
    type Word = Box<Verified<SettlementOutcome>>;

    const CONFIRMED_AS: Option<Role> = Some(Role::SecurityServer);

    fn office(&self) -> &Office<P> {
        self.0.office()
    }

    fn load(&self, tables: &dyn Tables, reference: &str) -> Result<Option<Settlement>, Fault> {
        let is_ended = |row: &Settlement| row.decision == Some(Decision::Refused);
        load(tables, reference, |row| {
            is_ended(row) && !row.stage.is_last()
        })
    }

    fn prepare(&self, tables: &dyn Tables, row: &Settlement) -> Result<(), Fault> {
        let end = || SettlementEnd {
            envelope: self.0.about(row, EVIDENCE_SECONDS),
            root: row.root,
            request: row.digest,
            amount: row.money,
        };
        let office = self.0.office();
        office.decide_once(tables, words::END, &row.reference(), end)
    }

    /// Only what ends it is an answer. Unknown is one: the last word comes when the card was read again.
    fn verify(&self, row: &Settlement, said: Said<'_>) -> Result<Self::Word, Fault> {
        let said = self.0.outcome_in(row, said.bytes())?;
        if said.message.state == SettlementState::Ready {
            return Err(StatementError::WrongTransaction.into());
        }
        Ok(Box::new(said))
    }

    fn apply(&self, tables: &dyn Tables, row: &Settlement, said: Self::Word) -> Result<(), Fault> {
        self.0.note(tables, row, &said)
    }

    /// No card may have been told to pay, or one may: an operator has to find out.
    fn over(&self, _: &dyn Tables, row: &Settlement) -> Result<(), Fault> {
        let about = row.reference();
        self.0.office().log(
            "security-server-never-answered",
            about.get(..16),
            "given-up",
        );
        Ok(())
    }
}
