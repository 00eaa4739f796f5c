//! Every call of the story goes wrong once, in every way a call can; the process is then replaced by another one.

use debrief::sandbox::faults::{Kind, Rule, When};
use futures_util::{StreamExt, stream};

use super::story::{self, A_COPY_OF_THE_MAIL, Day, ONCE, Said};
use crate::support::Installation;

/// How many stories are told side by side.
const SIDE_BY_SIDE: usize = 8;

/// Every way, and whether a vendor says "never" with it: where that is believed, a person has to ask for another try.
const KINDS: [(Kind, Ending); 11] = [
    (Kind::Refuse, Ending::ByItself),
    (Kind::Throttle { retry_after: None }, Ending::ByItself),
    (
        Kind::Throttle {
            retry_after: Some(120),
        },
        Ending::ByItself,
    ),
    (Kind::ErrorBefore, Ending::ByItself),
    (Kind::ErrorAfter, Ending::ByItself),
    (Kind::DropAfter, Ending::ByItself),
    // Longer than a call may take, without and with the effect.
    (Kind::Hang { seconds: 60 }, Ending::ByItself),
    (Kind::Latency { millis: 60_000 }, Ending::ByItself),
    (Kind::Truncate, Ending::ByItself),
    (Kind::WrongType, Ending::ByItself),
    (Kind::ExpiredToken, Ending::PerhapsByHand),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    ByItself,
    PerhapsByHand,
}

struct Told {
    kind: Kind,
    said: Said,
    nags: usize,
    by_hand: bool,
}

#[tokio::test]
async fn whatever_goes_wrong_with_whichever_call_all_is_made_once() {
    let calls = story::calls_of_the_story().await;
    let all: Vec<_> = calls
        .each()
        .enumerate()
        .flat_map(|(number, call)| {
            let kinds = KINDS.into_iter().enumerate();
            kinds.map(move |(kind, how)| (number + kind, call, how))
        })
        .collect();
    // Every call goes wrong in three or four ways, every way comes about at a third of the calls.
    let chosen = all
        .iter()
        .copied()
        .filter(|(number, ..)| story::is_exhaustive() || number % 3 == 0);
    let told: Vec<Told> = stream::iter(chosen)
        .map(|(_, (day, nth), (kind, ending))| {
            let name = format!("{day:?}, call {nth}: {kind:?}");
            story::named(name, tell(day, nth, kind, ending))
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .collect()
        .await;
    println!(
        "{}: ways, mails doubled, posts doubled, reminders doubled, by hand",
        story::share(told.len(), all.len())
    );
    for (kind, _) in KINDS {
        let count = |is: fn(&Told) -> bool| {
            let stories = told.iter().filter(|told| told.kind == kind);
            stories.filter(|told| is(told)).count()
        };
        println!(
            "{kind:?}: {} stories, {} {} {} {}",
            count(|_| true),
            count(|told| told.said.announcements > 1),
            count(|told| told.said.posts > 1),
            count(|told| told.nags > 1),
            count(|told| told.by_hand),
        );
    }
}

/// A person asks for another try where "never" was believed. Answers whether it was.
async fn retried_by_hand(installation: &Installation, ending: Ending) -> bool {
    if ending == Ending::ByItself {
        return false;
    }
    installation.pass().await;
    let by_hand = story::is_given_up(installation).await;
    if by_hand {
        story::retry_by_hand(installation).await;
    }
    by_hand
}

async fn tell(day: Day, nth: u32, kind: Kind, ending: Ending) -> Told {
    let mut installation = story::told_until(day).await;
    installation.fault(Rule::new(kind).when(When::Nth(nth)));
    installation.pass().await;
    installation.restart().await;
    let mut by_hand;
    let (said, nags) = match day {
        Day::Monday => {
            by_hand = retried_by_hand(&installation, ending).await;
            story::live_on(&installation).await;
            let said = story::assert_aftermath(&installation, &A_COPY_OF_THE_MAIL).await;
            (said, 0)
        }
        Day::Noon => {
            by_hand = retried_by_hand(&installation, ending).await;
            story::live_on_until_evening(&installation).await;
            assert!(story::is_advised(&installation));
            (story::assert_aftermath(&installation, &ONCE).await, 0)
        }
        Day::Tuesday => {
            by_hand = retried_by_hand(&installation, ending).await;
            story::live_on_until_evening(&installation).await;
            story::assert_reviewed(&installation, &(1..=2));
            let is_refused =
                ending == Ending::PerhapsByHand && installation.world().nags().is_empty();
            by_hand |= is_refused;
            if is_refused {
                // Tuesday's reminder was refused for good; there is another one on every working day.
                story::wednesday(&installation);
                installation.pass().await;
            } else {
                story::assert_nags_are_settled(&installation).await;
            }
            let nags = story::assert_nagged(&installation, &(1..=2));
            (story::assert_aftermath(&installation, &ONCE).await, nags)
        }
    };
    Told {
        kind,
        said,
        nags,
        by_hand,
    }
}
