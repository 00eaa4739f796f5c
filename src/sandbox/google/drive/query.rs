//! The query language of `files.list`.
//!
//! See <https://developers.google.com/workspace/drive/api/guides/search-files> and
//! <https://developers.google.com/workspace/drive/api/guides/ref-search-terms>.

use jiff::{Timestamp, civil, tz::TimeZone};

/// A query.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// All of them hold.
    And(Vec<Query>),
    /// One of them holds.
    Or(Vec<Query>),
    /// It does not hold.
    Not(Box<Query>),
    /// A folder among the parents.
    InParents(String),
    /// A text.
    Text(TextTerm, Compare, String),
    /// A flag; `false` after `!=` is turned around already.
    Flag(FlagTerm, bool),
    /// A time.
    Time(TimeTerm, Compare, Timestamp),
    /// An account among those with that role.
    Account(AccountTerm, String),
    /// A property.
    Property(Visibility, String, String),
}

/// Terms that are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextTerm {
    /// The name.
    Name,
    /// The MIME type.
    MimeType,
    /// Name and description.
    FullText,
}

/// Terms that hold or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagTerm {
    /// In the trash.
    Trashed,
    /// Starred.
    Starred,
}

/// Terms that are times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeTerm {
    /// `createdTime`.
    Created,
    /// `modifiedTime`.
    Modified,
}

/// Terms that are lists of accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountTerm {
    /// Owners.
    Owners,
    /// Those who may write.
    Writers,
    /// Those who may read.
    Readers,
}

/// Who sees a property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// The OAuth client that set it.
    App,
    /// Every client.
    All,
}

/// How to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `=`
    Is,
    /// `!=`
    IsNot,
    /// `contains`
    Contains,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Sign(&'static str),
}

/// Reads a query; `None` where it is none.
pub fn read(text: &str) -> Option<Query> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
    };
    let query = parser.either()?;
    (parser.at == parser.tokens.len()).then_some(query)
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    const SIGNS: [&str; 10] = ["!=", "<=", ">=", "=", "<", ">", "(", ")", "{", "}"];
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if first == '\'' || first == '"' {
            let (quoted, after) = quoted(&rest[1..], first)?;
            found.push(Token::Quoted(quoted));
            rest = after;
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            found.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            let end = rest
                .find(|char: char| !char.is_alphanumeric())
                .unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            found.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        }
        rest = rest.trim_start();
    }
    Some(found)
}

/// The text up to the closing quote; `\'` and `\\` are escapes.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut content = String::new();
    let mut chars = text.char_indices();
    while let Some((at, char)) = chars.next() {
        match char {
            '\\' => content.push(chars.next()?.1),
            char if char == quote => return Some((content, &text[at + char.len_utf8()..])),
            char => content.push(char),
        }
    }
    None
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Word(text)) if text.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(each)) if *each == sign);
        self.at += usize::from(found);
        found
    }

    fn either(&mut self) -> Option<Query> {
        let mut all = vec![self.both()?];
        while self.word("or") {
            all.push(self.both()?);
        }
        if all.len() == 1 {
            all.pop()
        } else {
            Some(Query::Or(all))
        }
    }

    fn both(&mut self) -> Option<Query> {
        let mut all = vec![self.one()?];
        while self.word("and") {
            all.push(self.one()?);
        }
        if all.len() == 1 {
            all.pop()
        } else {
            Some(Query::And(all))
        }
    }

    fn one(&mut self) -> Option<Query> {
        if self.word("not") {
            return Some(Query::Not(Box::new(self.one()?)));
        }
        if self.sign("(") {
            let inner = self.either()?;
            return self.sign(")").then_some(inner);
        }
        match self.next()? {
            Token::Quoted(value) => self.membership(value),
            Token::Word(term) => self.term(&term),
            Token::Sign(_) => None,
        }
    }

    /// `'value' in term`
    fn membership(&mut self, value: String) -> Option<Query> {
        if !self.word("in") {
            return None;
        }
        let Token::Word(term) = self.next()? else {
            return None;
        };
        Some(match term.as_str() {
            "parents" => Query::InParents(value),
            "owners" => Query::Account(AccountTerm::Owners, value),
            "writers" => Query::Account(AccountTerm::Writers, value),
            "readers" => Query::Account(AccountTerm::Readers, value),
            _ => return None,
        })
    }

    fn term(&mut self, term: &str) -> Option<Query> {
        match term {
            // Not in the documentation, but gspread has asked so for years and is answered.
            "parents" => {
                if !self.word("in") {
                    return None;
                }
                self.value().map(Query::InParents)
            }
            "appProperties" => self.property(Visibility::App),
            "properties" => self.property(Visibility::All),
            "name" => self.text(
                TextTerm::Name,
                &[Compare::Is, Compare::IsNot, Compare::Contains],
            ),
            "mimeType" => self.text(
                TextTerm::MimeType,
                &[Compare::Is, Compare::IsNot, Compare::Contains],
            ),
            "fullText" => self.text(TextTerm::FullText, &[Compare::Contains]),
            "trashed" => self.flag(FlagTerm::Trashed),
            "starred" => self.flag(FlagTerm::Starred),
            "createdTime" => self.time(TimeTerm::Created),
            "modifiedTime" => self.time(TimeTerm::Modified),
            _ => None,
        }
    }

    fn value(&mut self) -> Option<String> {
        match self.next()? {
            Token::Quoted(value) => Some(value),
            Token::Word(_) | Token::Sign(_) => None,
        }
    }

    fn compare(&mut self) -> Option<Compare> {
        Some(match self.next()? {
            Token::Sign("=") => Compare::Is,
            Token::Sign("!=") => Compare::IsNot,
            Token::Sign("<") => Compare::Less,
            Token::Sign("<=") => Compare::AtMost,
            Token::Sign(">") => Compare::Greater,
            Token::Sign(">=") => Compare::AtLeast,
            Token::Word(word) if word == "contains" => Compare::Contains,
            Token::Word(_) | Token::Quoted(_) | Token::Sign(_) => return None,
        })
    }

    fn text(&mut self, term: TextTerm, allowed: &[Compare]) -> Option<Query> {
        let compare = self.compare().filter(|compare| allowed.contains(compare))?;
        Some(Query::Text(term, compare, self.value()?))
    }

    fn flag(&mut self, term: FlagTerm) -> Option<Query> {
        let compare = self
            .compare()
            .filter(|compare| matches!(compare, Compare::Is | Compare::IsNot))?;
        let wanted = if self.word("true") {
            true
        } else if self.word("false") {
            false
        } else {
            return None;
        };
        Some(Query::Flag(term, wanted == (compare == Compare::Is)))
    }

    fn time(&mut self, term: TimeTerm) -> Option<Query> {
        let compare = self
            .compare()
            .filter(|compare| *compare != Compare::Contains)?;
        let text = self.value()?;
        // Without an offset the time is UTC.
        let at = text.parse::<Timestamp>().ok().or_else(|| {
            let local = text.parse::<civil::DateTime>().ok()?;
            TimeZone::UTC.to_timestamp(local).ok()
        })?;
        Some(Query::Time(term, compare, at))
    }

    /// `appProperties has { key='a' and value='b' }`
    fn property(&mut self, visibility: Visibility) -> Option<Query> {
        let opened = self.word("has") && self.sign("{") && self.word("key") && self.sign("=");
        let key = opened.then(|| self.value()).flatten()?;
        let joined = self.word("and") && self.word("value") && self.sign("=");
        let value = joined.then(|| self.value()).flatten()?;
        self.sign("}")
            .then_some(Query::Property(visibility, key, value))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_query_is_understood() {
        let query = "'F' in parents and mimeType = 'text/csv' and trashed=false";
        assert_eq!(
            read(query),
            Some(Query::And(vec![
                Query::InParents("F".into()),
                Query::Text(TextTerm::MimeType, Compare::Is, "text/csv".into()),
                Query::Flag(FlagTerm::Trashed, false),
            ]))
        );
        assert_eq!(
            read("appProperties has { key='case' and value='Q1' }"),
            Some(Query::Property(Visibility::App, "case".into(), "Q1".into()))
        );
        assert_eq!(
            read(r"name = 'Ada\'s' or not (name contains 'x')"),
            Some(Query::Or(vec![
                Query::Text(TextTerm::Name, Compare::Is, "Ada's".into()),
                Query::Not(Box::new(Query::Text(
                    TextTerm::Name,
                    Compare::Contains,
                    "x".into()
                ))),
            ]))
        );
    }

    #[rstest]
    #[case("")]
    #[case("name")]
    #[case("name = Ada")]
    #[case("name = 'Ada")]
    #[case("title = 'Ada'")]
    #[case("name < 'Ada'")]
    #[case("trashed = 'false'")]
    #[case("'F' in folders")]
    #[case("name = 'a' and")]
    #[case("name = 'a' name = 'b'")]
    #[case("(name = 'a'")]
    #[case("modifiedTime > 'yesterday'")]
    #[case("appProperties has { key='a' }")]
    fn nonsense_is_not(#[case] query: &str) {
        assert_eq!(read(query), None);
    }
}
