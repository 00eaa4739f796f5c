//! Where a configuration sends things, and whether that is this machine.

use std::net::IpAddr;

use url::{Host, Url};

use super::Config;
use super::vendors::MailSecurity;

/// Somewhere that a configured vendor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The key that names it, such as `google.drive_url`.
    pub key: &'static str,
    /// The key that says how private the way is; often the same.
    pub(super) privacy_key: &'static str,
    /// The host, without its port.
    pub host: String,
    /// Whether that is this machine.
    pub reach: Reach,
    /// How private the way there is.
    pub(super) privacy: Privacy,
}

/// How far away a host is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// This machine: `127.0.0.0/8`, `::1` or `localhost`.
    Loopback,
    /// Anywhere else.
    Network,
}

/// How private a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Privacy {
    Encrypted,
    InClear { instead: &'static str },
}

impl Config {
    /// Every address that calls and mails go to. What is not configured has none, whatever its default is.
    pub fn destinations(&self) -> Vec<Destination> {
        let mut destinations = Vec::new();
        let mut api = |key, url: &Url| destinations.push(Destination::api(key, url));
        if let Some(pagerduty) = &self.sources.pagerduty {
            api("sources.pagerduty.base_url", &pagerduty.base_url);
        }
        if let Some(opsgenie) = &self.sources.opsgenie {
            api("sources.opsgenie.base_url", &opsgenie.base_url);
        }
        if let Some(statuspage) = &self.sources.statuspage {
            api("sources.statuspage.base_url", &statuspage.base_url);
        }
        if let Some(http) = &self.sources.http {
            api("sources.http.url", &http.url);
        }
        if let Some(confluence) = &self.confluence {
            api("confluence.base_url", &confluence.base_url);
        }
        if let Some(google) = &self.google {
            api("google.drive_url", &google.drive_url);
            api("google.sheets_url", &google.sheets_url);
            api("google.calendar_url", &google.calendar_url);
            api("google.token_url", &google.token_url);
        }
        if let Some(slack) = &self.slack {
            api("slack.base_url", &slack.base_url);
        }
        if let Some(mail) = &self.mail {
            destinations.push(Destination::mail(&mail.host, mail.security));
        }
        destinations
    }
}

impl Destination {
    /// Where a mail server is.
    pub(super) fn mail(host: &str, security: MailSecurity) -> Self {
        Self {
            key: "mail.host",
            privacy_key: "mail.security",
            host: host.to_owned(),
            reach: reach(mail_host(host)),
            privacy: match security {
                MailSecurity::StartTls | MailSecurity::Tls => Privacy::Encrypted,
                MailSecurity::None => Privacy::InClear {
                    instead: "\"starttls\" or \"tls\"",
                },
            },
        }
    }

    /// Where an API is.
    pub(super) fn api(key: &'static str, url: &Url) -> Self {
        Self {
            key,
            privacy_key: key,
            host: url.host_str().unwrap_or_default().to_owned(),
            reach: reach(url.host().map(|host| host.to_owned())),
            privacy: if url.scheme() == "https" {
                Privacy::Encrypted
            } else {
                Privacy::InClear { instead: "https" }
            },
        }
    }
}

/// IPv6 addresses come without the brackets that a URL puts around them.
fn mail_host(host: &str) -> Option<Host> {
    match host.parse() {
        Ok(IpAddr::V6(address)) => Some(Host::Ipv6(address)),
        Ok(IpAddr::V4(_)) | Err(_) => Host::parse(host).ok(),
    }
}

fn reach(host: Option<Host>) -> Reach {
    let loopback = match host {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        None => false,
    };
    if loopback {
        Reach::Loopback
    } else {
        Reach::Network
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("localhost", Reach::Loopback)]
    #[case("LOCALHOST", Reach::Loopback)]
    #[case("127.0.0.1", Reach::Loopback)]
    #[case("127.8.9.10", Reach::Loopback)]
    #[case("::1", Reach::Loopback)]
    #[case("::ffff:127.0.0.1", Reach::Loopback)]
    #[case("localhost.example.com", Reach::Network)]
    #[case("127.0.0.1.example.com", Reach::Network)]
    #[case("0.0.0.0", Reach::Network)]
    #[case("10.0.0.1", Reach::Network)]
    #[case("2001:db8::1", Reach::Network)]
    #[case("not a host", Reach::Network)]
    fn only_this_machine_is_loopback(#[case] host: &str, #[case] expected: Reach) {
        assert_eq!(reach(mail_host(host)), expected);
        let bracketed = if host.contains("::") {
            format!("http://[{host}]:8080/")
        } else {
            format!("http://{host}:8080/")
        };
        if let Ok(url) = Url::parse(&bracketed) {
            assert_eq!(Destination::api("slack.base_url", &url).reach, expected);
        }
    }
}
