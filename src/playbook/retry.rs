//! When a failed effect is tried again, and when it is given up.
//!
//! Waits are configured, spread by a fifth so that what failed together does not return together, and end. The spread
//! is computed from the effect's key: the same effect waits the same time wherever it is asked, with no dice to record.

use jiff::SignedDuration;

/// How often and how patiently failed effects are tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryRules {
    /// The wait after the first failure, the second, and so on; the last one repeats. Empty means: never again.
    pub schedule: Vec<SignedDuration>,
    /// After so many attempts, the first one included, a person is asked instead.
    pub give_up_after: u32,
    /// The longest wait that a vendor's `Retry-After` may impose.
    pub max_retry_after: SignedDuration,
}

impl Default for RetryRules {
    /// Ten attempts over some four hours, and a vendor may ask for one hour at most.
    fn default() -> Self {
        let mins = SignedDuration::from_mins;
        Self {
            schedule: vec![
                SignedDuration::from_secs(10),
                SignedDuration::from_secs(30),
                mins(2),
                mins(5),
                mins(15),
                mins(30),
                mins(60),
            ],
            give_up_after: 10,
            max_retry_after: mins(60),
        }
    }
}

/// What follows a failure that may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Try again so much later; never negative.
    After(SignedDuration),
    /// It was tried often enough: a person has to look.
    GiveUp,
}

impl RetryRules {
    /// What follows the failure of attempt number `attempts`, counted from one.
    ///
    /// `asked` is the vendor's `Retry-After`, honoured up to [`max_retry_after`](Self::max_retry_after): nothing is
    /// tried before it, where it is the longer wait. `salt` is the effect's key.
    pub fn next_attempt(&self, attempts: u32, asked: Option<SignedDuration>, salt: &str) -> Next {
        let nth = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(&wait) = self.schedule.get(nth).or(self.schedule.last()) else {
            return Next::GiveUp;
        };
        if attempts >= self.give_up_after {
            return Next::GiveUp;
        }
        // Between -1000 and 1000 thousandths of a fifth.
        let spread = i128::from(mix(salt, attempts) % 2001) - 1000;
        let own = scaled(wait, spread);
        let asked = asked.map_or(SignedDuration::ZERO, |asked| {
            // Only ever later than asked: a moment too early is one more refusal, for everybody at once.
            scaled(asked.min(self.max_retry_after), spread.abs())
        });
        Next::After(own.max(asked))
    }
}

/// The wait, longer or shorter by so many thousandths of a fifth; nothing for a negative one.
fn scaled(wait: SignedDuration, thousandths: i128) -> SignedDuration {
    let millis = wait.max(SignedDuration::ZERO).as_millis();
    let scaled = millis + millis * thousandths / 5000;
    SignedDuration::from_millis(i64::try_from(scaled).unwrap_or(i64::MAX))
}

/// A number that looks random and is the same in every release, which the standard library's hasher does not promise.
/// FNV-1a, then the finish of `SplitMix64`, without which neighbouring attempts would get neighbouring numbers.
fn mix(salt: &str, attempts: u32) -> u64 {
    let bytes = salt.bytes().chain(attempts.to_le_bytes());
    let mut hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::collections::BTreeSet;

    use rstest::rstest;

    use super::*;

    fn wait(rules: &RetryRules, attempts: u32, asked: Option<i64>, salt: &str) -> SignedDuration {
        match rules.next_attempt(attempts, asked.map(SignedDuration::from_secs), salt) {
            Next::After(wait) => wait,
            Next::GiveUp => panic!("gave up at attempt {attempts}"),
        }
    }

    #[rstest]
    #[case::first(1, None, 8, 12)]
    #[case::second(2, None, 24, 36)]
    #[case::seventh(7, None, 48 * 60, 72 * 60)]
    #[case::past_the_schedule_the_last_wait_repeats(9, None, 48 * 60, 72 * 60)]
    #[case::before_the_first(0, None, 8, 12)]
    #[case::a_longer_wait_was_asked_for(1, Some(120), 120, 144)]
    #[case::a_shorter_wait_was_asked_for(7, Some(1), 48 * 60, 72 * 60)]
    #[case::more_was_asked_for_than_is_granted(1, Some(86_400), 60 * 60, 72 * 60)]
    #[case::nonsense_was_asked_for(1, Some(i64::MIN), 8, 12)]
    fn waits_lie_within_a_fifth(
        #[case] attempts: u32,
        #[case] asked: Option<i64>,
        #[case] least: i64,
        #[case] most: i64,
    ) {
        let rules = RetryRules::default();
        for salt in 0..500 {
            let wait = wait(&rules, attempts, asked, &salt.to_string());
            assert!(
                SignedDuration::from_secs(least) <= wait && wait <= SignedDuration::from_secs(most),
                "{wait}"
            );
        }
    }

    #[test]
    fn the_same_effect_waits_the_same_and_others_are_spread_over_the_whole_fifth() {
        let rules = RetryRules::default();
        let of = |salt: &str| wait(&rules, 7, None, salt);
        assert_eq!(of("page"), of("page"));
        let waits: BTreeSet<_> = (0..1000).map(|n| of(&format!("case-{n}"))).collect();
        assert!(waits.len() > 600, "only {} different waits", waits.len());
        assert!(*waits.first().unwrap() < SignedDuration::from_mins(49));
        assert!(*waits.last().unwrap() > SignedDuration::from_mins(71));
    }

    #[test]
    fn the_spread_never_changes_between_releases() {
        let rules = RetryRules::default();
        let waits = [1, 2, 3].map(|attempts| wait(&rules, attempts, None, "debrief").as_millis());
        assert_eq!(waits, [11_946, 32_700, 143_616]);
    }

    #[rstest]
    #[case::the_last_attempt(RetryRules::default(), 10)]
    #[case::beyond_it(RetryRules::default(), u32::MAX)]
    #[case::no_schedule(RetryRules { schedule: Vec::new(), ..RetryRules::default() }, 1)]
    #[case::one_attempt_only(RetryRules { give_up_after: 1, ..RetryRules::default() }, 1)]
    fn trying_ends(#[case] rules: RetryRules, #[case] attempts: u32) {
        let asked = Some(SignedDuration::from_secs(5));
        assert_eq!(rules.next_attempt(attempts, asked, "page"), Next::GiveUp);
    }

    #[test]
    fn the_longest_durations_do_not_overflow() {
        let rules = RetryRules {
            schedule: vec![SignedDuration::MAX],
            max_retry_after: SignedDuration::MAX,
            ..RetryRules::default()
        };
        let next = rules.next_attempt(1, Some(SignedDuration::MAX), "page");
        assert!(matches!(next, Next::After(wait) if wait.is_positive()));
    }
}
