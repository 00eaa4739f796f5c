//! Which Slack channel a link leads to.

use url::Url;

/// The id of the channel that a link opens: `https://acme.slack.com/archives/C0123456789`, with or without a message,
/// `https://app.slack.com/client/T…/C…`, or `slack://channel?team=T…&id=C…`. `None` for any other address.
pub(super) fn channel(link: &str) -> Option<String> {
    let url = Url::parse(link.trim()).ok()?;
    let id = match (url.scheme(), url.host_str()?) {
        ("slack", "channel") => {
            let id = url.query_pairs().find(|(name, _)| name == "id");
            id?.1.into_owned()
        }
        ("http" | "https", host) if host == "slack.com" || host.ends_with(".slack.com") => {
            let mut segments = url.path_segments()?;
            match segments.next()? {
                "archives" => segments.next()?.to_owned(),
                "client" => segments.nth(1)?.to_owned(),
                _ => return None,
            }
        }
        _ => return None,
    };
    is_channel(&id).then_some(id)
}

/// Whether it is a channel's id: `C…`, or `G…` for older private ones; conversations between people (`D…`) are not an incident's.
pub(super) fn is_channel(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    id.starts_with(['C', 'G']) && (3..=32).contains(&id.len()) && id.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://acme.slack.com/archives/C0123456789", Some("C0123456789"))]
    #[case(
        "https://acme.enterprise.slack.com/archives/C0123456789/p1760000000000100?thread_ts=1",
        Some("C0123456789")
    )]
    #[case("https://slack.com/archives/G01", Some("G01"))]
    #[case("https://app.slack.com/client/T0123/C0123456789", Some("C0123456789"))]
    #[case("slack://channel?team=T0123&id=C0123456789", Some("C0123456789"))]
    #[case(" slack://channel?id=C0123456789 ", Some("C0123456789"))]
    #[case("https://acme.slack.com/archives/D0123456789", None)]
    #[case("https://acme.slack.com/archives/general", None)]
    #[case("https://acme.slack.com/archives", None)]
    #[case("https://slack.com.example.com/archives/C0123456789", None)]
    #[case("https://notslack.com/archives/C0123456789", None)]
    #[case("slack://user?team=T0123&id=U0123456789", None)]
    #[case("https://meet.example.com/C0123456789", None)]
    #[case("C0123456789", None)]
    #[case("", None)]
    fn only_links_to_slack_channels_name_one(#[case] link: &str, #[case] expected: Option<&str>) {
        assert_eq!(channel(link).as_deref(), expected);
    }
}
