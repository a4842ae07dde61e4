//! The ledger's tables. What must never be is refused by the tables themselves.

/// Accounts, transfers, trial balances.
pub(crate) const TABLES: &[&str] = &[
    // Pending is set aside, posted is moved. Bounds: what Durable Objects carry exactly (2^53 - 1).
    // Accounts covered by their credits can never be taken more from than was given to them.
    "CREATE TABLE accounts (
        account INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        currency TEXT NOT NULL,
        kind TEXT NOT NULL,
        covered_by TEXT NOT NULL CHECK (covered_by IN ('credit', 'none')),
        debits_pending INTEGER NOT NULL DEFAULT 0 CHECK (debits_pending BETWEEN 0 AND 9007199254740991),
        debits_posted INTEGER NOT NULL DEFAULT 0 CHECK (debits_posted BETWEEN 0 AND 9007199254740991),
        credits_pending INTEGER NOT NULL DEFAULT 0 CHECK (credits_pending BETWEEN 0 AND 9007199254740991),
        credits_posted INTEGER NOT NULL DEFAULT 0 CHECK (credits_posted BETWEEN 0 AND 9007199254740991),
        frozen_at_ms INTEGER,
        UNIQUE (name, currency),
        CHECK (covered_by <> 'credit' OR debits_posted + debits_pending <= credits_posted)
    ) STRICT",
    "CREATE INDEX accounts_frozen ON accounts (frozen_at_ms) WHERE frozen_at_ms IS NOT NULL",
    // `pending_id` is unique: what was set aside is posted or voided, and once.
    "CREATE TABLE transfers (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        debit INTEGER NOT NULL REFERENCES accounts (account),
        credit INTEGER NOT NULL REFERENCES accounts (account),
        minor INTEGER NOT NULL CHECK (minor BETWEEN 1 AND 9007199254740991),
        kind TEXT NOT NULL CHECK (kind IN ('single', 'pending', 'post', 'void')),
        pending_id TEXT UNIQUE REFERENCES transfers (id),
        order_id BLOB,
        memo TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        CHECK (debit <> credit),
        CHECK ((kind IN ('post', 'void')) = (pending_id IS NOT NULL))
    ) STRICT",
    "CREATE TRIGGER transfers_are_checked BEFORE INSERT ON transfers BEGIN
        SELECT RAISE(ABORT, 'a transfer of this name was booked before')
            WHERE EXISTS (SELECT 1 FROM transfers WHERE id = NEW.id);
        SELECT RAISE(ABORT, 'an account is frozen') WHERE EXISTS (SELECT 1 FROM accounts
            WHERE account IN (NEW.debit, NEW.credit) AND frozen_at_ms IS NOT NULL);
        SELECT RAISE(ABORT, 'the accounts are of different currencies')
            WHERE (SELECT currency FROM accounts WHERE account = NEW.debit)
                IS NOT (SELECT currency FROM accounts WHERE account = NEW.credit);
        SELECT RAISE(ABORT, 'this ends no pending transfer')
            WHERE NEW.pending_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM transfers p
                WHERE p.id = NEW.pending_id AND p.kind = 'pending' AND p.debit = NEW.debit
                    AND p.credit = NEW.credit AND p.minor = NEW.minor);
        SELECT RAISE(ABORT, 'the pending transfer has ended') WHERE NEW.pending_id IS NOT NULL
            AND EXISTS (SELECT 1 FROM transfers WHERE pending_id = NEW.pending_id);
    END",
    "CREATE TRIGGER transfers_are_applied AFTER INSERT ON transfers BEGIN
        UPDATE accounts SET
            debits_pending = debits_pending
                + CASE NEW.kind WHEN 'single' THEN 0 WHEN 'pending' THEN NEW.minor ELSE -NEW.minor END,
            debits_posted = debits_posted + CASE WHEN NEW.kind IN ('single', 'post') THEN NEW.minor ELSE 0 END
            WHERE account = NEW.debit;
        UPDATE accounts SET
            credits_pending = credits_pending
                + CASE NEW.kind WHEN 'single' THEN 0 WHEN 'pending' THEN NEW.minor ELSE -NEW.minor END,
            credits_posted = credits_posted + CASE WHEN NEW.kind IN ('single', 'post') THEN NEW.minor ELSE 0 END
            WHERE account = NEW.credit;
    END",
    "CREATE TRIGGER transfers_are_never_changed BEFORE UPDATE ON transfers BEGIN
        SELECT RAISE(ABORT, 'a transfer is never changed');
    END",
    "CREATE TRIGGER transfers_are_never_deleted BEFORE DELETE ON transfers BEGIN
        SELECT RAISE(ABORT, 'a transfer is never deleted');
    END",
    "CREATE TABLE trial_balances (
        at_ms INTEGER PRIMARY KEY,
        accounts INTEGER NOT NULL,
        wrong INTEGER NOT NULL
    ) STRICT",
];
