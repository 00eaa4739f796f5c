use rstest::rstest;

use super::*;

fn heading(level: u8, text: &str) -> Piece {
    Piece::Heading {
        level,
        text: text.to_owned(),
    }
}

fn passage(text: &str, place: Place, manner: Manner) -> Piece {
    Piece::Passage(Passage {
        text: text.to_owned(),
        place,
        manner,
    })
}

fn words(text: &str) -> Piece {
    passage(text, Place::Paragraph, Manner::Plain)
}

fn prompt(text: &str) -> Piece {
    passage(text, Place::Paragraph, Manner::Emphasised)
}

fn answer(text: &str) -> Piece {
    passage(text, Place::Item, Manner::Emphasised)
}

fn row(label: &str, text: &str, manner: Manner) -> Piece {
    let label = Some(label.to_owned());
    passage(text, Place::Cell { label }, manner)
}

fn item(text: &str, assignee: Option<&str>, due: Option<&str>) -> Piece {
    Piece::Item(PageItem {
        text: text.to_owned(),
        assignee: assignee.map(str::to_owned),
        due: due.map(|due| due.parse().unwrap()),
        status: ItemStatus::Open,
    })
}

/// A page as a template makes it, with the record's own impact.
fn created() -> Vec<Piece> {
    vec![
        row("Service", "Checkout", Manner::Plain),
        row("Incident leader", "Nobody yet.", Manner::Emphasised),
        heading(2, "Description"),
        prompt("What happened?"),
        heading(2, "Timeline"),
        passage("10:05", Place::Quoted, Manner::Plain),
        prompt("Add what the record does not know."),
        heading(2, "Contributing factors"),
        prompt("Ask why five times."),
        answer("Why did it happen? Because …"),
        answer("Why was that? Because …"),
        answer("Why was that? Because …"),
        heading(2, "How we fixed it"),
        heading(3, "For now"),
        prompt("What stopped the pain?"),
        heading(2, "Customer impact"),
        words("Checkouts failed for an hour."),
        words("3 organisations in 12 rows: the sheet."),
        heading(2, "Corrective actions"),
        prompt("Type [] to add a task."),
        item(
            "Before the meeting: complete the page",
            Some("a1"),
            Some("2026-03-03"),
        ),
        item("After the meeting: see that all have a date", None, None),
        heading(2, "About the meeting"),
        words("Why then: it suits everybody."),
        words("Prepared by Debrief · 0123"),
    ]
}

/// The same page of an incident that nobody has written about.
fn form() -> Form {
    let mut pieces = created();
    pieces[16] = prompt("What did customers notice?");
    Form::of(&PageText { pieces })
}

/// The same page when everything on it is well.
fn complete() -> Vec<Piece> {
    let mut page = created();
    page[1] = row("Incident leader", "@Ada", Manner::Plain);
    page[3] = words("The disk was full.");
    page[9] = answer("Why did it happen? Because the disk was full.");
    page[10] = answer("Why was that? Because nobody was told.");
    page[11] = passage(
        "Why was that? There was no alert.",
        Place::Item,
        Manner::Plain,
    );
    page[14] = words("We deleted old logs.");
    page.insert(22, item("Add an alert", Some("a1"), Some("2026-03-09")));
    page
}

fn missing_on(pieces: Vec<Piece>) -> Vec<Missing> {
    judge(&PageText { pieces }, &form(), 2)
}

fn section(heading: &str) -> Missing {
    Missing::Section {
        heading: heading.to_owned(),
    }
}

fn answers(at: &str, prompt: &str, count: usize) -> Missing {
    Missing::Answers {
        at: Some(at.to_owned()),
        prompt: prompt.to_owned(),
        count,
    }
}

fn part(item: &str, lacks: Lacks) -> Missing {
    Missing::Part {
        item: item.to_owned(),
        lacks,
    }
}

#[test]
fn on_a_page_that_nobody_touched_everything_that_was_asked_is_missing() {
    assert_eq!(
        missing_on(created()),
        [
            answers("Incident leader", "Nobody yet.", 1),
            answers("Description", "What happened?", 1),
            answers("Contributing factors", "Why did it happen? Because …", 3),
            answers("For now", "What stopped the pain?", 1),
            Missing::Items,
        ]
    );
}

#[test]
fn nothing_is_missing_on_a_page_that_was_filled_in_with_its_guidance_left_on_it() {
    assert_eq!(missing_on(complete()), []);
}

#[test]
fn sections_may_be_renamed_moved_and_deleted() {
    let mut page = complete();
    page[2] = heading(1, "Summary");
    let moved: Vec<Piece> = page.drain(4..7).collect();
    page.extend(moved);
    page.retain(|piece| !matches!(piece, Piece::Heading { text, .. } if text == "How we fixed it"));
    assert_eq!(missing_on(page), []);
    // Renamed and unanswered: the prompt tells, under the new name.
    let mut page = complete();
    page[2] = heading(1, "Summary");
    page[3] = prompt("What happened?");
    assert_eq!(missing_on(page), [answers("Summary", "What happened?", 1)]);
    assert_eq!(
        missing_on(Vec::new()),
        [],
        "an empty page is a decision too"
    );
}

#[rstest]
#[case::nothing(&[], true)]
#[case::later(&["TBD."], true)]
#[case::dashes(&["–", "..."], true)]
#[case::words(&["Nothing that customers saw."], false)]
#[case::a_word(&["None"], false)]
fn a_section_whose_prompt_was_deleted_asks_for_words(#[case] typed: &[&str], #[case] asks: bool) {
    let mut page = complete();
    page.splice(3..4, typed.iter().map(|text| words(text)));
    let expected = Vec::from_iter(asks.then(|| section("Description")));
    assert_eq!(missing_on(page), expected);
}

#[test]
fn a_picture_a_quotation_or_a_list_fills_a_section() {
    let quoted = passage("Customers wrote to us", Place::Quoted, Manner::Plain);
    let listed = passage("Logs were deleted", Place::Item, Manner::Plain);
    for piece in [Piece::Figure, quoted, listed] {
        let mut page = complete();
        page[3] = piece;
        assert_eq!(missing_on(page), []);
    }
}

#[test]
fn what_came_with_the_page_does_not_fill_a_section_that_asked_for_words() {
    let mut page = complete();
    page.remove(16);
    assert_eq!(missing_on(page), [section("Customer impact")]);
}

#[test]
fn a_prompt_counts_until_words_stand_where_it_stands() {
    // The italics taken off, the prompt is a prompt still.
    let mut page = complete();
    page[3] = words("What  happened?");
    assert_eq!(
        missing_on(page),
        [answers("Description", "What  happened?", 1)]
    );
    // Answered behind it.
    let mut page = complete();
    page[3] = prompt("What happened? The disk was full.");
    assert_eq!(missing_on(page), []);
    let mut page = complete();
    page[3] = passage("Type here", Place::Paragraph, Manner::Placeholder);
    assert_eq!(missing_on(page), [answers("Description", "Type here", 1)]);
}

#[test]
fn empty_sections_that_people_added_are_asked_about_and_empty_headings_are_not() {
    let mut page = complete();
    page.push(heading(2, "Lessons"));
    page.push(heading(2, ""));
    page.push(heading(2, "Parts"));
    page.push(heading(3, "Part"));
    page.push(words("Words."));
    assert_eq!(missing_on(page), [section("Lessons")]);
}

#[test]
fn each_open_item_has_somebody_and_a_date() {
    let mut page = complete();
    page.splice(
        22..23,
        [
            item("One", None, Some("2026-03-09")),
            item("Two", Some("a1"), None),
            item("", Some("a1"), None),
            item("", None, Some("2026-03-09")),
        ],
    );
    let Piece::Item(mut done) = item("Done", None, None) else {
        panic!("an item");
    };
    done.status = ItemStatus::Done;
    page.push(Piece::Item(done));
    assert_eq!(
        missing_on(page),
        [
            part("One", Lacks::Assignee),
            part("Two", Lacks::Date),
            part("", Lacks::Date),
            Missing::Priorities { open: 3, most: 2 },
        ]
    );
}

#[test]
fn the_pages_own_tasks_are_no_action_items_whoever_has_them_now() {
    let mut page = complete();
    page[21] = item(
        "After the meeting:  see that all have a date",
        Some("a2"),
        None,
    );
    page.remove(22);
    assert_eq!(missing_on(page), [Missing::Items]);
}

#[test]
fn action_items_are_not_asked_for_where_their_section_was_deleted_or_never_was() {
    let mut page = complete();
    page.drain(18..23);
    assert_eq!(missing_on(page.clone()), []);
    // Its heading alone is enough to ask.
    page.push(heading(2, "Corrective actions"));
    assert_eq!(missing_on(page), [Missing::Items]);
    let own = Form::of(&PageText {
        pieces: vec![heading(2, "Notes"), prompt("Write.")],
    });
    let page = PageText {
        pieces: vec![heading(2, "Notes"), words("Written.")],
    };
    assert_eq!(judge(&page, &own, 7), []);
}

#[test]
fn a_template_of_ones_own_asks_in_italics_or_with_placeholders() {
    let created = PageText {
        pieces: vec![
            heading(1, "What"),
            words("TBD: describe it"),
            heading(1, "Why"),
            passage("Type", Place::Paragraph, Manner::Placeholder),
        ],
    };
    let form = Form::of(&created);
    assert_eq!(judge(&created, &form, 7), [answers("Why", "Type", 1)]);
    let emptied = PageText {
        pieces: vec![heading(1, "What"), heading(1, "Why"), words("Because.")],
    };
    assert_eq!(judge(&emptied, &form, 7), [section("What")]);
}

#[test]
fn the_wording_of_people_is_what_did_not_come_with_the_page() {
    let mut page = complete();
    page.push(passage("said elsewhere", Place::Quoted, Manner::Plain));
    let page = PageText { pieces: page };
    let written: Vec<&str> = page
        .written(&form())
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert_eq!(
        written,
        [
            "@Ada",
            "The disk was full.",
            "Why did it happen? Because the disk was full.",
            "Why was that? Because nobody was told.",
            "Why was that? There was no alert.",
            "We deleted old logs.",
            "Checkouts failed for an hour.",
            "Add an alert",
        ]
    );
}

#[test]
fn a_form_is_remembered_without_its_words_and_comes_back() {
    let stored = serde_json::to_string(&form()).unwrap();
    assert!(!stored.contains("Checkout") && !stored.contains("Ada"));
    assert_eq!(serde_json::from_str::<Form>(&stored).unwrap(), form());
}
