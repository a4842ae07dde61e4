//! What a holder can pay with: one room for each instrument, and nothing about it anywhere else.
//!
//! An order names its instrument in the field *payment type*, which shop and payer read. What the
//! instrument says to the payer stands in the field *payment*, which nobody else reads.

mod bank_account;
mod card_account;
mod contactless;
mod coupon;
mod purse;
#[cfg(feature = "toy-instrument")]
mod toy;

pub use bank_account::BankAccountDetails;
pub use card_account::CardDetails;
pub use contactless::ContactlessDetails;
pub use coupon::CouponDetails;
pub use purse::PurseDetails;
#[cfg(feature = "toy-instrument")]
pub use toy::Toy;

use minicbor::{Decode, Encode};

use crate::checkout::order::{FieldError, OpenedPart, OrderFields, PartError};
use crate::checkout::policy::Field;

/// How an instrument's words stand in an order.
trait Words: Sized {
    /// Puts them into the order's fields.
    ///
    /// # Errors
    /// [`FieldError`] names the field that cannot be part of an order.
    fn write(&self, fields: &mut OrderFields) -> Result<(), FieldError>;

    /// Reads them in the payer's part.
    ///
    /// # Errors
    /// [`PartError::MissingField`] or [`PartError::Malformed`].
    fn read(part: &OpenedPart) -> Result<Self, PartError>;
}

/// Declares the instruments: number in a form, name in the field *payment type*, and words.
macro_rules! instruments {
    ($($(#[doc = $doc:literal])+ $(#[cfg($($cfg:tt)+)])? $number:literal $name:literal $kind:ident($words:ty);)+) => {
        /// How an order can be paid.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
        #[cbor(index_only)]
        #[non_exhaustive]
        pub enum Instrument {
            $($(#[doc = $doc])+ $(#[cfg($($cfg)+)])? #[n($number)] $kind,)+
        }

        impl Instrument {
            /// Every instrument of this build.
            pub const ALL: &'static [Self] = &[$($(#[cfg($($cfg)+)])? Self::$kind,)+];

            /// The instrument's stable name, which is also the content of the field *payment type*.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $($(#[cfg($($cfg)+)])? Self::$kind => $name,)+ }
            }
        }

        /// What a holder pays an order with.
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum Payment {
            $($(#[doc = $doc])+ $(#[cfg($($cfg)+)])? $kind($words),)+
        }

        impl Payment {
            /// Which instrument it is.
            #[must_use]
            pub fn instrument(&self) -> Instrument {
                match self { $($(#[cfg($($cfg)+)])? Self::$kind(_) => Instrument::$kind,)+ }
            }

            pub(crate) fn write(&self, fields: &mut OrderFields) -> Result<(), FieldError> {
                match self { $($(#[cfg($($cfg)+)])? Self::$kind(words) => words.write(fields),)+ }
            }

            fn read(instrument: Instrument, part: &OpenedPart) -> Result<Self, PartError> {
                Ok(match instrument {
                    $($(#[cfg($($cfg)+)])? Instrument::$kind => Self::$kind(<$words>::read(part)?),)+
                })
            }
        }
    };
}

instruments! {
    /// A card account at an issuer.
    1 "card-account" CardAccount(CardDetails);
    /// An account at a bank.
    2 "bank-account" BankAccount(BankAccountDetails);
    /// A purse in a card, of a bank.
    3 "purse" Purse(PurseDetails);
    /// A coupon with an owner.
    4 "coupon" Coupon(CouponDetails);
    /// A contactless card, settled through the browser.
    5 "contactless-card" Contactless(ContactlessDetails);
    /// Tokens, to see in tests what an instrument takes.
    #[cfg(feature = "toy-instrument")]
    200 "toy" Toy(Toy);
}

impl Instrument {
    /// The instrument of that name, if this build knows it.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        let mut all = Self::ALL.iter().copied();
        all.find(|instrument| instrument.as_str().as_bytes() == name)
    }
}

impl Payment {
    /// What the payer's part says of the payment; nothing if it is by an instrument that this build does not
    /// know.
    ///
    /// # Errors
    /// [`PartError::MissingField`], or [`PartError::Malformed`] if these are not that instrument's words.
    pub fn of(part: &OpenedPart) -> Result<Option<Self>, PartError> {
        let instrument = Instrument::from_name(part.require(Field::PaymentType)?);
        instrument
            .map(|instrument| Self::read(instrument, part))
            .transpose()
    }
}
