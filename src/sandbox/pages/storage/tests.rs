//! What is rendered, and what is not let through.
use super::*;

fn html(body: &str) -> String {
    storage_html(body, &|account| {
        (account == "a1").then(|| "Ana <R>".to_owned())
    })
}

#[test]
fn what_pages_are_made_of_is_rendered() {
    let table = [
        ("<h1>A</h1>", "<h2 id=\"h"),
        ("<h6>A</h6>", "</h6>"),
        (
            "<p>a&nbsp;<strong>b</strong><br /></p>",
            "<p>a\u{a0}<strong>b</strong><br></p>",
        ),
        (
            "<table><tbody><tr><td colspan=\"2\">x</td></tr></tbody></table>",
            "<td colspan=\"2\">x</td>",
        ),
        (
            "<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>x</ac:task-body></ac:task></ac:task-list>",
            "<li class=\"done\">",
        ),
        (
            "<ac:link><ri:user ri:account-id=\"a1\" /></ac:link>",
            "<span class=\"mention\">@Ana &lt;R&gt;</span>",
        ),
        ("<ac:link><ri:user ri:account-id=\"a2\" /></ac:link>", "@a2"),
        (
            "<ac:link><ri:user ri:userkey=\"a1\" /></ac:link>",
            "<span class=\"mention\">@Ana &lt;R&gt;</span>",
        ),
        (
            "<time datetime=\"2026-05-07\" />",
            "<time class=\"pill\">7 May 2026</time>",
        ),
        (
            "<a href=\"https://x.test/\" data-card-appearance=\"inline\">x</a>",
            "<a class=\"card-link\" href=\"https://x.test/\">x</a>",
        ),
        (
            "<ac:structured-macro ac:name=\"info\"><ac:rich-text-body><p>x</p></ac:rich-text-body></ac:structured-macro>",
            "<div class=\"panel info\"><p>x</p></div>",
        ),
        (
            "<ac:structured-macro ac:name=\"expand\"><ac:parameter ac:name=\"title\">More</ac:parameter><ac:rich-text-body>x</ac:rich-text-body></ac:structured-macro>",
            "<details><summary>More</summary>x</details>",
        ),
        (
            "<ac:structured-macro ac:name=\"status\"><ac:parameter ac:name=\"colour\">Red</ac:parameter><ac:parameter ac:name=\"title\">SEV1</ac:parameter></ac:structured-macro>",
            "<span class=\"lozenge red\">SEV1</span>",
        ),
        (
            "<ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[a <b>\n  c]]></ac:plain-text-body></ac:structured-macro>",
            "<pre class=\"code\">a &lt;b&gt;\n  c</pre>",
        ),
        (
            "<ac:structured-macro ac:name=\"details\"><ac:rich-text-body>x</ac:rich-text-body></ac:structured-macro>",
            "<div class=\"properties\">x</div>",
        ),
        (
            "<ac:structured-macro ac:name=\"roadmap\"><ac:rich-text-body>x</ac:rich-text-body></ac:structured-macro>",
            "Macro “roadmap”",
        ),
        ("<ac:emoticon ac:name=\"tick\" />", "✅"),
        (
            "<ac:link><ri:page ri:content-title=\"Runbook\" /></ac:link>",
            "<span class=\"page-link\">Runbook</span>",
        ),
    ];
    for (body, expected) in table {
        assert!(html(body).contains(expected), "{body}: {}", html(body));
    }
}

#[test]
fn a_table_of_contents_links_to_the_headings() {
    let out = html("<ac:structured-macro ac:name=\"toc\" /><h1>One</h1><h2>Two</h2>");
    let anchor = out
        .split("<h2 id=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap_or("none");
    assert!(
        out.contains(&format!(
            "<li class=\"level-1\"><a href=\"#{anchor}\">One</a></li>"
        )),
        "{out}"
    );
}

#[test]
fn no_markup_but_ours_gets_through() {
    for body in [
        "<script>alert(1)</script>",
        "<p onclick=\"alert(1)\">x</p>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<iframe src=\"https://x.test\">x</iframe>",
        "<img src=\"https://x.test/a.png\" />",
        "<td colspan=\"2 onclick=alert(1)\">x</td>",
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        "<p style=\"background:url(https://x.test)\">x</p>",
        "<ac:structured-macro ac:name=\"&lt;script&gt;\"><ac:parameter ac:name=\"title\">&lt;img onclick=x&gt;</ac:parameter></ac:structured-macro>",
        "<p>not <well formed",
    ] {
        let out = html(body);
        for bad in [
            "<script",
            "onclick=\"",
            "<img",
            "<iframe",
            "href=\"javascript",
            "style=",
        ] {
            assert!(!out.contains(bad), "{body}: {out}");
        }
    }
}
