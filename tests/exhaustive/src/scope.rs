//! How far an exploration goes.

/// What is explored, all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Requests to be paid, of both cards together. Each is paid once at most, so no more payments are made. One whose answer
    /// was lost counts, too: it stays in its card, nobody else knows its nonce, and it changes nothing.
    pub payments: u8,
    /// Reports of each card that the bank may hear at any time while they pay, and whose answers are messages like the others.
    pub reports: u8,
    /// How often the bank hears one of them while they pay, the same again included.
    pub deliveries: u8,
    /// Whether requests leave it to the payer how much.
    pub is_open: bool,
    /// Whether the power of the bank is cut, too, at every write.
    pub cuts_bank: bool,
    /// Whether from every state both report, one or both, in either order.
    pub reconciles: bool,
    /// What goes wrong on purpose.
    pub plant: Option<Plant>,
}

/// A mistake that the exploration has to find. Each is made around a card or the bank: their code stays what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// The pages of that card are put back to what they were before its last command.
    OldPages(usize),
    /// A card sends a payment, and what it set aside for it is in its purse again.
    NotSetAside,
    /// The bank's database is put back to what it was in the beginning.
    OldDatabase,
    /// The bank books a second time what one purse paid the other.
    BookedTwice,
}

impl Scope {
    /// So many payments, without the bank until they are made.
    pub const fn payments(payments: u8) -> Self {
        Self {
            payments,
            reports: 0,
            deliveries: 0,
            is_open: false,
            cuts_bank: false,
            reconciles: true,
            plant: None,
        }
    }

    /// So many payments, with one report of each card while they are made, of which the bank hears so many.
    pub const fn with_bank(payments: u8, deliveries: u8) -> Self {
        Self {
            reports: 1,
            deliveries,
            ..Self::payments(payments)
        }
    }

    /// The same, and the power of the bank is cut, too.
    const fn with_cut_bank(payments: u8, deliveries: u8) -> Self {
        Self {
            cuts_bank: true,
            ..Self::with_bank(payments, deliveries)
        }
    }

    /// What `npm test` explores.
    pub fn quick() -> Vec<Self> {
        vec![Self::payments(2), Self::with_cut_bank(1, 2)]
    }

    /// Everything that is explored.
    pub fn all() -> Vec<Self> {
        let open = Self {
            is_open: true,
            ..Self::payments(2)
        };
        let twice = Self {
            reports: 2,
            ..Self::with_cut_bank(1, 2)
        };
        vec![
            Self::payments(2),
            open,
            Self::payments(3),
            Self::with_cut_bank(1, 3),
            twice,
            Self::with_cut_bank(2, 1),
            Self::with_cut_bank(2, 2),
        ]
    }

    /// As it is said at the head of what is found.
    pub fn words(&self) -> String {
        let payments = match self.payments {
            1 => "1 payment".to_owned(),
            count => format!("{count} payments"),
        };
        let open = if self.is_open { " of open amounts" } else { "" };
        let bank = match (self.reports, self.deliveries) {
            (0, _) => "the bank hears afterwards".to_owned(),
            (reports, deliveries) => {
                format!("each card reports {reports}× meanwhile and the bank hears {deliveries}×")
            }
        };
        let cuts = if self.cuts_bank {
            ", its power cut at every write, too"
        } else {
            ""
        };
        format!("{payments}{open}, {bank}{cuts}")
    }
}
