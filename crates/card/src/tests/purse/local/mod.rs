//! Two purses pay each other, and no bank is there (EP 1 221 669, Sb1 to Sb12).

mod copies;
mod doctored;
mod full;
mod limits;
mod lost;
mod pair;
mod payments;
mod power;
mod prepaid;
mod refusals;
