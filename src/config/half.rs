//! Vendors as they are written, made whole: everything one needs is there, or nothing of it is used.

use secrecy::SecretString;
use url::Url;

use super::fault::Problem;
use super::hosts::Destination;
use super::key::Key;
use super::vendors::{
    Confluence, ConfluenceEdition, ConfluenceIdentity, Files, Google, GoogleIdentity, Mail,
    MailLogin, PagerDuty, Slack, SlackIncidents, Sources,
};
use super::whole::{Assembly, SecretForm};
use super::written::{
    WrittenConfluence, WrittenFiles, WrittenGoogle, WrittenMail, WrittenPagerDuty, WrittenSlack,
    WrittenSlackIncidents, WrittenSources,
};

impl Assembly<'_> {
    /// `slack` is the workspace that a channel is read in.
    pub(super) fn sources(&mut self, written: WrittenSources, slack: &WrittenSlack) -> Sources {
        let WrittenSources {
            pagerduty,
            files,
            slack: channel,
            opsgenie,
            statuspage,
            alertmanager,
            http,
        } = written;
        Sources {
            pagerduty: self.pagerduty(pagerduty),
            files: self.files(files),
            slack: self.slack_incidents(channel, slack),
            opsgenie: self.opsgenie(opsgenie),
            statuspage: self.statuspage(statuspage),
            alertmanager: self.alertmanager(alertmanager),
            http: self.http_source(http),
        }
    }

    fn slack_incidents(
        &mut self,
        written: WrittenSlackIncidents,
        slack: &WrittenSlack,
    ) -> Option<SlackIncidents> {
        let WrittenSlackIncidents {
            enabled,
            channel,
            opened_by,
            opened_reaction,
            resolved_by,
            resolved_reaction,
            overlap,
        } = written;
        if enabled == Some(false) || (enabled.is_none() && channel.is_none()) {
            return None;
        }
        let needed = "sources.slack is enabled";
        let channel = self.needed(channel, "sources.slack.channel", needed);
        let token = slack.token.is_some() || slack.token_file.is_some();
        self.needed(token.then_some(()), "slack.token", needed);
        for (key, patterns, reaction) in [
            ("sources.slack.opened_by", &opened_by, &opened_reaction),
            (
                "sources.slack.resolved_by",
                &resolved_by,
                &resolved_reaction,
            ),
        ] {
            if patterns.is_empty() && reaction.is_none() {
                let expected = "a regular expression, or a reaction in its stead";
                self.wrong(&Key::of(key), "none", expected);
            }
        }
        Some(SlackIncidents {
            channel: channel?,
            opened_by,
            opened_reaction,
            resolved_by,
            resolved_reaction,
            overlap,
        })
    }

    fn pagerduty(&mut self, written: WrittenPagerDuty) -> Option<PagerDuty> {
        let WrittenPagerDuty {
            enabled,
            base_url,
            key,
            key_file,
            note_as,
            overlap,
            began_field,
            mitigated_field,
        } = written;
        if enabled == Some(false) || (enabled.is_none() && key.is_none() && key_file.is_none()) {
            return None;
        }
        self.check(Destination::api("sources.pagerduty.base_url", &base_url));
        let given = key.is_some() || key_file.is_some();
        let key = self.secret("sources.pagerduty.key", key, key_file, SecretForm::Line);
        let needed = "sources.pagerduty is enabled (or give key_file)";
        Some(PagerDuty {
            key: self.needed_unless(given, key, "sources.pagerduty.key", needed)?,
            base_url,
            note_as,
            overlap,
            began_field,
            mitigated_field,
        })
    }

    fn files(&mut self, written: WrittenFiles) -> Option<Files> {
        let WrittenFiles { enabled, folder } = written;
        if enabled == Some(false) {
            return None;
        }
        if enabled == Some(true) && folder.is_none() {
            let needed = "sources.files is enabled";
            return self.needed(None, "sources.files.folder", needed);
        }
        let folder = self.folder("sources.files.folder", folder)?;
        Some(Files { folder })
    }

    pub(super) fn confluence(&mut self, written: WrittenConfluence) -> Option<Confluence> {
        let WrittenConfluence {
            edition,
            base_url,
            email,
            token,
            token_file,
            space,
            parent_page,
            labels,
        } = written;
        let given = token.is_some() || token_file.is_some();
        let begun = base_url.is_some() || email.is_some() || given || space.is_some();
        if !begun && parent_page.is_none() {
            return None;
        }
        let needed = match edition {
            ConfluenceEdition::Cloud => {
                "Confluence needs base_url, email, token (or token_file) and space"
            }
            ConfluenceEdition::DataCenter => {
                "Confluence Data Center needs base_url, token (or token_file) and space"
            }
        };
        let token = self.secret("confluence.token", token, token_file, SecretForm::Line);
        let base_url = self.needed(base_url, "confluence.base_url", needed);
        // The token alone tells Data Center who calls; an address that stands there does no harm.
        let email = match edition {
            ConfluenceEdition::Cloud => self.needed(email, "confluence.email", needed),
            ConfluenceEdition::DataCenter => None,
        };
        let token = self.needed_unless(given, token, "confluence.token", needed);
        let space = self.needed(space, "confluence.space", needed);
        if let Some(url) = &base_url {
            self.check(Destination::api("confluence.base_url", url));
            if let Some(expected) = unfit_site(edition, url) {
                let found = format!("{:?}", url.as_str());
                self.wrong(&Key::of("confluence.base_url"), found, expected);
            }
        }
        let identity = match edition {
            ConfluenceEdition::Cloud => ConfluenceIdentity::ApiToken {
                email: email?,
                token: token?,
            },
            ConfluenceEdition::DataCenter => ConfluenceIdentity::PersonalAccessToken(token?),
        };
        Some(Confluence {
            base_url: base_url?,
            identity,
            space: space?,
            parent_page,
            labels,
        })
    }

    pub(super) fn google(&mut self, written: WrittenGoogle) -> Option<Google> {
        let WrittenGoogle {
            service_account,
            service_account_file,
            subject,
            client_id,
            client_secret,
            client_secret_file,
            refresh_token,
            refresh_token_file,
            drive_url,
            sheets_url,
            calendar_url,
            token_url,
            parent_folder,
            share_with,
            calendar,
        } = written;
        let account = service_account.is_some() || service_account_file.is_some();
        let secret = client_secret.is_some() || client_secret_file.is_some();
        let refresh = refresh_token.is_some() || refresh_token_file.is_some();
        let user = client_id.is_some() || secret || refresh;
        if !account && !user && subject.is_none() && parent_folder.is_none() {
            return None;
        }
        let needed = "Google needs parent_folder and either service_account (or service_account_file), or client_id, \
                      client_secret and refresh_token";
        for (key, url) in [
            ("google.drive_url", &drive_url),
            ("google.sheets_url", &sheets_url),
            ("google.calendar_url", &calendar_url),
            ("google.token_url", &token_url),
        ] {
            self.check(Destination::api(key, url));
        }
        let service_account = self.secret(
            "google.service_account",
            service_account,
            service_account_file,
            SecretForm::KeyFile,
        );
        let identity = if user && !account {
            let client_secret = self.secret(
                "google.client_secret",
                client_secret,
                client_secret_file,
                SecretForm::Line,
            );
            let refresh_token = self.secret(
                "google.refresh_token",
                refresh_token,
                refresh_token_file,
                SecretForm::Line,
            );
            if subject.is_some() {
                let expected = "a service account: only one of those acts as somebody else";
                self.wrong(&Key::of("google.subject"), "a user's client_id", expected);
            }
            let client_id = self.needed(client_id, "google.client_id", needed);
            let client_secret =
                self.needed_unless(secret, client_secret, "google.client_secret", needed);
            let refresh_token =
                self.needed_unless(refresh, refresh_token, "google.refresh_token", needed);
            client_id.zip(client_secret).zip(refresh_token).map(
                |((client_id, client_secret), refresh_token)| GoogleIdentity::User {
                    client_id,
                    client_secret,
                    refresh_token,
                },
            )
        } else {
            if user {
                let key = Key::of("google.client_id");
                let other = "google.service_account".to_owned();
                self.fault(&key, Problem::GivenTwice { other });
            }
            self.needed_unless(account, service_account, "google.service_account", needed)
                .map(|key| GoogleIdentity::ServiceAccount { key, subject })
        };
        let parent_folder = self.needed(parent_folder, "google.parent_folder", needed);
        Some(Google {
            identity: identity?,
            drive_url,
            sheets_url,
            calendar_url,
            token_url,
            parent_folder: parent_folder?,
            share_with,
            calendar,
        })
    }

    pub(super) fn mail(&mut self, written: WrittenMail) -> Option<Mail> {
        let WrittenMail {
            host,
            port,
            security,
            username,
            password,
            password_file,
            from,
            reply_to,
        } = written;
        let given = password.is_some() || password_file.is_some();
        let login = username.is_some() || given;
        if host.is_none() && from.is_none() && reply_to.is_none() && !login {
            return None;
        }
        let needed = "mail needs host and from";
        let host = self.needed(host, "mail.host", needed);
        let from = self.needed(from, "mail.from", needed);
        if let Some(host) = &host {
            self.check(Destination::mail(host, security));
        }
        let password = self.secret("mail.password", password, password_file, SecretForm::Line);
        let login = if login {
            let needed = "a user has a password, and a password a user";
            let username = self.needed(username, "mail.username", needed);
            let password = self.needed_unless(given, password, "mail.password", needed);
            Some(MailLogin {
                username: username?,
                password: password?,
            })
        } else {
            None
        };
        Some(Mail {
            host: host?,
            port: u16::try_from(port).ok()?,
            security,
            login,
            from: from?,
            reply_to,
        })
    }

    pub(super) fn slack(&mut self, written: WrittenSlack) -> Option<Slack> {
        let WrittenSlack {
            base_url,
            token,
            token_file,
        } = written;
        if token.is_some() || token_file.is_some() {
            self.check(Destination::api("slack.base_url", &base_url));
        }
        let token = self.secret("slack.token", token, token_file, SecretForm::Line)?;
        Some(Slack { base_url, token })
    }

    /// A secret that was fetched; a fault that it is missing only where it was not given at all.
    pub(super) fn needed_unless(
        &mut self,
        given: bool,
        secret: Option<SecretString>,
        key: &str,
        needed: &'static str,
    ) -> Option<SecretString> {
        if given {
            secret
        } else {
            self.needed(secret, key, needed)
        }
    }
}

/// What was expected instead of an address that cannot be that edition's.
fn unfit_site(edition: ConfluenceEdition, url: &Url) -> Option<&'static str> {
    let path = url.path().trim_end_matches('/');
    let is_atlassians = url
        .host_str()
        .is_some_and(|host| host == "api.atlassian.com" || host.ends_with(".atlassian.net"));
    match edition {
        ConfluenceEdition::Cloud if path.ends_with("/wiki") => {
            Some("the site without /wiki, which is added to it")
        }
        ConfluenceEdition::Cloud => None,
        ConfluenceEdition::DataCenter if is_atlassians => {
            Some("the company's own server; Atlassian's are of edition \"cloud\"")
        }
        ConfluenceEdition::DataCenter if path.ends_with("/rest/api") || path.ends_with("/rest") => {
            Some("the site without /rest/api, which is added to it")
        }
        ConfluenceEdition::DataCenter => None,
    }
}
