//! What every card does by ISO/IEC 7816: the form of commands and answers, chaining, selecting, status words.

pub mod answer_to_reset;
pub mod apdu;
pub mod chaining;
pub mod select;
pub mod status_word;
pub mod tlv;
