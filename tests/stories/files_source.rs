//! Incidents from a folder of files: what cannot be read is named, and the others go on.

use std::path::PathBuf;

use crate::support::seeds::world;
use crate::support::{Installation, Setup, id_of};

/// Four days after the example incident was resolved, a Tuesday.
const TUESDAY: &str = "2026-05-26T08:00:00Z";

fn example() -> String {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/incidents/INC-2026-042.json");
    std::fs::read_to_string(file).unwrap()
}

async fn with_files(files: &[(&str, &str)]) -> Installation {
    let installation = Setup::default().at(TUESDAY).seed(&world(&[])).start().await;
    for (name, text) in files {
        std::fs::write(installation.incident_files().join(name), text).unwrap();
    }
    installation
}

#[tokio::test]
async fn the_example_file_gets_one_of_each_with_its_customers() {
    let installation = with_files(&[("INC-2026-042.json", &example())]).await;
    installation.good_pass().await;
    let world = installation.world();
    world.assert_one_of_each("INC-42");
    let rows = world.tabs(&id_of(&world.spreadsheet("INC-42")))[0]["rows"].clone();
    assert_eq!(rows[1][1], "00417", "as text: no zero is lost");
    assert_eq!(rows[2][0], "Example Bikes");
}

#[tokio::test]
async fn files_that_cannot_be_read_are_named_and_the_others_go_on() {
    let half = &example()[..700];
    let unknown = example().replace("\"severity\"", "\"severeness\"");
    let installation = with_files(&[
        ("INC-2026-042.json", &example()),
        ("half-written.json", half),
        ("malformed.json", &unknown),
        ("notes.txt", "not an incident"),
    ])
    .await;
    let report = installation.pass().await;
    assert!(report.needs_human());
    let failures = report.all_failures().join("\n");
    assert!(failures.contains("half-written.json"), "{failures}");
    assert!(
        failures.contains("malformed.json") && failures.contains("severeness"),
        "{failures}"
    );
    assert!(!failures.contains("notes.txt"), "{failures}");
    installation.world().assert_one_of_each("INC-42");
}

#[tokio::test]
async fn a_file_that_is_completed_later_is_taken_then() {
    let installation = with_files(&[("INC-2026-042.json", &example()[..700])]).await;
    installation.pass().await;
    installation.world().assert_nothing_for("INC-42");
    std::fs::write(
        installation.incident_files().join("INC-2026-042.json"),
        example(),
    )
    .unwrap();
    installation.good_pass().await;
    installation.world().assert_one_of_each("INC-42");
}
