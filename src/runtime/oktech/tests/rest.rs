//! Plain HTTP: what is asked, and how it is answered.

use super::*;

#[tokio::test]
async fn records_are_rows_of_texts_in_every_format() {
    let school = school();
    let call = "wsfunction=get_rooms&names[0]=hall&names[1]=attic&wsformatout=";
    let json = alone(&school, &format!("{call}json")).await;
    assert_eq!(
        json.text,
        r#"[{"id":"7","name":"hall <& \u00e9\/\u0001","area":"12.5","open":"1","note":null},{"error":"no match found for name = attic"}]"#
    );
    assert_eq!(json.header("content-type"), "text/html; charset=UTF-8");
    assert_eq!(json.header("cache-control"), "private, must-revalidate, pre-check=0, post-check=0, max-age=0");
    assert_eq!((json.header("pragma"), json.header("expires")), ("no-cache", "Thu, 01 Jan 1970 00:00:00 GMT"));
    assert_eq!((json.header("accept-ranges"), json.header("content-disposition")), ("none", ""));
    assert_eq!(json.header("content-security-policy"), "default-src 'none'; sandbox");
    let php = alone(&school, &format!("{call}php")).await;
    assert_eq!(
        php.text,
        "a:2:{i:0;O:8:\"stdClass\":5:{s:2:\"id\";s:1:\"7\";s:4:\"name\";s:12:\"hall <& é/\u{1}\";s:4:\"area\";s:4:\"12.5\";\
         s:4:\"open\";s:1:\"1\";s:4:\"note\";N;}i:1;O:8:\"stdClass\":1:{s:5:\"error\";s:31:\"no match found for name = attic\";}}"
    );
    let dump = alone(&school, &format!("{call}dump")).await;
    assert!(dump.text.starts_with("<pre>Array\n(\n    [0] => stdClass Object\n        (\n            [id] => 7\n"), "{}", dump.text);
    assert_eq!(dump.header("content-disposition"), "inline; filename=\"response.txt\"");
    let xml = alone(&school, &format!("{call}xml")).await;
    assert!(xml.text.starts_with("<RESPONSE>\n<MULTIPLE>\n<SINGLE>\n<KEY name=\"id\"><VALUE>7</VALUE>\n</KEY>\n"), "{}", xml.text);
    assert!(xml.text.contains("<KEY name=\"note\"><VALUE null=\"null\"/>\n</KEY>"), "{}", xml.text);
    assert_eq!(xml.header("content-type"), "application/xml; charset=utf-8");
    assert_eq!(alone(&school, &format!("{call}pojo")).await.text, "Array");
    // By post, with letters in any case, and with superfluous fields.
    let body = format!("wsusername=admin&wspassword=secret&x=1&{}json", call.replace("get_rooms", "GET_ROOMS"));
    assert_eq!(post(&school, REST, "application/x-www-form-urlencoded", &body).await.text, json.text);
}

#[tokio::test]
async fn scalars_and_computed_records_keep_their_kinds() {
    let school = school();
    for (call, expected) in [
        ("get_my_id&wsformatout=json", "2"),
        ("get_my_id&wsformatout=php", "i:2;"),
        ("get_my_id&wsformatout=dump", "<pre>2</pre>"),
        ("get_my_id&wsformatout=xml", "<RESPONSE>\n<VALUE>2</VALUE>\n</RESPONSE>\n"),
        ("has_key&room=a&level=1&wsformatout=php", "b:1;"),
        (
            "enrol_pupils&wsformatout=json",
            r#"[{"error":"","userid":"S1","course":"C1","timestart":5},{"error":"user idnumber=X unknown.","userid":"","course":"","timestart":0}]"#,
        ),
    ] {
        assert_eq!(alone(&school, &format!("wsfunction={call}")).await.text, expected, "{call}");
    }
    let php = alone(&school, "wsfunction=enrol_pupils&wsformatout=php").await.text;
    assert!(php.starts_with("a:2:{i:0;O:11:\"enrolRecord\":4:{s:5:\"error\";s:0:\"\";"), "{php}");
}

#[tokio::test]
async fn an_empty_list_is_one_blank_record() {
    let school = school();
    let blank = r#"[{"error":"nothing to do","id":0,"name":"","area":0,"open":false,"note":"","parts":[]}]"#;
    for call in ["get_rooms&names=", "edit_rooms&rooms="] {
        assert_eq!(alone(&school, &format!("wsfunction={call}&wsformatout=json")).await.text, blank, "{call}");
    }
    let php = alone(&school, "wsfunction=edit_rooms&rooms=&wsformatout=php").await.text;
    assert!(php.starts_with("a:1:{i:0;a:7:{s:5:\"error\";s:13:\"nothing to do\";s:2:\"id\";i:0;"), "{php}");
}

#[tokio::test]
async fn arguments_come_by_name_with_brackets() {
    let school = school();
    let call = "wsfunction=edit_rooms&wsformatout=json&rooms[5][id]=3&rooms[5][alien]=x&rooms[5][area]=&rooms[][name]=new";
    assert_eq!(alone(&school, call).await.text, r#"[{"id":"3"},{"name":"new"}]"#);
    let failed = alone(&school, "wsfunction=edit_rooms&wsformatout=dump&rooms[0][id]=x").await.text;
    assert!(failed.starts_with("Wspp Rest Server :rooms/0/id: it is not") && failed.ends_with(" - "), "{failed}");
    // One text where a list belongs is a list of one.
    assert!(alone(&school, "wsfunction=get_rooms&wsformatout=json&names=hall").await.text.starts_with(r#"[{"id":"7""#));
}

#[tokio::test]
async fn both_a_function_and_a_format_make_a_call_by_plain_http() {
    let school = school();
    for target in ["?wsformatout=json", "?wsfunction=get_my_id", "?wsfunction=get_my_id&wsformatout=123", ""] {
        let listed = get(&school, &format!("{REST}{target}")).await;
        assert!(listed.text.contains("get_rooms<br/>\n"), "{target}: {}", listed.text);
    }
    assert_eq!(alone(&school, "wsfunction=get%3B_my_id&wsformatout=js!on").await.text, "2");
    // The old address speaks SOAP alone.
    let old = get(&school, "/wspp/service_pp.php?wsusername=admin&wspassword=secret&wsfunction=get_my_id&wsformatout=json").await;
    assert!(old.text.contains("get_rooms<br/>\n"), "{}", old.text);
}

#[tokio::test]
async fn failures_have_the_words_of_the_original() {
    let school = school();
    for (call, message) in [
        ("wsusername=admin&wspassword=secret&wsfunction=no_such_op", "opération no_such_op inconnue"),
        ("wsusername=admin&wspassword=secret&wsfunction=delete_room", "required value id missing"),
        ("wsfunction=has_key&client=1", "required value sesskey missing"),
        ("wsusername=admin&wspassword=bad&wsfunction=get_my_id", "Invalid username and / or password."),
        ("wsfunction=has_key&client=999&sesskey=abc&room=a&level=1", "Invalid Client connection."),
        ("wsusername=pupil&wspassword=p&wsfunction=has_key&room=a&level=1", "you don't have the permissions to do this."),
        ("wsusername=admin&wspassword=secret&wsfunction=broken", "The server failed to carry this out."),
    ] {
        let xml = get(&school, &format!("{REST}?{call}&wsformatout=xml")).await;
        let expected = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<EXCEPTION class=\"Exception\">\n<MESSAGE>Wspp Rest Server :{message}</MESSAGE>\n</EXCEPTION>\n"
        );
        assert_eq!((xml.status.as_u16(), xml.text), (200, expected));
        let dump = get(&school, &format!("{REST}?{call}&wsformatout=dump")).await;
        assert_eq!(dump.text, format!("Wspp Rest Server :{message} - "));
    }
}

#[tokio::test]
async fn sessions_are_asked_for_by_number_and_key() {
    let school = school();
    let (client, key) = login(&school).await;
    let id = async |client: &str, key: &str| {
        get(&school, &format!("{REST}?wsfunction=get_my_id&wsformatout=json&client={client}&sesskey={key}")).await.text
    };
    assert_eq!(id(&client, &key).await, "2");
    // As PHP reads a number and as Moodle cleans a key.
    assert_eq!(id(&format!("{client}xx"), &format!("-{key}!")).await, "2");
    assert_eq!(id(&client, "abc").await, "-1");
    let again = get(&school, &format!("{REST}?wsfunction=login&wsformatout=json&username=admin&password=secret")).await.text;
    assert_eq!(again, format!(r#"{{"client":"{client}","sessionkey":"{key}"}}"#), "an open session is given again, as a text");
    let logout = format!("{REST}?wsfunction=logout&wsformatout=json&client={client}&sesskey={key}");
    assert_eq!(get(&school, &logout).await.text, "true");
    assert!(get(&school, &logout).await.text.contains("Invalid Client connection."));
    assert_eq!(id(&client, &key).await, "-1");
}
