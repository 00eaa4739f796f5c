//! Where the affected customers come from: a file beside the incident, or nowhere yet.

use serde_json::json;

use crate::support::seeds::one_incident;
use crate::support::wiki::visible_text;
use crate::support::{Installation, id_of, minutes};

#[tokio::test]
async fn what_a_spreadsheet_would_calculate_arrives_as_text() {
    let installation = Installation::start_with(&one_incident()).await;
    let csv = "campaign_id,org name,app_id,org_id\n007,=1+1,+49,00042\n1e5,@SUM(A1),-1,\"a, \"\"b\"\"\"\n";
    std::fs::write(installation.customer_files().join("QONE.csv"), csv).unwrap();
    installation.good_pass().await;
    let world = installation.world();
    let rows = world.tabs(&id_of(&world.spreadsheet("#1001")))[0]["rows"].clone();
    assert_eq!(rows[1], json!(["=1+1", "00042", "+49", "007"]));
    assert_eq!(rows[2], json!(["@SUM(A1)", "a, \"b\"", "-1", "1e5"]));
}

#[tokio::test]
async fn without_a_file_there_is_a_sheet_to_fill_in_and_everything_says_so() {
    let installation = Installation::start_with(&one_incident()).await;
    installation.good_pass().await;
    let world = installation.world();
    world.assert_one_of_each("#1001");
    let rows = world.tabs(&id_of(&world.spreadsheet("#1001")))[0]["rows"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 1, "the header");
    let text = visible_text(world.page("#1001")["body"].as_str().unwrap());
    assert!(
        text.contains("No affected customers are known so far."),
        "{text}"
    );
    let mail = world.announcements("#1001").remove(0);
    assert!(
        mail.text
            .contains("No affected customers are known so far."),
        "{}",
        mail.text
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_named_and_keeps_nobody_from_the_page() {
    let mut installation = Installation::start_with(&one_incident()).await;
    let file = installation.customer_files().join("QONE.csv");
    std::fs::write(
        &file,
        b"org name,org_id,app_id,campaign_id\nSecret Customer \xff,1,2,3\n",
    )
    .unwrap();
    let ended = installation.debrief(&["run", "--once"]).await.with_code(3);
    let told = format!("{}{}", ended.out, ended.err);
    assert!(
        told.contains("QONE.csv") && told.contains("line 2"),
        "{told}"
    );
    assert!(
        !told.contains("Secret Customer"),
        "no row is quoted: {told}"
    );
    for _ in 0..3 {
        installation.advance(minutes(10));
        installation.debrief(&["run", "--once"]).await;
    }
    assert_eq!(installation.world().pages("#1001").len(), 1);
    std::fs::write(&file, "org name,org_id,app_id,campaign_id\nA,1,2,3\n").unwrap();
    installation.debrief(&["retry", "#1001"]).await.with_code(0);
    installation.advance(minutes(120));
    installation.debrief(&["run", "--once"]).await.with_code(0);
    installation.world().assert_one_of_each("#1001");
}
