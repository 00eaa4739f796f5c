#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::SignedDuration;
use rstest::rstest;
use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::key::{Key, Shape};
use super::*;

/// A folder with a debrief.toml and whatever else a case needs.
struct Place(TempDir);

impl Place {
    fn with(toml: &str) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.put("debrief.toml", toml);
        place
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn load(&self, environment: &[(&str, &str)]) -> Result<Config, ConfigFaults> {
        let environment: Vec<(String, String)> = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        load(Some(&self.path("debrief.toml")), environment.into_iter())
    }

    /// The faults as a person sees them, without the folder's name.
    fn faults(&self, environment: &[(&str, &str)]) -> Vec<String> {
        let folder = format!("{}/", self.0.path().display());
        match self.load(environment) {
            Ok(_) => Vec::new(),
            Err(faults) => faults
                .to_string()
                .lines()
                .map(|line| line.replace(&folder, ""))
                .collect(),
        }
    }
}

const KEY_FILE: &str =
    r#"{"client_email": "robot@example.iam.gserviceaccount.com", "private_key": "PEM-s3cret"}"#;

#[rstest]
#[case::a_typing_mistake(
    "[schedule]\nsetle = '5m'",
    &["debrief.toml, line 2: schedule.setle: there is no such key; did you mean schedule.settle?"],
)]
#[case::a_section_that_there_is_not(
    "[slak]\ntoken = 'x'",
    &["debrief.toml, line 1: slak: there is no such key; did you mean slack?"],
)]
#[case::nothing_like_it(
    "[kubernetes]\nreplicas = 3",
    &["debrief.toml, line 1: kubernetes: there is no such key; `debrief config --default` shows all"],
)]
#[case::everything_at_once(
    "time_zone = 'Europe/Bonn'\nsince = 'yesterday'\n[schedule]\npass = '* * 1 * 1'\nconcurrency = 0\nsettle = '10 parsecs'\n\
     [business_hours]\nholidays = ['2026-12-25', '2026-02-30', 'Easter']\n[business_hours.week]\nmonday = ['17:00-09:00']\n\
     [log]\nformat = 'xml'\n[dashboard]\nlisten = '0.0.0.0:80'",
    &[
        "debrief.toml, line 1: time_zone: expected an IANA time zone such as \"Europe/Berlin\", found \"Europe/Bonn\"",
        "debrief.toml, line 2: since: expected an instant with its offset such as \"2026-11-01T00:00:00+01:00\", found \"yesterday\"",
        "debrief.toml, line 4: schedule.pass: expected five cron fields such as \"*/2 * * * *\" (day of month and weekday cannot both be restricted), found \"* * 1 * 1\"",
        "debrief.toml, line 5: schedule.concurrency: expected a whole number from 1 to 256, found 0",
        "debrief.toml, line 6: schedule.settle: expected a duration such as \"90s\", \"10m\" or \"24h\", found \"10 parsecs\"",
        "debrief.toml, line 8: business_hours.holidays[1]: expected a date such as \"2026-12-25\", found \"2026-02-30\"",
        "debrief.toml, line 8: business_hours.holidays[2]: expected a date such as \"2026-12-25\", found \"Easter\"",
        "debrief.toml, line 10: business_hours.week.monday[0]: expected hours such as \"09:00-17:00\", from a time to a later one on the same day, found \"17:00-09:00\"",
        "debrief.toml, line 12: log.format: expected \"pretty\" or \"json\", found \"xml\"",
        "debrief.toml, line 14: dashboard.listen: expected a loopback address and a port such as \"127.0.0.1:8081\", found \"0.0.0.0:80\"",
    ],
)]
#[case::half_a_vendor(
    "[confluence]\nbase_url = 'https://example.atlassian.net'\n",
    &[
        "debrief.toml, line 1: confluence.email: is missing: Confluence needs base_url, email, token (or token_file) and space",
        "debrief.toml, line 1: confluence.space: is missing: Confluence needs base_url, email, token (or token_file) and space",
        "debrief.toml, line 1: confluence.token: is missing: Confluence needs base_url, email, token (or token_file) and space",
    ],
)]
#[case::a_mistyped_key_is_not_missing_as_well(
    "[mail]\nhost = 'localhost'\nform = 'debrief@example.com'",
    &["debrief.toml, line 3: mail.form: there is no such key; did you mean mail.from?"],
)]
#[case::addresses(
    "[mail]\nhost = 'localhost'\nfrom = 'debrief at example.com'\n[announcement]\nmail_to = 'company'\nchannels = ['#postmortem']",
    &[
        "debrief.toml, line 3: mail.from: expected an address such as \"debrief@example.com\" or \"Debrief <debrief@example.com>\", found \"debrief at example.com\"",
        "debrief.toml, line 5: announcement.mail_to: expected a list with commas; each is an address such as \"ada@example.com\", found \"company\"",
        "debrief.toml, line 6: announcement.channels[0]: expected a channel's id such as \"C0123456789\"; names can change, found \"#postmortem\"",
    ],
)]
#[case::people(
    "[[people]]\nname = 'Ada'\nnick = 'a'\n[[people]]\nname = 'Ben'\nemail = 'ben@example.com'\n[[people]]\nemail = 'BEN@example.com'\n\
     [[people]]\nname = 'Bea'\nemail = 'Ben@example.com'",
    &[
        "debrief.toml, line 1: people[0].email: is missing: a person has a name and an email",
        "debrief.toml, line 3: people[0].nick: there is no such key; `debrief config --default` shows all",
        "debrief.toml, line 7: people[2].name: is missing: a person has a name and an email",
        "debrief.toml, line 11: people[3].email: is given twice, also as people[1]; keep one of the two",
    ],
)]
#[case::values_for_sections(
    "slack = 'xoxb-s3cret'\npeople = 3",
    &[
        "debrief.toml, line 1: slack: expected a section [slack], found a text",
        "debrief.toml, line 2: people: expected sections [[people]], found a number",
    ],
)]
#[case::a_lease_that_a_call_outlasts(
    "[schedule]\nlease = '2m'\nattempts = 3\ncall_timeout = '20s'",
    &["debrief.toml, line 2: schedule.lease: 2m is too short: one call can take 2m (attempts, call_timeout and the waits \
       between), and its worker must still own the case then"],
)]
#[case::an_unfit_week(
    "[business_hours.week]\nmonday = ['09:00-12:00', '11:00-13:00']\n[review_meeting]\nduration = '9h'",
    &[
        "debrief.toml, line 2: business_hours.week.monday: expected spans in their order, found spans that overlap or go back",
        "debrief.toml, line 4: review_meeting.duration: expected no more than 8h, the longest span of business hours: the meeting has to fit in, found \"9h\"",
    ],
)]
#[case::a_sandbox_on_the_internet(
    "sandbox = true\n[slack]\ntoken = 'x'\n[mail]\nhost = 'smtp.example.com'\nfrom = 'a@example.com'",
    &[
        "debrief.toml, line 5: mail.host: smtp.example.com is not on this machine; with sandbox = true every vendor has to be on 127.0.0.1, [::1] or localhost",
        "configuration: slack.base_url: slack.com is not on this machine; with sandbox = true every vendor has to be on 127.0.0.1, [::1] or localhost",
    ],
)]
#[case::half_a_vendor_on_the_internet(
    "sandbox = true\n[confluence]\nbase_url = 'https://example.atlassian.net'\nemail = 'a@example.com'\nspace = 'OPS'",
    &[
        "debrief.toml, line 2: confluence.token: is missing: Confluence needs base_url, email, token (or token_file) and space",
        "debrief.toml, line 3: confluence.base_url: example.atlassian.net is not on this machine; with sandbox = true every vendor has to be on 127.0.0.1, [::1] or localhost",
    ],
)]
#[case::secrets_in_clear(
    "[slack]\ntoken = 'x'\nbase_url = 'http://slack.example.com'\n[mail]\nhost = 'smtp.example.com'\nsecurity = 'none'\nfrom = 'a@example.com'",
    &[
        "debrief.toml, line 3: slack.base_url: would send unencrypted to slack.example.com; use https",
        "debrief.toml, line 6: mail.security: would send unencrypted to smtp.example.com; use \"starttls\" or \"tls\"",
    ],
)]
#[case::files_that_are_not_there(
    "[slack]\ntoken_file = 'nowhere'\n[affected_customers]\ncsv_folder = 'debrief.toml'\n[sources.files]\nenabled = true",
    &[
        "debrief.toml, line 2: slack.token_file: nowhere: No such file or directory (os error 2)",
        "debrief.toml, line 4: affected_customers.csv_folder: debrief.toml: is not a folder",
        "debrief.toml, line 5: sources.files.folder: is missing: sources.files is enabled",
    ],
)]
#[case::half_a_source(
    "[sources.opsgenie]\nenabled = true\n[sources.statuspage]\npage_id = 'abc'\n[sources.alertmanager]\nenabled = true\n\
     [sources.http]\nurl = 'https://incidents.example.com/api'\n[sources.http.incident]\nid = '/id'\ntitle = '/title'\n",
    &[
        "debrief.toml, line 1: sources.opsgenie.key: is missing: sources.opsgenie is enabled (or give key_file)",
        "debrief.toml, line 3: sources.statuspage.key: is missing: Statuspage needs page_id and key (or key_file)",
        "debrief.toml, line 5: sources.alertmanager.folder: is missing: sources.alertmanager is enabled",
        "debrief.toml, line 9: sources.http.incident.opened_at: is missing: sources.http needs to know where id, title, opened_at and resolved_at are",
        "debrief.toml, line 9: sources.http.incident.resolved_at: is missing: sources.http needs to know where id, title, opened_at and resolved_at are",
    ],
)]
#[case::pointers_that_are_none(
    "[sources.http]\nincidents = 'data'\nnext = '/a~2b'\nurl = 'https://me:pw@incidents.example.com/api'\nheader = 'Author ization'",
    &[
        "debrief.toml, line 2: sources.http.incidents: expected a JSON Pointer such as \"/data/0/id\" (RFC 6901: `~1` for a / in a name, `~0` for a ~), found \"data\"",
        "debrief.toml, line 3: sources.http.next: expected a JSON Pointer such as \"/data/0/id\" (RFC 6901: `~1` for a / in a name, `~0` for a ~), found \"/a~2b\"",
        "debrief.toml, line 4: sources.http.url: expected an http or https URL without user or fragment, found a URL that may hold a password, not shown here",
        "debrief.toml, line 5: sources.http.header: expected the name of a header such as \"Authorization\", found \"Author ization\"",
    ],
)]
#[case::a_token_for_two_hosts(
    "[sources.http]\nurl = 'https://incidents.example.com/api'\ndetail_url = 'https://other.example.com/api/one'\n\
     [sources.http.incident]\nid = '/id'\ntitle = '/title'\nopened_at = '/from'\nresolved_at = '/to'\n",
    &[
        "debrief.toml, line 3: sources.http.detail_url: expected an address on the host of sources.http.url, since the token goes along, found another host",
        "debrief.toml, line 3: sources.http.detail_url: expected {id} once in the path, found none",
    ],
)]
#[case::a_channel_without_a_token(
    "[sources.slack]\nchannel = 'C0123456789'",
    &["debrief.toml: slack.token: is missing: sources.slack is enabled"],
)]
#[case::a_channel_without_rules(
    "[slack]\ntoken = 'x'\n[sources.slack]\nenabled = true\nopened_by = []\nresolved_by = ['(']\nopened_reaction = ':fire:'",
    &[
        "debrief.toml, line 3: sources.slack.channel: is missing: sources.slack is enabled",
        "debrief.toml, line 5: sources.slack.opened_by: expected a regular expression, or a reaction in its stead, found none",
        "debrief.toml, line 6: sources.slack.resolved_by[0]: expected a regular expression such as '(?i)^incident:', found \"(\"",
        "debrief.toml, line 7: sources.slack.opened_reaction: expected an emoji's name such as \"white_check_mark\", without colons, found \":fire:\"",
    ],
)]
#[case::wiki_twice(
    "[confluence]\nbase_url = 'https://example.atlassian.net/wiki/'\nemail = 'a@example.com'\ntoken = 'x'\nspace = 'OPS'",
    &["debrief.toml, line 2: confluence.base_url: expected the site without /wiki, which is added to it, found \"https://example.atlassian.net/wiki/\""],
)]
#[case::half_a_data_center(
    "[confluence]\nedition = 'data-center'\nbase_url = 'https://wiki.example.com/confluence'",
    &[
        "debrief.toml, line 1: confluence.space: is missing: Confluence Data Center needs base_url, token (or token_file) and space",
        "debrief.toml, line 1: confluence.token: is missing: Confluence Data Center needs base_url, token (or token_file) and space",
    ],
)]
#[case::a_data_center_of_atlassian(
    "[confluence]\nedition = 'data-center'\nbase_url = 'https://example.atlassian.net'\ntoken = 'x'\nspace = 'OPS'",
    &["debrief.toml, line 3: confluence.base_url: expected the company's own server; Atlassian's are of edition \"cloud\", found \"https://example.atlassian.net/\""],
)]
#[case::rest_twice(
    "[confluence]\nedition = 'data-center'\nbase_url = 'https://wiki.example.com/rest/api/'\ntoken = 'x'\nspace = 'OPS'",
    &["debrief.toml, line 3: confluence.base_url: expected the site without /rest/api, which is added to it, found \"https://wiki.example.com/rest/api/\""],
)]
#[case::an_edition_that_is_none(
    "[confluence]\nedition = 'server'",
    &["debrief.toml, line 2: confluence.edition: expected \"cloud\" or \"data-center\", found \"server\""],
)]
fn every_fault_is_told_at_once(#[case] toml: &str, #[case] expected: &[&str]) {
    assert_eq!(Place::with(toml).faults(&[]), expected);
}

#[test]
fn data_center_needs_no_address_and_may_lie_below_wiki() {
    let place = Place::with(
        "[confluence]\nedition = 'data-center'\nbase_url = 'https://intranet.example.com/wiki'\ntoken = 'x'\nspace = 'OPS'",
    );
    let confluence = place.load(&[]).unwrap().confluence.unwrap();
    assert!(matches!(
        confluence.identity,
        ConfluenceIdentity::PersonalAccessToken(_)
    ));
}

#[test]
fn a_file_that_is_not_toml_is_told_with_all_its_lines_and_none_of_its_text() {
    let place =
        Place::with("[slack]\ntoken = sup3r s3cret\n\n[mail]\npassword = 'unclosed s3cret\n");
    let faults = place.faults(&[]);
    assert!(
        faults
            .iter()
            .any(|fault| fault.starts_with("debrief.toml, line 2: not TOML: ")),
        "{faults:?}"
    );
    assert!(
        faults
            .iter()
            .any(|fault| fault.starts_with("debrief.toml, line 5: not TOML: ")),
        "{faults:?}"
    );
    assert!(!faults.join("\n").contains("s3cret"), "{faults:?}");
}

#[test]
fn a_file_that_was_named_has_to_be_there() {
    let place = Place::with("");
    let faults = load(Some(&place.path("other.toml")), std::iter::empty()).unwrap_err();
    assert!(
        matches!(
            faults.0[..],
            [ConfigFault {
                problem: Problem::Unreadable { .. },
                ..
            }]
        ),
        "{faults}"
    );
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let place = Place::with(
        "organisation = 'Example'\n[schedule]\nsettle = '1m'\nconcurrency = 2\n[review_meeting]\npeople = ['a@example.com']",
    );
    let config = place
        .load(&[
            ("DEBRIEF__SCHEDULE__SETTLE", "2m"),
            ("DEBRIEF__SCHEDULE__ATTEMPTS", "2"),
            ("DEBRIEF__REVIEW_MEETING__MEET", "true"),
            (
                "DEBRIEF__REVIEW_MEETING__PEOPLE",
                "b@example.com, c@example.com",
            ),
            (
                "DEBRIEF__BUSINESS_HOURS__WEEK__FRIDAY",
                "09:00-12:00,13:00-15:00",
            ),
            ("DEBRIEF__LOG__FORMAT", ""),
            ("DEBRIEF_LOG", "ignored: not our prefix"),
            ("PATH", "/bin"),
        ])
        .unwrap();
    assert_eq!(config.organisation, "Example");
    assert_eq!(config.schedule.settle, SignedDuration::from_mins(2));
    assert_eq!(config.schedule.concurrency, 2);
    assert_eq!(config.schedule.attempts, 2);
    assert_eq!(config.schedule.patience, SignedDuration::from_mins(15));
    assert!(config.review_meeting.meet);
    assert_eq!(
        config.review_meeting.people,
        ["b@example.com", "c@example.com"]
    );
    assert_eq!(config.business_hours.week.friday.len(), 2);
    assert_eq!(config.business_hours.week.monday.len(), 1);
    assert_eq!(config.log.format, LogFormat::Pretty);
}

#[rstest]
#[case::a_typing_mistake(
    &[("DEBRIEF__SLACK__TOKN", "s3cret"), ("DEBRIEF__SCHEDUL__SETTLE", "1m")],
    &[
        "environment variable DEBRIEF__SCHEDUL__SETTLE: schedul.settle: there is no such key; did you mean schedule.settle?",
        "environment variable DEBRIEF__SLACK__TOKN: slack.tokn: there is no such key; did you mean slack.token?",
    ],
)]
#[case::values(
    &[("DEBRIEF__SCHEDULE__ATTEMPTS", "many"), ("DEBRIEF__SANDBOX", "perhaps")],
    &[
        "environment variable DEBRIEF__SANDBOX: sandbox: expected true or false, found \"perhaps\"",
        "environment variable DEBRIEF__SCHEDULE__ATTEMPTS: schedule.attempts: expected a whole number from 1 to 10, found \"many\"",
    ],
)]
#[case::whole_sections(
    &[("DEBRIEF__PEOPLE", "x"), ("DEBRIEF__SLACK", "x")],
    &[
        "environment variable DEBRIEF__PEOPLE: people: expected [[sections]] in the file; they cannot be set by variables, found a variable",
        "environment variable DEBRIEF__SLACK: slack: expected a variable for each of its keys, found a value for the whole section",
    ],
)]
#[case::twice_in_different_case(
    &[("DEBRIEF__SANDBOX", "true"), ("DEBRIEF__sandbox", "false")],
    &["environment variable DEBRIEF__sandbox: sandbox: is given twice, also as DEBRIEF__SANDBOX; keep one of the two"],
)]
#[case::not_utf8(
    &[("DEBRIEF__ORGANISATION", "Caf\u{FFFD}")],
    &["environment variable DEBRIEF__ORGANISATION: organisation: expected text, found bytes that are not UTF-8"],
)]
#[case::a_secret_that_would_break_its_header(
    &[("DEBRIEF__SLACK__TOKEN", "s3cret\nX-Header: 1")],
    &["environment variable DEBRIEF__SLACK__TOKEN: slack.token: expected a secret on one line, found another text, not shown here"],
)]
fn faults_name_the_variable(#[case] environment: &[(&str, &str)], #[case] expected: &[&str]) {
    assert_eq!(Place::with("").faults(environment), expected);
}

#[rstest]
#[case("1e5")]
#[case("TRUE")]
#[case("0012345")]
#[case("a,b")]
#[case(" with spaces ")]
#[case("${HOME}")]
fn texts_stay_as_they_are_from_file_variable_and_secret_file(#[case] token: &str) {
    let slack = |config: Config| config.slack.unwrap().token.expose_secret().to_owned();
    let by_file = Place::with(&format!("[slack]\ntoken = '{token}'"));
    assert_eq!(slack(by_file.load(&[]).unwrap()), token);

    let by_variable = Place::with("[google]\ncalendar = 'primary'");
    let config = by_variable
        .load(&[
            ("DEBRIEF__SLACK__TOKEN", token),
            ("DEBRIEF__GOOGLE__CALENDAR", token),
        ])
        .unwrap();
    assert_eq!(slack(config), token);

    for end in ["", "\n", "\r\n"] {
        let by_secret_file = Place::with("[slack]\ntoken_file = 'secret'");
        by_secret_file.put("secret", &format!("{token}{end}"));
        assert_eq!(slack(by_secret_file.load(&[]).unwrap()), token);
    }
}

#[test]
fn a_secret_written_as_a_number_is_refused_without_being_shown() {
    let place = Place::with("[slack]\ntoken = 987654321");
    assert_eq!(
        place.faults(&[]),
        [
            "debrief.toml, line 2: slack.token: expected a text in quotes that is not empty, found a number, not shown here"
        ]
    );
}

#[test]
fn a_secret_is_given_once_and_a_variable_wins_over_the_file() {
    let place = Place::with("[slack]\ntoken = 'a'\ntoken_file = 'secret'");
    place.put("secret", "from file");
    assert_eq!(
        place.faults(&[]),
        [
            "debrief.toml, line 2: slack.token: is given twice, also as slack.token_file; keep one of the two"
        ]
    );
    let secret = place.path("secret");
    let place = Place::with("[slack]\ntoken = 'a'");
    let config = place.load(&[("DEBRIEF__SLACK__TOKEN_FILE", secret.to_str().unwrap())]);
    assert_eq!(
        config.unwrap().slack.unwrap().token.expose_secret(),
        "from file"
    );
}

const SECRETS: &str = "[slack]\ntoken = 's3cret-slack'\n[sources.pagerduty]\nkey = 's3cret-pd'\n\
    [confluence]\nbase_url = 'https://example.atlassian.net'\nemail = 'a@example.com'\ntoken = 's3cret-conf'\nspace = 'OPS'\n\
    [mail]\nhost = 'localhost'\nfrom = 'a@example.com'\nusername = 'u'\npassword = 's3cret-mail'\n\
    [google]\nclient_id = 'id'\nclient_secret = 's3cret-client'\nrefresh_token = 's3cret-refresh'\nparent_folder = '0B'\n";

#[test]
fn secrets_are_never_shown() {
    let place = Place::with(SECRETS);
    let config = place.load(&[]).unwrap();
    assert!(!format!("{config:?}{config:#?}").contains("s3cret"));
    let shown = effective(&config);
    assert!(!shown.contains("s3cret"), "{shown}");
    assert_eq!(shown.matches("\"********\" # ").count(), 6, "{shown}");

    // The same secrets beside every kind of fault, and in the wrong places.
    let place = Place::with(&format!(
        "slak = 's3cret'\n[schedul]\nx = ['s3cret']\n{SECRETS}calender = 's3cret'\ndrive_url = 'https://me:s3cret@example.com'\n\
         service_account = 's3cret'\n[dashboard]\ntoken = 's3cret'\n",
    ));
    let faults = place
        .load(&[("DEBRIEF__SLACK__TOKEN", "s3cret\u{7}")])
        .unwrap_err();
    assert!(faults.0.len() >= 6, "{faults}");
    assert!(
        !format!("{faults}{faults:?}").contains("s3cret"),
        "{faults}"
    );
}

#[test]
fn the_key_of_a_service_account_is_looked_into() {
    let toml = "[google]\nservice_account_file = 'key.json'\nparent_folder = '0B'\nsubject = 'debrief@example.com'";
    let place = Place::with(toml);
    place.put("key.json", KEY_FILE);
    let google = place.load(&[]).unwrap().google.unwrap();
    assert!(matches!(
        google.identity,
        GoogleIdentity::ServiceAccount {
            subject: Some(_),
            ..
        }
    ));
    place.put(
        "key.json",
        "{\"installed\": {\"client_secret\": \"s3cret\"}}",
    );
    assert_eq!(
        place.faults(&[]),
        [
            "debrief.toml, line 2: google.service_account_file: expected the JSON key of a service account, with its \
          client_email and private_key, found another text, not shown here"
        ]
    );
}

#[test]
fn paths_are_beside_the_file_but_a_variables_are_below_the_working_directory() {
    let place = Place::with("[affected_customers]\ncsv_folder = 'customers'");
    std::fs::create_dir(place.path("customers")).unwrap();
    let config = place.load(&[]).unwrap();
    assert_eq!(
        config.affected_customers.csv_folder,
        Some(place.path("customers"))
    );
    assert_eq!(config.store.path, place.path("debrief.db"));
    let config = place
        .load(&[("DEBRIEF__STORE__PATH", "elsewhere.db")])
        .unwrap();
    assert_eq!(config.store.path, PathBuf::from("elsewhere.db"));
}

#[test]
fn the_default_is_whole_and_has_no_vendor() {
    let config = Place::with("").load(&[]).unwrap();
    assert!(config.sources.pagerduty.is_none() && config.sources.files.is_none());
    assert!(config.sources.opsgenie.is_none() && config.sources.statuspage.is_none());
    assert!(config.sources.alertmanager.is_none() && config.sources.http.is_none());
    assert!(config.sources.slack.is_none());
    assert!(config.confluence.is_none() && config.google.is_none());
    assert!(config.mail.is_none() && config.slack.is_none());
    assert_eq!(config.destinations(), []);
    assert_eq!(
        config.schedule.longest_call(),
        SignedDuration::from_secs(120)
    );
}

#[rstest]
#[case::off("enabled = false\nkey = 'x'", false)]
#[case::by_its_key("key = 'x'", true)]
#[case::on("enabled = true\nkey = 'x'", true)]
fn a_source_can_be_switched_off(#[case] toml: &str, #[case] on: bool) {
    let config = Place::with(&format!("[sources.pagerduty]\n{toml}"))
        .load(&[])
        .unwrap();
    assert_eq!(config.sources.pagerduty.is_some(), on);
}

#[rstest]
#[case::by_its_channel("channel = 'C0123456789'", true)]
#[case::off("enabled = false\nchannel = 'C0123456789'", false)]
#[case::without_a_channel("opened_reaction = 'fire'", false)]
#[case::by_reactions_alone(
    "channel = 'C0123456789'\nopened_by = []\nopened_reaction = 'fire'\nresolved_by = []",
    true
)]
fn a_channel_is_a_source_where_it_is_named(#[case] toml: &str, #[case] on: bool) {
    let config = Place::with(&format!("[slack]\ntoken = 'x'\n[sources.slack]\n{toml}"))
        .load(&[])
        .unwrap();
    assert_eq!(config.sources.slack.is_some(), on);
}

#[test]
fn a_pattern_that_fits_everything_is_refused() {
    let place = Place::with("[sources.slack]\nopened_by = ['']");
    assert!(place.faults(&[])[0].contains("sources.slack.opened_by"));
}

/// The default file with its examples switched on.
fn documented() -> String {
    let lines = DEFAULT.lines().map(|line| match line.strip_prefix('#') {
        Some(example) if example.starts_with(|c: char| c.is_ascii_lowercase() || c == '[') => {
            example
        }
        Some(_) | None => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn keys_of(table: &toml::Table, at: &Key, keys: &mut BTreeSet<String>) {
    for (name, value) in table {
        let key = at.name(name);
        keys.insert(key.to_string());
        match value {
            toml::Value::Table(entries) => keys_of(entries, &key, keys),
            toml::Value::Array(elements) => {
                for element in elements.iter().filter_map(toml::Value::as_table) {
                    keys_of(element, &key, keys);
                }
            }
            toml::Value::String(_)
            | toml::Value::Integer(_)
            | toml::Value::Float(_)
            | toml::Value::Boolean(_)
            | toml::Value::Datetime(_) => {}
        }
    }
}

#[test]
fn the_default_file_explains_every_key_and_no_other() {
    let mut explained = BTreeSet::new();
    keys_of(
        &documented().parse().unwrap(),
        &Key::default(),
        &mut explained,
    );
    let schema = schema();
    let known: BTreeSet<String> = Shape::of(&schema)
        .keys()
        .iter()
        .map(Key::to_string)
        .collect();
    assert_eq!(explained, known);
}

#[test]
fn every_value_in_the_default_file_stands_below_a_comment() {
    let mut explained = false;
    for line in DEFAULT.lines() {
        let is_value = line
            .trim_start_matches('#')
            .starts_with(|c: char| c.is_ascii_lowercase());
        if line.starts_with("# ") {
            explained = true;
        } else if line.is_empty() {
            explained = false;
        } else if is_value && !explained {
            panic!("nothing explains {line}");
        }
    }
}

#[test]
fn the_examples_in_the_default_file_can_be_used() {
    let place = Place::with(&documented());
    for folder in ["incidents", "alerts", "customers", "templates"] {
        std::fs::create_dir(place.path(folder)).unwrap();
    }
    std::fs::write(place.path("blame-rules.toml"), "").unwrap();
    let faults = place.load(&[]).unwrap_err();
    // Only what the examples show as alternatives is left to complain about.
    for fault in &faults.0 {
        assert!(
            matches!(fault.problem, Problem::GivenTwice { .. }),
            "{fault}"
        );
    }
    let without_alternatives: Vec<String> = documented()
        .lines()
        .filter(|line| {
            let alternative = ["client_id", "client_secret", "refresh_token"];
            !line.contains("_file = ") && !alternative.iter().any(|key| line.starts_with(key))
        })
        .map(str::to_owned)
        .collect();
    place.put("debrief.toml", &without_alternatives.join("\n"));
    let config = place.load(&[]).unwrap();
    assert!(config.slack.is_some() && config.mail.is_some() && config.google.is_some());
    assert!(config.confluence.is_some() && config.sources.pagerduty.is_some());
    assert!(config.sources.opsgenie.is_some() && config.sources.statuspage.is_some());
    assert!(config.sources.alertmanager.is_some() && config.sources.http.is_some());
    assert!(config.sources.slack.is_some());
    assert_eq!(config.people.len(), 1);
}

#[test]
fn what_is_effective_can_be_loaded_again_and_says_where_it_comes_from() {
    let place = Place::with(
        "organisation = 'A \"b\" # \\ c'\n[[people]]\nname = 'Ada'\nemail = 'ada@example.com'\nhours = ['10:00-18:00']",
    );
    let config = place.load(&[("DEBRIEF__SCHEDULE__ATTEMPTS", "2")]).unwrap();
    let shown = effective(&config);
    assert!(
        shown.contains("attempts = \"2\" # DEBRIEF__SCHEDULE__ATTEMPTS\n"),
        "{shown}"
    );
    assert!(shown.contains("settle = \"10m\" # default\n"), "{shown}");
    assert!(shown.contains("debrief.toml:3\n"), "{shown}");
    let again = Place::with(&shown).load(&[]).unwrap();
    assert_eq!(again.organisation, config.organisation);
    assert_eq!(again.people, config.people);
    assert_eq!(again.schedule.attempts, 2);
}

#[test]
fn the_sandbox_has_a_configuration_whatever_its_folders_are_called() {
    let place = Place::with("");
    let folder = |name: &str| {
        std::fs::create_dir(place.path(name)).unwrap();
        place.path(name)
    };
    let customers = folder("cust\"omers {since} '''");
    let incidents = folder("inci\ndents \\u0041 {base_url}");
    place.put("key.json", KEY_FILE);
    let places = SandboxPlaces {
        edition: ConfluenceEdition::Cloud,
        confluence_token: "sandbox-confluence-token",
        base_url: "http://127.0.0.1:4711".parse().unwrap(),
        smtp: "127.0.0.1:2525".parse().unwrap(),
        service_account_file: &place.path("key.json"),
        customers: &customers,
        incidents: &incidents,
        alerts: &incidents,
        store: &place.path("ledger.db"),
        since: "2026-11-01T00:00:00Z".parse().unwrap(),
        people: vec![SandboxPerson {
            name: "Ada \"{since}\" Example".to_owned(),
            email: "ada@example.com".to_owned(),
            atlassian: "712020:1".to_owned(),
            slack: "U1".to_owned(),
            time_zone: None,
        }],
    };
    place.put("debrief.toml", &sandbox_config(&places));
    let config = place.load(&[]).unwrap();
    assert!(config.sandbox);
    assert_eq!(config.since, Some(places.since));
    assert_eq!(
        config.affected_customers.csv_folder,
        Some(customers.clone())
    );
    assert_eq!(config.sources.files.as_ref().unwrap().folder, incidents);
    assert_eq!(config.store.path, place.path("ledger.db"));
    assert_eq!(config.people[0].name, places.people[0].name);
    let mail = config.mail.as_ref().unwrap();
    assert_eq!((mail.host.as_str(), mail.port), ("127.0.0.1", 2525));
    let google = config.google.as_ref().unwrap();
    assert_eq!(google.token_url.as_str(), "http://127.0.0.1:4711/token");
    assert_eq!(
        config.slack.as_ref().unwrap().base_url.as_str(),
        "http://127.0.0.1:4711/"
    );
    assert_eq!(config.destinations().len(), 8);
    assert!(
        config
            .destinations()
            .iter()
            .all(|to| to.reach == Reach::Loopback)
    );
}
