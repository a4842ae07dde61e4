//! What must hold in every state.

use crate::books::Books;
use crate::held::Held;

/// How much the two purses held together when they began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    pub inside: [u64; 2],
    pub accounts: [i64; 2],
}

impl Loaded {
    fn all(&self) -> u64 {
        self.inside.iter().sum()
    }
}

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// There is more than was loaded: so much is there, and so much was loaded.
    Created(u64, u64),
    /// There is less.
    Missing(u64, u64),
    /// A payment was taken twice, or came back twice.
    Twice,
    /// A payment was taken and came back.
    TakenAndBack,
    /// What is set aside can never be taken, refused or settled any more.
    Stuck,
    /// The bank refuses what honest purses report, or its word is refused.
    Refused(String),
    /// The books do not say what the purses hold.
    BooksDiffer(String),
    /// Somebody honest is named, or something is borne.
    Named(String),
    /// Two orders of reports end in different books.
    OrderMatters(String),
}

/// **No value created, all value accounted for**: each yen is in one of the purses, or set aside for a payee who has not taken
/// it. What was taken counts once, although it stays set aside until the payer's card hears of it.
pub fn cards(held: [&Held; 2], loaded: &Loaded) -> Result<(), Broken> {
    let mut all: u64 = held.iter().map(|held| held.amount).sum();
    for (payer, payee) in [(held[0], held[1]), (held[1], held[0])] {
        let under_way = payer.out.iter();
        let under_way = under_way.filter(|(number, _)| !payee.taken.contains(number));
        all += under_way.map(|(_, amount)| amount).sum::<u64>();
        if is_doubled(&payer.taken) || is_doubled(&payer.back) {
            return Err(Broken::Twice);
        }
        if payer.back.iter().any(|number| payee.taken.contains(number)) {
            return Err(Broken::TakenAndBack);
        }
    }
    match all.cmp(&loaded.all()) {
        core::cmp::Ordering::Equal => Ok(()),
        core::cmp::Ordering::Greater => Err(Broken::Created(all, loaded.all())),
        core::cmp::Ordering::Less => Err(Broken::Missing(all, loaded.all())),
    }
}

fn is_doubled<T: PartialEq>(all: &[T]) -> bool {
    let mut rest = all.iter();
    core::iter::from_fn(|| rest.next().map(|one| rest.as_slice().contains(one))).any(|is| is)
}

/// What is always so of the books: nobody honest is named, accounts are what they were, and what both purses hold by the
/// books, less what they gave and have not covered, is what was loaded.
pub fn books(books: &Books, loaded: &Loaded) -> Result<(), Broken> {
    if !books.alerts.is_empty() || books.named != 0 || books.losses != 0 {
        return Err(Broken::Named(format!("{books:?}")));
    }
    let inside: i64 = books.inside.iter().sum::<i64>() - books.uncovered.iter().sum::<i64>();
    let is_all = u64::try_from(inside) == Ok(loaded.all());
    if is_all && books.accounts == loaded.accounts {
        Ok(())
    } else {
        Err(Broken::BooksDiffer(format!("{books:?}")))
    }
}

/// Once both have reported: each purse holds what the books say, with what is set aside for a payee who may still take it.
pub fn reconciled(held: [&Held; 2], books: &Books) -> Result<(), Broken> {
    let is_same = |one: usize| {
        let out: u64 = held[one].out.iter().map(|(_, amount)| amount).sum();
        i64::try_from(held[one].amount + out) == Ok(books.inside[one]) && books.uncovered[one] == 0
    };
    if is_same(0) && is_same(1) {
        Ok(())
    } else {
        Err(Broken::BooksDiffer(format!("{held:?} and {books:?}")))
    }
}
