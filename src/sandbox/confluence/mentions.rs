//! People in bodies: Cloud names them by account id, Data Center by user key.
//!
//! Each product keeps what it does not know and shows it as nobody. The sandbox refuses it: a mention that reaches nobody is
//! never meant. The world holds account ids, and Data Center's face translates, so that a page made through one face
//! mentions the same people in the other.

use roxmltree::Node;

use super::Confluence;
use super::storage::{Edit, RI, Source, apply};

/// How somebody is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    AccountId,
    UserKey,
}

impl Naming {
    fn attribute(self) -> &'static str {
        match self {
            Self::AccountId => "account-id",
            Self::UserKey => "userkey",
        }
    }

    fn product(self) -> &'static str {
        match self {
            Self::AccountId => "Cloud",
            Self::UserKey => "Data Center",
        }
    }
}

/// Refuses a body that names somebody in the way of the other product. What is not well-formed is refused elsewhere.
pub(super) fn refuse(body: &str, naming: Naming) -> Result<(), String> {
    let source = Source::new(body);
    let named = source.parse().is_ok_and(|document| {
        document
            .descendants()
            .any(|node| node.has_attribute((RI, naming.attribute())))
    });
    if named {
        return Err(format!(
            "The sandbox takes no ri:{} here: only {} knows whom it means",
            naming.attribute(),
            naming.product()
        ));
    }
    Ok(())
}

impl Confluence {
    /// A body of Data Center's as the world holds it. Somebody unknown is kept as they were named.
    pub(super) fn with_account_ids(&self, body: &str) -> String {
        renamed(body, Naming::UserKey, Naming::AccountId, |key| {
            self.accounts
                .values()
                .find(|account| account.user_key() == key)
                .map(|account| account.id.clone())
        })
    }

    /// A body of the world's as Data Center shows it.
    pub(super) fn with_user_keys(&self, body: &str) -> String {
        renamed(body, Naming::AccountId, Naming::UserKey, |id| {
            self.accounts.get(id).map(|account| account.user_key())
        })
    }
}

fn renamed(body: &str, from: Naming, to: Naming, name: impl Fn(&str) -> Option<String>) -> String {
    let source = Source::new(body);
    let Ok(document) = source.parse() else {
        return body.to_owned();
    };
    let edits = document
        .descendants()
        .filter_map(|node| edit(node, from, to, &name))
        .collect();
    apply(&source, edits)
}

fn edit(
    node: Node<'_, '_>,
    from: Naming,
    to: Naming,
    name: &impl Fn(&str) -> Option<String>,
) -> Option<Edit> {
    let attribute = node.attribute_node((RI, from.attribute()))?;
    let name = name(attribute.value())?;
    let range = attribute.range();
    Some(Edit {
        start: range.start,
        end: range.end,
        text: format!("ri:{}=\"{name}\"", to.attribute()),
    })
}
