//! What a purse of the card set aside for orders of others, as the card's log says: the bank is asked for its verdict as
//! about any payment of that purse.

use tallystick_protocol::wire::identifier::TransactionId;
use tallystick_protocol::wire::time::Timestamp;

use super::record::UseRecord;
use crate::bank::record::{MovementRecord, PurseRecord, SetAsideForOrder};
use crate::core::desk::Desk;
use crate::core::error::WalletError;
use crate::core::secure_element::Reply;
use crate::home::card;
use crate::home::view::{LoanState, UseView};

impl Desk<'_> {
    /// Takes up what the card says of itself and what it has logged, which it was asked last; what is new of it, oldest
    /// first.
    pub(super) fn keep_log(&mut self, replies: &[Reply]) -> Result<Vec<UseView>, WalletError> {
        let [.., status, log] = replies else {
            return Ok(Vec::new());
        };
        self.keep_status(status)?;
        let mut own = self.own_home()?;
        let new = own.take_log(&card::decisions(log)?);
        for one in &new {
            self.keep_paid(one)?;
        }
        let views = new.iter().map(|one| own.use_view(one)).collect();
        self.keep_own_home(own)?;
        self.homes()?.is_log_read = true;
        Ok(views)
    }

    /// Now, or the first moment of which no purse that is lent has signed anything: what a purse signs must not be older than
    /// what it signed before.
    pub(super) fn moment_of_lent_purses(&mut self) -> Result<Timestamp, WalletError> {
        let now = self.now();
        let slices = &self.unlocked()?.slices;
        let loans = slices.homes.own.iter().flat_map(|own| &own.loans);
        let lent = loans.filter(|one| one.state(now) == LoanState::Lent);
        let purses = lent.filter_map(|one| slices.banking.purse(&one.account).ok());
        let moments = purses.map(|purse| purse.next_moment(now));
        Ok(moments.max().unwrap_or(now))
    }

    /// Keeps that an amount is set aside. A purse that is not here any more is followed by nobody.
    fn keep_paid(&mut self, one: &UseRecord) -> Result<(), WalletError> {
        let Some(paid) = &one.paid else {
            return Ok(());
        };
        let is_it = |purse: &&PurseRecord| {
            let opened = purse.opened.as_ref();
            purse.bank == one.issuer && opened.is_some_and(|opened| opened.number == paid.purse)
        };
        let banking = self.banking()?;
        let is_known = banking.movement(TransactionId(one.root.0)).is_ok();
        let purse = banking.purses().find(is_it).cloned();
        let Some(purse) = purse.filter(|_| !is_known) else {
            return Ok(());
        };
        self.begin_movement(MovementRecord::paying(SetAsideForOrder {
            purse: purse.id.clone(),
            number: paid.purse,
            root: one.root,
            shop: one.shop.clone(),
            amount: one.amount,
            at: paid.at,
            reference: paid.reference,
            request_id: None,
        }))?;
        // What the wallet heard of the purse since is newer.
        let newest = purse.state.as_ref().map_or(0, |state| state.sequence);
        if paid.state.sequence < newest {
            return Ok(());
        }
        let at = purse.signed_at.map_or(paid.at, |last| last.max(paid.at));
        self.keep_signed(&purse.id, paid.state.clone(), at)
    }
}
