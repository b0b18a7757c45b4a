//! A panic while a request is answered is a defect here and nobody else's affair: that request fails, as any other may, and the service and
//! the connection go on.
//!
//! What a panic says is not repeated, as it may quote the request (a text that is cut in the wrong place is quoted whole). Where it came
//! from stands in the log.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use crate::dispatch::Failure;
use crate::serve::metrics::Metrics;

/// Waits for something. If it panics, that is counted and becomes a [`Failure`].
pub async fn unbroken<T>(metrics: &Metrics, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // What requests share is whole whenever a lock on it is given back.
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        metrics.panic();
        Err(Failure::internal("a panic; the line before this one in the log has its place"))
    })
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::sync::Arc;
    use std::time::Duration;

    use async_trait::async_trait;
    use axum::Router;
    use axum::body::Body;
    use axum::extract::connect_info::MockConnectInfo;
    use axum::http::Request;
    use axum::routing::any;
    use http_body_util::BodyExt as _;
    use mwsc_contract::Value;
    use tower::ServiceExt as _;
    use tracing::instrument::WithSubscriber as _;

    use crate::accounts::Memory;
    use crate::app::{App, Known, router};
    use crate::dispatch::{Backend, Call, Failure, Grants};
    use crate::serve::request::{Around, around};
    use crate::settings::Settings;
    use crate::testing::Log;

    /// A back end with a defect.
    struct Broken;

    #[async_trait]
    impl Backend for Broken {
        async fn call(&self, call: Call<'_>) -> Result<Value, Failure> {
            panic!("what {} sent is quoted", call.caller.username)
        }
    }

    fn app() -> Arc<App> {
        let accounts = Memory::new(Duration::from_secs(60)).with(7, "ann", "secret", "a0", Grants::Roles);
        Arc::new(App {
            build: crate::testing::interface(),
            backend: Arc::new(Broken),
            accounts: Arc::new(accounts),
            settings: Settings::default(),
            metrics: Arc::default(),
            known: Known::default(),
        })
    }

    fn layered(app: &Arc<App>, router: Router) -> Router {
        let around_it = Around { app: app.clone(), limit: Duration::from_secs(10), head_bytes: 10_000 };
        let router = router.layer(axum::middleware::from_fn_with_state(around_it, around));
        router.layer(MockConnectInfo(SocketAddr::from(([127, 0, 0, 1], 9))))
    }

    async fn ask(router: &Router, request: Request<Body>) -> (u16, String) {
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_of_a_back_end_is_a_failure_in_the_words_of_each_protocol() {
        let app = app();
        let router = layered(&app, router(app.clone()));
        let said = "The server failed to carry this out.";
        let soap = |action: &str| {
            let space = "http://schemas.xmlsoap.org/soap/envelope/";
            format!("<e:Envelope xmlns:e='{space}'><e:Body>{action}</e:Body></e:Envelope>")
        };
        let basic = "Basic YW5uOnNlY3JldA==";
        let plain = "wsfunction=get_categories&wsusername=ann&wspassword=secret&wsformatout=";
        for (path, kind, body, status, shape) in [
            ("/api/mdl_soapserver/get_categories", "application/json", "{}".to_owned(), 500, "\"code\":\"internalerror\""),
            (
                "/services/mdl_soapserver",
                "text/xml",
                soap("<get_categories xmlns='urn:moodle:ws:mdl_soapserver'/>"),
                500,
                "<errorcode>internalerror",
            ),
            ("/wspp/service_pp2.php", "application/x-www-form-urlencoded", format!("{plain}json"), 200, "\"errorcode\":\"internalerror\""),
            ("/wspp/service_pp2.php", "application/x-www-form-urlencoded", format!("{plain}xml"), 200, "<EXCEPTION class="),
            ("/wspp/service_pp2.php", "application/x-www-form-urlencoded", format!("{plain}php"), 200, "b:0;"),
        ] {
            let request = Request::post(path).header("content-type", kind).header("authorization", basic).body(Body::from(body)).unwrap();
            let (found, text) = ask(&router, request).await;
            assert!(found == status && text.contains(said) && text.contains(shape) && !text.contains("quoted"), "{path}: {found} {text}");
        }
        let counted = app.metrics.text();
        assert!(counted.contains("mwsd_panics_total 5"), "{counted}");
        assert!(counted.contains("mwsd_calls_total{operation=\"get_categories\",outcome=\"internalerror\"} 5"), "{counted}");
    }

    /// Whatever else panics, too; and the log says which request it was.
    #[tokio::test]
    async fn a_panic_elsewhere_is_refused_with_the_id_of_the_request_in_the_log() {
        let (app, log) = (app(), Log::default());
        let broken = Router::new().fallback(any(async |request: Request<Body>| -> String { panic!("{} is quoted", request.uri()) }));
        let router = layered(&app, broken);
        let asked = async {
            for (path, shape) in
                [("/api/s/f", "application/problem+json"), ("/wspp/service_pp.php", ":Fault>"), ("/webservice/rest/x", "<EXCEPTION")]
            {
                let request = Request::post(path).header("x-request-id", "the-id").body(Body::empty()).unwrap();
                let response = router.clone().oneshot(request).await.unwrap();
                let (head, body) = response.into_parts();
                let text = format!("{head:?}{}", String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()));
                assert!(head.status == 500 && text.contains(shape) && text.contains("the-id") && !text.contains("quoted"), "{text}");
            }
        };
        asked.with_subscriber(log.subscriber()).await;
        let text = log.text();
        assert_eq!(
            text.lines().filter(|line| line.contains("ERROR") && line.contains("id=the-id") && line.contains("a panic")).count(),
            3,
            "{text}"
        );
        assert!(app.metrics.text().contains("mwsd_panics_total 3"));
        assert!(app.metrics.text().contains("mwsd_requests_total{protocol=\"json\",status=\"500\"} 1"), "{}", app.metrics.text());
    }
}
