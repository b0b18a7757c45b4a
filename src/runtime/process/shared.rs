//! Two processes on one database.

use serde_json::json;

use super::server::{PASSWORD, Server};

/// The address of an empty schema of the database for tests; `None` when there is no database.
pub fn database(schema: &str) -> Option<String> {
    let Ok(address) = std::env::var("MWSD_TEST_POSTGRES") else {
        println!("skipped: MWSD_TEST_POSTGRES is not set");
        return None;
    };
    let create = async {
        let pool = sqlx::PgPool::connect(&address).await.unwrap();
        for statement in [format!("DROP SCHEMA IF EXISTS {schema} CASCADE"), format!("CREATE SCHEMA {schema}")] {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await.unwrap();
        }
    };
    tokio::runtime::Runtime::new().unwrap().block_on(create);
    let mark = if address.contains('?') { '&' } else { '?' };
    Some(format!("{address}{mark}options=-csearch_path%3D{schema}"))
}

/// An operation of OK Tech over plain HTTP.
fn plain(server: &Server, query: &str) -> String {
    server.get(&format!("/wspp/service_pp2.php?wsformatout=json&{query}")).1
}

#[test]
fn a_session_is_one_session_on_both() {
    let Some(address) = database("mwsd_process_shared") else { return };
    let [one, other] = [(); 2].map(|()| Server::on(&address, &[]));
    let session: serde_json::Value =
        serde_json::from_str(&plain(&one, &format!("wsfunction=login&username=teacher&password={PASSWORD}"))).unwrap();
    let client = session["client"].as_i64().map_or_else(|| session["client"].as_str().unwrap().to_owned(), |number| number.to_string());
    let session = format!("client={client}&sesskey={}", session["sessionkey"].as_str().unwrap());
    let me = plain(&one, &format!("wsfunction=get_my_id&{session}"));
    assert!(me.trim_matches('"').parse::<i64>().unwrap() > 0, "{me}");
    assert_eq!(plain(&other, &format!("wsfunction=get_my_id&{session}")), me);
    // What one writes the other knows at once.
    let added = one.call("admin", "add_category", &json!({ "datum": { "name": "shared" } })).unwrap();
    assert_eq!(added.0, 200);
    assert!(plain(&other, &format!("wsfunction=get_categories&{session}")).contains("\"shared\""));
    // Logged out on the other, it is over on both.
    assert_eq!(plain(&other, &format!("wsfunction=logout&{session}")), "true");
    for server in [&one, &other] {
        let refused = plain(server, &format!("wsfunction=get_categories&{session}"));
        assert!(refused.contains("exception"), "{refused}");
    }
}
