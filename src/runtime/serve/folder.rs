//! The folder of the base URL. Most servers that `mwsd` succeeds lay in one, `https://school.example/moodle`, and their clients call below
//! it.
//!
//! A proxy in front may leave the folder in the paths of requests, or take it away: both are understood.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::Redirect;
use axum::routing::any;
use tower::ServiceExt as _;

use crate::endpoint::is_plain;

/// A router that answers below the folder of a base URL as it does at the root.
pub fn mounted(router: Router, base_url: &str) -> Router {
    let Some(folder) = folder(base_url).filter(|folder| is_plain(folder)) else { return router };
    let (base_url, slashed) = (base_url.to_owned(), format!("{folder}/"));
    // The page asks for what lies beside it, so it has to know where it is.
    let outside = Router::new().route(folder, any(async move || Redirect::permanent(&slashed)));
    outside.fallback_service(router.map_request(move |mut request: Request<Body>| {
        if let Some(uri) = request.uri().path_and_query().and_then(|path| inside(&base_url, path.as_str()).parse().ok()) {
            *request.uri_mut() = uri;
        }
        request
    }))
}

/// A path, with a query or without, as it is inside the folder of a base URL; as it is when it does not lie there.
pub fn inside<'p>(base_url: &str, path: &'p str) -> &'p str {
    let inside = folder(base_url).and_then(|folder| path.strip_prefix(folder));
    inside.filter(|rest| rest.starts_with('/')).unwrap_or(path)
}

/// The path of a URL, without a slash at its end; `None` when there is none.
fn folder(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let path = rest[rest.find('/')?..].trim_end_matches('/');
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::echo;

    #[tokio::test]
    async fn a_server_in_a_folder_is_called_below_it_and_without() {
        let router = mounted(echo(false), "https://school.example/a/moodle");
        let status = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap().status().as_u16()
        };
        let call = "/webservice/rest/server.php?wstoken=a0&wsfunction=core_echo&id=1";
        assert_eq!((status(call).await, status(&format!("/a/moodle{call}")).await), (200, 200));
        assert_eq!((status("/a/moodle/").await, status("/a/moodle").await, status("/").await), (200, 308, 200));
        assert_eq!((status("/a/moodles/").await, status("/a/").await, status(&format!("/moodle{call}")).await), (404, 404, 404));
    }

    #[test]
    fn folders_of_base_urls() {
        assert_eq!(folder("http://h/moodle"), Some("/moodle"));
        assert_eq!(folder("http://h:80/a/b/"), Some("/a/b"));
        assert_eq!((folder("http://h"), folder("http://h/"), folder("h/moodle")), (None, None, None));
        assert_eq!(
            (inside("http://h/moodle", "/moodle/a?b"), inside("http://h/moodle", "/moodles"), inside("http://h", "/a")),
            ("/a?b", "/moodles", "/a")
        );
    }
}
