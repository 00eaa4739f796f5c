//! Plain HTTP for what people and other systems do to the vendors behind Debrief's back.

use serde_json::Value;

use super::Installation;

/// A client that shares nothing with the program's own.
#[expect(
    clippy::disallowed_methods,
    reason = "what people use is none of the program's business"
)]
fn client() -> reqwest::Client {
    // reqwest panics without a provider; installing one twice is refused and harmless.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client")
}

/// Sends a request and insists on success. Answers `null` where there is no body.
async fn send(request: reqwest::RequestBuilder) -> Value {
    let response = request.send().await.expect("the sandbox answers");
    let (status, address) = (response.status(), response.url().clone());
    let text = response.text().await.expect("a whole answer");
    assert!(status.is_success(), "{address}: {status}: {text}");
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

impl Installation {
    /// Calls a vendor with a JSON body, or none.
    pub async fn http(
        &self,
        method: &str,
        address: &str,
        authorization: &str,
        body: Option<&Value>,
    ) -> Value {
        let method = method.parse().expect("an HTTP method");
        let request = client()
            .request(method, address)
            .header("authorization", authorization);
        send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Reads from PagerDuty.
    pub async fn pagerduty(&self, address: &str) -> Value {
        let request = client()
            .get(address)
            .header("authorization", "Token token=sandbox-pagerduty-key")
            .header("accept", "application/vnd.pagerduty+json;version=2");
        send(request).await
    }

    /// Calls a vendor with a form.
    pub async fn post_form(&self, address: &str, form: &[(&str, &str)]) -> Value {
        send(client().post(address).form(form)).await
    }
}
