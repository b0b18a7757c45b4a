//! SOAP over HTTP in both shapes.

use super::*;

pub fn envelope(body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:e=\"http://schemas.xmlsoap.org/soap/encoding/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><s:Body>{body}</s:Body></s:Envelope>"
    )
}

const OLD: &str = "/wspp/service_pp.php";

async fn call(school: &Router, path: &str, body: &str) -> Answer {
    post(school, path, "text/xml; charset=utf-8", &envelope(body)).await
}

#[tokio::test]
async fn lists_are_wrapped_in_the_old_shape_and_plain_in_the_simplified_one() {
    let school = school();
    let (client, key) = login(&school).await;
    let names = "<x><item>hall</item><item>attic</item></x>";
    let body = |wrapped: bool| {
        let names =
            if wrapped { names.replace("<x>", "<names><items>").replace("</x>", "</items></names>") } else { names.replace('x', "names") };
        format!("<get_rooms><client>{client}</client><sesskey>{key}</sesskey>{names}<field>name</field></get_rooms>")
    };
    let old = call(&school, OLD, &body(true)).await;
    let room = "<item xsi:type=\"ns1:roomRecord\"><error xsi:type=\"xsd:string\"></error><id xsi:type=\"xsd:int\">7</id>\
        <name xsi:type=\"xsd:string\">hall &lt;&amp; é/\u{fffd}</name><area xsi:type=\"xsd:float\">12.5</area>\
        <open xsi:type=\"xsd:boolean\">true</open><note xsi:nil=\"true\"/><parts SOAP-ENC:arrayType=\"ns1:roomRecord[0]\" xsi:type=\"ns1:roomRecords\"/>\
        </item><item xsi:type=\"ns1:roomRecord\"><error xsi:type=\"xsd:string\">no match found for name = attic</error><id xsi:type=\"xsd:int\">0</id>";
    let expected = format!(
        "<ns1:get_roomsResponse><return xsi:type=\"ns1:roomRecordsReturn\"><items SOAP-ENC:arrayType=\"ns1:roomRecord[2]\" xsi:type=\"ns1:roomRecords\">{room}"
    );
    assert!(old.text.contains(&expected), "{}", old.text);
    assert_eq!((old.status.as_u16(), old.header("content-type"), old.header("cache-control")), (200, "text/xml; charset=utf-8", ""));
    let new = call(&school, REST, &body(false)).await;
    let expected =
        format!("<ns1:get_roomsResponse><get_roomsReturn SOAP-ENC:arrayType=\"ns1:roomRecord[2]\" xsi:type=\"ns1:roomRecords\">{room}");
    assert!(new.text.contains(&expected), "{}", new.text);
}

#[tokio::test]
async fn an_empty_list_is_one_blank_record() {
    let school = school();
    let (client, key) = login(&school).await;
    let answer = call(&school, REST, &format!("<edit_rooms><client>{client}</client><sesskey>{key}</sesskey></edit_rooms>")).await;
    let expected = "<edit_roomsReturn SOAP-ENC:arrayType=\"ns1:roomRecord[1]\" xsi:type=\"ns1:roomRecords\"><item xsi:type=\"ns1:roomRecord\">\
        <error xsi:type=\"xsd:string\">nothing to do</error><id xsi:type=\"xsd:int\">0</id><name xsi:type=\"xsd:string\"></name>";
    assert!(answer.text.contains(expected), "{}", answer.text);
}

#[tokio::test]
async fn a_session_from_login_to_logout() {
    let school = school();
    let answer = call(&school, OLD, "<login><username>admin</username><password>secret</password></login>").await;
    let within = |name: &str| {
        let (_, rest) = answer.text.split_once(&format!("<{name} xsi:type=")).unwrap();
        rest[rest.find('>').unwrap() + 1..rest.find('<').unwrap()].to_owned()
    };
    let session = format!("<client>{}</client><sesskey>{}</sesskey>", within("client"), within("sessionkey"));
    let ask = async |operation: &str| call(&school, OLD, &format!("<{operation}>{session}</{operation}>")).await.text;
    assert!(ask("get_my_id").await.contains("<return xsi:type=\"xsd:int\">2</return>"));
    assert!(ask("logout").await.contains("<return xsi:type=\"xsd:boolean\">true</return>"));
    assert!(ask("get_my_id").await.contains("<return xsi:type=\"xsd:int\">-1</return>"));
    assert!(ask("logout").await.contains("Wspp Base Server :Invalid Client connection."));
}

#[tokio::test]
async fn failures_of_operations_have_status_200_and_a_fault_of_their_own() {
    let school = school();
    let answer = call(&school, OLD, "<has_key><client>9</client><sesskey>x</sesskey></has_key>").await;
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\">\n\
        <SOAP-ENV:Body><SOAP-ENV:Fault>\n<faultcode>MOODLE:error</faultcode>\n<faultstring>Wspp Base Server :Invalid Client connection.</faultstring>\n\
        </SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n";
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, expected));
    assert_eq!((answer.header("content-type"), answer.header("pragma")), ("application/xml", "no-cache"));
    assert_eq!(answer.header("content-disposition"), "inline; filename=\"response.xml\"");
}

#[tokio::test]
async fn requests_that_are_none_have_status_500_and_the_fault_of_phps_server() {
    let school = school();
    let (client, key) = login(&school).await;
    for (body, expected) in [
        (envelope("<nosuch/>"), "<faultcode>SOAP-ENV:Server</faultcode><faultstring>Procedure 'nosuch' not present</faultstring>"),
        (envelope("<has_key/>"), "<faultcode>SOAP-ENV:Client</faultcode><faultstring>Missing parameter</faultstring>"),
        (envelope(""), "looks like we got \"Body\" without function call"),
        ("<a".to_owned(), "<faultstring>Bad Request</faultstring>"),
        (String::new(), "<faultstring>Bad Request</faultstring>"),
        ("<!DOCTYPE a><a/>".to_owned(), "<faultstring>DTD are not supported by SOAP</faultstring>"),
        ("<Envelope/>".to_owned(), "<faultcode>SOAP-ENV:VersionMismatch</faultcode><faultstring>Wrong Version</faultstring>"),
        (
            envelope(&format!("<broken><client>{client}</client><sesskey>{key}</sesskey></broken>")),
            "<faultcode>SOAP-ENV:Server</faultcode><faultstring>The server failed to carry this out.</faultstring>",
        ),
    ] {
        let answer = post(&school, OLD, "text/xml", &body).await;
        assert_eq!(answer.status.as_u16(), 500);
        assert!(answer.text.contains(expected), "{}", answer.text);
    }
    let nested = envelope(&format!("{}{}", "<a>".repeat(100), "</a>".repeat(100)));
    assert!(post(&school, OLD, "text/xml", &nested).await.text.contains("elements within elements: more than 64 are refused"));
}

#[tokio::test]
async fn soap_1_2_and_other_charsets() {
    let school = school();
    let twelve = envelope("<login><username>admin</username><password>secret</password></login>")
        .replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope");
    let answer = post(&school, OLD, "application/soap+xml", &twelve).await;
    assert_eq!(answer.header("content-type"), "application/soap+xml; charset=utf-8");
    assert!(answer.text.contains("<rpc:result>return</rpc:result><return xsi:type=\"ns1:loginReturn\">"), "{}", answer.text);
    let bad = post(&school, OLD, "application/soap+xml", &twelve.replace("secret", "x")).await;
    assert!(
        bad.text.contains("<env:Value>env:Sender</env:Value>") && bad.text.contains("Invalid username and / or password."),
        "{}",
        bad.text
    );
    let latin = envelope("<nosuch\u{e9}/>").chars().map(|ch| u8::try_from(u32::from(ch)).unwrap()).collect::<Vec<u8>>();
    let request = Request::post(OLD).header("content-type", "text/xml; charset=ISO-8859-1").body(Body::from(latin)).unwrap();
    assert!(send(&school, request).await.text.contains("Procedure 'nosuché' not present"));
}

#[tokio::test]
async fn wsdls_have_the_address_filled_in() {
    let school = school();
    for (path, name) in [("/wspp/wsdl_pp.php", "old.wsdl"), ("/wspp/wsdl_pp2.php?x=1", "new.wsdl")] {
        let answer = get(&school, path).await;
        assert_eq!(answer.text, "<definitions targetNamespace=\"http://127.0.0.1:8099/wspp/wsdl\" x=\"http://127.0.0.1:8099\"/>");
        assert_eq!(answer.header("content-type"), "text/xml; charset=UTF-8");
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{name}\""));
        assert_eq!(answer.header("content-length"), answer.text.len().to_string());
    }
    assert_eq!(post(&school, "/wspp/wsdl_pp.php", "text/plain", "").await.status.as_u16(), 200);
}
