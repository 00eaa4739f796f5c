//! What is masked, how it reads then, and what stays.

use super::masked;

/// A text, and how it reads after.
pub(super) const SECRETS: &[(&str, &str)] = &[
    // Private keys.
    (
        concat!(
            "key:\n-----BEGIN RSA PRIVATE",
            " KEY-----\nMIIEmadeup\nAAAA==\n-----END RSA PRIVATE",
            " KEY-----\nthat was it"
        ),
        "key:\n[masked: private key]\nthat was it",
    ),
    (
        concat!(
            "-----BEGIN OPENSSH PRIVATE",
            " KEY-----\nb3BlbnNzaA and no end"
        ),
        "[masked: private key]",
    ),
    (
        concat!(
            r#"{"type": "service_account", "private_key": "-----BEGIN PRIVATE"#,
            r#" KEY-----\nMIIEmadeup\n-----END PRIVATE"#,
            r#" KEY-----\n", "x": 1}"#
        ),
        r#"{"type": "service_account", "private_key": "[masked: private key]", "x": 1}"#,
    ),
    (
        concat!(
            "-----BEGIN PGP PRIVATE",
            " KEY BLOCK-----\nVersion: 1\n\nlQmadeup\n=abcd\n-----END PGP PRIVATE",
            " KEY BLOCK-----"
        ),
        "[masked: private key]",
    ),
    (
        concat!("AGE-SECRET-", "KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQ"),
        "[masked: private key]",
    ),
    // AWS.
    (
        concat!("uses AKIA", "MADEUPMADEUP0000 in eu-west-1"),
        "uses [masked: access key] in eu-west-1",
    ),
    (
        concat!("(ASIA", "MADEUPMADEUP0000)"),
        "([masked: access key])",
    ),
    (
        concat!(
            "aws_secret_access_key = made/up+made/up+made",
            "/up+made/up+0AbCdEfG"
        ),
        "aws_secret_access_key = [masked: secret key]",
    ),
    (
        concat!(
            "AKIA",
            "MADEUPMADEUP0000,made/up+made/up+made",
            "/up+made/up+0AbCdEfG"
        ),
        "[masked: access key],[masked: secret key]",
    ),
    (
        concat!(
            "the aws secret for ci: made/up+made/up+made",
            "/up+made/up+0AbCdEfG"
        ),
        "the aws secret for ci: [masked: secret key]",
    ),
    // Tokens known by their prefix.
    (
        concat!("ghp_", "abcdefghijklmnopqrstuvwxyz0123456789 is out"),
        "[masked: token] is out",
    ),
    (
        concat!("github_", "pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz"),
        "[masked: token]",
    ),
    (
        concat!("CI has glpat-", "MadeUpMadeUpMadeUp00."),
        "CI has [masked: token]",
    ),
    (
        concat!("xoxb-", "123456789012-123456789012-MadeUpMadeUpMadeUp"),
        "[masked: token]",
    ),
    (
        concat!("xapp-", "1-A0MADEUP-123456789012-madeupmadeup"),
        "[masked: token]",
    ),
    (
        concat!(
            "posts to https://hooks.slack.com/",
            "services/T00000000/B00000000/MadeUpMadeUpMadeUpMadeUp now"
        ),
        "posts to [masked: webhook address] now",
    ),
    (
        concat!(
            "https://discord.com/api/",
            "webhooks/123456789012345678/MadeUp_MadeUp"
        ),
        "[masked: webhook address]",
    ),
    (
        concat!("sk_live_", "MadeUpMadeUpMadeUp000000"),
        "[masked: access key]",
    ),
    (
        concat!(
            "rk_test_",
            "MadeUpMadeUp and whsec_",
            "MadeUpMadeUpMadeUpMade"
        ),
        "[masked: access key] and [masked: access key]",
    ),
    (
        concat!("maps?key=AIza", "MadeUpMadeUpMadeUpMadeUpMadeUp00000"),
        "maps?key=[masked: access key]",
    ),
    (
        concat!("ya29.", "MadeUpMadeUpMadeUpMadeUp"),
        "[masked: access key]",
    ),
    (
        concat!("GOCSPX-", "MadeUpMadeUpMadeUpMadeUp0000"),
        "[masked: access key]",
    ),
    (
        concat!(
            "//registry:_authToken=npm_",
            "MadeUpMadeUpMadeUpMadeUpMadeUp000000"
        ),
        "//registry:_authToken=[masked: token]",
    ),
    (
        concat!(
            "pypi-",
            "AgEIcHlwaS5vcmcMadeUpMadeUpMadeUpMadeUpMadeUpMadeUpMadeUp"
        ),
        "[masked: token]",
    ),
    (
        concat!(
            "SG.",
            "MadeUpMadeUpMadeUpMade.MadeUpMadeUpMadeUpMadeUpMadeUpMadeUp000000000"
        ),
        "[masked: access key]",
    ),
    (
        concat!("twilio SK", "0123456789abcdef0123456789abcdef"),
        "twilio [masked: access key]",
    ),
    (
        concat!("twilio auth 0123456789abcdef", "0123456789abcdee"),
        "twilio auth [masked: token]",
    ),
    (
        concat!(
            "DD_API_KEY on the box was 0123456789abcdef",
            "0123456789abcdee"
        ),
        "DD_API_KEY on the box was [masked: token]",
    ),
    (
        concat!("sk-", "proj-MadeUpMadeUpMadeUp_00"),
        "[masked: token]",
    ),
    (
        concat!("NRAK-", "MADEUPMADEUPMADEUPMADEUP000"),
        "[masked: token]",
    ),
    (
        concat!("glsa_", "MadeUpMadeUpMadeUpMadeUpMadeUp00_0123abcd"),
        "[masked: token]",
    ),
    (
        concat!("bot 123456789:AA", "MadeUpMadeUpMadeUpMadeUpMadeUp000"),
        "bot [masked: token]",
    ),
    (
        concat!(
            "eyJhbGciOiJub25lIn0",
            ".eyJzdWIiOiJtYWRlIHVwIn0.bWFkZXVw ok"
        ),
        "[masked: token] ok",
    ),
    // Headers and cookies.
    (
        concat!("Authorization: Bearer made", "up-0000"),
        "Authorization: Bearer [masked: token]",
    ),
    (
        concat!("-H 'Authorization: Basic bWFkZTp", "1cA=='"),
        "-H 'Authorization: Basic [masked: token]'",
    ),
    (
        concat!(r#"{"authorization":"Token token=made"#, r#"up0"}"#),
        r#"{"authorization":"Token [masked: token]"}"#,
    ),
    (
        concat!("sent bearer MadeUp0MadeUp0", "MadeUp0 twice"),
        "sent bearer [masked: token] twice",
    ),
    (
        concat!("Cookie: sid=made", "up; theme=dark"),
        "Cookie: [masked: cookie]",
    ),
    // Addresses with credentials.
    (
        concat!("postgres://app:hunt", "er2@db.internal:5432/shop"),
        "postgres://app:[masked: password]@db.internal:5432/shop",
    ),
    (
        concat!("redis://:hunt", "er2@cache/0 and amqp://u:p/w", "x@mq"),
        "redis://:[masked: password]@cache/0 and amqp://u:[masked: password]@mq",
    ),
    (
        concat!("https://ci:p@ss", "w0rd@git.example.com/x.git"),
        "https://ci:[masked: password]@git.example.com/x.git",
    ),
    (
        concat!("https://MadeUp0MadeUp0", "MadeUp0@git.example.com/x.git"),
        "https://[masked: token]@git.example.com/x.git",
    ),
    (
        concat!(
            "https://x.example.com/f?sv=1&sig=MadeUp%2F0",
            "MadeUp%3D&se=2"
        ),
        "https://x.example.com/f?sv=1&sig=[masked: secret]&se=2",
    ),
    (
        concat!("GET /v1?api_key=made", "up&org=7 gave 500"),
        "GET /v1?api_key=[masked: access key]&org=7 gave 500",
    ),
    (
        concat!("Server=tcp:db;User ID=sa;Password=hunt", "er2;Encrypt=True"),
        "Server=tcp:db;User ID=sa;Password=[masked: password];Encrypt=True",
    ),
    (
        concat!(
            "AccountName=shop;AccountKey=MadeUp0MadeUp0",
            "MadeUp0==;EndpointSuffix=x"
        ),
        "AccountName=shop;AccountKey=[masked: access key];EndpointSuffix=x",
    ),
    // Command lines.
    (
        concat!("curl -s -u ada:hunt", "er2 https://x.example.com"),
        "curl -s -u ada:[masked: password] https://x.example.com",
    ),
    (
        concat!("mysql -h db -uroot -phunt", "er2 shop"),
        "mysql -h db -uroot -p[masked: password] shop",
    ),
    (
        concat!("deploy --db-password hunt", "er2 --force"),
        "deploy --db-password [masked: password] --force",
    ),
    (
        concat!("login --token=hunt", "er2"),
        "login --token=[masked: password]",
    ),
    // Values that were given to a key, in the ways people type it.
    (
        concat!("password=hunt", "er2"),
        "password=[masked: password]",
    ),
    (
        concat!("password: hunt", "er2, user: ada"),
        "password: [masked: password], user: ada",
    ),
    (concat!("pwd:hunt", "er2"), "pwd:[masked: password]"),
    (
        concat!("the passwd is hunt", "er2!"),
        "the passwd is [masked: password]",
    ),
    ("pw is swordfish", "pw is [masked: password]"),
    (
        "the password for staging is now swordfish.",
        "the password for staging is now [masked: password].",
    ),
    (
        "Password (prod): swordfish",
        "Password (prod): [masked: password]",
    ),
    (
        "Password: correct horse battery staple\nthanks",
        "Password: [masked: password]\nthanks",
    ),
    (
        "password: \"correct horse\" works",
        "password: \"[masked: password]\" works",
    ),
    (
        "use password `sword fish`: `x`",
        "use password `sword fish`: `x`",
    ),
    (
        concat!("use password hunt", "er2000"),
        "use password [masked: password]",
    ),
    (
        "DB_PASSWORD='sword fish' ./run",
        "DB_PASSWORD='[masked: password]' ./run",
    ),
    (
        concat!("export PGPASSWORD=hunt", "er2"),
        "export PGPASSWORD=[masked: password]",
    ),
    (
        r#"{"user":"ada","password":"sword\"fish","n":1}"#,
        r#"{"user":"ada","password":"[masked: password]","n":1}"#,
    ),
    (
        r#"body: "{\"password\":\"swordfish\"}""#,
        r#"body: "{\"password\":\"[masked: password]\"}""#,
    ),
    (
        "spring.datasource.password: swordfish",
        "spring.datasource.password: [masked: password]",
    ),
    (
        "<password>swordfish</password>",
        "<password>[masked: password]</password>",
    ),
    (
        "<add key=\"Password\" value=\"swordfish\" />",
        "<add key=\"Password\" value=\"[masked: password]\" />",
    ),
    (
        "'password' => 'swordfish',",
        "'password' => '[masked: password]',",
    ),
    (
        concat!("password:\nhunt", "er2\nok?"),
        "password:\n[masked: password]\nok?",
    ),
    ("password: *swordfish*", "password: *[masked: password]*"),
    ("Passwort: Geheim-Wort", "Passwort: [masked: password]"),
    ("smtp_pass: swordfish", "smtp_pass: [masked: password]"),
    (
        concat!("creds are admin / hunt", "er2"),
        "creds are admin / [masked: password]",
    ),
    (
        "clientSecret: 'swordfish'",
        "clientSecret: '[masked: secret]'",
    ),
    (concat!("secret=a&b,c", "1"), "secret=[masked: secret]"),
    (
        concat!("x-api-key: made", "up-0"),
        "x-api-key: [masked: access key]",
    ),
    (
        concat!("token: 9f86d081-", "884c-4d63-a1b2-0123456789ab"),
        "token: [masked: token]",
    ),
    (
        concat!("access_token=made", "up;refresh_token=more"),
        "access_token=[masked: token];refresh_token=[masked: token]",
    ),
    (
        "password=q password=r",
        "password=[masked: password] password=[masked: password]",
    ),
    ("otp: 123456", "otp: [masked: secret]"),
    (
        concat!(
            "the signing key (old) 0123456789abcdef",
            "0123456789abcdef leaked"
        ),
        "the signing key (old) [masked: secret] leaked",
    ),
    // Personal data.
    (
        concat!("card 4111 1111 ", "1111 1111 was declined"),
        "card [masked: card number] was declined",
    ),
    (
        concat!("12 4111-1111-", "1111-1111 12/27"),
        "12 [masked: card number] 12/27",
    ),
    (
        concat!("pan=37828224", "6310005,"),
        "pan=[masked: card number],",
    ),
    (
        concat!("5555555555", "554444 4242424242", "424242"),
        "[masked: card number] [masked: card number]",
    ),
    (
        concat!("card_id=4111111111", "111111"),
        "card_id=[masked: card number]",
    ),
    ("cvv: 123", "cvv: [masked: card number]"),
    (
        concat!("IBAN DE89 3704 0044 ", "0532 0130 00 BIC COBADEFF"),
        "IBAN [masked: account number] BIC COBADEFF",
    ),
    (
        concat!("GB29NWBK6016", "1331926819."),
        "[masked: account number].",
    ),
    (
        "Mail from grace@customer.test, please",
        "Mail from [masked: mail address], please",
    ),
    (
        "<mailto:grace.h+shop@mail.customer.test|grace>",
        "<mailto:[masked: mail address]|grace>",
    ),
    ("noreply@pagerduty.com", "[masked: mail address]"),
    (
        "?email=grace%40customer.test&x=1",
        "?email=[masked: mail address]&x=1",
    ),
    (
        "o'hara@customer.test jürgen@bücher.test",
        "[masked: mail address] [masked: mail address]",
    ),
    (
        "call +49 151 23456789 or +1 (555) 010-9999",
        "call [masked: phone number] or [masked: phone number]",
    ),
    ("tel:+442079460958", "tel:[masked: phone number]"),
];

/// What stays as it is.
pub(super) const HARMLESS: &[&str] = &[
    // Ids, hashes, times and addresses of machines.
    "fixed in 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "revert 9fceb02 and bump image to sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "the token check broke in commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
    "request 123e4567-e89b-12d3-a456-426614174000 timed out",
    "secret rotation job 123e4567-e89b-12d3-a456-426614174000 failed",
    "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7",
    "X-Request-Id: 7f3a9c0d-1f2e-4d5c-8b7a-6c5d4e3f2a1b",
    "order 1234567890123456 and order_id=4111111111111111",
    "campaign_id=1234567890123456, app_id=9007199254740993",
    "https://shop.example.com/orders/4111111111111111",
    "1764000000000 ms, 1700000000.123456, 3.14159265358979323846",
    "p99 was 4111 1111 1111 1112 or so",
    "#4111111111111111",
    "U02ABCDEF posted in C0123456789 at https://example.slack.com/archives/C0123456789/p1700000000123456",
    "PagerDuty Q1ABC2DEF3XYZ9 and PT4KHLK, https://example.pagerduty.com/incidents/Q1ABC2DEF3XYZ9",
    "2026-11-23T10:15:30.123456Z, 2026-11-23 10:15:30+02:00, 23.11.2026 10:15",
    "took +12 2026-11-23 10 hours",
    "10.0.0.1:5432, 192.168.100.200, 2001:db8::ff00:42:8329, fe80::1%eth0",
    "arn:aws:iam::123456789012:role/deploy",
    "i-0abcd1234efgh5678 in vpc-0a1b2c3d4e5f60718",
    "v1.2.3+20261123 lodash@4.17.21 icon@2x.png @scope/pkg@1.2.3",
    "git@github.com:example/shop.git and ssh://deploy@bastion.internal",
    "http://localhost:8080/path?mail=x and https://db.example.com:5432/a@b",
    "root@localhost",
    "DE12 is a road and GB29NWBK is a bank",
    "ada@example.com and sre@eu.example.com",
    "+1234567 rows, delta +1500000, UTC+0200, a+4915112345678",
    "SKU SK1234, AKIA is a prefix, sk-spinner-three-bounce-loading-icon",
    "eyJ is how they begin, v1.eyJ.x",
    "https://example.com/reset?step=2&id=1234567890&page=3&utm_campaign=autumn-sale",
    // Words about secrets.
    "token expired",
    "the token expired for 300 users",
    "password reset page is slow",
    "password is wrong for two users",
    "The password is still not set. Token is invalid!",
    "password: required",
    "token: none",
    "\"password\": null, \"token\": \"\", \"secret\": true",
    "password=$DB_PASSWORD token=${TOKEN} secret={{ vault.secret }} pwd=%PWD%",
    "password=******** token: <your token> secret: [REDACTED] pw: xxxxxxxx",
    "Token: refresh failed for all tenants",
    "password: see the vault",
    "secret is stored in vault, key is in 1password",
    "tokens: 350, max_tokens=4096, token_count: 12",
    "token: 401 Unauthorized",
    "secrets: 12 loaded, Secret::Token, password_policy: strict",
    "api key is missing on 3 hosts",
    "token = getToken(request)",
    "SharedAccessKeyName=RootManage",
    "basic auth is off, bearer authentication failed again",
    "passwords for all of the accounts",
    "who has the credentials for staging?",
    "login: see the wiki / ask",
    "oauth2 token oauth2 flow, jwt base64",
    "token is 24h valid, secret is 32 bytes",
    "Authorization: failed",
    "cookie: none, cookies are fine",
    "IBAN is missing, card was declined, cvv is wrong, call me on +",
    "compass: 1234, bypass=true",
    "[masked: password] password: [masked: password] token=[masked: token]",
];

#[test]
fn what_is_secret_is_masked_and_nothing_else_of_the_text() {
    let wrong: Vec<String> = SECRETS
        .iter()
        .map(|(text, expected)| (text, masked(text), expected))
        .filter(|(_, got, expected)| got != *expected)
        .map(|(text, got, expected)| format!("{text:?}\n     gave {got:?}\n   wanted {expected:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_no_secret_stays() {
    let wrong: Vec<String> = HARMLESS
        .iter()
        .map(|text| (text, masked(text)))
        .filter(|(text, got)| got != *text)
        .map(|(text, got)| format!("{text:?}\n     gave {got:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_tables_are_worth_their_name() {
    assert!(SECRETS.len() >= 80 && HARMLESS.len() >= 50);
}

/// Kinds that get pasted while it burns, each in the words around it: the secret must go whole, the words stay.
const PASTED: &[(&str, &str, &str)] = &[
    (
        "an AWS access key",
        concat!("AKIA", "IOSFODNN7EXAMPLE"),
        "use {}",
    ),
    (
        "a GitHub token",
        concat!("ghp_", "R7k2mQ9xVb4LtZ1nWc8pYs3dHf6gJa5eKu0i"),
        "use {}",
    ),
    (
        "a Slack token",
        concat!("xoxb-", "1000000002-R7k2mQ9xVb4LtZ1nWc8pYs3d"),
        "use {}",
    ),
    (
        "a payment key",
        concat!("sk_live_", "R7k2mQ9xVb4LtZ1nWc8pYs3d"),
        "use {}",
    ),
    (
        "a signed token",
        concat!(
            "eyJhbGciOiJIUzI1NiJ9",
            ".eyJR7k2mQ9xVb4LtZ1nWc8pYs3dHf6gJa.R7k2mQ9xVb4LtZ1nWc8pYs3dHf6gJa5eKu0iR7k2mQ9"
        ),
        "use {}",
    ),
    ("a password", concat!("pwR7k2", "mQ9xVb4LtZ"), "password={}"),
    (
        "a password of letters",
        concat!("pwRkm", "QxVbLtZnWc"),
        "password={}",
    ),
    (
        "a password in an address",
        concat!("pgR7k2", "mQ9xVb4LtZ"),
        "postgres://checkout:{}@db.example.internal/orders",
    ),
    (
        "a password in an address, with hyphens",
        concat!("Example-", "Pa55word"),
        "postgres://app:{}@db.example.com/checkout",
    ),
    (
        "a bearer token",
        concat!("0a1b2c3d4e5f60718293", "a4b5c6d7e8f901234567"),
        "`curl -H 'Authorization: Bearer {}' https://api.example.com`",
    ),
    (
        "a bearer token of digits",
        concat!("01020304050607080900", "01020304050607080900"),
        "`curl -H 'Authorization: Bearer {}' https://api.example.com`",
    ),
    (
        "a card number",
        concat!("4111 1111 ", "1111 1111"),
        "use {}",
    ),
    (
        "a customer's address",
        "kim.lee@customer.example.org",
        "customer {}, order 4711",
    ),
    (
        "a customer's address with a tag",
        "kim.07+shop@alder.example.net",
        "reported by <mailto:{}|them>",
    ),
    (
        "a customer's address in a log",
        "kim.08+shop@birch.example.net",
        "to={};status=failed",
    ),
];

#[test]
fn what_gets_pasted_goes_whole_and_leaves_the_words_around_it() {
    for (kind, secret, around) in PASTED {
        let got = masked(&around.replace("{}", secret));
        let (before, behind) = around.split_once("{}").unwrap();
        assert!(
            got.starts_with(&format!("{before}[masked: ")),
            "{kind}: {got}"
        );
        assert!(got.ends_with(&format!("]{behind}")), "{kind}: {got}");
        assert_eq!(got.matches("[masked: ").count(), 1, "{kind}: {got}");
    }
    let block = concat!(
        "-----BEGIN PRIVATE",
        " KEY-----\nR7k2mQ9xVb4LtZ1nWc8pYs3d\n-----END PRIVATE",
        " KEY-----"
    );
    assert_eq!(
        masked(&format!("```{block}```")),
        "```[masked: private key]```"
    );
}
