//! The site as what answers a crosswalk's calls.

use async_trait::async_trait;
use mwsc_contract::Value;
use mwsc_contract::schema::Access;
use mwsc_contract::value::Map;

use super::site::Site;
use crate::crosswalk::Functions;
use crate::dispatch::{Failure, Secret};

/// What a token may call on a site.
pub(super) struct WithToken<'s> {
    pub(super) site: &'s Site,
    pub(super) token: &'s Secret,
}

#[async_trait]
impl Functions for WithToken<'_> {
    async fn call(&self, function: &str, mut args: Map, access: Access) -> Result<Value, Failure> {
        // Texts as they were written, and not as Moodle's pages show them: the records of the other family hold what is in the database.
        args.insert("moodlewssettingraw".to_owned(), Value::Bool(true));
        self.site.client.call(function, &args, self.token, Some(access)).await
    }
}
