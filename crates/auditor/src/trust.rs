//! Whom the auditor believes.

use tallystick_protocol::trust::certificate::TrustAnchors;

/// Whom the auditor believes: it has this from elsewhere than from the bank.
pub struct Trust {
    /// The roots under which everybody is certified.
    pub anchors: TrustAnchors,
    /// The operators whose commands count, by the names of their keys
    /// ([`OperatorKey::id`](tallystick_protocol::trust::command::OperatorKey::id)). None: whoever the bank says, and
    /// the report names them.
    pub operators: Option<Vec<String>>,
}
