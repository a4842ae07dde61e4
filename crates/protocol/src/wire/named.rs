//! Enums whose values have stable names: variant, number and name of each are written once, side by side.

/// Declares an enum of values with names. Beside the enum it makes `ALL`, `as_str` and `from_name`.
///
/// ```
/// tallystick_protocol::named_enum! {
///     /// What a day is like.
///     #[derive(Debug, Clone, Copy, PartialEq, Eq)]
///     pub enum Weather {
///         /// The sun shines.
///         Fair => "fair",
///         /// It does not.
///         NotFair => "not-fair",
///     }
/// }
/// assert_eq!(Weather::from_name("not-fair"), Some(Weather::NotFair));
/// assert_eq!(Weather::ALL.map(Weather::as_str), ["fair", "not-fair"]);
/// ```
#[macro_export]
macro_rules! named_enum {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $enum:ident {
            $($(#[$of_variant:meta])* $variant:ident $(= $number:literal)? => $name:literal,)+
        }
    ) => {
        $(#[$attribute])*
        $visibility enum $enum {
            $($(#[$of_variant])* $variant $(= $number)?,)+
        }

        impl $enum {
            /// All of them, in the order of their numbers.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The one with that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.as_str() == name)
            }
        }
    };
}
