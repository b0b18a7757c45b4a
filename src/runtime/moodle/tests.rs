//! Tests of Moodle's endpoints, through the router.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::testing::echo;

async fn post(app: &Router, path: &str, body: &str) -> String {
    let request =
        Request::post(path).header("content-type", "application/x-www-form-urlencoded").body(Body::from(body.to_owned())).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200, "{path} {body}");
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

const REST: &str = "/webservice/rest/server.php";

#[tokio::test]
async fn rest_in_both_formats() {
    let app = echo(false);
    let call = "wstoken=a0&wsfunction=core_echo&id=5&moodlewssettingfilter=true";
    assert_eq!(post(&app, REST, &format!("{call}&moodlewsrestformat=json")).await, r#"{"id":"5","who":"ann"}"#);
    let xml = post(&app, &format!("{REST}?{call}"), "").await;
    assert!(xml.contains("<KEY name=\"id\"><VALUE>5</VALUE>\n</KEY>"), "{xml}");
    assert_eq!(post(&app, REST, "wstoken=a0&wsfunction=core_nothing&moodlewsrestformat=json").await, "null");
    assert!(post(&app, REST, "wstoken=a0&wsfunction=core_nothing").await.ends_with("<RESPONSE>\n</RESPONSE>\n"));
}

#[tokio::test]
async fn rest_exceptions() {
    let app = echo(false);
    for (call, code) in [
        ("wsfunction=core_echo&id=5", "invalidtoken"),
        ("wstoken=b&wsfunction=core_echo&id=5", "invalidtoken"),
        ("wstoken=a0", "invalidparameter"),
        ("wstoken=a0&wsfunction=core_gone", "invalidrecord"),
        ("wstoken=a0&wsfunction=core_echo", "invalidparameter"),
        ("wstoken=a0&wsfunction=core_echo&id=5&more=1", "invalidparameter"),
    ] {
        let answer = post(&app, REST, &format!("{call}&moodlewsrestformat=json")).await;
        assert!(answer.contains(&format!("\"errorcode\":\"{code}\"")) && !answer.contains("debuginfo"), "{call}: {answer}");
        let answer = post(&app, REST, call).await;
        assert!(answer.contains(&format!("<ERRORCODE>{code}</ERRORCODE>")), "{call}: {answer}");
    }
}

#[tokio::test]
async fn a_token_is_for_one_service() {
    let app = echo(false);
    assert_eq!(post(&app, "/login/token.php", "appsitecheck=1").await, r#"{"appsitecheck":"ok"}"#);
    let answer = post(&app, "/login/token.php", "username=ann&password=secret&service=two").await;
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    let token = answer["token"].as_str().unwrap();
    let call = async |function: &str| post(&app, REST, &format!("wstoken={token}&wsfunction={function}&moodlewsrestformat=json")).await;
    assert!(call("core_echo").await.contains("accessexception"));
    assert_eq!(call("core_other").await, "null");
    for (fields, code) in [
        ("username=ann&password=wrong&service=two", "invalidlogin"),
        ("username=ann&password=secret&service=none", "servicenotavailable"),
        ("username=ann&password=secret", "missingparam"),
    ] {
        let answer = post(&app, "/login/token.php", fields).await;
        assert!(answer.contains(&format!("\"errorcode\":\"{code}\",\"stacktrace\":null")), "{answer}");
    }
}

#[tokio::test]
async fn xml_rpc() {
    let app = echo(true);
    let call =
        |function: &str, params: &str| format!("<methodCall><methodName>{function}</methodName><params>{params}</params></methodCall>");
    let number = "<param><value><string>5</string></value></param>";
    let path = "/webservice/xmlrpc/server.php?wstoken=a0";
    let answer = post(&app, path, &call("core_echo", number)).await;
    assert!(answer.contains("<member><name>id</name><value><string>5</string></value></member>"), "{answer}");
    assert!(post(&app, path, &call("core_nothing", "")).await.ends_with("<params/></methodResponse>"));
    assert!(post(&app, path, &call("core_nothing", number)).await.contains("ERRORCODE: invalidparameter"));
    assert!(post(&app, path, "<nope").await.contains("23604497"));
    assert!(post(&app, "/webservice/xmlrpc/server.php", &call("core_echo", number)).await.contains("89159464"));
}

const SOAP: &str = "/webservice/soap/server.php";

/// Status, media type and body of the answer to a request of SOAP.
async fn soap(app: &Router, path: &str, body: &str) -> (u16, String, String) {
    let text = format!("<E:Envelope xmlns:E=\"http://schemas.xmlsoap.org/soap/envelope/\"><E:Body>{body}</E:Body></E:Envelope>");
    let request = Request::post(path).header("content-type", "text/xml; charset=utf-8").body(Body::from(text)).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    let status = response.status().as_u16();
    (status, kind, String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap())
}

#[tokio::test]
async fn soap_with_a_token_in_the_address() {
    let app = echo(false);
    let call = async |body: &str| soap(&app, &format!("{SOAP}?wstoken=a0"), body).await;
    let (status, kind, text) = call("<core_echo><id>5</id></core_echo>").await;
    assert_eq!((status, kind.as_str()), (200, "text/xml; charset=utf-8"));
    let expected = "<ns1:core_echoResponse><return xsi:type=\"ns1:webservices_struct_class_000000\"><id xsi:type=\"xsd:string\">5</id>\
        <who xsi:type=\"xsd:string\">ann</who></return></ns1:core_echoResponse>";
    assert!(
        text.contains(expected) && text.contains("xmlns:ns1=\"http://localhost:8080/webservice/soap/server.php?wstoken=a0\""),
        "{text}"
    );
    assert_eq!(call("<core_nothing/>").await, (202, "text/html; charset=utf-8".to_owned(), String::new()));
    for (body, expected) in [
        ("<core_echo/>", "<faultcode>SOAP-ENV:Client</faultcode><faultstring>Missing parameter</faultstring>"),
        ("<core_gone/>", "<faultcode>SOAP-ENV:Server</faultcode><faultstring>Procedure 'core_gone' not present</faultstring>"),
        (
            "<core_echo><id xsi:nil=\"true\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"/></core_echo>",
            "<faultcode>Receiver</faultcode><faultstring>Unknown error | ERRORCODE: invalidparameter</faultstring><faultactor>invalidparameter</faultactor></SOAP-ENV:Fault>",
        ),
    ] {
        let (status, _, text) = call(body).await;
        assert!(status == 500 && text.contains(expected), "{text}");
    }
    // In debugging mode a fault says more.
    let (_, _, text) = soap(&echo(true), &format!("{SOAP}?wstoken=a0"), "<core_echo><id><a>1</a></id></core_echo>").await;
    assert!(text.contains("Violation of encoding rules"), "{text}");
}

#[tokio::test]
async fn soap_that_nobody_may_call() {
    let app = echo(false);
    let (status, kind, text) = soap(&app, &format!("{SOAP}?wstoken=b"), "<core_echo/>").await;
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\"><SOAP-ENV:Body>\
        <SOAP-ENV:Fault><faultcode>MOODLE:error</faultcode><faultstring>Invalid token - token not found</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n";
    assert_eq!((status, kind.as_str(), text.as_str()), (200, "application/xml; charset=utf-8", expected));
    let token = post(&app, "/login/token.php", "username=ann&password=secret&service=two").await;
    let token: serde_json::Value = serde_json::from_str(&token).unwrap();
    let path = format!("{SOAP}?wstoken={}", token["token"].as_str().unwrap());
    // The functions are those of the token's service, in the WSDL as well.
    assert!(soap(&app, &path, "<core_echo><id>5</id></core_echo>").await.2.contains("Procedure 'core_echo' not present"));
    let wsdl = post(&app, &format!("{path}&wsdl=1"), "").await;
    assert!(wsdl.contains("<operation name=\"core_other\">") && !wsdl.contains("core_echo"), "{wsdl}");
}

#[tokio::test]
async fn simple_servers_take_a_name_and_a_password() {
    let app = echo(false);
    let call = "wsfunction=core_echo&id=5&moodlewsrestformat=json";
    let rest = async |who: &str| post(&app, "/webservice/rest/simpleserver.php", &format!("{who}&{call}")).await;
    assert_eq!(rest("wsusername=ann&wspassword=secret").await, r#"{"id":"5","who":"ann"}"#);
    for (who, code) in [
        ("wsusername=ann&wspassword=x", "wrongusernamepassword"),
        ("wsusername=ann", "missingpassword"),
        ("wspassword=x", "missingusername"),
        ("wstoken=a0", "missingusername"),
    ] {
        assert!(rest(who).await.contains(&format!("\"errorcode\":\"{code}\"")), "{who}");
    }
    let body = "<core_echo><id>5</id></core_echo>";
    for path in ["?wsusername=ann&wspassword=secret", "/ann/secret"] {
        let (_, _, text) = soap(&app, &format!("/webservice/soap/simpleserver.php{path}"), body).await;
        assert!(text.contains("<who xsi:type=\"xsd:string\">ann</who>") && text.contains("simpleserver.php/ann/secret\""), "{text}");
    }
    let (_, _, text) = soap(&app, "/webservice/soap/simpleserver.php/ann/x", body).await;
    assert!(text.contains("<faultstring>Wrong username or password</faultstring>"), "{text}");
}

/// Moodle had it until XML-RPC left its core.
#[tokio::test]
async fn xml_rpc_takes_a_name_and_a_password_as_well() {
    let app = echo(false);
    let number = "<param><value><string>5</string></value></param>";
    let call = format!("<methodCall><methodName>core_echo</methodName><params>{number}</params></methodCall>");
    let ask = async |who: &str| post(&app, &format!("/webservice/xmlrpc/simpleserver.php?{who}"), &call).await;
    assert!(ask("wsusername=ann&wspassword=secret").await.contains("<member><name>who</name><value><string>ann</string></value></member>"));
    for (who, code) in
        [("wsusername=ann&wspassword=x", "wrongusernamepassword"), ("wsusername=ann", "missingpassword"), ("wstoken=a0", "missingusername")]
    {
        let refused = ask(who).await;
        assert!(refused.contains(&format!("ERRORCODE: {code}")), "{refused}");
    }
}

#[tokio::test]
async fn scripts_of_pages_call_several_functions_at_once() {
    let app = echo(false);
    let ask = async |script: &str, header: &str, body: &str| {
        let request =
            Request::post(format!("/lib/ajax/{script}.php")).header("authorization", header).header("content-type", "application/json");
        let response = app.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    };
    let call = |index: i64, function: &str, args: &str| format!(r#"{{"index":{index},"methodname":"{function}","args":{args}}}"#);
    let (good, bad) = (call(0, "core_echo", r#"{"id":"5"}"#), call(1, "core_echo", "{}"));
    let echoed = r#"{"error":false,"data":{"id":"5","who":"ann"}}"#;
    assert_eq!(ask("service", "Bearer a0", &format!("[{good}]")).await, format!("[{echoed}]"));
    // Other indexes than those of a list are keys; what follows a failure is not done.
    let last = call(7, "core_echo", r#"{"id":"7"}"#);
    assert_eq!(ask("service", "Bearer a0", &format!("[{last}]")).await, r#"{"7":{"error":false,"data":{"id":"7","who":"ann"}}}"#);
    let answer = ask("service", "Bearer a0", &format!("[{good},{bad},{last}]")).await;
    assert!(answer.starts_with(&format!("[{echoed},")) && answer.contains("invalidparameter") && !answer.contains("\"7\""), "{answer}");
    let answer = ask("service-nologin", "", &format!("[{},{}]", call(0, "core_open", "[]"), call(1, "core_open", r#"{"id":"5"}"#))).await;
    assert!(answer.contains("invalidparameter") && answer.ends_with(r#"{"error":false,"data":{"id":"5","who":""}}]"#), "{answer}");
    let refused = ask("service-nologin", "Bearer a0", &format!("[{good}]")).await;
    let expected = r#"[{"error":true,"exception":{"message":"Web service is not available. (The session has been logged out or has expired.)","errorcode":"servicerequireslogin","link":"http:\/\/localhost:8080\/","moreinfourl":"https:\/\/docs.moodle.org\/405\/en\/error\/webservice\/servicerequireslogin"}}]"#;
    assert_eq!(refused, expected);
    assert!(ask("service", "Bearer a0", &format!("[{}]", call(0, "core_nothing", "{}"))).await.contains("servicenotavailable"));
    assert!(
        ask("service", "Bearer a0", &format!("[{}]", call(0, "core_gone", "{}"))).await.starts_with("{\"error\":\"Can't find data record")
    );
    assert!(ask("service", "Bearer a0", "[").await.contains("\"errorcode\":\"codingerror\""));
    assert!(ask("service", "Bearer b", &format!("[{good}]")).await.contains("\"errorcode\":\"invalidtoken\""));
}

#[tokio::test]
async fn no_service_takes_files() {
    let app = echo(false);
    let upload = async |token: &str| {
        let body = format!(
            "--X\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n{token}\r\n--X\r\nContent-Disposition: form-data; name=\"file_1\"; filename=\"a\"\r\n\r\nx\r\n--X--\r\n"
        );
        let request = Request::post("/webservice/upload.php")
            .header("content-type", "multipart/form-data; boundary=X")
            .body(Body::from(body))
            .unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    };
    assert_eq!(
        upload("b").await,
        r#"{"error":"Invalid token - token not found","errorcode":"invalidtoken","stacktrace":null,"debuginfo":null,"reproductionlink":null}"#
    );
    assert!(upload("a0").await.starts_with(r#"{"error":"Access control exception","errorcode":"accessexception""#));
}
