//! The orders that the wallet keeps, each in a record of its own.

use tallystick_protocol::wire::cbor::{decode_value, encode_value};
use zeroize::Zeroizing;

use crate::checkout::Attention;
use crate::checkout::away::under_way::UnderWay;
use crate::checkout::order::record::{self, OrderRecord};
use crate::core::desk::Desk;
use crate::core::error::{ErrorKind, WalletError};
use crate::slices::{Opened, Slice};

/// In front of every order's identifier, in the names of records.
const PREFIX: &str = "order/";

fn record_of(request_id: &str) -> String {
    [PREFIX, request_id].concat()
}

/// An order and how it is being attended to.
pub struct Order {
    /// What is stored of it.
    pub record: OrderRecord,
    /// What is not: after a restart everything is due at once.
    pub attention: Attention,
}

impl Order {
    fn of(record: OrderRecord) -> Self {
        Self {
            record,
            attention: Attention::default(),
        }
    }
}

/// All of them.
#[derive(Default)]
pub struct Orders {
    /// In no particular order.
    all: Vec<Order>,
    /// The names of records that cannot be read any more. They stay as they are.
    unreadable: Vec<String>,
    /// Purchases with what is lent; in memory alone.
    pub under_way: UnderWay,
}

impl Orders {
    /// What is stored of each.
    pub fn records(&self) -> impl Iterator<Item = &OrderRecord> {
        self.all.iter().map(|order| &order.record)
    }

    /// Each with how it is being attended to.
    pub fn iter(&self) -> impl Iterator<Item = &Order> {
        self.all.iter()
    }

    /// One of them.
    pub fn find(&mut self, request_id: &str) -> Option<&mut Order> {
        let mut all = self.all.iter_mut();
        all.find(|order| order.record.request_id == request_id)
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.all.len()
    }

    /// How many are stored that cannot be read any more.
    #[must_use]
    pub const fn unreadable(&self) -> usize {
        self.unreadable.len()
    }

    fn put(&mut self, name: &str, record: OrderRecord) {
        // A backup may bring back what could not be read.
        self.unreadable.retain(|unreadable| unreadable != name);
        match self.find(&record.request_id) {
            Some(kept) => kept.record = record,
            None => self.all.push(Order::of(record)),
        }
    }
}

impl Slice for Orders {
    fn owns(name: &str) -> bool {
        name.starts_with(PREFIX)
    }

    /// One that is damaged keeps nobody from the others.
    fn take_up(&mut self, name: &str, opened: Opened) -> Result<(), WalletError> {
        match opened {
            Err(error) if error.kind == ErrorKind::StorageNewer => return Err(error),
            Ok(bytes) => match decode_value(&bytes, record::BYTES_MAX) {
                Ok(record) => self.all.push(Order::of(record)),
                Err(_) => self.unreadable.push(name.to_owned()),
            },
            Err(_) => self.unreadable.push(name.to_owned()),
        }
        Ok(())
    }

    fn is_under_way(&self) -> bool {
        self.records()
            .any(|order| !order.settled && order.state.was_sent())
    }
}

impl Desk<'_> {
    /// The orders.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn orders(&mut self) -> Result<&mut Orders, WalletError> {
        Ok(&mut self.unlocked()?.slices.orders)
    }

    /// A copy of an order.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchOrder`], or if the wallet is locked.
    pub fn order(&mut self, request_id: &str) -> Result<OrderRecord, WalletError> {
        let order = self.orders()?.find(request_id);
        order
            .map(|order| order.record.clone())
            .ok_or_else(|| WalletError::new(ErrorKind::NoSuchOrder))
    }

    /// Replaces an order, or adds it.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn keep_order(&mut self, order: OrderRecord) -> Result<(), WalletError> {
        let bytes = Zeroizing::new(encode_value(&order));
        let name = record_of(&order.request_id);
        let before = self.orders()?.find(&order.request_id);
        let has_ended = order.state.is_final()
            && before.is_some_and(|before| before.record.state != order.state);
        self.put_sealed(&name, &bytes)?;
        if has_ended {
            // Its coupons are taken now, or free again: their office says which.
            self.look_after_order(&order.request_id)?;
        }
        self.orders()?.put(&name, order);
        Ok(())
    }

    /// Forgets an order.
    ///
    /// # Errors
    /// If the wallet is locked.
    pub fn drop_order(&mut self, request_id: &str) -> Result<(), WalletError> {
        let all = &mut self.orders()?.all;
        all.retain(|order| order.record.request_id != request_id);
        self.delete(record_of(request_id));
        Ok(())
    }
}
