//! A small part of CQL: conditions on type, space, title, label, id, parent and ancestor, joined by `and`.

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Type,
    Space,
    Title,
    Label,
    Id,
    Parent,
    Ancestor,
}

/// How it compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// One of these.
    Is(Vec<String>),
    /// None of these.
    IsNot(Vec<String>),
    /// Contains the words.
    Like(String),
}

/// One condition of a query; all have to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) field: Field,
    pub(super) test: Test,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Sign(&'static str),
}

/// Reads a query. An `order by` at its end is allowed and has no effect: results come by id.
pub(super) fn parse(text: &str) -> Result<Vec<Condition>, String> {
    let refused = || format!("Could not parse cql : {text}");
    let tokens = tokens(text).ok_or_else(refused)?;
    let mut rest = tokens.as_slice();
    let mut conditions = Vec::new();
    loop {
        let (condition, after) = condition(rest).ok_or_else(refused)?;
        conditions.push(condition);
        match after {
            [] => return Ok(conditions),
            [Token::Word(word), more @ ..] if word.eq_ignore_ascii_case("and") => rest = more,
            [Token::Word(word), Token::Word(by), _, ..]
                if word.eq_ignore_ascii_case("order") && by.eq_ignore_ascii_case("by") =>
            {
                return Ok(conditions);
            }
            [_, ..] => return Err(refused()),
        }
    }
}

fn condition(tokens: &[Token]) -> Option<(Condition, &[Token])> {
    let [Token::Word(name), rest @ ..] = tokens else {
        return None;
    };
    let field = match name.to_lowercase().as_str() {
        "type" => Field::Type,
        "space" | "space.key" => Field::Space,
        "title" => Field::Title,
        "label" => Field::Label,
        "id" | "content" => Field::Id,
        "parent" => Field::Parent,
        "ancestor" => Field::Ancestor,
        _ => return None,
    };
    let (test, rest) = match rest {
        [Token::Sign("="), value, rest @ ..] => (Test::Is(vec![literal(value)?]), rest),
        [Token::Sign("!="), value, rest @ ..] => (Test::IsNot(vec![literal(value)?]), rest),
        [Token::Sign("~"), value, rest @ ..] if field == Field::Title => {
            (Test::Like(literal(value)?), rest)
        }
        [Token::Word(word), rest @ ..] if word.eq_ignore_ascii_case("in") => {
            let (values, rest) = set(rest)?;
            (Test::Is(values), rest)
        }
        [Token::Word(not), Token::Word(word), rest @ ..]
            if not.eq_ignore_ascii_case("not") && word.eq_ignore_ascii_case("in") =>
        {
            let (values, rest) = set(rest)?;
            (Test::IsNot(values), rest)
        }
        _ => return None,
    };
    Some((Condition { field, test }, rest))
}

fn set(tokens: &[Token]) -> Option<(Vec<String>, &[Token])> {
    let [Token::Sign("("), rest @ ..] = tokens else {
        return None;
    };
    let mut values = Vec::new();
    let mut rest = rest;
    loop {
        let [value, separator, after @ ..] = rest else {
            return None;
        };
        values.push(literal(value)?);
        match separator {
            Token::Sign(",") => rest = after,
            Token::Sign(")") => return Some((values, after)),
            Token::Sign(_) | Token::Word(_) | Token::Quoted(_) => return None,
        }
    }
}

fn literal(token: &Token) -> Option<String> {
    match token {
        Token::Word(text) | Token::Quoted(text) => Some(text.clone()),
        Token::Sign(_) => None,
    }
}

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\n' | '\r' => {}
            '=' => tokens.push(Token::Sign("=")),
            '~' => tokens.push(Token::Sign("~")),
            '(' => tokens.push(Token::Sign("(")),
            ')' => tokens.push(Token::Sign(")")),
            ',' => tokens.push(Token::Sign(",")),
            '!' => {
                characters.next_if_eq(&'=')?;
                tokens.push(Token::Sign("!="));
            }
            quote @ ('"' | '\'') => {
                let mut value = String::new();
                loop {
                    match characters.next()? {
                        '\\' => value.push(characters.next()?),
                        end if end == quote => break,
                        other => value.push(other),
                    }
                }
                tokens.push(Token::Quoted(value));
            }
            // An unquoted colon separates fields for Confluence: a query with one in it never means what it seems to.
            first if first.is_alphanumeric() || matches!(first, '_' | '-' | '.') => {
                let mut word = String::from(first);
                while let Some(next) = characters
                    .next_if(|next| next.is_alphanumeric() || matches!(next, '_' | '-' | '.'))
                {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
            _ => return None,
        }
    }
    Some(tokens)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_small_form_is_read() {
        let conditions = parse(
            r#"type=page AND space = "OPS" and label in (a, "b c") and title ~ 'x' order by created desc"#,
        );
        assert_eq!(
            conditions.unwrap(),
            [
                Condition {
                    field: Field::Type,
                    test: Test::Is(vec!["page".into()])
                },
                Condition {
                    field: Field::Space,
                    test: Test::Is(vec!["OPS".into()])
                },
                Condition {
                    field: Field::Label,
                    test: Test::Is(vec!["a".into(), "b c".into()])
                },
                Condition {
                    field: Field::Title,
                    test: Test::Like("x".into())
                },
            ]
        );
    }

    #[test]
    fn everything_else_is_refused() {
        for bad in [
            "",
            "page",
            "type=",
            "type page",
            "colour = red",
            "title = a:b",
            "type=page or type=blog",
            "title = \"open",
            "label in a",
        ] {
            assert!(
                parse(bad).unwrap_err().starts_with("Could not parse cql"),
                "{bad}"
            );
        }
    }
}
