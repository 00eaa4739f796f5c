//! Uploads: metadata and bytes in one request.
//!
//! See <https://developers.google.com/workspace/drive/api/guides/manage-uploads>.

use serde_json::Value;

use crate::sandbox::google::{call::Call, errors::Refusal};

/// What came to `/upload`.
#[derive(Debug, Default, PartialEq)]
pub struct Upload {
    /// The JSON part; null where there is none.
    pub metadata: Value,
    /// The content's type.
    pub media_type: Option<String>,
    /// The content.
    pub content: Option<Vec<u8>>,
}

impl Upload {
    /// The upload in a call; `None` where the call is no upload.
    ///
    /// # Errors
    /// 400 where `uploadType` or the body is wrong.
    pub fn of(call: &Call<'_>) -> Result<Option<Self>, Refusal> {
        if !call.request.path.starts_with("/upload/") {
            return Ok(None);
        }
        let content_type = call.request.header("content-type").unwrap_or_default();
        match call.query("uploadType") {
            Some("media") => Ok(Some(Self {
                metadata: Value::Null,
                media_type: (!content_type.is_empty()).then(|| content_type.to_owned()),
                content: Some(call.request.body.clone()),
            })),
            Some("multipart") => Self::multipart(content_type, &call.request.body).map(Some),
            Some("resumable") => Err(Refusal::not_emulated(
                "resumable uploads; use uploadType=multipart",
            )),
            Some(_) | None => Err(Refusal::front_end(
                400,
                "badRequest",
                "Uploads must be sent with uploadType=media or uploadType=multipart.",
            )),
        }
    }

    fn multipart(content_type: &str, body: &[u8]) -> Result<Self, Refusal> {
        let malformed = |why: &str| {
            Refusal::front_end(
                400,
                "badContent",
                format!("Malformed multipart body. {why}"),
            )
        };
        if !content_type.starts_with("multipart/related") {
            return Err(malformed("Content-Type must be multipart/related."));
        }
        let boundary = content_type
            .split(';')
            .filter_map(|part| part.trim().strip_prefix("boundary="))
            .map(|boundary| boundary.trim_matches('"'))
            .find(|boundary| !boundary.is_empty())
            .ok_or_else(|| malformed("There is no boundary."))?;
        let parts =
            parts(body, boundary).ok_or_else(|| malformed("It does not end with its boundary."))?;
        let [metadata, media] = parts.as_slice() else {
            return Err(malformed(
                "There must be two parts: the metadata and the content.",
            ));
        };
        let (head, json) = split_head(metadata).ok_or_else(|| malformed("A part has no head."))?;
        if !header(head, "content-type").is_some_and(|kind| kind.starts_with("application/json")) {
            return Err(malformed("The first part must be application/json."));
        }
        let metadata =
            serde_json::from_slice(json).map_err(|error| malformed(&error.to_string()))?;
        let (head, content) = split_head(media).ok_or_else(|| malformed("A part has no head."))?;
        let content = match header(head, "content-transfer-encoding").as_deref() {
            Some("base64") => {
                return Err(Refusal::not_emulated("base64 parts; send them as binary"));
            }
            Some(_) | None => content.to_vec(),
        };
        Ok(Self {
            metadata,
            media_type: header(head, "content-type"),
            content: Some(content),
        })
    }
}

/// The parts between the boundaries; `None` where the last boundary is missing.
fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<&'a [u8]>> {
    let delimiter = format!("--{boundary}");
    let mut found = Vec::new();
    let mut rest = body;
    let mut inside = false;
    loop {
        let at = find(rest, delimiter.as_bytes())?;
        if inside {
            let part = &rest[..at];
            found.push(
                part.strip_suffix(b"\r\n")
                    .or_else(|| part.strip_suffix(b"\n"))
                    .unwrap_or(part),
            );
        }
        rest = &rest[at + delimiter.len()..];
        if rest.starts_with(b"--") {
            return Some(found);
        }
        rest = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"))?;
        inside = true;
    }
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    text.windows(what.len()).position(|window| window == what)
}

fn split_head(part: &[u8]) -> Option<(&[u8], &[u8])> {
    [&b"\r\n\r\n"[..], b"\n\n"]
        .iter()
        .find_map(|gap| find(part, gap).map(|at| (&part[..at], &part[at + gap.len()..])))
}

fn header(head: &[u8], name: &str) -> Option<String> {
    String::from_utf8_lossy(head).lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim()
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn a_multipart_body_is_taken_apart() {
        let body =
            b"--x\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{\"name\":\"a\"}\r\n\
                     --x\r\ncontent-type: text/csv\r\n\r\na,b\r\n1,2\r\n\r\n--x--\r\n";
        let upload = Upload::multipart("multipart/related; boundary=x", body).unwrap();
        assert_eq!(upload.metadata, json!({"name": "a"}));
        assert_eq!(upload.media_type.as_deref(), Some("text/csv"));
        assert_eq!(upload.content.unwrap(), b"a,b\r\n1,2\r\n");
    }

    #[test]
    fn a_malformed_one_is_refused() {
        for (content_type, body) in [
            ("multipart/form-data; boundary=x", "--x\r\n--x--"),
            ("multipart/related", "--x--"),
            ("multipart/related; boundary=x", "--x\r\n\r\n{}\r\n"),
            (
                "multipart/related; boundary=x",
                "--x\r\nContent-Type: application/json\r\n\r\n{}\r\n--x--",
            ),
            (
                "multipart/related; boundary=x",
                "--x\r\nContent-Type: text/csv\r\n\r\n{}\r\n--x\r\n\r\na\r\n--x--",
            ),
        ] {
            assert_eq!(
                Upload::multipart(content_type, body.as_bytes())
                    .unwrap_err()
                    .code,
                400
            );
        }
    }
}
