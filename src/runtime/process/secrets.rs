//! Nothing secret is written to the log, however a client sends it and however much is logged.

use super::server::{PASSWORD, Server, ask, call};

/// What a client may have that nobody else is to see.
struct Secrets {
    token: String,
    client: i64,
    key: String,
}

/// Takes a session and a token.
fn secrets(server: &Server) -> Secrets {
    let json = |target: String| serde_json::from_str::<serde_json::Value>(&server.get(&target).1).unwrap();
    let session = json(format!("/wspp/service_pp2.php?wsformatout=json&wsfunction=login&username=teacher&password={PASSWORD}"));
    let token = json(format!("/login/token.php?username=teacher&password={PASSWORD}&service=moodle_mobile_app"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    Secrets { token: text(&token["token"]), client: session["client"].as_i64().unwrap(), key: text(&session["sessionkey"]) }
}

/// Requests that bring secrets in every way that there is, sound ones and such as are none.
fn requests(secrets: &Secrets) -> Vec<String> {
    let Secrets { token, client, key } = secrets;
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let envelope = |header: &str, body: &str| {
        format!("<e:Envelope xmlns:e='{soap}'><e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>")
    };
    let user = format!("<w:Username>admin</w:Username><w:Password>{PASSWORD}</w:Password>");
    let security = format!("<w:Security xmlns:w='{wsse}'><w:UsernameToken>{user}</w:UsernameToken></w:Security>");
    let login = format!("<login><username>admin</username><password>{PASSWORD}</password></login>");
    let session = format!("<get_courses><client>{client}</client><sesskey>{key}</sesskey></get_courses>");
    let form = "content-type: application/x-www-form-urlencoded";
    let posts = [
        (
            "/services/mdl_soapserver",
            "content-type: text/xml",
            envelope(&security, "<x:get_categories xmlns:x='urn:moodle:ws:mdl_soapserver'/>"),
        ),
        ("/services/mdl_soapserver", "content-type: text/xml", envelope(&security, "<broken>").replace("</e:Body>", "")),
        ("/wspp/service_pp.php", "content-type: text/xml", envelope("", &login)),
        ("/wspp/service_pp2.php", "content-type: text/xml", envelope("", &session)),
        ("/wspp/service_pp2.php", "content-type: text/xml", envelope("", &session).replace("</get_courses>", "")),
        ("/wspp/service_pp2.php", form, format!("wsfunction=get_courses&wsformatout=json&wsusername=admin&wspassword={PASSWORD}")),
        ("/wspp/service_pp2.php", form, format!("wsfunction=get_courses&wsformatout=json&client={client}&sesskey={key}")),
        ("/webservice/rest/server.php", form, format!("wstoken={token}&wsfunction=core_base_get_time")),
        ("/webservice/rest/server.php", "content-type: application/json", format!("{{\"wstoken\": \"{token}\"}}")),
        (
            "/webservice/xmlrpc/server.php",
            "content-type: text/xml",
            format!("<methodCall><methodName>{token}</methodName>{key}</methodCall>"),
        ),
        ("/login/token.php", form, format!("username=admin&password={PASSWORD}&service=none")),
        (
            "/api/mdl_soapserver/login",
            "content-type: application/json",
            format!("{{\"username\": \"admin\", \"password\": \"{PASSWORD}\"}}"),
        ),
        (
            "/api/mdl_soapserver/login",
            "content-type: application/json",
            format!("{{\"username\": \"admin\", \"password\": [\"{PASSWORD}\""),
        ),
        ("/api/mdl_soapserver/get_courses", "authorization: Bearer", token.clone()),
    ];
    let post = |(target, header, body): (&str, &str, String)| {
        let length = body.len();
        format!("POST {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\ncontent-length: {length}\r\n\r\n{body}")
    };
    let gets = [
        format!("/webservice/rest/server.php?wstoken={token}&wsfunction=core_base_get_time"),
        format!("/webservice/rest/server.php&wstoken={token}&wsfunction=core_base_get_time"),
        format!("/webservice/rest/simpleserver.php?wsusername=admin&wspassword={PASSWORD}&wsfunction=f"),
        format!("/webservice/soap/simpleserver.php/admin/{PASSWORD}?wsdl=1"),
        format!("/webservice/SOAP/SimpleServer.php/admin/{PASSWORD}"),
        format!("/webservice/soap/server.php?wstoken={token}&wsdl=1"),
        format!("/wspp/service_pp2.php?wsfunction=get_my_id&wsformatout=xml&client={client}&sesskey={key}"),
        format!("/wspp/service_pp2.php;sesskey={key}"),
        format!("/services/mdl_soapserver?wsdl&token={token}"),
    ];
    let get = |target: String| format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n");
    let basic = call("admin", "get_categories", "{}");
    posts.map(post).into_iter().chain(gets.map(get)).chain([basic.clone(), basic.replace("Basic ", "Bearer ")]).collect()
}

/// Holds all that a server wrote against the secrets.
fn wrote_none(server: Server, secrets: &Secrets) {
    let basic = call("admin", "x", "");
    let basic = basic.lines().find_map(|line| line.strip_prefix("authorization: Basic ")).unwrap();
    let log = server.whole_log();
    assert!(log.iter().filter(|line| line.contains("milliseconds")).count() > 20, "the requests are logged");
    for secret in [PASSWORD, basic, &secrets.token, &secrets.key] {
        assert!(secret.len() > 8, "a secret is missing");
        let leaks: Vec<&String> = log.iter().filter(|line| line.contains(secret)).collect();
        assert!(leaks.is_empty(), "{leaks:#?}");
    }
}

#[test]
fn no_secret_is_logged() {
    let server = Server::start(&["--build", super::server::both().to_str().unwrap(), "--store", "memory", "--log", "trace"]);
    let secrets = secrets(&server);
    for request in requests(&secrets) {
        assert!(ask(server.connect(), &request).is_some(), "{request}");
    }
    wrote_none(server, &secrets);
}

#[test]
fn no_secret_is_logged_in_front_of_a_server() {
    let both = super::server::both().to_str().unwrap();
    let behind = Server::start(&["--build", both, "--store", "memory", "--log", "error"]);
    let url = format!("http://{}/wspp/service_pp2.php", behind.address);
    let server = Server::start(&["--build", both, "--upstream-wspp", &url, "--log", "trace"]);
    // The server behind gives the token, which is good for nothing here.
    let secrets = Secrets { token: secrets(&behind).token, ..secrets_in_front(&server) };
    for request in requests(&secrets) {
        assert!(ask(server.connect(), &request).is_some(), "{request}");
    }
    wrote_none(server, &secrets);
}

/// Takes a session where there are no tokens.
fn secrets_in_front(server: &Server) -> Secrets {
    let target = format!("/wspp/service_pp2.php?wsformatout=json&wsfunction=login&username=teacher&password={PASSWORD}");
    let session: serde_json::Value = serde_json::from_str(&server.get(&target).1).unwrap();
    let key = session["sessionkey"].as_str().unwrap().to_owned();
    Secrets { token: String::new(), client: session["client"].as_i64().unwrap(), key }
}
