//! Plain HTTP for what people and other systems do to the vendors behind Debrief's back.

use serde_json::Value;

use super::Installation;

impl Installation {
    /// Calls a vendor and insists on success. Answers `null` where there is no body.
    #[expect(
        clippy::disallowed_methods,
        reason = "a client that shares nothing with the program's own"
    )]
    pub async fn http(
        &self,
        method: &str,
        address: &str,
        authorization: &str,
        body: Option<&Value>,
    ) -> Value {
        // reqwest panics without a provider; installing one twice is refused and harmless.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let method = method.parse().expect("an HTTP method");
        let mut request = client
            .request(method, address)
            .header("authorization", authorization);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.expect("the sandbox answers");
        let status = response.status();
        let text = response.text().await.expect("a whole answer");
        assert!(status.is_success(), "{address}: {status}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}
