//! The record in the order people read it: oldest first, answers below what they answer.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::playbook::incident::TimelineEntry;

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// By itself.
    Own,
    /// Below the message that it answers.
    Answer,
}

/// All entries in order. An answer whose thread's first message is not in the record stands at its own time, together with
/// the others of that thread.
pub(crate) fn in_order(entries: &[TimelineEntry]) -> Vec<(&TimelineEntry, Standing)> {
    let mut threads: Vec<Thread<'_>> = Vec::new();
    let mut answers = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        match entry.thread.filter(|begun| *begun != entry.at) {
            Some(begun) => answers.push((position, begun, entry)),
            None => threads.push(Thread {
                first: Some((position, entry)),
                at: entry.at,
                answers: Vec::new(),
            }),
        }
    }
    let mut of_instant: HashMap<Timestamp, Vec<usize>> = HashMap::new();
    for (index, thread) in threads.iter().enumerate() {
        of_instant.entry(thread.at).or_default().push(index);
    }
    let mut begun_by: HashMap<Timestamp, usize> = HashMap::new();
    for (position, begun, answer) in answers {
        let index = *begun_by.entry(begun).or_insert_with(|| {
            let candidates = of_instant.get(&begun).map_or(&[][..], Vec::as_slice);
            first_message(&threads, candidates, position).unwrap_or_else(|| {
                threads.push(Thread {
                    first: None,
                    at: answer.at,
                    answers: Vec::new(),
                });
                threads.len() - 1
            })
        });
        let thread = &mut threads[index];
        thread.answers.push(answer);
        if thread.first.is_none() {
            thread.at = thread.at.min(answer.at);
        }
    }
    threads.sort_by_key(|thread| thread.at);
    let mut ordered = Vec::with_capacity(entries.len());
    for mut thread in threads {
        ordered.extend(thread.first.map(|(_, entry)| (entry, Standing::Own)));
        thread.answers.sort_by_key(|answer| answer.at);
        ordered.extend(
            thread
                .answers
                .into_iter()
                .map(|entry| (entry, Standing::Answer)),
        );
    }
    ordered
}

/// Which of the things that happened in the instant a thread began is its first message: the one that says so itself, else
/// the last before the answer, else any.
fn first_message(threads: &[Thread<'_>], candidates: &[usize], answer: usize) -> Option<usize> {
    let of = |index: &&usize| threads[**index].first;
    let says_so = |index: &&usize| of(index).is_some_and(|(_, entry)| entry.thread.is_some());
    let is_before = |index: &&usize| of(index).is_some_and(|(position, _)| position < answer);
    candidates
        .iter()
        .find(says_so)
        .or_else(|| candidates.iter().rev().find(is_before))
        .or_else(|| candidates.first())
        .copied()
}

struct Thread<'a> {
    /// Its first message, and where that stands in the record.
    first: Option<(usize, &'a TimelineEntry)>,
    at: Timestamp,
    answers: Vec<&'a TimelineEntry>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::playbook::incident::EntryKind;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn entry(second: i64, thread: Option<i64>, text: &str) -> TimelineEntry {
        TimelineEntry {
            thread: thread.map(at),
            ..TimelineEntry::new(at(second), EntryKind::Message, None, text)
        }
    }

    fn order(entries: &[TimelineEntry]) -> Vec<String> {
        in_order(entries)
            .into_iter()
            .map(|(entry, standing)| match standing {
                Standing::Own => entry.text.to_plain(),
                Standing::Answer => format!("> {}", entry.text.to_plain()),
            })
            .collect()
    }

    #[test]
    fn answers_stand_below_what_they_answer_whatever_order_they_come_in() {
        let entries = [
            entry(9, Some(1), "late answer"),
            entry(5, None, "later"),
            entry(1, None, "first"),
            entry(3, Some(1), "answer"),
            entry(1, Some(1), "first of a thread that names itself"),
            entry(6, Some(5), "other answer"),
        ];
        assert_eq!(
            order(&entries),
            [
                "first",
                "first of a thread that names itself",
                "> answer",
                "> late answer",
                "later",
                "> other answer"
            ]
        );
    }

    #[test]
    fn an_answer_follows_the_message_it_came_after_where_two_share_an_instant() {
        let entries = [
            entry(1, None, "question"),
            entry(2, Some(1), "answer"),
            entry(1, None, "alert"),
        ];
        assert_eq!(order(&entries), ["question", "> answer", "alert"]);
    }

    #[test]
    fn answers_without_their_first_message_keep_together_at_their_own_time() {
        let entries = [
            entry(1, None, "a"),
            entry(8, Some(0), "late"),
            entry(3, Some(0), "early"),
            entry(5, None, "b"),
        ];
        assert_eq!(order(&entries), ["a", "> early", "> late", "b"]);
    }
}
