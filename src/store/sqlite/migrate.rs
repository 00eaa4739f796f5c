//! Brings a database to this release's shape: numbered files, each run once, in one transaction.

use ring::digest::{SHA256, digest};
use rusqlite::{Connection, TransactionBehavior};

use super::Fault;
use crate::store::StoreError;

/// One numbered file. Its version is its place in [`MIGRATIONS`], counted from 1.
pub(super) struct Migration {
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
}

/// Every step from an empty database to today's shape. Append only.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "0001_begin",
        sql: include_str!("../migrations/0001_begin.sql"),
    },
    Migration {
        name: "0002_effects_by_step",
        sql: include_str!("../migrations/0002_effects_by_step.sql"),
    },
];

/// Runs what is missing. Refuses a database of a newer release, one whose past differs from ours, and one that is
/// somebody else's.
pub(super) fn migrate(connection: &mut Connection, migrations: &[Migration]) -> Result<(), Fault> {
    // Immediate: two processes that start at once must not both find the database empty.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::TooNew { found, known }.into());
    }
    if found == 0 {
        let tables: i64 =
            transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        if tables > 0 {
            return Err(unreadable(
                "file",
                "it holds the tables of another program: point `store.path` elsewhere".to_owned(),
            ));
        }
        transaction.execute_batch(
            "CREATE TABLE migrations (
                 version  INTEGER PRIMARY KEY NOT NULL,
                 name     TEXT NOT NULL,
                 checksum TEXT NOT NULL
             ) STRICT",
        )?;
    }
    for (version, migration) in (1..).zip(migrations) {
        let checksum = checksum(migration.sql);
        if version <= found {
            let applied: String = transaction.query_row(
                "SELECT checksum FROM migrations WHERE version = ?1",
                [version],
                |row| row.get(0),
            )?;
            if applied != checksum {
                return Err(unreadable(
                    "migration",
                    format!(
                        "{} was applied with other content than this release has: was the file edited?",
                        migration.name
                    ),
                ));
            }
        } else {
            transaction.execute_batch(migration.sql)?;
            transaction.execute(
                "INSERT INTO migrations (version, name, checksum) VALUES (?1, ?2, ?3)",
                (version, migration.name, checksum),
            )?;
        }
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

fn unreadable(what: &'static str, detail: String) -> Fault {
    StoreError::Unreadable { what, detail }.into()
}

fn checksum(sql: &str) -> String {
    digest(&SHA256, sql.as_bytes())
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn migrated(connection: &mut Connection, migrations: &[Migration]) -> Result<(), StoreError> {
        migrate(connection, migrations).map_err(|fault| fault.at("a test"))
    }

    #[test]
    fn runs_what_is_missing_and_nothing_twice() {
        let mut connection = Connection::open_in_memory().unwrap();
        let first = Migration {
            name: "0001_a",
            sql: "CREATE TABLE a (x INTEGER)",
        };
        let second = Migration {
            name: "0002_b",
            sql: "CREATE TABLE b (x INTEGER)",
        };
        let both = [first, second];
        migrated(&mut connection, &both[..1]).unwrap();
        migrated(&mut connection, &both).unwrap();
        migrated(&mut connection, &both).unwrap();
        let version: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, 2);
    }

    #[test]
    fn a_migration_that_fails_leaves_nothing_behind() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = Migration {
            name: "0001_a",
            sql: "CREATE TABLE a (x INTEGER); CREATE TABLE nonsense",
        };
        assert!(matches!(
            migrated(&mut connection, &[broken]),
            Err(StoreError::Database { .. })
        ));
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
            .unwrap();
        assert_eq!(tables, 0);
    }

    #[test]
    fn a_newer_database_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 7).unwrap();
        assert!(matches!(
            migrated(&mut connection, MIGRATIONS),
            Err(StoreError::TooNew { found: 7, known }) if known == MIGRATIONS.len() as i64
        ));
    }

    #[test]
    fn an_edited_migration_is_noticed() {
        let mut connection = Connection::open_in_memory().unwrap();
        let written = Migration {
            name: "0001_a",
            sql: "CREATE TABLE a (x INTEGER)",
        };
        let edited = Migration {
            name: "0001_a",
            sql: "CREATE TABLE a (y INTEGER)",
        };
        migrated(&mut connection, &[written]).unwrap();
        let refusal = migrated(&mut connection, &[edited]).unwrap_err();
        assert!(refusal.to_string().contains("0001_a"), "{refusal}");
    }

    #[test]
    fn another_programs_database_is_left_alone() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("CREATE TABLE songs (title TEXT)")
            .unwrap();
        assert!(matches!(
            migrated(&mut connection, MIGRATIONS),
            Err(StoreError::Unreadable { what: "file", .. })
        ));
    }
}
