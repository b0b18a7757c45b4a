//! Names that no file declares. PHP throws an error at the use of one, and so does the evaluator, unless the name may belong to an
//! extension of PHP, or the host has only a part of the program at hand: then its value is unknown.

use super::{Eval, Interp};
use crate::php::value::Value;
use crate::source::Span;

/// Kinds of what is named and not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    Class,
    Interface,
    Trait,
    Function,
    Constant,
}

/// How names of constants of PHP's extensions begin, in lower case.
const CONSTANTS: &str = "abday_ abmon_ af_ ai_ al_ alt_digits am_str apache_ assert_ bus_ cal_ cl_ cld_ clone_ codeset connection_ credits_ \
    crncystr crypt_ curl currency_symbol d_fmt d_t_fmt date_ day_ dba_ debug_backtrace_ decimal_point default_include_path dns_ dom \
    e_ enchant_ ent_ era exif_ extr_ file_ fileinfo_ filter_ fnm_ force_deflate force_gzip fpe_ frac_digits ftp_ gd_ glob_ gmp_ grapheme_ \
    grouping hash_hmac html_ ibase_ iconv_ idna_ ill_ imagetype_ imap_ img_ info_ ini_ input_ int_curr_symbol int_frac_digits intl_ ip_ \
    ipproto_ ipv6_ json_ kadm5_ lc_ ldap_ libexslt_ libxml_ libxslt_ lock_ log_ m_ mb_ mcast_ mcrypt_ memcache_ mhash_ mon_ msg_ mssql_ \
    mt_rand_ mysql_ mysqli_ n_cs_precedes n_sep_by_space n_sign_posn negative_sign noexpr nostr oci_ odbc_ op_ opcache_ openssl_ p_cs_precedes \
    p_sep_by_space p_sign_posn password_ path_ pathinfo_ pcntl_ pcre_ pear_ pgsql_ php_ pkcs7_ pm_str png_ poll_ posix_ positive_sign preg_ \
    prio_ psfs_ pspell_ radixchar readline_ scandir_ scm_ seek_ segv_ si_ sig skf_ snmp_ so_ soap_ sock_ socket_ sodium_ sol_ somaxconn sort_ \
    sqlite sqlsrv_ sqlt_ stderr stdin stdout str_pad_ stream_ sunfuncs_ t_ tcp_ thousands_sep thousep tidy_ token_ trap_ u_ uloc_ \
    unknown_type upload_err_ wcontinued wnohang wsdl_ wuntraced x509_ xdebug_ xml_ xsd_ xsl_ yaml_ yesexpr yesstr zend_ zip_ zlib_";

/// How names of functions of extensions begin that are not among those known one by one.
const FUNCTIONS: &str = "apache_ apc_ apcu_ bc bzcompress bzdecompress cubrid_ db2_ dba_ dbase_ eio_ enchant_ event_ fann_ fastcgi_ geoip_ gmp_ \
    gnupg_ ibase_ igbinary_ imap_ inotify_ ldap_ libvirt_ mailparse_ mcrypt_ memcache_ msgpack_ mssql_ mysql_ mysqli_ newrelic_ oci oci_ odbc_ \
    opcache_ pspell_ radius_ recode_ rrd_ snmp ssdeep_ ssh2_ sqlite_ sqlsrv_ stats_ stomp_ svn_ sybase_ tideways_ tidy_ trader_ uopz_ uuid_ \
    wddx_ wincache_ xattr_ xdebug_ xdiff_ xhprof_ xmlrpc_ yaml_ yaz_ zip_ zookeeper_";

/// How names of classes of extensions begin that are not among those known one by one.
const CLASSES: &str = "apcuiterator com couchbase\\ cuse ds\\ ev event gearman gmp gnupg imagick intl ldap\\ memcache mongo mysqli oauth oci parle\\ \
    pgsql\\ random\\ rdkafka\\ rrd redis snmp solr stomp svm swoole\\ tidy variant xmldiff\\ yaconf yar zmq zookeeper";

/// How alike a name and what may be meant by it are at least.
const ALIKE: f64 = 0.7;

impl<'a> Interp<'a, '_> {
    /// What the use of a name comes to that is not there; `expr` spells the use.
    pub(super) fn absent(&mut self, kind: Absent, name: &str, expr: String, at: Option<Span>) -> Eval<'a> {
        if let Some(value) = self.host.settle(&expr) {
            return Ok(value);
        }
        let name = name.trim_start_matches('\\');
        if !self.may_be_elsewhere(kind, name) {
            return self.throw_absent(kind, name, at);
        }
        let why = match kind {
            Absent::Class | Absent::Interface | Absent::Trait => format!("no class {name} in this tree"),
            Absent::Function => format!("{name}() is no pure function"),
            Absent::Constant => format!("no constant {name} in this tree"),
        };
        Ok(self.unknown(expr, at, &why))
    }

    /// The same for a call of a function.
    pub(super) fn absent_function(&mut self, name: &str, args: &[Value<'a>], at: Span) -> Eval<'a> {
        let expr = format!("{name}({})", self.spell_list(args));
        self.absent(Absent::Function, name, expr, Some(at))
    }

    /// Whether something that no file declares may be there all the same.
    pub(super) fn may_be_elsewhere(&self, kind: Absent, name: &str) -> bool {
        // A name that only the site knows is spelled as an expression.
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'\\') || b >= 0x80) {
            return true;
        }
        let lower = name.to_ascii_lowercase();
        let begins = |beginnings: &str| beginnings.split_ascii_whitespace().any(|beginning| lower.starts_with(beginning));
        let of_php = match kind {
            Absent::Class | Absent::Interface | Absent::Trait => self.foreign.contains(&*lower) || begins(CLASSES),
            Absent::Function => self.impure.contains(&*lower) || begins(FUNCTIONS),
            Absent::Constant => begins(CONSTANTS),
        };
        of_php || self.host.may_lack(name)
    }

    /// PHP's error for a name that is not there.
    pub(super) fn throw_absent<T>(&mut self, kind: Absent, name: &str, at: Option<Span>) -> Eval<'a, T> {
        let message = match kind {
            Absent::Class => format!("Class \"{name}\" not found"),
            Absent::Interface => format!("Interface \"{name}\" not found"),
            Absent::Trait => format!("Trait \"{name}\" not found"),
            Absent::Function => format!("Call to undefined function {name}()"),
            Absent::Constant => match self.constant_like(name) {
                Some(like) => format!("Undefined constant \"{name}\"; did you mean {like}?"),
                None => format!("Undefined constant \"{name}\""),
            },
        };
        self.throw_error("Error", &message, at)
    }

    /// The constant most like a name that none has, among those whose names begin with the same word.
    fn constant_like(&self, name: &str) -> Option<&str> {
        let (word, _) = name.split_once('_')?;
        let same_word = self.consts.keys().filter(|other| other.split_once('_').is_some_and(|(other, _)| other == word));
        let scored = same_word.map(|other| (strsim::normalized_damerau_levenshtein(name, other), &**other));
        let best = scored.filter(|(score, _)| *score >= ALIKE).max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)));
        best.map(|(_, other)| other)
    }
}
