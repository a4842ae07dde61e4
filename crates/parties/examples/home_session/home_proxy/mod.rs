//! The two ends, as the tests play them.

#[path = "../../../tests/purchase/home_proxy/ends.rs"]
#[allow(dead_code, reason = "what is not measured others test")]
pub mod ends;
