//! Everything that is owed after an incident, made by one look at PagerDuty.

use crate::support::Installation;

#[tokio::test]
async fn each_resolved_incident_gets_one_of_each() {
    let installation = Installation::start().await;
    installation.good_pass().await;
    for reference in ["#1001", "#1002", "#1003"] {
        installation.assert_one_of_each(reference);
    }
}

#[tokio::test]
async fn the_open_the_old_and_the_merged_incident_get_nothing() {
    let installation = Installation::start().await;
    installation.good_pass().await;
    for reference in ["#1004", "#1005", "#1006"] {
        installation.assert_nothing_for(reference);
    }
}
