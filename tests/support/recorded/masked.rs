//! What was pasted in a hurry and may reach nobody. Made at run time, so that no scanner of sources finds a key here.

use super::Dice;

const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const ANY: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const HEX: &str = "0123456789abcdef";

/// A secret and what kind it is.
#[derive(Clone, Debug)]
pub struct Masked {
    /// For a test's message.
    pub kind: &'static str,
    /// What must stand nowhere.
    pub value: String,
    /// How it was pasted.
    text: String,
}

/// Twenty-five secrets and as many addresses of customers.
pub struct Lists {
    pub secrets: Vec<Masked>,
    pub addresses: Vec<String>,
}

/// How many of each are pasted elsewhere than in messages.
const IN_NOTES: usize = 3;

impl Lists {
    /// What is pasted into messages, as it is pasted.
    pub fn in_messages(&self) -> Vec<String> {
        let secrets = self.secrets.iter().skip(IN_NOTES);
        let addresses = self.addresses.iter().skip(IN_NOTES).enumerate();
        let addresses = addresses.map(|(index, address)| match index % 3 {
            0 => format!("reported by <mailto:{address}|{address}>"),
            1 => format!("customer {address}, order 4711"),
            _ => format!("```to={address};status=failed```"),
        });
        secrets
            .map(|secret| secret.text.clone())
            .chain(addresses)
            .collect()
    }

    /// What is pasted into PagerDuty's notes.
    pub fn in_notes(&self) -> Vec<String> {
        let secrets = self.secrets.iter().take(IN_NOTES);
        let addresses = self.addresses.iter().take(IN_NOTES);
        secrets
            .map(|secret| secret.text.clone())
            .chain(addresses.cloned())
            .collect()
    }
}

pub fn masked(dice: &mut Dice) -> Lists {
    let secrets = (0..25).map(|index| secret(dice, index)).collect();
    let companies = ["alder", "birch", "cobalt", "delta", "ember"];
    let addresses = (0..25)
        .map(|index| {
            format!(
                "kim.{index:02}+shop@{}.example.net",
                companies[index % companies.len()]
            )
        })
        .collect();
    Lists { secrets, addresses }
}

fn secret(dice: &mut Dice, index: usize) -> Masked {
    let (kind, value) = match index % 10 {
        0 => ("an AWS access key", format!("AKIA{}", dice.text(16, UPPER))),
        1 => ("a GitHub token", format!("ghp_{}", dice.text(36, ANY))),
        2 => (
            "a Slack token",
            format!("xoxb-{}-{}", 1_000_000_000 + index, dice.text(24, ANY)),
        ),
        3 => ("a payment key", format!("sk_live_{}", dice.text(24, ANY))),
        4 => (
            "a signed token",
            format!(
                "eyJhbGciOiJIUzI1NiJ9.eyJ{}.{}",
                dice.text(30, ANY),
                dice.text(43, ANY)
            ),
        ),
        5 => ("a password", format!("pw{}", dice.text(14, ANY))),
        6 => (
            "a password in an address",
            format!("pg{}", dice.text(14, ANY)),
        ),
        7 => ("a bearer token", dice.text(40, HEX)),
        8 => ("a private key", dice.text(64, ANY)),
        _ => ("a card number", card(dice)),
    };
    let text = match index % 10 {
        5 => format!("password={value}"),
        6 => format!("postgres://checkout:{value}@db.example.internal/orders"),
        7 => format!("`curl -H 'Authorization: Bearer {value}' https://api.example.com`"),
        8 => format!("```-----BEGIN PRIVATE KEY-----\n{value}\n-----END PRIVATE KEY-----```"),
        _ => format!("use {value}"),
    };
    Masked { kind, value, text }
}

/// Sixteen digits in groups of four, with a check digit that is right: masks of card numbers look for one.
fn card(dice: &mut Dice) -> String {
    let digits: Vec<u32> = format!("4{}", dice.text(14, "0123456789"))
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .collect();
    let sum: u32 = digits
        .iter()
        .enumerate()
        .map(|(index, digit)| match (index % 2, digit * 2) {
            (0, double) if double > 9 => double - 9,
            (0, double) => double,
            _ => *digit,
        })
        .sum();
    let all: Vec<String> = digits
        .into_iter()
        .chain([(10 - sum % 10) % 10])
        .map(|digit| digit.to_string())
        .collect();
    let groups: Vec<String> = all.chunks(4).map(|group| group.concat()).collect();
    groups.join(" ")
}
