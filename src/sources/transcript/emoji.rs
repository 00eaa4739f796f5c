//! The emoji that incident channels live on, by the names Slack gives them.
//!
//! A table and no crate: those that know all names know GitHub's, which are others for the circles and squares that stand
//! for a state, and would bring a second copy of what they hash with. A name that is not here, such as one of a
//! workspace's own emoji, stays as it is written.

/// In the order of their names.
const KNOWN: &[(&str, &str)] = &[
    ("+1", "👍"),
    ("-1", "👎"),
    ("100", "💯"),
    ("alarm_clock", "⏰"),
    ("ambulance", "🚑"),
    ("arrow_down", "⬇️"),
    ("arrow_right", "➡️"),
    ("arrow_up", "⬆️"),
    ("arrows_counterclockwise", "🔄"),
    ("bar_chart", "📊"),
    ("bell", "🔔"),
    ("black_circle", "⚫"),
    ("book", "📖"),
    ("boom", "💥"),
    ("bug", "🐛"),
    ("bulb", "💡"),
    ("chart_with_downwards_trend", "📉"),
    ("chart_with_upwards_trend", "📈"),
    ("clap", "👏"),
    ("construction", "🚧"),
    ("crossed_fingers", "🤞"),
    ("cry", "😢"),
    ("dart", "🎯"),
    ("exclamation", "❗"),
    ("eyes", "👀"),
    ("face_palm", "🤦"),
    ("facepalm", "🤦"),
    ("fire", "🔥"),
    ("fire_engine", "🚒"),
    ("fire_extinguisher", "🧯"),
    ("gear", "⚙️"),
    ("green_heart", "💚"),
    ("hand", "✋"),
    ("heart", "❤️"),
    ("heavy_check_mark", "✔️"),
    ("heavy_exclamation_mark", "❗"),
    ("heavy_minus_sign", "➖"),
    ("heavy_plus_sign", "➕"),
    ("hourglass", "⌛"),
    ("hourglass_flowing_sand", "⏳"),
    ("information_source", "ℹ️"),
    ("joy", "😂"),
    ("key", "🔑"),
    ("large_blue_circle", "🔵"),
    ("large_brown_circle", "🟤"),
    ("large_green_circle", "🟢"),
    ("large_green_square", "🟩"),
    ("large_orange_circle", "🟠"),
    ("large_orange_square", "🟧"),
    ("large_purple_circle", "🟣"),
    ("large_red_square", "🟥"),
    ("large_yellow_circle", "🟡"),
    ("large_yellow_square", "🟨"),
    ("lock", "🔒"),
    ("loudspeaker", "📢"),
    ("mag", "🔍"),
    ("mega", "📣"),
    ("memo", "📝"),
    ("moneybag", "💰"),
    ("muscle", "💪"),
    ("mute", "🔇"),
    ("no_entry", "⛔"),
    ("no_entry_sign", "🚫"),
    ("octagonal_sign", "🛑"),
    ("ok", "🆗"),
    ("ok_hand", "👌"),
    ("package", "📦"),
    ("partying_face", "🥳"),
    ("phone", "☎️"),
    ("point_down", "👇"),
    ("point_left", "👈"),
    ("point_right", "👉"),
    ("point_up", "☝️"),
    ("pray", "🙏"),
    ("pushpin", "📌"),
    ("question", "❓"),
    ("raised_hand", "✋"),
    ("raised_hands", "🙌"),
    ("raising_hand", "🙋"),
    ("recycle", "♻️"),
    ("red_circle", "🔴"),
    ("repeat", "🔁"),
    ("rewind", "⏪"),
    ("robot_face", "🤖"),
    ("rocket", "🚀"),
    ("rotating_light", "🚨"),
    ("satellite", "🛰️"),
    ("scream", "😱"),
    ("see_no_evil", "🙈"),
    ("shield", "🛡️"),
    ("shrug", "🤷"),
    ("skull", "💀"),
    ("slightly_smiling_face", "🙂"),
    ("smile", "😄"),
    ("snail", "🐌"),
    ("sob", "😭"),
    ("sos", "🆘"),
    ("sparkles", "✨"),
    ("speech_balloon", "💬"),
    ("stopwatch", "⏱️"),
    ("sweat", "😓"),
    ("sweat_smile", "😅"),
    ("tada", "🎉"),
    ("telephone_receiver", "📞"),
    ("thinking_face", "🤔"),
    ("thread", "🧵"),
    ("thumbsdown", "👎"),
    ("thumbsup", "👍"),
    ("ticket", "🎫"),
    ("triangular_flag_on_post", "🚩"),
    ("turtle", "🐢"),
    ("unlock", "🔓"),
    ("upside_down_face", "🙃"),
    ("vertical_traffic_light", "🚦"),
    ("warning", "⚠️"),
    ("wave", "👋"),
    ("white_check_mark", "✅"),
    ("white_circle", "⚪"),
    ("wrench", "🔧"),
    ("x", "❌"),
    ("zap", "⚡"),
];

/// Skin tones, which follow an emoji as a name of their own: `:wave::skin-tone-2:`.
const TONES: [(&str, &str); 5] = [
    ("skin-tone-2", "\u{1F3FB}"),
    ("skin-tone-3", "\u{1F3FC}"),
    ("skin-tone-4", "\u{1F3FD}"),
    ("skin-tone-5", "\u{1F3FE}"),
    ("skin-tone-6", "\u{1F3FF}"),
];

/// The character of a name without colons; a tone may follow the name, as in `wave::skin-tone-2`.
pub fn character(name: &str) -> Option<&'static str> {
    let name = name.split("::").next().unwrap_or(name);
    let known = |table: &[(&str, &'static str)]| {
        table
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, character)| *character)
    };
    known(KNOWN).or_else(|| known(&TONES))
}

/// A text with the names of known emoji, in colons, replaced by their characters.
pub fn replaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(':') {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let inside = &from[1..];
        let length = inside
            .bytes()
            .take_while(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-+'".contains(byte)
            })
            .count();
        let name = &inside[..length];
        let character = character(name).filter(|_| inside[length..].starts_with(':'));
        rest = match character {
            Some(character) => {
                out.push_str(character);
                &inside[length + 1..]
            }
            // What ends the name may begin the next one.
            None => {
                out.push(':');
                out.push_str(name);
                &inside[length..]
            }
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(":fire:", "🔥")]
    #[case("it is :fire:!", "it is 🔥!")]
    #[case(":wave::skin-tone-2:", "👋\u{1F3FB}")]
    #[case(":eyes::white_check_mark:", "👀✅")]
    #[case(":our-own-parrot: :+1:", ":our-own-parrot: 👍")]
    #[case("at 10:30:45", "at 10:30:45")]
    #[case("a::x:b", "a:❌b")]
    #[case(":::", ":::")]
    #[case("std::fire::x", "std:🔥:x")]
    #[case(":FIRE:", ":FIRE:")]
    #[case("https://example.com:8080/", "https://example.com:8080/")]
    #[case("", "")]
    fn known_names_become_characters(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(replaced(text), expected);
    }

    #[test]
    fn every_name_is_there_once() {
        for (at, (name, _)) in KNOWN.iter().enumerate() {
            assert!(KNOWN[..at].iter().all(|(other, _)| other != name), "{name}");
        }
    }
}
